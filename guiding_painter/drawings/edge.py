"""The picture's edge: which lines end shortly before it, and which only pass by."""

import numpy as np
from scipy import ndimage

from .basins import Borders

REACH = 3  # widths of a line: so far around the point of it that is nearest to the edge tells where it goes from there
LEAST = 4  # pixels: no less far
ONE_WAY, ONE_LINE = 0.85, 0.95  # length of the mean direction: of one stroke, and of two that go beside one another
END, UNKNOWN, PASSING = 1, 0, -1


def find_ends(borders: Borders, ink: np.ndarray, line: float, rim: float) -> np.ndarray:
    """What the ink nearest to each opening is that is no wider than it is far from the edge of the picture.

    Args:
        ink: (h, w) bool.
        line: width of a line in pixels.
        rim: in pixels; what is no nearer to the edge has nothing to do with it.

    Returns:
        (n,) int: END of a line, PASSING where a line goes on both ways, UNKNOWN there and everywhere else.
    """
    height, width = ink.shape
    rows, columns = np.divmod(borders.place, width)
    to_edge = np.minimum(np.minimum(rows, height - 1 - rows), np.minimum(columns, width - 1 - columns))
    near = np.flatnonzero((to_edge < borders.opening) & (borders.opening < rim))
    reach = max(LEAST, round(REACH * line))
    padded = np.pad(ink, reach + 1)
    points = np.stack([rows[near], columns[near]], axis=1) + reach + 1
    ends = np.full(len(borders.pairs), UNKNOWN)
    ends[near] = [
        _kind(padded, _nearest(padded, *point, away), reach)
        for point, away in zip(points.tolist(), borders.opening[near].tolist(), strict=True)
    ]
    return ends


def _nearest(ink: np.ndarray, row: int, column: int, width: float) -> tuple[int, int] | None:
    """The pixel of ink that is so far, or hardly farther, from a pixel of paper; None where it lies in no part of a
    drawing that is a part itself."""
    side = int(width) + 1
    top, left = max(row - side, 0), max(column - side, 0)
    rows, columns = np.nonzero(ink[top : row + side + 1, left : column + side + 1])
    if not rows.size:
        return None
    at = ((rows + top - row) ** 2 + (columns + left - column) ** 2).argmin()
    return int(rows[at]) + top, int(columns[at]) + left


def _kind(ink: np.ndarray, pixel: tuple[int, int] | None, reach: int) -> int:
    """Of the ink at a pixel, by which ways it leads to a ring around it."""
    if pixel is None:
        return UNKNOWN
    row, column = pixel
    side = reach + 1
    window = ink[row - side : row + side + 1, column - side : column + side + 1]
    y, x = np.mgrid[-side : side + 1, -side : side + 1]
    away = np.hypot(y, x)
    mine = ndimage.label(window & (away <= side), np.ones((3, 3)))[0]
    ring = (mine == mine[side, side]) & (away > reach)
    if not ring.any():
        return PASSING  # a dot
    ways = ndimage.label(ring, np.ones((3, 3)))[1]
    mean = float(np.hypot((y[ring] / away[ring]).mean(), (x[ring] / away[ring]).mean()))
    if mean > (ONE_WAY if ways == 1 else ONE_LINE):
        return END
    return PASSING if ways > 1 and mean < ONE_WAY else UNKNOWN
