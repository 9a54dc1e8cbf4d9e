"""The segmentation network f: where the model wants a color, and in which order (Eq. 1)."""

import torch
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config

from .unet import UNet


class SegmentationNetwork(ModelMixin, ConfigMixin):
    """f: sketch -> segment_logits (Eq. 1). The defaults are the published network, 17.3 M parameters.

    Args:
        max_hints: N_c, the number of guided regions.
        block_out_channels: channels of the U-Net's levels.
        stem_factor: pixel-unshuffle factor before the U-Net; 1 as published, 2 in the lite configuration.
        norm: `"batch"` as published, or `"group"`.
        coordinates: give the network two more channels with each pixel's place in [-1, 1]. A convolution alone has
            little to say about which of two like parts is region 3 and which is region 4.
    """

    @register_to_config
    def __init__(
        self,
        max_hints: int = 30,
        block_out_channels: tuple[int, ...] = (64, 128, 256, 512, 512),
        stem_factor: int = 1,
        norm: str = "batch",
        coordinates: bool = False,
    ):
        super().__init__()
        self.unet = UNet(1 + 2 * coordinates, max_hints, block_out_channels, norm, stem_factor)

    def forward(self, sketch: torch.Tensor) -> torch.Tensor:
        """sketch (B, 1, H, W) in [-1, 1] -> segment_logits (B, N_c, H, W)."""
        if self.config.coordinates:
            batch, _, height, width = sketch.shape
            y = torch.linspace(-1, 1, height, device=sketch.device, dtype=sketch.dtype)
            x = torch.linspace(-1, 1, width, device=sketch.device, dtype=sketch.dtype)
            grid = torch.stack(torch.meshgrid(y, x, indexing="ij"))  # (2, H, W)
            sketch = torch.cat([sketch, grid.expand(batch, -1, -1, -1)], dim=1)  # (B, 3, H, W)
        return self.unet(sketch)
