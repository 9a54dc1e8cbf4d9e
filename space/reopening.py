"""A drawing opened anew, in another way: panel by panel or as one, or by other corners of the paper in a photo.

What was answered stays where it lies.
"""

import time
from typing import Any

import numpy as np
from PIL import Image

from commands import begin, panels_only
from guiding_painter import Painting
from guiding_painter.drawings import MAX_REGIONS, sheet_to_photo
from guiding_painter.painting import carried
from texts import Said, Trouble
from uploads import check_picture
from views import parse_point
from visits import UndoStep, Visit, check_panels

OUTSIDE = MAX_REGIONS - 1  # on a map, what was not there before
SIDE = 1024  # of the map on which old and new regions are compared
INSET = 0.06  # of a photo's sides: where the corners are offered while nobody has said where they are
MIN_AREA = 0.01  # of the photo between four corners


def is_photo(painting: Painting) -> bool:
    """Whether its file shows paper with a shade or grain, of which corners may be given."""
    return painting.opened.page != "none" or painting.drawing.info.get("flattened", False)


def photo_of(visit: Visit) -> tuple[Image.Image, list[list[float]]]:
    """The whole picture that a drawing was taken from, RGB, and where its corners are, as shares of its sides."""
    picture = check_picture(visit.original, visit.painting.opened.page_number)
    if (page := visit.painting.opened.page) != "none":
        return picture, [[x / picture.width, y / picture.height] for x, y in page]
    near, far = INSET, 1 - INSET
    return picture, [[near, near], [far, near], [far, far], [near, far]]


def set_corners(visit: Visit, corners: object) -> Said | None:
    """Opens a photo with the paper between these corners, shares of its sides as (x, y); None for the whole photo."""
    if corners is None:
        return _reopen(visit, page="none")
    if not isinstance(corners, list) or len(corners) != 4:
        raise Trouble("NO_CORNERS")
    shares = np.array([parse_point(corner) for corner in corners])
    if (shares < 0).any() or (shares > 1).any() or _area(shares) < MIN_AREA:
        raise Trouble("NO_CORNERS")
    photo = check_picture(visit.original, visit.painting.opened.page_number)
    try:
        return _reopen(visit, page=(shares * photo.size).tolist())
    except ValueError:  # the package's words, which are English
        raise Trouble("NO_CORNERS") from None


def by_panel(visit: Visit, on: object) -> Said | None:
    """Asks about a page panel by panel, or as one."""
    if on is True:
        check_panels(visit.painting.drawing)
    return _reopen(visit, page=visit.painting.opened.page, panels=on is True)


def _reopen(visit: Visit, **changes: Any) -> Said | None:
    """The colors that found no place are counted in what is said."""
    began, before, opened = time.monotonic(), visit.painting, visit.painting.opened
    options = {
        "extract_lines": opened.extract_lines, "underdrawing": opened.underdrawing, "gap": visit.gap,
        "page_number": opened.page_number, "panels": before.prepared.panels is not None,
    } | changes  # fmt: skip
    painting = visit.painter.open(check_picture(visit.original, opened.page_number), **options)
    given = {region.index: before.answers[region.index] for region in panels_only(before) if region.color}
    found = carried(*_maps(painting, before), given)
    kept = {region.index: found[region.index] for region in panels_only(painting) if region.index in found}
    for index, color in kept.items():
        painting.paint(index, color)
    steps = [UndoStep(len(kept), visit.gap)] if kept else []
    visit.painting, visit.selected, visit.panel, visit.proposals = painting, None, None, []
    visit.steps, visit.step = [], 0
    begin(visit, steps)
    visit.record.size, visit.record.regions = painting.drawing.size, len(painting.regions)
    visit.record.add("reopen", began)
    lost = len(set(given.values()) - set(kept.values()))
    return Said("COLORS_LOST", {"count": lost}) if lost else None


def _area(corners: np.ndarray) -> float:
    x, y = corners.T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def _maps(painting: Painting, before: Painting) -> tuple[np.ndarray, np.ndarray]:
    """(h, w) the regions of a painting, seen from a little farther, and those of the one before at the same places."""
    width, height = painting.drawing.size
    step = max(1, max(width, height) // SIDE)
    across, down = np.meshgrid(np.arange(0, width, step), np.arange(0, height, step))
    places = np.stack([across.ravel() + 0.5, down.ravel() + 0.5, np.ones(across.size)])
    x, y, w = np.linalg.inv(_to_photo(before)) @ _to_photo(painting) @ places
    columns, rows = (np.floor(value / w).astype(np.int64).reshape(across.shape) for value in (x, y))
    inside = (columns >= 0) & (rows >= 0) & (columns < before.drawing.width) & (rows < before.drawing.height)
    earlier = np.full(across.shape, OUTSIDE, dtype=np.int64)
    earlier[inside] = before.region_map[rows[inside], columns[inside]]
    return painting.region_map[::step, ::step], earlier


def _to_photo(painting: Painting) -> np.ndarray:
    page = painting.opened.page
    return np.eye(3) if page == "none" else sheet_to_photo(page, painting.drawing.size)
