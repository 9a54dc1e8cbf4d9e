"""The forms in which a color comes and goes: "#rrggbb", "#rgb" and (r, g, b)."""

import re
from collections.abc import Sequence
from numbers import Integral

RGB = tuple[int, int, int]
Color = str | Sequence[int]  # what people may give; parse_color makes RGB of it


def parse_color(color: Color) -> RGB:
    """(r, g, b) in 0..255 of "#rrggbb", "#rgb" or three whole numbers. Raises ValueError for anything else."""
    if isinstance(color, str):
        if match := re.fullmatch(r"#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})", color.strip()):
            digits = match[1] if len(match[1]) == 6 else "".join(2 * digit for digit in match[1])
            return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
    elif isinstance(color, Sequence) and len(color) == 3 and all(_is_level(value) for value in color):
        return int(color[0]), int(color[1]), int(color[2])
    raise ValueError(f"{color!r} is no color: give '#rrggbb', '#rgb' or (r, g, b) with whole numbers from 0 to 255.")


def _is_level(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and 0 <= value <= 255


def to_hex(color: Sequence[int]) -> str:
    """(r, g, b) -> "#rrggbb"."""
    return "#{:02x}{:02x}{:02x}".format(*color)
