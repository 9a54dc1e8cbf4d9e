"""Eqs. 10-14 and the prefix loss, each against its literal definition."""

import math

import pytest
import torch

from guiding_painter.hints import mean_colors, one_hot, region_segments
from guiding_painter.losses import (
    LAMBDAS,
    adversarial_loss,
    prefix_loss,
    reconstruction_loss,
    smoothness_loss,
    total_variance_loss,
)

MAX_HINTS = 4


def example(height: int = 3, width: int = 5) -> tuple[torch.Tensor, torch.Tensor]:
    """Two color images and their segments; region 2 is empty in both, all but region 0 in the second."""
    generator = torch.Generator().manual_seed(0)
    color_image = torch.rand(2, 3, height, width, generator=generator) * 2 - 1
    region_map = torch.randint(MAX_HINTS, (2, height, width), generator=generator)
    region_map[region_map == 2] = 1
    region_map[1] = 0
    return color_image, region_segments(region_map, MAX_HINTS)


def random_weights(height: int = 3, width: int = 5) -> torch.Tensor:
    weights = torch.rand(2, 1, height, width, generator=torch.Generator().manual_seed(1))
    weights[:, :, 0] = 0.0
    return weights


def soft_segments() -> torch.Tensor:
    return torch.randn(2, MAX_HINTS, 3, 5, generator=torch.Generator().manual_seed(2)).softmax(1)


def test_the_published_weights():
    assert LAMBDAS == {"rec": 30, "adv": 0.2, "tv": 5, "smth": 1}


# Eq. 10


def literal_smoothness(logits: torch.Tensor, weights: torch.Tensor | None = None) -> tuple[float, float]:
    """The sum of Eq. 10 over the eight neighbours of every pixel, and a quarter of the four directions' means."""
    batch, channels, height, width = logits.shape
    directions = {}
    for (b, c, y, x) in [(b, c, y, x) for b in range(batch) for c in range(channels) for y in range(height)
                         for x in range(width)]:  # fmt: skip
        for dy, dx in ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)):
            if 0 <= y + dy < height and 0 <= x + dx < width:
                difference = abs(float(logits[b, c, y, x]) - float(logits[b, c, y + dy, x + dx]))
                if weights is not None:
                    difference *= min(float(weights[b, 0, y, x]), float(weights[b, 0, y + dy, x + dx]))
                directions.setdefault(max((dy, dx), (-dy, -dx)), []).append(difference)  # a pair, seen from both sides
    eq_10 = sum(sum(values) for values in directions.values())
    return eq_10, 0.25 * sum(sum(values) / len(values) for values in directions.values())


@pytest.mark.parametrize("weights", [None, random_weights()])
def test_smoothness_is_eq_10(weights):
    logits = torch.randn(2, MAX_HINTS, 3, 5, generator=torch.Generator().manual_seed(1))
    assert smoothness_loss(logits, weights) == pytest.approx(literal_smoothness(logits, weights)[1], rel=1e-5)


def test_smoothness_scales_from_the_sum_as_documented():
    logits = torch.randn(1, 2, 30, 40, generator=torch.Generator().manual_seed(1))
    eq_10 = literal_smoothness(logits)[0]
    assert smoothness_loss(logits) * 8 * logits.numel() == pytest.approx(eq_10, rel=0.06)  # the border has fewer pairs


def test_smoothness_is_free_across_ink():
    """Two flat regions with a line of ink between them."""
    logits = torch.zeros(1, 2, 4, 7)
    logits[..., 3:] = 5.0
    ink = torch.ones(1, 1, 4, 7)
    ink[..., 3] = 0.0
    assert smoothness_loss(logits) > 0.5
    assert smoothness_loss(logits, ink) == 0


def test_smoothness_of_constant_logits_is_zero():
    assert smoothness_loss(torch.full((1, 2, 4, 4), 3.0)) == 0


# Eq. 11


def literal_total_variance(color_image, segments, weights=None) -> float:
    """The sum of Eq. 11 over the batch."""
    total, means = 0.0, mean_colors(color_image, segments)
    for b in range(len(color_image)):
        for i in range(MAX_HINTS):
            for c in range(3):
                for y in range(color_image.shape[2]):
                    for x in range(color_image.shape[3]):
                        error = float(color_image[b, c, y, x] - means[b, i, c])
                        # One-hot S: its square is itself
                        weight = 1.0 if weights is None else float(weights[b, 0, y, x])
                        total += weight * error**2 * float(segments[b, i, y, x])
    return total


