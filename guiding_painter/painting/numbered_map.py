"""The numbered map of a drawing: which regions the model asks for first."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFont

from ..drawings import MAX_REGIONS
from .region import place_inside

# Okabe and Ito's colors, which stay apart for color-blind people
TINTS = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")


def numbered_map(drawing: Image.Image, region_map: np.ndarray, regions: Sequence[int]) -> Image.Image:
    """The drawing, RGB at its own size, with some regions tinted and numbered from 1.

    Args:
        drawing: "L", 255 = paper.
        region_map: (H, W) uint16.
        regions: the indices of those to show, in the order asked; each has a pixel.
    """
    colors = np.full((MAX_REGIONS, 3), 255, np.uint8)
    for rank, index in enumerate(regions):
        colors[index] = (2 * np.array(ImageColor.getrgb(TINTS[rank % len(TINTS)])) + 255) // 3
    numbered = ImageChops.multiply(Image.fromarray(colors[region_map]), drawing.convert("RGB"))

    draw = ImageDraw.Draw(numbered)
    size = max(12, min(drawing.size) // 20)
    font = ImageFont.load_default(size)
    for number, index in enumerate(regions, 1):
        place = place_inside(region_map == index)
        draw.text(place, str(number), "black", font, "mm", stroke_width=size // 6, stroke_fill="white")
    return numbered
