"""What of a picture is the page: all of it, the sheet of paper that is found in it, or what lies between corners."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from .sheets import find_sheet
from .straightening import Corners, area, clockwise, turns

Page = str | Sequence[Sequence[float]]  # "auto", "none", or four corners


def page_of(picture: Image.Image, page: Page = "auto") -> Corners | None:
    """The corners of the sheet in a picture: looked for, or as given; None where there is no sheet, or for "none".

    Raises ValueError for what is neither "auto", "none" nor four corners of a convex figure in the picture.
    """
    page = read_page(page)
    if isinstance(page, str):
        return find_sheet(picture) if page == "auto" else None
    corners = np.array(page)
    if (corners < -0.5 * max(picture.size)).any() or (corners > 1.5 * max(picture.size)).any():
        raise ValueError(f"page has a corner far outside the picture of {picture.width}x{picture.height} pixels.")
    corners = clockwise(corners)
    if turns(corners).min() <= 0 or area(corners) < 64:
        raise ValueError("page is no figure with four corners, or hardly larger than a point: give the sheet's own.")
    return tuple(map(tuple, corners.tolist()))


def read_page(page: object) -> Page:
    """ "auto", "none" or four corners (x, y), which may come as text, "x,y x,y x,y x,y". Raises ValueError for else."""
    if isinstance(page, str) and page in ("auto", "none"):
        return page
    try:
        pairs = page
        if isinstance(page, str):
            numbers = page.replace(",", " ").replace(";", " ").split()
            pairs = zip(numbers[::2], numbers[1::2], strict=True)
        corners = [(float(x), float(y)) for x, y in pairs]
    except (TypeError, ValueError, OverflowError):
        corners = []
    if len(corners) != 4 or not np.isfinite(corners).all():
        given = " ".join(repr(page).split())[:80]
        raise ValueError(f"page is {given}: give 'auto', 'none' or four corners (x, y).")
    return corners
