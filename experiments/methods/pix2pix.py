"""Pix2Pix: "Image-to-Image Translation with Conditional Adversarial Networks" (Isola et al., CVPR 2017), automatic.

As there: a U-Net and the 70x70 PatchGAN, 100 times L1 beside the logarithmic adversarial loss.

Differences: the shared U-Net has four downsamplings by pooling, where the paper's has eight by strides, and no
dropout, which was the paper's only noise and changed little there.
"""

from dataclasses import replace

import torch
from diffusers.configuration_utils import register_to_config

from experiments.methods.base import NO_LOSSES, Automatic
from guiding_painter.unet import UNet


class Pix2Pix(Automatic):
    """The generator; its losses are in its recipe, and the training has D."""

    recipe = replace(NO_LOSSES, lambda_rec=100.0, lambda_adv=1.0, gan_loss="log")

    @register_to_config
    def __init__(self, block_out_channels: tuple[int, ...] = (64, 128, 256, 512, 512), norm: str = "batch"):
        super().__init__()
        self.unet = UNet(1, 3, tuple(block_out_channels), norm, stem_factor=1)

    def forward(
        self,
        batch: dict[str, torch.Tensor],
        num_hints: torch.Tensor,
        tau: float,
        pixel_weights: torch.Tensor | None,
        noise: list[torch.Generator],
    ) -> dict:
        return {"prediction": self.paint(batch["sketch"])}

    def paint(self, sketch: torch.Tensor) -> torch.Tensor:
        return torch.tanh(self.unet(sketch))
