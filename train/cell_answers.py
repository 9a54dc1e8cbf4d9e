"""Which cells are answered while training, as in use: none, a few of the largest, N_h, many, one of two alike."""

import torch

from guiding_painter.cell_networks.lab import delta_e

SAME = 6.0  # dE up to which two cells are of one color
WHITE = 8.0  # dE from white up to which a cell is blank paper
WRONG = 0.05  # share of pictures with an answer that is quite another color


def draw_answers(
    size: torch.Tensor, colors: torch.Tensor, palette: torch.Tensor, num_hints: int, noise: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Two different sets of answers to the cells of one picture: known (2, K) bool and the colors given (2, K, 3).

    In the second one just one of two like cells is answered, where the picture has a colored pair.

    Args:
        size: (K,) shares of the picture, 0 where there is no cell.
        colors: (K, 3) in [-1, 1], the truth.
        palette: (P, 3) in [-1, 1].
        num_hints: N_h of this picture.
        noise: of this picture alone.
    """
    first, second = (reveal(size, num_hints, noise) for _ in range(2))
    if _random(noise) > 0.6:
        second = torch.zeros_like(second)
    known = torch.stack([first, reveal_one_of_two(size, colors, second, noise)])
    return known, torch.stack([given_colors(colors, answered, palette, noise) for answered in known])


def reveal(size: torch.Tensor, num_hints: int, noise: torch.Generator) -> torch.Tensor:
    """Answered cells, (K,) bool: N_h half of the time, none, or any share; the largest first, with some noise."""
    present = size.nonzero()[:, 0]
    kind, amount, order = (_random(noise) for _ in range(3))
    number = num_hints if kind < 0.5 else 0 if kind < 0.65 else int(len(present) * amount**2)
    jitter = torch.randn(len(present), generator=noise, device=size.device)
    score = size[present].log() + (0.5 if order < 0.7 else 10.0) * jitter
    known = torch.zeros_like(size, dtype=torch.bool)
    known[present[score.argsort(descending=True)[:number]]] = True
    return known


def reveal_one_of_two(
    size: torch.Tensor, colors: torch.Tensor, known: torch.Tensor, noise: torch.Generator
) -> torch.Tensor:
    """`known` (K,) with one of two like cells answered and the other not; as it is without a colored pair."""
    able = (size > 0) & (delta_e(colors, colors.new_ones(1, 3))[:, 0] > WHITE)
    able = able.nonzero()[:, 0]
    chance = torch.rand(len(able), len(able), generator=noise, device=size.device).sqrt()
    pairs = (delta_e(colors[able], colors[able]) < SAME).fill_diagonal_(False)
    weight = (size[able] * size[able, None]) ** 0.25 * pairs * chance  # large ones rather than specks
    if not weight.any():
        return known
    asked, answered = divmod(int(weight.argmax()), len(able))
    known = known.clone()
    known[able[answered]], known[able[asked]] = True, False
    return known


def given_colors(
    colors: torch.Tensor, known: torch.Tensor, palette: torch.Tensor, noise: torch.Generator
) -> torch.Tensor:
    """What people answer, (K, 3): the true colors, nearly; and in some pictures one answer is quite another color."""
    answered = known.nonzero()[:, 0]
    given = colors.clone()
    given[answered] += 0.02 * torch.randn(len(answered), 3, generator=noise, device=colors.device)
    is_wrong, which, other = (_random(noise) for _ in range(3))
    if is_wrong < WRONG and len(answered):
        given[answered[int(which * len(answered))]] = palette[int(other * len(palette))].to(given.dtype)
    return given.clamp(-1, 1)


def _random(noise: torch.Generator) -> float:
    """A number in [0, 1)."""
    return torch.rand((), generator=noise, device=noise.device).item()
