"""Exact flats at the drawing's own size: the model's regions snapped to line-bounded cells.

Cells are found on blocks of pixels (a page of 13 megapixels has 1.5 million blocks) and then grown pixel by pixel, so
that every border lies in a line, or closes a gap in one.
"""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter
from scipy import ndimage
from skimage.segmentation import watershed

from ..drawings.cells import line_bounded_cells

BLOCKS = 1600  # long side in blocks at which areas and gaps are judged
GAP = 4 / 512  # of the long side: what the model takes for closed too, and 35 pixels on a page of 4500
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


def make_flats(
    drawing: Image.Image, region_map: np.ndarray, gap: float | None = None, walls: np.ndarray | None = None
) -> Flats:
    """Snaps regions to the lines of a drawing; every pixel, also of the lines, comes to lie in exactly one region.

    Every line-bounded cell goes as a whole to the region that most of it lies in, where pixels near ink, at which the
    model sees both sides of a line, count less. Only a cell of which the model sets a large part apart (a face and the
    wall behind it, the outline open wider than `gap`) is split, along the model's border: at the narrowest place near
    it, or smoothly through open paper.

    Args:
        drawing: "L", 255 = paper.
        region_map: (h, w) uint8, the model's regions at any size of about the same aspect.
        gap: width in pixels up to which openings in lines are closed; by default `GAP` of the long side.
        walls: (H, W) bool, what bounds cells as lines do, though it is not drawn.

    Raises ValueError for a negative gap.
    """
    gap = GAP * max(drawing.size) if gap is None else gap
    if not 0 <= gap < math.inf:
        raise ValueError(f"gap is {gap}: give a width of 0 pixels or more.")
    scale = math.ceil(max(drawing.size) / BLOCKS)  # pixels a block
    ink = find_ink(drawing)
    if walls is not None:
        ink |= walls
    blocks = _any_in_block(ink, scale)
    marks = _small_marks(blocks, gap / scale / 3)  # grain and screen dots fence nothing in
    blocks &= ~marks
    ink &= ~_pixels(marks, scale, ink.shape)

    seeds = _seed_cells(blocks, gap / scale)
    owners = _split_and_vote(seeds, blocks, region_map)
    if scale > 1:
        _open_borders(seeds)
    cells = np.zeros((ink.shape[0] + 2, ink.shape[1] + 2), dtype=np.int32)  # a rim of -1 spares the growth its checks
    cells[[0, -1]] = cells[:, [0, -1]] = -1
    page = cells[1:-1, 1:-1]
    page[:] = _pixels(seeds, scale, ink.shape)
    grow(cells, np.pad(~ink, 1))

    # Paper that no block fits in: strands of hair, between hatches, inside letters. Specks go with a neighbor.
    slivers, count = ndimage.label((page == 0) & ~ink)
    big = np.bincount(slivers.ravel(), minlength=count + 1) >= max(4, gap**2 / 16)
    big[0] = False
    number = np.where(big, len(owners) + np.cumsum(big), 0).astype(np.int32)  # cell + 1 of every sliver
    pixels = big[slivers]
    page[pixels] = number[slivers[pixels]]
    votes = np.zeros((big.sum(), int(region_map.max()) + 1), dtype=np.int32)
    np.add.at(votes, (page[pixels] - len(owners) - 1, resize(region_map, ink.shape)[pixels]), 1)
    owners = np.concatenate([owners, votes.argmax(axis=1).astype(np.uint8)])
    if owners.size == 0:  # nothing but ink
        owners = np.array([np.bincount(region_map.ravel()).argmax()], dtype=np.uint8)
        page[:] = 1
    grow(cells, cells == 0)
    return Flats(page - 1, owners)


def find_ink(drawing: Image.Image) -> np.ndarray:
    """(H, W) bool: near black, or darker than what is around it, if only as faint pencil is; flat gray is no ink."""
    around = drawing.filter(ImageFilter.BoxBlur(max(4, max(drawing.size) / 150)))
    value, around = np.asarray(drawing), np.asarray(around)
    return (value < 64) | (value < np.maximum(around, 20) - 20)


def _any_in_block(ink: np.ndarray, scale: int) -> np.ndarray:
    """(ceil(H / scale), ceil(W / scale)) bool, whether a block of pixels has any ink."""
    height, width = (math.ceil(side / scale) for side in ink.shape)
    padded = np.pad(ink, ((0, height * scale - ink.shape[0]), (0, width * scale - ink.shape[1])))
    return padded.reshape(height, scale, width, scale).any(axis=(1, 3))


def _pixels(blocks: np.ndarray, scale: int, shape: tuple[int, int]) -> np.ndarray:
    """Every pixel's block: (h, w) -> (H, W)."""
    return blocks.repeat(scale, axis=0)[: shape[0]].repeat(scale, axis=1)[:, : shape[1]]


def resize(values: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """The nearest of (h, w) values for each of (H, W) pixels."""
    rows, columns = (
        ((np.arange(side) + 0.5) * old / side).astype(int) for side, old in zip(shape, values.shape[:2], strict=True)
    )
    return values[rows][:, columns]


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
