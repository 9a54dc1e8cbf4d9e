"""What a model is compared with: a bucket of paint for line-bounded cells.

And what its questions must be beside those: regions that a person could name, not scattered over parts and specks.
"""

import numpy as np
import torch
from skimage.measure import label

from guiding_painter.hints import cell_sums

SPECK = 0.0005  # of the picture's area; a connected part below it is a speck


def bucket_fill(
    cells: torch.Tensor, sketch: torch.Tensor, color_image: torch.Tensor, num_hints: int, rest: str = "mean"
) -> torch.Tensor:
    """What a person has after filling the `num_hints` largest cells of a drawing with their true mean colors.

    Ink does not count in means and is laid over the colors, which it multiplies.

    Args:
        cells: (B, H, W) int64, numbered from the largest (`pictures.pairs.sketch_cells`).
        sketch: (B, 1, H, W) in [-1, 1].
        color_image: (B, 3, H, W) in [-1, 1].
        num_hints: 0 or more.
        rest: what the other cells show. "mean": together the one common mean of their true colors, a generous guess
            that a person does not have; "paper": white, as in any program with a bucket.

    Returns:
        (B, 3, H, W) in [-1, 1].
    """
    paper = (sketch + 1) / 2
    cells = cells.clamp(max=num_hints)  # all from `num_hints` on are filled together
    sums = cell_sums(torch.cat([color_image * paper, paper], dim=1), cells)  # (B, K, 4)
    means = sums[..., :3] / sums[..., 3:].clamp(min=1e-3)  # a cell without paper shows no color in any case
    if rest == "paper":
        means[:, num_hints:] = 1.0
    fills = means.gather(1, cells.flatten(1)[..., None].expand(-1, -1, 3))  # (B, H * W, 3)
    return (fills.transpose(1, 2).reshape(color_image.shape) + 1) * paper - 1


def region_statistics(region_map: np.ndarray) -> dict[str, float]:
    """Of one picture's regions, (H, W) integers from 0; all pixels belong to regions that are asked about.

    Pixels are connected that touch, be it at a corner.

    Returns:
        "parts_per_region": the mean number of connected parts of a region; "speck_share": the share of the picture's
        pixels that lie in specks.
    """
    parts = label(region_map, background=-1, connectivity=2)
    sizes = np.bincount(parts.ravel())[1:]  # labels begin at 1
    specks = sizes[sizes < SPECK * region_map.size]
    return {
        "parts_per_region": len(sizes) / len(np.unique(region_map)),
        "speck_share": float(specks.sum() / region_map.size),
    }
