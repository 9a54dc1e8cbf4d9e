"""The colors that a new network over cells tells apart: those that most often fill a part of its training pictures."""

import numpy as np
import torch
from PIL import Image

from pictures.pairs import TrainingPairs

SEEN = 300  # pictures
SIDE = 160  # pixels, to which they are reduced
BITS = 5  # of a channel: colors that differ in what is below count as one at first
ROUNDS = 30


def palette_of(pictures: TrainingPairs, size: int) -> torch.Tensor:
    """(size, 3) in [-1, 1]: pure white, pure black, and k-means of the pictures' colors.

    In a picture each color counts by the root of its area, or else large grounds would have nearly all of them.
    """
    counts, sums = np.zeros(1 << 3 * BITS), np.zeros((1 << 3 * BITS, 3))
    for n in range(SEEN if pictures.is_stream else min(SEEN, len(pictures))):
        (picture, _), _ = pictures.open_next(n)
        picture.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
        colors = np.asarray(picture.convert("RGB")).reshape(-1, 3)
        high = colors.astype(np.int64) >> (8 - BITS)
        bins = (high[:, 0] << 2 * BITS) | (high[:, 1] << BITS) | high[:, 2]
        area = np.bincount(bins, minlength=len(counts))
        weight = np.sqrt(area) / len(colors) ** 0.5
        counts += weight
        for channel in range(3):
            total = np.bincount(bins, weights=colors[:, channel], minlength=len(counts))
            sums[:, channel] += weight * total / np.maximum(area, 1)
    found = counts > 0
    means = sums[found] / counts[found, None]
    centers = k_means(torch.from_numpy(means).float() / 127.5 - 1, torch.from_numpy(counts[found]).float(), size - 2)
    return torch.cat([torch.ones(1, 3), -torch.ones(1, 3), centers])


def k_means(colors: torch.Tensor, weights: torch.Tensor, size: int) -> torch.Tensor:
    """(N, 3) colors of weights (N,) -> (size, 3), the same ones every time."""
    if len(colors) <= size:
        return colors[torch.arange(size) % len(colors)]
    centers = colors[torch.multinomial(weights, size, generator=torch.Generator().manual_seed(0))]
    for _ in range(ROUNDS):
        nearest = torch.cdist(colors, centers).argmin(1)
        sums = torch.zeros_like(centers).index_add_(0, nearest, colors * weights[:, None])
        counts = torch.zeros(size).index_add_(0, nearest, weights)
        centers = torch.where(counts[:, None] > 0, sums / counts.clamp(min=1e-9)[:, None], centers)
    return centers
