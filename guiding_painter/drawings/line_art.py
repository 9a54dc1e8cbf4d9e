"""Line drawings out of colored pictures: XDoG (Winnemöller, Kyprianidis, Olsen 2012) and the extractor built on it."""

import numpy as np
from PIL import Image, ImageFilter
from scipy import ndimage

SMALL_SIDE = 512  # long side in pixels at which shades are looked for
SHADE = 0.01  # of a picture; less gray than that is no shading

# Red, green and blue contrasts are weighed unequally, so that no edge has two channels of equal and opposite contrast:
# such an edge would be drawn on both of its sides.
CHANNEL_WEIGHTS = np.array([0.9, 1.0, 0.7], dtype=np.float32)[:, None, None]


def xdog(
    image: np.ndarray,
    sigma: float = 0.8,
    k: float = 1.6,
    p: float = 20.0,
    epsilon: float = 0.7,
    phi: float = 10.0,
) -> np.ndarray:
    """Extended difference of Gaussians: ink where a picture is dark or darker than what is next to it.

    With S = (1 + p) G_sigma(image) - p G_{k sigma}(image), a pixel is 1 where S >= epsilon, and elsewhere
    1 + tanh(phi (S - epsilon)), at least 0 (Winnemöller et al. 2012, parametrised so that p alone is the sharpness).

    Args:
        image: (H, W) luminance in [0, 1], 1 = white.
        sigma: scale of the edges in pixels; a line comes out about 2 sigma wide.
        k: ratio of the two Gaussians; 1.6 comes close to the Laplacian.
        p: weight of edges against tone; 0 is a plain threshold of the smoothed picture.
        epsilon: tone below which a pixel becomes ink.
        phi: steepness from paper to ink; large is black and white.

    Returns:
        (H, W) float32 in [0, 1], 1 = paper.
    """
    image = np.asarray(image, dtype=np.float32)
    fine, coarse = ndimage.gaussian_filter(image, sigma), ndimage.gaussian_filter(image, k * sigma)
    return _soft_threshold((1 + p) * fine - p * coarse, epsilon, phi)


def _soft_threshold(response: np.ndarray, epsilon: float, phi: float) -> np.ndarray:
    return np.clip(1 + np.tanh(phi * np.minimum(response - epsilon, 0)), 0, 1, dtype=np.float32)


def extract_line_art(
    image: Image.Image,
    sigma: float = 0.8,
    k: float = 1.6,
    p: float = 22.0,
    epsilon: float = 0.7,
    phi: float = 3.0,
) -> Image.Image:
    """A line drawing, as a person would ink it before coloring, out of a colored picture.

    XDoG with three changes, because plain XDoG fills dark areas with ink and is blind to edges between colors of equal
    luminance. The tone term is the luminance relative to its surroundings: strokes are black, dark areas are paper
    with a line around them. The edge term comes from whichever of red, green and blue differs most, of square roots,
    as the eye sees more in the dark. Specks are removed. The parameters are those of `xdog`.

    Returns:
        an "L" image of the same size, ink on paper white.
    """
    rgb = np.asarray(image.convert("RGB"), dtype=np.float32).transpose(2, 0, 1) / 255  # (3, H, W)
    luminance = np.tensordot(np.array([0.299, 0.587, 0.114], dtype=np.float32), rgb, axes=1)
    stroke = 2 * round(5 * sigma) + 1  # what is narrower than this and dark is a stroke: ink all through
    surroundings = ndimage.grey_closing(luminance, size=(stroke, stroke))
    tone = np.minimum((luminance + 0.1) / (surroundings + 0.1) / epsilon, 1)  # a moderately darker stripe is no ink

    root = np.ascontiguousarray(2 * np.sqrt(rgb))  # of slope 1 at white, so that p means what it means in `xdog`
    edges = ndimage.gaussian_filter(root, sigma, axes=(1, 2), truncate=3.0)
    edges -= ndimage.gaussian_filter(root, k * sigma, axes=(1, 2), truncate=3.0)
    edges *= CHANNEL_WEIGHTS
    darker, lighter = edges.min(axis=0), edges.max(axis=0)
    edge = np.where(lighter > -darker, lighter, darker)  # the strongest channel decides which side bears the line
    drawing = _soft_threshold(tone + p * edge, epsilon, phi)

    labels, _ = ndimage.label(drawing < 0.95, np.ones((3, 3)))
    ink = np.bincount(labels.ravel(), weights=1 - drawing.ravel())
    specks = ink < 10 * sigma**2
    specks[0] = True  # the paper, and what is too faint to belong to any line
    drawing[specks[labels]] = 1
    return Image.fromarray(np.rint(drawing * 255).astype(np.uint8))


def has_only_lines(image: Image.Image) -> bool:
    """Whether an "L" picture is plainly lines on white paper: mostly white, and gray nowhere but in lines.

    False for whatever is in doubt: lines on toned paper, pencil with shading, a gray picture on white.
    """
    small = image.copy()
    small.thumbnail((SMALL_SIDE, SMALL_SIDE), Image.Resampling.BOX)
    value = np.asarray(small.filter(ImageFilter.MedianFilter(5)))  # evens out the texture of areas
    shades = ndimage.binary_opening((value > 40) & (value < 235), np.ones((7, 7)))  # wider than the edge of a line
    return bool((value >= 235).mean() > 0.5 and shades.mean() < SHADE)
