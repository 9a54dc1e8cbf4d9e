"""Texture that fences in: between hatches that reach the outline, in a screen of dots that touch, areas without end.

They are narrow, alike, and lie side by side across one stroke; a person sees one area, with a texture.
"""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from .basins import Borders

NARROW = 0.018  # of the long side: the widest areas between strokes of a texture
PATTERN = 5  # so many alike, each beside the next, are a texture
LARGE = 24  # so many areas are a texture for certain, that may take in its neighbors
ROUNDS = 4  # a texture takes in its neighbors' neighbors, too, but not the whole picture
PINCH = 3  # pixels: so thin is ink where two dots touch
SHARED = 0.12  # of the smaller one's border: how much two areas of a texture share


def find_texture(borders: Borders, peaks: np.ndarray, narrow: np.ndarray) -> np.ndarray:
    """Args:
        peaks: (count,) the greatest distance to ink in each area.
        narrow: (count,) bool, areas no wider than those of a texture.

    Returns:
        (count,) int64, a number of the area of each; those that texture is joined to are at least `count`.
    """
    count = len(peaks)
    a, b = borders.pairs.T
    length = borders.wall + borders.open
    around = np.bincount(a, length, count) + np.bincount(b, length, count)
    low, high = np.minimum(peaks[a], peaks[b]), np.maximum(peaks[a], peaks[b])
    alike = narrow[a] & narrow[b] & (low + 1 >= 0.5 * high)  # a pixel is as finely as they are measured
    linked = alike & (length >= SHARED * np.minimum(around[a], around[b]))
    graph = coo_array((np.ones(linked.sum()), (a[linked], b[linked])), shape=(count, count))
    group = connected_components(graph, directed=False)[1]
    texture = (np.bincount(group) >= PATTERN)[group]
    areas = np.where(texture, count + group, np.arange(count))
    for _ in range(3):
        areas = _with_crumbs(areas, borders, peaks, texture, around)
    return areas


def join_through_texture(areas: np.ndarray, borders: Borders, thickness: np.ndarray, narrow: np.ndarray) -> np.ndarray:
    """Joins to a texture what only its own strokes or dots part from it: paper where they are fewer, or end.

    Its outline is thicker. Where it is not, the two cannot be told apart, and only what is narrow is joined.

    Args:
        areas: (count,) of `find_texture`.
        thickness: (n,) of the wall at each border, in pixels.
        narrow: (count,) bool, areas no wider than those of a texture.

    Returns:
        (count,) int64, a number of the area of each.
    """
    drawn = borders.wall > 0
    pairs = np.concatenate([borders.pairs, borders.pairs[:, ::-1]])[np.tile(drawn, 2)]
    walls, thickness = np.tile(borders.wall[drawn], 2), np.tile(thickness[drawn], 2)
    groups, members = np.unique(areas[areas >= len(areas)], return_counts=True)
    for group in groups[members >= LARGE]:
        for _ in range(ROUNDS):
            areas = _with_neighbors(areas, group, pairs, walls, thickness, narrow)
        areas = _with_paper(areas, group, pairs, walls, thickness, narrow)
    return areas


def _with_neighbors(
    areas: np.ndarray, group: int, pairs: np.ndarray, walls: np.ndarray, thickness: np.ndarray, narrow: np.ndarray
) -> np.ndarray:
    """The areas after a texture has taken in its narrow neighbors that most of the wall to is as thin as its own."""
    count, (one, other) = len(areas), pairs.T
    mine = areas == group
    inner, outer = mine[one] & mine[other], mine[one] & ~mine[other]
    own = np.bincount(one[inner], thickness[inner], count) / np.maximum(np.bincount(one[inner], minlength=count), 1)
    thin = outer & (thickness <= own[one] + 0.2)
    # By areas joined already: of the border of each with this texture, how much is thin.
    beyond = areas[other]
    share = np.bincount(beyond[thin], walls[thin], 2 * count) / np.maximum(
        np.bincount(beyond[outer], walls[outer], 2 * count), 1
    )
    joined = share > 0.6
    joined[areas[~narrow]] = False
    return np.where(joined[areas], group, areas)


def _with_paper(
    areas: np.ndarray, group: int, pairs: np.ndarray, walls: np.ndarray, thickness: np.ndarray, narrow: np.ndarray
) -> np.ndarray:
    """The areas after a texture has taken in the paper that it thins out into: where the wall is thinnest."""
    one, other = pairs.T
    outer = np.flatnonzero((areas[one] == group) & (areas[other] != group) & ~narrow[other])
    beyond, length, depth = areas[other][outer], walls[outer], thickness[outer]
    thin = {}
    for area in np.unique(beyond):
        mine = beyond == area
        if length[mine].sum() > 0.03 * length.sum():
            order = np.argsort(depth[mine])
            reached = np.cumsum(length[mine][order]) >= 0.15 * length[mine].sum()
            thin[area] = depth[mine][order][reached.argmax()]
    if len(thin) > 1:
        nearest, second = sorted(thin, key=thin.get)[:2]
        if thin[nearest] <= min(0.6 * thin[second], PINCH):
            return np.where(areas == nearest, group, areas)
    return areas


def _with_crumbs(
    areas: np.ndarray, borders: Borders, peaks: np.ndarray, texture: np.ndarray, around: np.ndarray
) -> np.ndarray:
    """What an outline cuts off of a texture's areas belongs to it: narrower than they are, mostly between them."""
    count = len(peaks)
    widths = np.zeros(2 * count)
    np.maximum.at(widths, areas[texture], peaks[texture])
    pairs = np.concatenate([borders.pairs, borders.pairs[:, ::-1]])
    length = np.tile(borders.wall + borders.open, 2)
    crumb, group = pairs[:, 0], areas[pairs[:, 1]]
    mine = (areas[crumb] < count) & (group >= count) & (peaks[crumb] <= widths[group])
    keys = crumb[mine] * (2 * count) + group[mine]
    unique, index = np.unique(keys, return_inverse=True)
    shared = np.bincount(index, length[mine], len(unique))
    crumb, group = np.divmod(unique, 2 * count)
    joined = shared > 0.5 * around[crumb]
    areas = areas.copy()
    areas[crumb[joined]] = group[joined]
    return areas
