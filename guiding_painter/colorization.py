"""The colorization network g: the picture that follows from the sketch and the answers so far (Eq. 9)."""

import torch
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config

from .unet import UNet, check_input_kind


class ColorizationNetwork(ModelMixin, ConfigMixin):
    """g: sketch, segments, hint_map, condition_mask -> color_image (Eq. 9). The defaults are the published network.

    Args:
        max_hints: N_c, the number of guided regions.
        block_out_channels: channels of the U-Net's levels.
        stem_factor: pixel-unshuffle factor before the U-Net; 1 as published.
        norm: `"batch"` as published, or `"group"`.
        input_kind: as of the segmentation network.
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
        self.unet = UNet(1 + max_hints + 3 + 1, 3, block_out_channels, norm, stem_factor)

    def forward(
        self, sketch: torch.Tensor, segments: torch.Tensor, hint_map: torch.Tensor, condition_mask: torch.Tensor
    ) -> torch.Tensor:
        """(B, 1, H, W), (B, N_c, H, W), (B, 3, H, W), (B, 1, H, W) -> color_image (B, 3, H, W) in [-1, 1]."""
        return torch.tanh(self.unet(torch.cat([sketch, segments, hint_map, condition_mask], dim=1)))
