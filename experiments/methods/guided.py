"""GuidingPainter as the kit trains it, and any painter at work: published networks or those over cells."""

from collections.abc import Callable
from pathlib import Path

import torch

from experiments.methods.base import Trained
from guided_colorizer import GuidedColorizer
from guiding_painter import ColorizationNetwork, GuidingPainterPipeline, SegmentationNetwork
from measures.answers import Answers, answers_of, number_of_questions
from recipe import PAPER_RECIPE, Recipe, write_recipe

# What keeps regions from collapsing in short trainings: smoothness that is small and free across ink, the prefix loss.
REMEDIES = Recipe(lambda_smth=0.1, lambda_prefix=30.0, ink_aware=True)


class GuidingPainter(Trained):
    """f, h and g, trained end to end (Sec. 3).

    Args:
        block_out_channels: of both U-Nets.
        max_hints: N_c.
        remedied: with `REMEDIES` instead of the published recipe.
    """

    def __init__(self, block_out_channels: tuple[int, ...], max_hints: int = 30, remedied: bool = False):
        super().__init__()
        self.recipe = REMEDIES if remedied else PAPER_RECIPE
        f = SegmentationNetwork(max_hints, tuple(block_out_channels))
        g = ColorizationNetwork(max_hints, tuple(block_out_channels))
        self.generator = GuidedColorizer(f, g)

    def forward(
        self,
        batch: dict[str, torch.Tensor],
        num_hints: torch.Tensor,
        tau: float,
        pixel_weights: torch.Tensor | None,
        noise: list[torch.Generator],
    ) -> dict:
        return self.generator(batch, num_hints, tau, pixel_weights, noise)

    def save_pretrained(self, folder: Path) -> None:
        """As a painter, which opens like any other, with its recipe, with which a fine-tuning goes on."""
        GuidingPainterPipeline(self.generator.segmentation, self.generator.colorization).save_pretrained(folder)
        write_recipe(folder, self.recipe, ())


class Painter:
    """A painter that is only measured.

    Args:
        painter: of pixels or over cells.
        ink_aware: whether answers leave out ink, as in its training.
    """

    def __init__(self, painter: GuidingPainterPipeline, ink_aware: bool):
        self.painter, self.ink_aware = painter, ink_aware
        self.max_hints = number_of_questions(painter)

    def to(self, device: torch.device) -> "Painter":
        self.painter.to(device)
        return self

    def answers(self, batch: dict[str, torch.Tensor]) -> Answers:
        """What it asks of a batch, and the true answers; "cells" are in it for networks over cells."""
        return answers_of(self.painter, batch, self.ink_aware)

    def way(self, batch: dict[str, torch.Tensor], first: int) -> Callable[[int], torch.Tensor]:
        """See `Measured.way`; its hints are the answers to what it asks first."""
        answers = self.answers(batch)
        return lambda k: answers.colorize(answers.first(k))
