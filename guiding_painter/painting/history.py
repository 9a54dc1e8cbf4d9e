"""Everything done to a painting, in order, to be undone and redone."""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from PIL import Image

from . import layouts
from .flats import GAP, find_ink
from .layouts import Action, Answer, Cut, Layout, Merge, Move, Piece, Split
from .surgery import cut, split


class Step(NamedTuple):
    """What was done, what came of it, and the cells that it made."""

    action: Action
    layout: Layout
    pieces: Sequence[Piece] = ()

    @property
    def region(self) -> int:
        """The region that it was done to, as it is afterwards: of two merged ones either may be gone."""
        return self.action.region if self.action.region in self.layout.order else self.action.other


class History:
    """The layout of a painting and how it came about.

    Args:
        drawing: "L", 255 = paper.
        cells: (H, W) int32, kept and changed in place.
        layout: to begin with.
    """

    def __init__(self, drawing: Image.Image, cells: np.ndarray, layout: Layout):
        self.cells = cells
        self.steps: list[Step] = []  # undone ones too
        self.position = 0  # how many of them count
        self._drawing = drawing
        self._first = layout

    @property
    def layout(self) -> Layout:
        """As it is now."""
        return self.steps[self.position - 1].layout if self.position else self._first

    def do(self, action: Action) -> Step:
        """Raises ValueError, and changes nothing, for what cannot be done."""
        layout, pieces, gap = self.layout, [], GAP * max(self._drawing.size)
        match action:
            case Answer(region, color):
                layout = layouts.answered(layout, region, color)
            case Merge(region, other):
                layout = layouts.merged(layout, region, other)
            case Move(region, (x, y)):
                layout = layouts.moved(layout, int(self.cells[y, x]), region)
            case Split(region):
                layout = split(layout, self.cells, region, self._ink, gap)
            case Cut(region, stroke):
                layout, pieces = cut(layout, self.cells, region, stroke, gap)
        step = Step(action, layout, pieces)
        self.steps[self.position :] = [step]
        self.position += 1
        return step

    def undo(self) -> Step | None:
        """Takes the last step back. Returns it, None where there is none."""
        if self.position == 0:
            return None
        self.position -= 1
        step = self.steps[self.position]
        for piece in reversed(step.pieces):
            piece.write(self.cells, piece.origin)
        return step

    def redo(self) -> Step | None:
        """Brings back what was undone last. Returns it, None where nothing was undone since the last change."""
        if self.position == len(self.steps):
            return None
        step = self.steps[self.position]
        self.position += 1
        for piece in step.pieces:
            piece.write(self.cells, piece.cell)
        return step

    @cached_property
    def _ink(self) -> np.ndarray:
        return find_ink(self._drawing)
