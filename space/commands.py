"""What a visitor can ask for with a painting, each command once; what is wrong with it is a Trouble of one sentence.

A step is what one undo takes back, an answer, a skip or a change of regions, and has a frame in the strip. Most
commands make one; `choose` and `back` make none, `finish` makes one a region.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from css_colors import read_color
from guiding_painter import Region
from texts import Trouble
from views import frame, parse_point
from visits import Visit

RECENT = 8  # colors
COMMON = (
    "#ffffff", "#1f1f24", "#8c8c94", "#f6d3b3", "#c68863", "#7a4a2b", "#d9a441", "#f2d94e",
    "#d8413c", "#f29fb5", "#8e5ea2", "#3f6fb5", "#9fd3ee", "#4f9a57", "#a9cf74",
)  # fmt: skip
Command = Callable[..., Region | None]


def asked(visit: Visit) -> Region | None:
    """The region in question: the one that was chosen, or the next in the model's order; None at the end."""
    for region in visit.painting.regions:
        if region.index == visit.selected:
            return region
    return visit.painting.next_region()


def place(visit: Visit) -> int:
    """Where the region in question is in the model's order, from 0; at the end the number of regions."""
    region = asked(visit)
    return visit.painting.regions.index(region) if region else len(visit.painting.regions)


def swatches(visit: Visit) -> dict[str, Any]:
    """The colors to offer for the region in question, "#rrggbb" each.

    "color" is the answer it has or the "suggestion"; "palette" are the colors of this picture, by region; "recent" the
    last ones used; "common" ones are always there. "asking" is False at the end.
    """
    region = asked(visit)
    suggestion = region.suggested_color if region else "#ffffff"
    return {
        "asking": region is not None,
        "color": (region.color if region else None) or suggestion,
        "suggestion": suggestion,
        "palette": list(dict.fromkeys(other.color for other in visit.painting.regions if other.color)),
        "recent": visit.recent,
        "common": list(COMMON),
    }


def begin(visit: Visit) -> None:
    """Makes the strip of a painting that was just opened; of one with a history, by going through it again."""
    painting = visit.painting
    while painting.undo() is not None:
        visit.step += 1
    visit.frames = [frame(painting, None)]
    while (region := painting.redo()) is not None:
        visit.frames.append(frame(painting, region))
    for _ in range(visit.last_step - visit.step):
        painting.undo()


def _recorded(kind: str) -> Callable[[Command], Callable[..., None]]:
    """A command that goes into the record; it returns the region that it was about."""

    def decorate(command: Command) -> Callable[..., None]:
        @wraps(command)
        def run(visit: Visit, *args: Any) -> None:
            began = time.monotonic()
            region = command(visit, *args)
            visit.record.add(kind, began, region and region.index, region and region.color)

        return run

    return decorate


@_recorded("paint")
def apply_color(visit: Visit, color: object) -> Region:
    """Answers the region in question, with a color in any form that a picker sends."""
    region, rgb = _asked(visit), read_color(color)
    visit.painting.paint(region, rgb)
    visit.recent = list(dict.fromkeys([region.color, *visit.recent]))[:RECENT]
    return _done(visit, region)


@_recorded("skip")
def skip_region(visit: Visit) -> Region:
    """Leaves the region in question to the model."""
    region = _asked(visit)
    visit.painting.skip(region)
    return _done(visit, region)


@_recorded("model")
def finish(visit: Visit, progress: Callable[[int, int], None] = lambda done, total: None) -> None:
    """Accepts the model's suggestion for every region that is left."""
    painting = visit.painting
    left = sum(region.index not in painting.answers for region in painting.regions)
    visit.selected = None
    for number in range(left):
        progress(number, left)
        region = painting.next_region()
        painting.paint(region, region.suggested_color)
        _done(visit, region)


@_recorded("undo")
def undo(visit: Visit) -> Region:
    """Takes the last step back, an answer, a skip or a tool, and asks about its region again."""
    if (region := visit.painting.undo()) is None:
        raise Trouble("NOTHING_TO_UNDO")
    visit.step -= 1
    visit.selected = region.index
    return region


