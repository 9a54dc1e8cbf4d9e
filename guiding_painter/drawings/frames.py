"""Frames of panels, and the speed lines that begin at them: these are no free strokes, and fence nothing in either."""

import numpy as np

from .grids import any_around, any_in_block, fill_from_blocks
from .marks import MARK, Marks, find_hatches, measure_marks
from .runs import Runs, find_runs

FRAME = 0.2  # of the long side: upright or level lines so long may be frames


def strokes_at_frames(ink: np.ndarray, scale: int) -> np.ndarray:
    """(H, W) bool, long strokes among many of their like that end at a frame, and freely elsewhere.

    Args:
        ink: (H, W) bool.
        scale: pixels a block, as finely as they are looked for.
    """
    blocks = any_in_block(ink, scale)
    side, strokes, pixels = max(blocks.shape), np.zeros(blocks.shape, dtype=bool), np.zeros_like(ink)
    frames = _long_lines(blocks, FRAME * side)
    if not frames.any():
        return pixels
    blocks = blocks & ~frames
    runs = find_runs(blocks, corners=True)
    marks = measure_marks(blocks, runs)
    one, other = ends_at(any_around(frames), marks, runs)
    chosen = find_hatches(marks, side, ~(one & other)) & (one | other) & (marks.lengths > MARK * side)
    strokes.flat[runs.pixels(chosen[runs.pieces])] = True
    if strokes.any():
        fill_from_blocks(pixels, strokes, scale)
        pixels &= ink
    return pixels


def _long_lines(ink: np.ndarray, length: float) -> np.ndarray:
    """(h, w) bool, where (h, w) bool is True for so many pixels on end, level or upright; and one pixel around."""
    lines = np.zeros(ink.shape, dtype=bool)
    for pixels, mine in ((ink, lines), (ink.T, lines.T)):
        runs = find_runs(pixels, corners=False)
        mine[np.divmod(runs.pixels(runs.lengths >= length), pixels.shape[1])] = True
    return any_around(lines) if lines.any() else lines


def ends_at(places: np.ndarray, marks: Marks, runs: Runs) -> tuple[np.ndarray, np.ndarray]:
    """(n,), (n,) bool, whether each mark is at one of the (h, w) bool places with its one end, and with its other."""
    ends = np.zeros((2, runs.count), dtype=bool)
    for x in (runs.lefts, runs.lefts + runs.lengths - 1):
        at = np.flatnonzero(places[runs.rows, x])
        piece = runs.pieces[at]
        along = np.stack([x[at], runs.rows[at]], axis=1) - marks.centers[piece]
        ends[((along * marks.directions[piece]).sum(axis=1) > 0).astype(int), piece] = True
    return ends[0], ends[1]
