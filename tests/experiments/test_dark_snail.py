"""The toy of Section 4.5: its geometry, how its results are judged, and that it trains and draws."""

import json

import pytest
import torch
from PIL import Image

from experiments import dark_snail, spiral
from guiding_painter.hints import mean_colors, num_hints_distribution


@pytest.mark.parametrize("size", [32, 64, 128])
def test_areas_halve_and_nothing_overlaps(size):
    boxes = spiral.rectangles(size, 6)
    areas = [(right - left) * (bottom - top) for left, top, right, bottom in boxes]
    assert areas == [size * size // 2**i for i in range(1, 7)]
    covered = torch.zeros(size, size)
    for left, top, right, bottom in boxes:
        covered[top:bottom, left:right] += 1
    assert covered.max() == 1
    assert (covered == 0).sum() == areas[-1]  # the middle of the spiral


def test_rectangles_follow_each_other_clockwise():
    middles = [((left + right) / 2, (top + bottom) / 2) for left, top, right, bottom in spiral.rectangles(64, 6)]
    for (x0, y0), (x1, y1), (x2, y2) in zip(middles, middles[1:], middles[2:], strict=False):
        assert (x1 - x0) * (y2 - y1) - (y1 - y0) * (x2 - x1) > 0  # a turn to the right, y pointing down


def test_labels_are_fenced_in_by_one_pixel_of_ink():
    labels = spiral.draw_labels(64, 6)
    pixels = labels.flatten().bincount().tolist()
    assert pixels == [411, 1922, 930, 420, 210, 105, 49, 49]
    for dy, dx in ((0, 1), (1, 0), (1, 1)):
        one, other = labels[: 64 - dy, : 64 - dx], labels[dy:, dx:]
        assert ((one == other) | (one == spiral.INK) | (other == spiral.INK)).all()


def test_sketch_is_only_outlines():
    labels = spiral.draw_labels(64, 6)
    sketch = spiral.draw_sketch(labels)
    assert sketch.shape == (1, 1, 64, 64)
    assert (sketch[0, 0] == -1).sum() == 411
    assert (sketch[0, 0, labels > 0] == 1).all()  # nothing of the rectangles themselves
    assert (sketch[0, 0, :, 32] == -1).all()  # the right side of the largest rectangle


def test_colors_are_flat_random_and_new_for_every_picture():
    torch.manual_seed(0)
    labels = spiral.draw_labels(32, 5)
    pictures = spiral.color_randomly(labels, 4)
    assert pictures.shape == (4, 3, 32, 32)
    assert (pictures[:, :, labels == spiral.INK] == -1).all()
    assert (pictures[:, :, labels == 6] == 1).all()
    colors = [pictures[:, :, labels == label] for label in range(1, 6)]  # (B, 3, pixels) each
    assert all((color == color[..., :1]).all() for color in colors)
    assert len(torch.cat([color[..., 0] for color in colors]).unique(dim=0)) == 4 * 5
    assert -1 <= pictures.min() < -0.5 < 0.5 < pictures.max() <= 1
    assert not torch.equal(spiral.color_randomly(labels, 4), pictures)


@pytest.mark.parametrize(
    ("turns", "correlation"),
    [
        ([1, 2, 3, 4, 5, 6], 1.0),
        ([2, 3, 5, 8, 13, 21], 1.0),  # only ranks count
        ([6, 5, 4, 3, 2, 1], -1.0),
        ([2, 1, 3, 4], 0.8),  # 1 - 6 * (1 + 1) / (4 * 15)
        ([1, 3, 2, 6, 5, 4], 1 - 6 * (0 + 1 + 1 + 4 + 0 + 4) / (6 * 35)),
        ([3, 3, 3, 3], 0.0),
        ([1, 2, 2], 0.866025),  # ranks 1, 2.5, 2.5: 1.5 / sqrt(1.5 * 2)
    ],
)
def test_order_correlation(turns, correlation):
    assert spiral.order_correlation(turns) == pytest.approx(correlation, abs=1e-5)


def test_turns_and_purity_of_known_regions():
    labels = spiral.draw_labels(32, 3)
    assert (spiral.turns_of(labels, labels), spiral.purity(labels, labels)) == ([2, 3, 4], 1.0)
    everything = torch.zeros_like(labels)
    pixels = [int((labels == label).sum()) for label in (1, 2, 3)]
    assert spiral.turns_of(everything, labels) == [1, 1, 1]
    assert spiral.purity(everything, labels) == pytest.approx(pixels[0] / sum(pixels))
    first_alone = torch.where(labels == 1, 7, 4)
    assert spiral.turns_of(first_alone, labels) == [8, 5, 5]
    assert spiral.purity(first_alone, labels) == pytest.approx(sum(pixels[:2]) / sum(pixels))
    strays = labels.clone()
    strays[labels == 2] = torch.where(torch.arange(pixels[1]) % 4 == 0, 0, 2)
    assert spiral.turns_of(strays, labels) == [2, 3, 4]  # the region with most of its pixels counts


def test_three_steps_train_and_draw_and_a_stopped_run_goes_on(tmp_path, capsys):
    tiny = ["--small", "--num_rectangles=4", "--max_hints=5", f"--output_dir={tmp_path}"]
    dark_snail.main([*tiny, "--seeds", "3"])
    results = json.loads((tmp_path / "results.json").read_text())["results"]
    assert list(results) == list(dark_snail.WAYS)
    for of_seeds in results.values():
        assert 0 < of_seeds["3"]["loss"] < 100
        assert len(of_seeds["3"]["turns"]) == 4
        assert -1 <= of_seeds["3"]["correlation"] <= 1
        assert 0 < of_seeds["3"]["purity"] <= 1
    sampled, fixed, _ = results.values()
    assert sampled["3"]["loss"] != fixed["3"]["loss"]
    with Image.open(tmp_path / "dark_snail_3.png") as figure:
        assert figure.mode == "RGB"
        assert len(figure.getcolors(1 << 20)) > 6  # more than paper and ink

    of_3 = sampled["3"] = sampled["3"] | {"correlation": 0.95}  # by which it is known again
    report = json.loads((tmp_path / "results.json").read_text()) | {"results": results}
    (tmp_path / "results.json").write_text(json.dumps(report))
    dark_snail.main([*tiny, "--seeds", "3", "4"])
    results = json.loads((tmp_path / "results.json").read_text())["results"]
    assert next(iter(results.values()))["3"] == of_3
    assert all(list(of_seeds) == ["3", "4"] for of_seeds in results.values())
    assert "0.9 or more in" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        dark_snail.main([*tiny, "--seeds", "3", "--steps", "4"])
    assert "is of other settings: name another --output_dir" in capsys.readouterr().err


class Filling(torch.nn.Module):
    """g that fills in what it is told, gray elsewhere."""

    def forward(self, sketch, segments, hint_map, condition_mask):
        return hint_map


def swap_until_settled(chances: torch.Tensor) -> list[int]:
    labels = spiral.draw_labels(32, 4)
    torch.manual_seed(0)
    images = spiral.color_randomly(labels, 16)
    sizes = [labels == label for label in (3, 1, 4, 2)]  # region 0 is the third largest rectangle, ...
    segments = torch.stack([*(mask.float() for mask in sizes), ((labels == 0) | (labels == 5)).float()])
    segments = segments.expand(16, -1, -1, -1)
    turns, generator = torch.arange(5), torch.Generator().manual_seed(0)
    for _ in range(60):
        batch = spiral.draw_sketch(labels), images, segments, mean_colors(images, segments)
        turns = dark_snail.swap_turns(turns, Filling(), batch, generator, chances)
    return turns.tolist()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--size", "7"], "--size 7 has no room for 5 rectangles: give a larger one."),
        (["--num_rectangles", "1"], "'1' is not a whole number above 1"),
        (["--max_hints", "1"], "'1' is not a whole number above 1"),
        (["--f_learning_rate", "nan"], "'nan' is not a number above 0"),
    ],
)
def test_what_has_no_order_or_cannot_be_trained_is_one_sentence(more, sentence, tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        dark_snail.main(["--small", "--output_dir", str(tmp_path), *more])
    assert stop.value.code == 2
    assert sentence in capsys.readouterr().err


def test_turns_are_exchanged_until_the_largest_is_first_where_n_h_varies():
    turns = swap_until_settled(num_hints_distribution(5))
    assert turns[1] < turns[3] < turns[0] < turns[2]
    assert swap_until_settled(torch.tensor([0, 0, 0, 0, 0, 1.0])) == [0, 1, 2, 3, 4]  # all are colored anyway


def test_figure_shows_each_region_in_its_color():
    labels = spiral.draw_labels(32, 3)
    figure = spiral.draw_figure(labels, {"a": labels, "b": torch.zeros_like(labels)}, scale=1)
    assert figure.size == (5 * 40 + 8, 3 * 56 + 8)  # five regions (outlines and middle too), three rows
    example = figure.crop((48, 16, 80, 48))
    third = figure.crop((8 + 2 * 40, 16 + 56, 40 + 2 * 40, 48 + 56))  # region 2 in row a
    assert third.getpixel((24, 8)) == example.getpixel((24, 8))
    assert third.getpixel((8, 16)) != example.getpixel((8, 16))
    assert figure.crop((8, 16 + 2 * 56, 40, 48 + 2 * 56)).tobytes() == example.tobytes()  # row b: one region is all
