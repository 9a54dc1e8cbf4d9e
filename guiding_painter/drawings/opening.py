"""Any picture opened as ink on white paper."""

import functools
from typing import Any

from PIL import Image, ImageChops, ImageOps

from ..notes import Note
from .crayon import fill_crayon
from .line_art import extract_line_art, has_only_lines
from .page_choice import Page, page_of
from .paper import flatten, has_broad_pens, has_underdrawing, is_clean, is_light_on_dark
from .paper import looks_colored as has_colored_areas
from .pictures import Source, open_picture
from .ruling import remove_ruling
from .sheets import find_sheet
from .straightening import Corners, straighten

UNDERDRAWINGS = ("auto", "keep", "drop")

SHEET_STROKE = 1 / 40  # of a sheet: the shadow of a hand or phone is wider, and nothing else darkens its border

FLAT_COLORS = 4096  # at most, of a picture drawn on one color: a soft line mixes its own with that

LINE_ART_SIDE = 1024  # long side in pixels at which lines are extracted: finer edges of a larger photo are texture


def open_drawing(
    source: Source,
    extract_lines: bool = False,
    underdrawing: str = "auto",
    page: Page = "auto",
    page_number: int = 1,
    grayscale: bool = False,
) -> Image.Image:
    """Opens a drawing as ink on white paper, whatever paper and light it was photographed or scanned with.

    What is clean already, and the drawing in a .psd or .ora of `Painting.save`, stays as it is, to the bit. A photo of
    a sheet becomes the sheet, see `sheets.find_sheet`; all else is divided by its paper, see `paper.flatten`. Lines of
    any color are ink, light ones on dark are inverted, a colored picture, see `looks_colored`, is its luminance.

    Args:
        source: as for `open_picture`.
        extract_lines: make line art out of a colored picture instead, see `extract_line_art`.
        underdrawing: pale colored lines: "drop" leaves them out, "keep" takes them for ink, "auto" leaves out those of
            one hue, blue or red, below black ones. Lines of ruled paper are left out unless "keep" is given.
        page: "auto" looks for a sheet of paper in a photo, "none" takes all of the picture; or the four corners
            of the sheet in pixels of the picture, (x, y) each or as text, "x,y x,y x,y x,y".
        page_number: of a PDF or TIFF, from 1.
        grayscale: open a gray picture instead, its luminance as it is, for networks that color such.

    Returns:
        an "L" image of the picture's, or the sheet's, own size, 255 = paper; its `info` holds "dpi" and "icc_profile"
        as that of `open_picture` does, "notes", each a `Note` on what was done to it, "flattened", whether its paper
        had a shade or grain, "grayscale", and "opened", what opens it again: {"page": ..., "page_number": 1}.

    Raises OSError, ValueError as `open_picture`; ValueError for arguments out of range, and for line art as gray.
    """
    _check(extract_lines, underdrawing, grayscale)
    picture = _without_colors(open_picture(source, page_number))
    corners = _corners(picture, page, grayscale)
    picture = straighten(picture, corners) if corners else picture
    drawing = _gray(picture) if grayscale else _drawn(picture, extract_lines, underdrawing, is_sheet=bool(corners))
    opened = {"page": corners or "none", "page_number": picture.info.get("page_number", 1)}
    drawing.info = {"grayscale": grayscale, "opened": opened, **_kept(picture, drawing, is_sheet=bool(corners))}
    return drawing


def _check(extract_lines: bool, underdrawing: str, grayscale: bool) -> None:
    if underdrawing not in UNDERDRAWINGS:
        raise ValueError(f"underdrawing is {underdrawing!r}: give one of {', '.join(UNDERDRAWINGS)}.")
    if grayscale and extract_lines:
        raise ValueError("This model colors gray pictures: leave extract_lines out, or take a model of line drawings.")


def _corners(picture: Image.Image, page: Page, grayscale: bool) -> Corners | None:
    """Of the sheet to cut out; a photo to be colored is no photo of a sheet unless its corners are named."""
    return None if "painting" in picture.info or (grayscale and page == "auto") else page_of(picture, page)


def _gray(picture: Image.Image) -> Image.Image:
    luminance = picture.convert("L")
    if has_only_lines(luminance):
        raise ValueError(
            "This is line art on white paper and this model colors gray pictures: give one with shades of gray, or "
            "take a model of line drawings."
        )
    return luminance


