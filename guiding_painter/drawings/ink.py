"""What of a drawing is ink, at its own size, and what of a sketch is paper, at the working size."""

import numpy as np
from PIL import Image, ImageFilter
from scipy import ndimage


def find_ink(drawing: Image.Image) -> np.ndarray:
    """(H, W) bool: near black, or darker than what is around it, if only as faint pencil is; flat gray is no ink.

    Args:
        drawing: "L", 255 = paper.
    """
    around = drawing.filter(ImageFilter.BoxBlur(max(4, max(drawing.size) / 150)))
    value, around = np.asarray(drawing), np.asarray(around)
    return (value < 64) | (value < np.maximum(around, 20) - 20)


def find_paper(sketch: np.ndarray) -> np.ndarray:
    """(h, w) bool: neither near black nor a stroke, which is darker than what is around it.

    Args:
        sketch: (h, w) in [-1, 1], what the model sees, paper = 1.
    """
    return (sketch >= -0.5) & (sketch >= ndimage.maximum_filter(sketch, 5) - 0.2)
