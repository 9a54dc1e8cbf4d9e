"""Colors as people see them: CIE L*a*b* under D65, of RGB in [-1, 1], on tensors."""

import torch

LABEL_WIDTH = 6.0  # dE at which a palette color is one e-th as good a name for a color as the color itself


def to_lab(rgb: torch.Tensor) -> torch.Tensor:
    """(..., 3) sRGB in [-1, 1] -> (..., 3) L*a*b*, float32."""
    value = ((rgb.float() + 1) / 2).clamp(0, 1)
    linear = torch.where(value > 0.04045, ((value + 0.055) / 1.055) ** 2.4, value / 12.92)
    matrix = linear.new_tensor([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    with torch.autocast(rgb.device.type, enabled=False):
        xyz = linear @ matrix.T / linear.new_tensor([0.9505, 1.0, 1.089])
    root = torch.where(xyz > 0.008856, xyz.clamp(min=1e-6) ** (1 / 3), 7.787 * xyz + 16 / 116)
    x, y, z = root.unbind(-1)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], dim=-1)


def delta_e(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """CIE76 difference of every color of two lists: (..., N, 3), (..., M, 3) -> (..., N, M)."""
    with torch.autocast(first.device.type, enabled=False):
        return torch.cdist(to_lab(first), to_lab(second), compute_mode="donot_use_mm_for_euclid_dist")


def chroma(rgb: torch.Tensor) -> torch.Tensor:
    """How far colors are from gray in L*a*b*, 0 to about 134: (..., 3) -> (...)."""
    return to_lab(rgb)[..., 1:].norm(dim=-1)


def soft_labels(colors: torch.Tensor, palette: torch.Tensor) -> torch.Tensor:
    """Colors as mixtures of palette colors, the nearer the more: (B, K, 3), (P, 3) -> (B, K, P) float32 of sum 1."""
    distance = delta_e(colors, palette.expand(len(colors), -1, -1))
    return (-(distance / LABEL_WIDTH).square()).softmax(-1)
