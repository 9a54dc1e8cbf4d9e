"""What is trained: f, the hints h and g as one network; and g with hints at random places, to compare it with."""

import torch

from guiding_painter import ColorizationNetwork, SegmentationNetwork
from guiding_painter.hints import (
    condition_mask,
    gumbel_segments,
    hint_map,
    hint_weights,
    masked_segments,
    mean_colors,
)
from measures.rivals import color_points, draw_points


class GuidedColorizer(torch.nn.Module):
    """G of Eq. 12: f, the hints h and g, from (sketch, color_image, N_h) to the colored picture and the regions.

    Args:
        trained: "both" networks, or only "segmentation" or "colorization".
    """

    def __init__(
        self,
        segmentation: SegmentationNetwork,
        colorization: ColorizationNetwork,
        trained: str = "both",
    ):
        super().__init__()
        self.segmentation, self.colorization = segmentation, colorization
        self.trained = trained
        segmentation.requires_grad_(trained != "colorization")
        colorization.requires_grad_(trained != "segmentation")

    def forward(
        self,
        batch: dict[str, torch.Tensor],
        num_hints: torch.Tensor,
        tau: float,
        pixel_weights: torch.Tensor | None,
        noise: list[torch.Generator],
    ) -> dict[str, torch.Tensor]:
        """`noise`: one random generator per sample."""
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
        """ "logits" and "segments" of f (Eq. 1)."""
        with torch.set_grad_enabled(torch.is_grad_enabled() and self.trained != "colorization"):
            logits = self.segmentation(sketch)
            samples = zip(logits.split(1), noise, strict=True)
            segments = torch.cat([gumbel_segments(sample, tau, generator) for sample, generator in samples])
            return {"logits": logits, "segments": segments}


class PointColorizer(GuidedColorizer):
    """g alone, from (sketch, color_image, N_h) to the colored picture: hints are colors of patches at random places.

    f is carried along untouched, so that what is saved opens as any other checkpoint.
    """

    def __init__(self, segmentation: SegmentationNetwork, colorization: ColorizationNetwork):
        super().__init__(segmentation, colorization, trained="colorization")

    def forward(
        self,
        batch: dict[str, torch.Tensor],
        num_hints: torch.Tensor,
        tau: float,
        pixel_weights: torch.Tensor | None,
        noise: list[torch.Generator],
    ) -> dict[str, torch.Tensor]:
        """As `GuidedColorizer`; there are no regions, and so no use for `tau`."""
        sketch = batch["sketch"]
        points = [draw_points(sketch.shape[2:], int(k), one) for k, one in zip(num_hints, noise, strict=True)]
        return {"prediction": color_points(self.colorization, sketch, batch["color_image"], points, pixel_weights)}
