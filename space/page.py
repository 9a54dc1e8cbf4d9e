"""One page in one language: what its buttons do, and what it shows then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import gradio as gr

import commands
import serving
from downloads import make_file
from guiding_painter.drawings import looks_colored
from rooms import FinishRoom, OfferRoom, PaintRoom, StartRoom
from serving import troubles_told
from texts import LANGUAGES, Trouble
from uploads import (
    check_painting,
    check_picture,
    example,
    is_animated,
    is_saved,
    lines_of,
    read_file,
    unpack_painting,
    uploaded,
)
from views import MAX_SIDE, picture_file, point_of_drawing
from visits import KEPT_SECONDS, Visit, Visits

Updates = dict[Any, Any]  # what is new, by the component that shows it
Room = StartRoom | OfferRoom | PaintRoom | FinishRoom
WORK, OPENING = (queue | {"api_visibility": "private"} for queue in (serving.WORK, serving.OPENING))
PROGRESS = gr.Progress()  # as the default of an argument it tells gradio to hand over a real one
LIGHT = {"api_visibility": "private", "show_progress": "hidden"}
TOOLS: dict[str, Callable[[Visit, Any], None]] = {
    "choose": commands.choose, "split": commands.split, "merge": commands.merge, "move": commands.move_cell,
}  # fmt: skip


def build_page(demo: gr.Blocks, visits: Visits, texts: ModuleType) -> None:
    """Fills the page that is being built."""
    Page(visits, texts).connect(demo)


class Page:
    """The rooms of a page, and what happens in them; the methods without an underscore answer events.

    A visitor's state is the name of a visit, see `Visits`: it is with the visitor, also when the page is loaded anew.
    """

    def __init__(self, visits: Visits, texts: ModuleType):
        self._visits, self._texts = visits, texts
        gr.Navbar(main_page_name=LANGUAGES[0].LANGUAGE)
        self._name = gr.BrowserState(storage_key="guiding-painter")
        # The file of a colored picture, while its lines are offered.
        self._offered = gr.State(time_to_live=KEPT_SECONDS)
        gr.Markdown(f"# {texts.TITLE}", elem_id="title")
        self._start, self._offer = StartRoom.build(texts), OfferRoom.build(texts)
        self._paint, self._finish = PaintRoom.build(texts), FinishRoom.build(texts)
        self._rooms = (self._start, self._offer, self._paint, self._finish)
        self._columns = [room.column for room in self._rooms]

    # What is connected to what

    def connect(self, demo: gr.Blocks) -> None:
        """Lets every button and event of the page do what it is for."""
        self._connect_start(demo)
        self._connect_paint()
        self._connect_finish()
        gr.on(
            [room.start_over.click for room in (self._offer, self._paint, self._finish)],
            self.leave, self._name, [*self._columns, self._start.upload, self._start.resume_last], **LIGHT,
        )  # fmt: skip

    def _connect_start(self, demo: gr.Blocks) -> None:
        start, offer, paint = self._start, self._offer, self._paint
        changes = [
            *self._columns, *paint.changing, self._name, paint.tool, offer.compare, start.upload, self._offered,
        ]  # fmt: skip
        at_upload = {"show_progress_on": start.upload} | OPENING
        at_offer = {"show_progress_on": offer.compare} | OPENING
        # The raw upload, so that the package opens the file with its own limits and words rather than gradio with none.
        upload = gr.on([start.upload.upload], self.open_upload, start.upload, changes, preprocess=False, **at_upload)
        upload.failure(lambda: None, outputs=start.upload, queue=False, **LIGHT)
        start.examples.submit(self.open_example, None, changes, show_progress_on=start.examples, **OPENING)
        offer.take_lines.click(partial(self.open_offered, extract_lines=True), self._offered, changes, **at_offer)
        offer.as_it_is.click(partial(self.open_offered, extract_lines=False), self._offered, changes, **at_offer)
        start.resume_file.upload(self.resume_file, start.resume_file, changes, **at_upload)
        start.resume_last.click(self.resume_last, self._name, changes, show_progress_on=start.upload, **WORK)
        demo.load(self.welcome, self._name, start.resume_last, **LIGHT)

    def _connect_paint(self) -> None:
        paint = self._paint
        state, changes = [self._name, paint.tool], list(paint.changing)
        busy = WORK | {"show_progress": "minimal", "show_progress_on": paint.picture}
        paint.answer.submit(self.answer, state, changes, **busy)
        paint.strip.submit(self.go_to, state, changes, **busy)
        paint.asked.select(self.click, state, changes, **busy)
        for button, command in (
            (paint.back, commands.back), (paint.skip, commands.skip_region),
            (paint.undo, commands.undo), (paint.redo, commands.redo),
        ):  # fmt: skip
            button.click(partial(self._run, command), state, changes, **busy)
        paint.model.click(self.let_model_finish, state, changes, **busy | {"show_progress": "full"})
        paint.tool.change(partial(self._run, lambda visit: None), state, changes, **busy)

    def _connect_finish(self) -> None:
        paint, finish = self._paint, self._finish
        result = [self._name, finish.mode, finish.lines]
        gr.on(
            [paint.finish.click, finish.mode.input, finish.lines.input],
            self.see_result, result, [*self._columns, finish.compare],
            show_progress_on=[finish.compare, paint.picture], **WORK,
        )  # fmt: skip
        for kind, button in finish.downloads.items():
            choices = [*result, finish.transparent]
            button.click(partial(self.download, kind), choices, finish.file, show_progress_on=finish.compare, **WORK)
        finish.file.change(None, js="() => document.querySelector('#download-file').click()", api_visibility="private")
        finish.go_on.click(lambda: self._enter(paint), outputs=self._columns, **LIGHT)

    # What the events of the start and the offer do

    def welcome(self, name: str | None) -> gr.Button:
        """Offers to go on with the painting that is with the visitor, where it is still here."""
        return gr.Button(visible=self._visits.has(name))

    def open_upload(self, file: object) -> Updates:
        with troubles_told(self._texts):
            return self._open_picture(uploaded(file))

    def open_example(self, event: gr.EventData) -> Updates:
        with troubles_told(self._texts):
            return self._open_picture(example(sent(event, "index")))

    def open_offered(self, path: Path | None, extract_lines: bool) -> Updates:
        with troubles_told(self._texts):
            if path is None or not path.exists():
                raise Trouble("EXPIRED")
            data = read_file(path)
            return self._begin(self._visits.start(data, check_picture(data), extract_lines=extract_lines))

    def resume_file(self, path: str) -> Updates:
        with troubles_told(self._texts):
            file = uploaded({"path": path})
            data = read_file(file)
            if not is_saved(data):
                return self._open_picture(file)
            return self._begin(self._visits.resume(*unpack_painting(data)))

    def resume_last(self, name: str | None) -> Updates:
        with self._visit(name) as visit:
            return self._arrive(visit)

    def leave(self, name: str | None) -> Updates:
        """Back to the start; the painting stays for as long as any, to go on with."""
        return self._enter(self._start) | {self._start.upload: None, self._start.resume_last: self.welcome(name)}

    # What the events of painting do

    def answer(self, name: str | None, tool: str, event: gr.EventData) -> Updates:
        return self._run(commands.apply_color, name, tool, sent(event, "color"))

    def go_to(self, name: str | None, tool: str, event: gr.EventData) -> Updates:
        return self._run(commands.go_to, name, tool, sent(event, "step"))

    def click(self, name: str | None, tool: str, event: gr.SelectData) -> Updates:
        """A click on the drawing."""
        with self._visit(name) as visit:
            point = point_of_drawing(visit.painting, sent(event, "index"))
            began, visit.stroke = visit.stroke, None
            if commands.asked(visit) is None and tool in ("merge", "move"):
                commands.choose(visit, point)  # nothing is lit that they could change: now it is, for the next click
            elif tool != "cut":
                TOOLS[tool](visit, point)
            elif began is None:
                visit.stroke = point
            else:
                commands.cut(visit, began, point)
            return self._show(visit, tool)

    def let_model_finish(self, name: str | None, tool: str, progress: gr.Progress = PROGRESS) -> Updates:
        def tell(done: int, total: int) -> None:
            progress((done, total))

        return self._run(commands.finish, name, tool, tell)

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

    def _run(self, command: Callable[..., None], name: str | None, tool: str, *inputs: Any) -> Updates:
        """Does what a visitor asks for and shows what follows."""
        with self._visit(name) as visit:
            visit.stroke = None
            command(visit, *inputs)
            return self._show(visit, tool)

    def _open_picture(self, path: Path) -> Updates:
        """Begins with a drawing, goes on with a painting in it, or offers the lines of a colored picture."""
        data = read_file(path)
        picture = check_picture(data)
        if "painting" in picture.info:
            with suppress(Trouble):  # one of another kind is a drawing all the same
                check_painting(picture.info["painting"])
                return self._begin(self._visits.resume(data, None))
        if is_animated(data):
            gr.Info(self._texts.FIRST_FRAME)
        if (pages := picture.info.get("pages", 1)) > 1:
            gr.Info(self._texts.FIRST_PAGE.format(pages=pages))
        if not looks_colored(picture):
            return self._begin(self._visits.start(data, picture))
        lines = lines_of(data, MAX_SIDE)
        picture.thumbnail((MAX_SIDE, MAX_SIDE))
        compared = tuple(picture_file(side, self._offer.compare.GRADIO_CACHE) for side in (picture, lines))
        known = {self._offer.compare: compared, self._offered: path, self._start.upload: None}
        return self._enter(self._offer) | known

    def _begin(self, opened: str) -> Updates:
        with self._visits.using(opened) as visit:
            commands.begin(visit)
            return self._arrive(visit)

    def _arrive(self, visit: Visit) -> Updates:
        """Into the room to paint in, with what it shows of a visit."""
        known = {self._name: visit.name, self._paint.tool: "choose", self._start.upload: None, self._offered: None}
        return self._enter(self._paint) | self._show(visit) | known

    def _enter(self, room: Room) -> Updates:
        return {other.column: gr.Column(visible=other is room) for other in self._rooms}

    def _show(self, visit: Visit, tool: object = "choose") -> Updates:
        return self._paint.shown(visit, self._texts, tool if tool in self._texts.TOOLS else "choose")


def sent(event: gr.EventData, name: str) -> object:
    """What a client sent with an event under a name, None where it sent nothing of that.

    gradio offers what came as attributes of the event and in no other public way, and fails where no dict came.
    """
    try:
        return getattr(event, name, None)
    except TypeError:
        return None
