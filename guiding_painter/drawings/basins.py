"""Basins of the paper: every hill of the distance to ink, and what lies between each two of them."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

NEIGHBORS = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if (y, x) != (0, 0)]


@dataclass(frozen=True)
class Areas:
    """A drawing in areas, each of one basin or several.

    Args:
        labels: (h, w) int32 from 0.
        peaks: (count,) float, the greatest distance to ink in each, in pixels.
    """

    labels: np.ndarray
    peaks: np.ndarray

    def joined(self, numbers: np.ndarray) -> "Areas":
        """Those that (count,) int64 numbers are the same of have become one, numbered anew from 1; 0 stays."""
        numbers = numbers.copy()
        numbers[0] = -1
        numbers = np.unique(numbers, return_inverse=True)[1].astype(np.int32)
        peaks = np.zeros(int(numbers.max()) + 1)
        np.maximum.at(peaks, numbers, self.peaks)
        return Areas(np.take(numbers, self.labels), peaks)


@dataclass(frozen=True)
class Borders:
    """What lies between every two areas that touch, on paper or across a line.

    Args:
        pairs: (n, 2) int64, the two areas, the lower number first, in ascending order.
        opening: (n,) float32, half the width of the widest way between them on paper, in pixels; 0 where there is none.
        rim: (n,) bool, whether that way runs along the edge of the picture, beyond which it goes on for all we know.
        place: (n,) int64, a pixel where it is narrowest, counted row by row.
        open: (n,) float, how many pixels of their border lie on paper.
        wall: (n,) float, how many lie in ink.
    """

    pairs: np.ndarray
    opening: np.ndarray
    rim: np.ndarray
    place: np.ndarray
    open: np.ndarray
    wall: np.ndarray


def distance_to_ink(ink: np.ndarray) -> np.ndarray:
    """(h, w) float32, in pixels; beyond the picture's edge the paper goes on, as if seen in a mirror."""
    return _distance(~ink) if ink.any() else np.ones(ink.shape, np.float32)


def _distance(pixels: np.ndarray) -> np.ndarray:
    """(h, w) float32, of each pixel that is True to the nearest that is not; as SciPy's, which counts in 8 bytes."""
    nearest = ndimage.distance_transform_edt(pixels, return_distances=False, return_indices=True)
    rows, columns = nearest
    rows -= np.arange(pixels.shape[0], dtype=rows.dtype)[:, None]
    columns -= np.arange(pixels.shape[1], dtype=columns.dtype)
    return np.sqrt(rows * rows + columns * columns, dtype=np.float32)


def find_basins(distance: np.ndarray) -> Areas:
    """Every pixel of paper goes to the hill of the distance that the steepest way up from it leads to.

    This is the watershed without its queue: all ways up are followed at once, each doubling its length at every step.
    It cuts finer than one wants, at every unevenness; what belongs together is joined later.

    Returns:
        basins 1, 2, ...; ink beside paper belongs to one, too, and 0 is ink within ink.
    """
    height, width = distance.shape
    padded = np.pad(distance, 1)
    best, way = distance.copy(), np.arange(distance.size, dtype=np.int32).reshape(distance.shape)
    here = way.copy()
    for y, x in NEIGHBORS:  # a strictly higher pixel at a corner is never beyond a line: what touches a line has 1
        neighbor = padded[1 + y : 1 + y + height, 1 + x : 1 + x + width]
        higher = neighbor > best
        np.copyto(best, neighbor, where=higher)
        np.copyto(way, here + (y * width + x), where=higher)
    tops, count = ndimage.label((way == here) & (distance > 0))
    peaks = np.zeros(count + 1)
    peaks[tops] = distance  # every pixel of a top has the same
    peaks[0] = 0
    way = way.ravel()
    while True:
        further = way[way]
        if np.array_equal(further, way):
            return Areas(tops.ravel()[way].reshape(distance.shape), peaks)
        way = further


def find_borders(areas: np.ndarray, distance: np.ndarray) -> Borders:
    """Args:
    areas: (h, w) int32 from 0, of every pixel, also of those of ink.
    distance: (h, w) float32 to ink, 0 in ink.
    """
    keys, one, two = _border_pixels(areas)
    rim = np.ones(areas.shape, dtype=bool)
    rim[1:-1, 1:-1] = False
    rims = rim.reshape(-1)[one] & rim.reshape(-1)[two]
    widths = np.minimum(distance.reshape(-1)[one], distance.reshape(-1)[two])
    return _collect(keys, widths, rims, one, int(areas.max()) + 1)


def _border_pixels(areas: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(m,) int64 the number of the pair of areas, and (m,), (m,) the two pixels, where two areas touch."""
    count, width = int(areas.max()) + 1, areas.shape[1]
    beside, below = np.zeros(areas.shape, dtype=bool), np.zeros(areas.shape, dtype=bool)
    np.not_equal(areas[:, :-1], areas[:, 1:], out=beside[:, :-1])
    np.not_equal(areas[:-1], areas[1:], out=below[:-1])
    beside, below = np.flatnonzero(beside), np.flatnonzero(below)
    one, two = np.concatenate([beside, below]), np.concatenate([beside + 1, below + width])
    flat = areas.reshape(-1)
    a, b = flat[one].astype(np.int64), flat[two]
    return np.minimum(a, b) * count + np.maximum(a, b), one, two


def _collect(keys: np.ndarray, widths: np.ndarray, rims: np.ndarray, places: np.ndarray, count: int) -> Borders:
    """Borders of the pairs of pixels that they consist of."""
    if not keys.size:
        none = np.zeros(0, dtype=np.float32)
        return Borders(np.zeros((0, 2), dtype=np.int64), none, none > 0, none.astype(np.int64), none, none)
    order = np.lexsort((widths, keys))
    keys, widths = keys[order], widths[order]
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    last = np.append(first[1:], len(keys)) - 1  # the widest
    on_paper = np.add.reduceat((widths > 0).astype(np.float32), first)
    length = last - first + 1
    pairs = np.stack(np.divmod(keys[first], count), axis=1)
    widest = order[last]
    return Borders(pairs, widths[last], rims[widest], places[widest], on_paper, length - on_paper)


def wall_thickness(areas: np.ndarray, ink: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n,), (n,) how thick the ink is, in pixels, at the thinner and at the thicker places of each border of
    `find_borders`; 0 where none is.

    Args:
        areas: (h, w) int32 from 0, of every pixel, also of those of ink.
        ink: (h, w) bool.
    """
    depth = _distance(ink)
    keys, one, two = _border_pixels(areas)
    depths = np.maximum(depth.reshape(-1)[one], depth.reshape(-1)[two])
    order = np.lexsort((depths, keys))
    keys, depths = keys[order], depths[order]
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    length = np.diff(first, append=len(keys))
    empty = np.add.reduceat((depths == 0).astype(int), first)  # on paper
    drawn = length - empty
    thin, thick = (np.where(drawn > 0, empty + share * drawn // 4, length - 1) for share in (1, 3))
    return 2 * depths[first + thin], 2 * depths[first + thick]
