"""How good a coloring is, and how many answers it took (Sec. 4.2): PSNR, its expectation under G, NRI."""

import torch

from .hints import num_hints_distribution


def psnr(prediction: torch.Tensor, color_image: torch.Tensor) -> torch.Tensor:
    """Peak signal-to-noise ratio in dB of each picture, on 8-bit values with peak 255. (B, 3, H, W) in [-1, 1] -> (B,).

    Identical pictures give infinity.
    """
    difference = _to_8_bit(prediction) - _to_8_bit(color_image)
    return 10 * torch.log10(255**2 / difference.square().mean((1, 2, 3)))


def _to_8_bit(color_image: torch.Tensor) -> torch.Tensor:
    return ((color_image.double().clamp(-1, 1) + 1) * 127.5).round()


def expected_psnr(curve: torch.Tensor, stop_prob: float = 0.125) -> torch.Tensor:
    """PSNR expected when a person stops after N_h ~ G answers (Eq. 3), by exact weights. (..., N_c + 1) -> (...)."""
    return curve @ num_hints_distribution(curve.shape[-1] - 1, stop_prob).to(curve)


def nri(curve: torch.Tensor, threshold: float) -> torch.Tensor:
    """Number of required interactions (Sec. 4.2): the fewest answers whose PSNR reaches the threshold.

    Args:
        curve: (..., N_c + 1), PSNR in dB after 0..N_c answers.
        threshold: in dB.

    Returns:
        (...) float; N_c + 1 where the threshold is never reached.
    """
    reached = curve >= threshold
    first = reached.int().argmax(dim=-1)
    return torch.where(reached.any(dim=-1), first, curve.shape[-1]).float()
