"""Cells: the areas that a person sees in a line drawing, each of which one click of a bucket should fill.

Cut once, at the drawing's own size: what the network reasons about is what flats are filled by.
"""

import math

import numpy as np
from PIL import Image
from scipy import ndimage

from .basins import Areas, distance_to_ink, find_basins, find_borders, wall_thickness
from .edge import END, find_ends
from .frames import strokes_at_frames
from .grids import any_in_block, fill_from_blocks
from .growth import grow, rank_by_size
from .ink import line_width
from .joining import Closing, join_hills, join_openings
from .marks import loose_marks
from .runs import find_runs
from .screens import find_lines_between
from .slits import join_slits
from .speed_lines import find_speed_lines
from .texture import NARROW, find_dotted, find_texture, join_through_texture

BLOCKS = 1200  # long side in blocks of pixels at which areas are judged
GAPS = {  # share of the smaller area's width, and width as a share of the drawing's long side
    "tight": (0.15, 1.5 / 512),
    "normal": (0.35, 3 / 512),
    "loose": (0.5, 8 / 512),
}
RIM = 0.05  # of the long side: a line that ends farther from the picture's edge does not mean to reach it
WIDE = 0.03  # of the long side: so wide an opening may be a gap in a large area's outline, if all else of it is drawn
HILLS = 0.6  # from this ratio of a saddle to the lower hill on the two are one, whatever lies between them
TONE = 5  # blocks: what is ink in every one of so many, each way, is no line
KNOWN = 0.08  # of a tone: so much paper of it in one cell, and all is part of that
HATCH_NARROW = 0.022  # of the long side: between hatches an area may be wider than those of any texture
AROUND = 0.03  # of the long side: so far around hatches all lies that says what is in one texture with them
HATCHED = 0.8  # of an area's paper: so much in one texture, and it is part of that
STRAY = 1e-4  # of the page: no more of free marks, and they are no tone
LONG = 6  # widths: so long is a strip of paper between two strokes
WIDER = 3  # times as wide as usual: so wide is a strip nowhere
SPECK = 4  # blocks: what is smaller is no area, it goes with a neighbor


def cut_cells(ink: np.ndarray, gap: str = "normal", walls: np.ndarray | None = None) -> np.ndarray:
    """Cuts a drawing into cells, every pixel in exactly one; ink goes to the nearest.

    Args:
        ink: (H, W) bool, see `find_ink`.
        gap: how wide openings in lines may be to be closed: "tight", "normal" or "loose".
        walls: (H, W) bool, what bounds cells as lines do, though it is not drawn.

    Returns:
        (H, W) int32, cells numbered by size, 0 the largest.

    Raises ValueError for another gap.
    """
    check_gap(gap)
    fence = ink if walls is None else ink | walls
    scale = math.ceil(max(fence.shape) / BLOCKS)  # pixels a block
    loose, hatches = loose_marks(fence)  # before blocks run dots and hatches together
    hatched = fence & ~loose
    hatches |= strokes_at_frames(hatched, scale)
    fence = hatched & ~hatches
    blocks = any_in_block(fence, scale)
    lines = find_speed_lines(blocks)
    if lines.any():
        blocks = blocks & ~lines
        for drawn in (fence, hatched):
            erase(drawn, lines, scale)
    seeds = cut_blocks(blocks, gap, any_in_block(loose, scale))
    if hatches.any():
        join_hatched(seeds, any_in_block(hatched, scale), any_in_block(hatches, scale), gap)
    if scale > 1:
        add_tones(seeds, fence, scale)
        open_borders(seeds)
    return bring_to_pixels(seeds, fence, scale)


def bring_to_pixels(seeds: np.ndarray, fence: np.ndarray, scale: int) -> np.ndarray:
    """(H, W) int32 cells numbered by size, every pixel in one, from the (h, w) int32 blocks of cells, 0 for none, and
    (H, W) bool ink that bounds them."""
    cells = np.empty(np.add(fence.shape, 2), dtype=np.int32)
    cells[[0, -1]], cells[:, [0, -1]] = -1, -1  # a rim spares the growth its checks
    page = cells[1:-1, 1:-1]
    fill_from_blocks(page, seeds, scale)
    if scale > 1:
        page[fence] = 0
        grow(cells, np.pad(~fence, 1))
        add_slivers(page, fence, scale)
    if page.max() == 0:  # nothing but ink
        return np.zeros(fence.shape, dtype=np.int32)
    grow(cells, cells == 0)
    numbers = join_slits(page[::scale, ::scale], fence[::scale, ::scale])
    # Every row of it begins before where it is read from: another page of memory would take long to get.
    return rank_by_size(page, numbers, out=cells.reshape(-1)[: page.size].reshape(page.shape))


