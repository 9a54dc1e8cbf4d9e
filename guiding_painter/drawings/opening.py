"""Any image file opened as a person sees it, and as ink on white paper."""

import contextlib
import functools
import io
import os
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageChops, ImageOps, UnidentifiedImageError

from .line_art import extract_line_art
from .paper import flatten, has_broad_pens, has_underdrawing, is_clean, is_light_on_dark, looks_colored

# A 600 dpi page of A3 has 70 million pixels. Below Pillow's own limit (89 million), which therefore never speaks first.
MAX_PIXELS = 80_000_000

# Uploads are untrusted: only these decoders of Pillow's many are let near them.
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP")

MAX_PROFILE = 2_000_000  # bytes

UNDERDRAWINGS = ("auto", "keep", "drop")

LINE_ART_SIDE = 1024  # long side in pixels at which lines are extracted: finer edges of a larger photo are texture


def open_picture(source: str | os.PathLike | bytes | BinaryIO | Image.Image) -> Image.Image:
    """Opens any PNG, JPEG, WebP, GIF, TIFF or BMP as a person sees it.

    Upright by its EXIF rotation, transparency over white, the first frame of an animation; palettes, CMYK and gray of
    1, 16 or 32 bits converted.

    Args:
        source: a path, the bytes of a file, an open binary file (left open) or a picture already open.

    Returns:
        an "RGB" image; its `info` holds "dpi" and, where it is one for RGB of at most 2 MB, "icc_profile".

    Raises:
        OSError: missing, unreadable, truncated, or not one of the six formats.
        ValueError: no pixels, or more than MAX_PIXELS; both known before decoding.
    """
    is_open = isinstance(source, Image.Image)
    name = source if isinstance(source, str | os.PathLike) else getattr(source, "name", None)
    name = name or "The picture"
    try:
        file = io.BytesIO(source) if isinstance(source, bytes) else source
        with contextlib.nullcontext(source) if is_open else Image.open(file, formats=FORMATS) as image:
            pixels = image.width * image.height
            if 0 < pixels <= MAX_PIXELS:
                return _as_seen(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        pixels = MAX_PIXELS + 1
    except FileNotFoundError:
        raise FileNotFoundError(f"{name} does not exist: check the path.") from None
    except IsADirectoryError:
        raise IsADirectoryError(f"{name} is a folder: name a picture in it.") from None
    except PermissionError:
        raise PermissionError(f"{name} may not be read: ask for the permission to read it.") from None
    except UnidentifiedImageError:
        raise OSError(f"{name} is no PNG, JPEG, WebP, GIF, TIFF or BMP picture: save it as one of these.") from None
    except Exception as error:  # damaged files raise nearly anything: SyntaxError, struct.error, IndexError, ...
        raise OSError(f"{name} cannot be decoded ({error}): it may be cut short, save or download it again.") from error
    if pixels == 0:
        raise ValueError(f"{name} has no pixels: give a picture at least one pixel wide and high.")
    raise ValueError(f"{name} has more than {MAX_PIXELS // 1_000_000} megapixels: scale it down.")


def _as_seen(image: Image.Image) -> Image.Image:
    info = image.info
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith(("I", "F")):
        image = _eight_bit(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    image = image.convert("RGB")
    image.info = {}
    if "dpi" in info:
        image.info["dpi"] = tuple(float(value) for value in info["dpi"])
    profile = info.get("icc_profile") or b""
    # One for CMYK or gray says nothing about these pixels, and what is larger than any would go into every layer.
    if profile[16:20] == b"RGB " and len(profile) <= MAX_PROFILE:
        image.info["icc_profile"] = profile
    return image


def _eight_bit(image: Image.Image) -> Image.Image:
    values = np.nan_to_num(np.asarray(image, dtype=np.float32))
    top = 65535 if image.mode.startswith("I;16") else values.max()
    white = next((white for white in (1, 255, 65535) if top <= white), top)  # files do not say which number is white
    return Image.fromarray(np.rint(np.clip(values / white, 0, 1) * 255).astype(np.uint8))


def open_drawing(
    source: str | os.PathLike | bytes | BinaryIO | Image.Image, extract_lines: bool = False, underdrawing: str = "auto"
) -> Image.Image:
    """Opens a drawing as ink on white paper, whatever paper and light it was photographed or scanned with.

    What is clean already (white paper without grain) stays as it is, to the bit. Anything else is divided by its paper
    and stretched, see `paper.flatten`. Lines of any color count as ink. Light lines on a dark ground, as of chalk or a
    blueprint, are inverted. A colored picture, see `looks_colored`, is taken by its luminance.

    Args:
        source: as for `open_picture`.
        extract_lines: make line art out of a colored picture instead, see `extract_line_art`.
        underdrawing: what becomes of pale colored lines: "drop" leaves them out, "keep" takes them for ink, "auto"
            leaves out those of one hue, blue or red, below black ones.

    Returns:
        an "L" image of the picture's own size, 255 = paper; its `info` holds "dpi" and "icc_profile" as that
        of `open_picture` does.

    Raises:
        OSError, ValueError: as `open_picture`; ValueError for another underdrawing.
    """
    if underdrawing not in UNDERDRAWINGS:
        raise ValueError(f"underdrawing is {underdrawing!r}: give one of {', '.join(UNDERDRAWINGS)}.")
    picture = open_picture(source)
    if extract_lines:
        small = picture.copy()
        small.thumbnail((LINE_ART_SIDE, LINE_ART_SIDE), Image.Resampling.LANCZOS)
        drawing = extract_line_art(small).resize(picture.size, Image.Resampling.BICUBIC)
    else:
        drawing = _ink_on_white(picture, underdrawing)
    drawing.info |= picture.info
    return drawing


def _ink_on_white(picture: Image.Image, underdrawing: str) -> Image.Image:
    luminance = picture.convert("L")
    if looks_colored(picture):
        ink = picture = luminance
    elif underdrawing == "drop" or (underdrawing == "auto" and has_underdrawing(picture)):
        # A pale blue line is white in blue, a pale red one in red; black is dark in all three.
        ink = picture = functools.reduce(ImageChops.lighter, picture.split())
    else:
        picture = ImageOps.invert(picture) if is_light_on_dark(luminance) else picture
        ink = functools.reduce(ImageChops.darker, picture.split())  # even a yellow pencil is dark in blue
    if not is_clean(ink):
        return flatten(picture)
    return _saturated(picture, ink) if has_broad_pens(picture) else ink


def _saturated(picture: Image.Image, ink: Image.Image) -> Image.Image:
    """Pink and yellow strokes as dark as any: darkest channel less twice the chroma, still linear at soft edges."""
    lightest = functools.reduce(ImageChops.lighter, picture.split())
    chroma = ImageChops.subtract(lightest, ink)
    return ImageChops.subtract(ImageChops.subtract(ink, chroma), chroma)
