"""Borders that a person draws where the drawing has none, or opens where it has one."""

from collections.abc import Sequence

import numpy as np

from .layouts import Change, Layout, Piece, divided, moved, room_left, with_numbers, with_pieces
from .strokes import STEP, cells_at, check_length, follow, path_along
from .surgery import pieces_along, sides_of_ring

SNAP = 0.01  # of the long side: so far from its ends a line or the picture's edge is taken for where a border ends
LEAST_SNAP = 6  # pixels


def draw(layout: Layout, cells: np.ndarray, ink: np.ndarray, stroke: Sequence[tuple[int, int]], gap: float) -> Change:
    """A border has been drawn: what it closes off, with the lines that are there, has become a region of its own.

    Its ends go on to the nearest line, or the picture's edge, where that is near; otherwise they stay where the person
    stopped. Of each region that falls apart the larger side remains it. Cells that the border does not touch stay where
    they are, but for those inside a ring.

    Args:
        cells: (H, W) int32.
        ink: (H, W) bool.
        gap: in pixels; what is smaller, both ways, is not closed off.

    Raises ValueError for a border that closes nothing off.
    """
    room_left(layout)
    path, inside = follow(stroke, cells.shape)
    reach = max(LEAST_SNAP, SNAP * max(ink.shape))
    if inside is None:
        path = _snapped(path, ink, reach)
    regions, points = np.unique(layout.owners[_through(cells, ink, path)], return_counts=True)
    regions = regions[points >= min(reach / STEP, points.max())]  # a hand runs over lines a little
    pieces: list[Piece] = []
    for region in regions.tolist():
        found, sides = pieces_along(layout, cells, region, path, inside, gap, walls=ink)
        parted = with_pieces(layout, found)
        numbered = with_numbers(cells, found, [piece.cell for piece in found])
        if inside is not None:
            untouched = (parted.owners == region) & (sides == 0)
            sides = np.where(untouched, sides_of_ring(parted, numbered, inside), sides)
        areas = np.bincount(sides, parted.sizes * (parted.owners == region), minlength=3)
        if areas[1] and areas[2]:
            pieces += found
            smaller = 2 if inside is not None else 1 + int(areas[2] < areas[1])
            layout, cells = divided(parted, region, np.where(sides == smaller, 2, 1)), numbered
    if not pieces:
        raise ValueError("This border closes nothing off: draw it from one line to another, or in a ring.")
    return Change(layout, pieces)


def open_(layout: Layout, cells: np.ndarray, ink: np.ndarray, stroke: Sequence[tuple[int, int]]) -> Layout:
    """Borders under a stroke have been opened: the cells that it runs through are of the region where it begins.

    Args:
        cells: (H, W) int32.
        ink: (H, W) bool.

    Raises ValueError where all of them are.
    """
    check_length(stroke, cells.shape)
    through = _through(cells, ink, path_along(stroke))
    region = int(layout.owners[through[0]])
    others = [cell for cell in dict.fromkeys(through.tolist()) if layout.owners[cell] != region]
    if not others:
        raise ValueError("This stroke crosses no border: draw it from one region into another.")
    for cell in others:
        layout = moved(layout, cell, region)
    return layout


def first_region(layout: Layout, cells: np.ndarray, ink: np.ndarray, stroke: Sequence[tuple[int, int]]) -> int:
    """The region in which a stroke begins: where it first touches paper, if it does."""
    return int(layout.owners[_through(cells, ink, path_along(stroke))[0]])


def _through(cells: np.ndarray, ink: np.ndarray, path: np.ndarray) -> np.ndarray:
    """(n,) the cells that a path runs through on paper, in order; on ink, where it touches no paper."""
    numbers, on_ink = cells_at(path, cells), cells_at(path, ink.astype(np.int32))
    return numbers[on_ink == 0] if (on_ink == 0).any() else numbers[numbers >= 0]


def _snapped(path: np.ndarray, ink: np.ndarray, reach: float) -> np.ndarray:
    """(n, 2) a path whose ends go on to the nearest ink, or beyond the picture's edge, within reach."""
    for _ in range(2):
        path = path[::-1]
        x, y = path[-1]
        margin = int(reach) + 1
        top, left = max(0, int(y) - margin), max(0, int(x) - margin)
        rows, columns = np.nonzero(ink[top : int(y) + margin + 1, left : int(x) + margin + 1])
        height, width = ink.shape
        ends = np.array([(-1, y), (width, y), (x, -1), (x, height)], dtype=float)
        ends = np.concatenate([ends, np.stack([columns + left, rows + top], axis=1)])
        away = np.hypot(*(ends - path[-1]).T)
        if away.min() <= reach:
            path = np.concatenate([path, path_along([path[-1], ends[away.argmin()]])])
    return path
