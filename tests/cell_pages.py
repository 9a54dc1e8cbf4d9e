"""Pages that cells are cut of, and how many of them a person would count."""

import numpy as np
from PIL import Image, ImageDraw

from guiding_painter.drawings import cut_cells, find_ink

SIZE = 400, 300


def page(size: tuple[int, int] = SIZE) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("L", size, 255)
    return image, ImageDraw.Draw(image)


def cut(image: Image.Image, **options) -> np.ndarray:
    return cut_cells(find_ink(image), **options)


def large(cells: np.ndarray, share: float = 1e-3) -> int:
    """How many cells a person would count."""
    return int((np.bincount(cells.ravel()) > share * cells.size).sum())
