"""The two pictures that the Space shows: the region in question on the drawing, and the painting so far."""

import numpy as np
from PIL import Image, ImageChops, ImageFilter, ImageOps

from guiding_painter import Painting, Region

MAX_SIDE = 1024  # of a picture on the screen; the download has the drawing's own size
LIT, STRIPE, EDGE = "#fff3b0", "#ffd84d", "#d6266f"
DIM, DIMMED = 168, 0.62  # the gray that the rest of the drawing fades to, and how far


def asked_view(painting: Painting, region: Region | None) -> Image.Image:
    """RGB, at most MAX_SIDE: a region of the drawing lit, striped and outlined, which needs no color vision to see."""
    drawing = _fit(painting.drawing)
    if region is None:
        return drawing.convert("RGB")
    mask = Image.fromarray(region.mask).convert("L").resize(drawing.size, Image.Resampling.NEAREST)
    paper = Image.new("RGB", drawing.size, LIT)
    paper.paste(STRIPE, mask=_stripes(drawing.size))
    lit = ImageChops.multiply(paper, drawing.convert("RGB"))
    dimmed = Image.blend(drawing, Image.new("L", drawing.size, DIM), DIMMED).convert("RGB")
    view = Image.composite(lit, dimmed, mask)
    outer, inner = mask.filter(ImageFilter.MaxFilter(3)), mask.filter(ImageFilter.MinFilter(3))
    view.paste(EDGE, mask=ImageChops.difference(outer, inner))
    return view


def picture_view(painting: Painting) -> Image.Image:
    """RGB, at most MAX_SIDE: the painting so far."""
    return _fit(painting.image)


def _fit(image: Image.Image) -> Image.Image:
    if max(image.size) <= MAX_SIDE:
        return image
    return ImageOps.contain(image, (MAX_SIDE, MAX_SIDE), Image.Resampling.BOX)


def _stripes(size: tuple[int, int]) -> Image.Image:
    """ "L" mask of diagonal stripes."""
    across, down = np.arange(size[0]), np.arange(size[1])[:, None]
    return Image.fromarray(((across + down) % 14 < 6).astype(np.uint8) * 255)
