"""What the methods of Table 1 share: how one learns from a batch, and what one makes of k hints."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol

import torch
from diffusers import ConfigMixin, ModelMixin

from pictures.pairs import TrainingPairs
from recipe import Recipe


class Measured(Protocol):
    """What is measured: networks trained here, painters (`guided.Painter`), buckets of paint (`measuring.Bucket`)."""

    max_hints: int  # the most hints that it can be given, 0 for an automatic method

    def way(self, batch: dict[str, torch.Tensor], first: int) -> Callable[[int], torch.Tensor]:
        """What it makes of k hints: k -> (B, 3, H, W) in [-1, 1].

        Args:
            batch: as in `Trained.forward`; "cells" (B, H, W) int64 for what works over cells.
            first: number of the first picture of the batch, from which random hints are drawn.
        """


NO_LOSSES = Recipe(lambda_rec=0.0, lambda_adv=0.0, lambda_tv=0.0, lambda_smth=0.0)


class Trained(ModelMixin, ConfigMixin, ABC):
    """How a method is trained: by the kit's updates, with those losses of Eq. 14 that its `recipe` has, and its own."""

    recipe = NO_LOSSES

    def prepare(self, pictures: TrainingPairs) -> None:
        """Learns what has to be known of the training pictures before the first update; nothing for most methods."""

    @abstractmethod
    def forward(
        self,
        batch: dict[str, torch.Tensor],
        num_hints: torch.Tensor,
        tau: float,
        pixel_weights: torch.Tensor | None,
        noise: list[torch.Generator],
    ) -> dict:
        """What the losses of its recipe are made of, see `updates.generator_losses`, and its own ones.

        Args:
            batch: "sketch" (B, 1, H, W) and "color_image" (B, 3, H, W), in [-1, 1].
            num_hints: (B,), N_h.
            tau: temperature of methods that sample.
            pixel_weights: (B, 1, H, W) in [0, 1], of a recipe that is aware of ink.
            noise: one random generator per sample.

        Returns:
            "prediction": the colored picture (B, 3, H, W), where the recipe has losses of it; "own": its own losses by
            name, times their weights, where it has some.
        """


class Automatic(Trained):
    """A method without hints."""

    max_hints = 0

    @abstractmethod
    def paint(self, sketch: torch.Tensor) -> torch.Tensor:
        """(B, 1, H, W) -> colored picture (B, 3, H, W), in [-1, 1]."""

    def way(self, batch: dict[str, torch.Tensor], first: int) -> Callable[[int], torch.Tensor]:
        """See `Measured.way`: always the same picture."""
        picture = self.paint(batch["sketch"])
        return lambda k: picture


class LocalHints(Trained):
    """A method whose hints are small boxes of one color at random places; its maker gives it `max_hints`."""

    max_hints: int

    @abstractmethod
    def draw(self, size: tuple[int, int], count: int, generator: torch.Generator) -> torch.Tensor:
        """Random boxes in a picture of this height and width: (count, 4) int64 of top, left, bottom and right."""

    @abstractmethod
    def boxes_at(self, places: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
        """Boxes of usual size around places (count, 2) of row and column, as from `draw`."""

    @abstractmethod
    def paint(self, sketch: torch.Tensor, hint_map: torch.Tensor, condition_mask: torch.Tensor) -> torch.Tensor:
        """(B, 1, H, W), (B, 3, H, W), (B, 1, H, W) -> colored picture (B, 3, H, W), in [-1, 1]."""

    def color_boxes(self, batch: dict[str, torch.Tensor], boxes: list[torch.Tensor]) -> torch.Tensor:
        """The picture when every box is filled with its true mean color."""
        return self.paint(batch["sketch"], *true_hints(batch["color_image"], boxes))

    def way(self, batch: dict[str, torch.Tensor], first: int) -> Callable[[int], torch.Tensor]:
        """See `Measured.way`. Picture number i gets the same boxes every time; k hints are the first k of them."""
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


def true_hints(color_image: torch.Tensor, boxes: list[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """hint_map (B, 3, H, W) and condition_mask (B, 1, H, W): each box is filled with its own mean color.

    Args:
        color_image: (B, 3, H, W) in [-1, 1].
        boxes: for every picture some, (count, 4) as from `LocalHints.draw`; later ones lie over earlier ones.
    """
    hints, mask = torch.zeros_like(color_image), torch.zeros_like(color_image[:, :1])
    for i, own in enumerate(boxes):
        for top, left, bottom, right in own.tolist():
            box = (i, slice(None), slice(top, bottom), slice(left, right))
            hints[box], mask[box] = color_image[box].mean((1, 2), keepdim=True), 1.0
    return hints, mask
