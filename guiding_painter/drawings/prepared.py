"""A drawing made ready to be colored: what several look at, made once."""

import math
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import torch
from PIL import Image

from .cells import GAPS, check_gap, cut_cells
from .ink import find_ink, find_paper
from .panels import MAX_PANELS, PANEL_REGIONS, Panels, find_panels
from .sketches import to_sketch, working_size

MIN_LONG_SIDE, MAX_LONG_SIDE = 64, 4096  # of the working size
MAX_MAP_PIXELS = MAX_LONG_SIDE**2  # of the working size; at 30 hints the one-hot segments of such a page take 2 GB


@dataclass(frozen=True)
class PreparedDrawing:
    """A drawing, the size at which the model looks at it, and what follows from these. Do not change any of it.

    Args:
        drawing: "L", at its own size, 255 = paper; or a gray picture, as its `info` tells ("grayscale").
        shape: (h, w), the working size.
        ink: (H, W) bool, see `find_ink`.
        panels: of a page whose panels the model looks at one by one.
        gap: how wide openings in lines may be to be closed, see `cut_cells`.
    """

    drawing: Image.Image
    shape: tuple[int, int]
    ink: np.ndarray
    panels: Panels | None = None
    gap: str = "normal"
    _others: dict[str, "PreparedDrawing"] = field(default_factory=dict, repr=False, compare=False)

    @property
    def gap_width(self) -> float:
        """In pixels of the drawing: so narrow an opening in a line counts as closed, whatever it lies between."""
        return GAPS[self.gap][1] * max(self.drawing.size)

    @cached_property
    def cells(self) -> np.ndarray:
        """(H, W) int32 from 0, the areas that regions are made of; none lies in a panel and a gutter."""
        return cut_cells(self.ink, self.gap, self.panels and self.panels.walls(self.ink))

    def with_gap(self, gap: str) -> "PreparedDrawing":
        """The same drawing cut otherwise. Raises ValueError for another gap."""
        check_gap(gap)
        if gap not in self._others:
            self._others[gap] = self if gap == self.gap else replace(self, gap=gap, _others={})
        return self._others[gap]

    def holds(self, cells: np.ndarray) -> bool:
        """Whether this very array is kept here, cut with one gap or another."""
        return any(cells is one.__dict__.get("cells") for one in (self, *self._others.values()))

    @cached_property
    def sketch(self) -> torch.Tensor:
        """(1, 1, h, w), the whole drawing at the working size."""
        return to_sketch(self.drawing, self.shape[::-1])

    @cached_property
    def paper(self) -> np.ndarray:
        """(h, w) bool, what of the sketch is paper; all of a gray picture."""
        if self.drawing.info.get("grayscale"):
            return np.ones(self.shape, dtype=bool)
        return find_paper(self.sketch[0, 0].numpy())

    @cached_property
    def windows(self) -> list[tuple[slice, slice]]:
        """Rows and columns of the working size that the model looks at, one after the other: panels, or the whole."""
        return self.panels.windows(self.drawing.size, self.shape) if self.panels else [np.s_[:, :]]

    @cached_property
    def sketches(self) -> list[torch.Tensor]:
        """What the model sees in each of the windows, (1, 1, h, w) of its size."""
        if not self.panels:
            return [self.sketch]
        return [
            to_sketch(self.drawing.crop(box), (columns.stop - columns.start, rows.stop - rows.start))
            for box, (rows, columns) in zip(self.panels.boxes, self.windows, strict=True)
        ]


def prepare(
    drawing: Image.Image, long_side: int = 512, panel_regions: int | None = None, gap: str = "normal"
) -> PreparedDrawing:
    """Makes a drawing ready.

    Args:
        drawing: "L", 255 = paper.
        long_side: of the working size, or of the largest panel in it, in pixels, 64 to 4096. A page whose panels would
            then have more than 16 million pixels together gets as many.
        panel_regions: look for panels, and give each of them so many regions, fewer where they would be too many.
        gap: as in `PreparedDrawing`.

    Raises ValueError for a long_side out of range, for another gap, and for a page of more than `MAX_PANELS` panels.
    """
    check_gap(gap)
    if not isinstance(long_side, int | np.integer) or not MIN_LONG_SIDE <= long_side <= MAX_LONG_SIDE:
        raise ValueError(f"long_side is {long_side!r}: choose {MIN_LONG_SIDE} to {MAX_LONG_SIDE} pixels.")
    ink = find_ink(drawing)
    boxes = find_panels(ink) if panel_regions else []
    if len(boxes) < 2:
        return PreparedDrawing(drawing, working_size(drawing.size, long_side)[::-1], ink, None, gap)
    if len(boxes) > MAX_PANELS:
        raise ValueError(
            f"The page has {len(boxes)} panels, and at most {MAX_PANELS} are looked at one by one: open it without "
            "panels, or cut it into several pages."
        )
    panels = Panels(tuple(boxes), min(panel_regions, PANEL_REGIONS // len(boxes)))
    return PreparedDrawing(drawing, _shape_of_panels(panels, drawing.size, long_side), ink, panels, gap)


def _shape_of_panels(panels: Panels, size: tuple[int, int], long_side: int) -> tuple[int, int]:
    """(h, w) of a page at which its largest panel has the working size."""
    largest = max(max(right - left, bottom - top) for left, top, right, bottom in panels.boxes)
    scale = working_size((largest, largest), long_side)[0] / largest
    width, height = (max(1, round(side * scale)) for side in size)
    if width * height > MAX_MAP_PIXELS:
        scale = math.sqrt(MAX_MAP_PIXELS / (size[0] * size[1]))
        width, height = (max(1, int(side * scale)) for side in size)
    return height, width