@_recorded("redo")
def redo(visit: Visit) -> Region:
    """Brings back what was undone last."""
    if (region := visit.painting.redo()) is None:
        raise Trouble("NOTHING_TO_REDO")
    visit.step += 1
    visit.selected = None
    return region


@_recorded("go back")
def go_to(visit: Visit, step: object) -> None:
    """Goes to where the painting was after so many steps, back or forth; 0 is the beginning."""
    if type(step) is not int or not 0 <= step <= visit.last_step:
        raise Trouble("NO_STEP", step=repr(step)[:60], last=visit.last_step)
    while visit.step > step:
        visit.painting.undo()
        visit.step -= 1
    while visit.step < step:
        visit.painting.redo()
        visit.step += 1
    visit.selected = None


def back(visit: Visit) -> None:
    """Asks about the region before the one in question, whether it has an answer or not."""
    if (before := place(visit) - 1) < 0:
        raise Trouble("NOTHING_BEFORE")
    visit.selected = visit.painting.regions[before].index


def choose(visit: Visit, point: object) -> None:
    """Asks about the region under a point, (x, y) in pixels of the drawing."""
    visit.selected = _region_at(visit, point).index


def choose_index(visit: Visit, index: object) -> None:
    """Asks about a region by its index."""
    known = [region.index for region in visit.painting.regions]
    if type(index) is not int or index not in known:
        raise Trouble("NO_REGION", region=repr(index)[:60], known=", ".join(map(str, known)))
    visit.selected = index


@_recorded("split")
def split(visit: Visit, point: object) -> Region:
    """Splits the region under a point into its connected parts and asks about the one under the point."""
    region = _possible("NO_SPLIT", visit.painting.split, _region_at(visit, point))[0]
    return _changed(visit, region, _region_at(visit, point).index)


@_recorded("cut")
def cut(visit: Visit, start: object, end: object) -> Region:
    """Cuts the region under the middle of a straight line along it and asks about one side."""
    (left, top), (right, bottom) = parse_point(start), parse_point(end)
    region = _region_at(visit, ((left + right) / 2, (top + bottom) / 2))
    parts = _possible("NO_CUT", visit.painting.cut, region, [start, end])
    return _changed(visit, parts[0], parts[1].index)


@_recorded("merge")
def merge(visit: Visit, point: object) -> Region:
    """Makes one region of the one in question and the one under a point, and asks about it."""
    region = _possible("NO_MERGE", visit.painting.merge, _asked(visit), _region_at(visit, point))
    return _changed(visit, region, region.index)


@_recorded("move")
def move_cell(visit: Visit, point: object) -> Region:
    """Gives the line-bounded area under a point to the region in question and goes on asking about that."""
    _region_at(visit, point)
    region = _possible("NO_MOVE", visit.painting.move_cell, point, _asked(visit))
    return _changed(visit, region, region.index)


@_recorded("recut")
def recut(visit: Visit, gap: object) -> None:
    """Cuts the drawing anew, with openings in lines closed up to another width."""
    visit.painting.recut(gap)
    _done(visit, visit.painting.regions[0])


def _asked(visit: Visit) -> Region:
    if (region := asked(visit)) is None:
        raise Trouble("ALL_ANSWERED")
    return region


def _region_at(visit: Visit, point: object) -> Region:
    try:
        return visit.painting.region_at(point)
    except ValueError:
        raise Trouble("OUTSIDE") from None


def _possible(otherwise: str, surgery: Callable[..., Any], *args: Any) -> Any:
    """What surgery gives. Its reasons against are in English and name pixels, so the texts have one for each tool."""
    try:
        return surgery(*args)
    except ValueError:
        raise Trouble(otherwise) from None


def _done(visit: Visit, region: Region) -> Region:
    """After an answer: its frame, and on in the model's order."""
    visit.frames[visit.step + 1 :] = [frame(visit.painting, region)]
    visit.step += 1
    visit.selected = None
    return region


def _changed(visit: Visit, region: Region, selected: int) -> Region:
    """After surgery: its frame, and the region to ask about next."""
    _done(visit, region)
    visit.selected = selected
    return region
