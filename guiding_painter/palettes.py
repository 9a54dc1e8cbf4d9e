"""Palettes: files of colors, the colors of a reference picture, and a painting answered from them."""

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from skimage.color import rgb2lab

from .colors import RGB, parse_color, to_hex
from .files import replace_file

if TYPE_CHECKING:
    from .painting import Painting

SUFFIXES = (".gpl", ".json")
SAMPLE = 256  # long side in pixels at which the colors of a picture are counted


def open_palette(path: str | os.PathLike, count: int = 12) -> list[RGB]:
    """The colors of a palette file, .gpl or .json, in order; of any other file, a picture, its dominant colors.

    Args:
        count: at most so many colors of a picture, 1 to 256.

    Raises ValueError for what holds no palette or a count that is none, OSError for a file that cannot be read.
    """
    if Path(path).suffix.lower() in SUFFIXES:
        return read_palette(path)
    from .drawings import open_picture

    return dominant_colors(open_picture(path), count)


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


def write_palette(colors: Sequence[RGB], path: str | os.PathLike) -> None:
    """Writes colors, in order, as .gpl (GIMP, Krita, Inkscape) or .json, a list of "#rrggbb".

    Raises ValueError for another suffix, OSError where the file cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() == ".gpl":
        rows = [f"{red:3} {green:3} {blue:3}\t{to_hex((red, green, blue))}" for red, green, blue in colors]
        text = "\n".join(["GIMP Palette", f"Name: {path.stem}", "Columns: 0", "#", *rows, ""])
    elif path.suffix.lower() == ".json":
        text = json.dumps([to_hex(color) for color in colors]) + "\n"
    else:
        raise ValueError(f"{path} does not end in .gpl or .json: name one of these.")
    replace_file(path, text.encode())


def read_palette(path: str | os.PathLike) -> list[RGB]:
    """The colors of a .gpl or .json palette, in order.

    Raises ValueError for what is no palette, OSError where the file cannot be read.
    """
    try:
        text = Path(path).read_text("utf-8-sig")
    except OSError as error:
        raise OSError(f"{path} cannot be read ({error.strerror}): check the path.") from error
    except UnicodeDecodeError:
        text = ""
    try:
        if text.startswith("GIMP Palette"):
            rows = (re.match(r"\s*(\d+)\s+(\d+)\s+(\d+)", line) for line in text.splitlines())
            colors = [parse_color([int(level) for level in row.groups()]) for row in rows if row]
        else:
            colors = [parse_color(color) for color in json.loads(text)]
    except (TypeError, ValueError):
        colors = []
    if not colors:
        raise ValueError(f"{path} holds no palette: give a GIMP palette (.gpl) or a JSON list of '#rrggbb'.")
    return colors


def dominant_colors(picture: Image.Image, count: int) -> list[RGB]:
    """At most `count` colors that a picture is made of (k-means), the most frequent first.

    Raises ValueError for a count outside 1 to 256.
    """
    if not 1 <= count <= 256:
        raise ValueError(f"count is {count}: choose 1 to 256 colors.")
    small = picture.convert("RGB")
    small.thumbnail((SAMPLE, SAMPLE), Image.Resampling.NEAREST)  # which mixes no new colors
    reduced = small.quantize(count, Image.Quantize.MEDIANCUT, kmeans=1)
    palette = np.array(reduced.getpalette(), dtype=int).reshape(-1, 3)
    frequent = sorted(reduced.getcolors(), reverse=True)
    return list(dict.fromkeys(tuple(palette[index].tolist()) for _, index in frequent))
