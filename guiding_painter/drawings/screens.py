"""Screens of dots told apart by their grids: tones whose dots touch, with a line between them that is no thicker than
what is between their dots."""

import numpy as np
from scipy import ndimage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from .basins import Borders
from .joining import Forest
from .texture import SCREEN

TILE, STEP = 64, 32  # pixels: so much of a screen tells its grid, looked at so often
COARSEST, FINEST = 3.5, 30  # rows of dots in a tile
CLEAR = 0.15  # of what varies in a tile: so much is its strongest wave in a screen
DARK = 0.3, 0.95  # share of ink in a screen whose dots touch
SAME = 0.6  # rows in a tile: so much the grid of one screen differs from tile to tile
DIAGONAL = 1 + 1j  # from rows of dots to those across them: as strong in some screens, and of the same grid
LEAST = 6  # tiles of one grid are a screen
MOST = 16  # screens of a picture, the largest: each takes 0.2 s to look for
AROUND = 12  # pixels: nearer to a line both screens are around
PRESENT = 0.5  # of its usual strength within a screen: so strong is its wave there
CLEARER = 1.3  # times as strong as that of any other
SURE = 0.9  # of an area's pixels: so much in one screen, and it belongs there
AROUND_PIXEL = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)]


def find_lines_between(
    numbers: np.ndarray, borders: Borders, thickness: np.ndarray, cells: np.ndarray, ink: np.ndarray
) -> np.ndarray:
    """(n,) bool, the borders between two screens that are one texture by the size of their areas.

    Areas between the two go to the one that they have the thinner ink to: what is thickest there is the line.

    Args:
        numbers: (count,) of `texture.find_texture`.
        thickness: (n,) float of the ink at each border, in pixels.
        cells: (h, w) int32 areas.
        ink: (h, w) bool, free dots included.
    """
    count, (a, b) = len(numbers), borders.pairs.T
    is_large = np.bincount(numbers)[count:].max(initial=0) >= 2 * SCREEN
    screens = find_screens(ink) if is_large else np.zeros(1, dtype=np.int32)
    if screens.max() < 2:
        return np.zeros(len(a), dtype=bool)
    within = np.flatnonzero((numbers[a] == numbers[b]) & (numbers[a] >= count))
    through = np.where(borders.opening > 0, -borders.opening, thickness)[within]
    within = within[np.argsort(through, kind="stable")]
    forest, sides = Forest(count), _screens_of_areas(cells, screens, count).tolist()
    for one, other in zip(a[within].tolist(), b[within].tolist(), strict=True):
        one, other = forest.root(one), forest.root(other)
        if one != other and not (sides[one] and sides[other] and sides[one] != sides[other]):
            forest.parents[other] = one
            sides[one] = sides[one] or sides[other]
    side = np.array(sides)[forest.roots()]
    return (side[a] != side[b]) & (side[a] > 0) & (side[b] > 0)


def _screens_of_areas(cells: np.ndarray, screens: np.ndarray, count: int) -> np.ndarray:
    """(count,) int64, the number of the screen that nearly all of an area lies in, 0 where there is none."""
    number = int(screens.max()) + 1
    pixels = np.bincount(cells.ravel() * np.int64(number) + screens.ravel(), minlength=count * number)
    pixels = pixels.reshape(count, number)
    sizes, pixels = pixels.sum(axis=1), pixels[:, 1:]
    surely = pixels.max(axis=1) > SURE * sizes
    return np.where(surely, pixels.argmax(axis=1) + 1, 0)


