"""Squares out of pictures: at random places to train on, panels rather than the gutters between them; or the middle."""

import math

import numpy as np
import torch
from PIL import Image
from scipy import ndimage

from guiding_painter.drawings import to_sketch

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels, right and bottom excluded

PAGE = 3  # a picture whose sides are more than so many times the training size is a page of several panels
CANDIDATES = 12  # places on a page to choose from
MAP_SIDE = 200  # long side in pixels of the map of a page: its gutters are still 2 or 3 wide


def random_box(picture: Image.Image, resolution: int, rng: np.random.Generator, min_area: float = 0.15) -> Box:
    """A square of `min_area` or more of the picture's largest square, anywhere.

    Of a page it is the side that is drawn, evenly on a logarithmic scale from `resolution` to the whole width, so that
    details, panels and whole pages come equally often; and the place is one with little gutter in it.
    """
    shortest = min(picture.size)
    if shortest <= PAGE * resolution:
        return _place(picture, max(1, round(shortest * math.sqrt(rng.uniform(min_area, 1)))), rng)
    side = round(resolution * (shortest / resolution) ** rng.random())
    boxes = [_place(picture, side, rng) for _ in range(CANDIDATES)]
    return boxes[rng.choice(CANDIDATES, p=preferences(picture, boxes))]


def _place(picture: Image.Image, side: int, rng: np.random.Generator) -> Box:
    left, top = (int(rng.integers(length - side + 1)) for length in picture.size)
    return left, top, left + side, top + side


def preferences(picture: Image.Image, boxes: list[Box]) -> np.ndarray:
    """Chances of boxes on a page, of sum 1: the less gutter and the more to see in them, the better."""
    factor = max(1, round(max(picture.size) / MAP_SIDE))
    small = picture.reduce(factor)
    bare, busy = gutters(small), _busy(small)
    chances = []
    for box in boxes:
        left, top, right, bottom = (value // factor for value in box)
        inside = slice(top, max(bottom, top + 1)), slice(left, max(right, left + 1))
        chances.append(math.exp(-40 * bare[inside].mean()) * (0.1 + busy[inside].mean()))
    return np.array(chances) / sum(chances)


def gutters(page: Image.Image) -> np.ndarray:
    """Where a page is bare, (H, W) bool: what has the color of its margin and is connected with it."""
    colors = np.asarray(page, dtype=np.int16)
    margin = np.median(np.concatenate([colors[0], colors[-1], colors[:, 0], colors[:, -1]]), axis=0)
    labels, _ = ndimage.label(np.abs(colors - margin).max(axis=2) < 24)
    outer = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    return np.isin(labels, outer[outer > 0])


def _busy(picture: Image.Image) -> np.ndarray:
    """Where pixels differ from their neighbors, (H, W) bool."""
    gray = np.asarray(picture.convert("L"), dtype=np.int16)
    return ndimage.maximum_filter(gray, 3) - ndimage.minimum_filter(gray, 3) > 12


def center_box(size: tuple[int, int]) -> Box:
    """The middle square of a picture of this (width, height)."""
    side = min(size)
    left, top = ((length - side) // 2 for length in size)
    return left, top, left + side, top + side


def crop(picture: Image.Image, box: Box, resolution: int, flip: bool = False) -> Image.Image:
    """The box at `resolution`, mirrored or not."""
    square = picture.resize((resolution, resolution), Image.Resampling.BICUBIC, box=box, reducing_gap=2.0)
    return square.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if flip else square


def crop_drawing(
    drawing: Image.Image, size: tuple[int, int], box: Box, resolution: int, flip: bool = False
) -> torch.Tensor:
    """The same box of a drawing as of its picture, as a sketch (1, 1, resolution, resolution) with lines that stay.

    Args:
        size: (width, height) of the picture; the drawing may be larger or smaller, but is of the same shape.
    """
    across, down = (mine / its for mine, its in zip(drawing.size, size, strict=True))
    box = tuple(round(value * scale) for value, scale in zip(box, (across, down, across, down), strict=True))
    square = drawing.crop((box[0], box[1], max(box[2], box[0] + 1), max(box[3], box[1] + 1)))
    if flip:
        square = square.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return to_sketch(square, (resolution, resolution))
