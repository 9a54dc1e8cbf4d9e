"""The paper's baseline for guided regions: colors of small patches at random places (RTUG, Zhang 2017)."""

import torch

MAX_PATCH = 9  # pixels


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
