"""Small examples of regions, and the hints that follow from them: what the tests of the equations share."""

import torch

from guiding_painter.hints import condition_mask, hint_map, hint_weights, masked_segments, mean_colors, region_segments

MAX_HINTS = 4
EMPTY = 2  # index of the region that `example` leaves without a pixel


def example(height: int = 3, width: int = 5) -> tuple[torch.Tensor, torch.Tensor]:
    """Two color images and their segments, one region of each empty."""
    generator = torch.Generator().manual_seed(0)
    color_image = torch.rand(2, 3, height, width, generator=generator) * 2 - 1
    region_map = torch.randint(MAX_HINTS, (2, height, width), generator=generator)
    region_map[region_map == EMPTY] = 0
    return color_image, region_segments(region_map, MAX_HINTS)


def hints(color_image, segments, num_hints):
    """Eq. 2 by the package's functions: mean colors, C, M."""
    masked = masked_segments(segments, hint_weights(num_hints, segments.shape[1]))
    colors = mean_colors(color_image, segments)
    return colors, hint_map(colors, masked), condition_mask(masked)


def random_logits() -> torch.Tensor:
    return torch.randn(2, MAX_HINTS, 6, 7, generator=torch.Generator().manual_seed(5))
