"""Speed lines too few or too far apart to be hatching: straight strokes that end freely, beside their like, wherever
they begin, or all around a point that they lead to.

They fence nothing in. What reaches from line to line, or nearly does, is a wall, however many are alike: bars, folds.
"""

import numpy as np

from .frames import ends_at
from .grids import any_around
from .ink import line_width
from .joints import find_joints
from .marks import MARK, STROKE, Marks, measure_marks, side_by_side
from .runs import Runs, find_runs

FEW = 3  # so many side by side are no chance
STRAIGHT = 12  # times as long as wide, its bend included: strands of hair are seldom so straight
SOLID = 1.5  # times as wide as its ink, and as many pixels: what is wider goes there and back, as a picket's outline
AHEAD = 0.25  # of a stroke's length: if it meets no ink so far ahead it ends freely, else there may be a gap
LESS = 0.1  # of its length: so far ahead among others that end freely
RIM = 0.05  # of the long side: no less far ahead, and what ends nearer to the picture's edge may mean to reach it
BESIDE = 0.02  # of the long side: what ends so near to a line across may mean to meet it in a corner
PARALLEL = 0.95  # cosine between strokes that meet in no corner
FREE = 0.6  # of the strokes of a group: so many end freely
TIP = 3  # pixels: nearer ahead is still a stroke's own end
BREADTH = np.arange(-2, 3)  # pixels: of five ways ahead one meets every line
SIDES, AROUND = 8, 7  # of so many sides of a point, strokes that lead to it from so many are no chance
NEAR = 0.03  # of the long side: strokes that would pass a point no farther off lead to it; so finely it is looked for


def find_speed_lines(ink: np.ndarray) -> np.ndarray:
    """(h, w) bool, the ink of strokes that lie side by side, three or more of them, or all around a point that they
    lead to, and mostly end freely.

    Args:
        ink: (h, w) bool.
    """
    joints = find_joints(ink, line_width(ink))
    pieces = ink & ~joints
    runs = find_runs(pieces, corners=True)
    marks = measure_marks(pieces, runs)
    strokes, loose = _loose_strokes(marks, runs, joints)
    free, among = _end_freely(ink, marks, runs, strokes, loose)
    strokes, free = strokes[among], free[among]
    speed = np.zeros(len(strokes), dtype=bool)
    for group in _groups(marks, strokes, loose[among], ink.shape):
        alike = np.bincount(group)
        speed |= ((alike >= FEW) & (np.bincount(group, free) >= FREE * alike))[group]
    lines = np.zeros_like(ink)
    lines.flat[runs.pixels(np.isin(runs.pieces, strokes[speed]))] = True
    return lines


