"""The Space: give it a drawing, answer one color after another, take the picture home.

`python space/app.py [--model FOLDER] [--port PORT]` prints the address to open in a browser.
"""

import argparse
import html
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import gradio as gr

import steps
import texts
from guiding_painter import GuidingPainterPipeline, Painting
from views import asked_view, picture_view

EXAMPLES = [
    Path(__file__).parent / "examples" / name for name in ("comic-panel.png", "portrait.png", "garden.png", "cats.png")
]
KEPT_SECONDS = 3600  # how long a painting without an answer, and a file, stay on the server

# Fonts of the visitor's own machine: gradio's themes name web fonts otherwise.
THEME = gr.themes.Soft(
    primary_hue="rose", neutral_hue="stone", font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]
)
CSS = """
/* Both pictures keep their size from question to question, so that the buttons stay where they are. */
#asked, #picture { height: clamp(300px, 100vh - 500px, 640px); }
#question { min-height: 5em; }
/* The opened picker lies over the room below it instead of pushing things away: it closes as the mouse goes down on a
   button, and a button that moved by then would miss its click. */
#answer { align-items: end; margin-bottom: 260px; }
#answer, #color { overflow: visible !important; }
#color { position: relative; z-index: 100; }
#answer button { padding-inline: 6px; }
#color .dialog-button { width: 100%; height: 28px; }
#color .color-picker { position: absolute; top: 100%; left: 0; box-shadow: var(--shadow-drop-lg); }
#download-file { display: none; }
#examples img { width: 130px; height: 100px; object-fit: contain; background: white; }
@media (max-width: 640px) {
  #asked, #picture { height: 40vh; }
  #answer { margin-bottom: 0; }
}
"""
LAUNCH = {
    "theme": THEME,
    "css": CSS,
    "max_file_size": "30mb",
    "state_session_capacity": 200,
    "footer_links": ["api"],
    "run_history": False,
}


