"""Labels spread over what has none yet, pixel by pixel, and the numbering of areas by size."""

import numpy as np
from skimage.segmentation import watershed

BAND = 64  # rows of a page that are numbered at a time: copies of all of them would take longer to make than to fill


def grow(labels: np.ndarray, free: np.ndarray) -> None:
    """Spreads labels > 0 over the free pixels without one, step by step to the four neighbors, all at the same pace.

    Args:
        labels: (H, W) int32 contiguous, 0 = none, changed in place; a rim one pixel wide that is not free.
        free: (H, W) bool.
    """
    width = labels.shape[1]
    known = labels > 0
    free = free & ~known
    fringe = np.zeros_like(free)
    np.logical_or(free[:-2], free[2:], out=fringe[1:-1])
    fringe[:, 1:] |= free[:, :-1]
    fringe[:, :-1] |= free[:, 1:]
    fringe &= known
    front = np.flatnonzero(fringe)
    shape, patience = labels.shape, 4 * max(labels.shape)
    labels, free = labels.reshape(-1), free.reshape(-1)
    while front.size:
        if (patience := patience - 1) < 0:  # a maze, as no drawing has: a step costs the same for few pixels or many
            seeds = np.zeros_like(labels)
            seeds[front] = labels[front]
            rest = watershed(np.zeros(shape, np.uint8), seeds.reshape(shape), mask=(free | (seeds > 0)).reshape(shape))
            labels[free] = rest.reshape(-1)[free]
            return
        reached = []
        for step in (1, -1, width, -width):
            target = front + step
            open_ = free[target]
            target = target[open_]
            labels[target] = labels[front[open_]]
            free[target] = False
            reached.append(target)
        front = np.concatenate(reached)


def rank_by_size(labels: np.ndarray, joined: np.ndarray | None = None, out: np.ndarray | None = None) -> np.ndarray:
    """(H, W) int32, labels of at least 0 numbered 0, 1, ... from the largest to the smallest.

    Args:
        joined: (count,) from 0 on, what labels become before they are numbered; as they are by default.
        out: to write them to, else a new one; it may share memory with the labels where none lies before its own place.
    """
    bands = [slice(top, top + BAND) for top in range(0, len(labels), BAND)]
    count = int(labels.max()) + 1
    sizes = sum(np.bincount(labels[band].ravel(), minlength=count) for band in bands)
    joined = np.arange(count) if joined is None else joined
    order = np.argsort(-np.bincount(joined, sizes), kind="stable")
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    rank = rank[joined]
    out = np.empty(labels.shape, dtype=np.int32) if out is None else out
    for band in bands:
        out[band] = rank[labels[band]]
    return out
