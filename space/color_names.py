"""Plain names of colors, "light brown", for people who do not see them and for those who search one."""

import colorsys
from types import ModuleType

GRAY, NEAR_BLACK, NEAR_WHITE = 0.09, 0.15, 0.94  # saturation as the eye sees it, lightness, lightness
HUES = (  # up to this many degrees
    (14, "red"), (42, "orange"), (66, "yellow"), (90, "lime"), (160, "green"), (190, "turquoise"), (212, "sky"),
    (256, "blue"), (290, "purple"), (335, "pink"), (361, "red"),
)  # fmt: skip
# What people call the darker, and the paler, of some hues.
DARK = {"orange": "brown", "yellow": "olive", "lime": "olive", "sky": "blue"}
PALE = {"red": "pink", "orange": "beige", "yellow": "cream"}


def color_name(color: str, texts: ModuleType) -> str:
    """The name of "#rrggbb" in a language."""
    shade, hue = _shade_and_hue(color)
    words = texts.COLORS[hue]
    return texts.SHADES[shade].format(color=words) if shade else words


def _shade_and_hue(color: str) -> tuple[str | None, str]:
    red, green, blue = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    turn, lightness, _ = colorsys.rgb_to_hls(red, green, blue)
    strength = max(red, green, blue) - min(red, green, blue)
    if lightness < NEAR_BLACK and strength < 0.15:
        return None, "black"
    if lightness > NEAR_WHITE and strength < GRAY:
        return None, "white"
    if strength < GRAY:
        return ("light" if lightness > 0.7 else "dark" if lightness < 0.35 else None), "gray"
    hue = next(name for limit, name in HUES if 360 * turn < limit)
    if hue in DARK and lightness < (0.45 if hue in ("orange", "yellow") else 0.35):
        return ("dark" if lightness < 0.2 else None), DARK[hue]
    if hue == "orange" and strength < 0.5:  # wood and skin
        return ("light" if lightness > 0.55 else None, "brown") if lightness < 0.72 else (None, "beige")
    if hue in PALE and lightness > (0.66 if hue == "red" else 0.8):
        return None, PALE[hue]
    if strength < 0.25 and lightness < 0.78:
        return "grayish", hue
    return ("light" if lightness > 0.72 else "dark" if lightness < 0.3 else None), hue