def create_demo(painter: GuidingPainterPipeline) -> gr.Blocks:
    """The page and its named API endpoints; `launch(**LAUNCH)` serves it.

    A visitor's state is the `Painting` itself: drawing, region map, answers and last picture, but not the networks:
    `painter` has those for all. gradio deep-copies only a state's first value, here None, and keeps later ones as they
    are. `to_dict` would be smaller, but every answer would have to open the drawing again.
    """
    with gr.Blocks(title=texts.TITLE, analytics_enabled=False, delete_cache=(600, KEPT_SECONDS)) as demo:
        painting = gr.State(time_to_live=KEPT_SECONDS)
        gr.Markdown(f"# {texts.TITLE}")

        with gr.Column() as start_page:
            gr.Markdown(texts.INTRO)
            upload = gr.Image(
                label=texts.UPLOAD_LABEL, placeholder=texts.UPLOAD_PLACEHOLDER, sources=["upload", "clipboard"],
                type="filepath", height=300, elem_id="upload",
            )  # fmt: skip
            examples = gr.Dataset(
                label=texts.EXAMPLES_LABEL, components=[gr.Image(render=False)], type="index", elem_id="examples",
                samples=[[str(path)] for path in EXAMPLES],
            )  # fmt: skip

        with gr.Column(visible=False) as paint_page:
            question = gr.Markdown(elem_id="question")
            with gr.Row():
                with gr.Column():
                    asked = gr.Image(
                        label=texts.ASKED_LABEL, alt_text=texts.ASKED_ALT, interactive=False, buttons=["fullscreen"],
                        format="png", elem_id="asked",
                    )  # fmt: skip
                    with gr.Row(elem_id="answer"):
                        color = gr.ColorPicker(label=texts.COLOR_LABEL, min_width=80, elem_id="color")
                        apply = gr.Button(texts.APPLY, variant="primary", min_width=70, elem_id="apply")
                        skip = gr.Button(texts.SKIP, min_width=50, elem_id="skip")
                        undo = gr.Button(texts.UNDO, min_width=50, elem_id="undo")
                with gr.Column():
                    picture = gr.Image(
                        label=texts.PICTURE_LABEL, alt_text=texts.PICTURE_ALT, interactive=False,
                        buttons=["fullscreen"], format="png", elem_id="picture",
                    )  # fmt: skip
                    with gr.Row():
                        download = gr.Button(texts.DOWNLOAD, elem_id="download")
                        start_over = gr.Button(texts.START_OVER, elem_id="start-over")
                    # Out of sight: it can only hand out a file that is there when it is clicked, so the page clicks it.
                    download_file = gr.DownloadButton(elem_id="download-file")

        def show(current: Painting) -> dict[Any, Any]:
            region = current.next_region()
            asking = region is not None
            return {
                painting: current,
                question: steps.question(current),
                asked: asked_view(current, region),
                picture: picture_view(current),
                color: region.suggested_color if asking else gr.skip(),
                apply: gr.Button(interactive=asking),
                skip: gr.Button(interactive=asking),
                undo: gr.Button(interactive=bool(current.answers)),
                start_page: gr.Column(visible=False),
                paint_page: gr.Column(visible=True),
            }

        def step(change: Callable[..., Painting]) -> Callable[..., dict[Any, Any]]:
            """The event of a step: do it, show what follows."""

            @wraps(change)
            def run(*inputs: Any) -> dict[Any, Any]:
                with toasts():
                    return show(change(*inputs))

            return run

        def open_drawing(file: dict[str, Any] | None) -> Painting:
            """Open a drawing. Returns the question, the lit region, the picture so far and the suggested color."""
            if not file or not file.get("path"):
                raise ValueError(texts.NO_DRAWING)
            return painter.open(Path(file["path"]).read_bytes())

        def open_example(index: int) -> Painting:
            """Open one of the bundled drawings by its number, from 0. Returns the same as opening a drawing."""
            if index not in range(len(EXAMPLES)):
                raise ValueError(texts.NO_EXAMPLE.format(index=index, last=len(EXAMPLES) - 1))
            return painter.open(EXAMPLES[index])

        def save_picture(current: Painting | None) -> str:
            """Write the picture at the drawing's own size as PNG and return the file."""
            with toasts():
                # In gradio's own folder, where delete_cache finds it; no name that a visitor chose becomes a path.
                path = Path(download_file.GRADIO_CACHE) / secrets.token_hex(16) / "guiding-painter.png"
                path.parent.mkdir(parents=True)
                steps.existing(current).save(path)
                return str(path)

        def leave() -> dict[Any, Any]:
            """Put the painting away and go back to the start."""
            return {
                painting: None,
                upload: None,
                start_page: gr.Column(visible=True),
                paint_page: gr.Column(visible=False),
            }

        options = {
            "outputs": [painting, question, asked, picture, color, apply, skip, undo, start_page, paint_page],
            # One queue for all that runs the networks, as wide as the two cores of the free hardware.
            "concurrency_id": "painter",
            "concurrency_limit": 2,
            "show_progress": "minimal",
            "show_progress_on": picture,
        }
        # The raw upload, so that the package opens the file with its own limits and words rather than gradio with none.
        opened = upload.upload(step(open_drawing), upload, preprocess=False, api_name="open", **options)
        opened.failure(lambda: None, outputs=upload, api_visibility="private", queue=False, show_progress="hidden")
        examples.click(step(open_example), examples, api_name="open_example", **options)
        gr.on([apply.click, color.submit], step(steps.apply_color), [painting, color], api_name="apply", **options)
        skip.click(step(steps.skip_region), painting, api_name="skip", **options)
        undo.click(step(steps.undo_answer), painting, api_name="undo", **options)
        download.click(save_picture, painting, download_file, api_name="download", show_progress="minimal")
        download_file.change(None, js="() => document.querySelector('#download-file').click()")
        start_over.click(
            leave, outputs=[painting, upload, start_page, paint_page], api_name="start_over", show_progress="hidden"
        )
    return demo


@contextmanager
def toasts() -> Iterator[None]:
    """What is wrong with a visitor's input becomes a message on the page; the server goes on."""
    try:
        yield
    except (ValueError, OSError) as error:
        # gradio shows messages as HTML, and they may quote what a visitor sent.
        raise gr.Error(html.escape(str(error)), print_exception=False) from error


def main() -> None:
    parser = argparse.ArgumentParser(description="Color drawings in the browser.")
    parser.add_argument("--model", help="folder or hub id of a fine-tuned model; the bundled one by default")
    parser.add_argument("--port", type=int, help="port to serve at; the first free one from 7860 by default")
    args = parser.parse_args()
    try:
        painter = GuidingPainterPipeline.from_pretrained(args.model)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    create_demo(painter).launch(server_port=args.port, **LAUNCH)


if __name__ == "__main__":
    main()
