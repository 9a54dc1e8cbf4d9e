"""Eqs. 2-8 against slow, literal writings of them."""

import pytest
import torch
from hint_examples import EMPTY, MAX_HINTS, example, hints, random_logits
from scipy.stats import chisquare
from torch.utils._python_dispatch import TorchDispatchMode

from guiding_painter.hints import (
    cell_sums,
    hint_weights,
    mean_colors,
    num_hints_distribution,
    one_hot,
    region_segments,
    region_sums,
    sample_num_hints,
)
from guiding_painter.losses import prefix_loss, total_variance_loss


def literal_hints(color_image, segments, num_hints) -> tuple[list, list, list]:
    """Eqs. 4-8 for one sample as the paper writes them, in Python floats: mean colors, C and M."""
    height, width = color_image.shape[1:]
    image, segment = color_image.tolist(), segments.tolist()
    m = [1.0 if i <= num_hints else 0.0 for i in range(1, len(segment) + 1)]  # Eq. 4
    colors = []
    for region in segment:  # Eq. 6
        num_pixels = sum(region[y][x] for y in range(height) for x in range(width))
        color = [0.0, 0.0, 0.0]
        for channel in range(3):
            for y in range(height):
                for x in range(width):
                    if num_pixels >= 1:
                        color[channel] += region[y][x] * image[channel][y][x] / num_pixels
        colors.append(color)
    hint = [[[0.0] * width for _ in range(height)] for _ in range(3)]
    mask = [[[0.0] * width for _ in range(height)]]
    for i, region in enumerate(segment):
        for y in range(height):
            for x in range(width):
                masked = m[i] * region[y][x]  # Eq. 5
                mask[0][y][x] += masked  # Eq. 8
                for channel in range(3):
                    hint[channel][y][x] += colors[i][channel] * masked  # Eq. 7
    return colors, hint, mask


def broadcast_hints(color_image, segments, num_hints):
    """The same by (B, N_c, 3, H, W) tensors, as a reference for gradients."""
    weights = torch.stack([(torch.arange(1, segments.shape[1] + 1) <= n).to(segments.dtype) for n in num_hints])
    copies = color_image[:, None] * segments[:, :, None]
    colors = copies.sum((3, 4)) / segments.sum((2, 3)).clamp(min=1)[:, :, None]
    masked = segments * weights[:, :, None, None]
    return colors, (colors[..., None, None] * masked[:, :, None]).sum(1), masked.sum(1, keepdim=True)


# Eq. 3: the number of hints


@pytest.mark.parametrize(("max_hints", "stop_prob"), [(30, 0.125), (4, 0.5), (1, 0.9), (0, 0.125), (5, 0.0), (5, 1.0)])
def test_distribution_is_eq_3(max_hints, stop_prob):
    literal = [(1 - stop_prob) ** i * stop_prob for i in range(max_hints)] + [(1 - stop_prob) ** max_hints]
    probabilities = num_hints_distribution(max_hints, stop_prob)
    torch.testing.assert_close(probabilities, torch.tensor(literal))
    assert probabilities.sum() == pytest.approx(1)


def test_distribution_has_the_published_numbers():
    probabilities = num_hints_distribution()
    assert len(probabilities) == 31
    assert probabilities[0] == 0.125
    assert probabilities[30] == pytest.approx(0.018, abs=5e-4)
    assert (probabilities * torch.arange(31)).sum() == pytest.approx(6.87, abs=5e-3)


@pytest.mark.parametrize(("max_hints", "stop_prob"), [(30, 0.125), (3, 0.3)])
def test_samples_follow_g(max_hints, stop_prob):
    draws = sample_num_hints(50_000, max_hints, stop_prob, torch.Generator().manual_seed(1))
    assert draws.dtype == torch.int64
    assert 0 <= draws.min()
    assert draws.max() == max_hints  # the bound itself is drawn, and nothing above it
    counts = torch.bincount(draws, minlength=max_hints + 1)
    expected = [(1 - stop_prob) ** i * stop_prob for i in range(max_hints)] + [(1 - stop_prob) ** max_hints]
    assert chisquare(counts.tolist(), [50_000 * p / sum(expected) for p in expected]).pvalue > 1e-3


