"""CIC: "Colorful Image Colorization" (Zhang, Isola and Efros, ECCV 2016), automatic.

As there: the color of every pixel is a class, its target a mixture of the 5 nearest bins by a Gaussian, rare colors
count more (lambda 1/2), and the picture is the annealed mean at T = 0.38.

Differences: a sketch has no lightness, so bins are cubes of L*a*b* with sides of 20 in the gamut of sRGB, where the
paper has squares of ab with sides of 10; the widths of both Gaussians are 10, again half a side. The network is the
shared U-Net and predicts every pixel, where the paper's predicts a quarter of the height and width. How frequent
colors are is counted on up to 300 training pictures instead of all of ImageNet.
"""

import numpy as np
import torch
from diffusers.configuration_utils import register_to_config
from skimage.color import lab2rgb

from experiments.methods.base import Automatic
from guiding_painter.cell_networks.lab import to_lab
from guiding_painter.drawings import to_color_image
from guiding_painter.unet import UNet
from pictures.pairs import TrainingPairs

SIDE = 20.0  # of a bin, in L*a*b*
WIDTH = SIDE / 2  # standard deviation of both Gaussians
NEIGHBORS = 5  # bins that a color is a mixture of
TEMPERATURE = 0.38  # of the annealed mean
BITS = 5  # of a channel, of the colors that are looked up
SEEN = 300  # pictures whose colors are counted
MIXING = 0.5  # lambda of the rebalancing: of the uniform distribution


class CIC(Automatic):
    """Classes of colors for every pixel.

    `rebalancing`, (Q,), is how much a pixel of each class counts, known after `prepare`; `bins`, (Q, 3), are in L*a*b*.
    """

    @register_to_config
    def __init__(self, block_out_channels: tuple[int, ...] = (64, 128, 256, 512, 512), norm: str = "batch"):
        super().__init__()
        bins, nearest, shares = color_table()
        for name, value in {"bins": bins, "nearest": nearest, "shares": shares}.items():
            self.register_buffer(name, value, persistent=False)
        self.register_buffer("rebalancing", torch.ones(len(bins)))
        self.unet = UNet(1, len(bins), tuple(block_out_channels), norm, stem_factor=1)

    def prepare(self, pictures: TrainingPairs) -> None:
        """Counts colors for the rebalancing."""
        counts = torch.zeros(len(self.bins))
        for n in range(SEEN if pictures.is_stream else min(SEEN, len(pictures))):
            (picture, _), _ = pictures.open_next(n)
            picture.thumbnail((pictures.resolution, pictures.resolution))
            found = self.nearest[table_index(to_color_image(picture))][..., 0].flatten()
            counts += found.bincount(minlength=len(counts)) / len(found)
        kernel = (-(torch.cdist(self.bins, self.bins).square()) / (2 * WIDTH**2)).softmax(1)
        frequency = counts / counts.sum() @ kernel
        weights = 1 / ((1 - MIXING) * frequency + MIXING / len(counts))
        self.rebalancing.copy_(weights / (weights * frequency).sum())

    def forward(
        self,
        batch: dict[str, torch.Tensor],
        num_hints: torch.Tensor,
        tau: float,
        pixel_weights: torch.Tensor | None,
        noise: list[torch.Generator],
    ) -> dict:
        """Its own loss alone: the classes of all pixels, of which no picture is made in training."""
        logits = self.unet(batch["sketch"]).float()
        index = table_index(batch["color_image"])
        nearest, shares = (table[index].permute(0, 3, 1, 2) for table in (self.nearest, self.shares))
        entropy = -(logits.log_softmax(1).gather(1, nearest) * shares).sum(1)
        return {"own": {"classes": (entropy * self.rebalancing[nearest[:, 0]]).mean()}}

    def paint(self, sketch: torch.Tensor) -> torch.Tensor:
        mixture = (self.unet(sketch).float() / TEMPERATURE).softmax(1)
        lab = torch.einsum("bqhw,qc->bhwc", mixture, self.bins)
        # L*a*b* means may lie outside of the gamut
        rgb = torch.from_numpy(np.clip(lab2rgb(lab.cpu().numpy()), 0, 1)).to(lab) * 2 - 1
        return rgb.permute(0, 3, 1, 2)


def table_index(color_image: torch.Tensor) -> torch.Tensor:
    """Which color of the table each pixel is: (B, 3, H, W) in [-1, 1] -> (B, H, W) int64."""
    levels = ((color_image.float() + 1) / 2 * (1 << BITS)).long().clamp(0, (1 << BITS) - 1)
    red, green, blue = levels.unbind(1)
    return (red << 2 * BITS) | (green << BITS) | blue


def color_table() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The bins (Q, 3), and of every color that is looked up the nearest ones and the share of each, (32768, 5)."""
    with torch.device("cpu"):  # also where a network is made without weights, to be given some
        levels = (torch.arange(1 << BITS) + 0.5) / (1 << BITS) * 2 - 1
        levels[0], levels[-1] = -1, 1  # black and white as they are: most paper is white
        lab = to_lab(torch.cartesian_prod(levels, levels, levels))
        bins = (lab / SIDE).round().unique(dim=0) * SIDE
        distance, nearest = torch.cdist(lab, bins).topk(NEIGHBORS, largest=False)
        return bins, nearest, (-(distance.square()) / (2 * WIDTH**2)).softmax(1)
