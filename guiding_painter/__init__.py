"""Guiding Painter: model-guided sketch colorization. The model asks for colors, the most helpful answer first."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .cell_networks import CellColorizationNetwork, CellSegmentationNetwork
    from .colorization import ColorizationNetwork
    from .discriminator import PatchDiscriminator
    from .painting import Painting, Region
    from .pipeline import GuidingPainterOutput, GuidingPainterPipeline
    from .segmentation import SegmentationNetwork

__all__ = [
    "CellColorizationNetwork",
    "CellSegmentationNetwork",
    "ColorizationNetwork",
    "GuidingPainterOutput",
    "GuidingPainterPipeline",
    "Painting",
    "PatchDiscriminator",
    "Region",
    "SegmentationNetwork",
]

_ROOMS = {
    "CellColorizationNetwork": "cell_networks",
    "CellSegmentationNetwork": "cell_networks",
    "ColorizationNetwork": "colorization",
    "GuidingPainterOutput": "pipeline",
    "GuidingPainterPipeline": "pipeline",
    "Painting": "painting",
    "PatchDiscriminator": "discriminator",
    "Region": "painting",
    "SegmentationNetwork": "segmentation",
}


def __getattr__(name: str):
    # diffusers takes seconds to import; `guiding-painter --help` and the plain functions do without it.
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_ROOMS[name]}", __name__), name)
