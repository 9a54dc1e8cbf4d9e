"""Strokes drawn by hand: read, bounded, and followed pixel by pixel."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from PIL import Image, ImageDraw
from skimage.measure import approximate_polygon

MAX_POINTS = 10_000  # of a stroke
MAX_LENGTH = 20  # of a stroke, in widths and heights of the drawing
STEP = 0.5  # pixels between the points of a path
CLOSED = 0.2  # of its length: a stroke whose ends are no farther apart is a ring


def read_stroke(points: Iterable[Sequence[float]], size: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    """A stroke in whole pixels, without those that are on the way from one to the next.

    Args:
        points: (x, y) in pixels of the drawing; those beside it count as on its edge.
        size: (width, height) of the drawing.

    Raises ValueError for what is no stroke.
    """
    if not isinstance(points, Iterable):
        raise ValueError(f"{points!r} is no stroke: give points (x, y) in pixels of the drawing.")
    points = list(points)
    if len(points) > MAX_POINTS:
        raise ValueError(f"The stroke has {len(points)} points: give at most {MAX_POINTS}.")
    pixels = np.array([read_point(point) for point in points], dtype=float).reshape(-1, 2)
    pixels = np.floor(np.clip(pixels, 0, np.array(size) - 1))
    if len(np.unique(pixels, axis=0)) < 2:
        raise ValueError(f"The stroke has {len(points)} points: give two or more that are apart.")
    return tuple((int(x), int(y)) for x, y in approximate_polygon(pixels, 0.5))


def read_point(point: Sequence[float]) -> tuple[float, float]:
    """Raises ValueError for what is no (x, y)."""
    try:
        x, y = map(float, point)
    except (TypeError, ValueError, OverflowError):
        x = y = math.nan
    if not (math.isfinite(x) and math.isfinite(y)):
        raise ValueError(f"{point!r} is no point: give (x, y) in pixels of the drawing.")
    return x, y


def path_along(stroke: Sequence[Sequence[float]]) -> np.ndarray:
    """(n, 2) points along a stroke, `STEP` apart."""
    points = np.array(stroke, dtype=float)
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    steps = np.linspace(0, along[-1], 1 + math.ceil(along[-1] / STEP))
    return np.stack([np.interp(steps, along, points[:, axis]) for axis in (0, 1)], axis=1)


def follow(stroke: Sequence[tuple[int, int]], shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray | None]:
    """(n, 2) points along a stroke, `STEP` apart, and of a ring, which is closed, (H, W) bool what it encloses.

    Raises ValueError for one too long for a drawing of (H, W).
    """
    length, path = check_length(stroke, shape), path_along(stroke)
    if np.hypot(*(path[-1] - path[0])) > CLOSED * length:
        return path, None
    mask = Image.new("1", shape[::-1])
    ImageDraw.Draw(mask).polygon(stroke, fill=1)
    return path_along([*stroke, stroke[0]]), np.asarray(mask)


def on_path(path: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """(h, w) bool, the pixels under a path: each meets the next at a corner at least."""
    columns, rows = np.rint(path).astype(int).T
    within = (rows >= 0) & (rows < shape[0]) & (columns >= 0) & (columns < shape[1])
    mask = np.zeros(shape, dtype=bool)
    mask[rows[within], columns[within]] = True
    return mask


def cells_at(path: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """(n,) the cell under each point of a path, -1 beside the page."""
    columns, rows = np.rint(path).astype(int).T
    outside = (rows < 0) | (rows >= cells.shape[0]) | (columns < 0) | (columns >= cells.shape[1])
    return np.where(outside, -1, cells[np.where(outside, 0, rows), np.where(outside, 0, columns)])


def check_length(stroke: Sequence[tuple[int, int]], shape: tuple[int, int]) -> float:
    """The length of a stroke in pixels. Raises ValueError for one too long for a drawing of (H, W)."""
    length = float(np.hypot(*np.diff(np.array(stroke, dtype=float), axis=0).T).sum())
    if length > MAX_LENGTH * sum(shape):
        raise ValueError(f"The stroke is {length:.0f} pixels long: draw it without going to and fro.")
    return length
