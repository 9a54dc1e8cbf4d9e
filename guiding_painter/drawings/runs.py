"""A drawing as runs, the stretches of True in its rows: far fewer than its pixels, and all that pieces are known by."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


@dataclass(frozen=True)
class Runs:
    """Runs from left to right and from top to bottom, and the connected piece that each is part of.

    Args:
        starts, stops: (n,) int64, the first pixel of each and the one after its last, counted row by row with one more
            pixel at the end of every row, so that no run goes on in the next.
        pieces: (n,) int32 from 0.
        count: how many pieces there are.
        width: of a row, the pixel more included.
    """

    starts: np.ndarray
    stops: np.ndarray
    pieces: np.ndarray
    count: int
    width: int

    @cached_property
    def lengths(self) -> np.ndarray:
        """(n,) int64, in pixels."""
        return self.stops - self.starts

    @cached_property
    def rows(self) -> np.ndarray:
        """(n,) int64"""
        return self.starts // self.width

    @cached_property
    def lefts(self) -> np.ndarray:
        """(n,) int64, the column that each begins in."""
        return self.starts - self.rows * self.width

    @cached_property
    def boxes(self) -> np.ndarray:
        """(count, 4) int64 of each piece: left, top, and the column and the row after its last."""
        boxes = np.zeros((self.count, 4), dtype=np.int64)
        boxes[:, :2] = self.starts[-1] + 1 if self.starts.size else 0
        np.minimum.at(boxes[:, 0], self.pieces, self.lefts)
        np.minimum.at(boxes[:, 1], self.pieces, self.rows)
        np.maximum.at(boxes[:, 2], self.pieces, self.lefts + self.lengths)
        np.maximum.at(boxes[:, 3], self.pieces, self.rows + 1)
        return boxes

    def sums(self, values: np.ndarray) -> np.ndarray:
        """(count,) float, sums over the runs of each piece."""
        return np.bincount(self.pieces, values, self.count)

    def pixels(self, chosen: np.ndarray) -> np.ndarray:
        """(m,) int64 the pixels of chosen runs, counted row by row without the one more, in the order of runs.

        Args:
            chosen: (n,) bool.
        """
        lengths = self.lengths[chosen]
        first = (self.starts - self.rows)[chosen] - (np.cumsum(lengths) - lengths)
        return np.repeat(first, lengths) + np.arange(lengths.sum())


def find_runs(pixels: np.ndarray, corners: bool) -> Runs:
    """The runs of (H, W) bool.

    Args:
        corners: whether pixels that touch at a corner are of one piece.
    """
    width = pixels.shape[1] + 1
    flat = np.zeros((pixels.shape[0], width), dtype=bool)
    flat[:, :-1] = pixels
    flat = flat.reshape(-1)
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    if flat[0]:
        changes = np.concatenate([[0], changes])
    starts, stops = changes[::2], changes[1::2]
    first = np.searchsorted(stops, starts + (width - corners), side="right")  # of the next row, those that touch
    count = np.maximum(np.searchsorted(starts, stops + (width + corners)) - first, 0)
    one = np.repeat(np.arange(len(starts)), count)
    other = np.arange(len(one)) + np.repeat(first - (np.cumsum(count) - count), count)
    graph = coo_array((np.ones(len(one), dtype=bool), (one, other)), shape=(len(starts),) * 2)
    number, pieces = connected_components(graph, directed=False) if starts.size else (0, np.zeros(0, dtype=np.int32))
    return Runs(starts, stops, pieces, number, width)
