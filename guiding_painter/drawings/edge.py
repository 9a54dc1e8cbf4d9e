"""The picture's edge: which lines end shortly before it, and which only pass by."""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from .basins import Borders

REACH = 3  # widths of a line: so far around the point of it that is nearest to the edge tells where it goes from there
LEAST = 4  # pixels: no less far
ONE_WAY, ONE_LINE = 0.85, 0.95  # length of the mean direction: of one stroke, and of two that go beside one another
END, UNKNOWN, PASSING = 1, 0, -1
ALL_AROUND = np.ones((3, 3))


class Disc(NamedTuple):
    """What lies around a pixel, all (2 * side + 1, 2 * side + 1) and the same for every pixel.

    Args:
        side: in pixels.
        inside, ring: bool, the disc and its outermost pixels.
        down, right: the direction of each pixel from the middle, of length 1.
    """

    side: int
    inside: np.ndarray
    ring: np.ndarray
    down: np.ndarray
    right: np.ndarray


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
    disc = _disc(reach)
    padded = np.pad(ink, disc.side)
    points = np.stack([rows[near], columns[near]], axis=1) + disc.side
    ends = np.full(len(borders.pairs), UNKNOWN)
    ends[near] = [
        _kind(padded, _nearest(padded, *point, away), disc)
        for point, away in zip(points.tolist(), borders.opening[near].tolist(), strict=True)
    ]
    return ends


def _nearest(ink: np.ndarray, row: int, column: int, width: float) -> tuple[int, int] | None:
    """The pixel of ink nearest to one of paper; None where none is so near, as in a part cut out of a page."""
    side = int(width) + 1
    top, left = max(row - side, 0), max(column - side, 0)
    rows, columns = np.nonzero(ink[top : row + side + 1, left : column + side + 1])
    if not rows.size:
        return None
    at = ((rows + top - row) ** 2 + (columns + left - column) ** 2).argmin()
    return int(rows[at]) + top, int(columns[at]) + left


def _disc(reach: int) -> Disc:
    side = reach + 1
    y, x = np.mgrid[-side : side + 1, -side : side + 1]
    away = np.maximum(np.hypot(y, x), 1e-9)
    return Disc(side, away <= side, (away <= side) & (away > reach), y / away, x / away)


def _kind(ink: np.ndarray, pixel: tuple[int, int] | None, disc: Disc) -> int:
    """Of the ink at a pixel, by which ways it leads to a ring around it."""
    if pixel is None:
        return UNKNOWN
    row, column = pixel
    window = ink[row - disc.side : row + disc.side + 1, column - disc.side : column + disc.side + 1]
    mine = ndimage.label(window & disc.inside, ALL_AROUND)[0]
    ring = (mine == mine[disc.side, disc.side]) & disc.ring
    if not ring.any():
        return PASSING  # a dot
    ways = ndimage.label(ring, ALL_AROUND)[1]
    mean = float(np.hypot(disc.down[ring].mean(), disc.right[ring].mean()))
    if mean > (ONE_WAY if ways == 1 else ONE_LINE):
        return END
    return PASSING if ways > 1 and mean < ONE_WAY else UNKNOWN
