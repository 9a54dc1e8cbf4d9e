"""The numbered map of a drawing: which regions the model asks for first."""

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFont

if TYPE_CHECKING:
    from ..painting.painting import Painting

# Okabe and Ito's colors, which stay apart for color-blind people
OVERLAY = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")


def guide_image(painting: "Painting", count: int) -> Image.Image:
    """The drawing, RGB at its own size, with its first regions tinted and numbered from 1 in the order asked."""
    height, width = painting.region_map.shape
    colors = np.full((256, 3), 255, np.uint8)
    shown = painting.regions[:count]
    for rank, region in enumerate(shown):
        colors[region.index] = (2 * np.array(ImageColor.getrgb(OVERLAY[rank % len(OVERLAY)])) + 255) // 3
    tints = Image.fromarray(colors[painting.region_map])
    guide = ImageChops.multiply(tints, painting.drawing.convert("RGB"))

    draw = ImageDraw.Draw(guide)
    size = max(12, min(height, width) // 20)
    font = ImageFont.load_default(size)
    for number, region in enumerate(shown, 1):
        draw.text(region.center, str(number), "black", font, "mm", stroke_width=size // 6, stroke_fill="white")
    return guide
