"""Palettes: files of colors, the colors of a reference picture, and a painting answered from them."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from skimage.color import rgb2lab

from .colors import RGB, parse_color
from .palette_files import KNOWN_SUFFIXES, SUFFIXES, read_palette, write_palette

if TYPE_CHECKING:
    from .painting import Painting

__all__ = [
    "KNOWN_SUFFIXES",
    "SUFFIXES",
    "dominant_colors",
    "nearest_color",
    "open_palette",
    "paint_from_palette",
    "read_palette",
    "write_palette",
]

MAX_COLORS = 256  # of a picture
SAMPLE = 256  # long side in pixels at which the colors of a picture are counted


def open_palette(path: str | os.PathLike, count: int = 12) -> list[RGB]:
    """The colors of a palette file, in order, see `palette_files`; of a picture its dominant colors.

    Args:
        count: at most so many colors of a picture, 1 to 256.

    Raises ValueError for what holds no palette or a count that is none, OSError for a file that cannot be read.
    """
    try:
        return read_palette(path)
    except ValueError as error:
        if Path(path).suffix.lower() in KNOWN_SUFFIXES:
            raise
        from .drawings import open_picture

        try:
            picture = open_picture(path)
        except OSError:
            raise ValueError(f"{error}, or a picture to take the colors from.".replace(".,", ",")) from None
    return dominant_colors(picture, count)


def paint_from_palette(painting: "Painting", palette: Sequence[RGB]) -> None:
    """Answers each region still to be asked for, in order, with the color of the palette nearest to its suggestion.

    Nearest as the eye sees it (CIE Lab, 1976), of the colors that were given to the fewest regions so far: where the
    model is not sure its suggestions are all alike, and would take one color of the palette for the whole picture. The
    model repaints after every answer, so that its later suggestions follow from the palette's colors.
    """
    given = dict.fromkeys(palette, 0)
    while region := painting.next_region():
        least = min(given.values())
        color = nearest_color(parse_color(region.suggested_color), [c for c, count in given.items() if count == least])
        painting.paint(region, color)
        given[color] += 1


def nearest_color(color: RGB, palette: Sequence[RGB]) -> RGB:
    """The color of a palette that looks most like another; of equals the first."""
    lab = rgb2lab(np.array([color, *palette], dtype=np.float64)[None] / 255)[0]  # (1 + colors, 3)
    return palette[int(((lab[1:] - lab[0]) ** 2).sum(axis=1).argmin())]


def dominant_colors(picture: Image.Image, count: int) -> list[RGB]:
    """At most `count` colors that a picture is made of (k-means), the most frequent first.

    Raises ValueError for a count outside 1 to 256.
    """
    if not 1 <= count <= MAX_COLORS:
        raise ValueError(f"count is {count}: choose 1 to {MAX_COLORS} colors.")
    small = picture.convert("RGB")
    small.thumbnail((SAMPLE, SAMPLE), Image.Resampling.NEAREST)  # which mixes no new colors
    reduced = small.quantize(count, Image.Quantize.MEDIANCUT, kmeans=1)
    palette = np.array(reduced.getpalette(), dtype=int).reshape(-1, 3)
    frequent = sorted(reduced.getcolors(), reverse=True)
    return list(dict.fromkeys(tuple(palette[index].tolist()) for _, index in frequent))
