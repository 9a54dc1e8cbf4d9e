"""Exact flats at the drawing's own size: the model's regions snapped to line-bounded cells.

Cells are found on blocks of pixels (a page of 13 megapixels has 1.5 million blocks) and then grown pixel by pixel, so
that every border lies in a line, or closes a gap in one.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from skimage.segmentation import watershed

from ..drawings import GAP, line_bounded_cells, resize
from ..drawings.grids import any_in_block, block_of_pixels

BLOCKS = 1600  # long side in blocks at which areas and gaps are judged
SPLIT_AREA = 0.002  # of the drawing: what the model must set apart in a cell for it to be split


@dataclass(frozen=True)
class Flats:
    """Which cell every pixel of a drawing belongs to, and which region every cell.

    Args:
        cells: (H, W) int32 from 0, at the drawing's own size.
        owners: (number of cells,) uint8, the region of every cell. A cell may have no pixel.
    """

    cells: np.ndarray
    owners: np.ndarray

    @property
    def region_map(self) -> np.ndarray:
        """(H, W) uint8, the region of every pixel."""
        return self.owners[self.cells]


def make_flats(ink: np.ndarray, region_map: np.ndarray, gap: float | None = None) -> Flats:
    """Snaps regions to the lines of a drawing; every pixel, also of the lines, comes to lie in exactly one region.

    Every line-bounded cell goes as a whole to the region that most of it lies in, where pixels near ink, at which the
    model sees both sides of a line, count less. Only a cell of which the model sets a large part apart (a face and the
    wall behind it, the outline open wider than `gap`) is split, along the model's border: at the narrowest place near
    it, or smoothly through open paper.

    Args:
        ink: (H, W) bool, of the drawing, and what bounds cells as lines do, though it is not drawn.
        region_map: (h, w) uint8, the model's regions at any size of about the same aspect.
        gap: width in pixels up to which openings in lines are closed; by default `GAP` of the long side.

    Raises ValueError for a negative gap.
    """
    gap = GAP * max(ink.shape) if gap is None else gap
    if not 0 <= gap < math.inf:
        raise ValueError(f"gap is {gap}: give a width of 0 pixels or more.")
    scale = math.ceil(max(ink.shape) / BLOCKS)  # pixels a block
    blocks = any_in_block(ink, scale)
    marks = _small_marks(blocks, gap / scale / 3)  # grain and screen dots fence nothing in
    blocks &= ~marks
    ink = ink & ~block_of_pixels(marks, scale, ink.shape)

    seeds = _seed_cells(blocks, gap / scale)
    owners = _split_and_vote(seeds, blocks, region_map)
    if scale > 1:
        _open_borders(seeds)
    # A rim of -1 spares the growth its checks.
    cells = np.pad(block_of_pixels(seeds, scale, ink.shape), 1, constant_values=-1)
    page = cells[1:-1, 1:-1]
    grow(cells, np.pad(~ink, 1))
    owners = np.concatenate([owners, _add_slivers(page, ink, region_map, len(owners), max(4, gap**2 / 16))])
    if owners.size == 0:  # nothing but ink
        owners = np.array([np.bincount(region_map.ravel()).argmax()], dtype=np.uint8)
        page[:] = 1
    grow(cells, cells == 0)
    return Flats(page - 1, owners)


def _add_slivers(page: np.ndarray, ink: np.ndarray, region_map: np.ndarray, count: int, least: float) -> np.ndarray:
    """Numbers, in place, paper that no block fits in: strands of hair, between hatches, inside letters.

    Specks go with a neighbor.

    Args:
        page: (H, W) int32, cells from 1, and 0 for what has none yet.
        count: of cells so far.
        least: pixels of a sliver that is no speck.

    Returns:
        (number of slivers,) uint8 owners.
    """
    slivers, number = ndimage.label((page == 0) & ~ink)
    big = np.bincount(slivers.ravel(), minlength=number + 1) >= least
    big[0] = False
    numbers = np.where(big, count + np.cumsum(big), 0).astype(np.int32)  # cell + 1 of every sliver
    pixels = big[slivers]
    page[pixels] = numbers[slivers[pixels]]
    votes = np.zeros((big.sum(), int(region_map.max()) + 1), dtype=np.int32)
    np.add.at(votes, (page[pixels] - count - 1, resize(region_map, ink.shape)[pixels]), 1)
    return votes.argmax(axis=1).astype(np.uint8)


def _small_marks(ink: np.ndarray, size: float) -> np.ndarray:
    """(h, w) bool: pieces of ink at most `size` high and wide."""
    pieces, _ = ndimage.label(ink, np.ones((3, 3)))
    small = [all(side.stop - side.start <= size for side in box) for box in ndimage.find_objects(pieces)]
    return np.array([False, *small])[pieces]


def _seed_cells(ink: np.ndarray, gap: float) -> np.ndarray:
    """(h, w) int32: 1, 2, ... for the blocks of cells; 0 for ink, and for what is too small to be a cell of blocks."""
    # The edge of the page is a wall: an outline that stops just short of it does not leak.
    walled = np.pad(ink, 1, constant_values=True)
    # So many whole blocks fit into the widest gap. On the way through a slanted one, a block may be farther from ink
    # than half of that: by half a diagonal, and by what it misses the middle by.
    across = int(gap) + 1.8
    cells = line_bounded_cells(1.0 - walled, gap=across, max_cells=walled.size)[1:-1, 1:-1]
    areas, _ = ndimage.label(~ink)
    kept = np.bincount(areas.ravel()) >= 4  # line_bounded_cells gives smaller ones to a neighbor, across the line
    kept[0] = False
    return np.where(kept[areas], cells + 1, 0).astype(np.int32)


def _split_and_vote(seeds: np.ndarray, ink: np.ndarray, region_map: np.ndarray) -> np.ndarray:
    """Splits cells in place where the model does, see `make_flats`. Returns (number of cells,) uint8 owners."""
    regions = resize(region_map, seeds.shape)
    pixel = max(1.0, max(seeds.shape) / max(region_map.shape))  # one of the model's, in blocks
    near = np.minimum(ndimage.distance_transform_edt(np.pad(~ink, 1))[1:-1, 1:-1], 2 * pixel).astype(np.float32)
    inside = seeds > 0
    count, kinds = int(seeds.max()), int(region_map.max()) + 1
    index = (seeds[inside] - 1) * kinds + regions[inside]
    votes = np.bincount(index, near[inside], count * kinds).reshape(count, kinds)
    owners = votes.argmax(axis=1).tolist()

    large = np.bincount(index, minlength=count * kinds).reshape(count, kinds) >= SPLIT_AREA * seeds.size
    boxes = ndimage.find_objects(seeds)
    for cell in np.flatnonzero(large.sum(axis=1) > 1):
        box = boxes[cell]
        mine = seeds[box] == cell + 1
        whole = ndimage.gaussian_filter(mine.astype(np.float32), 1.5 * pixel)
        cores = np.zeros(mine.shape, dtype=np.int32)  # a margin along a line, where the model is off, has none
        for region in np.flatnonzero(large[cell]):
            part = ndimage.gaussian_filter((mine & (regions[box] == region)).astype(np.float32), 1.5 * pixel)
            cores[mine & (part > 0.8 * whole)] = region + 1
        parts = watershed(-near[box], cores, mask=mine)
        for region in np.flatnonzero(large[cell]):
            if region != owners[cell] and (parts == region + 1).any():
                owners.append(region)
                seeds[box][parts == region + 1] = len(owners)
    return np.array(owners, dtype=np.uint8)


def _open_borders(seeds: np.ndarray) -> None:
    """Frees the blocks at which two cells touch, in place: pixels meet there more finely than blocks."""
    cross = ndimage.generate_binary_structure(2, 1)
    lowest = ndimage.minimum_filter(np.where(seeds == 0, np.iinfo(np.int32).max, seeds), footprint=cross)
    seeds[(seeds > 0) & (lowest < ndimage.maximum_filter(seeds, footprint=cross))] = 0


def grow(labels: np.ndarray, free: np.ndarray) -> None:
    """Spreads labels > 0 over the free pixels without one, step by step to the four neighbors, all at the same pace.

    Args:
        labels: (H, W) int32 contiguous, 0 = none, changed in place; a rim one pixel wide that is not free.
        free: (H, W) bool.
    """
    width = labels.shape[1]
    free = free & (labels == 0)
    fringe = np.zeros_like(free)
    fringe[1:] |= free[:-1]
    fringe[:-1] |= free[1:]
    fringe[:, 1:] |= free[:, :-1]
    fringe[:, :-1] |= free[:, 1:]
    front = np.flatnonzero(fringe & (labels > 0))
    shape, patience = labels.shape, 4 * max(labels.shape)
    labels, free = labels.reshape(-1), free.reshape(-1)
    while front.size:
        if (patience := patience - 1) < 0:  # a maze, as no drawing has: a step costs the same for few pixels or many
            seeds = np.zeros_like(labels)
            seeds[front] = labels[front]
            rest = watershed(np.zeros(shape, np.uint8), seeds.reshape(shape), mask=(free | (seeds > 0)).reshape(shape))
            labels[free] = rest.reshape(-1)[free]
            return
        reached = []
        for step in (1, -1, width, -width):
            target = front + step
            open_ = free[target]
            target = target[open_]
            labels[target] = labels[front[open_]]
            free[target] = False
            reached.append(target)
        front = np.concatenate(reached)
