"""The Space: give it a drawing, answer one color after another, take the picture home.

`python space/app.py [--model FOLDER] [--port PORT]` prints the address to open in a browser. With `--study DRAWINGS` it
holds the user study of the paper's Table 2 instead, see experiments/README.md.
"""

import argparse
import contextlib
import gc
import importlib.util
import os
import tempfile
import threading
import time
from pathlib import Path

import gradio as gr

from api import add_api
from guiding_painter import GuidingPainterPipeline
from machine import settle
from page import build_page
from serving import say_when_full
from study_page import create_study
from study_sessions import Study
from study_ways import load_point_network
from texts import LANGUAGES
from uploads import MAX_MEGABYTES
from visits import KEPT_SECONDS, Visits

# Fonts of the visitor's own machine: gradio's themes name web fonts otherwise.
THEME = gr.themes.Soft(
    primary_hue="rose", neutral_hue="stone", font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]
).set(  # darker where the contrast of Soft is under 4.5
    body_text_color_subdued="*neutral_600",
    button_primary_background_fill="*primary_600",
    button_primary_background_fill_hover="*primary_700",
    button_primary_background_fill_hover_dark="*primary_700",
    block_label_text_color="*primary_700",
    block_title_text_color="*primary_700",
    checkbox_label_background_fill_selected="*primary_600",
    checkbox_label_background_fill_selected_dark="*primary_700",
)
TIDY_SECONDS = 600
MOST_WAITING = 60  # requests; a page whose request finds no place takes back what it showed, and says so
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
    "max_file_size": MAX_MEGABYTES * 1_000_000,
    "state_session_capacity": 100,  # at 0.35 MB each; a page that is forgotten goes on: its painting's name is with it
    "footer_links": ["api"],
    "run_history": False,
    # The endpoints as tools for language models, where gradio has what it needs for that: pip install "gradio[mcp]".
    "mcp_server": importlib.util.find_spec("mcp") is not None,
}


def create_demo(painter: GuidingPainterPipeline) -> gr.Blocks:
    """The pages, one a language, and the named API endpoints; `launch(**LAUNCH)` serves them."""
    return build_demo(Visits(painter))


def build_demo(visits: Visits) -> gr.Blocks:
    """As `create_demo`."""
    main, *others = LANGUAGES
    with gr.Blocks(title=main.TITLE, analytics_enabled=False) as demo:
        add_api(visits)  # first: the names of its endpoints are those of its functions
        build_page(demo, visits, main)
    for texts in others:
        with demo.route(texts.LANGUAGE, texts.PATH):
            build_page(demo, visits, texts)
    demo.queue(max_size=MOST_WAITING)
    say_when_full(demo, LANGUAGES)
    return demo


def main() -> None:
    parser = argparse.ArgumentParser(description="Color drawings in the browser.")
    parser.add_argument(
        "--model",
        default=os.environ.get("MODEL_ID") or None,
        help="folder or hub id of a fine-tuned model; by default that in the variable MODEL_ID, or the bundled one",
    )
    parser.add_argument("--port", type=int, help="port to serve at; the first free one from 7860 by default")
    study_flags(parser.add_argument_group("user study"))
    args = parser.parse_args()
    try:
        painter = GuidingPainterPipeline.from_pretrained(args.model)
        study = args.study and make_study(painter, args)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    settle(painter)
    visits = Visits(painter)
    with tempfile.TemporaryDirectory(prefix="guiding-painter-") as folder:
        os.environ["GRADIO_TEMP_DIR"] = folder  # of nobody else, so that all in it may be deleted
        demo = create_study(study) if study else build_demo(visits)
        threading.Thread(target=tidy, args=(visits, Path(folder)), daemon=True).start()
        gc.freeze()  # what is here now stays, and need not be looked through for garbage
        demo.launch(server_port=args.port, **LAUNCH)


def study_flags(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--study", type=Path, metavar="DRAWINGS", help="hold it, with a folder of drawings or of sets")
    group.add_argument("--records", type=Path, default=Path("study_records"), help="folder for what is recorded")
    group.add_argument(
        "--point_model",
        type=Path,
        metavar="FOLDER",
        help="RTUG as experiments/table1.py trains it, to which a person's points are given; without it points color "
        "the cells of the model itself",
    )
    group.add_argument("--played", action="store_true", help="nobody takes part, it is tried out: records say so")


def make_study(painter: GuidingPainterPipeline, args: argparse.Namespace) -> Study:
    """Raises ValueError or OSError where it cannot be held."""
    points = load_point_network(args.point_model) if args.point_model else None
    return Study(painter, points, args.study, args.records, (args.model, args.point_model), args.played)


def tidy(visits: Visits, folder: Path) -> None:
    """Lets go, for ever, of paintings and files that nobody has used for an hour.

    gradio's delete_cache leaves aborted uploads and empty folders.
    """
    while True:
        time.sleep(TIDY_SECONDS)
        visits.expire()
        delete_old(folder, KEPT_SECONDS)


def delete_old(folder: Path, seconds: float) -> None:
    """Deletes the files in a folder that are that old, and folders in it that old that are empty."""
    oldest = time.time() - seconds
    for path in sorted(folder.rglob("*"), reverse=True):  # what is in a folder comes before it
        with contextlib.suppress(OSError):  # it is gone already, or there is something in it still
            if path.lstat().st_mtime < oldest:
                path.rmdir() if path.is_dir() else path.unlink()


if __name__ == "__main__":
    main()
