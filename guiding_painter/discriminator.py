"""The discriminator D: is this coloring of this sketch a real one? (Eq. 13; the 70x70 PatchGAN of pix2pix)"""

import torch
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import nn

from .unet import init_weights, normalization


class PatchDiscriminator(ModelMixin, ConfigMixin):
    """D(color_image, sketch) -> one logit per 70x70 patch (Eq. 13), 2.8 M parameters at the published width.

    Args:
        base_channels: channels of the first layer; doubled twice more and held at 8 times.
        norm: `"batch"` as published, or `"group"`.
    """

    @register_to_config
    def __init__(self, base_channels: int = 64, norm: str = "batch"):
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(4, base_channels, 4, stride=2, padding=1), nn.LeakyReLU(0.2, inplace=True)]
        for factor, stride in ((2, 2), (4, 2), (8, 1)):
            channels = base_channels * factor
            layers += [
                nn.Conv2d(channels // 2, channels, 4, stride=stride, padding=1, bias=False),
                normalization(norm, channels),
                nn.LeakyReLU(0.2, inplace=True),
            ]
        layers.append(nn.Conv2d(base_channels * 8, 1, 4, padding=1))
        self.layers = nn.Sequential(*layers)
        self.apply(init_weights)

    def forward(self, color_image: torch.Tensor, sketch: torch.Tensor) -> torch.Tensor:
        """(B, 3, H, W), (B, 1, H, W) -> patch logits (B, 1, H/8 - 2, W/8 - 2); H and W of at least 24 pixels."""
        return self.layers(torch.cat([sketch, color_image], dim=1))
