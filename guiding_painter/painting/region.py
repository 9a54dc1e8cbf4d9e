"""One guided region of a painting."""

from typing import Protocol

import numpy as np
from PIL import Image
from scipy import ndimage

from ..colors import RGB, to_hex
from .beliefs import Beliefs
from .layouts import Layout, check_region


class Painted(Protocol):
    """What a region asks of its painting, see `Painting`."""

    @property
    def layout(self) -> Layout: ...

    @property
    def region_map(self) -> np.ndarray: ...

    @property
    def answers(self) -> dict[int, RGB | None]: ...

    @property
    def beliefs(self) -> Beliefs: ...

    def panel_of(self, index: int) -> int: ...


class Region:
    """One guided region of a painting. It follows the painting: after an answer or surgery it tells the new state.

    Where surgery has left nothing of it, it has no place and no suggestion: asking for them raises ValueError.
    """

    def __init__(self, painting: Painted, index: int):
        self.painting = painting
        self.index = index  # the model's channel, 0..N_c-1; what surgery makes has numbers above all those

    @property
    def area(self) -> float:
        """Share of the drawing, at most 1; 0 where surgery has left nothing of the region."""
        return self.painting.layout.area(self.index) / self.painting.region_map.size

    @property
    def panel(self) -> int:
        """The panel of a page, from 0, in which it lies; the gutters come after the last one. 0 without panels."""
        return self.painting.panel_of(self.index)

    @property
    def mask(self) -> np.ndarray:
        """(H, W) bool at the drawing's own size."""
        return self.painting.region_map == self.index

    @property
    def box(self) -> tuple[int, int, int, int]:
        """(left, top, right, bottom) in pixels of the drawing; right and bottom lie outside, as in Pillow."""
        check_region(self.painting.layout, self.index)
        return Image.fromarray(self.mask).getbbox()

    @property
    def center(self) -> tuple[float, float]:
        """(x, y) in pixels of the drawing, a place well inside the region: the farthest from its border."""
        check_region(self.painting.layout, self.index)
        return place_inside(self.mask)

    @property
    def suggested_color(self) -> str:
        """ "#rrggbb", the model's best guess given all answers so far: the first of `suggested_colors`."""
        return self.suggested_colors[0]

    @property
    def suggested_colors(self) -> list[str]:
        """Up to five colors "#rrggbb" that differ visibly, the likeliest first, given all answers so far.

        From networks of pixels one: the mean of the current picture over the region, ink left out where it has paper.
        """
        check_region(self.painting.layout, self.index)
        return [to_hex(color) for color in self.painting.beliefs.colors[self.index]]

    @property
    def confidence(self) -> float:
        """How likely `suggested_color` is right to the eye, 0 to 1; 0 from networks of pixels, which cannot say."""
        check_region(self.painting.layout, self.index)
        return self.painting.beliefs.confidences[self.index]

    @property
    def color(self) -> str | None:
        """ "#rrggbb", the answer given for this region, or None."""
        color = self.painting.answers.get(self.index)
        return None if color is None else to_hex(color)

    @property
    def skipped(self) -> bool:
        """Whether the region was skipped: it has no answer and is not asked for again."""
        return self.painting.answers.get(self.index, 0) is None

    def __repr__(self) -> str:
        return f"Region(index={self.index}, area={self.area:.3f}, color={self.color!r}, skipped={self.skipped})"


def place_inside(mask: np.ndarray) -> tuple[float, float]:
    """(x, y) of the place in (H, W) bool that is the farthest from the border; some pixel must be True."""
    left, top, right, bottom = Image.fromarray(mask).getbbox()
    step = max(1, max(right - left, bottom - top) // 512)
    inside = mask[top:bottom, left:right]
    if inside[::step, ::step].any():  # not so where the region is only thin lines
        inside = inside[::step, ::step]
    else:
        step = 1
    depth = ndimage.distance_transform_edt(np.pad(inside, 1))[1:-1, 1:-1]
    row, column = divmod(int(depth.argmax()), inside.shape[1])
    return left + column * step + 0.5, top + row * step + 0.5
