"""Slits: cells of a drawing that no person sees as areas, such as paper between two strokes of one pencil line."""

import numpy as np
from scipy import ndimage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

NARROW = 0.5  # of a long cell: if less of it is paper, it is narrower than its lines
LONG = 6  # widths of its lines
CRACK = 0.12  # of any cell: so little paper is none, a broad pen has missed it
LARGEST = 0.005  # of the page


def join_slits(cells: np.ndarray, ink: np.ndarray) -> np.ndarray:
    """(count,) int32, the number of every cell when slits go to the neighbor that they share most of their border with.

    Args:
        cells: (h, w) int32, ink included.
        ink: (h, w) bool.
    """
    cells = np.ascontiguousarray(cells)
    slits = find_slits(cells, ~ink)
    target = np.arange(len(slits), dtype=np.int32)
    if not slits.any():
        return target
    beside, below = cells[:, :-1] != cells[:, 1:], cells[:-1] != cells[1:]
    one = np.concatenate([cells[:, :-1][beside], cells[:-1][below]]).astype(np.int64)
    other = np.concatenate([cells[:, 1:][beside], cells[1:][below]]).astype(np.int64)
    one, other = np.concatenate([one, other]), np.concatenate([other, one])
    keys, length = np.unique(one[slits[one]] * len(slits) + other[slits[one]], return_counts=True)
    slit, neighbor = np.divmod(keys[np.argsort(length, kind="stable")], len(slits))
    target[slit] = neighbor  # the last stays, which is the longest
    graph = coo_array((np.ones(len(target), dtype=bool), (np.arange(len(target)), target)), shape=(len(target),) * 2)
    return connected_components(graph, directed=False)[1]


def find_slits(cells: np.ndarray, paper: np.ndarray) -> np.ndarray:
    """(count,) bool, cells that are narrower than the lines beside them and long, or next to nothing but ink.

    Args:
        cells: (h, w) int32, ink included.
        paper: (h, w) bool.
    """
    sizes = np.bincount(cells.ravel())
    left = np.bincount(cells[paper], minlength=len(sizes))
    narrow = (left < NARROW * sizes) & (left > 0) & (sizes < LARGEST * cells.size)
    boxes = ndimage.find_objects(np.where(narrow[cells] & paper, cells, 0), len(sizes) - 1)
    sides = [max(row.stop - row.start, column.stop - column.start) for row, column in filter(None, boxes)]
    longest = np.zeros(len(sizes), dtype=np.int64)
    longest[1:][[box is not None for box in boxes]] = sides
    return narrow & ((longest**2 > LONG * sizes) | (left < CRACK * sizes))
