"""The segmentation network f: where the model wants a color, and in which order (Eq. 1)."""

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import nn

from .cells import line_bounded_cells
from .hints import cell_sums
from .unet import UNet

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
            return self._body(sketch)
        cells = sketch_cells(sketch) if cells is None else cells
        return spread(self.cell_logits(sketch, cells), cells)

    def cell_logits(self, sketch: torch.Tensor, cells: torch.Tensor) -> torch.Tensor:
        """Which of the N_c largest cells each of the K cells shares a color with: (B, K, N_c), see `CellGrouping`."""
        return self.grouping(self._body(sketch), cells)

    def _body(self, sketch: torch.Tensor) -> torch.Tensor:
        return self.unet(torch.cat([sketch, place(sketch)], dim=1) if self.config.coordinates else sketch)


def place(image: torch.Tensor) -> torch.Tensor:
    """Each pixel's row and column in [-1, 1]: (B, 2, H, W) for an image (B, C, H, W)."""
    batch, _, height, width = image.shape
    y, x = (torch.linspace(-1, 1, n, device=image.device, dtype=image.dtype) for n in (height, width))
    return torch.stack(torch.meshgrid(y, x, indexing="ij")).expand(batch, -1, -1, -1)


def sketch_cells(sketch: torch.Tensor) -> torch.Tensor:
    """Line-bounded cells of sketches: (B, 1, H, W) in [-1, 1] -> (B, H, W) int64, numbered from the largest."""
    drawings = (sketch[:, 0].float().cpu().numpy() + 1) / 2
    return torch.from_numpy(np.stack([line_bounded_cells(drawing) for drawing in drawings])).to(sketch.device)


def spread(cell_logits: torch.Tensor, cells: torch.Tensor) -> torch.Tensor:
    """segment_logits of cells: (B, K, N_c), (B, H, W) -> (B, N_c, H, W), the largest region in front.

    The region of the N_c-th cell is the last of those that have pixels, however large: it also holds all cells too
    small for a region of their own, and what they have in common is hard to name.
    """
    batch, height, width = cells.shape
    choice = cell_logits.argmax(2).gather(1, cells.flatten(1))  # (B, H * W)
    areas = cell_logits.new_zeros(batch, cell_logits.shape[2]).scatter_add(1, choice, torch.ones_like(choice).float())
    areas[:, -1].clamp_(max=0.5)  # behind every region with a pixel, before those without
    order = areas.argsort(dim=1, descending=True, stable=True)
    cell_logits = cell_logits.gather(2, order[:, None].expand_as(cell_logits))
    index = cells.view(batch, 1, -1).expand(-1, cell_logits.shape[2], -1)
    return cell_logits.transpose(1, 2).gather(2, index).view(batch, -1, height, width)


class CellGrouping(nn.Module):
    """Lets every cell choose which of the N_c largest cells it shares a color with: a larger one, or none but itself.

    A region is one of those cells with all that point at it; the largest come first (`spread`), those without pixels
    last. So there is no symmetry to break between like parts, every region lives from the first step of training on,
    where each large cell points at itself and all small ones at the N_c-th (a bucket fill of cells, the largest first),
    and training can only learn which cells belong together.

    A cell is described by the mean of the U-Net's features, of its place, and by its size; attention between the cells
    of a picture compares them.

    Args:
        max_hints: N_c.
    """

    features = 32  # channels wanted from the U-Net
    width = 64
    layers = 2
    self_bias = 2.5  # how much a cell prefers itself in the beginning: a probability of about 0.3 among 30 others

    def __init__(self, max_hints: int):
        super().__init__()
        self.max_hints = max_hints
        self.describe = nn.Linear(self.features + 3, self.width)
        self.compare = nn.ModuleList(
            nn.TransformerEncoderLayer(self.width, 4, 2 * self.width, dropout=0.0, batch_first=True, norm_first=True)
            for _ in range(self.layers)
        )
        self.query = nn.Linear(self.width, self.width)
        self.key = nn.Linear(self.width, self.width)
        self.self_logit = nn.Parameter(torch.tensor(self.self_bias))

    def forward(self, features: torch.Tensor, cells: torch.Tensor) -> torch.Tensor:
        """(B, features, H, W), (B, H, W) cells numbered from the largest -> cell logits (B, K, N_c)."""
        tokens, absent = self.describe_cells(features, cells)  # (B, K, width), (B, K)
        for layer in self.compare:
            tokens = layer(tokens, src_key_padding_mask=absent)
        targets = tokens[:, : self.max_hints]
        logits = (self.query(tokens) @ self.key(targets).transpose(1, 2)).float() / self.width**0.5  # (B, K, <= N_c)
        own = torch.arange(logits.shape[1], device=logits.device).clamp(max=self.max_hints - 1)  # (K,)
        logits = logits + self.self_logit.float() * F.one_hot(own, logits.shape[2])
        larger = torch.ones_like(logits, dtype=torch.bool).tril()
        logits = logits.masked_fill(~larger | absent[:, None, : self.max_hints], NEVER)
        return F.pad(logits, (0, self.max_hints - logits.shape[2]), value=NEVER)

    def describe_cells(self, features: torch.Tensor, cells: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean features, mean place and size of every cell as (B, K, width), and which cells do not exist, (B, K)."""
        features = features.float()
        # Within a picture features differ far less than place and size do, and would go unseen beside them.
        variance, mean = torch.var_mean(features, dim=(2, 3), correction=0, keepdim=True)
        features = (features - mean) / (variance + 1e-6).sqrt()
        values = torch.cat([features, place(features), torch.ones_like(features[:, :1])], dim=1)
        sums = cell_sums(values, cells)
        pixels = sums[..., -1:]
        size = (pixels / cells[0].numel()).clamp(min=1e-5).log() / 5  # about -2.3 to 0
        described = torch.cat([sums[..., :-1] / pixels.clamp(min=1), size], dim=-1)
        return self.describe(described.to(self.describe.weight.dtype)), pixels[..., 0] == 0
