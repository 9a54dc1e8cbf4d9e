"""The straight-through Gumbel estimator, its noise and its gradients."""

import math

import pytest
import torch
from hint_examples import EMPTY, MAX_HINTS, example, hints, random_logits
from scipy.stats import chisquare

from guiding_painter.hints import gumbel_segments, one_hot, straight_through

# The straight-through Gumbel estimator


def noise_of(logits: torch.Tensor, seed: int) -> torch.Tensor:
    """The Gumbel noise that `gumbel_segments` draws from a generator of that seed: -log(-log(uniform))."""
    uniform = torch.rand(logits.shape, generator=torch.Generator().manual_seed(seed))
    return -(-uniform.log()).log()


@pytest.mark.parametrize("tau", [1.0, 0.1])
def test_gumbel_forward_is_argmax_of_noisy_logits(tau):
    logits = random_logits()
    segments = gumbel_segments(logits, tau, torch.Generator().manual_seed(9))
    assert torch.equal(segments, one_hot(logits + noise_of(logits, 9)))
    assert set(segments.unique().tolist()) == {0.0, 1.0}  # to the bit
    assert (segments.sum(1) == 1).all()


@pytest.mark.parametrize("tau", [1.0, 0.3])
def test_gumbel_backward_is_the_gradient_of_the_softmax(tau):
    logits, upstream = random_logits().requires_grad_(), torch.randn(2, MAX_HINTS, 6, 7)
    (gumbel_segments(logits, tau, torch.Generator().manual_seed(9)) * upstream).sum().backward()
    soft = ((logits + noise_of(logits, 9)) / tau).softmax(1)
    (expected,) = torch.autograd.grad((soft * upstream).sum(), logits)
    torch.testing.assert_close(logits.grad, expected)
    assert (logits.grad != 0).all()


def test_gumbel_samples_with_the_probabilities_of_the_softmax():
    logits = torch.tensor([1.5, 0.0, -1.0])
    many = logits[None, :, None, None].expand(1, 3, 200, 250)
    segments = gumbel_segments(many, 0.5, torch.Generator().manual_seed(2))
    counts = segments.sum((0, 2, 3))
    assert chisquare(counts.tolist(), (50_000 * logits.double().softmax(0)).tolist()).pvalue > 1e-3


def test_gumbel_noise_is_new_each_time_unless_seeded():
    logits = torch.zeros(1, MAX_HINTS, 16, 16)
    assert not torch.equal(gumbel_segments(logits), gumbel_segments(logits))
    first, second = (gumbel_segments(logits, generator=torch.Generator().manual_seed(4)) for _ in range(2))
    assert torch.equal(first, second)


def test_gumbel_survives_extreme_logits_and_noise(monkeypatch):
    """Logits far beyond the noise and a uniform draw of exactly 0, which is noise of minus infinity."""
    logits = torch.zeros(1, 3, 4, 4)
    logits[:, 1] = 1e4
    assert (gumbel_segments(logits, 0.1)[:, 1] == 1).all()
    draws = torch.full((1, 3, 4, 4), 0.5)
    draws[:, 1] = 0.0
    monkeypatch.setattr(torch, "rand", lambda *args, **kwargs: draws)
    logits.requires_grad_()
    segments = gumbel_segments(logits, 0.1)
    (segments * torch.randn(1, 3, 4, 4)).sum().backward()
    assert not segments[:, 1].any()
    assert (segments.sum(1) == 1).all()
    assert logits.grad.isfinite().all()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_gumbel_noise_is_float32_for_half_logits(dtype):
    logits = random_logits().to(dtype)
    segments = gumbel_segments(logits, generator=torch.Generator().manual_seed(9))
    assert segments.dtype == torch.float32
    assert torch.equal(segments, one_hot(logits.float() + noise_of(logits, 9)))


def test_gradients_reach_the_logits_through_everything():
    """Also those of a region that is empty, and of regions past N_h, which take part in the softmax."""
    color_image, _ = example()
    logits = torch.zeros(2, MAX_HINTS, 3, 5)
    logits[:, EMPTY] = -20.0
    logits.requires_grad_()
    segments = gumbel_segments(logits, 1.0, torch.Generator().manual_seed(0))
    assert not segments[:, EMPTY].any()
    _, hint, mask = hints(color_image, segments, torch.tensor([1, 2]))
    (hint.square().sum() + mask.sum() * math.pi).backward()
    assert logits.grad.isfinite().all()
    assert (logits.grad.abs().sum((0, 2, 3)) > 0).all()


# Segments without noise


def test_straight_through_is_argmax_forward_and_softmax_backward():
    logits, upstream = random_logits().requires_grad_(), torch.randn(2, MAX_HINTS, 6, 7)
    segments = straight_through(logits)
    assert torch.equal(segments, one_hot(logits))
    assert torch.equal(straight_through(logits.half()), one_hot(logits.half()).float())
    (segments * upstream).sum().backward()
    (expected,) = torch.autograd.grad((logits.softmax(1) * upstream).sum(), logits)
    torch.testing.assert_close(logits.grad, expected)


def test_one_hot_is_argmax():
    scores = random_logits()
    segments = one_hot(scores)
    assert torch.equal(segments.argmax(1), scores.argmax(1))
    assert (segments.sum(1) == 1).all()
    assert ((segments == 0) | (segments == 1)).all()
    assert torch.equal(one_hot(scores), segments)
    assert one_hot(scores.half()).dtype == torch.float16
