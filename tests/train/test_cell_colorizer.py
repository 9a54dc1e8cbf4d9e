"""What networks over cells are trained for: who is answered, the losses, the palette, and what is measured of them."""

import numpy as np
import pytest
import torch
from conftest import make_cell_painter
from PIL import Image
from training_pictures import draw_picture, draw_pictures

from cell_answers import draw_answers, given_colors, reveal, reveal_one_of_two
from cell_colorizer import CellColorizer, fill_cells, true_colors
from cell_losses import alike_loss, color_loss, doubt_loss, mean_loss
from guiding_painter.cell_networks.lab import soft_labels
from measures.answers import answers_of
from pictures.pairs import SketchColorPairs, TrainingPairs, collate, vary_colors
from pictures.palette import palette_of

WEIGHTS = {"color": 1.0, "mean": 1.0, "doubt": 1.0, "alike": 1.0, "rec": 1.0}
SIZE = torch.tensor([0.4, 0.2, 0.1, 0.05, 0.0, 0.02])
RED, GREEN, WHITE = [1.0, -1.0, -1.0], [-1.0, 0.6, -1.0], [1.0, 1.0, 1.0]


def noise(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def batch(tmp_path_factory) -> dict:
    pictures = draw_pictures(tmp_path_factory.mktemp("comic"), 6)
    pairs = TrainingPairs(sorted(pictures.rglob("*.png")), 64, seed=0, with_cells=True)
    return collate([pairs[n] for n in range(3)])


def answered(batch: dict, painter, trained: str = "both", weights: dict | None = None) -> dict:
    generator = CellColorizer(painter.segmentation, painter.colorization, weights or WEIGHTS, trained).train()
    hints = torch.tensor([0, 2, 30])[: len(batch["sketch"])]
    return generator(batch, hints, 1.0, (batch["sketch"] + 1) / 2, [noise(i) for i in range(len(hints))])


def test_answers_are_as_in_use():
    numbers, largest = [], 0
    for seed in range(300):
        known = reveal(SIZE, 1, noise(seed))
        assert not known[4]  # there is no such cell
        numbers.append(int(known.sum()))
        largest += bool(known[0]) and numbers[-1] == 1
    share = np.bincount(numbers, minlength=6) / 300
    assert 0.15 < share[0] < 0.5  # none, and the least of any share
    assert share[1] > 0.4
    assert 0 < share[4:].sum() < 0.2
    assert largest > 0.5 * numbers.count(1)


def test_one_of_two_like_cells_is_answered_and_the_other_asked_about():
    colors = torch.tensor([WHITE, RED, GREEN, RED, RED, WHITE])
    for seed in range(20):
        known = reveal_one_of_two(SIZE, colors, torch.ones(6, dtype=torch.bool), noise(seed))
        assert known[[1, 3]].sum() == 1  # white ones and one that is not there are no pair
        assert known[[0, 2, 4, 5]].all()
    different = torch.tensor([WHITE, RED, GREEN, WHITE, RED, WHITE])
    assert reveal_one_of_two(SIZE, different, torch.zeros(6, dtype=torch.bool), noise()).sum() == 0


def test_people_answer_nearly_the_truth_and_sometimes_something_else():
    colors, known = torch.tensor([WHITE, RED, GREEN, RED, RED, WHITE]), torch.tensor([1, 1, 0, 1, 0, 0]).bool()
    palette = torch.tensor([[-1.0, -1.0, 1.0]])
    wrong = 0
    for seed in range(300):
        off = (given_colors(colors, known, palette, noise(seed)) - colors).abs().amax(1)
        assert (off[~known] == 0).all()
        assert (off > 0.15).sum() <= 1
        wrong += int((off > 0.15).sum())
    assert 3 < wrong < 40


def test_answers_are_a_function_of_the_pictures_own_random_numbers():
    colors = torch.rand(6, 3) * 2 - 1
    padded = torch.cat([SIZE, torch.zeros(3)]), torch.cat([colors, torch.zeros(3, 3)])
    for seed in range(10):
        known, given = draw_answers(SIZE, colors, colors, 3, noise(seed))
        same, longer = draw_answers(*padded, colors, 3, noise(seed))
        assert torch.equal(known, same[:, :6])
        assert torch.equal(given, longer[:, :6])


def test_losses_are_least_for_the_truth():
    palette = torch.tensor([RED, GREEN, WHITE])
    colors, asked = torch.tensor([[RED, GREEN, WHITE]]), torch.tensor([[0.5, 0.3, 0.0]])
    right = soft_labels(colors, palette).clamp(min=1e-7).log()
    assert color_loss(right, colors, palette, asked) < 0.01 < color_loss(right.roll(1, 1), colors, palette, asked)
    assert mean_loss(colors, colors, asked) == 0
    expected = 0.5 * ((torch.tensor(RED) - torch.tensor(WHITE)) ** 2).mean()
    assert mean_loss(torch.tensor([[WHITE, GREEN, RED]]), colors, asked).item() == pytest.approx(expected.item())
    mean = colors + 0.5  # off by 0.25, squared
    doubts = torch.linspace(-4, 1, 101)
    losses = torch.stack([doubt_loss(doubt.expand(1, 3), mean, colors, asked) for doubt in doubts])
    assert doubts[losses.argmin()].exp().item() == pytest.approx(0.25, rel=0.05)
    alike = torch.tensor([[[0.0, -9, -9], [-9, 0, -9], [-9, -9, 0]]])
    assert alike_loss(alike, colors, asked) < 0.01 < alike_loss(-alike, colors, asked)


def test_a_picture_counts_alike_whoever_it_is_with(batch):
    painter = make_cell_painter(dropout=0.0)
    together = answered(batch, painter)
    alone = []
    for i in range(3):
        one = {name: value[i : i + 1] for name, value in batch.items() if name != "skipped"}
        generator = CellColorizer(painter.segmentation, painter.colorization, WEIGHTS).train()
        hints = torch.tensor([[0], [2], [30]])[i]
        alone.append(generator(one, hints, 1.0, (one["sketch"] + 1) / 2, [noise(i)]))
    for name in ("color", "mean", "doubt", "alike"):
        mean = sum(losses[name].item() for losses in alone) / 3
        assert together[name].item() == pytest.approx(mean, rel=1e-3), name


def test_only_what_is_wanted_is_computed(batch):
    painter = make_cell_painter(dropout=0.0)
    assert set(answered(batch, painter)) == {"color", "mean", "doubt", "alike", "prediction"}
    assert set(answered(batch, painter, "segmentation")) == {"alike"}
    assert set(answered(batch, painter, "colorization")) == {"color", "mean", "doubt", "prediction"}
    assert set(answered(batch, painter, weights={"color": 1.0, "rec": 0.0})) == {"color"}


def test_the_painted_picture_teaches_the_unet_alone(batch):
    painter = make_cell_painter(dropout=0.0)
    answered(batch, painter)["prediction"].square().mean().backward()
    learned = {name for name, p in painter.colorization.named_parameters() if p.grad is not None and p.grad.any()}
    assert learned
    assert all(name.startswith("unet.") for name in learned)
    assert all(p.grad is None for p in painter.segmentation.parameters())


@pytest.mark.parametrize("encoder", [True, False])
def test_the_encoder_keeps_its_statistics_and_all_of_it_where_that_is_wished(encoder, batch):
    painter = make_cell_painter(dropout=0.0)
    generator = CellColorizer(painter.segmentation, painter.colorization, WEIGHTS, encoder=encoder).train()
    before = {name: value.clone() for name, value in painter.segmentation.encoder.named_buffers()}
    generator(batch, torch.tensor([1, 2, 3]), 1.0, None, [noise(i) for i in range(3)])["color"].backward()
    assert all(torch.equal(value, before[name]) for name, value in painter.segmentation.encoder.named_buffers())
    assert any(p.grad is not None for p in painter.segmentation.encoder.parameters()) == encoder
    assert generator.training
    assert not painter.segmentation.encoder.training


def test_colors_of_cells_leave_ink_out_and_come_back_as_a_picture():
    cells = torch.tensor([[[0, 0, 0, 1], [0, 0, 2, 1]]])
    image = torch.zeros(1, 3, 2, 4)
    image[:, 0], image[:, :, :, 3] = 0.5, -1.0
    image[0, :, 0, 0] = -1.0  # ink
    paper = torch.ones(1, 1, 2, 4)
    paper[0, 0, 0, 0] = 0.0
    colors, size = true_colors(image, cells, paper, 3)
    assert colors[0, 0].tolist() == pytest.approx([0.5, 0, 0])
    assert colors[0, 1].tolist() == pytest.approx([-1, -1, -1])
    assert size[0].tolist() == pytest.approx([4 / 8, 2 / 8, 0])  # of one pixel no color is known
    flat = fill_cells(colors[:, :2], cells)
    assert flat[0, :, 0, 1].tolist() == pytest.approx([0.5, 0, 0])
    assert flat[0, :, 1, 2].tolist() == pytest.approx([-0.25, -0.5, -0.5])  # a cell without a color: the mean


def test_the_palette_has_the_colors_of_the_pictures(tmp_path):
    for i in range(4):
        picture = Image.new("RGB", (64, 64), (250, 250, 250))
        picture.paste((200, 40 + i, 30), (0, 0, 12, 12))
        picture.paste((20, 90, 160 + i), (30, 30, 64, 64))
        picture.save(tmp_path / f"{i}.png")
    pairs = TrainingPairs(sorted(tmp_path.glob("*.png")), 32, seed=0)
    palette = palette_of(pairs, 8)
    assert palette.shape == (8, 3)
    assert torch.equal(palette, palette_of(pairs, 8))
    for color in ((200, 41, 30), (20, 90, 161), (255, 255, 255), (0, 0, 0)):
        wanted = torch.tensor(color) / 127.5 - 1
        assert (palette - wanted).abs().amax(1).min() < 0.05, color


def test_natural_colors_change_a_little_and_white_stays():
    picture = draw_picture(0)
    picture.paste((255, 255, 255), (0, 0, 10, 10))
    changed = [vary_colors(picture, np.random.default_rng(seed)) for seed in range(40)]
    same = sum(one.tobytes() == picture.tobytes() for one in changed)
    assert 8 < same < 32
    assert all(one.getpixel((2, 2)) == (255, 255, 255) for one in changed)
    off = [np.abs(np.asarray(one, dtype=int) - np.asarray(picture)).mean() for one in changed]
    assert max(off) < 40


def test_a_model_over_cells_is_measured_as_one_of_pixels(tmp_path):
    painter = make_cell_painter(dropout=0.0)
    pairs = SketchColorPairs(sorted(draw_pictures(tmp_path, 3).rglob("*.png")), 64, with_cells=True)
    answers = answers_of(painter, collate([pairs[i] for i in range(3)]), ink_aware=True)
    assert answers.segments.shape == (3, 30, 64, 64)
    assert (answers.segments.sum(1) <= 1).all()
    asked = answers.asked.sum(1)
    assert (asked >= 2).all()
    first = answers.colorize(answers.first(1))
    region = answers.segments[:, 0, None] * (answers.sketch > 0.9)  # where there is no ink
    assert ((first - answers.colors[:, 0, :, None, None]).abs() * region).max() < 0.06
    curve = answers.curve((0, 1, 30))
    assert (curve[:, 2] > curve[:, 0]).all()
    assert (curve[:, 2] > 12).all()  # all that there is to ask has been answered
    assert answers.importance().shape == (3, 30)


def test_cells_travel_with_a_picture(tmp_path):
    pictures = sorted(draw_pictures(tmp_path, 1).rglob("*.png"))
    sample = TrainingPairs(pictures, 64, seed=0, with_cells=True)[0]
    assert sample["cells"].shape == (64, 64)
    assert sample["cells"].dtype == torch.int64
    areas = np.bincount(sample["cells"].flatten())
    assert (np.diff(areas) <= 0).all()  # numbered from the largest
