"""The page of the user study: one picture after the other, both ways with the same parts, then the questions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import gradio as gr

import serving
from css_colors import read_color
from page import SECRET, sent
from serving import troubles_told
from study_sessions import SCORES, WAYS, Session, Study
from texts import LANGUAGES, Trouble
from views import picture_file

Updates = dict[Any, Any]  # what is new, by the component that shows it
OPENING = serving.WORK | {"api_visibility": "private"}
WORK = OPENING | {"show_progress": "hidden"}
SWATCHES_HTML = """
<div class="swatches">
  ${value.map(color => `<button data-color="${color}" style="background: ${color}" title="${color}">
    </button>`).join('')}
</div>
"""
SWATCHES_CSS = """
.swatches { display: flex; flex-wrap: wrap; gap: 6px; min-height: 40px; }
button { width: 40px; height: 40px; border-radius: var(--radius-md); border: 1px solid #666; cursor: pointer; }
button:focus-visible { outline: 3px solid var(--color-accent); }
"""
SWATCHES_JS = """
element.addEventListener('click', event => {
  const swatch = event.target.closest('[data-color]');
  if (swatch) trigger('submit', {color: swatch.dataset.color});
});
"""


def create_study(study: Study) -> gr.Blocks:
    """The pages of a study, one a language; `launch(**app.LAUNCH)` serves them."""
    main, *others = LANGUAGES
    with gr.Blocks(title=main.TITLE, analytics_enabled=False) as demo:
        StudyPage(study, main).connect(demo)
    for texts in others:
        with demo.route(texts.LANGUAGE, texts.PATH):
            StudyPage(study, texts).connect(demo)
    return demo.queue()


class StudyPage:
    """The rooms of the page in one language; a person's state is the name of a session, which a reload keeps."""

    def __init__(self, study: Study, texts: ModuleType):
        self._study, self._texts = study, texts
        gr.Navbar(visible=False)
        self._name = gr.BrowserState(storage_key="guiding-painter-study", secret=SECRET)
        gr.Markdown(f"# {texts.TITLE}")
        with gr.Column(elem_id="study-start") as self._start:
            gr.Markdown(texts.STUDY_INTRO)
            self._begin = gr.Button(texts.STUDY_BEGIN, variant="primary", elem_id="study-begin")
        self._build_paint()
        with gr.Column(visible=False, elem_id="study-quality") as self._quality:
            self._result = gr.Image(interactive=False, show_label=False, buttons=[], height=480)
            self._quality_score = gr.Radio(list(SCORES), label=texts.STUDY_QUALITY, elem_id="study-qs")
            self._next = gr.Button(texts.STUDY_NEXT, variant="primary", elem_id="study-next")
        with gr.Column(visible=False, elem_id="study-convenience") as self._convenience:
            self._scores = [
                gr.Radio(list(SCORES), label=texts.STUDY_CONVENIENCE[way], elem_id=f"study-cs-{way}") for way in WAYS
            ]
            self._finish = gr.Button(texts.STUDY_FINISH, variant="primary", elem_id="study-finish")
        with gr.Column(visible=False, elem_id="study-end") as self._end:
            gr.Markdown(texts.STUDY_THANKS)
            self._again = gr.Button(texts.STUDY_AGAIN, elem_id="study-again")
        self._rooms = {
            "start": self._start, "paint": self._paint, "quality": self._quality, "convenience": self._convenience,
            "end": self._end,
        }  # fmt: skip
        self._all = [
            *self._rooms.values(), self._name, self._place, self._ask, self._question, self._picture, self._swatches,
            self._skip, self._result, self._quality_score, *self._scores,
        ]  # fmt: skip

    def _build_paint(self) -> None:
        texts = self._texts
        with gr.Column(visible=False, elem_id="study-paint") as self._paint:
            self._place = gr.Markdown(elem_id="study-place")
            self._ask = gr.Markdown(elem_id="study-ask")
            with gr.Row():
                self._question = gr.Image(
                    interactive=False, label=texts.STUDY_DRAWING, buttons=[], height=480, elem_id="study-drawing"
                )
                self._picture = gr.Image(interactive=False, label=texts.STUDY_PICTURE, buttons=[], height=480)
            self._swatches = gr.HTML(
                [], html_template=SWATCHES_HTML, css_template=SWATCHES_CSS, js_on_load=SWATCHES_JS,
                apply_default_css=False, elem_id="study-swatches",
            )  # fmt: skip
            with gr.Row(equal_height=True):
                self._color = gr.ColorPicker("#c04020", label=texts.COLOR_LABEL)
                self._apply = gr.Button(texts.STUDY_APPLY, elem_id="study-apply")
                self._skip = gr.Button(texts.SKIP, elem_id="study-skip")
                self._undo = gr.Button(texts.UNDO, elem_id="study-undo")
                self._done = gr.Button(texts.STUDY_DONE, variant="primary", elem_id="study-done")

    def connect(self, demo: gr.Blocks) -> None:
        """Lets every button do what it is for."""
        name = self._name
        demo.load(self.resume, name, self._all, **WORK)
        gr.on([self._begin.click, self._again.click], self.begin, None, self._all, **OPENING)
        self._question.select(self.choose, name, self._all, **WORK)
        self._swatches.submit(self.paint_swatch, name, self._all, **WORK)
        self._apply.click(self.paint, [name, self._color], self._all, **WORK)
        self._skip.click(self.skip, name, self._all, **WORK)
        self._undo.click(self.undo, name, self._all, **WORK)
        self._done.click(self.done, name, self._all, **WORK)
        self._next.click(self.rate, [name, self._quality_score], self._all, **OPENING)
        self._finish.click(self.finish, [name, *self._scores], self._all, **WORK)

    # What the events do

    def begin(self) -> Updates:
        with troubles_told(self._texts):
            return self._shown(self._study.start())

    def resume(self, name: str | None) -> Updates:
        """Goes on where a page that was loaded anew has been: when what it asked for before is done."""
        session = self._study.session(name)
        if session is None or session.stage == "end":
            return self._enter("start")
        return self._do(name, lambda _: None)

    def choose(self, name: str | None, event: gr.SelectData) -> Updates:
        with self._session(name) as session:
            session.check_stage("paint")
            if session.way.asks:
                return {self._ask: self._asking(session)}
            across, down = (side / shown for side, shown in zip(session.way.size, self._seen(session), strict=True))
            session.choose((int(event.index[0] * across), int(event.index[1] * down)))
            return self._shown(session)

    def paint(self, name: str | None, color: str) -> Updates:
        return self._do(name, lambda session: session.paint(read_color(color)))

    def paint_swatch(self, name: str | None, event: gr.EventData) -> Updates:
        return self.paint(name, sent(event, "color"))

    def skip(self, name: str | None) -> Updates:
        return self._do(name, Session.skip)

    def undo(self, name: str | None) -> Updates:
        return self._do(name, Session.undo)

    def done(self, name: str | None) -> Updates:
        return self._do(name, Session.done)

    def rate(self, name: str | None, score: int | None) -> Updates:
        return self._do(name, lambda session: self._study.rate(session, score))

    def finish(self, name: str | None, *scores: int | None) -> Updates:
        return self._do(name, lambda session: self._study.finish(session, dict(zip(WAYS, scores, strict=True))))

    # What they share

    def _do(self, name: str | None, action: Callable[[Session], None]) -> Updates:
        with self._session(name) as session:
            action(session)
            return self._shown(session)

    @contextmanager
    def _session(self, name: str | None) -> Iterator[Session]:
        with troubles_told(self._texts):
            if (session := self._study.session(name)) is None:
                raise Trouble("STUDY_GONE")
            with session.lock, self._study.cores.share():
                yield session

    def _seen(self, session: Session) -> tuple[int, int]:
        """(width, height) of the drawing as the page has it."""
        return session.way.question().size

    def _asking(self, session: Session) -> str:
        texts, way = self._texts, session.way
        if not way.asks:
            return texts.STUDY_ASK_COLOR if way.chosen else texts.STUDY_ASK_POINT
        return texts.STUDY_ASK_PART if way.colors() else texts.STUDY_ALL_ASKED

    def _shown(self, session: Session) -> Updates:
        updates = self._enter(session.stage) | {self._name: session.name}
        if session.stage == "paint":
            place = self._texts.STUDY_PLACE.format(number=len(session.results) + 1, count=len(session.tasks))
            updates |= {
                self._place: place,
                self._ask: self._asking(session),
                self._question: picture_file(session.way.question(), self._question.GRADIO_CACHE),
                self._picture: picture_file(session.way.picture(), self._picture.GRADIO_CACHE),
                self._swatches: session.way.colors(),
                self._skip: gr.Button(visible=session.way.asks),
            }
        elif session.stage == "quality":
            picture = picture_file(session.way.picture(), self._result.GRADIO_CACHE)
            updates |= {self._result: picture, self._quality_score: None}
        elif session.stage == "convenience":
            updates |= dict.fromkeys(self._scores)
        return updates

    def _enter(self, stage: str) -> Updates:
        return {room: gr.Column(visible=name == stage) for name, room in self._rooms.items()}
