"""Where lines meet: without these places ink is in single strokes."""

import math

import numpy as np

from .grids import any_around

LEAST = 4  # pixels: what goes apart no farther is one way
MOST = 10  # pixels: what is broader is no line, but filled, and its corners are no joints


def find_joints(ink: np.ndarray, line: float) -> np.ndarray:
    """(h, w) bool, where three ways or more lead from, by how often a ring around each pixel of ink has ink.

    Args:
        ink: (h, w) bool.
        line: width of a line in pixels.
    """
    reach = max(LEAST, math.ceil(1.5 * min(line, MOST)) + 1)
    padded = np.pad(ink, reach + 1)
    width, inked, near = padded.shape[1], padded.reshape(-1), any_around(padded).reshape(-1)
    here = np.flatnonzero(inked)
    for radius in (reach, reach + 1):  # the corners of a blunt end are two ways, but go no farther
        here = here[_count_ways(inked, near, here, radius, width) > 2]
    joints = np.zeros_like(inked)
    joints[here] = True
    return any_around(joints.reshape(-1, width))[reach + 1 : -reach - 1, reach + 1 : -reach - 1]


def _count_ways(inked: np.ndarray, near: np.ndarray, here: np.ndarray, radius: int, width: int) -> np.ndarray:
    """(n,) uint8, how often a ring around each of (n,) pixels has ink.

    Args:
        inked, near: bool, the pixels of ink, and these with all around, row by row.
        width: of a row.
    """
    angles = np.linspace(0, 2 * math.pi, 7 * radius, endpoint=False)
    ring, halfway = (
        (np.rint(away * np.sin(angles)) * width + np.rint(away * np.cos(angles))).astype(int)
        for away in (radius, radius / 2)
    )
    before, last = (inked[here + ring[n]] & near[here + halfway[n]] for n in (-2, -1))
    ways = np.zeros(len(here), dtype=np.uint8)
    for far, half in zip(ring, halfway, strict=True):
        now = inked[here + far] & near[here + half]  # to another line there is no ink half way
        ways += now & ~last & ~before  # the edge of a line is not straight to the pixel
        before, last = last, now
    return ways