def _drawn(picture: Image.Image, extract_lines: bool, underdrawing: str, is_sheet: bool) -> Image.Image:
    if "painting" in picture.info:
        return picture.convert("L")
    return _lines(picture) if extract_lines else _ink_on_white(picture, underdrawing, is_sheet)


def _lines(picture: Image.Image) -> Image.Image:
    small = picture.copy()
    small.thumbnail((LINE_ART_SIDE, LINE_ART_SIDE), Image.Resampling.LANCZOS)
    small = fill_crayon(small) if small.mode == "RGB" else small
    return extract_line_art(small).resize(picture.size, Image.Resampling.BICUBIC)


def _kept(picture: Image.Image, drawing: Image.Image, is_sheet: bool) -> dict[str, Any]:
    kept = {key: picture.info[key] for key in ("dpi", "icc_profile") if key in picture.info}
    notes = _notes(picture, is_sheet, drawing.info.get("ruled", False))
    return kept | {"flattened": drawing.info.get("flattened", False), "notes": notes}


def _notes(picture: Image.Image, is_sheet: bool, is_ruled: bool) -> tuple[Note, ...]:
    notes = [*picture.info.get("notes", ())]
    if is_sheet:
        notes.append(Note("sheet"))
    if is_ruled:
        notes.append(Note("ruling"))
    if picture.info.get("painting"):
        notes.append(Note("holds_painting"))
    return tuple(notes)


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
    drawing = open_drawing(picture)
    drawing.info["notes"] = (Note("resumed"),)
    return drawing, state


def looks_colored(picture: Image.Image) -> bool:
    """Whether an "RGB" picture has colors already, see `paper.looks_colored`; of a photo of paper, only the sheet."""
    corners = find_sheet(picture.convert("RGB"))
    return has_colored_areas(straighten(picture.convert("RGB"), corners) if corners else picture)


def _ink_on_white(picture: Image.Image, underdrawing: str, is_sheet: bool) -> Image.Image:
    luminance, plain = picture.convert("L"), None
    light_on_dark = is_light_on_dark(luminance)
    if picture.mode == "RGB" and has_colored_areas(picture, light_on_dark):
        ink = picture = luminance
    else:
        picture = _dark_on_light(picture) if light_on_dark else picture
        plain = None if underdrawing == "keep" else remove_ruling(picture)
        picture = plain or picture
        if picture.mode == "L":  # what follows is about colors, and takes its time
            ink = picture
        elif underdrawing == "drop" or (underdrawing == "auto" and has_underdrawing(picture)):
            # A pale blue line is white in blue, a pale red one in red; black is dark in all three.
            ink = picture = functools.reduce(ImageChops.lighter, picture.split())
        else:
            ink = functools.reduce(ImageChops.darker, picture.split())  # even a yellow pencil is dark in blue
    if is_sheet or not is_clean(ink):
        drawing = flatten(picture, *[SHEET_STROKE] * is_sheet)
        drawing.info["flattened"] = True
    else:
        drawing = _saturated(picture, ink) if picture.mode == "RGB" and has_broad_pens(picture) else ink
    drawing.info["ruled"] = plain is not None
    return drawing


def _dark_on_light(picture: Image.Image) -> Image.Image:
    """Light lines on a dark ground inverted; that of an "RGB" picture, if it is of one flat color, becomes white."""
    if picture.mode == "L":
        return ImageOps.invert(picture)
    ground = max(picture.getcolors(FLAT_COLORS) or [(0, None)])
    if ground[0] < 0.5 * picture.width * picture.height:
        return ImageOps.invert(picture)
    return ImageOps.invert(ImageChops.subtract(picture, Image.new("RGB", picture.size, ground[1])))


def _without_colors(picture: Image.Image) -> Image.Image:
    """An "RGB" picture in "L" where its three channels are the same: red and blue are its luminance, so green is."""
    luminance = picture.convert("L")
    if any(ImageChops.difference(picture.getchannel(band), luminance).getbbox() for band in "RB"):
        return picture
    luminance.info = picture.info
    return luminance


def _saturated(picture: Image.Image, ink: Image.Image) -> Image.Image:
    """Pink and yellow strokes as dark as any: darkest channel less twice the chroma, still linear at soft edges."""
    lightest = functools.reduce(ImageChops.lighter, picture.split())
    chroma = ImageChops.subtract(lightest, ink)
    return ImageChops.subtract(ImageChops.subtract(ink, chroma), chroma)
