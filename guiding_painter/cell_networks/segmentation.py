"""The segmentation network f over cells: what each part of a drawing is, once per drawing, before any answer."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import nn

from .attention import CellLayer
from .encoder import SketchEncoder
from .maps import GEOMETRY, PAIR, contacts, geometry, membership, pair_features, pool

NEVER = -1e4  # attention to a cell that a picture does not have; float16 can still hold it


class CellFeatures(NamedTuple):
    """What f knows of the K largest cells of every picture; shapes with B pictures."""

    tokens: torch.Tensor  # (B, K, width)
    bias: torch.Tensor  # (B, heads, K, K), of attention in g; NEVER towards cells that are not there
    alike: torch.Tensor  # (B, K, K) float32, logits of "these two share one color"
    size: torch.Tensor  # (B, K) float32, share of the picture; 0 for a cell that is not there
    geometry: torch.Tensor  # (B, K, GEOMETRY), see `maps.geometry`
    embedding: torch.Tensor  # (B, K, 96) float32 of length 1: cells of one color lie close


class CellSegmentationNetwork(ModelMixin, ConfigMixin):
    """f: sketch, cells -> features of cells, and which of them share a color.

    An image encoder sees the sketch; its features are averaged over every cell, told its place and shape, and compared
    with all others by attention.

    Args:
        width, heads, num_layers: of the attention between cells.
        max_cells: cells from this number on, the smallest ones, get no token.
        encoder_side: a sketch whose longer side is more is reduced to it for the encoder; cells stay as they are.
        dropout: in the layers, while training.
    """

    @register_to_config
    def __init__(
        self,
        width: int = 256,
        heads: int = 8,
        num_layers: int = 3,
        max_cells: int = 256,
        encoder_side: int = 384,
        dropout: float = 0.1,
    ):
        super().__init__()
        self.encoder = SketchEncoder()
        channels = sum(SketchEncoder.channels)
        self.look = nn.Sequential(nn.LayerNorm(channels), nn.Linear(channels, width))
        self.shape = nn.Sequential(nn.Linear(GEOMETRY, width), nn.GELU(), nn.Linear(width, width))
        self.pairs = nn.Sequential(nn.Linear(PAIR, 32), nn.GELU())
        self.pair_bias = nn.Linear(32, 2 * heads + 1)  # for f, for g, and for who is alike
        self.layers = nn.ModuleList(CellLayer(width, heads, dropout) for _ in range(num_layers))
        self.embed = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 96))
        self.alike_scale = nn.Parameter(torch.tensor(8.0))
        self.alike_shift = nn.Parameter(torch.tensor(-2.0))

    def forward(self, sketch: torch.Tensor, cells: torch.Tensor, count: int | None = None) -> CellFeatures:
        """sketch (B, 1, H, W) in [-1, 1], paper = 1; cells (B, H', W') int64 of the same pictures, numbered by size.

        Args:
            count: K; by default as many as there are cells, `max_cells` at most.
        """
        if count is None:
            count = min(int(cells.max()) + 1, self.config.max_cells)
        seen = shrink(sketch, self.config.encoder_side)
        maps = self.encoder(seen)
        with torch.no_grad(), torch.autocast(sketch.device.type, enabled=False):
            members = membership(cells, count, tuple(maps[1].shape[-2:]))
            coarse_ink = F.adaptive_avg_pool2d((1 - seen.float()) / 2, members.shape[-2:])[:, 0]
            ink = F.interpolate((1 - sketch.float()) / 2, size=cells.shape[1:], mode="nearest")[:, 0]
            shapes, size = geometry(cells, coarse_ink, members)
            between = pair_features(shapes, contacts(cells, ink, count))
        tokens = self.look(pool(maps, members).to(self.look[1].weight.dtype)) + self.shape(shapes.to(sketch.dtype))
        own, later, alike = self._biases(between.to(sketch.dtype))
        absent = (size == 0)[:, None, None]
        own = own.masked_fill(absent, NEVER)
        for layer in self.layers:
            tokens = layer(tokens, own)
        embedding = F.normalize(self.embed(tokens).float(), dim=2)
        return CellFeatures(
            tokens, later.masked_fill(absent, NEVER), self._alike(embedding, alike), size, shapes, embedding
        )

    def together(self, pictures: Sequence[CellFeatures]) -> CellFeatures:
        """Features of several pictures, panels or pages, of one drawing each, as those of one picture.

        A cell attends to the cells of the other pictures, too, as to such that it does not touch. Sizes are shares of
        all pictures, each counted as one.
        """
        tokens, geometry, embedding = (
            torch.cat([getattr(picture, name) for picture in pictures], dim=1)
            for name in ("tokens", "geometry", "embedding")
        )
        size = torch.cat([picture.size for picture in pictures], dim=1) / len(pictures)
        between = pair_features(geometry, geometry.new_zeros(*geometry.shape[:2], geometry.shape[1], 3))
        _, bias, alike = self._biases(between.to(tokens.dtype))
        bias, alike = bias.masked_fill((size == 0)[:, None, None], NEVER), self._alike(embedding, alike)
        first = 0
        for picture in pictures:
            mine = slice(first, first + picture.tokens.shape[1])
            bias[:, :, mine, mine], alike[:, mine, mine] = picture.bias, picture.alike
            first = mine.stop
        return CellFeatures(tokens, bias, alike, size, geometry, embedding)

    def _biases(self, between: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Of pairs (B, K, K, PAIR): biases of attention here and in g, (B, heads, K, K), and likeness (B, 1, K, K)."""
        pair = self.pair_bias(self.pairs(between)).permute(0, 3, 1, 2).contiguous()  # fast attention wants it so
        return pair.split([self.config.heads, self.config.heads, 1], dim=1)

    def _alike(self, embedding: torch.Tensor, pairs: torch.Tensor) -> torch.Tensor:
        with torch.autocast(embedding.device.type, enabled=False):
            closeness = embedding @ embedding.transpose(1, 2)
            symmetric = (pairs + pairs.transpose(2, 3))[:, 0].float() / 2
            return self.alike_scale.float() * closeness + self.alike_shift.float() + symmetric


def shrink(sketch: torch.Tensor, side: int) -> torch.Tensor:
    """The sketch with its longer side `side` at most, (B, 1, h, w)."""
    factor = side / max(sketch.shape[-2:])
    if factor >= 1:
        return sketch
    size = [max(1, round(length * factor)) for length in sketch.shape[-2:]]
    return F.interpolate(sketch, size=size, mode="bilinear", antialias=True)
