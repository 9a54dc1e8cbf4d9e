"""Basins of the paper: every hill of the distance to ink, and what lies between each two of them."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

NEIGHBORS = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if (y, x) != (0, 0)]


@dataclass(frozen=True)
class Borders:
    """What lies between every two areas that touch, on paper or across a line.

    Args:
        pairs: (n, 2) int64, the two areas, the lower number first, in ascending order.
        opening: (n,) float32, half the width of the widest way between them on paper, in pixels; 0 where there is none.
        rim: (n,) bool, whether that way runs along the edge of the picture, beyond which it goes on for all we know.
        open: (n,) float, how many pixels of their border lie on paper.
        wall: (n,) float, how many lie in ink.
    """

    pairs: np.ndarray
    opening: np.ndarray
    rim: np.ndarray
    open: np.ndarray
    wall: np.ndarray


def distance_to_ink(ink: np.ndarray) -> np.ndarray:
    """(h, w) float32, in pixels; beyond the picture's edge the paper goes on, as if seen in a mirror."""
    return ndimage.distance_transform_edt(~ink).astype(np.float32) if ink.any() else np.ones(ink.shape, np.float32)


def find_basins(distance: np.ndarray) -> tuple[np.ndarray, int]:
    """Every pixel of paper goes to the hill of the distance that the steepest way up from it leads to.

    This is the watershed without its queue: all ways up are followed at once, each doubling its length at every step.
    It cuts finer than one wants, at every unevenness; what belongs together is joined later.

    Returns:
        (h, w) int32, 1, 2, ...; and the number of basins. Ink beside paper belongs to one, too; 0 is ink within ink.
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
    way = way.ravel()
    while True:
        further = way[way]
        if np.array_equal(further, way):
            return tops.ravel()[way].reshape(distance.shape), count
        way = further


def find_borders(areas: np.ndarray, distance: np.ndarray) -> Borders:
    """Args:
    areas: (h, w) int32 from 0, of every pixel, also of those of ink.
    distance: (h, w) float32 to ink, 0 in ink.
    """
    keys, (one, two) = _border_pixels(areas, distance)
    rim = np.ones(areas.shape, dtype=bool)
    rim[1:-1, 1:-1] = False
    rims = np.logical_and(*_border_pixels(areas, rim)[1])
    return _collect(keys, np.minimum(one, two), rims, int(areas.max()) + 1)


def _border_pixels(areas: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """(m,) int64 the number of the pair of areas, and (m,), (m,) the values at both pixels, where two areas touch."""
    count = int(areas.max()) + 1
    keys, ones, twos = [], [], []
    for one, two in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])):
        differ = areas[one] != areas[two]
        a, b = areas[one][differ].astype(np.int64), areas[two][differ]
        keys.append(np.minimum(a, b) * count + np.maximum(a, b))
        ones.append(values[one][differ])
        twos.append(values[two][differ])
    return np.concatenate(keys), (np.concatenate(ones), np.concatenate(twos))


def _collect(keys: np.ndarray, widths: np.ndarray, rims: np.ndarray, count: int) -> Borders:
    """Borders of the pairs of pixels that they consist of."""
    if not keys.size:
        none = np.zeros(0, dtype=np.float32)
        return Borders(np.zeros((0, 2), dtype=np.int64), none, none > 0, none, none)
    order = np.lexsort((widths, keys))
    keys, widths, rims = keys[order], widths[order], rims[order]
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    last = np.append(first[1:], len(keys)) - 1  # the widest
    on_paper = np.add.reduceat((widths > 0).astype(np.float32), first)
    length = last - first + 1
    pairs = np.stack(np.divmod(keys[first], count), axis=1)
    return Borders(pairs, widths[last], rims[last], on_paper, length - on_paper)


def wall_thickness(areas: np.ndarray, ink: np.ndarray) -> np.ndarray:
    """(n,) how thick the ink is, in pixels, at the thinner places of each border of `find_borders`; 0 where none is.

    Args:
        areas: (h, w) int32 from 0, of every pixel, also of those of ink.
        ink: (h, w) bool.
    """
    depth = ndimage.distance_transform_edt(ink).astype(np.float32)
    keys, (one, two) = _border_pixels(areas, depth)
    depths = np.maximum(one, two)
    order = np.lexsort((depths, keys))
    keys, depths = keys[order], depths[order]
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    length = np.diff(first, append=len(keys))
    empty = np.add.reduceat((depths == 0).astype(int), first)  # on paper
    return 2 * depths[first + empty + np.where(length > empty, (length - empty) // 4, -1)]
