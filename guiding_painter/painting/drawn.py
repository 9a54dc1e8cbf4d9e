"""What people draw on a painting: borders where there are none, and openings in those that are there."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from .actions import Action, Border, Open
from .borders import first_region
from .region import Painted, Region
from .strokes import read_stroke

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

    from ..drawings import PreparedDrawing


class Drawn(Painted):
    """The part of a painting that takes strokes of a pencil and an eraser; both are undone like answers."""

    prepared: "PreparedDrawing"
    drawing: "Image.Image"
    cells: "np.ndarray"
    regions: list[Region]

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

    def _do(self, action: Action) -> Region:
        raise NotImplementedError
