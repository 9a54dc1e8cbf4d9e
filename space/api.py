"""Every command as a named endpoint, for `gradio_client` and, as tools, for language models.

A painting goes by the name that opening it gave; nothing else about it is taken from a client, its regions only with a
file to go on from.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gradio as gr

import asking
import commands
import repairs
from downloads import make_file
from guiding_painter.drawings import looks_colored
from serving import OPENING, WORK, troubles_told
from texts import en
from uploads import check_picture, example, read_file, stem_of, unpack_painting, uploaded
from views import asked_view, picture_file
from visits import UndoStep, Visit, Visits, check_panels


def add_api(visits: Visits) -> None:
    """Adds the endpoints to the Blocks that are being built."""
    api = Api(visits)
    for endpoint in (api.open_drawing, api.open_example, api.resume):
        gr.api(endpoint, api_name=endpoint.__name__, **OPENING)
    for endpoint in (
        api.question, api.look, api.paint, api.skip, api.undo, api.redo, api.go_to, api.finish, api.choose,
        api.choose_at, api.split, api.cut, api.merge, api.move_cell, api.recut, api.download,
    ):  # fmt: skip
        gr.api(endpoint, api_name=endpoint.__name__, **WORK)


class Api:
    """The endpoints, one a method: its name, its arguments and its docstring are what clients get to know."""

    def __init__(self, visits: Visits):
        self._visits = visits

    @contextmanager
    def _visit(self, painting: str) -> Iterator[Visit]:
        with troubles_told(en), self._visits.using(painting) as visit:
            yield visit

    def _begun(self, opened: str, steps: list[UndoStep] | None = None) -> dict[str, Any]:
        with self._visits.using(opened) as visit:
            commands.begin(visit, steps)
            return report(visit) | {"notes": list(visit.painting.notes)}

    def _done(self, painting: str, command: Callable[..., None], *args: Any) -> dict[str, Any]:
        with self._visit(painting) as visit:
            command(visit, *args)
            return report(visit)

    def open_drawing(
        self,
        drawing: gr.FileData,
        extract_lines: bool = False,
        gap: str = "normal",
        underdrawing: str = "auto",
        page: str = "auto",
        page_number: int = 1,
        panels: bool = False,
    ) -> dict:
        """Open a line drawing to color it. Returns the name of the painting and its first question: which region to
        color, where it is, and the color that the model suggests.

        Args:
            drawing: a picture, PDF, SVG or file of a paint program; as a tool, its web address or a data: URI.
            extract_lines: take the lines out of a picture that has colors already; for a line drawing leave it out.
            gap: how wide openings in lines may be to be closed: "tight", "normal" or "loose".
            underdrawing: pale colored lines under the ink, and lines of ruled paper: "auto", "keep" or "drop".
            page: the sheet of paper in a photo: "auto" looks for it, or "none", or its corners, "x,y x,y x,y x,y".
            page_number: the page of a PDF or TIFF, from 1.
            panels: ask about a comic page panel by panel.
        """
        with troubles_told(en):
            commands.check_flags(extract_lines=extract_lines, panels=panels)
            path = uploaded(drawing)
            data = read_file(path)
            picture = check_picture(data, page_number)
            options = {"extract_lines": extract_lines, "gap": gap, "underdrawing": underdrawing, "page": page}
            options["panels"] = panels
            if panels:
                check_panels(picture)
            opened = self._visits.start(data, picture, stem_of(path), **options)
            return self._begun(opened) | {"is_colored": looks_colored(picture)}

    def open_example(self, index: int) -> dict:
        """Open one of the bundled example drawings. Returns the name of the painting and its first question.

        Args:
            index: 0 comic panel, 1 character, 2 dog, 3 garden, 4 pencil scan, 5 comic page, 6 cats, 7 ladybug.
        """
        with troubles_told(en):
            path = example(index)
            data = read_file(path)
            return self._begun(self._visits.start(data, check_picture(data), stem_of(path)))

    def resume(self, file: gr.FileData) -> dict:
        """Go on with a painting that `download` wrote as "resume", "psd" or "ora". Returns its new name and its
        question.

        Args:
            file: the file that `download` gave; as a tool, its web address or a data: URI.
        """
        with troubles_told(en):
            saved = unpack_painting(read_file(uploaded(file)))
            return self._begun(self._visits.resume(saved.original, saved.state, saved.stem), saved.steps)

    def question(self, painting: str) -> dict:
        """The question of a painting as it is now: which region is to be colored, and what the others have.

        Args:
            painting: the name that opening it gave.
        """
        return self._done(painting, lambda visit: None)

    def look(self, painting: str) -> gr.FileData:
        """See the question: the drawing with the region in question lit and outlined, all else dimmed, as a picture
        of at most 1024 pixels a side.

        Args:
            painting: the name that opening it gave.
        """
        with self._visit(painting) as visit:
            view = asked_view(visit.painting, asking.asked(visit))
            return gr.FileData(path=picture_file(view, gr.utils.get_upload_folder())).model_dump()

    def paint(self, painting: str, color: str, similar: bool = False) -> dict:
        """Answer the question: give the region in question a color. Returns the next question.

        Args:
            painting: the name that opening it gave.
            color: such as "#e07a5f", "rgb(224, 122, 95)" or "hsl(13, 67%, 63%)".
            similar: answer the regions that the model takes for alike, "similar" of the question, too.
        """
        return self._done(painting, commands.apply_color, color, similar)

    def skip(self, painting: str) -> dict:
        """Leave the region in question to the model. Returns the next question.

        Args:
            painting: the name that opening it gave.
        """
        return self._done(painting, commands.skip_region)

    def undo(self, painting: str) -> dict:
        """Take the last step back. Returns its question again.

        Args:
            painting: the name that opening it gave.
        """
        return self._done(painting, commands.undo)

    def redo(self, painting: str) -> dict:
        """Bring back what was undone last. Returns the question then.

        Args:
            painting: the name that opening it gave.
        """
        return self._done(painting, commands.redo)

    def go_to(self, painting: str, step: int) -> dict:
        """Go to where the painting was after a number of steps, back or forth. Returns the question there.

        Args:
            painting: the name that opening it gave.
            step: how many steps, from 0, the beginning.
        """
        return self._done(painting, commands.go_to, step)

    def finish(self, painting: str) -> dict:
        """Let the model answer every question that is left, each with its suggestion.

        Args:
            painting: the name that opening it gave.
        """
        return self._done(painting, commands.finish)

    def choose(self, painting: str, region: int) -> dict:
        """Ask about a region out of order, also about one that has an answer.

        Args:
            painting: the name that opening it gave.
            region: its number, as "region" in "regions".
        """
        return self._done(painting, asking.choose_index, region)

    def choose_at(self, painting: str, x: int, y: int) -> dict:
        """Ask about the region under a point, also one that has an answer.

        Args:
            painting: the name that opening it gave.
            x: from the left, in pixels of the drawing.
            y: from the top, in pixels of the drawing.
        """
        return self._done(painting, asking.choose, (x, y))

    def split(self, painting: str, x: int, y: int) -> dict:
        """Split the region under a point into its connected parts.

        Args:
            painting: the name that opening it gave.
            x: from the left, in pixels of the drawing.
            y: from the top, in pixels of the drawing.
        """
        return self._done(painting, repairs.split, (x, y))

    def cut(self, painting: str, x1: int, y1: int, x2: int, y2: int) -> dict:
        """Cut what is under a straight line along it. Its ends go on to lines of the drawing that are near.

        Args:
            painting: the name that opening it gave.
            x1: where the line begins, from the left, in pixels of the drawing.
            y1: where it begins, from the top.
            x2: where it ends, from the left.
            y2: where it ends, from the top.
        """
        return self._done(painting, repairs.cut, (x1, y1), (x2, y2))

    def merge(self, painting: str, x: int, y: int) -> dict:
        """Make one region of the one in question and the one under a point.

        Args:
            painting: the name that opening it gave.
            x: from the left, in pixels of the drawing.
            y: from the top, in pixels of the drawing.
        """
        return self._done(painting, repairs.merge, (x, y))

    def move_cell(self, painting: str, x: int, y: int) -> dict:
        """Move the area inside lines under a point to the region in question.

        Args:
            painting: the name that opening it gave.
            x: from the left, in pixels of the drawing.
            y: from the top, in pixels of the drawing.
        """
        return self._done(painting, repairs.move_cell, (x, y))

    def recut(self, painting: str, gap: str) -> dict:
        """Cut the drawing anew, where areas that belong apart are one or one falls apart; colors stay where they are.

        Args:
            painting: the name that opening it gave.
            gap: how wide openings in lines may be to be closed: "tight", "normal" or "loose".
        """
        return self._done(painting, repairs.recut, gap)

    def download(
        self,
        painting: str,
        kind: str = "png",
        mode: str = "flat",
        lines: bool = True,
        transparent: bool = False,
        unanswered: str = "guess",
    ) -> gr.FileData:
        """The painting as a file: the colored picture, its layers for a paint program, or what belongs to it.

        Args:
            painting: the name that opening it gave.
            kind: "png", layers as "psd" or "ora", "palette", "resume" to go on later, "film" or "record" (of times).
            mode: "flat", one color a region, or "painted", with the shading of the model.
            lines: for png, with the lines of the drawing.
            transparent: for png, see-through where there is no answer.
            unanswered: what has no answer is in the model's "guess", or "paper": white where that is not sure.
        """
        with self._visit(painting) as visit:
            commands.check_flags(lines=lines, transparent=transparent)
            path = make_file(visit, kind, Path(gr.utils.get_upload_folder()), mode, lines, transparent, unanswered)
            return gr.FileData(path=path).model_dump()


def report(visit: Visit) -> dict[str, Any]:
    """The question of a painting, plain JSON: all that an answer needs."""
    region = asking.asked(visit)
    regions = visit.painting.regions
    return {
        "painting": visit.name,
        "drawing_size": list(visit.painting.drawing.size),
        "region": region and region.index,
        "number": region and asking.place(visit) + 1,
        "area": region and round(region.area, 4),
        "panel": region and region.panel,
        "center": region and list(region.center),
        "suggested_color": region and region.suggested_color,
        "suggested_colors": region and region.suggested_colors,
        "confidence": region and round(region.confidence, 3),
        "similar": region and [other.index for other in commands.open_alike(visit, region)],
        "step": visit.step,
        "regions": [{"region": other.index, "color": other.color, "skipped": other.skipped} for other in regions],
    }
