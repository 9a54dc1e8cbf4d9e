"""The colorization network g over cells: the color of every cell given all answers so far, once per answer."""

from typing import NamedTuple

import torch
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import nn

from ..unet import UNet
from .attention import CellLayer
from .lab import soft_labels

COPY = 64  # width in which a cell looks for answers to copy


class CellColors(NamedTuple):
    """What g believes of the color of every cell; shapes with B pictures of K cells."""

    log_probability: torch.Tensor  # (B, K, P) float32, of each color of the palette
    mean: torch.Tensor  # (B, K, 3) float32 in [-1, 1]; the answer itself where there is one
    log_variance: torch.Tensor  # (B, K) float32, of the squared error to expect of the mean


class CellColorizationNetwork(ModelMixin, ConfigMixin):
    """g: features of cells, colors of those answered -> colors of all.

    Answered cells carry their color through a few layers of attention. Every cell then either copies an answer, with
    the probability of having just its color, or takes a color of the palette.

    Args:
        width, heads: those of f.
        num_layers: of attention.
        palette_size: P, how many colors are told apart.
        dropout: in the layers, while training.
        block_out_channels, stem_factor: of the U-Net that paints.
        confidence_scale, confidence_shift: what makes confidence honest, see `guesses.calibrate`.
    """

    @register_to_config
    def __init__(
        self,
        width: int = 256,
        heads: int = 8,
        num_layers: int = 4,
        palette_size: int = 256,
        dropout: float = 0.1,
        block_out_channels: tuple[int, ...] = (32, 64, 128, 256, 256),
        stem_factor: int = 2,
        confidence_scale: float = 1.0,
        confidence_shift: float = 0.0,
    ):
        super().__init__()
        self.register_buffer("palette", torch.zeros(palette_size, 3))
        self.answer = nn.Sequential(nn.Linear(palette_size + 3, width), nn.GELU(), nn.Linear(width, width))
        self.unknown = nn.Parameter(torch.zeros(width))
        self.alike_weight = nn.Parameter(torch.full((heads,), 0.1))
        self.layers = nn.ModuleList(CellLayer(width, heads, dropout) for _ in range(num_layers))
        self.norm = nn.LayerNorm(width)
        self.colors = nn.Linear(width, palette_size)
        self.shift = nn.Linear(width, 3)
        self.doubt = nn.Linear(width, 1)
        self.copy_query, self.copy_key = nn.Linear(width, COPY), nn.Linear(width, COPY)
        self.copy_alike = nn.Parameter(torch.tensor(0.5))
        self.copy_nothing = nn.Linear(width, 1)
        for layer in (self.shift, self.doubt):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)
        nn.init.constant_(self.copy_nothing.bias, 2.0)
        self.unet = UNet(1 + 3, 3, block_out_channels, "group", stem_factor)

    def forward(
        self,
        tokens: torch.Tensor,
        bias: torch.Tensor,
        alike: torch.Tensor,
        colors: torch.Tensor,
        known: torch.Tensor,
    ) -> CellColors:
        """Colors of all cells.

        Args:
            tokens, bias, alike: of `CellFeatures`.
            colors: (B, K, 3) in [-1, 1], of the answered cells; anything elsewhere.
            known: (B, K) bool, which are answered.
        """
        labels = soft_labels(colors, self.palette)  # (B, K, P) float32
        answers = self.answer(torch.cat([labels, colors.float()], dim=2).to(tokens.dtype))
        tokens = tokens + torch.where(known[..., None], answers, self.unknown.to(answers.dtype))
        likely = alike.clamp(-10, 10)
        bias = bias + (self.alike_weight[:, None, None] * likely[:, None]).to(bias.dtype)
        for layer in self.layers:
            tokens = layer(tokens, bias)
        tokens = self.norm(tokens)
        log_probability = self.mix(tokens, labels, likely, known)
        mean = log_probability.exp() @ self.palette.float() + self.shift(tokens).float()
        mean = torch.where(known[..., None], colors.float(), mean)
        return CellColors(log_probability, mean, self.doubt(tokens)[..., 0].float().clamp(-6, 1) - 1)

    def paint(self, sketch: torch.Tensor, flat: torch.Tensor) -> torch.Tensor:
        """The picture with shading and texture: how it differs from flat colors under the ink.

        Args:
            sketch: (B, 1, H, W) in [-1, 1], paper = 1.
            flat: (B, 3, H, W) in [-1, 1], the color of every cell, answered or guessed, without lines.

        Returns (B, 3, H, W) in [-1, 1].
        """
        filled = (flat + 1) * (sketch + 1) / 2 - 1
        # Short of white and black, where tanh has no gradient: 0.99 is one step of 8-bit values away from it.
        return torch.tanh(self.unet(torch.cat([sketch, flat], dim=1)) + torch.atanh(0.99 * filled.float()))

    def mix(self, tokens: torch.Tensor, labels: torch.Tensor, alike: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
        """log of P(nothing to copy) * palette + sum over answers of P(copy it) * its color: (B, K, P) float32."""
        own = self.colors(tokens).float().log_softmax(2)
        query, key, nothing = self.copy_query(tokens), self.copy_key(tokens), self.copy_nothing(tokens).float()
        with torch.autocast(tokens.device.type, enabled=False):
            scores = query.float() @ key.float().transpose(1, 2) / COPY**0.5 + self.copy_alike * alike
            scores = scores.masked_fill(~known[:, None], float("-inf"))
            shares = torch.cat([nothing, scores], dim=2).softmax(2)  # (B, K, 1 + K)
            copied = shares[..., 1:] @ labels
            return (shares[..., :1] * own.exp() + copied + 1e-7).log()
