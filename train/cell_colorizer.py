"""What is trained of the networks over cells: f and g as one network, from a picture and its cells to their losses."""

import torch

from cell_answers import draw_answers
from cell_losses import alike_loss, color_loss, doubt_loss, mean_loss
from colorizer import Colorizer
from guiding_painter import CellColorizationNetwork, CellSegmentationNetwork
from guiding_painter.cell_networks import CellFeatures
from guiding_painter.hints import cell_sums

LEAST = 2.0  # pixels of paper that a cell needs for its color to be known
PAINTING = ("rec", "adv", "mse")  # losses of the painted picture


class CellColorizer(Colorizer):
    """f looks at the cells of a drawing, some are answered with their true colors, and g guesses the others.

    Args:
        weights: of the losses; those of weight 0 are not computed.
        trained: see `Colorizer`.
        encoder: whether the encoder of f is trained, too.
    """

    def __init__(
        self,
        segmentation: CellSegmentationNetwork,
        colorization: CellColorizationNetwork,
        weights: dict[str, float],
        trained: str = "both",
        encoder: bool = True,
    ):
        super().__init__(segmentation, colorization, trained)
        self.wanted = {name for name, weight in weights.items() if weight > 0}
        if not encoder:
            segmentation.encoder.requires_grad_(False)

    def train(self, mode: bool = True) -> "CellColorizer":
        """As usual, but the norms of the encoder keep the statistics that it came with, as in use."""
        super().train(mode)
        self.segmentation.encoder.eval()
        if self.trained == "colorization":
            self.segmentation.eval()
        return self

    def forward(
        self,
        batch: dict[str, torch.Tensor],
        num_hints: torch.Tensor,
        tau: float,
        pixel_weights: torch.Tensor | None,
        noise: list[torch.Generator],
    ) -> dict[str, torch.Tensor]:
        """The losses by name, and the painted picture as "prediction" where it is trained.

        Args:
            batch: "sketch", "color_image" and "cells".
            num_hints: (B,), N_h; half of the pictures are answered so often.
            tau: of no use here; nothing is sampled.
            pixel_weights: (B, 1, H, W) in [0, 1], how much each pixel counts in the color of its cell.
            noise: one random generator per sample.
        """
        with self.gradients_of_f():
            features = self.segmentation(batch["sketch"], batch["cells"])
        colors, size = true_colors(batch["color_image"], batch["cells"], pixel_weights, features.size.shape[1])
        output = {}
        if "alike" in self.wanted and self.trained != "colorization":
            output["alike"] = alike_loss(features.alike, colors, size)
        if self.trained == "segmentation":
            return output
        samples = zip(size, colors, num_hints.tolist(), noise, strict=True)
        answers = [draw_answers(s, c, self.colorization.palette, k, one) for s, c, k, one in samples]
        known, given = (torch.stack(part, dim=1).flatten(0, 1) for part in zip(*answers, strict=True))
        return output | self.guessed(features, colors.repeat(2, 1, 1), size.repeat(2, 1), known, given, batch)

    def guessed(
        self,
        features: CellFeatures,
        colors: torch.Tensor,
        size: torch.Tensor,
        known: torch.Tensor,
        given: torch.Tensor,
        batch: dict[str, torch.Tensor],
    ) -> dict[str, torch.Tensor]:
        """What g makes of two sets of answers to the same cells: its losses and, of the first set, the picture.

        Args:
            features: of B pictures.
            colors, size, known, given: of B pictures with the first set and the same B with the second, (2B, K, ...).
        """
        twice = (torch.cat([value, value]) for value in (features.tokens, features.bias, features.alike))
        beliefs = self.colorization(*twice, given, known)
        asked = size * ~known
        losses = {
            "color": lambda: color_loss(beliefs.log_probability, colors, self.colorization.palette, asked),
            "mean": lambda: mean_loss(beliefs.mean, colors, asked),
            "doubt": lambda: doubt_loss(beliefs.log_variance, beliefs.mean, colors, asked),
        }
        output = {name: loss() for name, loss in losses.items() if name in self.wanted}
        if self.wanted & set(PAINTING):
            flat = fill_cells(beliefs.mean[: len(batch["cells"])].detach(), batch["cells"])
            output["prediction"] = self.colorization.paint(batch["sketch"], flat)
        return output


def true_colors(
    color_image: torch.Tensor, cells: torch.Tensor, pixel_weights: torch.Tensor | None, count: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean colors of cells, (B, K, 3) in [-1, 1], and the share of the picture that they are of, (B, K).

    Args:
        color_image: (B, 3, H, W) in [-1, 1].
        cells: (B, H, W) int64.
        pixel_weights: (B, 1, H, W) in [0, 1]; every pixel counts fully by default.
        count: K; cells with a number from it on are left out.
    """
    weights = torch.ones_like(color_image[:, :1]) if pixel_weights is None else pixel_weights.float()
    sums = cell_sums(torch.cat([color_image.float() * weights, weights], dim=1), cells)[:, :count]
    colors, pixels = sums.split([3, 1], dim=2)
    size = torch.where(pixels >= LEAST, pixels / cells[0].numel(), 0.0)[..., 0]
    return colors / pixels.clamp(min=1e-3), size


def fill_cells(colors: torch.Tensor, cells: torch.Tensor) -> torch.Tensor:
    """Flat pictures (B, 3, H, W) of colors (B, K, 3); cells with a number from K on get the mean color."""
    colors = torch.cat([colors, colors.mean(1, keepdim=True)], dim=1)
    numbers = cells.clamp(max=colors.shape[1] - 1).flatten(1)[..., None].expand(-1, -1, 3)
    return colors.gather(1, numbers).transpose(1, 2).unflatten(2, cells.shape[1:])
