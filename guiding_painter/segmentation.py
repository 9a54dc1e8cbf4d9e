"""The segmentation network f: where the model wants a color, and in which order (Eq. 1)."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from PIL import Image
from torch import nn

from .drawings.cells import cut_cells
from .drawings.ink import find_ink
from .hints import cell_sums
from .unet import UNet

# That the network tells apart in a picture; the smallest ones beyond are one.
MAX_CELLS = 256
# Of a guess of a color: variances are between this and 1 (colors are in [-1, 1]).
LEAST_DOUBT = 0.01
# The logit of a region that a picture with fewer cells does not have; float16 can still hold it.
NEVER = -1e4


class SegmentationNetwork(ModelMixin, ConfigMixin):
    """f: sketch -> segment_logits (Eq. 1). The defaults are the published network, 17.3 M parameters.

    Args:
        max_hints: N_c, the number of guided regions.
        block_out_channels: channels of the U-Net's levels.
        stem_factor: pixel-unshuffle factor before the U-Net; 1 as published, 2 in the lite configuration.
        norm: `"batch"` as published, or `"group"`.
        coordinates: give the network two more channels with each pixel's place in [-1, 1]. A convolution alone has
            little to say about which of two like parts is region 3 and which is region 4.
        cells: choose a region for every line-bounded cell (`cells.py`) instead of every pixel, so that regions end at
            lines by construction; see `CellGrouping`.
    """

    @register_to_config
    def __init__(
        self,
        max_hints: int = 30,
        block_out_channels: tuple[int, ...] = (64, 128, 256, 512, 512),
        stem_factor: int = 1,
        norm: str = "batch",
        coordinates: bool = False,
        cells: bool = False,
    ):
        super().__init__()
        features = CellGrouping.features if cells else max_hints
        self.unet = UNet(1 + 2 * coordinates, features, block_out_channels, norm, stem_factor)
        self.grouping = CellGrouping(max_hints) if cells else None

    def forward(self, sketch: torch.Tensor, cells: torch.Tensor | None = None) -> torch.Tensor:
        """sketch (B, 1, H, W) in [-1, 1] -> segment_logits (B, N_c, H, W).

        Args:
            sketch: paper = 1, ink = -1.
            cells: (B, H, W) int64 from `sketch_cells`, for networks with cells; made here where they are not given.
        """
        if self.grouping is None:
            return self.features(sketch)
        cells = sketch_cells(sketch) if cells is None else cells
        cell_logits, guesses = self.of_cells(sketch, cells)
        return spread(cell_logits, guesses, cells)

    def of_cells(self, sketch: torch.Tensor, cells: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """For every of the K cells: its choice of region (B, K, N_c) and a guess of its color (B, K, 4)."""
        return self.grouping(self.features(sketch), cells)

    def features(self, sketch: torch.Tensor) -> torch.Tensor:
        """What the U-Net makes of sketches, (B, F, H, W): with cells their features, without the segment_logits."""
        return self.unet(torch.cat([sketch, place(sketch)], dim=1) if self.config.coordinates else sketch)


def place(image: torch.Tensor) -> torch.Tensor:
    """Each pixel's row and column in [-1, 1]: (B, 2, H, W) for an image (B, C, H, W)."""
    batch, _, height, width = image.shape
    y, x = (torch.linspace(-1, 1, n, device=image.device, dtype=image.dtype) for n in (height, width))
    return torch.stack(torch.meshgrid(y, x, indexing="ij")).expand(batch, -1, -1, -1)


def sketch_cells(sketch: torch.Tensor) -> torch.Tensor:
    """Cells of sketches, 256 at most: (B, 1, H, W) in [-1, 1] -> (B, H, W) int64, numbered from the largest."""
    drawings = np.rint((sketch[:, 0].float().cpu().numpy() + 1) * 127.5).astype(np.uint8)
    cells = [cut_cells(find_ink(Image.fromarray(drawing))).astype(np.int64) for drawing in drawings]
    return torch.from_numpy(np.minimum(np.stack(cells), MAX_CELLS - 1)).to(sketch.device)


def spread(cell_logits: torch.Tensor, guesses: torch.Tensor, cells: torch.Tensor) -> torch.Tensor:
    """segment_logits of cells, (B, N_c, H, W), the region in front of whose color most is to be learned.

    That is its area times how doubtful its color is. The region of the N_c-th cell is the last of those that have
    pixels, however large: it also holds all cells too small for a region of their own, and what they have in common is
    hard to name.

    Args:
        cell_logits, guesses: (B, K, N_c) and (B, K, 4) from `CellGrouping`.
        cells: (B, H, W) int64.
    """
    batch, height, width = cells.shape
    choice = cell_logits.argmax(2).gather(1, cells.flatten(1))  # (B, H * W)
    doubts = guesses[..., 3].detach().float().exp().gather(1, cells.flatten(1))
    gains = doubts.new_zeros(batch, cell_logits.shape[2]).scatter_add(1, choice, doubts)
    gains[:, -1].clamp_(max=LEAST_DOUBT / 2)  # behind every region with a pixel, before those without
    order = gains.argsort(dim=1, descending=True, stable=True)
    cell_logits = cell_logits.gather(2, order[:, None].expand_as(cell_logits))
    index = cells.reshape(batch, 1, -1).expand(-1, cell_logits.shape[2], -1)
    return cell_logits.transpose(1, 2).gather(2, index).view(batch, -1, height, width)


