"""Answers with true colors against literal loops, and the sheets that show them."""

from pathlib import Path

import numpy as np
import pytest
import torch
from measured_pictures import batch_of, draw_with_damage

from guiding_painter.metrics import psnr
from measures.answers import Answers, measure
from measures.sheets import GAP, HEADER, example_sheet, progress_sheet
from pictures.pairs import SketchColorPairs


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return draw_with_damage(tmp_path / "pictures")


@pytest.fixture
def batch(folder: Path) -> dict:
    return batch_of(folder)


def literal(painter, answers: Answers, picture: int, answered: list[int], order: list[int]) -> torch.Tensor:
    """One picture, its answers filled in region by region and pixel by pixel."""
    sketch, image = answers.sketch[picture], answers.image[picture]
    segments = answers.segments[picture]
    hints, mask = torch.zeros(3, *sketch.shape[1:]), torch.zeros(1, *sketch.shape[1:])
    for region in answered:
        inside = segments[region] > 0
        paper = ((sketch[0] + 1) / 2)[inside]
        hints[:, inside] = ((image[:, inside] * paper).sum(1) / paper.sum().clamp(min=1))[:, None]
        mask[0, inside] = 1
    with torch.no_grad():
        return painter.colorization(sketch[None], segments[order][None], hints[None], mask[None])


def test_an_answer_is_counted_where_it_is_asked_for(painter, batch):
    answers = Answers(painter, batch, ink_aware=True)
    channels = list(range(painter.segmentation.config.max_hints))
    curve = answers.curve((0, 1, 3, len(channels)))
    for picture in range(3):
        asked = [i for i in channels if answers.segments[picture, i].any()]
        for column, k in enumerate((0, 1, 3, len(channels))):
            expected = psnr(literal(painter, answers, picture, asked[:k], channels), answers.image[picture][None])
            assert curve[picture, column].item() == pytest.approx(expected.item(), abs=0.02)


def test_importance_puts_a_region_in_front_and_answers_it_alone(painter, batch):
    answers = Answers(painter, batch, ink_aware=True)
    importance = answers.importance()
    for region in (0, 2):
        order = [region] + [i for i in range(6) if i != region]
        answered = [region] if answers.asked[0, region] else []
        expected = psnr(literal(painter, answers, 0, answered, order), answers.image[:1])
        assert importance[0, region].item() == pytest.approx(expected.item(), abs=0.02)


def test_ink_counts_in_answers_only_when_asked(painter):
    ink = torch.zeros(1, 1, 32, 32, dtype=torch.bool)
    ink[..., 10:13, :] = True
    flat = {"sketch": 1 - 2.0 * ink, "color_image": torch.where(ink, -1.0, 0.5).expand(-1, 3, -1, -1)}
    without = Answers(painter, flat, ink_aware=True)
    with_paper = paper_pixels(without) >= 1
    assert (without.colors[with_paper] - 0.5).abs().max() < 1e-5
    assert Answers(painter, flat, ink_aware=False).colors[with_paper].min() < 0.4


def paper_pixels(answers: Answers) -> torch.Tensor:
    """How many pixels of paper each region has, (B, N_c)."""
    return (answers.segments * (answers.sketch + 1) / 2).sum((2, 3))


def test_unusable_pictures_are_left_out_and_told_of(painter, folder):
    pairs = SketchColorPairs(sorted(folder.rglob("*.png")), 32)
    results = measure(painter, pairs, True, (0, 2), batch_size=1)
    assert len(results["psnr"]) == len(results["regions"]) == 3
    assert len(results["skipped"]) == 1
    assert "damaged.png" in results["skipped"][0]


def test_a_sheet_has_three_rows_a_picture_and_a_column_an_answer(painter, batch):
    sheet = progress_sheet(painter, batch, ink_aware=True, num_hints=2, tile_size=32)
    side = 32 + GAP
    assert sheet.size == ((1 + 2 + 1) * side, 3 * 3 * side)
    pixel = lambda column, row: sheet.crop((column * side, row * side, column * side + 32, row * side + 32))  # noqa: E731
    assert pixel(0, 2).tobytes() != pixel(1, 2).tobytes()  # an answer changes the picture
    assert pixel(1, 0).tobytes() != pixel(2, 0).tobytes()  # another region is asked about
    truth = (batch["color_image"][0] + 1) * 127.5
    shown = torch.from_numpy(np.array(pixel(3, 2))).permute(2, 0, 1)
    assert (truth - shown).abs().max() < 1


def test_an_example_is_a_row_of_drawing_regions_pictures_and_truth(painter, batch):
    sheet = example_sheet(painter, batch, ink_aware=True, tile_size=32)
    side = 32 + GAP
    assert sheet.size == (7 * side, HEADER + 3 * side)

    def tile(column: int, row: int) -> torch.Tensor:
        left, top = column * side, HEADER + row * side
        return torch.from_numpy(np.array(sheet.crop((left, top, left + 32, top + 32)))).permute(2, 0, 1)

    answers = Answers(painter, batch, ink_aware=True)
    for row in range(3):
        for column, k in enumerate((1, 3, 5, 10), start=2):
            painted = (answers.colorize(answers.first(k))[row] + 1) * 127.5
            assert (painted - tile(column, row)).abs().max() < 1
        assert ((batch["sketch"][row] + 1) * 127.5 - tile(0, row)).abs().max() < 1
        assert ((batch["color_image"][row] + 1) * 127.5 - tile(6, row)).abs().max() < 1
        regions = tile(1, row).float()
        assert (regions.amax(0) - regions.amin(0) > 60).float().mean() > 0.3  # tinted, which the drawing is not
