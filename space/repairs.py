"""What a visitor can change where the model has cut a drawing wrongly, each command once, as in `commands`."""

from collections.abc import Callable
from typing import Any

from asking import question_of, region_at
from commands import check_room, done, recorded
from guiding_painter import Region
from texts import Trouble
from views import parse_point
from visits import Visit

MAX_STROKE = 1000  # points


@recorded("split")
def split(visit: Visit, point: object) -> Region:
    """Splits the region under a point into its connected parts and asks about the one under the point."""
    region = _possible(visit, "NO_SPLIT", visit.painting.split, region_at(visit, point))[0]
    return _changed(visit, region, region_at(visit, point).index)


@recorded("cut")
def cut(visit: Visit, start: object, end: object) -> Region:
    """Draws a straight border from one point to another and asks about what it parts off."""
    parts = _possible(visit, "NO_CUT", visit.painting.draw_border, [parse_point(start), parse_point(end)])
    return _changed(visit, parts[0], parts[0].index)


@recorded("border")
def draw_border(visit: Visit, stroke: object) -> Region:
    """Draws a border along a stroke and asks about what it parts off."""
    parts = _possible(visit, "NO_BORDER", visit.painting.draw_border, _points(stroke))
    return _changed(visit, parts[0], parts[-1].index)


@recorded("erase")
def erase_border(visit: Visit, stroke: object) -> Region:
    """Makes the areas that a stroke runs through one, of the region in which it begins, and asks about that."""
    region = _possible(visit, "NO_ERASE", visit.painting.erase_border, _points(stroke))
    return _changed(visit, region, region.index)


@recorded("merge")
def merge(visit: Visit, point: object) -> Region:
    """Makes one region of the one in question and the one under a point, and asks about it."""
    region = _possible(visit, "NO_MERGE", visit.painting.merge, question_of(visit), region_at(visit, point))
    return _changed(visit, region, region.index)


@recorded("move")
def move_cell(visit: Visit, point: object) -> Region:
    """Gives the line-bounded area under a point to the region in question and goes on asking about that."""
    region_at(visit, point)
    region = _possible(visit, "NO_MOVE", visit.painting.move_cell, point, question_of(visit))
    return _changed(visit, region, region.index)


@recorded("recut")
def recut(visit: Visit, gap: object) -> None:
    """Cuts the drawing anew, with openings in lines closed up to another width."""
    check_room(visit)
    visit.painting.recut(gap)
    done(visit, visit.painting.regions[0], gap=gap)


def _points(stroke: object) -> list[tuple[float, float]]:
    if not isinstance(stroke, list) or len(stroke) < 2:
        raise Trouble("OUTSIDE")
    if len(stroke) > MAX_STROKE:
        raise Trouble("LONG_STROKE", most=MAX_STROKE)
    return [parse_point(point) for point in stroke]


def _possible(visit: Visit, otherwise: str, surgery: Callable[..., Any], *args: Any) -> Any:
    """What surgery gives. Its reasons against are in English and name pixels, so the texts have one for each tool."""
    check_room(visit)
    try:
        return surgery(*args)
    except ValueError:
        raise Trouble(otherwise) from None


def _changed(visit: Visit, region: Region, selected: int) -> Region:
    """After surgery: its frame, and the region to ask about next."""
    done(visit, region)
    visit.selected = selected
    return region