@pytest.mark.parametrize("weights", [None, random_weights()])
def test_total_variance_is_eq_11(weights):
    color_image, segments = example()
    loss = total_variance_loss(color_image, segments, mean_colors(color_image, segments), weights)
    literal = literal_total_variance(color_image, segments, weights)
    assert loss * color_image.numel() == pytest.approx(literal, rel=1e-5)


def test_total_variance_is_the_error_of_flat_filling():
    color_image, segments = example()
    means = mean_colors(color_image, segments)
    flat = torch.einsum("bnc,bnhw->bchw", means, segments)
    assert total_variance_loss(color_image, segments, means) == pytest.approx((color_image - flat).square().mean())
    assert total_variance_loss(flat, segments, means) == pytest.approx(0, abs=1e-7)


def test_total_variance_pulls_a_pixel_to_the_region_of_its_color():
    """The gradient of S is the distance to each region's color: regions that a pixel is not in compete for it too."""
    color_image, segments = example()
    means = mean_colors(color_image, segments)
    segments.requires_grad_()
    total_variance_loss(color_image, segments, means).backward()
    distance = (color_image[:, None] - means[..., None, None]).square().sum(2)
    torch.testing.assert_close(segments.grad, distance / color_image.numel())


# Eqs. 12 and 13


def test_reconstruction_is_the_mean_absolute_error():
    prediction, color_image = torch.rand(2, 3, 4, 5), torch.rand(2, 3, 4, 5)
    pairs = zip(prediction.flatten().tolist(), color_image.flatten().tolist(), strict=True)
    literal = sum(abs(p - y) for p, y in pairs) / color_image.numel()
    assert reconstruction_loss(prediction, color_image) == pytest.approx(literal, rel=1e-5)


@pytest.mark.parametrize("is_real", [True, False])
@pytest.mark.parametrize("kind", ["lsgan", "log"])
def test_adversarial_losses(kind, is_real):
    logits = [[-3.0, -0.5, 0.0], [0.25, 1.0, 4.0]]
    literal = []
    for logit in logits[0] + logits[1]:
        chance_real = 1 / (1 + math.exp(-logit))
        literal.append((logit - is_real) ** 2 if kind == "lsgan"
                       else -math.log(chance_real if is_real else 1 - chance_real))  # fmt: skip
    assert adversarial_loss(torch.tensor(logits), is_real, kind) == pytest.approx(sum(literal) / 6, rel=1e-5)


def test_least_squares_is_the_default():
    logits = torch.tensor([3.0])
    assert adversarial_loss(logits, True) == adversarial_loss(logits, True, "lsgan") == 4


def test_log_loss_is_finite_for_a_sure_discriminator():
    assert adversarial_loss(torch.tensor([-1000.0]), True, "log") == 1000
    assert adversarial_loss(torch.tensor([1000.0]), True, "log") == 0


def test_unknown_kind_of_adversarial_loss():
    with pytest.raises(ValueError, match="'hinge'.*'lsgan' or 'log'"):
        adversarial_loss(torch.zeros(1), True, "hinge")


# The prefix loss


def literal_prefix_loss(color_image, segments, stop_prob=0.125, weights=None) -> torch.Tensor:
    """For every k, fill regions 1..k with their own mean and the rest with one; weight the squared errors by Eq. 3."""
    batch, max_hints = segments.shape[:2]
    weights = torch.ones_like(color_image[:, :1]) if weights is None else weights
    total = 0.0
    for b in range(batch):
        image = color_image[b]
        for k in range(max_hints + 1):
            chance = (1 - stop_prob) ** k * (stop_prob if k < max_hints else 1)
            rest = segments[b, k:].sum(0)
            for part in [*segments[b, :k], rest]:  # each filled with one color
                part = part * weights[b, 0]
                if part.sum() > 0:
                    mean = (image * part).sum((1, 2), keepdim=True) / part.sum()
                    total = total + chance * ((image - mean).square() * part).sum()
    return total / color_image.numel()


