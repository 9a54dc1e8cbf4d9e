"""One drawing being colored: answers, surgery, undo, and the picture that follows from them."""

from .beliefs import Beliefs
from .cell_view import CellView
from .model_view import Colorize, ModelView, colorize_panels
from .numbered_map import numbered_map
from .painting import CONFIDENT, Answers, Painting
from .proposal import Proposal
from .recutting import carried
from .region import Region
from .reopening import reopen
from .saved import Opened, SavedPainting

__all__ = [
    "CONFIDENT",
    "Answers",
    "Beliefs",
    "CellView",
    "Colorize",
    "ModelView",
    "Opened",
    "Painting",
    "Proposal",
    "Region",
    "SavedPainting",
    "carried",
    "colorize_panels",
    "numbered_map",
    "reopen",
]
