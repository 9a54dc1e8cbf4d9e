"""Guided regions and simulated color hints: Eqs. 2-8 of GuidingPainter as pure functions, and the Gumbel estimator.

Color sums, pixel counts and Gumbel noise are float32 whatever the input: 256x256 = 65,536 pixels overflow float16.
No tensor of shape (B, N_c, 3, H, W) exists: regions meet colors in matrix products.
"""

import torch


def num_hints_distribution(max_hints: int = 30, stop_prob: float = 0.125) -> torch.Tensor:
    """G(N_h = k), k = 0..N_c, the chance that a person stops after k answers (Eq. 3). Returns (N_c + 1,), sums to 1."""
    k = torch.arange(max_hints + 1, dtype=torch.float64)
    probabilities = (1 - stop_prob) ** k
    probabilities[:-1] *= stop_prob
    return probabilities.float()


def sample_num_hints(
    batch_size: int,
    max_hints: int = 30,
    stop_prob: float = 0.125,
    generator: torch.Generator | None = None,
    device: torch.device | str | None = None,
) -> torch.Tensor:
    """N_h ~ G, one per sample (Eq. 3). Returns (B,) int64 in 0..N_c. Drawn on the generator's device, then moved."""
    distribution = num_hints_distribution(max_hints, stop_prob)
    if generator is not None:
        distribution = distribution.to(generator.device)
    return torch.multinomial(distribution, batch_size, replacement=True, generator=generator).to(device)


def hint_weights(num_hints: torch.Tensor, max_hints: int = 30) -> torch.Tensor:
    """m_i = 1 where i <= N_h (Eq. 4). num_hints (B,) -> (B, N_c) float32."""
    index = torch.arange(1, max_hints + 1, device=num_hints.device)
    return (index <= num_hints[:, None]).float()


def masked_segments(segments: torch.Tensor, hint_weights: torch.Tensor) -> torch.Tensor:
    """S̃_i = m_i S_i (Eq. 5). (B, N_c, H, W), (B, N_c) -> (B, N_c, H, W)."""
    return segments * hint_weights.to(segments.dtype)[:, :, None, None]


def region_sums(values: torch.Tensor, segments: torch.Tensor) -> torch.Tensor:
    """Sum of values over each region, in float32. (B, C, H, W), (B, N_c, H, W) -> (B, N_c, C)."""
    with torch.autocast(values.device.type, enabled=False):
        return torch.einsum("bnp,bcp->bnc", segments.flatten(2).float(), values.flatten(2).float())


def cell_sums(values: torch.Tensor, cells: torch.Tensor) -> torch.Tensor:
    """As `region_sums`, over cells given by their numbers. (B, C, H, W), (B, H, W) int64 -> (B, K, C) float32."""
    batch, channels = values.shape[:2]
    count = int(cells.max()) + 1
    owner = (cells + count * torch.arange(batch, device=cells.device)[:, None, None]).flatten()  # (B * H * W,)
    sums = values.new_zeros(batch * count, channels, dtype=torch.float32)
    return sums.index_add(0, owner, values.float().permute(0, 2, 3, 1).flatten(0, 2)).view(batch, count, channels)


def mean_colors(
    color_image: torch.Tensor, segments: torch.Tensor, pixel_weights: torch.Tensor | None = None
) -> torch.Tensor:
    """c̄_i, the mean color of region i, 0 where the region has no pixel (Eq. 6).

    Args:
        color_image: (B, 3, H, W) in [-1, 1].
        segments: (B, N_c, H, W).
        pixel_weights: (B, 1, H, W) in [0, 1], how much each pixel counts; leave ink out with it, since people answer
            with clean colors. Every pixel counts fully by default, as in the paper.

    Returns:
        (B, N_c, 3) float32.
    """
    ones = torch.ones_like(color_image[:, :1]) if pixel_weights is None else pixel_weights.to(color_image.dtype)
    sums = region_sums(torch.cat([color_image * ones, ones], dim=1), segments)  # (B, N_c, 4)
    # Hard regions have 0 or at least 1 pixels (N_p of Eq. 6); the clamp is what makes an empty region's color 0.
    # A weighted region of less than one full pixel, all of it ink, fades towards 0 instead of blowing up gradients.
    return sums[..., :3] / sums[..., 3:].clamp(min=1.0)


def hint_map(mean_colors: torch.Tensor, masked_segments: torch.Tensor) -> torch.Tensor:
    """C = sum_i c̄_i S̃_i (Eq. 7); 0, mid-gray, where there is no hint. (B, N_c, 3), (B, N_c, H, W) -> (B, 3, H, W)."""
    return torch.einsum("bnc,bnhw->bchw", mean_colors.to(masked_segments.dtype), masked_segments)


def condition_mask(masked_segments: torch.Tensor) -> torch.Tensor:
    """M = sum_i S̃_i (Eq. 8), telling a gray hint from no hint. (B, N_c, H, W) -> (B, 1, H, W)."""
    return masked_segments.sum(dim=1, keepdim=True)


def gumbel_segments(
    segment_logits: torch.Tensor, tau: float = 1.0, generator: torch.Generator | None = None
) -> torch.Tensor:
    """S by the straight-through Gumbel estimator (Sec. 3.2; Jang 2017): training samples regions, with noise.

    Forward: one-hot of argmax(logits + noise). Backward: the gradient of softmax((logits + noise) / tau).

    Args:
        segment_logits: (B, N_c, H, W).
        tau: temperature > 0; it sharpens the gradient only, the sample is the same for every tau.
        generator: for repeatable noise, on the logits' device.

    Returns:
        (B, N_c, H, W) float32, one-hot over N_c.
    """
    logits = segment_logits.float()
    # Twice as fast on a CPU as exponential noise (F.gumbel_softmax). rand is below 1, and a 0 gives -inf: never chosen.
    uniform = torch.rand(logits.shape, generator=generator, device=logits.device)
    return straight_through((logits - (-uniform.log()).log()) / tau)


def straight_through(scores: torch.Tensor) -> torch.Tensor:
    """One-hot of the argmax over N_c forward, the gradient of the softmax backward. (B, N_c, H, W) -> same, float32.

    Without noise it is what networks with cells train with: noise per cell, unlike noise per pixel, does not average
    out and leaves one to three regions.
    """
    soft = scores.float().softmax(dim=1)
    return soft + (one_hot(soft) - soft).detach()


def one_hot(scores: torch.Tensor) -> torch.Tensor:
    """S by argmax, deterministic: what inference uses. (B, N_c, H, W) -> (B, N_c, H, W), one-hot, of the same dtype."""
    return torch.zeros_like(scores).scatter_(1, scores.argmax(dim=1, keepdim=True), 1.0)


def region_segments(region_map: torch.Tensor, max_hints: int = 30) -> torch.Tensor:
    """One-hot segments of a region map. (B, H, W) integers in 0..N_c-1 -> (B, N_c, H, W) float32."""
    batch, height, width = region_map.shape
    segments = torch.zeros(batch, max_hints, height, width, device=region_map.device)
    return segments.scatter_(1, region_map[:, None].long(), 1.0)
