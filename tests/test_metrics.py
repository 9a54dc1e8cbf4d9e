"""PSNR, expected PSNR and NRI on cases worked out by hand."""

import math

import pytest
import torch

from guiding_painter.metrics import expected_psnr, nri, psnr


def flat(level: int) -> torch.Tensor:
    """A gray picture of one 8-bit level."""
    return torch.full((1, 3, 2, 2), level / 127.5 - 1)


def test_psnr_of_a_constant_difference():
    # (100 - 49)^2 = 51^2 and 255 / 51 = 5
    assert psnr(flat(100), flat(49)).item() == pytest.approx(20 * math.log10(5))


def test_psnr_averages_squares_over_pixels_and_channels():
    image = flat(0).clone()
    image[0, 1, 0, 1] = 1  # one of 12 values is off by 255
    assert psnr(image, flat(0)).item() == pytest.approx(10 * math.log10(12))


def test_psnr_is_of_each_picture():
    values = psnr(torch.cat([flat(255), flat(100), flat(7)]), torch.cat([flat(0), flat(49), flat(7)]))
    assert values.tolist() == pytest.approx([0, 20 * math.log10(5), math.inf])


def test_psnr_sees_what_a_file_would_hold():
    assert psnr(flat(100) + 0.003, flat(100)).item() == math.inf  # less than half an 8-bit level
    assert psnr(flat(255) + 5, flat(255)).item() == math.inf  # clipped
    assert psnr(flat(100).half(), flat(49)).item() == pytest.approx(20 * math.log10(5))


def test_expected_psnr_weights_every_number_of_answers():
    # G(0) = 1/2, G(1) = 1/4, and 1/4 remains for N_c = 2 (Eq. 3)
    curves = torch.tensor([[8.0, 12.0, 20.0], [4.0, 4.0, 4.0]])
    assert expected_psnr(curves, stop_prob=0.5).tolist() == [12.0, 4.0]
    assert expected_psnr(curves[0], stop_prob=0.125).item() == pytest.approx(
        8 * 0.125 + 12 * 0.875 * 0.125 + 20 * 0.875**2
    )


def test_nri_is_the_first_number_of_answers_that_reaches_the_threshold():
    curves = torch.tensor(
        [
            [16.0, 17.0, 18.0, 19.0],  # reached without an answer
            [10.0, 14.0, 16.0, 15.0],  # by the second one, exactly
            [10.0, 17.0, 12.0, 18.0],  # by the first one, although the second one spoils it
            [10.0, 11.0, 12.0, 15.9],  # never: N_c + 1
        ]
    )
    assert nri(curves, 16.0).tolist() == [0, 2, 1, 4]
