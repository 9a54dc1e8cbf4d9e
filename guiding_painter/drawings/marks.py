"""Marks that fence nothing in: specks, dots of a screen, letters, strokes that stand free beside their like."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from .runs import Runs, find_runs

SPECK = 0.003  # of the long side: what is no higher and wider fences nothing in, alone or in a pattern
MARK = 0.04  # of the long side: letters and dots are no larger
STROKE = 0.7  # of the long side: the longest of speed lines and hatches
PATTERN = 8  # so many alike, each beside the next, are a pattern
HATCHES = 10  # so many strokes side by side are one
HOLLOW = 0.5  # marks that are mostly hollow, as drawn leaves are, are areas; of letters only a few are


@dataclass(frozen=True)
class Marks:
    """The connected pieces of ink.

    Args:
        areas: (n,) pixels of ink of each. This and all below are float.
        sizes: (n,) the longer side of its box.
        holes: (n,) pixels of paper that it encloses.
        centers: (n, 2) x and y.
        lengths, widths: (n,) of a straight stroke with the same moments.
        directions: (n, 2) the unit vector along it.
    """

    areas: np.ndarray
    sizes: np.ndarray
    holes: np.ndarray
    centers: np.ndarray
    lengths: np.ndarray
    widths: np.ndarray
    directions: np.ndarray


def loose_marks(ink: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(h, w) bool, ink that bounds no area: specks and patterns of marks; and hatches, beside which others may."""
    side = max(ink.shape)
    runs = find_runs(ink, corners=True)
    marks = measure_marks(ink, runs)
    loose = (marks.sizes <= SPECK * side) | _patterns(marks, side)
    pixels = np.zeros((2, *ink.shape), dtype=bool)
    for mine, chosen in zip(pixels, (loose, find_hatches(marks, side) & ~loose), strict=True):
        mine.flat[runs.pixels(chosen[runs.pieces])] = True
    return pixels[0], pixels[1]


def measure_marks(ink: np.ndarray, runs: Runs) -> Marks:
    """The pieces of ink, of which these are the runs."""
    boxes, length = runs.boxes, runs.lengths
    sizes = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, initial=0).astype(float)
    areas = runs.sums(length)
    x, y = runs.lefts + (length - 1) / 2, runs.rows
    center_x, center_y = (runs.sums(values * length) / areas for values in (x, y))
    dx, dy = x - center_x[runs.pieces], y - center_y[runs.pieces]
    within = (length**2 - 1) / 12  # how a run spreads about its middle
    xx, yy, xy = (runs.sums(values * length) / areas for values in (dx * dx + within, dy * dy, dx * dy))
    spread = np.hypot((xx - yy) / 2, xy)
    angle = np.arctan2(2 * xy, xx - yy) / 2
    lengths, widths = (np.sqrt(np.maximum(12 * ((xx + yy) / 2 + sign * spread), 0) + 1) for sign in (1, -1))
    directions = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    centers = np.stack([center_x, center_y], axis=1)
    return Marks(areas, sizes, _holes(ink, runs), centers, lengths, widths, directions)


def _holes(ink: np.ndarray, runs: Runs) -> np.ndarray:
    """(count,) pixels of paper that each piece of ink encloses; only small areas, less the pieces within."""
    paper = find_runs(~ink, corners=False)
    left, top, right, bottom = paper.boxes.T
    small = (top > 0) & (np.maximum(right - left, bottom - top) <= MARK * max(ink.shape))
    topmost = paper.starts[np.unique(paper.pieces, return_index=True)[1][small]]
    # What lies right above the topmost pixel encloses it.
    above = runs.pieces[np.searchsorted(runs.starts, topmost - paper.width, side="right") - 1]
    return np.bincount(above, paper.sums(paper.lengths)[small], runs.count)


