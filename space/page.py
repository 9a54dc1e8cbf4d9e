"""One page in one language: what its buttons do, and what it shows then."""

import html
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import gradio as gr

import api
import steps
from downloads import make_file
from guiding_painter.drawings import looks_colored
from rooms import FinishRoom, PaintRoom, StartRoom
from texts import LANGUAGES, Trouble
from uploads import check_picture, example, is_animated, lines_of, read_file, unpack_painting, uploaded
from views import MAX_SIDE, point_of_drawing
from visits import KEPT_SECONDS, Visit, Visits

# A queue for answers, as wide as the two cores of the free hardware, and one for openings, see `api`.
WORK, OPENING = (queue | {"api_visibility": "private"} for queue in (api.WORK, api.OPENING))
LIGHT = {"api_visibility": "private", "show_progress": "hidden"}
TOOLS: dict[str, Callable[[Visit, Any], None]] = {
    "choose": steps.choose, "split": steps.split, "merge": steps.merge, "move": steps.move_cell,
}  # fmt: skip


def build_page(demo: gr.Blocks, visits: Visits, texts: ModuleType) -> None:
    """Fills the page that is being built. A visitor's state is the name of a visit, see `Visits`."""
    gr.Navbar(main_page_name=LANGUAGES[0].LANGUAGE)
    name = gr.BrowserState(storage_key="guiding-painter")  # with the visitor, also when the page is loaded anew
    offered = gr.State(time_to_live=KEPT_SECONDS)  # the file of a colored picture, while its lines are offered
    gr.Markdown(f"# {texts.TITLE}", elem_id="title")
    start, paint, finish = StartRoom.build(texts), PaintRoom.build(texts), FinishRoom.build(texts)
    rooms = (start.room, start.offer, paint.room, finish.room)

    def enter(room: gr.Column) -> dict[Any, Any]:
        return {other: gr.Column(visible=other is room) for other in rooms}

    def show(visit: Visit, tool: object = "choose") -> dict[Any, Any]:
        return paint.shown(visit, texts, tool if tool in texts.TOOLS else "choose")

    def arrive(visit: Visit) -> dict[Any, Any]:
        known = {name: visit.name, paint.tool: "choose", start.upload: None, offered: None}
        return enter(paint.room) | show(visit) | known

    def begin(opened: str) -> dict[Any, Any]:
        with visits.using(opened) as visit:
            steps.begin(visit)
            return arrive(visit)

    def open_picture(path: Path) -> dict[Any, Any]:
        """Begins with a drawing, or offers the lines of a colored picture."""
        data = read_file(path)
        picture = check_picture(data)
        if is_animated(data):
            gr.Info(texts.FIRST_FRAME)
        if not looks_colored(picture):
            return begin(visits.start(data, picture))
        lines = lines_of(data, MAX_SIDE)
        picture.thumbnail((MAX_SIDE, MAX_SIDE))
        return enter(start.offer) | {start.compare: (picture, lines), offered: path, start.upload: None}

    def open_upload(file: object) -> dict[Any, Any]:
        with toasts(texts):
            return open_picture(uploaded(file))

    def open_example(event: gr.EventData) -> dict[Any, Any]:
        with toasts(texts):
            return open_picture(example(sent(event, "index")))

    def open_offered(path: Path | None, extract_lines: bool) -> dict[Any, Any]:
        with toasts(texts):
            if path is None or not path.exists():
                raise Trouble("EXPIRED")
            data = read_file(path)
            return begin(visits.start(data, check_picture(data), extract_lines))

    def resume_file(path: str) -> dict[Any, Any]:
        with toasts(texts):
            return begin(visits.resume(*unpack_painting(read_file(uploaded({"path": path})))))

    def resume_last(known: str | None) -> dict[Any, Any]:
        with toasts(texts), visits.using(known) as visit:
            return arrive(visit)

    def step(change: Callable[..., None]) -> Callable[..., dict[Any, Any]]:
        """The event of a step: do it, show what follows."""

        def run(current: str | None, tool: str, *inputs: Any) -> dict[Any, Any]:
            with toasts(texts), visits.using(current) as visit:
                visit.stroke = None
                change(visit, *inputs)
                return show(visit, tool)

        return run

    def answer(current: str | None, tool: str, event: gr.EventData) -> dict[Any, Any]:
        return step(steps.apply_color)(current, tool, sent(event, "color"))

    def go_to(current: str | None, tool: str, event: gr.EventData) -> dict[Any, Any]:
        return step(steps.go_to)(current, tool, sent(event, "step"))

    def click(current: str | None, tool: str, event: gr.SelectData) -> dict[Any, Any]:
        """A click on the drawing."""
        with toasts(texts), visits.using(current) as visit:
            point = point_of_drawing(visit.painting, sent(event, "index"))
            began, visit.stroke = visit.stroke, None
            if steps.asked(visit) is None and tool in ("merge", "move"):
                tool = "choose"  # there is no lit region that they could change
            if tool != "cut":
                TOOLS[tool](visit, point)
            elif began is None:
                visit.stroke = point
            else:
                steps.cut(visit, began, point)
            return show(visit, tool)

    def model(current: str | None, tool: str, progress: gr.Progress = gr.Progress()) -> dict[Any, Any]:  # noqa: B008
        def tell(done: int, total: int) -> None:
            progress((done, total))

        return step(lambda visit: steps.finish(visit, tell))(current, tool)

    def see_result(current: str | None, mode: str, lines: bool) -> dict[Any, Any]:
        with toasts(texts), visits.using(current) as visit:
            return enter(finish.room) | finish.shown(visit, mode, lines)

    def download(kind: str, current: str | None, mode: str, lines: bool, transparent: bool) -> str:
        with toasts(texts), visits.using(current) as visit:
            # In gradio's own folder, from which it may be served.
            return make_file(visit, kind, Path(finish.file.GRADIO_CACHE), mode, lines, transparent)

    def leave(current: str | None) -> dict[Any, Any]:
        """Back to the start; the painting stays for as long as any, to go on with."""
        return enter(start.room) | {start.upload: None, start.resume_last: gr.Button(visible=visits.has(current))}

    opening = [*rooms, *paint.changing, name, paint.tool, start.compare, start.upload, offered]
    changing = list(paint.changing)
    # The raw upload, so that the package opens the file with its own limits and words rather than gradio with none.
    at_upload, at_offer = {"show_progress_on": start.upload} | OPENING, {"show_progress_on": start.compare} | OPENING
    opened = gr.on([start.upload.upload], open_upload, start.upload, opening, preprocess=False, **at_upload)
    opened.failure(lambda: None, outputs=start.upload, queue=False, **LIGHT)
    start.examples.submit(open_example, None, opening, show_progress_on=start.examples, **OPENING)
    start.take_lines.click(partial(open_offered, extract_lines=True), offered, opening, **at_offer)
    start.as_it_is.click(partial(open_offered, extract_lines=False), offered, opening, **at_offer)
    start.resume_file.upload(resume_file, start.resume_file, opening, **at_upload)
    start.resume_last.click(resume_last, name, opening, show_progress_on=start.upload, **WORK)
    demo.load(lambda known: gr.Button(visible=visits.has(known)), name, start.resume_last, **LIGHT)

    busy = WORK | {"show_progress": "minimal", "show_progress_on": paint.picture}
    state = [name, paint.tool]
    paint.answer.submit(answer, state, changing, **busy)
    paint.strip.submit(go_to, state, changing, **busy)
    paint.asked.select(click, state, changing, **busy)
    for button, change in (
        (paint.back, steps.back), (paint.skip, steps.skip_region), (paint.undo, steps.undo), (paint.redo, steps.redo),
    ):  # fmt: skip
        button.click(step(change), state, changing, **busy)
    paint.model.click(model, state, changing, **busy | {"show_progress": "full"})
    paint.tool.change(step(lambda visit: None), state, changing, **busy)

    result = [name, finish.mode, finish.lines]
    shown = [*rooms, finish.compare]
    gr.on(
        [paint.finish.click, finish.mode.input, finish.lines.input], see_result, result, shown,
        show_progress_on=[finish.compare, paint.picture], **WORK,
    )  # fmt: skip
    for kind, button in finish.downloads.items():
        button.click(
            partial(download, kind), [*result, finish.transparent], finish.file, show_progress_on=finish.compare, **WORK
        )
    finish.file.change(None, js="() => document.querySelector('#download-file').click()", api_visibility="private")
    finish.go_on.click(lambda: enter(paint.room), outputs=list(rooms), **LIGHT)
    gr.on(
        [start.start_over.click, paint.start_over.click, finish.start_over.click],
        leave,
        name,
        [*rooms, start.upload, start.resume_last],
        **LIGHT,
    )


def sent(event: gr.EventData, name: str) -> object:
    """What a client sent with an event under a name, None where it sent nothing of that."""
    try:
        return getattr(event, name, None)
    except TypeError:  # no dict came
        return None


@contextmanager
def toasts(texts: ModuleType) -> Iterator[None]:
    """What is wrong with a visitor's input becomes a message on the page; the server goes on."""
    try:
        yield
    except (ValueError, OSError) as error:
        words = error.words(texts) if isinstance(error, Trouble) else str(error)
        # gradio shows messages as HTML, and they may quote what a visitor sent.
        raise gr.Error(html.escape(words, quote=False), print_exception=False) from error
