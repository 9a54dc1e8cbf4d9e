"""What is made of the networks' beliefs, on numbers written by hand."""

import pytest
import torch

from guiding_painter.cell_networks.guesses import (
    APART,
    agree,
    calibrate,
    confidence,
    expected_gain,
    gains,
    group,
    likeness,
    offer,
    suggest,
)
from guiding_painter.cell_networks.lab import delta_e, soft_labels, to_lab

PALETTE = torch.tensor(
    [[1, 1, 1], [1, -1, -1], [0.95, -0.9, -0.95], [-1, 1, -1], [-1, -1, 1], [-1, -1, -1], [0, 0, 0.0]]
)
RED, GREEN, BLUE = [1.0, -1, -1], [-1.0, 1, -1], [-1.0, -1, 1]


def logs(*rows: list[float]) -> torch.Tensor:
    return torch.tensor(rows).clamp(min=1e-7).log()


def test_lab_of_white_and_black():
    lab = to_lab(torch.tensor([[1.0, 1, 1], [-1, -1, -1]]))
    assert torch.allclose(lab, torch.tensor([[100.0, 0, 0], [0, 0, 0]]), atol=0.05)


def test_labels_are_shares_and_the_nearest_color_has_the_most():
    labels = soft_labels(torch.tensor([[[0.9, -0.95, -0.9], [1.0, 1, 1]]]), PALETTE)[0]
    assert labels.sum(1) == pytest.approx([1, 1])
    assert labels.argmax(1).tolist() == [2, 0]


def test_suggestions_differ_visibly_and_pool_what_looks_alike():
    colors, masses = suggest(logs([0.42, 0.2, 0.25, 0.05, 0.03, 0.03, 0.02]), PALETTE)
    assert masses[0, 0] > masses[0, 1] > 0.1  # two reds come before one white
    assert colors[0, 0, 0] > 0.9
    assert colors[0, 1].min() > 0.99
    kept = colors[0][masses[0] > 0]
    assert (delta_e(kept, kept) + 100 * torch.eye(len(kept))).min() >= APART
    assert (masses[0].diff() <= 1e-6).all()


def test_a_vivid_color_comes_before_a_gray_one_that_is_a_little_likelier_and_not_before_one_that_is_sure():
    doubtful, sure = suggest(logs([0, 0.3, 0, 0, 0.25, 0, 0.45], [0, 0.08, 0, 0, 0.07, 0, 0.85]), PALETTE)[0]
    assert torch.allclose(doubtful[0], PALETTE[1], atol=0.01)
    assert torch.allclose(sure[0], PALETTE[6], atol=0.01)


def test_no_vivid_color_is_raised_above_another():
    palette = torch.tensor([[1.0, 0.6, -0.4], [0.5, -0.3, -0.6]])  # gold has more chroma than brown
    colors, masses = suggest(logs([0.48, 0.52]), palette)
    assert torch.allclose(colors[0, 0], palette[1], atol=0.01)
    assert masses[0, :2].tolist() == pytest.approx([0.52, 0.48], abs=0.02)


def test_what_likely_shares_a_color_suggests_the_same_and_nothing_else_does():
    believed = torch.tensor([[0.6, 0.4], [0.3, 0.7], [0.1, 0.9], [0.0, 1.0]])
    likely = torch.tensor([[1.0, 0.8, 0.2, 0.9], [0.8, 1, 0.1, 0.9], [0.2, 0.1, 1, 0.1], [0.9, 0.9, 0.1, 1]])
    together = agree(believed, likely, torch.tensor([9.0, 1, 1, 4]), torch.tensor([False, False, False, True]))
    assert together[0].tolist() == pytest.approx([(3 * 0.6 + 0.8 * 0.3) / 3.8, (3 * 0.4 + 0.8 * 0.7) / 3.8])
    assert together[:2].argmax(1).tolist() == [0, 0]  # the larger one is heard more
    assert torch.equal(together[2:], believed[2:])  # what is like nothing, and what has a color


def test_a_suggestion_near_an_answer_is_the_answer():
    answer = torch.tensor([[0.98, -0.97, -0.97]])
    colors, _ = suggest(logs([0.0, 1, 0, 0, 0, 0, 0]), PALETTE, answers=answer)
    assert torch.equal(colors[0, 0], answer[0])


def test_what_the_likest_region_was_answered_is_among_the_suggestions():
    suggested = torch.tensor([[RED, BLUE, RED], [RED, BLUE, RED], [GREEN, BLUE, RED]])
    present = torch.tensor([[True, True, False], [True, True, False], [True, True, True]])
    likely = torch.tensor([[0.2, 0.6], [0.2, 0.3], [0.9, 0.6]])
    colors, present = offer(suggested, present, torch.tensor([BLUE, GREEN]), likely)
    assert colors[0].tolist() == [RED, BLUE, GREEN]  # in the place that was left
    assert present.tolist() == [[True, True, True], [True, True, False], [True, True, True]]
    assert torch.equal(colors[1:], suggested[1:])  # none is like it, and: it is there


def test_an_offered_answer_takes_the_place_of_what_looks_much_like_it():
    pink, answered = [0.89, 0.12, 0.36], [0.91, 0.3, 0.44]
    colors, present = offer(
        torch.tensor([[pink, GREEN, BLUE]]), torch.ones(1, 3).bool(), torch.tensor([answered]), torch.tensor([[0.7]])
    )
    assert colors[0].numpy() == pytest.approx(torch.tensor([answered, GREEN, BLUE]).numpy())
    assert present.all()


def test_confidence_is_the_mass_around_the_guess():
    sure = confidence(logs([0.1, 0.4, 0.3, 0.1, 0.1, 0, 0]), PALETTE, PALETTE[1:2])
    assert float(sure[0]) == pytest.approx(0.7, abs=1e-3)


def test_calibration_finds_how_much_to_believe():
    generator = torch.Generator().manual_seed(0)
    mass = torch.rand(20_000, generator=generator).clamp(1e-4, 1 - 1e-4)
    right = torch.rand(20_000, generator=generator) < torch.sigmoid(0.6 * torch.logit(mass) - 0.4)
    scale, shift = calibrate(mass, right, torch.ones(20_000))
    assert scale == pytest.approx(0.6, abs=0.05)
    assert shift == pytest.approx(-0.4, abs=0.07)


def test_an_answer_gains_its_own_error_and_that_of_what_is_like_it():
    alike = torch.tensor([[9.0, -9, -9], [-9, 9, 9], [-9, 9, 9]])
    likely = likeness(alike, torch.tensor([0, 1, 2]), 3)
    assert gains(torch.tensor([0.4, 0.3, 0.3]), likely).tolist() == pytest.approx([0.4, 0.6, 0.6], abs=1e-2)
    assert likeness(alike, torch.tensor([0, 1, 1]), 2)[1].tolist() == pytest.approx([0, 1, 1], abs=1e-3)
    assert expected_gain(0.5, 0.4) > expected_gain(0.5, 0.1) > expected_gain(0.5, 0) == 0


def test_groups_are_surely_alike_and_never_figure_with_ground():
    alike = torch.full((4, 4), -9.0)
    for i, j in ((0, 1), (1, 2), (2, 3)):
        alike[i, j] = alike[j, i] = 5.0
    size, figures = torch.tensor([0.4, 0.3, 0.2, 0.1]), torch.zeros(4, dtype=torch.bool)
    assert group(alike, size, figures).tolist() == [0, 0, 2, 2]  # a chain does not join: 1 and 3 are not alike
    assert group(alike, size, torch.tensor([True, False, False, False])).tolist() == [0, 1, 1, 3]
