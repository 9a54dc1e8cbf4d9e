"""What a visitor can ask for with a painting, each command once; what is wrong with it is a Trouble of one sentence.

A step is what one undo takes back: an answer, to one region or to several, a skip, a change of regions, or all that the
model finished at once. It has a picture in the strip. `take_palette` makes none.
"""

import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from asking import asked, question_of, region_of
from css_colors import read_color
from guiding_painter import Painting, Region
from guiding_painter.colors import to_hex
from guiding_painter.palettes import KNOWN_SUFFIXES, open_palette
from texts import Trouble
from uploads import MAX_STEPS, check_picture, read_file
from views import frame, proposal_picture
from visits import UndoStep, Visit, Visits

PROPOSALS = 4  # whole colorings to begin with
RECENT = 8  # colors
OWN = 16  # colors of a palette or picture that a visitor brings
COMMON = (
    "#ffffff", "#1f1f24", "#8c8c94", "#f6d3b3", "#c68863", "#7a4a2b", "#d9a441", "#f2d94e",
    "#d8413c", "#f29fb5", "#8e5ea2", "#3f6fb5", "#9fd3ee", "#4f9a57", "#a9cf74",
)  # fmt: skip
Command = Callable[..., Region | None]


def swatches(visit: Visit) -> dict[str, list[str]]:
    """The colors to offer for the region in question, "#rrggbb" each.

    "suggestions" are the likeliest, "palette" the colors of this picture, "own" those that the visitor brought,
    "recent" the last ones used; "common" ones are always there.
    """
    region = asked(visit)
    return {
        "suggestions": region.suggested_colors if region else [],
        "palette": list(dict.fromkeys(other.color for other in panels_only(visit.painting) if other.color)),
        "own": visit.palette,
        "recent": visit.recent,
        "common": list(COMMON),
    }


def panels_only(painting: Painting) -> list[Region]:
    """The regions but the gutters of a page, which nobody asks about."""
    panels = painting.prepared.panels
    return [region for region in painting.regions if not panels or region.panel < len(panels.boxes)]


def open_alike(visit: Visit, region: Region) -> list[Region]:
    """The regions that the model takes for alike and that have no color yet."""
    return [other for other in visit.painting.similar(region) if not other.color]


def begin(visit: Visit, steps: list[UndoStep] | None = None) -> None:
    """Makes the strip of a painting that was just opened; of one with a history, by going through it again.

    Args:
        steps: what of its history belongs together, see `Visit`; where they do not fit, every action is a step.
    """
    painting = visit.painting
    done = _to_the_beginning(painting)
    pictures = [frame(painting)]
    while painting.redo() is not None:
        pictures.append(frame(painting))
    total = len(pictures) - 1
    ends = [0]
    for step in steps or ():
        ends.append(ends[-1] + step.actions)
    if ends[-1] != total or done not in ends:
        steps, ends = [UndoStep(1, visit.gap)] * total, list(range(total + 1))
    visit.steps, visit.frames = list(steps or ()), [pictures[end] for end in ends]
    visit.step = ends.index(done)
    for _ in range(total - done):
        painting.undo()


def recorded(kind: str) -> Callable[[Command], Callable[..., None]]:
    """A command that goes into the record; it returns the region that it was about."""

    def decorate(command: Command) -> Callable[..., None]:
        @wraps(command)
        def run(visit: Visit, *args: Any, **options: Any) -> None:
            began = time.monotonic()
            region = command(visit, *args, **options)
            visit.record.add(kind, began, region and region.index, region and region.color)

        return run

    return decorate


@recorded("paint")
def apply_color(visit: Visit, color: object, similar: bool = False) -> Region:
    """Answers the region in question, and those alike if asked for, with a color in any form that a picker sends."""
    check_flags(similar=similar)
    region, rgb = question_of(visit), read_color(color)
    return _painted(visit, [region, *(open_alike(visit, region) if similar else [])], rgb)


@recorded("paint")
def paint_regions(visit: Visit, indices: object, color: object, similar: bool = False) -> Region:
    """Gives regions, by their indices, one color, in one step. The question stays, unless it is answered."""
    if not isinstance(indices, list) or not indices:
        raise Trouble("ALL_ANSWERED")
    regions = [region_of(visit, index) for index in dict.fromkeys(map(_hashable, indices))]
    if similar:
        regions += [other for other in open_alike(visit, regions[0]) if other not in regions]
    selected = visit.selected
    region = _painted(visit, regions, read_color(color))
    if selected not in {region.index for region in regions}:
        visit.selected = selected
    return region


@recorded("skip")
def skip_region(visit: Visit) -> Region:
    """Leaves the region in question to the model."""
    region = question_of(visit)
    check_room(visit)
    visit.painting.skip(region)
    return done(visit, region)


@recorded("model")
def finish(
    visit: Visit,
    progress: Callable[[int, int], None] = lambda done, total: None,
    seconds: float = float("inf"),
    goes_on: bool = False,
) -> None:
    """Accepts the model's suggestions for all regions that are left, as they stand, in one step.

    Args:
        progress: is told how many are done, and of how many.
        seconds: stop after so long, with one region done at least.
        goes_on: more of the last step, where that was of this kind.
    """
    painting, began = visit.painting, time.monotonic()
    left = [(region, region.suggested_color) for region in painting.regions if region.index not in painting.answers]
    visit.selected, actions = None, 0
    if goes_on and visit.step == visit.last_step and visit.step and visit.steps[-1].by_model:
        actions = visit.steps[-1].actions
        visit.step -= 1
    before = actions
    for number, (region, color) in enumerate(left):
        if number and time.monotonic() - began > seconds:
            break
        progress(number, len(left))
        check_room(visit, actions - before)
        painting.paint(region, color)
        actions += 1
    if actions:
        done(visit, None, actions, by_model=True)


