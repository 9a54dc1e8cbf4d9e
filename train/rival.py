"""The rival of the model: a bucket of paint for every line-bounded cell, the largest cell first."""

import torch


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
    fills = [_fill_with_means(*picture) for picture in zip(cells, color_image, paper, strict=True)]
    return (torch.stack(fills) + 1) * paper - 1


def _fill_with_means(cells: torch.Tensor, color_image: torch.Tensor, paper: torch.Tensor) -> torch.Tensor:
    """(H, W) int64, (3, H, W), (1, H, W) -> (3, H, W) with each cell in its mean color."""
    sums = color_image.new_zeros(4, int(cells.max()) + 1)
    sums.index_add_(1, cells.flatten(), torch.cat([color_image * paper, paper]).flatten(1))
    means = sums[:3] / sums[3].clamp(min=1e-3)  # a cell without paper shows no color in any case
    return means[:, cells]