def test_samples_are_per_sample_and_repeatable():
    draws = [sample_num_hints(16, generator=torch.Generator().manual_seed(seed)) for seed in (0, 0, 1)]
    assert torch.equal(draws[0], draws[1])
    assert not torch.equal(draws[0], draws[2])
    assert len(draws[0].unique()) > 1  # not one number for the whole mini-batch
    generator = torch.Generator().manual_seed(0)
    assert torch.equal(sample_num_hints(16, generator=generator), draws[0])
    assert not torch.equal(sample_num_hints(16, generator=generator), draws[0])  # the generator moves on


# Eqs. 4-8: from segments to hints


@pytest.mark.parametrize("num_hints", [(0, 0), (MAX_HINTS, MAX_HINTS), (1, 3), (0, MAX_HINTS)])
def test_hints_are_the_literal_equations(num_hints):
    color_image, segments = example()
    colors, hint, mask = hints(color_image, segments, torch.tensor(num_hints))
    for sample, n in enumerate(num_hints):
        literal = [torch.tensor(x) for x in literal_hints(color_image[sample], segments[sample], n)]
        torch.testing.assert_close(colors[sample], literal[0])
        torch.testing.assert_close(hint[sample], literal[1])
        assert torch.equal(mask[sample], literal[2])
        if n == 0:
            assert not hint[sample].any()
            assert not mask[sample].any()
        if n == MAX_HINTS:
            assert mask[sample].all()
    assert (colors[:, EMPTY] == 0).all()


def test_hint_weights_are_eq_4():
    weights = hint_weights(torch.tensor([0, 2, 3]), 3)
    assert weights.dtype == torch.float32
    assert weights.tolist() == [[0, 0, 0], [1, 1, 0], [1, 1, 1]]


def test_all_regions_but_one_empty():
    color_image, _ = example()
    segments = region_segments(torch.full((2, 3, 5), 1), MAX_HINTS)
    colors, hint, mask = hints(color_image, segments, torch.tensor([1, 2]))
    torch.testing.assert_close(colors[:, 1], color_image.mean((2, 3)))
    assert not colors[:, [0, 2, 3]].any()
    assert not mask[0].any()  # one answer, for a region without pixels
    torch.testing.assert_close(hint[1], color_image[1].mean((1, 2))[:, None, None].expand(3, 3, 5))


def test_pixel_weights_leave_ink_out():
    color_image, segments = example()
    paper = torch.rand(2, 1, 3, 5, generator=torch.Generator().manual_seed(3))
    paper[:, :, 0] = 0
    segments[:, :, 0] = segments[:, :, 1]  # the ink lies in regions that have paper too
    colors = mean_colors(color_image, segments, paper)
    for sample in range(2):
        for region in range(MAX_HINTS):
            weight, total = 0.0, torch.zeros(3)
            for y in range(3):
                for x in range(5):
                    weight += float(paper[sample, 0, y, x] * segments[sample, region, y, x])
                    total += paper[sample, 0, y, x] * segments[sample, region, y, x] * color_image[sample, :, y, x]
            torch.testing.assert_close(colors[sample, region], total / max(weight, 1.0))
    repainted = color_image.clone()
    repainted[:, :, 0] = -1  # what the ink is painted does not matter
    assert torch.equal(mean_colors(repainted, segments, paper), colors)
    assert torch.equal(mean_colors(color_image, segments, torch.ones_like(paper)), mean_colors(color_image, segments))


