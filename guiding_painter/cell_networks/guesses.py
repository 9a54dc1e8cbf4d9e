"""What is made of what f and g believe: suggestions, confidence, groups of cells, gains; pure functions.

All over the K cells of one picture and the P colors of a palette; colors are RGB in [-1, 1].
"""

import math

import numpy as np
import torch

from .lab import chroma, delta_e

POOLED = 12.0  # dE within which colors of the palette are one color to the eye
APART = 20.0  # dE that suggestions are apart from each other, and within which one is right
SHARPNESS = 2.5  # of an annealed mode: probabilities to this power
BOLDNESS = 0.03  # by which a unit of chroma raises a color's log probability among suggestions
VIVID = 50.0  # chroma from which on no color is raised further: gold, 68, is no better than a blue sky
JOINED = 0.75  # how likely two cells must share a color to be asked about as one
NEARLY = 0.1  # less than that, and all between their groups must still be so likely
COPIED = 8.0  # dE from an answer within which a suggestion is that answer
SIMILAR = 0.5  # how likely two regions must share a color for one to follow the other


def suggest(
    log_probability: torch.Tensor, palette: torch.Tensor, count: int = 5, answers: torch.Tensor | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """The likeliest colors that differ visibly, the likeliest first: colors (K, count, 3) and their masses (K, count).

    Mass is pooled over what looks alike; a color is the mean of what was pooled, sharpened, so that it stays vivid.
    Before that, colors are raised by their chroma, in the sense of the class rebalancing of CIC (Zhang 2016, Sec. 2.2):
    doubt is spread thin over many vivid colors and heaped on few gray ones, which would win and be right no more often.
    Fewer than `count` where the palette has no more: those have mass 0 and repeat the first.

    Args:
        log_probability: (K, P) float32.
        palette: (P, 3).
        answers: (N, 3), colors that were answered; a suggestion close to one becomes it.
    """
    distance = delta_e(palette, palette)
    near = (distance < POOLED).float()
    free = (log_probability + BOLDNESS * chroma(palette).clamp(max=VIVID)).softmax(1)
    colors, masses = [], []
    open_ = torch.ones_like(free, dtype=torch.bool)
    for _ in range(count):
        pooled = (free @ near).masked_fill(~open_, -1.0)
        mass, choice = pooled.max(1)
        weights = free.pow(SHARPNESS) * near[choice]
        colors.append((weights @ palette.float()) / weights.sum(1, keepdim=True).clamp(min=1e-30))
        masses.append(mass.clamp(min=0))
        free = free * (1 - near[choice])
        open_ = open_ & (distance[choice] >= APART) & (delta_e(colors[-1][:, None], palette[None])[:, 0] >= APART)
    colors, masses = torch.stack(colors, 1), torch.stack(masses, 1)
    colors = torch.where(masses[..., None] > 0, colors, colors[:, :1])
    return (colors if answers is None or not len(answers) else snap(colors, answers)), masses


def agree(
    probability: torch.Tensor,
    likely: torch.Tensor,
    size: torch.Tensor,
    known: torch.Tensor,
    rows: slice = slice(None),
) -> torch.Tensor:
    """What each region and those that likely share its color believe together, (R, P): so that they suggest alike.

    The mean of their beliefs by likeness, from `SIMILAR` on, and the root of size; regions with a color keep their own.

    Args:
        probability: (R, P), what each believes by itself, or what that is linear in.
        likely: (R, R), how likely each has the color of each other; under `SIMILAR` is not like.
        size: (R,), of any unit.
        known: (R,) bool, those that have a color; g has told the others of it already.
        rows: the regions to give, if not all.
    """
    own = torch.eye(len(likely), dtype=torch.bool, device=likely.device)[rows]
    weights = torch.where((likely[rows] >= SIMILAR) & ~known & ~known[rows, None], likely[rows], 0.0)
    weights = torch.where(own, 1.0, weights) * size.clamp(min=1e-9).sqrt()
    return (weights / weights.sum(1, keepdim=True)) @ probability


def snap(colors: torch.Tensor, answers: torch.Tensor) -> torch.Tensor:
    """(K, S, 3) suggestions, each the nearest answer of (N, 3) where that looks the same."""
    nearest, which = delta_e(colors, answers[None]).min(2)
    return torch.where((nearest < COPIED)[..., None], answers[which], colors)


def offer(
    colors: torch.Tensor, present: torch.Tensor, answers: torch.Tensor, likely: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Suggestions among which is what the likest region was answered: in the place of one that looks much like it, else
    in the last one.

    Two parts that share a color are often told apart by no more than their place: then the color of the one is worth
    a place among those of the other, even where g believes in others.

    Args:
        colors: (K, S, 3), suggestions, the likeliest first.
        present: (K, S) bool, False for what is no suggestion.
        answers: (N, 3), N > 0.
        likely: (K, N), how likely each has the color of each answered region; under `SIMILAR` is not like.

    Returns:
        colors and present with these in them.
    """
    likeliest, which = likely.max(1)
    answer = answers[which]
    distance = delta_e(colors, answer[:, None])[..., 0].masked_fill(~present, math.inf)
    nearest, place = distance.min(1)
    place = torch.where(nearest < APART, place, colors.shape[1] - 1)  # no two suggestions look alike
    places = torch.arange(colors.shape[1], device=colors.device)
    chosen = (likeliest >= SIMILAR)[:, None] & (places == place[:, None])
    return torch.where(chosen[..., None], answer[:, None], colors), present | chosen


def confidence(
    log_probability: torch.Tensor, palette: torch.Tensor, color: torch.Tensor, scale: float = 1.0, shift: float = 0.0
) -> torch.Tensor:
    """How likely a guess is right, (K,) in 0..1: the mass within `APART` of it, made honest by two numbers.

    Args:
        color: (K, 3), the guesses.
        scale, shift: from `calibrate`, measured on pictures kept apart.
    """
    near = delta_e(color[:, None], palette[None])[:, 0] < APART
    mass = (log_probability.exp() * near).sum(1).clamp(1e-4, 1 - 1e-4)
    return torch.sigmoid(scale * torch.logit(mass) + shift)


def calibrate(mass: torch.Tensor, right: torch.Tensor, weight: torch.Tensor) -> tuple[float, float]:
    """The scale and shift of the logit of `mass` that fit how often guesses were `right`; all (N,).

    Platt (1999): a logistic regression of one variable, by Newton's method.
    """
    x = torch.logit(mass.double().clamp(1e-4, 1 - 1e-4))
    x = torch.stack([x, torch.ones_like(x)], 1)
    coefficients = torch.tensor([1.0, 0.0], dtype=torch.float64)
    for _ in range(50):
        p = torch.sigmoid(x @ coefficients)
        gradient = x.T @ (weight.double() * (right.double() - p))
        curvature = x.T @ (x * (weight.double() * p * (1 - p))[:, None]) + 1e-6 * torch.eye(2, dtype=torch.float64)
        coefficients = coefficients + torch.linalg.solve(curvature, gradient)
    return tuple(coefficients.tolist())


def likeness(alike: torch.Tensor, regions: torch.Tensor, count: int) -> torch.Tensor:
    """How likely each cell has the color of each region, (R, K) in 0..1: that of the likest cell in it, 1 for its own.

    Args:
        alike: (K, K), logits of "these two share a color".
        regions: (K,) int64, the region of every cell.
        count: R.
    """
    probability = torch.sigmoid(alike.float())
    own = torch.nn.functional.one_hot(regions, count).T.bool()  # (R, K)
    likest = probability.new_zeros(count, len(regions))
    likest.scatter_reduce_(0, regions[:, None].expand_as(probability), probability, "amax")
    return torch.where(own, 1.0, likest)


def gains(error: torch.Tensor, likeness: torch.Tensor) -> torch.Tensor:
    """What an answer to each region is expected to take off the picture's squared error: (R,).

    The error of its own cells and, as likely as they share its color, that of the others.

    Args:
        error: (K,), of the picture by cell, 0 for an answered one.
        likeness: (R, K).
    """
    return likeness @ error


def expected_gain(error: float, gain: float) -> float:
    """dB that an answer which takes `gain` off a squared error is expected to add to the flat picture."""
    floor = 1e-3  # what flat colors cannot show of a picture: even the last answer is no infinite gain
    return 10 * math.log10((error + floor) / (max(error - gain, 0.0) + floor))


def group(alike: torch.Tensor, size: torch.Tensor, ground: torch.Tensor, sure: float = JOINED) -> np.ndarray:
    """(K,) int64, the group of every cell, numbered by its largest cell: cells that surely share one color.

    From the surest pair down two groups join where every pair between them is at least nearly as sure, so no chain
    of likenesses joins what is not alike; never ground with figure.

    Args:
        alike: (K, K) logits.
        size: (K,) shares of the picture, 0 for a cell that is not there.
        ground: (K,) bool, cells behind everything, such as those at the picture's edge.
        sure: probability from which two cells join.
    """
    probability = torch.sigmoid(alike.double())
    able = (size > 0)[:, None] & (size > 0) & (ground[:, None] == ground)
    joint = torch.where(able, probability, 0.0).cpu().numpy()  # the least sure pair between two groups
    first, second = (joint >= sure).nonzero()
    pairs = sorted((-joint[i, j], i, j) for i, j in zip(first.tolist(), second.tolist(), strict=True) if i < j)
    group_of = list(range(len(size)))
    members = {i: [i] for i in group_of}
    for _, i, j in pairs:
        a, b = sorted((group_of[i], group_of[j]))
        if a == b or joint[members[a]][:, members[b]].min() < sure - NEARLY:
            continue
        for cell in members[b]:
            group_of[cell] = a
        members[a] += members.pop(b)
    return np.array(group_of, dtype=np.int64)
