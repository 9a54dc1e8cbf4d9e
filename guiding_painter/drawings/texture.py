"""Texture that fences in: between hatches that reach the outline, in a screen of dots that touch, areas without end.

They are narrow, alike, and lie side by side across one stroke; a person sees one area, with a texture.
"""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from .basins import Areas, Borders

NARROW = 0.018  # of the long side: the widest areas between strokes of a texture
PATTERN = 5  # so many alike, each beside the next, are a texture
LARGE = 24  # so many areas are a texture for certain, that may take in its neighbors
ROUNDS = 4  # a texture takes in its neighbors' neighbors, too, but not the whole picture
SCREEN = 100  # so many areas are a screen of dots
DOTTED = 0.45  # of the distance to lines: ink is so much nearer at least on paper that is full of free dots
BEADED = 1.5  # times as thick as at its thinner places is a wall of dots at its thicker ones, and no line
TINY = 1.5  # pixels: of paper no farther from ink, and of walls no deeper, that is not to be told
SHARED = 0.12  # of the smaller one's border: how much two areas of a texture share


def find_dotted(
    areas: Areas, distance: np.ndarray, among: np.ndarray | None, narrow: float
) -> tuple[np.ndarray, np.ndarray]:
    """Which areas are full of dots that stand free, and bound nothing: the light part of a tone whose dots touch else.

    Args:
        distance: (h, w) float32 to ink.
        among: (h, w) float32, to ink and free marks; None where there are none.
        narrow: as wide as paper between dots is at the most, in pixels.

    Returns:
        (count,) float, the greatest distance to ink in each area, in those with dots the usual one to these, in pixels;
        (count,) bool, which have dots.
    """
    if among is None:
        return areas.peaks, np.zeros(len(areas.peaks), dtype=bool)
    labels, count = areas.labels.ravel(), len(areas.peaks)
    total, near, wide = (np.bincount(labels, values.ravel(), count) for values in (distance, among, 2 * among > narrow))
    sizes = np.maximum(np.bincount(labels, minlength=count), 1)
    dotted = (near < DOTTED * total) & (wide < 0.05 * sizes)
    return np.where(dotted, 2 * near / sizes, areas.peaks), dotted


def find_texture(borders: Borders, peaks: np.ndarray, narrow: np.ndarray, apart: np.ndarray) -> np.ndarray:
    """Args:
        peaks: (count,) the greatest distance to ink in each area.
        narrow: (count,) bool, areas no wider than those of a texture.
        apart: (n,) bool, borders between two textures.

    Returns:
        (count,) int64, a number of the area of each; those that texture is joined to are at least `count`.
    """
    count = len(peaks)
    a, b = borders.pairs.T
    length = borders.wall + borders.open
    around = np.bincount(a, length, count) + np.bincount(b, length, count)
    low, high = np.minimum(peaks[a], peaks[b]), np.maximum(peaks[a], peaks[b])
    alike = narrow[a] & narrow[b] & (low + 1 >= 0.5 * high)  # a pixel is as finely as they are measured
    linked = alike & ~apart & (length >= SHARED * np.minimum(around[a], around[b]))
    graph = coo_array((np.ones(linked.sum()), (a[linked], b[linked])), shape=(count, count))
    group = connected_components(graph, directed=False)[1]
    texture = (np.bincount(group) >= PATTERN)[group]
    areas = np.where(texture, count + group, np.arange(count))
    for _ in range(3):
        areas = _with_crumbs(areas, borders, peaks, texture, around)
    return areas


def join_through_texture(
    areas: np.ndarray,
    borders: Borders,
    thickness: np.ndarray,
    thicker: np.ndarray,
    peaks: np.ndarray,
    narrow: np.ndarray,
    dotted: np.ndarray,
    apart: np.ndarray,
) -> np.ndarray:
    """Joins to a texture what only its own strokes or dots part from it: paper where they are fewer, or end.

    Its outline is thicker. Where it is not, the two cannot be told apart, and only what is narrow is joined, and what
    is dotted where the wall is a row of dots.

    Args:
        areas: (count,) of `find_texture`.
        thickness, thicker: (n,), (n,) of the wall at each border, see `wall_thickness`.
        peaks, narrow, apart: as for `find_texture`.
        dotted: (count,) bool of `find_dotted`.

    Returns:
        (count,) int64, a number of the area of each.
    """
    drawn = borders.wall > 0
    pairs = np.concatenate([borders.pairs, borders.pairs[:, ::-1]])[np.tile(drawn, 2)]
    walls, thickness, thicker, apart = (np.tile(of[drawn], 2) for of in (borders.wall, thickness, thicker, apart))
    tiny = (peaks[pairs[:, 0]] <= TINY) & (thickness <= 2 * TINY)
    passable = ~apart & ((thicker >= BEADED * thickness) | tiny | ~dotted[pairs[:, 1]])  # a line bounds a tone
    worth = np.where(dotted, LARGE, 1)  # paper between free dots is one area already
    groups, members = np.unique(areas, return_counts=True)
    grows = (groups >= len(areas)) & ((members >= LARGE) | np.isin(groups, areas[pairs[:, 0]][dotted[pairs[:, 1]]]))
    order = np.argsort(-members[grows], kind="stable")
    for group in groups[grows][order]:
        for _ in range(ROUNDS):
            mine = areas == group
            candidates = narrow | dotted if worth[mine].sum() >= LARGE else dotted
            is_screen = worth[mine].sum() >= SCREEN or dotted[mine].any()
            areas = _with_neighbors(areas, group, pairs, walls, thickness, passable, candidates, is_screen)
    return areas


def _with_neighbors(
    areas: np.ndarray,
    group: int,
    pairs: np.ndarray,
    walls: np.ndarray,
    thickness: np.ndarray,
    passable: np.ndarray,
    candidates: np.ndarray,
    is_screen: bool,
) -> np.ndarray:
    """The areas after a texture has taken in those candidates that most of the wall to is as thin as its own, and
    passable."""
    count, (one, other) = len(areas), pairs.T
    mine = areas == group
    inner, outer = mine[one] & mine[other], mine[one] & ~mine[other]
    own = np.bincount(one[inner], thickness[inner], count) / np.maximum(np.bincount(one[inner], minlength=count), 1)
    if is_screen and inner.any():  # between dots walls are as thick as the grid of pixels makes them here and there
        own = np.maximum(own, np.quantile(thickness[inner], 0.75))
    thin = outer & passable & (thickness <= own[one] + 0.2)
    # By areas joined already: of the border of each with this texture, how much is thin.
    beyond = areas[other]
    share = np.bincount(beyond[thin], walls[thin], 2 * count) / np.maximum(
        np.bincount(beyond[outer], walls[outer], 2 * count), 1
    )
    joined = share > 0.6
    joined[areas[~candidates]] = False
    return np.where(joined[areas], group, areas)


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
