"""From any image file to the sketch the networks read, and from their tensors back to pictures."""

import functools
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageChops, ImageOps
from scipy import ndimage

from .decoding import MAX_PIXELS
from .line_art import extract_line_art, xdog
from .paper import flatten, is_clean, is_light_on_dark
from .paper import looks_colored as has_colored_areas
from .pictures import Source, count_pages, open_picture
from .sheets import Page, find_sheet, page_of, straighten

__all__ = [
    "MAX_PIXELS",
    "count_pages",
    "extract_line_art",
    "looks_colored",
    "open_drawing",
    "open_painting",
    "open_picture",
    "to_color_image",
    "to_pil",
    "to_sketch",
    "working_size",
    "xdog",
]

SHEET_STROKE = 1 / 40  # of a sheet: the shadow of a hand or phone is wider, and nothing else darkens its border

LINE_ART_SIDE = 1024  # long side in pixels at which lines are extracted: finer edges of a larger photo are texture


def open_drawing(source: Source, extract_lines: bool = False, page: Page = "auto", page_number: int = 1) -> Image.Image:
    """Opens a drawing as ink on white paper, whatever paper and light it was photographed or scanned with.

    What is clean already (white paper without grain) stays as it is, to the bit. A photo of a sheet of paper becomes
    the sheet, see `sheets.find_sheet`. Anything else is divided by its paper and stretched, see `paper.flatten`. Lines
    of any color count as ink. Light lines on a dark ground, as of chalk or a blueprint, are inverted. A colored
    picture, see `looks_colored`, is taken by its luminance.

    Args:
        source: as for `open_picture`.
        extract_lines: make line art out of a colored picture instead, see `extract_line_art`.
        page: "auto" looks for a sheet of paper in a photo, "none" takes all of the picture; or the four corners
            (x, y) of the sheet in pixels of the picture.
        page_number: of a PDF or TIFF, from 1.

    Returns:
        an "L" image of the picture's, or the sheet's, own size, 255 = paper; its `info` holds "dpi" and "icc_profile"
        as that of `open_picture` does, "notes", sentences about what was done to it, and "opened", the page and
        page_number that open the same once more: {"page": "none" or corners, "page_number": 1}.

    Raises:
        OSError, ValueError: as `open_picture`; ValueError for a page that is none of these.
    """
    picture = open_picture(source, page_number)
    corners = page_of(picture, page)
    notes = [*picture.info.get("notes", ())]
    if corners:
        picture = straighten(picture, corners)
        notes.append("The sheet of paper was cut out of the photo and straightened; page='none' leaves it as it is.")
    if picture.info.get("painting"):
        notes.append("A painting is saved in this file; resume goes on with it.")
    if extract_lines:
        small = picture.copy()
        small.thumbnail((LINE_ART_SIDE, LINE_ART_SIDE), Image.Resampling.LANCZOS)
        drawing = extract_line_art(small).resize(picture.size, Image.Resampling.BICUBIC)
    elif corners:
        drawing = flatten(picture.convert("L") if has_colored_areas(picture) else picture, SHEET_STROKE)
    else:
        drawing = _ink_on_white(picture)
    drawing.info |= {key: picture.info[key] for key in ("dpi", "icc_profile") if key in picture.info}
    drawing.info["notes"] = tuple(notes)
    drawing.info["opened"] = {"page": corners or "none", "page_number": page_number}
    return drawing


def open_painting(source: Source) -> tuple[Image.Image, dict[str, Any]]:
    """The drawing, "L", and the state of the painting in a .psd or .ora that `Painting.save` wrote.

    Raises OSError as `open_picture`, ValueError for a file without a painting.
    """
    picture = open_picture(source)
    if (state := picture.info.get("painting")) is None:
        raise ValueError(
            "This file holds no painting to go on with: give a .psd or .ora as Painting.save wrote it, or a drawing "
            "and the dict that Painting.to_dict() gave."
        )
    drawing = picture.convert("L")  # the layer of lines: the drawing to the bit
    drawing.info = {key: picture.info[key] for key in ("dpi", "icc_profile") if key in picture.info}
    drawing.info["notes"] = ("This painting was taken up where it was saved.",)
    return drawing, state


def looks_colored(picture: Image.Image) -> bool:
    """Whether an "RGB" picture has colors already, see `paper.looks_colored`; of a photo of paper, only the sheet."""
    corners = find_sheet(picture.convert("RGB"))
    return has_colored_areas(straighten(picture.convert("RGB"), corners) if corners else picture)


def _ink_on_white(picture: Image.Image) -> Image.Image:
    luminance = picture.convert("L")
    if has_colored_areas(picture):
        ink = picture = luminance
    else:
        picture = ImageOps.invert(picture) if is_light_on_dark(luminance) else picture
        ink = functools.reduce(ImageChops.darker, picture.split())  # even a yellow pencil is dark in blue
    return ink if is_clean(ink) else flatten(picture)


def working_size(size: tuple[int, int], long_side: int = 512) -> tuple[int, int]:
    """The (width, height) at which the networks see a drawing of `size`: same aspect, `long_side` at most, 1 at least.

    A smaller drawing keeps its size, but one under half of `long_side` is enlarged to half: the networks know no finer.
    """
    width, height = size
    scale = min(max(1, long_side / 2 / max(size)), long_side / max(size))
    return max(1, round(width * scale)), max(1, round(height * scale))


def to_sketch(drawing: Image.Image, size: tuple[int, int] | None = None) -> torch.Tensor:
    """The sketch X of a drawing.

    Args:
        drawing: ink on white.
        size: (width, height) of the sketch; the drawing's own by default.

    Returns:
        (1, 1, H, W) float32 in [-1, 1], paper = 1.
    """
    drawing = drawing.convert("L")
    if size is not None and size != drawing.size:
        # Averaged over 8 by 8 pixels a thin line would be a hint of gray. Thickened by half an output pixel first, it
        # keeps half a pixel's worth of ink at least, and thick lines do not get noticeably fatter.
        shrink = [drawing.height / size[1], drawing.width / size[0]]
        window = [1 + int(factor / 2) for factor in shrink]
        drawing = Image.fromarray(ndimage.minimum_filter(np.asarray(drawing), size=window))
        drawing = drawing.resize(size, Image.Resampling.BOX if max(shrink) > 1 else Image.Resampling.BICUBIC)
    return torch.from_numpy(np.array(drawing, dtype=np.float32) / 127.5 - 1)[None, None]


def to_color_image(image: Image.Image) -> torch.Tensor:
    """(1, 3, H, W) float32 in [-1, 1] of a picture."""
    values = torch.from_numpy(np.array(image.convert("RGB"), dtype=np.float32) / 127.5 - 1)  # (H, W, 3)
    return values.permute(2, 0, 1)[None].contiguous()


def to_pil(color_image: torch.Tensor) -> Image.Image:
    """The "RGB" picture of a color image (1, 3, H, W) or (3, H, W) in [-1, 1], on any device, in any float type.

    What lies outside the range is clipped. Raises ValueError for another shape.
    """
    if color_image.ndim == 4 and len(color_image) == 1:
        color_image = color_image[0]
    if color_image.ndim != 3 or len(color_image) != 3:
        raise ValueError(f"A color image of shape {tuple(color_image.shape)} is no single picture: give (3, H, W).")
    values = color_image.detach().float().cpu().clamp(-1, 1).add(1).mul(127.5).round().to(torch.uint8)
    return Image.fromarray(values.permute(1, 2, 0).numpy())
