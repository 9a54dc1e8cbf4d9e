"""Exact flats at the drawing's own size: every cell, as a whole, belongs to one region, so that colors end at lines."""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import ndimage
from skimage.segmentation import watershed

from ..drawings import MAX_REGIONS, grow, sample

SPLIT_AREA = 0.002  # of the drawing: what the model must set apart in a cell for it to be split


@dataclass(frozen=True)
class Flats:
    """Which cell every pixel of a drawing belongs to, and which region every cell.

    Args:
        cells: (H, W) int32 from 0, at the drawing's own size.
        owners: (number of cells,) uint16, the region of every cell. A cell may have no pixel.
    """

    cells: np.ndarray
    owners: np.ndarray

    @property
    def region_map(self) -> np.ndarray:
        """(H, W) uint16, the region of every pixel."""
        return self.owners[self.cells]


def make_flats(cells: np.ndarray, ink: np.ndarray, model_map: np.ndarray) -> Flats:
    """Gives every cell to the region that the model has found in it.

    A network that reasons about these cells has found one region in each. Of another one, which knows pixels only, each
    cell goes as a whole to the region that most of it lies in, where pixels near ink, at which the model sees both
    sides of a line, count less; and a cell of which it sets a large part apart (a face and the wall behind it, between
    which no line is) is split along its border: at the narrowest place near it, or smoothly through open paper.

    Args:
        cells: (H, W) int32 from 0; left as they are.
        ink: (H, W) bool, of the drawing.
        model_map: (h, w) uint16, the model's regions at the working size.
    """
    seen = sample(cells, model_map.shape)
    near = _nearness(ink, model_map.shape)
    keys = np.concatenate([_keys(seen.seen, model_map), _keys(seen.hidden, model_map.ravel()[seen.places])])
    weights = np.concatenate([near.ravel(), near.ravel()[seen.places]])
    pairs, index, pixels = np.unique(keys, return_inverse=True, return_counts=True)
    cell, region = np.divmod(pairs, MAX_REGIONS)
    last = np.lexsort((-region, np.bincount(index, weights), cell))  # of each cell, the region with most of it
    owners = np.zeros(int(cells.max()) + 1, dtype=np.uint16)
    owners[cell[last]] = region[last]

    large = pixels >= SPLIT_AREA * model_map.size
    several = np.flatnonzero(np.bincount(cell[large], minlength=len(owners)) > 1)
    if several.size:
        cells, boxes = cells.copy(), ndimage.find_objects(cells + 1)
        for number in several.tolist():
            kinds = region[large & (cell == number)]
            parts = _parts(seen.seen == number, model_map, kinds, near)
            owners = _split(cells, owners, number, boxes[number], parts, kinds, ink)
    return Flats(cells, owners)


def _keys(cells: np.ndarray, regions: np.ndarray) -> np.ndarray:
    """(n,) int64, one number for each pair of a cell and a region."""
    return (cells.astype(np.int64) * MAX_REGIONS + regions).ravel()


def _nearness(ink: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """(h, w) float, how far every pixel of the model is from ink, 0.1 to 2 of its pixels."""
    inked = np.asarray(Image.fromarray(ink.view(np.uint8) * 255).resize(shape[::-1], Image.Resampling.BOX)) > 0
    if not inked.any():
        return np.ones(shape)
    return np.clip(ndimage.distance_transform_edt(~inked), 0.1, 2)


def _parts(mine: np.ndarray, model_map: np.ndarray, kinds: np.ndarray, near: np.ndarray) -> np.ndarray:
    """(h, w) int32, to which of some regions each pixel of a cell goes: 1 + the index in `kinds`; 0 beside the cell.

    Args:
        mine: (h, w) bool, the cell as the model sees it.
        near: (h, w), see `_nearness`.
    """
    whole = ndimage.gaussian_filter(mine.astype(np.float32), 1.5)
    cores = np.zeros(mine.shape, dtype=np.int32)  # a margin along a line, where the model is off, has none
    for number, kind in enumerate(kinds, 1):
        part = ndimage.gaussian_filter((mine & (model_map == kind)).astype(np.float32), 1.5)
        cores[mine & (part > 0.8 * whole)] = number
    return watershed(-near, cores, mask=mine)


def _split(
    cells: np.ndarray,
    owners: np.ndarray,
    number: int,
    box: tuple[slice, slice],
    parts: np.ndarray,
    kinds: np.ndarray,
    ink: np.ndarray,
) -> np.ndarray:
    """Numbers the parts of a cell, in place, on from the last cell, but for its owner's. Returns the new owners."""
    known = parts > 0
    if not known.any():
        return owners
    nearest = ndimage.distance_transform_edt(~known, return_distances=False, return_indices=True)
    parts = parts[tuple(nearest)]
    rows, columns = box
    down, across = (new / old for new, old in zip(parts.shape, cells.shape, strict=True))
    window = columns.start * across, rows.start * down, columns.stop * across, rows.stop * down
    size = columns.stop - columns.start, rows.stop - rows.start
    most, own = np.full(size[::-1], -1, dtype=np.float32), np.ones(size[::-1], dtype=np.int64)  # (h, w) of the box
    for part in range(1, len(kinds) + 1):  # one after the other: an argmax over all takes five times as long
        share = np.asarray(
            Image.fromarray((parts == part).astype(np.float32)).resize(size, Image.Resampling.BILINEAR, window)
        )
        own[share > most] = part
        np.maximum(most, share, out=most)
    view = cells[box]
    mine = view == number
    kind = kinds[_up_to_lines(own, mine, ink[box], math.ceil(1.5 / min(down, across))) - 1]
    left = np.unique(kind[mine])
    if owners[number] not in left:
        owners[number] = left[0]
    for other in left[left != owners[number]]:
        view[mine & (kind == other)] = len(owners)
        owners = np.append(owners, np.uint16(other))
    return owners


def _up_to_lines(parts: np.ndarray, mine: np.ndarray, ink: np.ndarray, reach: int) -> np.ndarray:
    """(h, w) parts of a cell whose borders are moved to the lines beside them; through open paper they stay.

    Args:
        parts: (h, w) from 1.
        mine, ink: (h, w) bool, where the cell is, and where lines are.
        reach: how far, in pixels, the model may be off.
    """
    size = 2 * reach + 1
    settled = ndimage.maximum_filter(parts, size) == ndimage.minimum_filter(parts, size)
    labels = np.pad(np.where(settled & mine & ~ink, parts, 0), 1).astype(np.int32)
    grow(labels, np.pad(mine & ~ink, 1))
    grow(labels, np.pad(mine, 1))
    labels = labels[1:-1, 1:-1]
    return np.where(labels > 0, labels, parts)
