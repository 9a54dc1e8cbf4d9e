"""Files of colors that paint programs exchange: GIMP's .gpl, Adobe's .aco and .ase, lists in JSON or text.

Known by what is in them, whatever their names: palettes are renamed, and downloads often end in .txt.
"""

import colorsys
import json
import os
import re
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from skimage.color import lab2rgb

from .colors import RGB, parse_color, to_hex
from .files import replace_file

SUFFIXES = (".gpl", ".json", ".ase")  # that are written
KNOWN_SUFFIXES = (*SUFFIXES, ".aco", ".hex", ".txt", ".pal")  # that promise a palette and no picture
MAX_BYTES = 5_000_000
MAX_COLORS = 65_536

REMEDY = "give a GIMP palette (.gpl), Adobe swatches (.aco, .ase) or a list of hex colors (.json, .hex)"


def read_palette(path: str | os.PathLike) -> list[RGB]:
    """The colors of a palette file, in order; levels beyond 0 to 255 count as the nearest that there is.

    Raises ValueError for what is no palette, OSError where the file cannot be read.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise OSError(f"The palette {path} cannot be read ({error.strerror}): check the path.") from error
    colors = palette_colors(data) if len(data) <= MAX_BYTES else []
    if not colors:
        raise ValueError(f"{path} holds no palette: {REMEDY}.")
    return colors


def palette_colors(data: bytes) -> list[RGB]:
    """The colors of a palette's bytes, in order; none for what is no palette, or one damaged."""
    try:
        if data[:4] == b"ASEF":
            return list(_ase(data))[:MAX_COLORS]
        text = _text(data)
        if text.lstrip().startswith("GIMP Palette"):
            return list(_gpl(text))[:MAX_COLORS]
        if text.lstrip()[:1] in ("[", "{"):
            return list(_listed(json.loads(text)))[:MAX_COLORS]
        if data[:2] in (b"\0\1", b"\0\2"):
            return list(_aco(data))[:MAX_COLORS]
        return list(_lines(text))[:MAX_COLORS]
    except (ValueError, TypeError, KeyError, struct.error, OverflowError, RecursionError):
        return []


