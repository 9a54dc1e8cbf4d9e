"""One drawing being colored: its regions in the order asked, the answers so far, undo, and the picture."""

import os
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from PIL import Image

from ..colors import RGB, Color, parse_color
from ..drawings import PreparedDrawing
from ..files import Artwork, lay_lines, save_artwork
from .actions import Action, Answer, Cut, Merge, Move, Recut, Split
from .drawn import Drawn
from .fills import flat_colors, painted_colors
from .flats import Flats, make_flats
from .history import History, Latest
from .layouts import Layout, check_region, first_layout
from .model_view import Colorize, ModelView
from .packing import pack
from .region import Region
from .saved import PLAINLY, Opened, SavedPainting, notes_on, thumbnail
from .strokes import read_point, read_stroke

Answers = Sequence[Color | None] | str  # colors in the order asked, None to skip a region; or "auto"


class Painting(Drawn):
    """One drawing being colored. `GuidingPainterPipeline.open` makes it.

    Regions are asked for in the model's order, but may be answered in any, and may be split, cut and merged. The
    picture is computed when looked at: one call of `colorize` for the first, and one after a change that the model
    sees, however many there were.

    Args:
        prepared: the drawing; of a page with panels no cell lies in a panel and a gutter.
        model_map: (h, w) uint16 at the working size, the region of every pixel as the model found them.
        colorize: gives the picture that follows from the answers, see `model_view.Colorize`.
        opened: how the drawing was taken from its file, as in `SavedPainting`; kept for `to_dict` only.
        history, position: what to start with, as in `SavedPainting`. Raises ValueError for what cannot be done.
        lenient: leave out of the history what cannot be done any more, and say so in `notes`.
        find_regions: gives the model's map of the drawing where it is cut otherwise; without it the map stays.

    Attributes:
        notes: sentences, for people, about what became of the file when it was opened.
    """

    def __init__(
        self,
        prepared: PreparedDrawing,
        model_map: np.ndarray,
        colorize: Colorize,
        opened: Opened = PLAINLY,
        history: Sequence[Action] = (),
        position: int = 0,
        lenient: bool = False,
        find_regions: Callable[[PreparedDrawing], np.ndarray] | None = None,
    ):
        self.prepared = prepared
        self.model_map = model_map
        self._view = ModelView(prepared, colorize)
        self._opened = opened
        self._find_regions = find_regions or (lambda prepared: model_map)
        self._mapped: Latest[np.ndarray] = Latest()
        flats = make_flats(prepared.cells, prepared.ink, model_map)
        channels = np.unique(model_map)
        self._history = History(prepared, flats.cells, first_layout(flats.owners, flats.cells, channels))
        self._regions: dict[int, Region] = {}  # every one that there ever was
        self.notes = notes_on(self._history.repeat(history, position, lenient))

    @property
    def drawing(self) -> Image.Image:
        """ "L", at its own size, 255 = paper. Do not draw on it."""
        return self.prepared.drawing

    @property
    def region_map(self) -> np.ndarray:
        """(H, W) uint16 at the drawing's own size, the region of every pixel. Do not change it."""
        return self._mapped.of(self._history.state.regions_version, lambda: self._flats.region_map)

    @property
    def cells(self) -> np.ndarray:
        """(H, W) int32 from 0, the line-bounded cell of every pixel, what regions are made of; read-only."""
        return self._history.state.cells

    @property
    def layout(self) -> Layout:
        """Which cells make which region, the order asked and the answers, as they are now."""
        return self._history.state.layout

    @property
    def regions(self) -> list[Region]:
        """Every region that has pixels, in the order asked, answered ones too."""
        return [self._region(index) for index in self.layout.order]

    @property
    def answers(self) -> dict[int, RGB | None]:
        """{region index: (r, g, b), or None where skipped}; of several answers to one region the last counts."""
        return dict(self.layout.answers)

    def next_region(self) -> Region | None:
        """The first region in the model's order that is neither answered nor skipped; None at the end."""
        answers = self.answers
        return next((region for region in self.regions if region.index not in answers), None)

    def paint(self, region: Region | int, color: Color) -> None:
        """Answers a region, asked or not, answered before or not. Raises ValueError for a color or region that is none.

        Args:
            region: a region of this painting, or its index.
            color: "#rrggbb", "#rgb" or (r, g, b) in 0..255.
        """
        self._answer(region, parse_color(color))

    def repaint(self, region: Region | int, color: Color) -> None:
        """Changes an earlier answer; as `paint`, but raises ValueError for a region that has no answer yet."""
        index = self._index(region)
        if self.answers.get(index) is None:
            raise ValueError(f"Region {index} has no color yet: paint it first.")
        self.paint(index, color)

    def skip(self, region: Region | int) -> None:
        """Leaves a region to the model: it is not asked for again, and an answer it had counts no longer."""
        self._answer(region, None)

    def paint_all(self, colors: Answers) -> None:
        """Answers the regions still to be asked for, in order: a list of colors, None to skip; or "auto".

        "auto" accepts each suggestion in turn, at one call of `colorize` a region. Colors beyond the last region are
        not used. Raises ValueError for what is no color; the answers before it stand.
        """
        if isinstance(colors, str):
            if colors != "auto":
                raise ValueError(f"colors is {colors!r}: give a list of colors, or 'auto'.")
            while region := self.next_region():
                self.paint(region, region.suggested_color)
            return
        for color in colors:
            if (region := self.next_region()) is None:
                return
            self._answer(region, None if color is None else parse_color(color))

    def region_at(self, point: Sequence[float]) -> Region:
        """The region under a pixel, (x, y) in the drawing. Raises ValueError for what is no point of it."""
        x, y = self._pixel(point)
        return self._region(int(self.layout.owners[self.cells[y, x]]))

    def split(self, region: Region | int) -> list[Region]:
        """Splits a region into its connected parts, the largest first.

        Parts meet on paper, not across lines. All keep the answer, and are asked for in the region's place. Raises
        ValueError for a region in one piece.
        """
        return self._divide(Split(self._index(region)))

    def cut(self, region: Region | int, stroke: Iterable[Sequence[float]]) -> list[Region]:
        """Cuts a region in two along a stroke, the larger side first; answers are kept as by `split`.

        Args:
            stroke: two or more points (x, y) in pixels of the drawing. Its ends are continued to the next line; one
                that ends near where it started cuts out what it encloses.

        Raises ValueError for what is no stroke, or leaves the region in one piece.
        """
        return self._divide(Cut(self._index(region), read_stroke(stroke, self.drawing.size)))

    def merge(self, region: Region | int, other: Region | int) -> Region:
        """Makes one region of two. It is asked for in the place of the first of them; returns it.

        Of two colors it keeps that of the larger one. Raises ValueError for a region and itself.
        """
        return self._do(Merge(self._index(region), self._index(other)))

    def move_cell(self, point: Sequence[float], region: Region | int) -> Region:
        """Gives the line-bounded cell under a pixel, (x, y) in the drawing, to a region; returns the region.

        A region that loses its last cell is gone. Raises ValueError where the cell is in that region already.
        """
        return self._do(Move(self._index(region), self._pixel(point)))

    def recut(self, gap: str) -> None:
        """Cuts the drawing anew, and asks the model for the regions of what comes of it: f runs once more.

        A region has the answer of the one before in which most of it lies. Raises ValueError for another gap.

        Args:
            gap: how wide openings in lines may be to be closed: "tight", "normal" or "loose".
        """
        found = self._find_regions(self.prepared.with_gap(gap))
        self._do(Recut(self.layout.order[0], gap, pack(found)))

    def undo(self) -> Region | None:
        """Takes the last answer, skip or surgery back. Returns its region, None where nothing is left to undo."""
        step = self._history.undo()
        return step and self._region(step.action.region)

    def redo(self) -> Region | None:
        """Brings back what was undone last. Returns its region, None where nothing was undone since the last change."""
        step = self._history.redo()
        return step and self._region(step.action.result(self.layout))

    @property
    def picture(self) -> Image.Image:
        """What the model paints, RGB at the working size; `image` is made of it. Do not draw on it."""
        return self._view.picture(self._history.state)

    @property
    def suggestions(self) -> dict[int, RGB]:
        """{region index: (r, g, b)}, the mean of the current picture over every region, see `Region`."""
        return self._view.suggestions(self._history.state)

    @property
    def image(self) -> Image.Image:
        """RGB at the drawing's own size: flat `color`, with the drawing's lines laid on top (multiply)."""
        return lay_lines(self.color(), self.drawing)

    def color(self, mode: str = "flat") -> Image.Image:
        """RGB at the drawing's own size, without lines; no color crosses the border of a region.

        Args:
            mode: "flat", each answered region in exactly its color and every other in its suggestion; "painted", the
                model's shading, the mean of each answered region at its answer. Raises ValueError for another.
        """
        hints = self._hints
        if mode == "flat":
            return flat_colors(self.region_map, self.suggestions | hints)
        if mode == "painted":
            return painted_colors(self.picture, self.prepared.paper, self._flats, hints)
        raise ValueError(f"mode is {mode!r}: choose 'flat' or 'painted'.")

    def save(self, path: str | os.PathLike, mode: str = "flat", lines: bool = True, transparent: bool = False) -> None:
        """Writes .png, or .psd or .ora with a layer for every answer, with the drawing's dpi and color profile.

        A file of that name is replaced only by a complete one.

        Args:
            mode: as for `color`.
            lines, transparent: for .png, lay the lines over the color; leave out what has no answer.

        Raises ValueError for another suffix or mode, OSError where the file cannot be written.
        """
        given = self.answers
        answers = [(region.index, given.get(region.index)) for region in self.regions]
        save_artwork(Artwork(self.drawing, self.color(mode), self.region_map, answers), path, lines, transparent)

    def to_dict(self) -> dict[str, Any]:
        """All that `GuidingPainterPipeline.resume` needs beside the drawing, as plain JSON; undone answers included."""
        return SavedPainting(
            size=self.drawing.size,
            thumbnail=self._thumbnail,
            opened=self._opened,
            gap=self.prepared.gap,
            region_map=self.model_map,
            history=[step.action for step in self._history.steps],
            position=self._history.position,
            panels=self.prepared.panels,
        ).to_dict()

    @property
    def _flats(self) -> Flats:
        return Flats(self.cells, self.layout.owners)

    def _answer(self, region: Region | int, color: RGB | None) -> None:
        self._do(Answer(self._index(region), color))

    def _do(self, action: Action) -> Region:
        return self._region(action.result(self._history.do(action)))

    def _divide(self, action: Split | Cut) -> list[Region]:
        before = self.layout.order
        self._history.do(action)
        return [region for region in self.regions if region.index == action.region or region.index not in before]

    def _region(self, index: int) -> Region:
        if index not in self._regions:
            self._regions[index] = Region(self, index)
        return self._regions[index]

    def _index(self, region: Region | int) -> int:
        if isinstance(region, Region):
            if region.painting is not self:
                raise ValueError(f"Region {region.index} belongs to another painting: take it from this one's regions.")
            region = region.index
        check_region(self.layout, region)
        return int(region)

    def _pixel(self, point: Sequence[float]) -> tuple[int, int]:
        x, y = read_point(point)
        width, height = self.drawing.size
        if not (0 <= x < width and 0 <= y < height):
            raise ValueError(f"The point ({x:g}, {y:g}) is not on the drawing of {width}x{height} pixels.")
        return int(x), int(y)

    @property
    def _hints(self) -> dict[int, RGB]:
        return {index: color for index, color in self.answers.items() if color is not None}

    @cached_property
    def _thumbnail(self) -> np.ndarray:
        return thumbnail(self.drawing)