class CellGrouping(nn.Module):
    """Lets every cell choose which of the N_c largest cells it shares a color with: a larger one, or none but itself.

    A region is one of those cells with all that point at it; those come first of whose color most is to be learned
    (`spread`), those without pixels last. So there is no symmetry to break between like parts, every region lives from
    the first step of training on, where each large cell points at itself and all small ones at the N_c-th (a bucket
    fill of cells, the largest first), and training can only learn which cells belong together and which colors go
    without saying.

    A cell is described by the mean of the U-Net's features, by its place, extent and size; attention between the cells
    of a picture compares them, and then each pair of cells is looked at.

    Args:
        max_hints: N_c.
    """

    features = 32  # channels wanted from the U-Net
    width = 64
    layers = 2
    self_bias = 2.5  # how much a cell prefers itself in the beginning: about one pair in ten shares a color

    def __init__(self, max_hints: int):
        super().__init__()
        self.max_hints = max_hints
        self.describe = nn.Linear(self.features + 5, self.width)
        self.compare = nn.ModuleList(
            nn.TransformerEncoderLayer(self.width, 4, 2 * self.width, dropout=0.0, batch_first=True, norm_first=True)
            for _ in range(self.layers)
        )
        self.one, self.other, self.difference = (nn.Linear(self.width, self.width) for _ in range(3))
        self.alike = nn.Linear(self.width, 1)
        self.guess = nn.Linear(self.width, 4)
        nn.init.zeros_(self.guess.weight)  # every color equally in doubt: a new network asks by size
        nn.init.constant_(self.guess.bias, -1.0)
        self.self_logit = nn.Parameter(torch.tensor(self.self_bias))

    def forward(self, features: torch.Tensor, cells: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """What cells have in common and what their colors may be.

        Args:
            features: (B, features, H, W) of the U-Net.
            cells: (B, H, W) int64, numbered from the largest.

        Returns:
            cell logits (B, K, N_c), and a guess of every cell's color (B, K, 4): mean (in [-1, 1]) and log variance.
        """
        tokens, absent = self.describe_cells(features, cells)  # (B, K, width), (B, K)
        for layer in self.compare:
            tokens = layer(tokens, src_key_padding_mask=absent)
        targets = tokens[:, : self.max_hints]
        difference = (tokens[:, :, None] - targets[:, None]).abs()  # (B, K, <= N_c, width)
        pairs = self.one(tokens)[:, :, None] + self.other(targets)[:, None] + self.difference(difference)
        logits = self.alike(F.gelu(pairs))[..., 0].float()
        own = torch.arange(logits.shape[1], device=logits.device).clamp(max=self.max_hints - 1)  # (K,)
        is_own = F.one_hot(own, logits.shape[2])
        logits = torch.where(is_own > 0, self.self_logit.float(), logits)
        larger = torch.ones_like(logits, dtype=torch.bool).tril()
        logits = logits.masked_fill(~larger | absent[:, None, : self.max_hints], NEVER)
        logits = F.pad(logits, (0, self.max_hints - logits.shape[2]), value=NEVER)
        color, doubt = self.guess(tokens).float().split([3, 1], dim=2)
        return logits, torch.cat([color.tanh(), doubt.clamp(math.log(LEAST_DOUBT), 0)], dim=2)

    def describe_cells(self, features: torch.Tensor, cells: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean features, place, extent and size of cells as (B, K, width), and which cells do not exist, (B, K)."""
        features = features.float()
        # Within a picture features differ far less than place and size do, and would go unseen beside them.
        variance, mean = torch.var_mean(features, dim=(2, 3), correction=0, keepdim=True)
        features = (features - mean) / (variance + 1e-6).sqrt()
        places = place(features)
        values = torch.cat([features, places, places.square(), torch.ones_like(features[:, :1])], dim=1)
        sums = cell_sums(values, cells)
        pixels = sums[..., -1:]
        means, center, square = (sums[..., :-1] / pixels.clamp(min=1)).split([self.features, 2, 2], dim=-1)
        extent = (square - center.square()).clamp(min=0).sqrt()
        size = (pixels / cells[0].numel()).clamp(min=1e-5).log() / 5  # about -2.3 to 0
        described = torch.cat([means, center, 5 * extent, size], dim=-1)
        return self.describe(described.to(self.describe.weight.dtype)), pixels[..., 0] == 0
