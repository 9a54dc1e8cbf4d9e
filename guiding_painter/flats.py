"""Exact flats at the drawing's own size: the model's regions snapped to line-bounded cells, and their colors.

Cells are found on blocks of pixels (a page of 13 megapixels has 1.5 million blocks) and then grown pixel by pixel, so
that every border lies in a line, or closes a gap in one.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter
from scipy import ndimage
from skimage.segmentation import watershed

from .cells import line_bounded_cells
from .colors import RGB

BLOCKS = 1600  # long side in blocks at which areas and gaps are judged
GAP = 0.006  # of the long side: 27 pixels on a page of 4500
SPLIT_AREA = 0.002  # of the drawing: what the model must set apart in a cell for it to be split
DETAIL = 12  # pixels of the model's picture that a cell needs to show its shading; a smaller one gets their mean


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


def make_flats(drawing: Image.Image, region_map: np.ndarray, gap: float | None = None) -> Flats:
    """Snaps regions to the lines of a drawing; every pixel, also of the lines, comes to lie in exactly one region.

    Every line-bounded cell goes as a whole to the region that most of it lies in, where pixels near ink, at which the
    model sees both sides of a line, count less. Only a cell of which the model sets a large part apart (a face and the
    wall behind it, the outline open wider than `gap`) is split, along the model's border: at the narrowest place near
    it, or smoothly through open paper.

    Args:
        drawing: "L", 255 = paper.
        region_map: (h, w) uint8, the model's regions at any size of about the same aspect.
        gap: width in pixels up to which openings in lines are closed; by default `GAP` of the long side.

    Raises ValueError for a negative gap.
    """
    gap = GAP * max(drawing.size) if gap is None else gap
    if not 0 <= gap < math.inf:
        raise ValueError(f"gap is {gap}: give a width of 0 pixels or more.")
    scale = math.ceil(max(drawing.size) / BLOCKS)  # pixels a block
    ink = find_ink(drawing)
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


def flat_colors(region_map: np.ndarray, colors: Mapping[int, RGB]) -> Image.Image:
    """RGB: each region in exactly its color. (H, W) uint8; colors of every region in it."""
    table = np.zeros((256, 3), dtype=np.uint8)
    for index, color in colors.items():
        table[index] = color
    return Image.fromarray(table[region_map])


def region_colors(picture: Image.Image, paper: np.ndarray, flats: Flats) -> dict[int, RGB]:
    """The mean of the model's picture, RGB at the working size, over every region; over its paper where it has any.

    Args:
        paper: (h, w) bool, where the picture shows no line of the drawing.
    """
    means = _region_means(np.asarray(picture), paper, flats)
    return {int(index): tuple(np.rint(means[index]).astype(int).tolist()) for index in np.unique(flats.owners)}


def painted_colors(picture: Image.Image, paper: np.ndarray, flats: Flats, answers: Mapping[int, RGB]) -> Image.Image:
    """The model's shading at the drawing's own size, RGB without lines; no color crosses the border of a cell.

    Each cell is enlarged by itself from those pixels of the picture that are paper of this cell, continued to its
    border. Then each answered region is shifted, channel by channel, until its mean is the answer (to half a level).

    Args:
        picture: what the model paints, RGB at the working size.
        paper: (h, w) bool, where the picture shows no line of the drawing.
        answers: {region: (r, g, b)}.
    """
    source = np.asarray(picture)  # (h, w, 3)
    sampled = resize(flats.cells, paper.shape)  # the cell in the middle of each of its pixels
    count = len(flats.owners)
    regions = _region_means(source, paper, flats)
    seen = np.bincount(sampled[paper], minlength=count)
    means = np.where(seen[:, None] > 0, _means(source, sampled, paper, count), regions[flats.owners])
    color = np.rint(means).astype(np.uint8)[flats.cells]  # (H, W, 3)

    height, width = flats.cells.shape
    boxes = ndimage.find_objects(flats.cells + 1)
    for cell in np.flatnonzero(seen >= DETAIL):
        rows, columns = boxes[cell]
        y0, y1 = (edge * source.shape[0] / height for edge in (rows.start, rows.stop))
        x0, x1 = (edge * source.shape[1] / width for edge in (columns.start, columns.stop))
        crop = slice(int(y0), math.ceil(y1)), slice(int(x0), math.ceil(x1))
        known = (sampled[crop] == cell) & paper[crop]
        if not known.any():
            continue
        nearest = ndimage.distance_transform_edt(~known, return_distances=False, return_indices=True)
        patch = Image.fromarray(source[crop][tuple(nearest)]).resize(
            (columns.stop - columns.start, rows.stop - rows.start),
            Image.Resampling.BICUBIC,
            box=(x0 - crop[1].start, y0 - crop[0].start, x1 - crop[1].start, y1 - crop[0].start),
        )
        np.copyto(color[rows, columns], np.asarray(patch), where=(flats.cells[rows, columns] == cell)[..., None])

    region_map = flats.region_map
    for index, answer in answers.items():
        pixels = region_map == index
        if pixels.any():
            color[pixels] = _with_mean(color[pixels], answer)
    return Image.fromarray(color)


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
    across = int(gap)  # so many whole blocks fit into the widest gap; their middle is half as far from ink, rounded up
    cells = line_bounded_cells(1.0 - walled, gap=across + across % 2, max_cells=walled.size)[1:-1, 1:-1]
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
    labels, free = labels.reshape(-1), free.reshape(-1)
    while front.size:
        reached = []
        for step in (1, -1, width, -width):
            target = front + step
            open_ = free[target]
            target = target[open_]
            labels[target] = labels[front[open_]]
            free[target] = False
            reached.append(target)
        front = np.concatenate(reached)


def _region_means(source: np.ndarray, paper: np.ndarray, flats: Flats) -> np.ndarray:
    """Mean of the (h, w, 3) picture over every region, see `region_colors`. Returns (number of regions, 3)."""
    sampled = flats.owners[resize(flats.cells, paper.shape)]
    count = int(flats.owners.max()) + 1
    means = _means(source, sampled, paper, count)
    for index in np.setdiff1d(flats.owners, sampled):  # too small to lie in the middle of any pixel of the picture
        pixels = flats.region_map == index
        if pixels.any():
            means[index] = resize(source, pixels.shape)[pixels].mean(axis=0)
    return means


def _means(values: np.ndarray, labels: np.ndarray, preferred: np.ndarray, count: int) -> np.ndarray:
    """Mean of (h, w, 3) values over the preferred pixels of each label, over all where none is. Returns (count, 3)."""
    # A preferred pixel outweighs a whole page of others.
    weights = np.where(preferred, 1.0, 1e-12).ravel()
    labels = labels.ravel()
    sums = [np.bincount(labels, weights * values[..., channel].ravel(), count) for channel in range(3)]
    return np.stack(sums, axis=1) / np.maximum(np.bincount(labels, weights, count), 1e-12)[:, None]


def _with_mean(color: np.ndarray, answer: RGB) -> np.ndarray:
    """(n, 3) uint8 shifted, and clipped, by whole levels so that the means come closest to the answer."""
    shifted = np.clip(np.arange(-255, 256)[:, None] + np.arange(256), 0, 255)  # (511, 256): shift, level
    return np.stack(
        [
            shifted[np.abs(shifted @ np.bincount(plane, minlength=256) / plane.size - level).argmin()][plane]
            for plane, level in zip(color.T, answer, strict=True)
        ],
        axis=1,
    ).astype(np.uint8)