def propose(visits: Visits, name: object) -> list[str] | None:
    """Small pictures of whole colorings to begin with, which take longer to make than a question.

    They are made beside the visit, whose question may be answered meanwhile. None where that has happened already.
    """
    with visits.using(name) as visit:
        if visit.step:
            return None
        painting = visit.painting
        waiting = {region.index for region in painting.regions} - painting.answers.keys()
    with visits.cores.share():
        proposals = painting.proposals(PROPOSALS)
        if any(dict(proposal.colors).keys() != waiting for proposal in proposals):
            return None  # an answer came first, from which these would go on
        pictures = [proposal_picture(proposal) for proposal in proposals]
    with visits.using(name) as visit:
        if visit.painting is painting:
            visit.proposals = proposals
    return pictures


@recorded("take")
def take(visit: Visit, number: object) -> None:
    """Makes one of the offered colorings, by its number from 0, the guesses to go on from."""
    if type(number) is not int or not 0 <= number < len(visit.proposals):
        raise Trouble("NO_PROPOSAL")
    check_room(visit)
    visit.painting.take(visit.proposals[number])
    done(visit, None)


@recorded("undo")
def undo(visit: Visit) -> Region:
    """Takes the last step back, an answer, a skip or a tool, and asks about its region again."""
    if visit.step == 0:
        raise Trouble("NOTHING_TO_UNDO")
    region = _step_back(visit)
    visit.selected = region.index if region.index in {other.index for other in visit.painting.regions} else None
    return region


@recorded("redo")
def redo(visit: Visit) -> Region:
    """Brings back what was undone last."""
    if visit.step == visit.last_step:
        raise Trouble("NOTHING_TO_REDO")
    visit.selected = None
    return _step_forth(visit)


@recorded("go back")
def go_to(visit: Visit, step: object) -> None:
    """Goes to where the painting was after so many steps, back or forth; 0 is the beginning."""
    if type(step) is not int or not 0 <= step <= visit.last_step:
        raise Trouble("NO_STEP", step=repr(step)[:60], last=visit.last_step)
    while visit.step > step:
        _step_back(visit)
    while visit.step < step:
        _step_forth(visit)
    visit.selected = None


def take_palette(visit: Visit, path: Path) -> None:
    """Offers the colors of a file: a palette, or any picture."""
    if path.suffix.lower() not in KNOWN_SUFFIXES:
        check_picture(read_file(path))
    try:
        colors = open_palette(path, OWN)
    except (ValueError, OSError):
        raise Trouble("NO_PALETTE") from None
    visit.palette = [to_hex(color) for color in dict.fromkeys(colors)][:OWN]


def _to_the_beginning(painting: Painting) -> int:
    """Undoes everything but what opening a page does: its gutters are white. Returns how many actions that were."""
    done, panels = 0, painting.prepared.panels
    while painting.undo() is not None:
        done += 1
    if panels and (first := painting.redo()) is not None:
        if first.index == panels.gutters:
            return max(0, done - 1)
        painting.undo()
    return done


def _hashable(value: object) -> object:
    return value if isinstance(value, int) else repr(value)[:60]


def check_flags(**flags: object) -> None:
    """Raises Trouble for the first that is neither True nor False, by its name: "no" is a text, which Python holds for
    true."""
    for what, value in flags.items():
        if type(value) is not bool:
            raise Trouble("NOT_YES_OR_NO", what=what, value=repr(value)[:60])


def check_room(visit: Visit, more: int = 0) -> None:
    """Raises Trouble where a painting has as many actions as may be saved: each costs when it is taken up."""
    if sum(step.actions for step in visit.steps[: visit.step]) + more >= MAX_STEPS:
        raise Trouble("TOO_MANY_STEPS", most=MAX_STEPS)


def _painted(visit: Visit, regions: list[Region], color: tuple[int, int, int]) -> Region:
    check_room(visit, len(regions) - 1)
    for region in regions:
        visit.painting.paint(region, color)
    visit.recent = list(dict.fromkeys([to_hex(color), *visit.recent]))[:RECENT]
    return done(visit, regions[0], len(regions))


def _step_back(visit: Visit) -> Region:
    for _ in range(visit.steps[visit.step - 1].actions):
        region = visit.painting.undo()
    visit.step -= 1
    return region


def _step_forth(visit: Visit) -> Region:
    for _ in range(visit.steps[visit.step].actions):
        region = visit.painting.redo()
    visit.step += 1
    return region


def done(
    visit: Visit, region: Region | None, actions: int = 1, gap: str | None = None, by_model: bool = False
) -> Region | None:
    """After a step: its frame, and on in the model's order."""
    visit.steps[visit.step :] = [UndoStep(actions, gap or visit.gap, by_model)]
    visit.frames[visit.step + 1 :] = [frame(visit.painting)]
    visit.step += 1
    visit.selected = None
    return region
