"""What a model is compared with: a bucket of paint for line-bounded cells, and colors of random patches (RTUG).

And what its questions must be beside those: regions that a person could name, not scattered over parts and specks.
"""

import numpy as np
import torch
from skimage.measure import label

from guiding_painter import ColorizationNetwork
from guiding_painter.hints import cell_sums

MAX_PATCH = 9  # pixels
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


def draw_points(size: tuple[int, int], count: int, generator: torch.Generator) -> torch.Tensor:
    """Random patches of a picture, by height and width: (count, 4) int64 of top, left, bottom and right.

    Sides are 1 to `MAX_PATCH` pixels (less in smaller pictures), every size and place as likely as any other.
    """
    limits = torch.tensor(size)
    sides = (torch.rand(count, 1, generator=generator, device=generator.device).cpu() * MAX_PATCH).long() + 1
    sides = torch.minimum(sides, limits)  # (count, 2)
    places = torch.rand(count, 2, generator=generator, device=generator.device).cpu()
    corners = (places * (limits - sides + 1)).long()
    return torch.cat([corners, corners + sides], dim=1)


def point_hints(
    color_image: torch.Tensor, points: list[torch.Tensor], pixel_weights: torch.Tensor | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """hint_map (B, 3, H, W) and condition_mask (B, 1, H, W): each patch is filled with its own mean color.

    Args:
        color_image: (B, 3, H, W) in [-1, 1].
        points: for every picture some patches from `draw_points`; later ones lie over earlier ones.
        pixel_weights: (B, 1, H, W) in [0, 1], how much each pixel counts; a patch where none counts gives no hint.
    """
    hints, mask = torch.zeros_like(color_image), torch.zeros_like(color_image[:, :1])
    weights = torch.ones_like(mask) if pixel_weights is None else pixel_weights
    for i, patches in enumerate(points):
        for top, left, bottom, right in patches.tolist():
            box = (i, slice(None), slice(top, bottom), slice(left, right))
            total = weights[box].sum()
            if total > 0.01:
                color = (color_image[box] * weights[box]).sum((1, 2)) / total
                hints[box], mask[box] = color[:, None, None], 1.0
    return hints, mask


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
