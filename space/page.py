"""One page in one language: what its buttons do, and what it shows then."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import gradio as gr

import commands
import serving
from canvas_state import canvas_state
from downloads import make_file
from guiding_painter.drawings import looks_colored
from guiding_painter.palettes import KNOWN_SUFFIXES
from html_components import title_component
from orders import carry_out
from rooms import FinishRoom, OfferRoom, PaintRoom, StartRoom
from serving import troubles_told, what_is_wrong
from texts import LANGUAGES, Trouble
from uploads import (
    check_painting,
    check_picture,
    example,
    is_saved,
    lines_of,
    read_file,
    stem_of,
    unpack_painting,
    uploaded,
)
from views import MAX_SIDE, picture_file
from visits import KEPT_SECONDS, UndoStep, Visit, Visits, is_page

Updates = dict[Any, Any]  # what is new, by the component that shows it
Room = StartRoom | OfferRoom | PaintRoom | FinishRoom
WORK, OPENING, ASIDE = (
    queue | {"api_visibility": "private"} for queue in (serving.WORK, serving.OPENING, serving.ASIDE)
)
PRIVATE = {"api_visibility": "private"}
LIGHT = PRIVATE | {"show_progress": "hidden"}
SECRET = secrets.token_hex(16)  # one for all pages, or they could not read each other's
FOCUS_ON_RESULT = "() => { setTimeout(() => document.querySelector('#download-png')?.focus(), 50) }"


def build_page(demo: gr.Blocks, visits: Visits, texts: ModuleType) -> None:
    """Fills the page that is being built."""
    Page(visits, texts).connect(demo)


class Page:
    """The rooms of a page, and what happens in them; the methods without an underscore answer events.

    A visitor's state is the name of a visit, see `Visits`: it is with the visitor, also when the page is loaded anew.
    """

    def __init__(self, visits: Visits, texts: ModuleType):
        self._visits, self._texts = visits, texts
        gr.Navbar(visible=False)  # it would lose the painting and the theme: the title has its own links
        self._name = gr.BrowserState(storage_key="guiding-painter", secret=SECRET)
        # The file of a colored picture, while its lines are offered.
        self._offered = gr.State(time_to_live=KEPT_SECONDS)
        self._title = title_component(texts, LANGUAGES)
        self._start, self._offer = StartRoom.build(texts), OfferRoom.build(texts)
        self._paint, self._finish = PaintRoom.build(texts), FinishRoom.build(texts)
        self._rooms = (self._start, self._offer, self._paint, self._finish)
        self._columns = [room.column for room in self._rooms]
        self._changes = [  # when a drawing is opened
            *self._columns, self._paint.canvas, self._name, self._offer.compare, self._offered,
        ]  # fmt: skip

    # What is connected to what

    def connect(self, demo: gr.Blocks) -> None:
        """Lets every button and event of the page do what it is for."""
        self._connect_start(demo)
        self._connect_paint()
        self._connect_finish()
        gr.on(
            [self._offer.start_over.click, self._paint.canvas.clear, self._finish.start_over.click],
            self.leave, self._name, [*self._columns, self._start.resume_last], **LIGHT,
        )  # fmt: skip

    def _connect_start(self, demo: gr.Blocks) -> None:
        start, offer, changes = self._start, self._offer, self._changes
        at_upload = {"show_progress_on": start.upload} | OPENING
        at_offer = {"show_progress_on": offer.compare} | OPENING
        start.upload.submit(self.open_upload, None, changes, **at_upload)
        start.examples.submit(self.open_example, None, changes, show_progress_on=start.examples, **OPENING)
        offer.take_lines.click(partial(self.open_offered, extract_lines=True), self._offered, changes, **at_offer)
        offer.as_it_is.click(partial(self.open_offered, extract_lines=False), self._offered, changes, **at_offer)
        start.resume_last.click(self.resume_last, self._name, changes, show_progress_on=start.upload, **WORK)
        self._title.submit(self.resume_here, None, changes, show_progress_on=start.upload, **WORK)
        demo.load(self.welcome, self._name, start.resume_last, **LIGHT)

    def _connect_paint(self) -> None:
        canvas = self._paint.canvas
        # The canvas itself sends one message after another, the next one before gradio takes the last for done.
        work = canvas.submit(self.work, None, canvas, trigger_mode="multiple", **WORK | {"show_progress": "hidden"})
        canvas.input(self.propose, None, canvas, trigger_mode="multiple", **ASIDE | {"show_progress": "hidden"})
        # The canvas takes back what the server did not hear of.
        work.failure(None, js="() => { window.dispatchEvent(new Event('guiding-painter-lost')) }", **PRIVATE)

    def _connect_finish(self) -> None:
        paint, finish = self._paint, self._finish
        result = [self._name, finish.mode, finish.lines]
        gr.on(
            [finish.mode.input, finish.lines.input],
            self.see_result, result, [*self._columns, finish.compare], show_progress_on=finish.compare, **WORK,
        )  # fmt: skip
        ready = paint.canvas.select(
            self.see_result, result, [*self._columns, finish.compare], show_progress="hidden", **WORK
        )
        ready.then(None, js=FOCUS_ON_RESULT, **PRIVATE)
        for kind, button in finish.downloads.items():
            choices = [*result, finish.transparent]
            button.click(partial(self.download, kind), choices, finish.file, show_progress_on=finish.compare, **WORK)
        finish.file.change(None, js="() => document.querySelector('#download-file').click()", api_visibility="private")
        finish.go_on.click(self.resume_last, self._name, self._changes, show_progress="hidden", **WORK)

    # What the events of the start and the offer do

    def welcome(self, name: str | None) -> gr.Button:
        """Offers to go on with the painting that is with the visitor, where it is still here."""
        return gr.Button(visible=self._visits.has(name))

    def open_upload(self, event: gr.EventData) -> Updates:
        """Opens a picture or page, or goes on with a painting that was saved."""
        with troubles_told(self._texts):
            path = uploaded(sent(event, "file"))
            if path.suffix.lower() in KNOWN_SUFFIXES:
                raise Trouble("PALETTE_FIRST")
            data = read_file(path)
            if not is_saved(data):
                return self._open_picture(path)
            saved = unpack_painting(data)
            return self._begin(self._visits.resume(saved.original, saved.state, saved.stem), saved.steps)

    def open_example(self, event: gr.EventData) -> Updates:
        with troubles_told(self._texts):
            return self._open_picture(example(sent(event, "index")))

    def open_offered(self, path: Path | None, extract_lines: bool) -> Updates:
        with troubles_told(self._texts):
            if path is None or not path.exists():
                raise Trouble("EXPIRED")
            data = read_file(path)
            picture = check_picture(data)
            options = {"extract_lines": extract_lines, "panels": is_page(picture)}
            return self._begin(self._visits.start(data, picture, stem_of(path), **options))

    def resume_last(self, name: str | None) -> Updates:
        with self._visit(name) as visit:
            return self._arrive(visit)

    def resume_here(self, event: gr.EventData) -> Updates:
        """Goes on in this language with the painting that was open in another."""
        return self.resume_last(sent(event, "painting"))

    def leave(self, name: str | None) -> Updates:
        """Back to the start; the painting stays for as long as any, to go on with."""
        return self._enter(self._start) | {self._start.resume_last: self.welcome(name)}

    # What the events of painting do

    def work(self, event: gr.EventData) -> dict[str, Any]:
        """What was done on the canvas. A mistake is told, what came before it stands, and all is shown as it is."""
        with self._visit(sent(event, "painting")) as visit:
            said = []
            try:
                said = carry_out(visit, sent(event, "orders"))
            except (ValueError, OSError) as error:
                gr.Warning(what_is_wrong(error, self._texts))
            known = {name: sent(event, name) for name in ("opening", "map", "strip", "photo")}
            return canvas_state(visit, self._texts, self._paint.canvas.GRADIO_CACHE, known, said)

    def propose(self, event: gr.EventData) -> gr.HTML:
        """Whole colorings to begin with, while the visitor may be answering already."""
        asked_for = {name: sent(event, name) for name in ("painting", "opening")}
        with suppress(Trouble):  # of which the canvas hears where it matters
            return gr.HTML(proposed=asked_for | {"pictures": commands.propose(self._visits, asked_for["painting"])})
        return gr.HTML(proposed=None)

    # What the events of the finish do

    def see_result(self, name: str | None, mode: str, lines: bool) -> Updates:
        with self._visit(name) as visit:
            return self._enter(self._finish) | self._finish.shown(visit, mode, lines)

    def download(self, kind: str, name: str | None, mode: str, lines: bool, transparent: bool) -> str:
        with self._visit(name) as visit:
            # In gradio's own folder, from which it may be served.
            return make_file(visit, kind, Path(self._finish.file.GRADIO_CACHE), mode, lines, transparent)

    # What they share

    @contextmanager
    def _visit(self, name: str | None) -> Iterator[Visit]:
        with troubles_told(self._texts), self._visits.using(name) as visit:
            yield visit

    def _open_picture(self, path: Path) -> Updates:
        """Begins with a drawing, goes on with a painting in it, or offers the lines of a colored picture."""
        data = read_file(path)
        picture = check_picture(data)
        if "painting" in picture.info:
            with suppress(Trouble):  # one of another kind is a drawing all the same
                check_painting(picture.info["painting"])
                return self._begin(self._visits.resume(data, None, stem_of(path)))
        if not looks_colored(picture):
            return self._begin(self._visits.start(data, picture, stem_of(path), panels=is_page(picture)))
        lines = lines_of(data, MAX_SIDE)
        picture.thumbnail((MAX_SIDE, MAX_SIDE))
        compared = tuple(picture_file(side, self._offer.compare.GRADIO_CACHE) for side in (picture, lines))
        return self._enter(self._offer) | {self._offer.compare: compared, self._offered: path}

    def _begin(self, opened: str, steps: list[UndoStep] | None = None) -> Updates:
        with self._visits.using(opened) as visit:
            commands.begin(visit, steps)
            return self._arrive(visit)

    def _arrive(self, visit: Visit) -> Updates:
        """Into the room to paint in, with what it shows of a visit."""
        shown = canvas_state(visit, self._texts, self._paint.canvas.GRADIO_CACHE)
        return self._enter(self._paint) | {self._paint.canvas: shown, self._name: visit.name, self._offered: None}

    def _enter(self, room: Room) -> Updates:
        return {other.column: gr.Column(visible=other is room) for other in self._rooms}


def sent(event: gr.EventData, name: str) -> object:
    """What a client sent with an event under a name, None where it sent nothing of that.

    gradio offers what came as attributes of the event and in no other public way, and fails where no dict came.
    """
    try:
        return getattr(event, name, None)
    except TypeError:
        return None
