"""Pages of 400x300, what a model may see in them, and their flats: what the tests of flats and fills share."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from guiding_painter.drawings import cells as module
from guiding_painter.drawings import cut_cells, find_ink
from guiding_painter.painting import flats
from guiding_painter.painting.flats import Flats

SIZE = 400, 300
ONE_REGION = np.zeros((30, 40), np.uint16)


def cut_in_blocks(scale: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Has cells found in blocks of so many pixels a side, as those of large pages are."""
    if scale > 1:
        monkeypatch.setattr(module, "BLOCKS", SIZE[0] / scale)
    return scale


def make_flats(drawing: Image.Image, region_map: np.ndarray, walls: np.ndarray | None = None) -> Flats:
    """Of the cells of a drawing, and walls."""
    ink = find_ink(drawing)
    return flats.make_flats(cut_cells(ink, walls=walls), ink, region_map)


def blank(color: int = 255) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("L", SIZE, color)
    return image, ImageDraw.Draw(image)


def quarters() -> np.ndarray:
    """A model that sees four quarters, at 40x30, whatever is drawn."""
    return np.repeat(np.repeat(np.array([[0, 1], [2, 3]], np.uint16), 15, axis=0), 20, axis=1)


def paper(page: Image.Image) -> np.ndarray:
    """Where a model that looks at the page at 40x30 sees no ink."""
    return np.asarray(page.resize((40, 30), Image.Resampling.BOX)) >= 225


def box_page() -> Image.Image:
    image, draw = blank()
    draw.rectangle((120, 80, 280, 220), outline=0, width=5)
    return image
