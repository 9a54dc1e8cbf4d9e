"""The training objective: Eqs. 10-14 of GuidingPainter, and one loss of our own, as pure functions.

The paper writes sums; every loss here is a mean, which is what the published weights assume (`LAMBDAS`).
"""

import torch
import torch.nn.functional as F

from .hints import num_hints_distribution, region_sums

# Eq. 14: the published weights of the loss terms.
LAMBDAS = {"rec": 30.0, "adv": 0.2, "tv": 5.0, "smth": 1.0}


def smoothness_loss(segment_logits: torch.Tensor, pair_weights: torch.Tensor | None = None) -> torch.Tensor:
    """L_smth, how much neighbouring pixels' logits differ (Eq. 10).

    Each of the four directions (right, down, two diagonals) contributes its mean absolute difference, times 0.25.
    Eq. 10 counts each pair of neighbours from both sides: up to the border it is 8 * B * N_c * H * W times this mean.

    Args:
        segment_logits: (B, N_c, H, W).
        pair_weights: (B, 1, H, W) in [0, 1], e.g. 1 on paper and 0 on ink; a pair counts by the smaller of its two
            weights, so that a region may end at a line for free. Every pair counts fully by default, as in the paper.
    """
    logits, losses = segment_logits.float(), []
    for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)):
        left, right = _neighbours(logits, dy, dx)
        difference = (left - right).abs()
        if pair_weights is not None:
            difference = difference * torch.minimum(*_neighbours(pair_weights, dy, dx))
        losses.append(difference.mean())
    return 0.25 * sum(losses)


def _neighbours(image: torch.Tensor, dy: int, dx: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Two views of an image, one moved by (dy, dx), dy >= 0, over the pixels that both have."""
    height, width = image.shape[-2:]
    first = image[..., : height - dy, max(-dx, 0) : width - max(dx, 0)]
    second = image[..., dy:, max(dx, 0) : width - max(-dx, 0)]
    return first, second


def total_variance_loss(
    color_image: torch.Tensor,
    segments: torch.Tensor,
    mean_colors: torch.Tensor,
    pixel_weights: torch.Tensor | None = None,
) -> torch.Tensor:
    """L_tv, how far pixels are from their region's mean color (Eq. 11), a mean over B, 3, H, W.

    Eq. 11 is B * 3 * H * W times this. With one-hot segments it equals the mean of (Y - C)^2 with C = sum_i c̄_i S_i;
    written as a sum over regions, though, so that the gradient reaches every channel of S by its own color.

    Args:
        color_image: (B, 3, H, W).
        segments: (B, N_c, H, W).
        mean_colors: (B, N_c, 3).
        pixel_weights: (B, 1, H, W) in [0, 1], how much each pixel counts; 1 by default, as in the paper.
    """
    with torch.autocast(color_image.device.type, enabled=False):
        image, segments, means = color_image.float(), segments.float(), mean_colors.float()
        # |Y - c|^2 = |Y|^2 - 2 Y c + |c|^2, with one matrix product in the middle: no (B, N_c, 3, H, W)
        cross = torch.einsum("bchw,bnc->bnhw", image, means)
        distance = image.square().sum(1, keepdim=True) - 2 * cross + means.square().sum(2)[:, :, None, None]
        variance = (distance * segments).sum(1, keepdim=True)  # (B, 1, H, W)
        return (variance if pixel_weights is None else variance * pixel_weights).mean() / 3


def reconstruction_loss(prediction: torch.Tensor, color_image: torch.Tensor) -> torch.Tensor:
    """L_rec, the mean absolute error (Eq. 12). Both (B, 3, H, W)."""
    return F.l1_loss(prediction.float(), color_image.float())


def adversarial_loss(logits: torch.Tensor, is_real: bool, kind: str = "lsgan") -> torch.Tensor:
    """One term of L_adv (Eq. 13): how far D's patch logits are from saying `is_real`.

    D minimises `adversarial_loss(D(Y, X), True)` and `adversarial_loss(D(Ŷ, X), False)`, G minimises
    `adversarial_loss(D(Ŷ, X), True)`, the non-saturating form of its part.

    Args:
        logits: of any shape.
        kind: `"lsgan"`, squared distance to 1 or 0 as in the authors' code, or `"log"`, the logarithms of Eq. 13.
    """
    logits = logits.float()
    target = torch.full_like(logits, float(is_real))
    if kind == "lsgan":
        return F.mse_loss(logits, target)
    if kind == "log":
        return F.binary_cross_entropy_with_logits(logits, target)
    raise ValueError(f"kind is {kind!r}; choose 'lsgan' or 'log'.")


def prefix_loss(
    color_image: torch.Tensor,
    segments: torch.Tensor,
    stop_prob: float = 0.125,
    pixel_weights: torch.Tensor | None = None,
) -> torch.Tensor:
    """The expected error of flat filling under G, a loss of our own: it trains extent and order of regions without g.

    For k answers, regions 1..k are filled with their own mean color and everything else with one common mean; the
    squared error left is weighted by G(k) (Eq. 3) and summed over k = 0..N_c. Own errors come from prefix sums, the
    rest's from suffix sums, all k at once; no tensor is larger than (B, N_c, 4) apart from the inputs.

    Args:
        color_image: (B, 3, H, W).
        segments: (B, N_c, H, W), one-hot or soft.
        stop_prob: p of Eq. 3.
        pixel_weights: (B, 1, H, W) in [0, 1], how much each pixel counts; e.g. 0 on ink, which no answer colors.

    Returns:
        The mean over the batch, in squared color units per pixel and channel.
    """
    pixels = color_image.shape[-2] * color_image.shape[-1]
    image = color_image.float()
    ones = torch.ones_like(image[:, :1]) if pixel_weights is None else pixel_weights.float()
    sums = region_sums(torch.cat([image * ones, ones], dim=1), segments)  # (B, N_c, 4)
    # Error of filling a set of pixels with its mean: sum Y^2 - |sum Y|^2 / count; the first term is the same for all k.
    own = _explained(sums).cumsum(1)  # (B, N_c): by regions 1..k
    rest = _explained(sums.flip(1).cumsum(1).flip(1))  # (B, N_c): by one mean for regions k+1..N_c
    explained = F.pad(own, (1, 0)) + F.pad(rest, (0, 1))  # (B, N_c + 1): k = 0..N_c
    weights = num_hints_distribution(segments.shape[1], stop_prob).to(image.device)
    # Not `explained @ weights`: autocast would round that product to bfloat16.
    error = (image.square() * ones).sum((1, 2, 3)) - (explained * weights).sum(1)  # (B,)
    return error.mean() / (3 * pixels)


def _explained(sums: torch.Tensor) -> torch.Tensor:
    """|sum Y|^2 / count of pixel sets given as (..., 4) sums of color and count; 0 for an empty set."""
    return sums[..., :3].square().sum(-1) / sums[..., 3].clamp(min=1e-6)
