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
    padded = np.pad(ink, reach)
    width, inked, near = padded.shape[1], padded.reshape(-1), any_around(padded).reshape(-1)
    here = np.flatnonzero(inked)
    angles = np.linspace(0, 2 * math.pi, 7 * reach, endpoint=False)
    ring, halfway = (
        (np.rint(radius * np.sin(angles)) * width + np.rint(radius * np.cos(angles))).astype(int)
        for radius in (reach, reach / 2)
    )
    before, last = (inked[here + ring[n]] & near[here + halfway[n]] for n in (-2, -1))
    ways = np.zeros(len(here), dtype=np.uint8)
    for far, half in zip(ring, halfway, strict=True):
        now = inked[here + far] & near[here + half]  # to another line there is no ink half way
        ways += now & ~last & ~before  # the edge of a line is not straight to the pixel
        before, last = last, now
    joints = np.zeros_like(inked)
    joints[here[ways > 2]] = True
    return any_around(joints.reshape(-1, width))[reach:-reach, reach:-reach]
