"""Areas that a person filled with strokes of crayon, made even: else every stroke is drawn as lines."""

import numpy as np
from PIL import Image
from scipy import ndimage

GAP = 1 / 150  # of the long side, the usual paper between two strokes: 2 mm on a sheet of A4
WIDEST = 1.5  # gaps; paper here and there between strokes is as wide
STROKE = 1.5  # gaps, the broadest stroke between two of them
AREA = 4  # gaps, the narrowest filled area
FREE = 0.4  # of the picture is paper that nothing was drawn on: elsewhere, light between strokes is paint or light
FILLED = 0.01  # of the picture; less that is filled with strokes is some ornament
SPREAD = 0.12  # of 1, the deviation of the color of one crayon: leaves, hair, grass have many


def fill_crayon(picture: Image.Image) -> Image.Image:
    """Gives areas filled with strokes of crayon, with paper between them, one even color; outlines stay.

    Only in a drawing on paper: gaps as light as that paper follow each other over areas broader than a few strokes, and
    the strokes of an area have one color. Any other picture is returned as it is.

    Args:
        picture: "RGB", at the size at which lines are extracted.
    """
    gap, rgb = _odd(GAP * max(picture.size)), np.asarray(picture)
    paper = _paper(rgb)
    if (np.abs(rgb / paper - 1).max(axis=2) < 0.1).mean() < FREE:
        return picture
    darkness = 1 - _opened(rgb, gap) / paper  # (H, W, 3), of the strokes, and of their gaps as if they were filled
    candidates, joined = _hatched(1 - rgb / paper, darkness, gap)
    if candidates.mean() < FILLED:
        return picture
    mean, square = (_mean(power, candidates, gap) for power in (darkness, darkness**2))
    areas = candidates & ((square - mean**2).sum(axis=2) < SPREAD**2)
    if areas.mean() < FILLED:
        return picture

    crayon = _mean(darkness, areas, gap)
    areas = ndimage.binary_propagation(areas, mask=candidates | joined)
    opened = _opened(rgb, _odd(WIDEST * gap))
    to_outline = ndimage.binary_dilation(areas, np.ones((2 * gap + 1, 2 * gap + 1)))
    even = to_outline & _is_of(crayon, 1 - opened / paper)
    filled = np.where(areas[:, :, None], opened, rgb)  # pens across the crayon, and all else
    return Image.fromarray(np.where(even[:, :, None], np.rint((1 - crayon) * paper).astype(np.uint8), filled))


def _odd(length: float) -> int:
    return 2 * round(length / 2) + 1


def _paper(rgb: np.ndarray) -> np.ndarray:
    brightness = rgb.sum(axis=2)
    paper = np.median(rgb[brightness >= np.quantile(brightness, 0.7)], axis=0)
    return np.maximum(paper, 25).astype(np.float32)


def _opened(rgb: np.ndarray, size: int) -> np.ndarray:
    """(H, W, 3), what is light and narrower than `size` pixels has the color of what is beside it."""
    return ndimage.grey_opening(rgb, (size, size, 1))


def _hatched(darkness: np.ndarray, filled: np.ndarray, gap: int) -> tuple[np.ndarray, np.ndarray]:
    """(H, W) bool: areas of strokes and gaps; and all gaps, with what is narrow between them.

    Args:
        darkness: (H, W, 3), 0 = paper.
        filled: the same with the gaps filled.
    """
    strongest = filled.argmax(axis=2)[:, :, None]  # the channel in which these strokes are darkest
    stroke, here = (np.take_along_axis(of, strongest, axis=2)[:, :, 0] for of in (filled, darkness))
    colored = filled.max(axis=2) - filled.min(axis=2) > 0.1
    gaps = colored & (stroke > 0.15) & (here < 0.6 * stroke)
    margin, side = AREA * gap, int(STROKE * gap)
    joined = ndimage.binary_closing(np.pad(gaps, margin), np.ones((side, side)))
    areas = ndimage.binary_opening(joined, np.ones((margin, margin)))
    inside = slice(margin, -margin), slice(margin, -margin)
    return areas[inside], joined[inside]


def _mean(values: np.ndarray, areas: np.ndarray, gap: int) -> np.ndarray:
    """(H, W, 3) mean of those around that lie in `areas`."""
    size = 6 * gap + 1
    weight = ndimage.uniform_filter(areas.astype(np.float32), size)[:, :, None]
    return ndimage.uniform_filter(values * areas[:, :, None], (size, size, 1)) / np.maximum(weight, 1e-3)


def _is_of(crayon: np.ndarray, darkness: np.ndarray) -> np.ndarray:
    """(H, W) bool: pressed lightly or hard, it is this crayon, no pen of another color and no paper."""
    pressed = (darkness * crayon).sum(axis=2) / np.maximum((crayon**2).sum(axis=2), 1e-3)
    off = np.abs(darkness - pressed[:, :, None] * crayon).max(axis=2)
    return (np.abs(pressed - 1) < 0.6) & (off < 0.15)
