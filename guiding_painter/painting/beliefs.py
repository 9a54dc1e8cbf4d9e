"""What a model believes of a painting, whatever its networks are: what `Painting` asks of it."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from PIL import Image

from ..colors import RGB
from .history import State


class Beliefs(NamedTuple):
    """What a model believes of every region of a painting, given all answers so far.

    Args:
        colors: {region: colors that differ visibly, the likeliest first}, one to five.
        confidences: {region: how likely the first of them is right}, 0 to 1; 0 where the model cannot say.
        gains: {region: what an answer would take off the squared error of the flat picture}, 0 where the model cannot
            say: regions of equal gain are asked for in the first order.
        expected_gain: dB that the most helpful answer is expected to add; 0 where the model cannot say.
    """

    colors: Mapping[int, tuple[RGB, ...]]
    confidences: Mapping[int, float]
    gains: Mapping[int, float]
    expected_gain: float


class View(Protocol):
    """How a model sees a painting, and what it believes of it. Everything is computed when it is asked for."""

    def beliefs(self, state: State) -> Beliefs: ...

    def picture(self, state: State) -> Image.Image:
        """RGB at the working size, what the model paints. Do not draw on it."""
        ...

    def similar(self, state: State, region: int) -> list[int]:
        """The other regions that share the color of one, as the model believes, in the first order."""
        ...

    def proposals(self, state: State, count: int) -> list[dict[int, RGB]]:
        """Up to `count` colorings of all regions without an answer, consistent each and different from one another."""
        ...
