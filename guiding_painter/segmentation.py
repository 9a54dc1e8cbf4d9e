"""The segmentation network f: where the model wants a color, and in which order (Eq. 1)."""

import torch
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config

from .unet import UNet, check_input_kind


class SegmentationNetwork(ModelMixin, ConfigMixin):
    """f: sketch -> segment_logits (Eq. 1). The defaults are the published network, 17.3 M parameters.

    Args:
        max_hints: N_c, the number of guided regions.
        block_out_channels: channels of the U-Net's levels.
        stem_factor: pixel-unshuffle factor before the U-Net; 1 as published.
        norm: `"batch"` as published, or `"group"`.
        input_kind: what it reads as sketches: line drawings, or with "grayscale" the luminance of gray pictures.
    """

    @register_to_config
    def __init__(
        self,
        max_hints: int = 30,
        block_out_channels: tuple[int, ...] = (64, 128, 256, 512, 512),
        stem_factor: int = 1,
        norm: str = "batch",
        input_kind: str = "sketch",
    ):
        super().__init__()
        check_input_kind(input_kind)
        self.unet = UNet(1, max_hints, block_out_channels, norm, stem_factor)

    def forward(self, sketch: torch.Tensor) -> torch.Tensor:
        """sketch (B, 1, H, W) in [-1, 1], paper = 1 and ink = -1 -> segment_logits (B, N_c, H, W)."""
        return self.unet(sketch)
