"""A decoded picture as a person sees it: upright, over white, eight bits of red, green and blue."""

import contextlib

import numpy as np
from PIL import Image, ImageOps

from ..notes import Note

# A 600 dpi page of A3 has 70 million pixels. Below Pillow's own limit (89 million), which therefore never speaks first.
MAX_PIXELS = 80_000_000
MAX_PROFILE = 2_000_000  # bytes
ANIMATED = ("GIF", "PNG", "WEBP", "AVIF")  # the pages of a TIFF do not move, and to count them can take hours

X_RESOLUTION, PHOTOMETRIC, MIN_IS_WHITE = 282, 262, 0  # tags of a TIFF


def as_seen(image: Image.Image) -> Image.Image:
    """An "RGB" picture of any that Pillow has opened; its `info` holds "dpi" and an RGB "icc_profile", if any."""
    info, tags = image.info, getattr(image, "tag_v2", {})
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith(("I", "F")):
        image = _eight_bit(image)
        if tags.get(PHOTOMETRIC) == MIN_IS_WHITE:  # which Pillow turns round up to 8 bits only
            image = ImageOps.invert(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    image = image.convert("RGB")
    image.info = {}
    if "dpi" in info and (not tags or X_RESOLUTION in tags):  # Pillow makes 1 dpi of a TIFF that says nothing
        image.info["dpi"] = tuple(float(value) for value in info["dpi"])
    profile = info.get("icc_profile") or b""
    # One for CMYK or gray says nothing about these pixels, and what is larger than any would go into every layer.
    if profile[16:20] == b"RGB " and len(profile) <= MAX_PROFILE:
        image.info["icc_profile"] = profile
    return image


def frame_as_seen(image: Image.Image) -> Image.Image:
    """As `as_seen`; "notes" in its `info` say where it is the first frame of an animation, and of no other."""
    picture, is_first = as_seen(image), False
    with contextlib.suppress(Exception):  # of whatever kind Pillow's is: the frame is good, and what counts
        is_first = image.format in ANIMATED and getattr(image, "is_animated", False) and image.tell() == 0
    if is_first:
        picture.info["notes"] = [Note("animation")]
    return picture


def check_size(width: int, height: int) -> None:
    """Raises ValueError, a sentence without its subject, for what is too large or has nothing to decode."""
    if width <= 0 or height <= 0:
        raise ValueError("has no pixels: give a picture at least one pixel wide and high.")
    if width * height > MAX_PIXELS:
        raise ValueError(f"has more than {MAX_PIXELS // 1_000_000} megapixels: scale it down.")


def _eight_bit(image: Image.Image) -> Image.Image:
    values = np.nan_to_num(np.asarray(image, dtype=np.float32))
    top = 65535 if image.mode.startswith("I;16") else values.max()
    white = next((white for white in (1, 255, 65535) if top <= white), top)  # files do not say which number is white
    return Image.fromarray(np.rint(np.clip(values / white, 0, 1) * 255).astype(np.uint8))