@pytest.mark.parametrize("stop_prob", [0.125, 0.6])
@pytest.mark.parametrize("weights", [None, random_weights()], ids=["all", "weighted"])
@pytest.mark.parametrize("segments", [example()[1], soft_segments()], ids=["hard", "soft"])
def test_prefix_loss_is_the_literal_double_loop(segments, weights, stop_prob):
    color_image, _ = example()
    literal = literal_prefix_loss(color_image, segments, stop_prob, weights)
    assert prefix_loss(color_image, segments, stop_prob, weights) == pytest.approx(float(literal), rel=1e-5)


def test_gradient_of_the_prefix_loss_is_that_of_the_double_loop():
    color_image, _ = example()
    segments = soft_segments().requires_grad_()
    (ours,) = torch.autograd.grad(prefix_loss(color_image, segments), segments)
    (literal,) = torch.autograd.grad(literal_prefix_loss(color_image.double(), segments.double()), segments)
    # A constant over the channels is no gradient for a softmax, and the literal form weighs Y^2 by sum_i S_i too.
    torch.testing.assert_close(ours - ours.mean(1, keepdim=True), literal - literal.mean(1, keepdim=True))


def test_prefix_loss_wants_the_larger_region_first():
    color_image = torch.zeros(1, 3, 8, 8)
    color_image[..., 6:] = 1.0
    color_image[:, 0, :2, :2] = -1.0
    narrow, corner = torch.zeros(2, 8, 8)
    narrow[:, 6:], corner[:2, :2] = 1, 1
    wide = 1 - narrow - corner
    best = prefix_loss(color_image, torch.stack([narrow, corner, wide])[None])
    assert best < prefix_loss(color_image, torch.stack([corner, narrow, wide])[None])
    assert best < prefix_loss(color_image, torch.stack([narrow + corner, wide, wide * 0])[None])


def test_prefix_loss_without_regions_to_tell_apart_is_the_variance():
    color_image, _ = example()
    segments = region_segments(torch.zeros(2, 3, 5), MAX_HINTS)
    variance = color_image.var((2, 3), correction=0).mean()
    assert prefix_loss(color_image, segments) == pytest.approx(float(variance), rel=1e-5)


# What holds for all


def all_losses(color_image: torch.Tensor, logits: torch.Tensor) -> dict[str, torch.Tensor]:
    soft = logits.softmax(1)
    segments = one_hot(soft.detach()) + (soft - soft.detach())
    return {
        "smth": smoothness_loss(logits),
        "tv": total_variance_loss(color_image, segments, mean_colors(color_image, segments)),
        "rec": reconstruction_loss(logits[:, :3], color_image),
        "lsgan": adversarial_loss(logits, True),
        "log": adversarial_loss(logits, True, "log"),
        "prefix": prefix_loss(color_image, segments),
    }


@pytest.mark.parametrize("name", ["smth", "tv", "rec", "lsgan", "log", "prefix"])
def test_gradients_are_finite_with_empty_regions(name):
    color_image, segments = example()
    logits = (segments * 30.0).requires_grad_()
    all_losses(color_image, logits)[name].backward()
    assert logits.grad.isfinite().all()
    assert logits.grad.any()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_gives_float32_losses(dtype):
    """256x256 pixels: in float16 the sums would be infinite."""
    generator = torch.Generator().manual_seed(0)
    color_image = (torch.rand(1, 3, 256, 256, generator=generator) * 2 - 1).to(dtype)
    segments = region_segments(torch.randint(3, (1, 256, 256), generator=generator), 3)
    half, full = (all_losses(color_image.to(d), segments.to(d)) for d in (dtype, torch.float32))
    for name, loss in half.items():
        assert loss.dtype == torch.float32
        assert loss == pytest.approx(float(full[name]), rel=0.01), name


def test_autocast_does_not_change_the_losses():
    color_image = 0.8 + 0.2 * example(64, 64)[0]  # bright: small differences of large sums
    logits = torch.randn(2, MAX_HINTS, 64, 64, generator=torch.Generator().manual_seed(1))
    plain = all_losses(color_image, logits)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        mixed = all_losses(color_image, logits)
    for name, loss in mixed.items():
        assert loss.dtype == torch.float32
        assert loss == pytest.approx(float(plain[name]), rel=1e-5), name
