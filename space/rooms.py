"""The three rooms of the page, one visible at a time: start, paint, finish. What is in them; `page` makes it go."""

from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import gradio as gr

from commands import asked, swatches
from html_components import answer_component, examples_component, strip_component
from uploads import EXAMPLES
from views import asked_view, comparison, picture_file, picture_view
from visits import Visit


@dataclass(frozen=True)
class StartRoom:
    room: gr.Column
    upload: gr.Image
    examples: gr.HTML
    resume_last: gr.Button
    resume_file: gr.UploadButton
    offer: gr.Column
    compare: gr.ImageSlider
    take_lines: gr.Button
    as_it_is: gr.Button
    start_over: gr.Button

    @classmethod
    def build(cls, texts: ModuleType) -> "StartRoom":
        with gr.Column(elem_id="start") as room:
            gr.Markdown(texts.INTRO)
            with gr.Row():
                with gr.Column(scale=2, min_width=300):
                    upload = gr.Image(
                        label=texts.UPLOAD_LABEL, placeholder=texts.UPLOAD_PLACEHOLDER, height=300, elem_id="upload",
                        sources=["upload", "clipboard", "webcam"], type="filepath",
                    )  # fmt: skip
                    with gr.Row():
                        resume_last = gr.Button(texts.RESUME_LAST, visible=False, elem_id="resume-last")
                        resume_file = gr.UploadButton(
                            texts.RESUME_FILE, file_types=[".zip"], type="filepath", size="md", elem_id="resume-file"
                        )
                with gr.Column(scale=3, min_width=300):
                    examples = examples_component(texts, EXAMPLES)
            with gr.Accordion(texts.HELP_TITLE, open=False, elem_id="help"):
                gr.Markdown(texts.HELP)
        with gr.Column(visible=False, elem_id="offer") as offer:
            gr.Markdown(texts.OFFER)
            compare = gr.ImageSlider(
                label=texts.OFFER_LABEL, interactive=False, buttons=[], format="webp", elem_id="compare"
            )
            with gr.Row():
                take_lines = gr.Button(texts.TAKE_LINES, variant="primary", elem_id="take-lines")
                as_it_is = gr.Button(texts.USE_AS_IT_IS, elem_id="as-it-is")
                start_over = gr.Button(texts.START_OVER, elem_id="offer-start-over")
        return cls(room, upload, examples, resume_last, resume_file, offer, compare, take_lines, as_it_is, start_over)


@dataclass(frozen=True)
class PaintRoom:
    room: gr.Column
    question: gr.Markdown
    asked: gr.Image
    picture: gr.Image
    answer: gr.HTML
    back: gr.Button
    skip: gr.Button
    undo: gr.Button
    redo: gr.Button
    model: gr.Button
    finish: gr.Button
    start_over: gr.Button
    tool: gr.Radio
    hint: gr.Markdown
    strip: gr.HTML

    @classmethod
    def build(cls, texts: ModuleType) -> "PaintRoom":
        picture_options = {"interactive": False, "buttons": ["fullscreen"], "format": "webp"}
        with gr.Column(visible=False, elem_id="paint") as room:
            question = gr.Markdown(elem_id="question")
            with gr.Row():
                with gr.Column(min_width=300):
                    asked = gr.Image(
                        label=texts.ASKED_LABEL, alt_text=texts.ASKED_ALT, elem_id="asked", **picture_options
                    )
                    answer = answer_component(texts)
                    with gr.Row(elem_classes="buttons"):
                        back = gr.Button(texts.BACK, min_width=50, elem_id="back")
                        skip = gr.Button(texts.SKIP, min_width=50, elem_id="skip")
                        undo = gr.Button(texts.UNDO, min_width=50, elem_id="undo")
                        redo = gr.Button(texts.REDO, min_width=50, elem_id="redo")
                with gr.Column(min_width=300):
                    picture = gr.Image(
                        label=texts.PICTURE_LABEL, alt_text=texts.PICTURE_ALT, elem_id="picture", **picture_options
                    )
                    with gr.Row(elem_classes="buttons"):
                        finish = gr.Button(texts.FINISH, variant="primary", min_width=80, elem_id="finish")
                        model = gr.Button(texts.FINISH_AUTO, min_width=80, elem_id="model")
                        start_over = gr.Button(texts.START_OVER, min_width=80, elem_id="start-over")
                    tool = gr.Radio(
                        [(label, name) for name, (label, _) in texts.TOOLS.items()], value="choose",
                        label=texts.TOOL_LABEL, elem_id="tool",
                    )  # fmt: skip
                    hint = gr.Markdown(texts.TOOLS["choose"][1], elem_id="hint")
            strip = strip_component(texts)
            with gr.Accordion(texts.HELP_TITLE, open=False):
                gr.Markdown(texts.HELP)
        return cls(
            room, question, asked, picture, answer, back, skip, undo, redo, model, finish, start_over, tool, hint, strip
        )

    def shown(self, visit: Visit, texts: ModuleType, tool: str) -> dict[Any, Any]:
        """What this room shows of a visit."""
        painting, region = visit.painting, asked(visit)
        first = not painting.regions or region is painting.regions[0]
        return {
            self.question: question(visit, texts),
            self.asked: picture_file(asked_view(painting, region, mark=visit.stroke), self.asked.GRADIO_CACHE),
            self.picture: picture_file(picture_view(painting), self.picture.GRADIO_CACHE),
            self.answer: swatches(visit),
            self.strip: {"frames": visit.frames, "step": visit.step},
            self.hint: texts.CUT_END if visit.stroke else texts.TOOLS[tool][1],
            self.back: gr.Button(interactive=not first),
            self.skip: gr.Button(interactive=region is not None),
            self.undo: gr.Button(interactive=visit.step > 0),
            self.redo: gr.Button(interactive=visit.step < len(visit.frames) - 1),
            self.model: gr.Button(interactive=painting.next_region() is not None),
        }

    @property
    def changing(self) -> Iterable[Any]:
        """The components that `shown` changes."""
        return (
            self.question, self.asked, self.picture, self.answer, self.strip, self.hint,
            self.back, self.skip, self.undo, self.redo, self.model,
        )  # fmt: skip


@dataclass(frozen=True)
class FinishRoom:
    room: gr.Column
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
        with gr.Column(visible=False, elem_id="done") as room:
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
        return cls(room, compare, mode, lines, transparent, downloads, go_on, start_over, file)

    def shown(self, visit: Visit, mode: str, lines: bool) -> dict[Any, Any]:
        """What this room shows of a visit."""
        return {self.compare: comparison(visit.painting, mode, lines)}


def question(visit: Visit, texts: ModuleType) -> str:
    """The question as Markdown, or what to do at the end."""
    region = asked(visit)
    if region is None:
        return texts.ALL_ASKED
    regions = visit.painting.regions
    area = texts.UNDER_ONE if region.area < 0.01 else f"{region.area:.0%}"
    words = texts.ANSWERED if region.color else texts.SKIPPED if region.skipped else texts.QUESTION
    return words.format(number=regions.index(region) + 1, total=len(regions), area=area, color=region.color)
