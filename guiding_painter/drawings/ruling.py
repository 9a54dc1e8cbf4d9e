"""Lines, squares or millimetres that paper is printed with: from edge to edge, evenly spaced, fainter than the ink."""

from typing import NamedTuple

import numpy as np
from PIL import Image, ImageChops
from scipy import ndimage
from scipy.signal import find_peaks

SIDE = 1024  # long side in pixels at which lines are looked for
THICKEST = 9  # of a line there
BLOCK = 16  # columns that are judged together
DRIFT = 2  # rows by which a line may rise from one block to the next
MOST = 64  # of 255, that one line counts in following them: ink is darker, and less often even
FAINTEST = 4  # of 255, of a line as dark as the paper's grain leaves it
LEAST = 8  # lines of a ruling; five are a staff of music
LONE = 2  # lines at most that cross those of a ruling: its margins
SHORTEST = 0.6  # of the picture's width: in so many of its blocks a line is seen
EVEN = 0.15  # by which one distance between two lines may differ from the next
BENT = 1.5  # rows by which a line may be off a smooth curve in the mean: waves are drawn
THICKEST_INK = 1 / 16  # of the long side: what is broader is shade
FAINTER = 0.7  # of the ink's darkness: a line that is darker is drawn


class Lines(NamedTuple):
    """Lines that cross a picture from left to right, at its own size.

    Args:
        rows: (N, W), where each of them is in every column.
        reach: pixels above and below that it may still darken.
        even: whether their distances are those of a ruling.
        to_edge: whether most of them reach the picture's left or right edge.
    """

    rows: np.ndarray
    reach: int
    even: bool
    to_edge: bool

    def bands(self, columns: np.ndarray) -> list[np.ndarray]:
        """Of each line the rows, (2 reach + 1, n), that it may darken in (n,) columns, beside the picture too."""
        around = np.arange(-self.reach, self.reach + 1)[:, None]
        return [np.rint(rows[columns]).astype(np.int64) + around for rows in self.rows]


def remove_ruling(picture: Image.Image) -> Image.Image | None:
    """The picture of a drawing, "L" or "RGB", dark on light, on plain paper; None if its paper is plain.

    What in a printed line is no darker than it, in any channel, is paper; the ink that crosses it is darker, and stays.
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
    if not _is_ruling(*found):
        return None
    ink, faint = _faint(luminance, small)
    size = 4 * max(lines.reach for lines in found if lines) + 3
    labels = _label(found[0], picture.size[::-1]), _label(found[1], picture.size).T
    channels = [np.asarray(channel) for channel in picture.split()]
    plain = [ndimage.grey_closing(channel, (size, size)) for channel in channels]  # as if nothing dark were so thin
    paper = faint & ((labels[0] > 0) | (labels[1] > 0))
    for channel, white in zip(channels, plain, strict=True):
        relief = white - channel
        level, upright = _strengths(found[0], relief, faint), _strengths(found[1], relief.T, faint.T)
        printed = np.maximum(level[labels[0]], upright[labels[1]])
        paper &= relief < printed + np.where(printed, np.clip(0.4 * (ink - printed), 8, 48), 0)
    if not paper.any():
        return None
    channels = [np.where(paper, white, channel) for channel, white in zip(channels, plain, strict=True)]
    return Image.merge(picture.mode, [Image.fromarray(channel) for channel in channels])


def _faint(luminance: Image.Image, small: np.ndarray) -> tuple[float, np.ndarray]:
    """How much darker than the paper around it ink is, of 255, and (H, W) bool, what is plainly less so.

    Args:
        luminance: "L".
        small: (h, w), 255 less its luminance, reduced.
    """
    stroke = 1 + int(THICKEST_INK * max(small.shape))
    shade = ndimage.grey_opening(small, (stroke, stroke))
    ink = float(np.quantile(small - shade, 0.9995))
    light = Image.fromarray((255 - shade).astype(np.uint8)).resize(luminance.size, Image.Resampling.BILINEAR)
    return ink, np.asarray(ImageChops.subtract(light, luminance)) < FAINTER * ink


def _is_ruling(level: Lines | None, upright: Lines | None) -> bool:
    """Squares may end before the picture's edge, as those of millimetre paper do; lines of one direction do not."""
    even = [lines for lines in (level, upright) if lines and lines.even]
    return len(even) == 2 or any(lines.to_edge for lines in even)


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
    """What crosses a picture, or None; of a ruling also those lines that are hidden, and one more at either end.

    Args:
        blocks: see `_thin_in_blocks`, of a picture of that width which was reduced by `scale`.
    """
    height, count = blocks.shape
    rows = _follow(np.minimum(blocks, MOST))
    aligned = np.take_along_axis(blocks, np.rint(rows).astype(np.int64).clip(0, height - 1), axis=0)
    profile = np.quantile(aligned, 1 - SHORTEST, axis=1)
    places, seen = find_peaks(profile, height=FAINTEST, prominence=FAINTEST, width=1, rel_height=0.8)
    straight = _are_smooth(rows[places])
    places, widths = places[straight], seen["widths"][straight]
    even = _is_even(places, height)
    if not even and not 0 < len(places) <= LONE:
        return None
    to_edge = any((side.max(axis=1) >= FAINTEST).mean() > 0.5 for side in (aligned[places, :2], aligned[places, -2:]))
    if even:
        apart = np.median(np.diff(places))
        counts = np.maximum(np.rint(np.diff(places) / apart), 1).astype(np.int64)
        between = np.interp(np.arange(counts.sum()), np.concatenate([[0], counts.cumsum()]), places)
        places = np.concatenate([[places[0] - apart], between, [places[-1], places[-1] + apart]])
        places = np.rint(places).astype(np.int64)
    inside = places.clip(0, height - 1)
    rows = ndimage.gaussian_filter1d(rows[inside] + (places - inside)[:, None], 1, axis=1, mode="nearest")
    at, middles = (np.arange(width) + 0.5) / scale, (np.arange(count) + 0.5) * BLOCK
    rows = np.stack([np.interp(at, middles, one) for one in rows])
    reach = int(np.ceil((np.median(widths) / 2 + 0.75) * scale))
    return Lines((rows + 0.5) * scale - 0.5, reach, even, to_edge)


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


