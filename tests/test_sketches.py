"""Line art of colored pictures, and pictures as tensors."""

import numpy as np
import pytest
import torch
from PIL import Image
from sample_pictures import assert_ink_on_white, cartoon, ink_drawing

from guiding_painter.drawings import (
    extract_line_art,
    to_color_image,
    to_pil,
    to_sketch,
    working_size,
    xdog,
)

# Line extraction


def test_xdog_is_the_formula():
    generator = np.random.default_rng(0)
    image = generator.random((24, 31), dtype=np.float32)
    sigma, k, p, epsilon, phi = 0.9, 1.5, 7.0, 0.6, 4.0

    def blur(sigma: float) -> np.ndarray:
        radius = int(4 * sigma + 0.5)
        kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
        kernel /= kernel.sum()
        padded = np.pad(image.astype(np.float64), radius, mode="symmetric")
        rows = np.apply_along_axis(np.convolve, 1, padded, kernel, "valid")
        return np.apply_along_axis(np.convolve, 0, rows, kernel, "valid")

    fine, coarse = blur(sigma), blur(k * sigma)
    expected = np.empty(image.shape)
    for y in range(image.shape[0]):
        for x in range(image.shape[1]):
            s = (1 + p) * fine[y, x] - p * coarse[y, x]
            expected[y, x] = 1 if s >= epsilon else max(0, 1 + np.tanh(phi * (s - epsilon)))
    drawn = xdog(image, sigma, k, p, epsilon, phi)
    assert drawn.dtype == np.float32
    assert 0 < drawn.mean() < 1
    np.testing.assert_allclose(drawn, expected, atol=1e-4)


def test_line_art_of_a_cartoon():
    lines = np.asarray(extract_line_art(cartoon()))
    for flat in (lines[60:100, 70:110], lines[170:, :], lines[10:20, :], lines[60:100, 170:190]):
        assert (flat == 255).all()  # no fill, however dark
    assert lines[80, 38:46].min() < 40  # outline
    assert lines[145:156, 20].min() < 40  # border of the dark ground, which has no outline
    between = lines[80, 190:211]  # red beside green of the same luminance
    assert between.min() < 40
    assert np.mean(between[:10] < 250) * np.mean(between[11:] < 250) < 0.05  # the line is on one side
    assert np.mean(lines < 128) < 0.06
    widths = np.diff(np.flatnonzero(np.diff(np.pad(lines[80] < 128, 1).astype(int))))[::2]
    assert widths.max() <= 5


def test_line_art_has_no_specks():
    noisy = np.asarray(cartoon()).astype(int) + np.random.default_rng(0).normal(0, 3, (256, 256, 1))
    lines = np.asarray(extract_line_art(Image.fromarray(noisy.clip(0, 255).astype(np.uint8))))
    assert (lines[170:, :] == 255).all()
    assert (lines[5:20, :] == 255).all()


def test_line_art_of_ink_is_that_ink():
    drawing = ink_drawing()
    assert_ink_on_white(extract_line_art(drawing), drawing)


# Tensors


def test_sketch_values_and_shape():
    drawing = Image.fromarray(np.array([[255, 0, 128]], dtype=np.uint8))
    sketch = to_sketch(drawing)
    assert sketch.dtype == torch.float32
    assert sketch.shape == (1, 1, 1, 3)
    torch.testing.assert_close(sketch.flatten(), torch.tensor([1.0, -1.0, 128 / 127.5 - 1]), rtol=0, atol=1e-6)
    assert to_sketch(ink_drawing((300, 400)), (96, 128)).shape == (1, 1, 128, 96)


@pytest.mark.parametrize("shrink", [1.7, 2, 3.3, 4, 6, 8])
@pytest.mark.parametrize("line", [1, 2, 5])
def test_thin_lines_survive_shrinking(shrink, line):
    large = np.full((16, round(512 * shrink)), 255, dtype=np.uint8)
    places = np.arange(20, large.shape[1] - 20, 97)
    for place in places:
        large[:, place : place + line] = 0
    ink = (1 - to_sketch(Image.fromarray(large), (512, 16))[0, 0, 8].numpy()) / 2
    per_line = np.array([ink[int(place / shrink) - 2 : int((place + line) / shrink) + 3].sum() for place in places])
    assert per_line.min() >= 0.49
    assert per_line.max() <= line / shrink + 0.75
    assert ink[0] == 0


def test_color_image_round_trip():
    picture = Image.fromarray(np.arange(768, dtype=np.uint16).astype(np.uint8).reshape(16, 16, 3))
    color_image = to_color_image(picture)
    assert color_image.shape == (1, 3, 16, 16)
    assert color_image.dtype == torch.float32
    assert color_image.min() == -1
    assert color_image.max() == 1
    for tensor in (color_image, color_image[0], color_image.double().requires_grad_()):
        assert np.array_equal(to_pil(tensor), picture)
    for dtype in (torch.float16, torch.bfloat16):
        assert np.abs(np.asarray(to_pil(color_image.to(dtype))).astype(int) - np.asarray(picture)).max() <= 1


def test_to_pil_rounds_and_clips():
    values = torch.tensor([-3.0, -1 + 0.6 / 127.5, 7.0]).reshape(3, 1, 1)
    assert to_pil(values).getpixel((0, 0)) == (0, 1, 255)


@pytest.mark.parametrize("shape", [(2, 3, 4, 4), (1, 1, 4, 4), (4, 4)])
def test_to_pil_refuses_other_shapes(shape):
    with pytest.raises(ValueError, match=r"give \(3, H, W\)"):
        to_pil(torch.zeros(shape))


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1024, 512), (512, 256)),
        ((3000, 4000), (384, 512)),
        ((512, 512), (512, 512)),
        ((400, 300), (400, 300)),  # never enlarged,
        ((100, 50), (256, 128)),  # but when tiny
        ((20000, 10), (512, 1)),
        ((10, 20000), (1, 512)),
        ((1, 1), (256, 256)),
    ],
)
def test_working_size(size, expected):
    assert working_size(size) == expected


def test_working_size_of_another_long_side():
    assert working_size((4000, 2000), long_side=1024) == (1024, 512)
