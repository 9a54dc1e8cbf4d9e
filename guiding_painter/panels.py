"""Pages colored panel by panel: f and g look at each panel by itself, and a painting holds the regions of all."""

from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image

from .drawings.panels import MAX_REGIONS, Panels, find_panels
from .drawings.sheets import Page
from .drawings.sketches import open_drawing, to_sketch, working_size
from .painting.model_view import Colorize
from .painting.painting import Painting
from .painting.saved import MAX_LONG_SIDE

if TYPE_CHECKING:
    from .pipeline import Drawing, GuidingPainterPipeline


def open_panels(
    painter: "GuidingPainterPipeline",
    drawing: "Drawing",
    long_side: int = 512,
    extract_lines: bool = False,
    page: Page = "auto",
    page_number: int = 1,
) -> Painting:
    """Opens a page to be colored panel by panel; as `painter.open`, but f and g look at each panel by itself.

    The regions of the first panel are asked for first, in the model's order, then those of the second, and so on; the
    gutters are the last region of all, answered with white from the start. Every panel gets the model's N_c regions,
    fewer where seven or more panels share the numbers that a painting has. No region has a part in a panel and another
    in a gutter. After an answer, g runs once, for the panel it lies in. A page of one panel gives the painting that
    `painter.open` does.

    Args:
        drawing: a file, its bytes, or a PIL image.
        long_side: of the largest panel when the model looks at it, in pixels, 64 to 4096.
        extract_lines: make line art of a colored page first.
        page, page_number: as for `painter.open`.

    Raises ValueError or OSError for what is no picture, see `sketches.open_drawing`.
    """
    if not 64 <= long_side <= MAX_LONG_SIDE:
        raise ValueError(f"long_side is {long_side}: choose 64 to {MAX_LONG_SIDE} pixels.")
    drawing = open_drawing(drawing, extract_lines, page, page_number)
    boxes = find_panels(drawing)
    if len(boxes) == 1:
        sketch = to_sketch(drawing, working_size(drawing.size, long_side))
        return Painting(drawing, painter.find_regions(sketch), painter.colorizer(sketch), extract_lines)

    largest = max(max(right - left, bottom - top) for left, top, right, bottom in boxes)
    scale = working_size((largest, largest), long_side)[0] / largest
    width, height = (max(1, round(side * scale)) for side in drawing.size)
    panels = Panels(tuple(boxes), min(painter.segmentation.config.max_hints, MAX_REGIONS // len(boxes)))
    region_map = np.full((height, width), panels.gutters, dtype=np.uint8)
    sketches = panel_sketches(drawing, panels, region_map.shape)
    for number, (window, sketch) in enumerate(
        zip(panels.windows(drawing.size, region_map.shape), sketches, strict=True)
    ):
        found = np.minimum(painter.find_regions(sketch), panels.regions - 1)
        region_map[window] = found + number * panels.regions
    colorize = panel_colorizer(painter, drawing.size, panels, region_map.shape, sketches)
    painting = Painting(drawing, region_map, colorize, extract_lines, panels=panels)
    if painting.regions[-1].index == panels.gutters:
        painting.paint(panels.gutters, "#ffffff")
    return painting


def panel_sketches(drawing: Image.Image, panels: Panels, shape: tuple[int, int]) -> list[torch.Tensor]:
    """What the networks see of every panel, each (1, 1, h, w), where the map of the whole page has this shape."""
    return [
        to_sketch(drawing.crop(box), (columns.stop - columns.start, rows.stop - rows.start))
        for box, (rows, columns) in zip(panels.boxes, panels.windows(drawing.size, shape), strict=True)
    ]


def panel_colorizer(
    painter: "GuidingPainterPipeline",
    size: tuple[int, int],
    panels: Panels,
    shape: tuple[int, int],
    sketches: list[torch.Tensor],
) -> Colorize:
    """The function that colors a page of size (width, height), see `Painting`: one forward of g for a changed panel.

    Args:
        shape: (h, w) of the page's map.
        sketches: as `panel_sketches` gives them.
    """
    windows = panels.windows(size, shape)
    colorizers = [painter.colorizer(sketch) for sketch in sketches]
    page = np.full((*shape, 3), 255, dtype=np.uint8)
    seen: list[list[np.ndarray] | None] = [None] * len(windows)

    def colorize(channels: np.ndarray, hints: np.ndarray, hinted: np.ndarray) -> Image.Image:
        for number, window in enumerate(windows):
            # Where lines are thick, a pixel of a panel may have come to the gutters or to the next panel.
            own = np.clip(channels[window].astype(int) - number * panels.regions, 0, panels.regions - 1)
            inputs = [own.astype(np.uint8), hints[window], hinted[window]]
            if seen[number] is None or not all(map(np.array_equal, seen[number], inputs)):
                page[window] = np.asarray(colorizers[number](*inputs))
                seen[number] = inputs
        return Image.fromarray(page.copy())

    return colorize
