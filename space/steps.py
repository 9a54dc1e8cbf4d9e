"""What a visitor can do with a painting, each step once; what is wrong with it is a ValueError of one sentence."""

import texts
from colors import parse_color
from guiding_painter import Painting, Region


def question(painting: Painting) -> str:
    """The question as Markdown, or what to do at the end."""
    region = painting.next_region()
    if region is None:
        return texts.FINISHED
    number = painting.regions.index(region) + 1
    area = "under 1%" if region.area < 0.01 else f"{region.area:.0%}"
    return texts.QUESTION.format(number=number, total=len(painting.regions), area=area)


def apply_color(painting: Painting | None, color: str | None) -> Painting:
    """Answer the question with a color such as "#e07a5f". Returns the next question, as after opening."""
    region = _asked(painting)
    painting.paint(region, parse_color(color))
    return painting


def skip_region(painting: Painting | None) -> Painting:
    """Leave the region in question to the model. Returns the next question, as after opening."""
    region = _asked(painting)
    painting.skip(region)
    return painting


def undo_answer(painting: Painting | None) -> Painting:
    """Take the last answer or skip back. Returns its question again, as after opening."""
    if existing(painting).undo() is None:
        raise ValueError(texts.NOTHING_TO_UNDO)
    return painting


def existing(painting: Painting | None) -> Painting:
    """The visitor's painting. Raises ValueError where it has expired or none was opened."""
    if painting is None:
        raise ValueError(texts.EXPIRED)
    return painting


def _asked(painting: Painting | None) -> Region:
    """The region in question. Raises ValueError at the end."""
    region = existing(painting).next_region()
    if region is None:
        raise ValueError(texts.ALL_ANSWERED)
    return region
