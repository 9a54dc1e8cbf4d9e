"""What every method of Table 1 has: how it learns from a batch, and what it makes of k hints."""

from collections.abc import Callable

import torch
from diffusers import ConfigMixin, ModelMixin

from measures.rivals import point_hints
from pictures.pairs import TrainingPairs


class Method(ModelMixin, ConfigMixin):
    """A network that colors sketches, how it is trained, and how it is given hints.

    `adversarial_weight` is that of the generator's side of the adversarial loss, 0 for none, and `gan_loss` its kind,
    see `guiding_painter.losses.adversarial_loss`. `takes_hints` tells interactive methods from automatic ones.
    """

    takes_hints = False
    adversarial_weight = 0.0
    gan_loss = "lsgan"

    def prepare(self, pictures: TrainingPairs) -> None:
        """Learns what has to be known of the training pictures before the first update; nothing for most methods."""

    def forward(
        self, batch: dict[str, torch.Tensor], num_hints: torch.Tensor, tau: float, noise: list[torch.Generator]
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The colored picture (B, 3, H, W), and every loss by name, times its weight, but for the adversarial one.

        Args:
            batch: "sketch" (B, 1, H, W) and "color_image" (B, 3, H, W), in [-1, 1].
            num_hints: (B,), N_h.
            tau: temperature of methods that sample.
            noise: one random generator per sample.
        """
        raise NotImplementedError

    def way(self, batch: dict[str, torch.Tensor], first: int) -> Callable[[int], torch.Tensor]:
        """What it makes of k hints: k -> (B, 3, H, W).

        Args:
            batch: as in `forward`.
            first: number of the first picture of the batch, from which random hints are drawn.
        """
        raise NotImplementedError


class LocalHints(Method):
    """A method whose hints are small boxes of one color at random places."""

    takes_hints = True
    max_hints = 30

    def draw(self, size: tuple[int, int], count: int, generator: torch.Generator) -> torch.Tensor:
        """Random boxes in a picture of this height and width: (count, 4) int64 of top, left, bottom and right."""
        raise NotImplementedError

    def boxes_at(self, places: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
        """Boxes of usual size around places (count, 2) of row and column, as from `draw`."""
        raise NotImplementedError

    def paint(self, sketch: torch.Tensor, hint_map: torch.Tensor, condition_mask: torch.Tensor) -> torch.Tensor:
        """(B, 1, H, W), (B, 3, H, W), (B, 1, H, W) -> colored picture (B, 3, H, W)."""
        raise NotImplementedError

    def color_boxes(self, batch: dict[str, torch.Tensor], boxes: list[torch.Tensor]) -> torch.Tensor:
        """The picture when every box is filled with its true mean color."""
        return self.paint(batch["sketch"], *point_hints(batch["color_image"], boxes))

    def way(self, batch: dict[str, torch.Tensor], first: int) -> Callable[[int], torch.Tensor]:
        """Picture number i gets the same boxes every time; k hints are the first k of them."""
        size = tuple(batch["sketch"].shape[2:])
        seeds = range(first, first + len(batch["sketch"]))
        boxes = [self.draw(size, self.max_hints, torch.Generator().manual_seed(seed)) for seed in seeds]
        return lambda k: self.color_boxes(batch, [own[:k] for own in boxes])


def boxes_around(centers: torch.Tensor, sides: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """(N, 2) middles, row and column, and (N, 2) sides -> (N, 4) boxes inside a picture of this height and width."""
    limits = torch.tensor(size)
    sides = torch.minimum(sides, limits)
    corners = torch.minimum((centers - sides // 2).clamp(min=0), limits - sides)
    return torch.cat([corners, corners + sides], dim=1)