def _patterns(marks: Marks, side: int) -> np.ndarray:
    """(n,) bool, marks of about one size that lie close to one another, and many of them: letters, dots, grain."""
    small = np.flatnonzero(marks.sizes <= MARK * side)
    if small.size < PATTERN:
        return np.zeros(len(marks.sizes), dtype=bool)
    sizes, near = marks.sizes[small], _neighbors(marks.centers[small], 6)
    one, other = near
    gap = np.hypot(*(marks.centers[small][one] - marks.centers[small][other]).T)
    large, little = np.maximum(sizes[one], sizes[other]), np.minimum(sizes[one], sizes[other])
    reach = np.maximum(1.7 * large, np.where(large < 0.01 * side, np.minimum(6 * large, 0.025 * side), 0))
    group = _groups(one, other, (gap <= reach) & (little >= 0.5 * large), small.size)
    hollow = np.bincount(group, marks.holes[small]) > HOLLOW * np.bincount(group, (marks.holes + marks.areas)[small])
    loose = np.zeros(len(marks.sizes), dtype=bool)
    # A broken outline is a row of marks, too, but of long ones.
    compact = np.bincount(group, (marks.lengths < 2.2 * marks.widths)[small])
    pattern = ((compact >= PATTERN) & (compact >= 0.6 * np.bincount(group)))[group]
    amid = np.bincount(one, pattern[other], small.size) >= 4  # of its 6: dots that have run together, a full stop
    loose[small] = (pattern | amid) & ~hollow[group]
    return loose


def find_hatches(marks: Marks, side: int, free: np.ndarray | bool = True) -> np.ndarray:
    """(n,) bool, straight strokes with free ends that lie side by side, many of them: hatching, speed lines.

    Args:
        side: the drawing's long side, in pixels.
        free: (n,) bool, those that have a free end; pieces of ink have two.
    """
    straight = free & (marks.lengths >= 4 * marks.widths) & (marks.lengths <= STROKE * side) & (marks.holes == 0)
    strokes = np.flatnonzero(straight)
    if strokes.size < PATTERN:
        return np.zeros(len(marks.sizes), dtype=bool)
    group = side_by_side(marks, strokes)
    loose = np.zeros(len(marks.sizes), dtype=bool)
    loose[strokes] = (np.bincount(group) >= HATCHES)[group]
    return loose


def side_by_side(marks: Marks, strokes: np.ndarray) -> np.ndarray:
    """(m,) the number of the group of each of (m,) straight strokes, all of which lie side by side."""
    if strokes.size < 2:
        return np.arange(strokes.size)
    one, other = _neighbors(marks.centers[strokes], 6)
    a, b = strokes[one], strokes[other]
    between = marks.centers[b] - marks.centers[a]
    along = np.abs((between * marks.directions[a]).sum(axis=1))
    across = np.sqrt(np.maximum((between**2).sum(axis=1) - along**2, 0))
    short, long = np.minimum(marks.lengths[a], marks.lengths[b]), np.maximum(marks.lengths[a], marks.lengths[b])
    parallel = np.abs((marks.directions[a] * marks.directions[b]).sum(axis=1)) > np.cos(np.radians(12))
    beside = parallel & (across < 0.5 * short) & (along < 0.4 * (short + long)) & (across > 1.5 * marks.widths[a])
    return _groups(one, other, beside & (short > 0.3 * long), strokes.size)


def _neighbors(points: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The pairs (m,), (m,) of every of (n, 2) points with its nearest ones."""
    nearest = cKDTree(points).query(points, min(count + 1, len(points)))[1][:, 1:]
    return np.repeat(np.arange(len(points)), nearest.shape[1]), nearest.ravel()


def _groups(one: np.ndarray, other: np.ndarray, linked: np.ndarray, count: int) -> np.ndarray:
    """(count,) the number of the group of each, where linked pairs (m,) share a group."""
    graph = coo_array((np.ones(linked.sum()), (one[linked], other[linked])), shape=(count, count))
    return connected_components(graph, directed=False)[1]
