"""The networks of the lite configuration, over cells: f looks at a drawing once, g colors it after each answer."""

from .colorization import CellColorizationNetwork, CellColors
from .looking import Look, look, look_at
from .segmentation import CellFeatures, CellSegmentationNetwork

__all__ = [
    "CellColorizationNetwork",
    "CellColors",
    "CellFeatures",
    "CellSegmentationNetwork",
    "Look",
    "look",
    "look_at",
]
