"""Slits: cells of a drawing that no person sees as areas, such as paper between two strokes of one pencil line."""

import numpy as np
from scipy import ndimage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

NARROW, LONG = 0.5, 6  # a cell of less paper is narrower than its lines; a long one is so much longer than wide
SKETCHED = 3, 0.1  # so many long slits, for each area, are of a drawing that has several strokes for a line
WIDER, SHORTER = 0.75, 3  # there strokes lie farther apart than they are wide
CRACK = 0.12  # of any cell: so little paper is none, a broad pen has missed it
LARGEST = 0.005  # of the page
AREA = 3e-4  # of the page: a person sees so much


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
    slit, neighbor = np.divmod(keys, len(slits))
    order = np.lexsort((length, ~slits[neighbor]))
    target[slit[order]] = neighbor[order]  # the last stays: the longest, and no slit if there is another
    graph = coo_array((np.ones(len(target), dtype=bool), (np.arange(len(target)), target)), shape=(len(target),) * 2)
    return connected_components(graph, directed=False)[1]


def find_slits(cells: np.ndarray, paper: np.ndarray) -> np.ndarray:
    """(count,) bool, cells that are narrower than the lines beside them and long, or next to nothing but ink.

    In a drawing with many of these, wider ones are, too.

    Args:
        cells: (h, w) int32, ink included.
        paper: (h, w) bool.
    """
    sizes = np.bincount(cells.ravel())
    left = np.bincount(cells[paper], minlength=len(sizes))
    small = (left < WIDER * sizes) & (left > 0) & (sizes < LARGEST * cells.size)
    boxes = ndimage.find_objects(np.where(small[cells] & paper, cells, 0), len(sizes) - 1)
    sides = [max(row.stop - row.start, column.stop - column.start) for row, column in filter(None, boxes)]
    longest = np.zeros(len(sizes), dtype=np.int64)
    longest[1:][[box is not None for box in boxes]] = sides
    cracks = small & (left < CRACK * sizes)
    slits = small & (left < NARROW * sizes) & (longest**2 > LONG * sizes) & ~cracks
    least, share = SKETCHED
    if slits.sum() >= max(least, share * (sizes > AREA * cells.size).sum()):
        slits = small & (longest**2 > SHORTER * sizes)
    return slits | cracks
