"""A page of boxes, one with a wall in it, whose regions are operated on: what the tests of surgery share."""

import json

import numpy as np
from conftest import boxes_and_circle, reopened
from PIL import Image, ImageDraw

from guiding_painter.drawings import find_ink
from guiding_painter.painting import Painting
from guiding_painter.painting.saved import SavedPainting


class Recorder:
    """A colorizer that keeps what it was given, and fills hints flatly."""

    def __init__(self):
        self.inputs: list[tuple[np.ndarray, ...]] = []

    def __call__(self, *inputs: np.ndarray) -> Image.Image:
        self.inputs.append(inputs)
        _, hints, hinted = inputs
        return Image.fromarray(np.where(hinted[..., None], hints, np.uint8(150)))


def walled_page() -> Image.Image:
    """400x300: a closed box, a box with a wall in the middle, and a circle, on open paper."""
    return boxes_and_circle()[0]


BOX, LEFT_ROOM, RIGHT_ROOM, CIRCLE, PAPER = (80, 90), (230, 90), (310, 90), (100, 220), (300, 220)


def walled_regions() -> np.ndarray:
    """At 200x150: paper 0, the walled box 1, the other box and the circle together 2."""
    regions = Image.new("L", (200, 150), 0)
    draw = ImageDraw.Draw(regions)
    draw.rectangle((100, 20, 180, 70), fill=1)
    draw.rectangle((15, 20, 65, 70), fill=2)
    draw.ellipse((30, 90, 70, 130), fill=2)
    return np.array(regions)


def resumed(painting: Painting, changes: dict | None = None) -> Painting:
    state = json.loads(json.dumps(painting.to_dict())) | (changes or {})
    saved = SavedPainting.from_dict(state)
    return reopened(painting.drawing, saved, Recorder())


def borders_off_lines(painting: Painting) -> int:
    """Pairs of neighboring pixels of two regions, both of them paper."""
    regions, paper = painting.region_map, ~find_ink(painting.drawing)
    across = (regions[:, 1:] != regions[:, :-1]) & paper[:, 1:] & paper[:, :-1]
    down = (regions[1:] != regions[:-1]) & paper[1:] & paper[:-1]
    return int(across.sum() + down.sum())


def indexes(painting: Painting) -> list[int]:
    return [region.index for region in painting.regions]


def operate(painting: Painting) -> None:
    painting.paint(2, "#e07a5f")
    painting.split(2)
    painting.cut(0, [(160, 0), (160, 299)])
    painting.paint(4, "#3d405b")
    painting.cut(2, [(35, 90), (125, 90)])
    painting.merge(1, 3)
    painting.move_cell((80, 60), 4)
    painting.skip(1)
    painting.split(1)


def look(painting: Painting) -> tuple:
    answers = [(region.index, region.color, region.skipped, region.area) for region in painting.regions]
    return painting.region_map.tobytes(), painting.image.tobytes(), answers, painting.cells.tobytes()
