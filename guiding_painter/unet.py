"""The U-Net body that segmentation and colorization network share (Ronneberger 2015; the paper's supplement)."""

import math

import torch
import torch.nn.functional as F
from torch import nn

INPUT_KINDS = ("sketch", "grayscale")  # what networks color: line drawings, or gray pictures in their place


def normalization(norm: str, channels: int) -> nn.Module:
    """Batch normalization as published, or group normalization: the same in training, inference and EMA copies."""
    if norm == "batch":
        return nn.BatchNorm2d(channels)
    if norm == "group":
        return nn.GroupNorm(math.gcd(8, channels), channels)  # any width: 12 channels make 4 groups
    raise ValueError(f"norm is {norm!r}; choose 'batch' (the published networks) or 'group' (the lite ones).")


def init_weights(module: nn.Module) -> None:
    """Weights ~ N(0, 0.02), norm scales ~ N(1, 0.02), biases 0: the published initialisation."""
    if isinstance(module, nn.Conv2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d | nn.GroupNorm):
        nn.init.normal_(module.weight, 1.0, 0.02)
    else:
        return
    if module.bias is not None:
        nn.init.zeros_(module.bias)


def check_input_kind(input_kind: str) -> None:
    """Raises ValueError for anything but the two that there are."""
    if input_kind not in INPUT_KINDS:
        raise ValueError(f"input_kind is {input_kind!r}; choose 'sketch' or 'grayscale'.")


class DoubleConv(nn.Sequential):
    """(3x3 conv, norm, ReLU) twice."""

    def __init__(self, in_channels: int, mid_channels: int, out_channels: int, norm: str):
        super().__init__(
            nn.Conv2d(in_channels, mid_channels, 3, padding=1, bias=False),
            normalization(norm, mid_channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(mid_channels, out_channels, 3, padding=1, bias=False),
            normalization(norm, out_channels),
            nn.ReLU(inplace=True),
        )


class UNet(nn.Module):
    """Four downsamplings by max-pooling, four bilinear upsamplings, skip connections by concatenation.

    Fully convolutional: any height and width of at least one pixel goes in and comes out.

    With `stem_factor` 1 this is the published network. With a larger factor the body works on pixel-unshuffled input,
    and a small head at full resolution sees the input again: without it a pixel-shuffled output shows checkerboards and
    edges that are `stem_factor` pixels wide.

    Args:
        in_channels, out_channels: channels of the input and of the output.
        block_out_channels: channels after the first block and after every downsampling.
        norm: `"batch"` (published) or `"group"`.
        stem_factor: how many times smaller than the input the body's first block works.
    """

    def __init__(
        self, in_channels: int, out_channels: int, block_out_channels: tuple[int, ...], norm: str, stem_factor: int
    ):
        super().__init__()
        widths = tuple(block_out_channels)
        self.stem_factor = stem_factor
        self.down_factor = stem_factor * 2 ** (len(widths) - 1)
        self.inc = DoubleConv(in_channels * stem_factor**2, widths[0], widths[0], norm)
        self.downs = nn.ModuleList(DoubleConv(a, b, b, norm) for a, b in zip(widths, widths[1:], strict=False))
        self.ups = nn.ModuleList()
        channels = widths[-1]
        for level in range(len(widths) - 2, -1, -1):
            # (level + 1's features, level's skip) -> as many channels as the next skip has
            merged = channels + widths[level]
            channels = widths[max(level - 1, 0)]
            self.ups.append(DoubleConv(merged, merged // 2, channels, norm))
        if stem_factor == 1:
            self.head = nn.Conv2d(channels, out_channels, 1)
        else:
            self.head = nn.Sequential(
                nn.Conv2d(channels + in_channels, channels, 1), nn.ReLU(inplace=True),
                nn.Conv2d(channels, out_channels, 3, padding=1),
            )  # fmt: skip
        self.apply(init_weights)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """(B, in_channels, H, W) -> (B, out_channels, H, W)."""
        height, width = image.shape[-2:]
        right, bottom = -width % self.down_factor, -height % self.down_factor
        # Replicated, not zero: zero is mid-gray in [-1, 1] and would draw a border that the drawing does not have.
        padded = F.pad(image, (0, right, 0, bottom), mode="replicate") if right or bottom else image
        padded = padded.contiguous(memory_format=torch.channels_last)  # faster convolutions, on CPU and GPU alike

        x = self.inc(F.pixel_unshuffle(padded, self.stem_factor) if self.stem_factor > 1 else padded)
        skips = [x]
        for down in self.downs:
            x = down(F.max_pool2d(x, 2))
            skips.append(x)
        skips.pop()
        for up in self.ups:
            x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)
            x = up(torch.cat([skips.pop(), x], dim=1))
        if self.stem_factor > 1:
            x = F.interpolate(x, scale_factor=self.stem_factor, mode="bilinear", align_corners=False)
            x = torch.cat([x, padded], dim=1)
        return self.head(x)[..., :height, :width]
