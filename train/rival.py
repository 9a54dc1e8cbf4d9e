"""The rival of the model: a bucket of paint for every line-bounded cell, the largest cell first."""

import torch

from guiding_painter.hints import cell_sums


def bucket_fill(cells: torch.Tensor, sketch: torch.Tensor, color_image: torch.Tensor, num_hints: int) -> torch.Tensor:
    """What a person has after filling the `num_hints` largest cells of a drawing with their true mean colors.

    The other cells together have one common mean color, which is a generous guess: it is that of the true picture. Ink
    does not count in means and is laid over the colors, which it multiplies.

    Args:
        cells: (B, H, W) int64, numbered from the largest (`guiding_painter.segmentation.sketch_cells`).
        sketch: (B, 1, H, W) in [-1, 1].
        color_image: (B, 3, H, W) in [-1, 1].
        num_hints: 0 or more.

    Returns:
        (B, 3, H, W) in [-1, 1].
    """
    paper = (sketch + 1) / 2
    cells = cells.clamp(max=num_hints)  # all from `num_hints` on are filled together
    sums = cell_sums(torch.cat([color_image * paper, paper], dim=1), cells)  # (B, K, 4)
    means = sums[..., :3] / sums[..., 3:].clamp(min=1e-3)  # a cell without paper shows no color in any case
    fills = means.gather(1, cells.flatten(1)[..., None].expand(-1, -1, 3))  # (B, H * W, 3)
    return (fills.transpose(1, 2).reshape(color_image.shape) + 1) * paper - 1
