"""The forms in which a browser's color picker writes a color, and people do."""

import colorsys
import re

from PIL import ImageColor

from texts import Trouble

NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d\d?)?"
HEX = re.compile(r"#?(?:([0-9a-f]{3})[0-9a-f]?|([0-9a-f]{6})(?:[0-9a-f]{2})?)")
FUNCTION = re.compile(
    rf"(rgb|hsl)a?\(\s*({NUMBER}%?)(?:deg)?[\s,]+({NUMBER}%?)[\s,]+({NUMBER}%?)\s*(?:[,/]\s*{NUMBER}%?\s*)?\)"
)
LONGEST = 100  # characters that a color may be written in


def read_color(text: object) -> tuple[int, int, int]:
    """(r, g, b) in 0..255 of "#rgb", "#rrggbb", "rgb(...)", "hsl(...)" or a name that CSS knows; an alpha is not used.

    Numbers may be fractions, as pickers give them, and are brought into range. Raises Trouble for anything else.
    """
    color = text.strip().lower() if isinstance(text, str) and len(text) <= LONGEST else ""
    color = ImageColor.colormap.get(color, color)
    if match := HEX.fullmatch(color):
        digits = match[2] or "".join(2 * digit for digit in match[1])
        return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
    if not (match := FUNCTION.fullmatch(color)):
        raise Trouble("NO_COLOR", color=repr(text)[:60])
    if match[1] == "rgb":
        shares = [float(value.rstrip("%")) / (100 if "%" in value else 255) for value in match.groups()[1:]]
    else:
        hue, saturation, lightness = (float(value.rstrip("%")) for value in match.groups()[1:])
        shares = colorsys.hls_to_rgb(hue / 360 % 1, _within(lightness / 100), _within(saturation / 100))
    red, green, blue = (round(255 * _within(share)) for share in shares)
    return red, green, blue


def _within(share: float) -> float:
    return min(max(share, 0.0), 1.0)
