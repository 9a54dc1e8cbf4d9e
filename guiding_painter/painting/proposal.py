"""One whole coloring that the model proposes."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from PIL import Image

from ..colors import RGB
from ..files import lay_lines
from .fills import flat_colors


class Proposed(Protocol):
    """What a proposal asks of its painting, see `Painting`."""

    @property
    def drawing(self) -> Image.Image: ...

    @property
    def region_map(self) -> np.ndarray: ...

    @property
    def answers(self) -> dict[int, RGB | None]: ...


@dataclass(frozen=True)
class Proposal:
    """A coloring of all regions of a painting that had no answer; `Painting.take` makes it the guesses to go on from.

    Args:
        painting: the one it was made for.
        colors: pairs of region index and (r, g, b).
    """

    painting: Proposed
    colors: tuple[tuple[int, RGB], ...]

    @property
    def image(self) -> Image.Image:
        """RGB at the drawing's own size, flat, with the lines on top."""
        answers = {index: color for index, color in self.painting.answers.items() if color}
        return lay_lines(flat_colors(self.painting.region_map, dict(self.colors) | answers), self.painting.drawing)
