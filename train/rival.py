"""What a model is compared with: a bucket of paint for line-bounded cells, and colors of random patches (RTUG)."""

import torch

from guiding_painter import ColorizationNetwork
from guiding_painter.hints import cell_sums
from point_hints import point_hints


def bucket_fill(
    cells: torch.Tensor, sketch: torch.Tensor, color_image: torch.Tensor, num_hints: int, rest: str = "mean"
) -> torch.Tensor:
    """What a person has after filling the `num_hints` largest cells of a drawing with their true mean colors.

    Ink does not count in means and is laid over the colors, which it multiplies.

    Args:
        cells: (B, H, W) int64, numbered from the largest (`guiding_painter.segmentation.sketch_cells`).
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


@torch.no_grad()
def color_points(
    colorization: ColorizationNetwork,
    sketch: torch.Tensor,
    color_image: torch.Tensor,
    points: list[torch.Tensor],
    pixel_weights: torch.Tensor | None = None,
) -> torch.Tensor:
    """What a network that was trained with point hints makes of the true colors of some patches, (B, 3, H, W).

    Args:
        colorization: trained with `segments` that are 0 everywhere.
        sketch: (B, 1, H, W) in [-1, 1].
        color_image, points, pixel_weights: as for `point_hints`.
    """
    hints, mask = point_hints(color_image, points, pixel_weights)
    segments = sketch.new_zeros(len(sketch), colorization.config.max_hints, *sketch.shape[2:])
    return colorization(sketch, segments, hints, mask)
