"""A painting with a colorizer that fills every region flatly, no network: what its tests share."""

import numpy as np
import pytest
from conftest import make_painting, reopened
from PIL import Image, ImageDraw

from guiding_painter.painting import Painting
from guiding_painter.painting.saved import SavedPainting

UNANSWERED = (100, 150, 200)


class FlatColors:
    """Fills answered regions with their answers and all others with one color. Counts its calls."""

    def __init__(self):
        self.calls = 0

    def __call__(self, channels: np.ndarray, hints: np.ndarray, hinted: np.ndarray) -> Image.Image:
        self.calls += 1
        return Image.fromarray(np.where(hinted[..., None], hints, np.uint8(UNANSWERED)))


@pytest.fixture
def page() -> Image.Image:
    """80x40, with a black line down the middle, a gray one across, and an outlined spot on the right."""
    drawing = Image.new("L", (80, 40), 255)
    draw = ImageDraw.Draw(drawing)
    draw.line((0, 20, 79, 20), fill=128)
    draw.rectangle((39, 0, 40, 39), fill=0)
    draw.rectangle((59, 3, 72, 12), outline=0)
    return drawing


@pytest.fixture
def region_map() -> np.ndarray:
    """40x20, half the page: left 0, right 4, a spot of 2 in the right part. Channels 1 and 3 have no pixel."""
    regions = np.zeros((20, 40), np.uint8)
    regions[:, 20:] = 4
    regions[2:6, 30:36] = 2
    return regions


@pytest.fixture
def colorize() -> FlatColors:
    return FlatColors()


@pytest.fixture
def painting(page: Image.Image, region_map: np.ndarray, colorize: FlatColors) -> Painting:
    return make_painting(page, region_map, colorize)


def resume(painting: Painting, state: dict) -> Painting:
    saved = SavedPainting.from_dict(state)
    saved.check_drawing(painting.drawing)
    return reopened(painting.drawing, saved, FlatColors())
