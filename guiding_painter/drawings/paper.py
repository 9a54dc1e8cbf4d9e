"""Ink on white paper out of what a scanner or a phone made of it: uneven light, toned paper, faint lines, noise."""

import numpy as np
from PIL import Image
from scipy import ndimage
from skimage.filters import threshold_otsu
from skimage.morphology import reconstruction

SMALL_SIDE = 256  # long side at which light and paper are judged: both vary slowly


def looks_colored(image: Image.Image) -> bool:
    """Whether a picture is colored (a painting, a photo, a comic page) and no drawing, of any ink on any paper.

    True where areas, not only lines, have two hues or more, or one that covers a quarter of the picture. The paper's
    own hue, be it cream paper or yellow light, counts as none; a drawing, even shaded, in one colored pencil has one.
    """
    rgb = np.asarray(_small(image.convert("RGB")), dtype=np.float32) / 255
    brightness = rgb.sum(axis=2)
    paper = np.median(rgb[brightness >= np.quantile(brightness, 0.7)], axis=0)
    relative = rgb / np.maximum(paper, 0.1)
    red, green, blue = np.moveaxis(relative, 2, 0)
    hue = np.stack([red - (green + blue) / 2, (green - blue) * np.sqrt(0.75)])  # (2, H, W), its length is the chroma
    areas = ndimage.binary_erosion(np.hypot(*hue) > 0.15, np.ones((5, 5)))
    hue = hue[:, areas]
    main = hue.sum(axis=1)
    other = hue.T @ main < np.cos(np.radians(25)) * np.hypot(*hue) * np.hypot(*main)
    return bool(areas.mean() > 0.25 or other.sum() > 0.01 * areas.size)


def is_light_on_dark(image: Image.Image) -> bool:
    """Whether an "L" picture is light lines on a dark ground (chalk, scratchboard, blueprint).

    True where it is dark up to the border and what is light is less than a third of it, and thin: an ink drawing with
    large blacks has broad areas of paper.
    """
    gray = np.asarray(_small(image))
    if gray.min() == gray.max():
        return False
    light = gray > threshold_otsu(gray)
    margin = 1 + max(light.shape) // 50
    inside = np.zeros_like(light)
    inside[margin:-margin, margin:-margin] = True
    if light.mean() > 0.3 or light[~inside].mean() > 0.1:
        return False
    contrast = gray[light].mean() - gray[~light].mean()
    broad = ndimage.binary_erosion(light, np.ones((7, 7))).sum() / light.sum()
    return bool(contrast > 60 and broad < 0.5)


def is_clean(image: Image.Image) -> bool:
    """Whether an "L" picture has white paper without grain: drawn on a screen, or scanned and cleaned already.

    Grain is a pixel neither white nor dark that nearly, but not exactly, equals its neighbors; the gray of anti-aliased
    lines is steeper, that of flat fills exactly equal.
    """
    gray = np.asarray(image)
    spread = ndimage.maximum_filter(gray, 3) - ndimage.minimum_filter(gray, 3)
    grain = (gray > 60) & (gray < 250) & (spread > 0) & (spread <= 12)
    return bool((gray >= 250).mean() >= 0.05 and grain.mean() < 0.03)


def flatten(drawing: Image.Image, thickest: float = 1 / 16) -> Image.Image:
    """Divides a drawing by its paper and stretches what is left from ink = 0 to paper = 255.

    The paper under the ink is the picture with all strokes closed and all darker islands filled: what is dark without
    reaching the border is drawn, what shades the paper from the border on is light. Each channel has its own paper, and
    the darkest quotient counts, so that cream paper is white and a yellow pencil is ink.

    Args:
        drawing: "RGB" or "L".
        thickest: stroke there may be that reaches the border, as a share of the long side; what is wider is shade.

    Returns:
        an "L" image of the same size.
    """
    width, height = drawing.size
    quotient = np.full((height, width), np.inf, dtype=np.float32)
    for channel in drawing.split():
        paper = ndimage.gaussian_filter(np.asarray(_small(channel), dtype=np.float32), 1)
        stroke = 1 + int(max(paper.shape) * thickest)
        paper = ndimage.grey_closing(paper, size=(stroke, stroke))
        islands = np.full_like(paper, paper.max())
        islands[[0, -1], :], islands[:, [0, -1]] = paper[[0, -1], :], paper[:, [0, -1]]
        paper = ndimage.gaussian_filter(reconstruction(islands, paper, method="erosion"), 2)
        # What is far darker than most paper is ink, or the desk beneath: divided by itself it would be bright noise.
        paper = np.maximum(paper, max(0.3 * np.quantile(paper, 0.95), 1)).astype(np.float32)
        paper = np.asarray(Image.fromarray(paper).resize((width, height), Image.Resampling.BICUBIC))
        np.minimum(quotient, np.asarray(channel) / paper, out=quotient)

    sample = quotient[:: 1 + height // 1000, :: 1 + width // 1000]
    light = sample[sample > 0.8]  # paper and its noise: by the division it lies around 1
    middle = np.median(light) if light.size else 1
    grain = 1.5 * np.median(sample[sample >= middle] - middle) if light.size else 0  # deviation on the side without ink
    white = middle - 2.5 * grain
    ink = sample[sample < white - max(3 * grain, 0.05)]
    black = min(np.quantile(ink, 0.1), white - 0.25) if ink.size else white - 0.5
    quotient -= black
    quotient *= 255 / (white - black)
    return Image.fromarray(np.rint(np.clip(quotient, 0, 255, out=quotient), out=quotient).astype(np.uint8))


def _small(image: Image.Image) -> Image.Image:
    return image.reduce(max(1, round(max(image.size) / SMALL_SIDE)))
