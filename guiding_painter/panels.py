"""Pages of several panels: where the panels are, and a painting in which each of them has its own regions."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from .flats import find_ink
from .painting import Painting
from .saved import MAX_LONG_SIDE
from .sketches import open_drawing, to_sketch, working_size

if TYPE_CHECKING:
    from .pipeline import Drawing, GuidingPainterPipeline

SIDE = 800  # long side in pixels at which panels are looked for
GUTTER = 0.006  # of the long side: the narrowest band without ink between two panels
MIN_PANEL = 0.06  # of the long side: nothing narrower is a panel
STRAY = 0.01  # of a gutter's length: so much ink in it, as of a balloon's edge, does not close it
EDGE = 0.5  # of a gutter's length: at least so much of one of its sides is a straight line
MAX_REGIONS = 200  # of all panels together: a painting numbers regions in a byte, and surgery needs some numbers too

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels; right and bottom lie outside, as in Pillow
Colorize = Callable[[np.ndarray, np.ndarray, np.ndarray], Image.Image]  # see `Painting`


def find_panels(drawing: Image.Image) -> list[Box]:
    """The panels of a page in reading order, left to right and top to bottom; the whole page where it has only one.

    A page is cut, again and again, along bands without ink that run from one end to the other and have a straight line
    (of a frame, or of where a picture ends) on at least one side: white space between two figures is no gutter.
    Gutters that are slanted or dark, panels that overlap, and frames without space between them are not told apart.

    Args:
        drawing: "L", 255 = paper.

    Returns:
        boxes that do not overlap, each with its frame.
    """
    width, height = drawing.size
    scale = math.ceil(max(width, height) / SIDE)
    ink = np.asarray(Image.fromarray(find_ink(drawing)).convert("L").reduce(scale)) > 0
    boxes = _cut(ink, 0, 0, max(ink.shape))
    if len(boxes) < 2:
        return [(0, 0, width, height)]
    return [
        (left * scale, top * scale, min(width, right * scale), min(height, bottom * scale))
        for left, top, right, bottom in boxes
    ]


def open_panels(
    painter: "GuidingPainterPipeline", page: "Drawing", long_side: int = 512, extract_lines: bool = False
) -> Painting:
    """Opens a page to be colored panel by panel; as `painter.open`, but f and g look at each panel by itself.

    The regions of the first panel are asked for first, in the model's order, then those of the second, and so on; the
    gutters are the last region of all, answered with white from the start. Every panel gets the model's N_c regions,
    fewer where seven or more panels share the numbers that a painting has. After an answer, g runs once, for the panel
    it lies in. A page of one panel gives the painting that `painter.open` does.

    Args:
        page: a file, its bytes, or a PIL image.
        long_side: of the largest panel when the model looks at it, in pixels, 64 to 4096.
        extract_lines: make line art of a colored page first.

    Raises ValueError or OSError for what is no picture, see `sketches.open_drawing`.
    """
    if not 64 <= long_side <= MAX_LONG_SIDE:
        raise ValueError(f"long_side is {long_side}: choose 64 to {MAX_LONG_SIDE} pixels.")
    drawing = open_drawing(page, extract_lines=extract_lines)
    boxes = find_panels(drawing)
    region_map, colorize, gutters = _look(painter, drawing, boxes, long_side)
    painting = Painting(drawing, region_map, colorize, extract_lines)
    if painting.regions[-1].index == gutters:
        painting.paint(gutters, "#ffffff")
    return painting


def _look(
    painter: "GuidingPainterPipeline", drawing: Image.Image, boxes: list[Box], long_side: int
) -> tuple[np.ndarray, Colorize, int]:
    """The region map of a page, (h, w) uint8, the function that colors it, see `Painting`, and the gutters' region."""
    largest = max(max(right - left, bottom - top) for left, top, right, bottom in boxes)
    scale = working_size((largest, largest), long_side)[0] / largest
    width, height = (max(1, round(side * scale)) for side in drawing.size)
    kept = min(painter.segmentation.config.max_hints, MAX_REGIONS // len(boxes))
    gutters = kept * len(boxes)

    region_map = np.full((height, width), gutters, dtype=np.uint8)
    windows, colorizers = [], []
    for number, box in enumerate(boxes):
        left, top, right, bottom = (round(edge * scale) for edge in box)
        window = slice(top, max(bottom, top + 1)), slice(left, max(right, left + 1))
        view = region_map[window]
        sketch = to_sketch(drawing.crop(box), view.shape[::-1])
        view[:] = np.minimum(painter._find_regions(sketch), kept - 1) + number * kept
        windows.append(window)
        colorizers.append(painter._colorizer(sketch))

    page = np.full((height, width, 3), 255, dtype=np.uint8)
    seen: list[list[np.ndarray] | None] = [None] * len(boxes)

    def colorize(channels: np.ndarray, hints: np.ndarray, hinted: np.ndarray) -> Image.Image:
        for number, window in enumerate(windows):
            # Where lines are thick, a pixel of a panel may have come to the gutters or to the next panel.
            own = np.clip(channels[window].astype(int) - number * kept, 0, kept - 1).astype(np.uint8)
            inputs = [own, hints[window], hinted[window]]
            if seen[number] is None or not all(map(np.array_equal, seen[number], inputs)):
                page[window] = np.asarray(colorizers[number](*inputs))
                seen[number] = inputs
        return Image.fromarray(page.copy())

    return region_map, colorize, gutters


def _cut(ink: np.ndarray, x: int, y: int, side: int) -> list[Box]:
    """Boxes of the panels in a part, with its corner at (x, y), of a page with this long side."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not rows.size:
        return []
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    x, y = x + int(columns[0]), y + int(rows[0])
    if len(bands := _bands(ink, side)) > 1:
        return [box for start, stop in bands for box in _cut(ink[start:stop], x, y + start, side)]
    if len(bands := _bands(ink.T, side)) > 1:
        return [box for start, stop in bands for box in _cut(ink[:, start:stop], x + start, y, side)]
    return [(x, y, x + ink.shape[1], y + ink.shape[0])]


def _bands(ink: np.ndarray, side: int) -> list[tuple[int, int]]:
    """(start, stop) of the bands of rows between the gutters that run across; one band where there is no gutter."""
    empty = np.pad(ink.mean(axis=1) <= STRAY, 1)
    bands, start = [], 0
    for top, bottom in np.flatnonzero(empty[1:] != empty[:-1]).reshape(-1, 2).tolist():
        edges = [edge for edge in (ink[max(0, top - 3) : top], ink[bottom : bottom + 3]) if edge.size]
        straight = any(edge.any(axis=0).mean() >= EDGE for edge in edges)
        large = min(top - start, len(ink) - bottom) >= MIN_PANEL * side
        if straight and large and bottom - top >= GUTTER * side:
            bands.append((start, top))
            start = bottom
    return [*bands, (start, len(ink))]
