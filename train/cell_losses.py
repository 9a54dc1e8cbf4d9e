"""What the networks over cells are trained with, as pure functions. B pictures of K cells; sizes are shares of one.

Each is a mean over pictures of what it is for a picture alone, so that it does not matter who shares a batch with whom.
"""

import torch
import torch.nn.functional as F

from guiding_painter.cell_networks.lab import delta_e, soft_labels

ALIKE = 12.0  # dE up to which two cells share a color


def color_loss(
    log_probability: torch.Tensor, colors: torch.Tensor, palette: torch.Tensor, asked: torch.Tensor
) -> torch.Tensor:
    """Cross entropy with the true color, softened over the palette colors that it looks like.

    Args:
        log_probability: (B, K, P).
        colors: (B, K, 3) in [-1, 1], the truth.
        palette: (P, 3).
        asked: (B, K), sizes of the cells to be guessed, 0 elsewhere; they count by its root.
    """
    return _weighted(-(soft_labels(colors, palette) * log_probability).sum(2), asked.sqrt())


def mean_loss(mean: torch.Tensor, colors: torch.Tensor, asked: torch.Tensor) -> torch.Tensor:
    """Squared error of the pictures, which is what PSNR counts. (B, K, 3), (B, K, 3), (B, K) -> scalar."""
    return ((mean - colors).square().mean(2) * asked).sum(1).mean()


def doubt_loss(
    log_variance: torch.Tensor, mean: torch.Tensor, colors: torch.Tensor, asked: torch.Tensor
) -> torch.Tensor:
    """Negative log likelihood of the mean's error, which stays as it is: only the doubt, (B, K), learns."""
    error = (mean.detach() - colors).square().mean(2)
    return _weighted(0.5 * (error / log_variance.exp() + log_variance), asked.sqrt())


def alike_loss(alike: torch.Tensor, colors: torch.Tensor, size: torch.Tensor) -> torch.Tensor:
    """Binary cross entropy of "do these two share a color?", larger cells counting more.

    Args:
        alike: (B, K, K) logits.
        colors: (B, K, 3) in [-1, 1].
        size: (B, K), 0 where there is no cell.
    """
    same = (delta_e(colors, colors) < ALIKE).float()
    weight = (size[:, None] * size[:, :, None]) ** 0.25
    weight = weight * ~torch.eye(size.shape[1], dtype=torch.bool, device=size.device)
    losses = F.binary_cross_entropy_with_logits(alike, same, reduction="none")
    return _weighted(losses.flatten(1), weight.flatten(1))


def _weighted(losses: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Mean over pictures of their weighted means, (B, N), (B, N) -> scalar; 0 for a picture without any weight."""
    return ((losses * weight).sum(1) / weight.sum(1).clamp(min=1e-6)).mean()