# Precision: 65,536 pixels overflow float16, and bfloat16 cannot count past 256


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_at_256_pixels(dtype):
    region_map = torch.zeros(2, 256, 256, dtype=torch.int64)
    region_map[1, 0, :3] = 5
    segments = region_segments(region_map, 6).to(dtype)
    color_image = torch.full((2, 3, 256, 256), 0.75, dtype=dtype)
    color_image[1, :, 0, :3] = -0.5
    sums = region_sums(torch.ones(2, 1, 256, 256, dtype=dtype), segments)
    assert sums.dtype == torch.float32
    assert sums[:, :, 0].tolist() == [[65_536, 0, 0, 0, 0, 0], [65_533, 0, 0, 0, 0, 3]]
    colors, hint, mask = hints(color_image, segments, torch.tensor([6, 6]))
    assert colors.dtype == torch.float32
    assert colors[0].tolist() == [[0.75] * 3] + [[0.0] * 3] * 5
    assert colors[1].tolist() == [[0.75] * 3] + [[0.0] * 3] * 4 + [[-0.5] * 3]
    assert torch.equal(hint, color_image)
    assert mask.all()


def test_sums_are_float32_under_autocast():
    generator = torch.Generator().manual_seed(0)
    color_image = torch.rand(1, 3, 64, 64, generator=generator)
    segments = region_segments(torch.randint(MAX_HINTS, (1, 64, 64), generator=generator), MAX_HINTS)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert (color_image[0, 0] @ color_image[0, 0]).dtype == torch.bfloat16  # autocast is on
        sums, colors = region_sums(color_image, segments), mean_colors(color_image, segments)
    assert torch.equal(sums, region_sums(color_image, segments))
    assert torch.equal(colors, mean_colors(color_image, segments))
    assert sums.dtype == colors.dtype == torch.float32


class LargestTensor(TorchDispatchMode):
    """Remembers the largest tensor that any operation gave."""

    numel = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        for value in result if isinstance(result, tuple | list) else [result]:
            if isinstance(value, torch.Tensor):
                self.numel = max(self.numel, value.numel())
        return result


def test_no_tensor_of_every_region_times_every_color():
    color_image, segments = example(8, 8)
    segments.requires_grad_()
    with LargestTensor() as largest:
        colors, hint, mask = hints(color_image, segments, torch.tensor([1, 3]))
        loss = hint.square().mean() + mask.mean() + total_variance_loss(color_image, segments, colors)
        (loss + prefix_loss(color_image, segments)).backward()
    assert largest.numel == segments.numel()  # (B, N_c, H, W)


@pytest.mark.parametrize("num_hints", [(0, 0), (2, 3), (MAX_HINTS, MAX_HINTS)])
def test_gradients_of_the_hints_are_those_of_the_broadcast_form(num_hints):
    color_image, segments = example()
    weights = [torch.randn(shape, generator=torch.Generator().manual_seed(6)) for shape in ((2, 3, 3, 5), (2, 1, 3, 5))]
    gradients = []
    for function, dtype in ((hints, torch.float32), (broadcast_hints, torch.float64)):
        leaf = segments.clone().requires_grad_()
        _, hint, mask = function(color_image.to(dtype), leaf.to(dtype), torch.tensor(num_hints))
        ((hint * weights[0]).sum() + (mask * weights[1]).sum()).backward()
        gradients.append(leaf.grad)
    torch.testing.assert_close(*gradients)
    assert gradients[0].any() == (num_hints != (0, 0))


def test_region_segments_undo_argmax():
    segments = one_hot(random_logits())
    region_map = segments.argmax(1).to(torch.uint8)
    assert torch.equal(region_segments(region_map, MAX_HINTS), segments)
    assert region_segments(region_map).shape == (2, 30, 6, 7)


def test_cell_sums_are_float32_sums_over_each_cell_of_each_picture():
    torch.manual_seed(0)
    values = torch.rand(2, 3, 4, 5, dtype=torch.float16)
    cells = torch.randint(0, 6, (2, 4, 5))
    sums = cell_sums(values, cells)
    assert sums.dtype == torch.float32
    for picture in range(2):
        for cell in range(int(cells.max()) + 1):
            expected = values[picture].float()[:, cells[picture] == cell].sum(1)
            assert torch.allclose(sums[picture, cell], expected, atol=1e-6)