def _are_smooth(rows: np.ndarray) -> np.ndarray:
    """(N,) bool, which of (N, count) rows follow a curve such as bent paper has, of the third degree."""
    x = np.linspace(-1, 1, rows.shape[1])
    curves = np.polynomial.polynomial.polyvander(x, 3)
    rest = rows.T - curves @ np.linalg.lstsq(curves, rows.T, rcond=None)[0]
    return np.sqrt((rest**2).mean(axis=0)) <= BENT


def _is_even(places: np.ndarray, height: int) -> bool:
    if len(places) < LEAST:
        return False
    apart = np.diff(places)
    even = np.abs(apart[1:] - apart[:-1]) <= np.maximum(EVEN * apart[:-1], 1.5)
    return bool(even.mean() > 0.7 and places[-1] - places[0] > 0.4 * height)


def _label(lines: Lines | None, shape: tuple[int, int]) -> np.ndarray:
    """(H, W) int16, from 1 the number of the line that may darken a pixel, 0 beside them."""
    labels = np.zeros(shape, dtype=np.int16)
    if lines:
        columns = np.arange(shape[1])
        for number, band in enumerate(lines.bands(columns), 1):
            here = (band >= 0) & (band < shape[0])
            labels[band[here], np.broadcast_to(columns, band.shape)[here]] = number
    return labels


def _strengths(lines: Lines | None, relief: np.ndarray, faint: np.ndarray) -> np.ndarray:
    """(1 + N,) float32, by label how much darker than the paper a line is; 0 for what is ink in most of its columns.

    Args:
        relief: (H, W), how much darker than the paper around it a pixel is.
        faint: (H, W) bool, what is fainter than ink.
    """
    if not lines:
        return np.zeros(1, dtype=np.float32)
    columns = np.arange(0, relief.shape[1], -(-relief.shape[1] // SIDE))
    bands = [band.clip(0, len(relief) - 1) for band in lines.bands(columns)]
    strengths = np.array([np.median(relief[band, columns].max(axis=0)) for band in bands])
    are_faint = np.array([faint[band, columns].all(axis=0).mean() > 0.5 for band in bands])
    if lines.even:  # one that is drawn along is darker, and there is but a corner of the outermost
        strengths[:], are_faint[:] = np.median(strengths[1:-1]), are_faint[1:-1].mean() > 0.5
    return np.concatenate([[0], strengths * are_faint]).astype(np.float32)
