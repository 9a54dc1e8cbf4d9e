"""A colored drawing as a file: PNG, layered PSD or OpenRaster.

A new layered format is a module of its own, which makes the bytes of an `Artwork`, and an entry in `LAYERED`.
"""

import os
from collections.abc import Callable
from pathlib import Path

from .layers import Artwork
from .ora import ora_bytes
from .psd import psd_bytes
from .writing import replace_file, save_png

LAYERED: dict[str, Callable[[Artwork], bytes]] = {".psd": psd_bytes, ".ora": ora_bytes}
SUFFIXES = (".png", *LAYERED)


def save_artwork(artwork: Artwork, path: str | os.PathLike, lines: bool = True, transparent: bool = False) -> None:
    """Writes .png, .psd or .ora. A file of that name is replaced only by a complete one.

    Args:
        lines, transparent: for .png, lay the lines over the color; leave out what has no answer. Others have layers.

    Raises ValueError for another suffix, a gray picture in layers, or what a format cannot hold, OSError where the file
    cannot be written.
    """
    suffix = Path(path).suffix.lower()
    if suffix == ".png":
        image = artwork.transparent(lines) if transparent else artwork.flattened(lines)
        image.info = artwork.profile  # Pillow writes it
        save_png(image, path, artwork.drawing.info.get("dpi"), flat=not lines)
    elif suffix in LAYERED and artwork.drawing.info.get("grayscale"):
        raise ValueError(f"{path} would hold lines to multiply, and a gray picture has none: name a .png file.")
    elif suffix in LAYERED:
        replace_file(path, LAYERED[suffix](artwork))
    else:
        raise ValueError(f"{path} does not end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}: name one of these.")
