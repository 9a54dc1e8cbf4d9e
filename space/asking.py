"""Which region is in question, and how a visitor chooses another one, or what is meant by a number or a point.

The question is the region that was chosen, or the next in the model's order; choosing is no step, and not undone.
"""

from guiding_painter import Region
from texts import Trouble
from visits import Visit


def asked(visit: Visit) -> Region | None:
    """The region in question: the one that was chosen, or the next in the model's order; None at the end."""
    for region in visit.painting.regions:
        if region.index == visit.selected:
            return region
    return visit.painting.next_region(visit.panel)


def question_of(visit: Visit) -> Region:
    """The region in question. Raises Trouble at the end, where there is none."""
    if (region := asked(visit)) is None:
        raise Trouble("ALL_ANSWERED")
    return region


def place(visit: Visit) -> int:
    """Where the region in question is in the model's order, from 0; at the end the number of regions."""
    region = asked(visit)
    return visit.painting.regions.index(region) if region else len(visit.painting.regions)


def choose(visit: Visit, point: object) -> None:
    """Asks about the region under a point, (x, y) in pixels of the drawing."""
    _select(visit, region_at(visit, point))


def choose_index(visit: Visit, index: object) -> None:
    """Asks about a region by its index."""
    _select(visit, region_of(visit, index))


def choose_panel(visit: Visit, number: object) -> None:
    """Goes on in a panel of a page, by its number from 0; where all of it has an answer, with its first region."""
    panels = visit.painting.prepared.panels
    if type(number) is not int or panels is None or not 0 <= number < len(panels.boxes):
        raise Trouble("NO_PANEL")
    visit.panel, visit.selected = number, None
    if (region := asked(visit)) is None or region.panel != number:
        own = [other.index for other in visit.painting.regions if other.panel == number]
        visit.selected = own[0] if own else None


def region_at(visit: Visit, point: object) -> Region:
    """The region under a point, (x, y) in pixels of the drawing. Raises Trouble for what is no point on it."""
    try:
        return visit.painting.region_at(point)
    except ValueError:
        raise Trouble("OUTSIDE") from None


def region_of(visit: Visit, index: object) -> Region:
    """The region of an index. Raises Trouble, which names those that there are, for what is none."""
    for region in visit.painting.regions:
        if type(index) is int and region.index == index:
            return region
    known = ", ".join(str(region.index) for region in visit.painting.regions)
    raise Trouble("NO_REGION", region=repr(index)[:60], known=known)


def _select(visit: Visit, region: Region) -> None:
    """Asks about a region, and goes on in its panel, where there are any."""
    visit.selected, visit.panel = region.index, region.panel