def _loose_strokes(marks: Marks, runs: Runs, joints: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(m,) int64 straight strokes of which several lie side by side, or all around a point; (m, 2) bool, whether each
    ends at no joint and not at the picture's edge either with its one end, and with its other."""
    side, taken = max(joints.shape), any_around(joints)
    taken[[0, -1]] = taken[:, [0, -1]] = True
    loose = ~np.stack(ends_at(taken, marks, runs), axis=1)
    straight = (marks.lengths >= STRAIGHT * marks.widths) & (marks.holes == 0)
    straight &= marks.widths <= SOLID * (marks.areas / marks.lengths + 1)
    straight &= (marks.lengths > MARK * side) & (marks.lengths <= STROKE * side)
    strokes = np.flatnonzero(straight & loose.any(axis=1))
    several = np.zeros(len(strokes), dtype=bool)
    for group in _groups(marks, strokes, loose[strokes], joints.shape):
        several |= (np.bincount(group) >= FEW)[group]
    strokes = strokes[several]
    return strokes, loose[strokes]


def _groups(
    marks: Marks, strokes: np.ndarray, loose: np.ndarray, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """The number of the group of each of (m,) straight strokes, of those that lie side by side, and of those that lead
    to one point; as for `_toward_points`."""
    return side_by_side(marks, strokes), _toward_points(marks, strokes, loose, shape)


def _toward_points(marks: Marks, strokes: np.ndarray, loose: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """(m,) the number of the group of each of (m,) straight strokes, all of which lead to one point from all around.

    Args:
        loose: (m, 2) of `_loose_strokes`; the end that is nearer to the point must be.
        shape: of the drawing, whose points are tried.
    """
    near, group = NEAR * max(shape), np.arange(strokes.size)
    centers, ways = (of[strokes] @ (1, 1j) for of in (marks.centers, marks.directions))
    y, x = (np.arange(0, length, near) for length in shape)
    points = (x + 1j * y[:, None]).reshape(-1, 1)
    ahead = (points - centers) * ways.conj()  # along each stroke, and across
    leads = (np.abs(ahead.imag) <= near) & (np.abs(ahead.real) > marks.lengths[strokes] / 2)
    leads &= np.where(ahead.real > 0, loose[:, 1], loose[:, 0])
    sides = np.floor(np.angle(centers - points) * SIDES / (2 * np.pi)).astype(np.int8) % SIDES
    while True:
        point, stroke = np.nonzero(leads)
        taken = np.zeros((len(points), SIDES), dtype=bool)
        taken[point, sides[point, stroke]] = True
        best = (taken.sum(axis=1) * len(strokes) + leads.sum(axis=1)).argmax()
        if taken[best].sum() < AROUND:
            return group
        members = np.flatnonzero(leads[best])
        group[members] = members[0]
        leads[:, members] = False


def _end_freely(
    ink: np.ndarray, marks: Marks, runs: Runs, strokes: np.ndarray, loose: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(m,), (m,) bool, which strokes end freely; and which do if others beside them do.

    Args:
        ink: (h, w) bool.
        strokes, loose: (m,), (m, 2) of `_loose_strokes`.
    """
    side, lengths = max(ink.shape), marks.lengths[strokes]
    free, among = np.zeros(len(strokes), dtype=bool), loose.all(axis=1)
    if not strokes.size:
        return free, among
    tips, owners = _tips(marks, runs)[strokes], np.full(ink.shape, -1, dtype=np.int32)
    mine = np.isin(runs.pieces, strokes)
    owners.flat[runs.pixels(mine)] = np.repeat(runs.pieces[mine], runs.lengths[mine])
    for n, end in np.argwhere(loose).tolist():
        tip, way = tips[n, end], (2 * end - 1) * marks.directions[strokes[n]]
        to_edge = np.where(way > 0, ink.shape[::-1] - tip, tip) / np.maximum(np.abs(way), 1e-9)
        around = tuple(slice(max(int(at - BESIDE * side), 0), int(at + BESIDE * side) + 1) for at in tip[::-1])
        across = np.append(np.abs(marks.directions @ way) < PARALLEL, True)[owners[around]]
        if to_edge.min() < RIM * side or (ink[around] & across).any():
            continue
        far = max(AHEAD * lengths[n], RIM * side)
        ahead = _way_ahead(ink, tip, way, far)
        free[n] |= ahead >= far
        among[n] |= ahead >= LESS * lengths[n]
    return free, among | free


def _tips(marks: Marks, runs: Runs) -> np.ndarray:
    """(count, 2, 2) x and y of each piece's two ends, the one its direction leads to last."""
    reach = np.zeros((runs.count, 2))
    for x in (runs.lefts, runs.lefts + runs.lengths - 1):
        from_center = np.stack([x, runs.rows], axis=1) - marks.centers[runs.pieces]
        along = (from_center * marks.directions[runs.pieces]).sum(axis=1)
        np.minimum.at(reach[:, 0], runs.pieces, along)
        np.maximum.at(reach[:, 1], runs.pieces, along)
    return marks.centers[:, None] + reach[..., None] * marks.directions[:, None]


def _way_ahead(ink: np.ndarray, tip: np.ndarray, way: np.ndarray, far: float) -> float:
    """How many pixels from (x, y) along a unit vector the next ink is, at most `far`."""
    steps = np.arange(TIP, far + 1)
    places = tip + steps[:, None, None] * way + BREADTH[:, None] * np.array([-way[1], way[0]])
    x, y = np.clip(np.rint(places).astype(int), 0, np.array(ink.shape[::-1]) - 1).reshape(-1, 2).T
    met = ink[y, x].reshape(len(steps), -1).any(axis=1)
    return float(steps[met.argmax()]) if met.any() else far
