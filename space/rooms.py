"""The rooms of the page, one visible at a time: start, offer, paint, finish. What is in them; `page` makes it go."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import gradio as gr

from canvas_component import canvas_component
from dropzone_component import dropzone_component
from html_components import examples_component
from uploads import EXAMPLES
from views import comparison, picture_file
from visits import Visit


@dataclass(frozen=True, kw_only=True)
class StartRoom:
    column: gr.Column
    upload: gr.HTML
    examples: gr.HTML
    resume_last: gr.Button

    @classmethod
    def build(cls, texts: ModuleType) -> "StartRoom":
        with gr.Column(elem_id="start") as column:
            gr.Markdown(texts.INTRO)
            with gr.Row():
                with gr.Column(scale=2, min_width=300):
                    upload = dropzone_component(texts)
                    resume_last = gr.Button(texts.RESUME_LAST, visible=False, elem_id="resume-last")
                with gr.Column(scale=3, min_width=300):
                    examples = examples_component(texts, EXAMPLES)
            with gr.Accordion(texts.HELP_TITLE, open=False, elem_id="help"):
                gr.Markdown(texts.HELP)
        return cls(column=column, upload=upload, examples=examples, resume_last=resume_last)


@dataclass(frozen=True, kw_only=True)
class OfferRoom:
    """Where the lines of a colored picture are offered."""

    column: gr.Column
    compare: gr.ImageSlider
    take_lines: gr.Button
    as_it_is: gr.Button
    start_over: gr.Button

    @classmethod
    def build(cls, texts: ModuleType) -> "OfferRoom":
        with gr.Column(visible=False, elem_id="offer") as column:
            gr.Markdown(texts.OFFER)
            compare = gr.ImageSlider(
                label=texts.OFFER_LABEL, interactive=False, buttons=[], format="webp", elem_id="compare"
            )
            with gr.Row():
                take_lines = gr.Button(texts.TAKE_LINES, variant="primary", elem_id="take-lines")
                as_it_is = gr.Button(texts.USE_AS_IT_IS, elem_id="as-it-is")
                start_over = gr.Button(texts.START_OVER, elem_id="offer-start-over")
        return cls(column=column, compare=compare, take_lines=take_lines, as_it_is=as_it_is, start_over=start_over)


@dataclass(frozen=True, kw_only=True)
class PaintRoom:
    """The picture to paint on, with all that belongs to it."""

    column: gr.Column
    canvas: gr.HTML

    @classmethod
    def build(cls, texts: ModuleType) -> "PaintRoom":
        with gr.Column(visible=False, elem_id="paint") as column:
            canvas = canvas_component(texts)
        return cls(column=column, canvas=canvas)


@dataclass(frozen=True, kw_only=True)
class FinishRoom:
    column: gr.Column
    compare: gr.ImageSlider
    mode: gr.Radio
    lines: gr.Checkbox
    transparent: gr.Checkbox
    downloads: dict[str, gr.Button]
    go_on: gr.Button
    start_over: gr.Button
    file: gr.DownloadButton

    @classmethod
    def build(cls, texts: ModuleType) -> "FinishRoom":
        with gr.Column(visible=False, elem_id="done") as column:
            gr.Markdown(texts.DONE)
            with gr.Row():
                with gr.Column(scale=3, min_width=300):
                    compare = gr.ImageSlider(
                        label=texts.SLIDER_LABEL, interactive=False, buttons=[], format="webp", elem_id="result"
                    )
                with gr.Column(scale=2, min_width=300):
                    mode = gr.Radio(
                        [(label, name) for name, label in texts.MODES.items()], value="flat", label=texts.MODE_LABEL,
                        elem_id="mode",
                    )  # fmt: skip
                    lines = gr.Checkbox(True, label=texts.LINES, elem_id="lines")
                    transparent = gr.Checkbox(False, label=texts.TRANSPARENT, elem_id="transparent")
                    with gr.Row(elem_id="downloads"):
                        downloads = {
                            kind: gr.Button(
                                label, min_width=140, elem_id=f"download-{kind}",
                                variant="primary" if kind == "png" else "secondary",
                            )
                            for kind, label in texts.DOWNLOADS.items()
                        }  # fmt: skip
                    with gr.Row():
                        go_on = gr.Button(texts.GO_ON, min_width=100, elem_id="go-on")
                        start_over = gr.Button(texts.START_OVER, min_width=100, elem_id="done-start-over")
                    # Out of sight: it can only hand out a file that is there when it is clicked, so the page clicks it.
                    file = gr.DownloadButton(elem_id="download-file")
        return cls(
            column=column, compare=compare, mode=mode, lines=lines, transparent=transparent, downloads=downloads,
            go_on=go_on, start_over=start_over, file=file,
        )  # fmt: skip

    def shown(self, visit: Visit, mode: str, lines: bool) -> dict[Any, Any]:
        """What this room shows of a visit."""
        pictures = comparison(visit.painting, mode, lines)
        return {self.compare: tuple(picture_file(picture, self.compare.GRADIO_CACHE) for picture in pictures)}
