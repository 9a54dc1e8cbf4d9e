"""What of a drawing is ink, by one definition at its own size; and what of a sketch is paper, at the working size."""

import numpy as np
from PIL import Image, ImageFilter
from scipy import ndimage

BLACK = 64  # darker than this is ink whatever lies around it
CONTRAST = 20  # of 255: what is so much darker than its surroundings is ink, if only as faint pencil is
FAINTEST = 6  # the same on white paper without any grain
STROKE = 7 / 256  # of the long side: what is flat and wider than this is a fill and no stroke


def find_ink(drawing: Image.Image) -> np.ndarray:
    """(H, W) bool: black, or darker than what is around it, or a broad stroke of any color; a flat gray fill is no ink.

    On white paper without grain the threshold follows the strength of the ink, down to a line of 8 % gray.

    Args:
        drawing: "L", 255 = paper.
    """
    counts = np.array(drawing.histogram())
    contrast = _contrast(counts)
    around = np.asarray(drawing.filter(ImageFilter.BoxBlur(max(4, max(drawing.size) / 150))))
    value = np.asarray(drawing)
    ink = value < BLACK
    ink |= value < np.maximum(around, contrast) - contrast
    # Inside a broad stroke nothing is lighter. Shades that dim light left on paper with grain are fainter than that.
    flat = (value < 255 - (contrast if _has_no_grain(counts) else 3 * CONTRAST)) & ~ink
    if flat.mean() > 1e-4:
        ink |= flat & ~_fills(flat | ink, value < BLACK)
    return ink


def find_paper(sketch: np.ndarray) -> np.ndarray:
    """(h, w) bool: neither near black nor a stroke, which is darker than what is around it.

    Args:
        sketch: (h, w) in [-1, 1], what the model sees, paper = 1.
    """
    return (sketch >= -0.5) & (sketch >= ndimage.maximum_filter(sketch, 5) - 0.2)


def line_width(ink: np.ndarray) -> float:
    """In pixels, of most of the ink: area by half the border's length."""
    border = (ink[1:] != ink[:-1]).sum() + (ink[:, 1:] != ink[:, :-1]).sum()
    return float(2 * ink.sum() / max(border, 1))


def _has_no_grain(counts: np.ndarray) -> bool:
    """Args:
    counts: (256,) how many pixels have each value.
    """
    return bool(counts[255] > 0.5 * counts.sum())


def _contrast(counts: np.ndarray) -> int:
    """How much darker ink is than what is around it, by (256,) counts of values."""
    if not _has_no_grain(counts):
        return CONTRAST
    darkest = int(np.searchsorted(np.cumsum(counts), max(10, 2e-4 * counts[:255].sum())))
    return int(np.clip(0.35 * (255 - darkest), FAINTEST, CONTRAST))


def _fills(dark: np.ndarray, black: np.ndarray) -> np.ndarray:
    """(H, W) bool, where dark areas are fills: wider than a stroke, or beside a black line, which outlines them."""
    scale = max(1, round(max(dark.shape) / 256))
    size = max(2, round(STROKE * max(dark.shape) / scale))
    blocks = np.asarray(_as_image(dark).reduce(scale)) > 250
    wide = ndimage.binary_erosion(blocks, np.ones((size, size)))
    wide = ndimage.binary_dilation(wide, np.ones((size + 4, size + 4)))
    outlined = np.asarray(_as_image(black).reduce(scale)) > 0
    fills = wide | ndimage.binary_dilation(outlined, np.ones((5, 5)))
    return fills.repeat(scale, axis=0)[: dark.shape[0]].repeat(scale, axis=1)[:, : dark.shape[1]]


def _as_image(mask: np.ndarray) -> Image.Image:
    """ "L", 255 where (H, W) bool is True; Pillow's own way, by a picture of bits, takes three times as long."""
    return Image.fromarray(mask.view(np.uint8) * np.uint8(255))
