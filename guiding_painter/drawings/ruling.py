"""Lines, squares or millimetres that paper is printed with: from edge to edge, evenly spaced, fainter than the ink."""

from typing import NamedTuple

import numpy as np
from PIL import Image
from scipy import ndimage
from scipy.signal import find_peaks

SIDE = 1024  # long side in pixels at which lines are looked for
THICKEST = 9  # of a line there
BLOCK = 16  # columns that are judged together
DRIFT = 2  # rows by which a line may rise from one block to the next
MOST = 64  # of 255, that one line counts in following them: ink is darker, and less often even
FAINTEST = 4  # of 255, of a line as dark as the paper's grain leaves it
LEAST = 6  # lines of a ruling; five are a staff of music
SHORTEST = 0.6  # of the picture's width: in so many of its blocks a line is seen
EVEN = 0.15  # by which one distance between two lines may differ from the next
FAINTER = 0.8  # of the ink's darkness: a line that is darker is drawn


class Lines(NamedTuple):
    """Lines that cross a picture from left to right, at its own size.

    Args:
        rows: (N, W), where each of them is in every column.
        reach: pixels above and below that it may still darken.
        even: whether they are a ruling by themselves, no lone margin.
    """

    rows: np.ndarray
    reach: int
    even: bool


def remove_ruling(picture: Image.Image) -> Image.Image | None:
    """The picture of a drawing, "L" or "RGB", dark on light, on plain paper; None if its paper is plain.

    What in a printed line is no darker than it is paper; the ink that crosses it is, and stays.
    """
    luminance = picture.convert("L")
    scale = -(-max(luminance.size) // SIDE)
    small = 255 - np.asarray(luminance.reduce(scale), dtype=np.float32)
    if min(small.shape) < LEAST * BLOCK:
        return None
    blocks = [_thin_in_blocks(one) for one in (small, small.T)]
    if not any(_crosses_many(one) for one in blocks):
        return None
    found = [_find_lines(one, scale, width) for one, width in zip(blocks, picture.size, strict=True)]
    found_lines = [lines for lines in found if lines]
    if not any(lines.even for lines in found_lines):
        return None
    size = 4 * max(lines.reach for lines in found_lines) + 3
    shade, ink = np.quantile(small, [0.5, 0.998])
    darkness, relief = 255 - np.asarray(luminance), _close(luminance, size) - np.asarray(luminance)
    printed = np.zeros(darkness.shape, dtype=np.float32)
    for lines, across in zip(found, (np.asarray, np.transpose), strict=True):
        if lines:
            _print_lines(lines, across(relief), across(darkness) < FAINTER * ink, across(printed))
    if not printed.any():
        return None
    paper = (printed > 0) & (relief < printed + np.clip(0.4 * (ink - shade - printed), 8, 48))
    channels = [np.where(paper, _close(channel, size), np.asarray(channel)) for channel in picture.split()]
    return Image.merge(picture.mode, [Image.fromarray(channel) for channel in channels])


def _close(channel: Image.Image, size: int) -> np.ndarray:
    """(H, W) uint8, as if nothing dark were thinner than that."""
    return ndimage.grey_closing(np.asarray(channel), (size, size))


def _thin_in_blocks(darkness: np.ndarray) -> np.ndarray:
    """(h, columns of blocks) float32, how dark what is thin from top to bottom is, in (h, w) of 0..255."""
    thin = darkness - ndimage.grey_opening(darkness, (THICKEST, 1))
    count = thin.shape[1] // BLOCK
    return thin[:, : count * BLOCK].reshape(len(thin), count, BLOCK).mean(axis=2)


def _crosses_many(blocks: np.ndarray) -> bool:
    """Whether most columns cross enough for a ruling, be it even or not: which is seen at once."""
    here = blocks[1:-1]
    crossed = (here >= blocks[:-2]) & (here > blocks[2:]) & (here >= FAINTEST)
    return bool((crossed.sum(axis=0) >= LEAST).mean() >= SHORTEST)


def _find_lines(blocks: np.ndarray, scale: int, width: int) -> Lines | None:
    """Args:
    blocks: see `_thin_in_blocks`, of a picture of that width which was reduced by `scale`.
    """
    height, count = blocks.shape
    rows = _follow(np.minimum(blocks, MOST))
    aligned = np.take_along_axis(blocks, np.rint(rows).astype(np.int64).clip(0, height - 1), axis=0)
    profile = np.quantile(aligned, 1 - SHORTEST, axis=1)
    places, seen = find_peaks(profile, height=FAINTEST, width=1, rel_height=0.8)
    if not len(places):
        return None
    if even := _is_even(places, height):  # one more at either end is cut off by a corner
        apart = int(np.median(np.diff(places)))
        places = np.concatenate([[places[0] - apart], places, [places[-1] + apart]])
    inside = places.clip(0, height - 1)
    rows = ndimage.gaussian_filter1d(rows[inside] + (places - inside)[:, None], 1, axis=1, mode="nearest")
    at, middles = (np.arange(width) + 0.5) / scale, (np.arange(count) + 0.5) * BLOCK
    rows = np.stack([np.interp(at, middles, one) for one in rows])
    reach = int(np.ceil((np.median(seen["widths"]) / 2 + 0.75) * scale))
    return Lines((rows + 0.5) * scale - 0.5, reach, even)


def _follow(blocks: np.ndarray) -> np.ndarray:
    """(h, count), the row of each column of blocks that goes on what is in a row of the middle one.

    From column to column lines rise or fall by up to `DRIFT` rows, those at the bottom by one more or less than those
    in the middle, and those at the top as much the other way: they may be tilted, bent, and seen in perspective.
    """
    height, count = blocks.shape
    slant = np.linspace(-1, 1, height)
    steps = [(rise, turn) for rise in range(-DRIFT, DRIFT + 1) for turn in (-1.0, -0.5, 0.0, 0.5, 1.0)]
    moves = np.stack([rise + turn * slant for rise, turn in steps])
    cost = 1e-3 * np.abs(steps).sum(axis=1)
    rows = np.tile(np.arange(height, dtype=float)[:, None], count)
    middle = count // 2
    for step in (1, -1):
        known = blocks[:, middle]
        for i in range(middle + step, count if step > 0 else -1, step):
            tried = rows[:, i - step] + moves
            values = blocks[np.rint(tried).astype(np.int64).clip(0, height - 1), i]
            best = int(np.argmax((values @ known) * (1 - cost)))
            rows[:, i] = tried[best]
            known = 0.8 * known + 0.2 * values[best]
    return rows


def _is_even(places: np.ndarray, height: int) -> bool:
    if len(places) < LEAST:
        return False
    apart = np.diff(places)
    even = np.abs(apart[1:] - apart[:-1]) <= np.maximum(EVEN * apart[:-1], 1.5)
    return bool(even.mean() > 0.7 and places[-1] - places[0] > 0.4 * height)


def _print_lines(lines: Lines, relief: np.ndarray, faint: np.ndarray, printed: np.ndarray) -> None:
    """Adds to `printed` how much darker than the paper each line is that is fainter than ink in most of its columns.

    Args:
        relief: (H, W), how much darker than the paper around it a pixel is.
        faint: (H, W) bool, what is fainter than ink.
    """
    columns, around = np.arange(relief.shape[1]), np.arange(-lines.reach, lines.reach + 1)[:, None]
    bands = [np.rint(rows).astype(np.int64) + around for rows in lines.rows]
    inside = [band.clip(0, len(relief) - 1) for band in bands]
    strengths = np.array([np.median(relief[band, columns].max(axis=0)) for band in inside])
    are_faint = np.array([faint[band, columns].all(axis=0).mean() > 0.5 for band in inside])
    if lines.even:  # one that is drawn along is darker, and there is but a corner of the outermost
        strengths[:], are_faint[:] = np.median(strengths[1:-1]), are_faint[1:-1].mean() > 0.5
    for band, rows, strength in zip(inside, bands, strengths * are_faint, strict=True):
        printed[band, columns] += strength * (band == rows)
