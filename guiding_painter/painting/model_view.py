"""What the model sees of a painting, and what it paints: all at the working size."""

from collections.abc import Callable
from functools import cached_property

import numpy as np
from PIL import Image
from scipy import ndimage

from ..colors import RGB
from ..drawings.sketches import to_sketch
from .fills import Sample, region_colors, sample
from .layouts import Layout

Colorize = Callable[[np.ndarray, np.ndarray, np.ndarray], Image.Image]


class View:
    """The model's picture of a drawing. It is computed when looked at, and only where the model sees a change.

    Args:
        drawing: "L", at its own size, 255 = paper.
        shape: (h, w), the working size.
        colorize: see `Painting`.
    """

    def __init__(self, drawing: Image.Image, shape: tuple[int, int], colorize: Colorize):
        self._drawing = drawing
        self._shape = shape
        self._colorize = colorize
        self._sampled: tuple[np.ndarray, Sample] | None = None  # the sizes of the cells it was taken of, the sample
        # The inputs of `colorize`, the layout they follow from, and the picture that follows from them
        self._pictured: tuple[Layout, list[np.ndarray], Image.Image] | None = None
        self._suggested: tuple[Image.Image, np.ndarray, dict[int, RGB]] | None = None  # picture, owners, suggestions

    def picture(self, layout: Layout, cells: np.ndarray) -> Image.Image:
        """RGB, what `colorize` makes of a layout's answers. Do not draw on it.

        Args:
            cells: (H, W) int32 of the drawing, those of this layout.
        """
        if self._pictured is None or self._pictured[0] is not layout:
            inputs = self._inputs(layout, cells)
            if self._pictured and all(map(np.array_equal, self._pictured[1], inputs)):
                picture = self._pictured[2]
            else:
                picture = self._colorize(*inputs)
            self._pictured = layout, inputs, picture
        return self._pictured[2]

    def suggestions(self, layout: Layout, cells: np.ndarray) -> dict[int, RGB]:
        """{region index: (r, g, b)}, the mean of the current picture over every region. Arguments as for `picture`."""
        picture, owners = self.picture(layout, cells), layout.owners
        if self._suggested is None or self._suggested[0] is not picture or self._suggested[1] is not owners:
            colors = region_colors(picture, self.paper, self._sample(layout, cells), owners)
            self._suggested = picture, owners, colors
        return self._suggested[2]

    @cached_property
    def paper(self) -> np.ndarray:
        """(h, w) bool: neither near black nor a stroke, which is darker than what is around it."""
        sketch = to_sketch(self._drawing, self._shape[::-1])[0, 0].numpy()  # in [-1, 1]: what the model saw
        return (sketch >= -0.5) & (sketch >= ndimage.maximum_filter(sketch, 5) - 0.2)

    def _inputs(self, layout: Layout, cells: np.ndarray) -> list[np.ndarray]:
        """What `colorize` is given. Parts of a region share its channel: the model has no more than N_c."""
        regions = layout.owners[self._sample(layout, cells).cells]  # (h, w)
        tables = np.zeros(256, np.uint8), np.zeros((256, 3), np.uint8), np.zeros(256, bool)
        for index in layout.order:
            tables[0][index] = layout.channels[index]
            if color := layout.answers.get(index):
                tables[1][index], tables[2][index] = color, True
        return [table[regions] for table in tables]

    def _sample(self, layout: Layout, cells: np.ndarray) -> Sample:
        # Cells change in place, but only by a cut and its undoing, and these bring the sizes that belong to them.
        if self._sampled is None or self._sampled[0] is not layout.sizes:
            self._sampled = layout.sizes, sample(cells, self._shape)
        return self._sampled[1]
