"""A drawing parted into regions: answers, surgery and undo, without a model."""

from collections.abc import Iterable, Sequence

import numpy as np
from PIL import Image

from ..colors import RGB
from ..drawings import PreparedDrawing
from .actions import Action, Border, Cut, Merge, Move, Open, Split
from .borders import first_region
from .flats import Flats, make_flats
from .history import History, Latest
from .layouts import Layout, check_region, first_layout
from .region import Region
from .strokes import read_point, read_stroke


class Partition:
    """A drawing parted into regions, some of them answered. Regions may be split, cut and merged.

    Args:
        prepared: the drawing; of a page with panels no cell lies in a panel and a gutter.
        model_map: (h, w) uint16 at the working size, the region of every pixel as the model found them.
    """

    def __init__(self, prepared: PreparedDrawing, model_map: np.ndarray):
        self.prepared = prepared
        self.model_map = model_map
        self._mapped: Latest[np.ndarray] = Latest()
        flats = make_flats(prepared.cells, prepared.ink, model_map)
        channels = np.unique(model_map)
        self._history = History(prepared, flats.cells, first_layout(flats.owners, flats.cells, channels))
        self._regions: dict[int, Region] = {}  # every one that there ever was

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

    def panel_of(self, index: int) -> int:
        """The panel of a page, from 0, in which the region of this index lies; after the last one come the gutters.

        0 where the drawing was not opened panel by panel.
        """
        panels = self.prepared.panels
        return self.layout.channels[index] // panels.regions if panels else 0

    @property
    def regions(self) -> list[Region]:
        """Every region that has pixels, in the order asked, answered ones too."""
        return [self._region(index) for index in self.layout.order]

    @property
    def answers(self) -> dict[int, RGB | None]:
        """{region index: (r, g, b), or None where skipped}; of several answers to one region the last counts."""
        return dict(self.layout.answers)

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

    def draw_border(self, stroke: Iterable[Sequence[float]]) -> list[Region]:
        """Adds a border where a person draws it; returns what it closes off, one region or more.

        Its ends go on to a line that is near; a ring closes off its inside. Raises ValueError where nothing is.

        Args:
            stroke: two or more points (x, y) in pixels of the drawing.
        """
        before = self.layout.order
        points = read_stroke(stroke, self.drawing.size)
        self._do(Border(first_region(self.layout, self.cells, self.prepared.ink, points), points))
        return [region for region in self.regions if region.index not in before]

    def erase_border(self, stroke: Iterable[Sequence[float]]) -> Region:
        """Opens the borders under a stroke: what it runs through goes to the region in which it begins; returns it.

        Raises ValueError where there is no border.

        Args:
            stroke: two or more points (x, y) in pixels of the drawing.
        """
        points = read_stroke(stroke, self.drawing.size)
        return self._do(Open(first_region(self.layout, self.cells, self.prepared.ink, points), points))

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

    def undo(self) -> Region | None:
        """Takes the last answer, skip or surgery back. Returns its region, None where nothing is left to undo."""
        step = self._history.undo()
        return step and self._region(step.action.region)

    def redo(self) -> Region | None:
        """Brings back what was undone last. Returns its region, None where nothing was undone since the last change."""
        step = self._history.redo()
        return step and self._region(step.action.result(self.layout))

    @property
    def _flats(self) -> Flats:
        return Flats(self.cells, self.layout.owners)

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
            raise ValueError(
                f"The point ({x:g}, {y:g}) is not on the drawing of {width}x{height} pixels: give one on it."
            )
        return int(x), int(y)
