"""The rooms of the page, one visible at a time: start, offer, paint, finish. What is in them; `page` makes it go."""

from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import gradio as gr

from commands import asked, place, swatches
from html_components import answer_component, examples_component, strip_component
from uploads import ENDINGS, EXAMPLES
from views import asked_view, comparison, picture_file, picture_view
from visits import Visit

PICTURE = {"interactive": False, "buttons": ["fullscreen"], "format": "webp"}


@dataclass(frozen=True, kw_only=True)
class StartRoom:
    column: gr.Column
    upload: gr.Image
    examples: gr.HTML
    resume_last: gr.Button
    resume_file: gr.UploadButton

    @classmethod
    def build(cls, texts: ModuleType) -> "StartRoom":
        with gr.Column(elem_id="start") as column:
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
                            texts.RESUME_FILE, file_types=[*ENDINGS], type="filepath", size="md", elem_id="resume-file"
                        )
                with gr.Column(scale=3, min_width=300):
                    examples = examples_component(texts, EXAMPLES)
            with gr.Accordion(texts.HELP_TITLE, open=False, elem_id="help"):
                gr.Markdown(texts.HELP)
        return cls(
            column=column, upload=upload, examples=examples, resume_last=resume_last, resume_file=resume_file
        )  # fmt: skip


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
    column: gr.Column
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
        with gr.Column(visible=False, elem_id="paint") as column:
            question = gr.Markdown(elem_id="question")
            with gr.Row():
                with gr.Column(min_width=300):
                    asking = _asking_side(texts)
                with gr.Column(min_width=300):
                    picture = _picture_side(texts)
            strip = strip_component(texts)
            with gr.Accordion(texts.HELP_TITLE, open=False):
                gr.Markdown(texts.HELP)
        return cls(column=column, question=question, strip=strip, **asking, **picture)

    def shown(self, visit: Visit, texts: ModuleType, tool: str) -> dict[Any, Any]:
        """What this room shows of a visit."""
        painting, region = visit.painting, asked(visit)
        return {
            self.question: question(visit, texts),
            self.asked: picture_file(asked_view(painting, region, mark=visit.stroke), self.asked.GRADIO_CACHE),
            self.picture: picture_file(picture_view(painting), self.picture.GRADIO_CACHE),
            self.answer: swatches(visit),
            self.strip: {"frames": visit.frames, "step": visit.step},
            self.hint: texts.CUT_END if visit.stroke else texts.TOOLS[tool][1],
            self.back: gr.Button(interactive=place(visit) > 0),
            self.skip: gr.Button(interactive=region is not None),
            self.undo: gr.Button(interactive=visit.step > 0),
            self.redo: gr.Button(interactive=visit.step < visit.last_step),
            self.model: gr.Button(interactive=painting.next_region() is not None),
        }

    @property
    def changing(self) -> Iterable[Any]:
        """The components that `shown` changes."""
        return (
            self.question, self.asked, self.picture, self.answer, self.strip, self.hint,
            self.back, self.skip, self.undo, self.redo, self.model,
        )  # fmt: skip


def _asking_side(texts: ModuleType) -> dict[str, Any]:
    """The drawing with the region in question, and how to answer, by the names in PaintRoom."""
    asked = gr.Image(label=texts.ASKED_LABEL, alt_text=texts.ASKED_ALT, elem_id="asked", **PICTURE)
    answer = answer_component(texts)
    with gr.Row(elem_classes="buttons"):
        buttons = {
            name: gr.Button(label, min_width=50, elem_id=name)
            for name, label in (
                ("back", texts.BACK), ("skip", texts.SKIP), ("undo", texts.UNDO), ("redo", texts.REDO),
            )
        }  # fmt: skip
    return {"asked": asked, "answer": answer, **buttons}


def _picture_side(texts: ModuleType) -> dict[str, Any]:
    """The picture so far, where to go from it, and the tools, by the names in PaintRoom."""
    picture = gr.Image(label=texts.PICTURE_LABEL, alt_text=texts.PICTURE_ALT, elem_id="picture", **PICTURE)
    with gr.Row(elem_classes="buttons"):
        finish = gr.Button(texts.FINISH, variant="primary", min_width=80, elem_id="finish")
        model = gr.Button(texts.FINISH_AUTO, min_width=80, elem_id="model")
        start_over = gr.Button(texts.START_OVER, min_width=80, elem_id="start-over")
    tools = [(label, name) for name, (label, _) in texts.TOOLS.items()]
    tool = gr.Radio(tools, value="choose", label=texts.TOOL_LABEL, elem_id="tool")
    hint = gr.Markdown(texts.TOOLS["choose"][1], elem_id="hint")
    return {
        "picture": picture, "finish": finish, "model": model, "start_over": start_over, "tool": tool, "hint": hint,
    }  # fmt: skip


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


def question(visit: Visit, texts: ModuleType) -> str:
    """The question as Markdown, or what to do at the end."""
    region = asked(visit)
    if region is None:
        return texts.ALL_ASKED
    total = len(visit.painting.regions)
    area = texts.UNDER_ONE if region.area < 0.01 else f"{region.area:.0%}"
    words = texts.ANSWERED if region.color else texts.SKIPPED if region.skipped else texts.QUESTION
    return words.format(number=place(visit) + 1, total=total, area=area, color=region.color)