def erase(ink: np.ndarray, blocks: np.ndarray, scale: int) -> None:
    """Makes paper of (H, W) bool ink, in place, in blocks of (h, w) bool that are True."""
    erased = np.empty_like(ink)
    fill_from_blocks(erased, blocks, scale)
    ink &= ~erased


def check_gap(gap: object) -> None:
    """Raises ValueError for what says nothing of gaps."""
    if gap not in tuple(GAPS):
        raise ValueError(f"gap is {gap!r}: give one of {', '.join(GAPS)}.")


def cut_blocks(ink: np.ndarray, gap: str, loose: np.ndarray) -> np.ndarray:
    """Args:
        ink: (h, w) bool.
        loose: (h, w) bool, marks that bound no cell.

    Returns:
        (h, w) int32: 1, 2, ... for the blocks of cells; 0 for ink, and for what is too small to be a cell.
    """
    side, distance = max(ink.shape), distance_to_ink(ink)
    among = distance_to_ink(ink | loose) if loose.mean() > STRAY else None
    cells, _ = join_texture(cut_openings(ink, distance, gap, side, among), ink, distance, NARROW * side, among)
    small = np.bincount(cells.ravel()) < SPECK
    small[0] = False
    cells[small[cells] | ink] = 0
    return cells


def cut_openings(ink: np.ndarray, distance: np.ndarray, gap: str, side: int, among: np.ndarray | None = None) -> Areas:
    """Cells, those of a texture still apart; ink beside paper belongs to one.

    Args:
        distance: (h, w) float32 to ink.
        side: the drawing's long side, of which the ink may be a part.
        among: (h, w) float32, the distance to ink and to marks that bound no cell, where there are such marks.
    """
    basins = find_basins(distance)
    if len(basins.peaks) == 1:
        return basins
    ratio, width = GAPS[gap]
    closing = Closing(ratio, width * side, RIM * side, WIDE * side if gap != "tight" else math.inf)
    line, borders = line_width(ink), find_borders(basins.labels, distance)
    ends = find_ends(borders, ink, line, RIM * side)
    areas = basins.joined(join_hills(borders, basins.peaks, HILLS, ends != END))
    borders = find_borders(spread_over_ink(areas.labels), distance)
    ends = find_ends(borders, ink, line, RIM * side)
    widths, dotted = find_dotted(areas, distance, among, HATCH_NARROW * side)
    return areas.joined(join_openings(borders, areas.peaks, closing, line, ends, widths, dotted))


