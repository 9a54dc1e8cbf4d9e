"""The Space: give it a drawing, answer one color after another, take the picture home.

`python space/app.py [--model FOLDER] [--port PORT]` prints the address to open in a browser.
"""

import argparse
import gc
import importlib.util
import os
from pathlib import Path

import gradio as gr

from api import add_api
from guiding_painter import GuidingPainterPipeline
from machine import settle
from page import build_page
from texts import LANGUAGES
from uploads import MAX_MEGABYTES
from visits import KEPT_SECONDS, Visits

# Fonts of the visitor's own machine: gradio's themes name web fonts otherwise.
THEME = gr.themes.Soft(
    primary_hue="rose", neutral_hue="stone", font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]
)
CSS_FILE = Path(__file__).parent / "page.css"
# A browser that lets a page inside another page, as a Space is shown, store nothing throws at the first try, which
# gradio's BrowserState does not catch: no page would appear. Then what is stored lives as long as the page.
HEAD = """<script>
try { window.localStorage } catch {
  const kept = new Map();
  Object.defineProperty(window, 'localStorage', {value: {
    getItem: key => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value),
    removeItem: key => kept.delete(key),
  }});
}
</script>"""
LAUNCH = {
    "theme": THEME,
    "css": CSS_FILE.read_text(),
    "head": HEAD,
    "max_file_size": f"{MAX_MEGABYTES}mb",
    "state_session_capacity": 100,  # at 0.35 MB each; a page that is forgotten goes on: its painting's name is with it
    "footer_links": ["api"],
    "run_history": False,
    # The steps as tools for language models, where gradio has what it needs for that: pip install "gradio[mcp]".
    "mcp_server": importlib.util.find_spec("mcp") is not None,
}


def create_demo(painter: GuidingPainterPipeline) -> gr.Blocks:
    """The pages, one a language, and the named API endpoints; `launch(**LAUNCH)` serves them."""
    visits = Visits(painter)
    main, *others = LANGUAGES
    with gr.Blocks(title=main.TITLE, analytics_enabled=False, delete_cache=(600, KEPT_SECONDS)) as demo:
        add_api(visits)  # first: the names of its endpoints are those of its functions
        build_page(demo, visits, main)
    for texts in others:
        with demo.route(texts.LANGUAGE, texts.PATH):
            build_page(demo, visits, texts)
    return demo


def main() -> None:
    parser = argparse.ArgumentParser(description="Color drawings in the browser.")
    parser.add_argument(
        "--model",
        default=os.environ.get("MODEL_ID") or None,
        help="folder or hub id of a fine-tuned model; by default that in the variable MODEL_ID, or the bundled one",
    )
    parser.add_argument("--port", type=int, help="port to serve at; the first free one from 7860 by default")
    args = parser.parse_args()
    try:
        painter = GuidingPainterPipeline.from_pretrained(args.model)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    settle(painter)
    demo = create_demo(painter)
    gc.freeze()  # what is here now stays, and need not be looked through for garbage
    demo.launch(server_port=args.port, **LAUNCH)


if __name__ == "__main__":
    main()