def write_palette(colors: Sequence[RGB], path: str | os.PathLike) -> None:
    """Writes colors, in order, as .gpl (GIMP, Krita, Inkscape), .ase (Adobe) or .json, a list of "#rrggbb".

    Raises ValueError for another suffix, OSError where the file cannot be written.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix == ".gpl":
        rows = [f"{red:3} {green:3} {blue:3}\t{to_hex((red, green, blue))}" for red, green, blue in colors]
        data = "\n".join(["GIMP Palette", f"Name: {path.stem}", "Columns: 0", "#", *rows, ""]).encode()
    elif suffix == ".json":
        data = (json.dumps([to_hex(color) for color in colors]) + "\n").encode()
    elif suffix == ".ase":
        data = b"ASEF" + struct.pack(">HHI", 1, 0, len(colors)) + b"".join(map(_swatch, colors))
    else:
        raise ValueError(f"{path} does not end in .gpl, .json or .ase: name one of these.")
    replace_file(path, data)


def _text(data: bytes) -> str:
    """Text in whatever encoding: what counts are digits, which are the same in nearly all."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    if data[:40].count(0) > 10:  # UTF-16 without its mark
        return data.decode("utf-16-be" if data[:1] == b"\0" else "utf-16-le", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _gpl(text: str) -> Iterator[RGB]:
    """GIMP's rows "red green blue name". With "Channels: RGBA" (Aseprite) there is an alpha, and 0 is no color."""
    has_alpha = re.search(r"^Channels:\s*RGBA\s*$", text, re.MULTILINE | re.IGNORECASE)
    row = r"\s*(-?\d+)[\s,]+(-?\d+)[\s,]+(-?\d+)" + (r"[\s,]+(-?\d+)" if has_alpha else "") + r"(?!\S)"
    for line in text.splitlines():
        if match := re.match(row, line):
            levels = [_level(int(number)) for number in match.groups()]
            if len(levels) == 3 or levels[3] > 0:
                yield tuple(levels[:3])


def _lines(text: str) -> Iterator[RGB]:
    """A color a line: Lospec's .hex, Paint.NET's .txt ("aarrggbb", ";" comments) and JASC's .pal."""
    lines = [line.strip() for line in text.splitlines()]
    if lines[:1] == ["JASC-PAL"]:
        for line in lines[3:]:
            if match := re.match(r"(-?\d+)\s+(-?\d+)\s+(-?\d+)", line):
                yield tuple(_level(int(number)) for number in match.groups())
        return
    for line in lines:
        if line and line[0] != ";" and not line.startswith("//"):
            if not (match := re.fullmatch(r"#?(?:[0-9a-fA-F]{2})?([0-9a-fA-F]{6})", line)):
                raise ValueError(f"{line!r} is no color.")
            yield parse_color(f"#{match[1]}")


def _listed(content: Any) -> Iterator[RGB]:
    """JSON: a list of colors, or a dictionary with one, as "colors" in what Lospec gives or "palette" elsewhere."""
    if isinstance(content, dict):
        content = next((content[key] for key in ("colors", "palette", "swatches") if key in content), None)
    for color in content:
        if isinstance(color, dict):
            color = next(color[key] for key in ("hex", "color", "value", "rgb") if key in color)
        if isinstance(color, str):
            digits = color.strip().removeprefix("#")
            yield parse_color(f"#{digits[:6] if len(digits) == 8 else digits}")
        else:
            yield parse_color([_level(value) for value in color[:3]])


def _aco(data: bytes) -> Iterator[RGB]:
    """Photoshop's swatches, version 1: four numbers of 16 bits a color. Version 2, which follows, adds names only."""
    version, count = struct.unpack_from(">HH", data)
    at = 4
    for _ in range(count):
        space, *values = struct.unpack_from(">H4H", data, at)
        at += 10
        if version == 2:
            _, length = struct.unpack_from(">HH", data, at)
            at += 4 + 2 * length
        if space == 7:  # Lab: L in hundredths of a percent, a and b signed
            signed = struct.unpack_from(">hh", struct.pack(">HH", *values[1:3]))
            yield _rgb("Lab", [values[0] / 10_000, *(value / 100 for value in signed)])
        elif space == 2:
            yield _rgb("CMYK", [1 - value / 65_535 for value in values])
        elif space == 8:
            yield _rgb("Gray", [1 - values[0] / 10_000])
        elif space == 1:
            yield _rgb("HSB", [value / 65_535 for value in values[:3]])
        elif space == 0:
            yield _rgb("RGB", [value / 65_535 for value in values[:3]])
        else:
            raise ValueError(f"color space {space} is of a color book")


def _ase(data: bytes) -> Iterator[RGB]:
    """Adobe's swatch exchange: blocks, of which those of type 1 are colors in floats."""
    (count,) = struct.unpack_from(">I", data, 8)
    at = 12
    for _ in range(min(count, MAX_COLORS)):
        kind, length = struct.unpack_from(">HI", data, at)
        if kind == 1:
            (name,) = struct.unpack_from(">H", data, at + 6)
            start = at + 8 + 2 * name
            model = data[start : start + 4].decode("ascii", errors="replace").strip()
            numbers = {"RGB": 3, "CMYK": 4, "LAB": 3, "Gray": 1}[model]
            yield _rgb({"LAB": "Lab"}.get(model, model), struct.unpack_from(f">{numbers}f", data, start + 4))
        at += 6 + length


def _swatch(color: RGB) -> bytes:
    name = (to_hex(color) + "\0").encode("utf-16-be")
    block = (
        struct.pack(">H", len(name) // 2) + name + b"RGB " + struct.pack(">3fH", *(level / 255 for level in color), 2)
    )
    return struct.pack(">HI", 1, len(block)) + block


def _rgb(model: str, values: Sequence[float]) -> RGB:
    """(r, g, b) in 0..255 of a color in 0..1, a and b of Lab as they are."""
    if not all(np.isfinite(values)):
        raise ValueError("no number")
    if model == "RGB":
        channels = values
    elif model == "Gray":
        channels = [values[0]] * 3
    elif model == "CMYK":
        channels = [(1 - ink) * (1 - values[3]) for ink in values[:3]]
    elif model == "HSB":
        channels = colorsys.hsv_to_rgb(*values)
    else:
        lab = [min(max(values[0], 0), 1) * 100, *(min(max(value, -128), 128) for value in values[1:3])]
        channels = lab2rgb(np.array(lab, dtype=float).reshape(1, 1, 3)).ravel()
    return tuple(_level(round(float(channel) * 255)) for channel in channels)


def _level(value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{value!r} is no level")
    return min(max(value, 0), 255)
