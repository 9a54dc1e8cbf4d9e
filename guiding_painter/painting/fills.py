"""The colors of flats: exact fills, the means of the model's picture, and its shading brought to the lines."""

import math
from collections.abc import Mapping

import numpy as np
from PIL import Image
from scipy import ndimage

from ..colors import RGB
from ..drawings import MAX_REGIONS, Sample, sample
from .flats import Flats

BAND = 64  # rows of a page that are colored at a time
DETAIL = 12  # pixels of the model's picture that a cell needs to show its shading; a smaller one gets their mean


def flat_colors(region_map: np.ndarray, colors: Mapping[int, RGB]) -> Image.Image:
    """RGB: each region in exactly its color. (H, W) uint16; colors of every region in it."""
    table = np.zeros((MAX_REGIONS, 3), dtype=np.uint8)
    for index, color in colors.items():
        table[index] = color
    color = np.empty((*region_map.shape, 3), dtype=np.uint8)
    for top in range(0, len(color), BAND):  # all at once would take eight bytes a pixel for the numbers alone
        band = slice(top, top + BAND)
        np.take(table, region_map[band], axis=0, out=color[band], mode="clip")
    return Image.fromarray(color)


def region_colors(picture: Image.Image, paper: np.ndarray, seen: Sample, owners: np.ndarray) -> dict[int, RGB]:
    """The mean of the model's picture, RGB at the working size, over every region; over its paper where it has any.

    Args:
        paper: (h, w) bool, where the picture shows no line of the drawing.
        seen: of the cells in this picture.
        owners: as in `Flats`.
    """
    means = np.rint(_region_means(np.asarray(picture), paper, seen, owners)).astype(int)
    return {index: tuple(means[index].tolist()) for index in np.unique(owners).tolist()}


def painted_colors(
    picture: Image.Image, paper: np.ndarray, flats: Flats, means_wanted: Mapping[int, RGB]
) -> Image.Image:
    """The model's shading at the drawing's own size, RGB without lines; no color crosses the border of a cell.

    Each cell is enlarged by itself from those pixels of the picture that are paper of this cell, continued to its
    border. Then each region is shifted, channel by channel, until its mean is what is wanted (to half a level).

    Args:
        picture: what the model paints, RGB at the working size.
        paper: (h, w) bool, where the picture shows no line of the drawing.
        means_wanted: {region: (r, g, b)}.
    """
    source = np.asarray(picture)  # (h, w, 3)
    sampling = sample(flats.cells, paper.shape)
    sampled, count = sampling.seen, len(flats.owners)
    regions = _region_means(source, paper, sampling, flats.owners)
    seen = np.bincount(sampled[paper], minlength=count)
    means = np.where(seen[:, None] > 0, _means(source, sampled, paper, count), regions[flats.owners])
    color = np.rint(means).astype(np.uint8)[flats.cells]  # (H, W, 3)
    boxes, on_paper = ndimage.find_objects(flats.cells + 1), np.where(paper, sampled, -1)
    for cell in np.flatnonzero(seen >= DETAIL):
        _shade(color, flats.cells, cell, boxes[cell], source, on_paper)
    region_map = flats.region_map
    boxes = ndimage.find_objects(region_map.astype(np.int32) + 1)
    for index, mean in means_wanted.items():
        if index < len(boxes) and (box := boxes[index]):
            pixels = region_map[box] == index
            color[box][pixels] = _with_mean(color[box][pixels], mean)
    return Image.fromarray(color)


def _shade(
    color: np.ndarray,
    cells: np.ndarray,
    cell: int,
    box: tuple[slice, slice],
    source: np.ndarray,
    on_paper: np.ndarray,
) -> None:
    """Enlarges what the picture shows of a cell, in place, see `painted_colors`.

    Args:
        color: (H, W, 3) uint8, changed where the cell is.
        cells: (H, W) int32.
        box: around the cell.
        source: (h, w, 3) uint8, the picture.
        on_paper: (h, w) int32, the cell of each of its pixels, -1 in lines.
    """
    rows, columns = box
    y0, y1 = (edge * source.shape[0] / cells.shape[0] for edge in (rows.start, rows.stop))
    x0, x1 = (edge * source.shape[1] / cells.shape[1] for edge in (columns.start, columns.stop))
    crop = slice(int(y0), math.ceil(y1)), slice(int(x0), math.ceil(x1))
    known = on_paper[crop] == cell
    if not known.any():
        return
    nearest = ndimage.distance_transform_edt(~known, return_distances=False, return_indices=True)
    patch = Image.fromarray(source[crop][tuple(nearest)]).resize(
        (columns.stop - columns.start, rows.stop - rows.start),
        Image.Resampling.BICUBIC,
        box=(x0 - crop[1].start, y0 - crop[0].start, x1 - crop[1].start, y1 - crop[0].start),
    )
    np.copyto(color[box], np.asarray(patch), where=(cells[box] == cell)[..., None])


def _region_means(source: np.ndarray, paper: np.ndarray, seen: Sample, owners: np.ndarray) -> np.ndarray:
    """Mean of the (h, w, 3) picture over every region, see `region_colors`. Returns (number of regions, 3)."""
    sampled = owners[seen.seen]
    count = int(owners.max()) + 1
    means = _means(source, sampled, paper, count)
    small = np.ones(count, dtype=bool)
    small[sampled] = False  # such a region lies in the middle of no pixel of the picture
    hidden = owners[seen.hidden]
    mine = small[hidden]
    if mine.any():
        values, hidden = source.reshape(-1, 3)[seen.places[mine]], hidden[mine]
        found = np.unique(hidden)
        means[found] = _means(values[None], hidden[None], np.ones((1, len(hidden)), dtype=bool), count)[found]
    return means


def _means(values: np.ndarray, labels: np.ndarray, preferred: np.ndarray, count: int) -> np.ndarray:
    """Mean of (h, w, 3) values over the preferred pixels of each label, over all where none is. Returns (count, 3)."""
    # A preferred pixel outweighs a whole page of others.
    weights = np.where(preferred, 1.0, 1e-12).ravel()
    labels = labels.ravel().astype(np.intp)  # or every count below converts them anew
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