def find_screens(ink: np.ndarray) -> np.ndarray:
    """(h, w) int32, a number from 1 in each of several screens; 0 where there is none, or more than one around.

    Args:
        ink: (h, w) bool, free dots included.
    """
    none = np.zeros(ink.shape, dtype=np.int32)
    if min(ink.shape) < TILE:
        return none
    waves = find_waves(ink)
    numbers = number_tiles(waves)
    if numbers.max() < 2:
        return none
    middles = tuple(slice(TILE // 2, TILE // 2 + STEP * side, STEP) for side in waves.shape)
    first = second = np.zeros(ink.shape, dtype=np.float32)
    strongest = none.copy()
    for screen in range(1, int(numbers.max()) + 1):
        mine = waves[numbers == screen]
        strength = _strength(ink, mine[np.argsort(np.abs(mine))[len(mine) // 2]] / TILE)
        strength /= max(float(np.median(strength[middles][numbers == screen])), 1e-9)
        strongest[strength > first] = screen
        second = np.maximum(second, np.minimum(first, strength))
        first = np.maximum(first, strength)
    clear = (first > PRESENT) & (first > CLEARER * second)
    return np.where(clear, strongest, none)


def find_waves(ink: np.ndarray) -> np.ndarray:
    """(m, n) complex, the strongest wave in every tile: crests to the right and, imaginary, downward; 0 where none is
    clear."""
    window = np.hanning(TILE)[:, None] * np.hanning(TILE)
    down, right = np.fft.fftfreq(TILE, 1 / TILE)[:, None], np.fft.rfftfreq(TILE, 1 / TILE)
    crests = np.hypot(down, right)
    counted = (crests >= COARSEST) & (crests <= FINEST) & ((right > 0) | (down > 0))
    rows = []
    for tiles in np.lib.stride_tricks.sliding_window_view(ink, (TILE, TILE))[::STEP, ::STEP]:
        tiles = tiles.astype(np.float32)
        dark = (tiles * window).sum(axis=(1, 2)) / window.sum()
        power = np.abs(np.fft.rfft2((tiles - dark[:, None, None]) * window)) ** 2 * counted
        y, x = np.divmod(power.reshape(len(power), -1).argmax(axis=1), len(right))
        padded, tile = np.pad(power, ((0, 0), (0, 0), (1, 1))), np.arange(len(y))
        near = np.stack([padded[tile, (y + dy) % TILE, x + dx + 1] for dy, dx in AROUND_PIXEL])
        share = near.sum(axis=0) / np.maximum(power.sum(axis=(1, 2)), 1e-9)
        weights = np.sqrt(near) / np.maximum(np.sqrt(near).sum(axis=0), 1e-9)
        offset = np.array([dx + 1j * dy for dy, dx in AROUND_PIXEL]) @ weights  # between the whole numbers of crests
        clear = (share > CLEAR) & (dark > DARK[0]) & (dark < DARK[1])
        rows.append(np.where(clear, right[x] + 1j * down[y, 0] + offset, 0))
    return np.array(rows)


def number_tiles(waves: np.ndarray) -> np.ndarray:
    """(m, n) int64, a number from 1 to MOST for the tiles of each screen: neighbors have one grid; 0 for others."""
    tiles = np.arange(waves.size).reshape(waves.shape)
    pairs = []
    for one, other in ((np.s_[:, 1:], np.s_[:, :-1]), (np.s_[1:], np.s_[:-1])):
        same = _of_one_grid(waves[one], waves[other])
        pairs.append(np.stack([tiles[one][same], tiles[other][same]]))
    pairs = np.concatenate(pairs, axis=1)
    graph = coo_array((np.ones(pairs.shape[1]), tuple(pairs)), shape=(waves.size,) * 2)
    group = connected_components(graph, directed=False)[1]
    sizes = np.bincount(group)
    large = np.zeros(len(sizes), dtype=bool)
    large[np.argsort(-sizes, kind="stable")[:MOST]] = True
    large &= sizes >= LEAST
    return np.where(large, np.cumsum(large), 0)[group].reshape(waves.shape)


def _of_one_grid(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Whether two waves are rows of dots of one square grid, level, upright or across."""
    same = np.zeros(a.shape, dtype=bool)
    for one, other in ((a, b), (DIAGONAL * a, b), (a, DIAGONAL * b)):
        turn = np.abs(np.angle((one * np.conj(other)) ** 4)) / 4  # a quarter turn is none
        low = np.minimum(np.abs(one), np.abs(other))
        same |= (np.abs(np.abs(one) - np.abs(other)) < SAME) & (turn * low < SAME) & (low > 0)
    return same


def _strength(ink: np.ndarray, wave: complex) -> np.ndarray:
    """(h, w) float32, how strong a wave of so many crests a pixel, and that a quarter turn from it, is around each."""
    rows, columns = (np.arange(side) for side in ink.shape)
    varying = ink - ndimage.uniform_filter(ink.astype(np.float32), 3 * AROUND)
    total = np.zeros(ink.shape, dtype=np.float32)
    for turned in (wave, 1j * wave):
        down, right = (
            np.exp(-2j * np.pi * crests * at).astype(np.complex64)
            for crests, at in ((turned.imag, rows), (turned.real, columns))
        )
        still = varying * down[:, None] * right
        total += np.hypot(*(ndimage.gaussian_filter(part, AROUND / 2, truncate=2) for part in (still.real, still.imag)))
    return total
