"""One drawing being colored: answers, surgery, undo, and the picture that follows from them."""

from .painting import Answers, Painting
from .region import Region

__all__ = ["Answers", "Painting", "Region"]
