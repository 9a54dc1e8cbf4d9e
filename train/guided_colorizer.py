"""What is trained of the paper's networks: f, the hints h and g as one network."""

import torch

from colorizer import Colorizer
from guiding_painter.hints import (
    condition_mask,
    gumbel_segments,
    hint_map,
    hint_weights,
    masked_segments,
    mean_colors,
)


class GuidedColorizer(Colorizer):
    """G of Eq. 12: f, the hints h and g, from (sketch, color_image, N_h) to the colored picture and the regions."""

    def forward(
        self,
        batch: dict[str, torch.Tensor],
        num_hints: torch.Tensor,
        tau: float,
        pixel_weights: torch.Tensor | None,
        noise: list[torch.Generator],
    ) -> dict[str, torch.Tensor]:
        """The regions, see `regions`, and the colored picture as "prediction" where g is trained.

        Args:
            batch: "sketch" (B, 1, H, W) and "color_image" (B, 3, H, W), in [-1, 1].
            num_hints: (B,), N_h.
            tau: temperature of the Gumbel softmax.
            pixel_weights: (B, 1, H, W) in [0, 1], how much each pixel counts in the color of its region.
            noise: one random generator per sample.
        """
        sketch, color_image = batch["sketch"], batch["color_image"]
        output = self.regions(sketch, tau, noise)
        if self.trained == "segmentation":
            return output
        segments = output["segments"]
        masked = masked_segments(segments, hint_weights(num_hints, segments.shape[1]))  # Eqs. 4-5
        colors = mean_colors(color_image, segments, pixel_weights)  # Eq. 6
        prediction = self.colorization(sketch, segments, hint_map(colors, masked), condition_mask(masked))  # Eqs. 7-9
        return output | {"prediction": prediction}

    def regions(self, sketch: torch.Tensor, tau: float, noise: list[torch.Generator]) -> dict[str, torch.Tensor]:
        """ "logits" and "segments" of f (Eq. 1), both (B, N_c, H, W)."""
        with self.gradients_of_f():
            logits = self.segmentation(sketch)
            samples = zip(logits.split(1), noise, strict=True)
            segments = torch.cat([gumbel_segments(sample, tau, generator) for sample, generator in samples])
            return {"logits": logits, "segments": segments}
