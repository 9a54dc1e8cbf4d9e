"""Pictures to measure on, one of them damaged, and the simplest feature of pictures."""

from pathlib import Path

import torch
from training_pictures import draw_pictures

from pictures.pairs import SketchColorPairs, collate


def draw_with_damage(folder: Path) -> Path:
    """A folder with three pictures in test/, and one that is cut short."""
    pictures = draw_pictures(folder / "test", 3)
    damaged = pictures / "chapter" / "damaged.png"
    damaged.write_bytes((pictures / "page00.png").read_bytes()[:200])
    return folder


def batch_of(folder: Path) -> dict:
    """The three as a batch."""
    pairs = SketchColorPairs(sorted(folder.rglob("page*.png")), 32)
    return collate([pairs[i] for i in range(3)])


class MeanGray(torch.nn.Module):
    """The simplest feature: a picture's mean, in 8-bit levels."""

    num_features = 1

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images.float().mean((1, 2, 3))[:, None]