def join_texture(
    areas: Areas, ink: np.ndarray, distance: np.ndarray, narrow: float, among: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """(h, w) int32 cells of which those of one texture are one; and (h, w) bool, where those are.

    Args:
        narrow: in blocks, as wide as areas of a texture are at the most.
        among: as for `cut_openings`.
    """
    cells, count = areas.labels, len(areas.peaks)
    if count == 1:
        return cells, cells > 0
    grown = spread_over_ink(cells)
    borders = find_borders(grown, distance)
    peaks = usual_peaks(areas, distance)
    is_narrow = 2 * peaks <= narrow
    apart = np.zeros(len(borders.pairs), dtype=bool)
    numbers = find_texture(borders, peaks, is_narrow, apart)
    if (numbers >= count).any():
        _, dotted = find_dotted(areas, distance, among, HATCH_NARROW / NARROW * narrow)
        thickness, drawn = wall_thickness(grown, ink), (distance if among is None else among) == 0
        apart = find_lines_between(numbers, borders, thickness[0], cells, drawn)
        if apart.any():
            numbers = find_texture(borders, peaks, is_narrow, apart)
        numbers = join_through_texture(numbers, borders, *thickness, peaks, is_narrow, dotted, apart)
    return areas.joined(numbers).labels, (numbers >= count)[cells]


def usual_peaks(areas: Areas, distance: np.ndarray) -> np.ndarray:
    """(count,) the greatest distance to ink in each area, in pixels; in a long one that which is usual along it: where
    strokes pause, two strips of paper are wide for once."""
    sizes = np.bincount(areas.labels.ravel(), minlength=len(areas.peaks))
    usual = 2 * np.bincount(areas.labels.ravel(), distance.ravel(), len(areas.peaks)) / np.maximum(sizes, 1)
    long = (sizes > LONG * (2 * usual) ** 2) & (areas.peaks < WIDER * usual)
    return np.where(long, np.minimum(usual, areas.peaks), areas.peaks)


def join_hatched(seeds: np.ndarray, ink: np.ndarray, hatches: np.ndarray, gap: str) -> None:
    """Joins cells, in place, that lie in one texture. Some strokes of a hatching end freely, and were left out of the
    ink that cells were cut in; others reach the outline, and cut it in pieces.

    Args:
        seeds: (h, w) int32 of `cut_blocks`.
        ink: (h, w) bool with those strokes.
        hatches: (h, w) bool, these strokes.
    """
    distance, narrow = distance_to_ink(ink), HATCH_NARROW * max(ink.shape)
    paper = (seeds > 0) & ~ink
    sizes = np.bincount(seeds[paper], minlength=int(seeds.max()) + 1)
    for window in windows_around(hatches, distance, narrow):
        parts = ink[window], distance[window]
        cells, texture = join_texture(cut_openings(*parts, gap, max(ink.shape)), *parts, narrow)
        inside, number = paper[window] & texture, int(cells.max()) + 1
        keys, shared = np.unique(seeds[window][inside] * np.int64(number) + cells[inside], return_counts=True)
        mine, theirs = np.divmod(keys, number)
        within = shared > HATCHED * sizes[mine]
        mine, theirs = mine[within], theirs[within]
        first = np.full(number, len(sizes), dtype=seeds.dtype)
        np.minimum.at(first, theirs, mine.astype(seeds.dtype))
        numbers = np.arange(len(sizes), dtype=seeds.dtype)
        numbers[mine] = first[theirs]
        seeds[:] = numbers[seeds]
        sizes = np.bincount(numbers, sizes, len(sizes))


def windows_around(hatches: np.ndarray, distance: np.ndarray, narrow: float) -> list[tuple[slice, slice]]:
    """Rows and columns of boxes around hatches and all that is as dense beside them, with a margin.

    Args:
        hatches: (h, w) bool.
        distance: (h, w) float32 to ink.
        narrow: in blocks, as wide as paper between hatches may be.
    """
    tile = math.ceil(AROUND * max(hatches.shape))
    dense = any_in_block(hatches, tile) | ~any_in_block(2 * distance > narrow, tile)
    boxes = ndimage.find_objects(ndimage.label(ndimage.binary_dilation(dense, np.ones((3, 3))), np.ones((3, 3)))[0])
    return [tuple(slice(side.start * tile, side.stop * tile) for side in box) for box in boxes]


def spread_over_ink(basins: np.ndarray) -> np.ndarray:
    """(h, w) int32 in which ink, 0, belongs to the nearest basin."""
    padded = np.pad(basins, 1, constant_values=-1)
    grow(padded, padded == 0)
    return padded[1:-1, 1:-1]


def add_tones(seeds: np.ndarray, fence: np.ndarray, scale: int) -> None:
    """Numbers, in place, areas of texture so fine that every block of them has ink, but paper, too."""
    paper = np.asarray(Image.fromarray(~fence).convert("L").reduce(scale), dtype=np.float32) / 255
    ink = np.pad(seeds == 0, TONE).view(np.uint8)
    dense = ndimage.minimum_filter(ink, TONE)
    # Between rows of dots there may be a block without.
    dense |= ndimage.minimum_filter(ndimage.minimum_filter(ndimage.maximum_filter(ink, TONE), TONE), 2 * TONE - 1)
    dense = dense[TONE:-TONE, TONE:-TONE] > 0
    dense &= ndimage.uniform_filter(paper, TONE) > 0.03  # else it is black
    tones, count = ndimage.label(dense)
    sizes = np.bincount(tones.ravel(), minlength=count + 1)
    first = int(seeds.max()) + 1
    numbers = np.where(sizes >= TONE**2, first + np.arange(count + 1), 0)
    numbers[0] = 0
    # Between strokes that blocks do tell from paper there is a cell already.
    known = (seeds > 0) & (numbers[tones] > 0)
    keys, shared = np.unique(tones[known] * np.int64(first) + seeds[known], return_counts=True)
    tone, cell = np.divmod(keys, first)
    most = shared > KNOWN * sizes[tone]
    numbers[tone[most]] = cell[most]
    chosen = numbers[tones] > 0
    seeds[chosen] = numbers[tones[chosen]]


def open_borders(seeds: np.ndarray) -> None:
    """Frees the blocks at which two cells touch, in place: pixels meet there more finely than blocks."""
    cross = ndimage.generate_binary_structure(2, 1)
    lowest = ndimage.minimum_filter(np.where(seeds == 0, np.iinfo(np.int32).max, seeds), footprint=cross)
    seeds[(seeds > 0) & (lowest < ndimage.maximum_filter(seeds, footprint=cross))] = 0


def add_slivers(page: np.ndarray, fence: np.ndarray, scale: int) -> None:
    """Numbers, in place, the paper that no block fits in: strands of hair, between hatches, inside letters."""
    slivers = find_runs((page == 0) & ~fence, corners=False)
    big = slivers.sums(slivers.lengths) >= SPECK * scale**2
    chosen = big[slivers.pieces]
    numbers = page.max() + np.cumsum(big)[slivers.pieces[chosen]]
    page[np.divmod(slivers.pixels(chosen), page.shape[1])] = np.repeat(numbers, slivers.lengths[chosen])
