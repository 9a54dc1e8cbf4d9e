"""The panels of a page: where they are, how their regions are numbered, and the walls between them and the gutters."""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

SIDE = 800  # long side in pixels at which panels are looked for
GUTTER = 0.006  # of the long side: the narrowest band without ink between two panels
MIN_PANEL = 0.06  # of the long side: nothing narrower is a panel
STRAY = 0.01  # of a gutter's length: so much ink in it, as of a balloon's edge, does not close it
EDGE = 0.5  # at least so much of a gutter has a straight line on one side; of a panel's side that is a frame, ink
MAX_REGIONS = 2**16  # that a painting can have had: regions are numbered in two bytes, and no number is used twice
MAX_PANELS = 80  # of a page, at 0.15 seconds of a core for each; a sheet of more is something else, or cut wrongly
PANEL_REGIONS = 2**15  # of these, that all panels together may have: surgery needs some numbers, too

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels; right and bottom lie outside, as in Pillow


@dataclass(frozen=True)
class Panels:
    """The panels of a page.

    Args:
        boxes: two or more that do not overlap, in pixels of the page.
        regions: how many numbers each of them has: those of panel n, from 0, begin at n * `regions`, and after all of
            them comes that of the gutters.
    """

    boxes: tuple[Box, ...]
    regions: int

    @property
    def gutters(self) -> int:
        """The region that lies in no panel."""
        return self.regions * len(self.boxes)

    def windows(self, size: tuple[int, int], shape: tuple[int, int]) -> list[tuple[slice, slice]]:
        """Rows and columns, one at least, of every panel in a map of shape (h, w) of a page of size (width, height)."""
        found = []
        for left, top, right, bottom in self.boxes:
            rows, columns = (
                (min(round(start * new / old), new - 1), round(stop * new / old))
                for start, stop, new, old in ((top, bottom, shape[0], size[1]), (left, right, shape[1], size[0]))
            )
            found.append(tuple(slice(start, max(stop, start + 1)) for start, stop in (rows, columns)))
        return found

    def walls(self, ink: np.ndarray) -> np.ndarray:
        """(H, W) bool: a line around each panel, in its frame where one is drawn, else straight along its box.

        A frame may be askew or broken: its wall follows it, and is continued where the ink has gaps.

        Args:
            ink: (H, W) bool.
        """
        walls = Image.new("1", ink.shape[::-1])
        draw = ImageDraw.Draw(walls)
        reach = max(2, math.ceil(GUTTER * max(ink.shape)))
        for left, top, right, bottom in self.boxes:
            panel = ink[top:bottom, left:right]
            columns, rows = np.arange(left, right), np.arange(top, bottom)
            draw.line([*zip(columns, top + _frame(panel, reach), strict=True)], fill=1)
            draw.line([*zip(columns, bottom - 1 - _frame(panel[::-1], reach), strict=True)], fill=1)
            draw.line([*zip(left + _frame(panel.T, reach), rows, strict=True)], fill=1)
            draw.line([*zip(right - 1 - _frame(panel.T[::-1], reach), rows, strict=True)], fill=1)
        return np.asarray(walls)


def find_panels(ink: np.ndarray) -> list[Box]:
    """The panels of a page in reading order, left to right and top to bottom; the whole page where it has only one.

    A page is cut, again and again, along bands without ink that run from one end to the other and have a straight line
    (of a frame, or of where a picture ends) on at least one side: white space between two figures is no gutter.
    Gutters that are slanted or dark, panels that overlap, and frames without space between them are not told apart.

    Args:
        ink: (H, W) bool, of the page.

    Returns:
        boxes that do not overlap, each with its frame.
    """
    height, width = ink.shape
    scale = math.ceil(max(width, height) / SIDE)
    coarse = np.asarray(Image.fromarray(ink).convert("L").reduce(scale)) > 0
    boxes = _cut(coarse, 0, 0, max(coarse.shape))
    if len(boxes) < 2:
        return [(0, 0, width, height)]
    return [_shrink(ink, tuple(edge * scale for edge in box)) for box in boxes]


def is_framed(ink: np.ndarray, box: Box) -> bool:
    """Whether a frame is drawn around a panel: a part of a drawing that merely stands apart has none.

    Args:
        ink: (H, W) bool, of the page.
        box: of the panel, as `find_panels` gives it.
    """
    left, top, right, bottom = box
    panel, reach = ink[top:bottom, left:right], max(2, math.ceil(GUTTER * max(ink.shape)))
    sides = (panel, panel[::-1], panel.T, panel.T[::-1])
    return all(side[:reach].any(axis=0).mean() >= EDGE for side in sides)


def _shrink(ink: np.ndarray, box: Box) -> Box:
    """A box of whole blocks, fitted to the ink in it."""
    left, top, right, bottom = box
    panel = ink[top:bottom, left:right]
    rows, columns = np.flatnonzero(panel.any(axis=1)).tolist(), np.flatnonzero(panel.any(axis=0)).tolist()
    return left + columns[0], top + rows[0], left + columns[-1] + 1, top + rows[-1] + 1


def _frame(ink: np.ndarray, reach: int) -> np.ndarray:
    """(w,) int, how deep in the panel its upper frame lies at every column; 0 where no frame is drawn.

    Args:
        ink: (h, w) bool.
        reach: in rows; what is deeper is no frame.
    """
    near = ink[:reach]
    known = near.any(axis=0)
    if known.mean() < EDGE:
        return np.zeros(ink.shape[1], dtype=int)
    places = np.flatnonzero(known)
    return np.rint(np.interp(np.arange(ink.shape[1]), places, near.argmax(axis=0)[places])).astype(int)


def _cut(ink: np.ndarray, x: int, y: int, side: int) -> list[Box]:
    """Boxes of the panels in a part, with its corner at (x, y), of a page with this long side."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not rows.size:
        return []
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    x, y = x + int(columns[0]), y + int(rows[0])
    if len(bands := _bands(ink, side)) > 1:
        return [box for start, stop in bands for box in _cut(ink[start:stop], x, y + start, side)]
    if len(bands := _bands(ink.T, side)) > 1:
        return [box for start, stop in bands for box in _cut(ink[:, start:stop], x + start, y, side)]
    return [(x, y, x + ink.shape[1], y + ink.shape[0])]


def _bands(ink: np.ndarray, side: int) -> list[tuple[int, int]]:
    """(start, stop) of the bands of rows between the gutters that run across; one band where there is no gutter."""
    empty = np.pad(ink.mean(axis=1) <= STRAY, 1)
    bands, start = [], 0
    for top, bottom in np.flatnonzero(empty[1:] != empty[:-1]).reshape(-1, 2).tolist():
        edges = [edge for edge in (ink[max(0, top - 3) : top], ink[bottom : bottom + 3]) if edge.size]
        straight = any(edge.any(axis=0).mean() >= EDGE for edge in edges)
        large = min(top - start, len(ink) - bottom) >= MIN_PANEL * side
        if straight and large and bottom - top >= GUTTER * side:
            bands.append((start, top))
            start = bottom
    return [*bands, (start, len(ink))]
