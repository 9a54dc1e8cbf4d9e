"""What networks of pixels see of a painting, and what they paint: all at the working size."""

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image

from ..colors import RGB
from ..drawings import MAX_REGIONS, PreparedDrawing, Sample, sample
from .beliefs import Beliefs
from .fills import region_colors
from .history import Latest, State

# Gives the picture, RGB at the working size, that follows from the model's channel of every pixel, (h, w) uint16, the
# colors hinted at, (h, w, 3) uint8, and where they are, (h, w) bool.
Colorize = Callable[[np.ndarray, np.ndarray, np.ndarray], Image.Image]


class ModelView:
    """The model's picture of a drawing. It is computed when looked at, and only where the model sees a change.

    Args:
        prepared: the drawing.
        colorize: gives the picture.
    """

    def __init__(self, prepared: PreparedDrawing, colorize: Colorize):
        self._prepared = prepared
        self._colorize = colorize
        self._inputs: list[np.ndarray] | None = None  # of the picture
        self._picture: Image.Image | None = None
        self._picture_version = 0  # the one of the state at which it changed last
        self._sampled: Latest[Sample] = Latest()
        self._pictured: Latest[Image.Image] = Latest()
        self._believed: Latest[Beliefs] = Latest()

    def picture(self, state: State) -> Image.Image:
        """RGB, what `colorize` makes of the answers. Do not draw on it."""
        return self._pictured.of(state.version, lambda: self._paint(state))

    def beliefs(self, state: State) -> Beliefs:
        """The mean of the current picture over every region is its color, and nothing is known of how sure that is."""
        picture = self.picture(state)

        def believe() -> Beliefs:
            means = region_colors(picture, self._prepared.paper, self._sample(state), state.layout.owners)
            unknown = dict.fromkeys(means, 0.0)
            return Beliefs({index: (color,) for index, color in means.items()}, unknown, unknown, 0.0)

        return self._believed.of((self._picture_version, state.regions_version), believe)

    def similar(self, state: State, region: int) -> list[int]:
        return []

    def proposals(self, state: State, count: int) -> list[dict[int, RGB]]:
        return []

    def _paint(self, state: State) -> Image.Image:
        inputs = self._see(state)
        if self._inputs is None or not all(map(np.array_equal, self._inputs, inputs)):
            self._picture = self._colorize(*inputs)
            self._inputs, self._picture_version = inputs, state.version
        return self._picture

    def _see(self, state: State) -> list[np.ndarray]:
        """What `colorize` is given. Parts of a region share its channel: the model has no more than N_c."""
        layout = state.layout
        regions = layout.owners[self._sample(state).seen]  # (h, w)
        tables = (np.zeros(MAX_REGIONS, np.uint16), np.zeros((MAX_REGIONS, 3), np.uint8), np.zeros(MAX_REGIONS, bool))
        for index in layout.order:
            tables[0][index] = layout.channels[index]
            if color := layout.answers.get(index):
                tables[1][index], tables[2][index] = color, True
        return [table[regions] for table in tables]

    def _sample(self, state: State) -> Sample:
        return self._sampled.of(state.cells_version, lambda: sample(state.cells, self._prepared.shape))


def colorize_panels(prepared: PreparedDrawing, colorizers: Sequence[Colorize]) -> Colorize:
    """The function that colors a page of panels: one call of a panel's own for every panel that has changed.

    Args:
        prepared: a drawing with panels.
        colorizers: of each of them, at its size in the page's working size.
    """
    page = np.full((*prepared.shape, 3), 255, dtype=np.uint8)
    seen: list[list[np.ndarray] | None] = [None] * len(colorizers)
    numbers = prepared.panels.regions

    def colorize(channels: np.ndarray, hints: np.ndarray, hinted: np.ndarray) -> Image.Image:
        for number, window in enumerate(prepared.windows):
            # Where lines are thick, a pixel of a panel may have come to the gutters or to the next panel.
            own = np.clip(channels[window].astype(int) - number * numbers, 0, numbers - 1)
            inputs = [own.astype(np.uint16), hints[window], hinted[window]]
            if seen[number] is None or not all(map(np.array_equal, seen[number], inputs)):
                page[window] = np.asarray(colorizers[number](*inputs))
                seen[number] = inputs
        return Image.fromarray(page.copy())

    return colorize
