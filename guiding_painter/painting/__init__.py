"""One drawing being colored: answers, surgery, undo, and the picture that follows from them."""

from .model_view import Colorize, colorize_panels
from .numbered_map import numbered_map
from .painting import Answers, Painting
from .region import Region
from .reopening import reopen
from .saved import Opened, SavedPainting

__all__ = [
    "Answers",
    "Colorize",
    "Opened",
    "Painting",
    "Region",
    "SavedPainting",
    "colorize_panels",
    "numbered_map",
    "reopen",
]
