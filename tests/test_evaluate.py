"""The evaluation: curves against literal loops, the rival by hand, and the command."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import make_painter
from training_pictures import draw_pictures

import evaluate
from data import SketchColorPairs, collate
from evaluate import Answers, measure, summarize
from guiding_painter.metrics import psnr
from guiding_painter.segmentation import sketch_cells
from rival import bucket_fill
from sheets import GAP, progress_sheet


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pictures = draw_pictures(tmp_path / "pictures" / "test", 3)
    damaged = pictures / "chapter" / "damaged.png"
    damaged.write_bytes((pictures / "page00.png").read_bytes()[:200])
    return tmp_path / "pictures"


@pytest.fixture
def batch(folder: Path) -> dict:
    pairs = SketchColorPairs(sorted(folder.rglob("page*.png")), 32)
    return collate([pairs[i] for i in range(3)])


@pytest.fixture(scope="module")
def cells_painter():
    return make_painter(max_hints=12, cells=True)


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


@pytest.mark.parametrize("cells", [False, True])
def test_an_answer_is_counted_where_it_is_asked_for(cells, painter, cells_painter, batch):
    painter = cells_painter if cells else painter
    answers = Answers(painter, batch, ink_aware=True)
    channels = list(range(painter.segmentation.config.max_hints))
    curve = answers.curve((0, 1, 3, len(channels)))
    for picture in range(3):
        asked = [i for i in channels if answers.segments[picture, i].any()]
        for column, k in enumerate((0, 1, 3, len(channels))):
            expected = psnr(literal(painter, answers, picture, asked[:k], channels), answers.image[picture][None])
            assert curve[picture, column].item() == pytest.approx(expected.item(), abs=0.02)
    if cells:
        assert answers.asked.sum(1).max() < len(channels)  # fewer cells than channels: some are never asked about


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


def test_bucket_fill_by_hand():
    cells = torch.tensor([[[0, 0, 0, 1, 1, 2]]])
    gray = torch.tensor([[0.2, 0.4, 0.9, -0.2, -0.4, 0.6]])
    image = gray.expand(3, 1, 6)[None]
    sketch = torch.tensor([[[[1.0, 1.0, -1.0, 1.0, 1.0, 1.0]]]])  # the third pixel is ink
    for k, expected in (
        (0, [0.12, 0.12, -1, 0.12, 0.12, 0.12]),  # the mean of all but ink
        (1, [0.3, 0.3, -1, 0.0, 0.0, 0.0]),
        (2, [0.3, 0.3, -1, -0.3, -0.3, 0.6]),
        (30, [0.3, 0.3, -1, -0.3, -0.3, 0.6]),
    ):
        fill = bucket_fill(cells, sketch, image, k)
        assert fill.shape == image.shape
        assert fill[0, 0, 0].tolist() == pytest.approx(expected, abs=1e-6)


def test_the_rival_gets_better_with_every_cell(batch):
    cells = sketch_cells(batch["sketch"])
    scores = [
        psnr(bucket_fill(cells, batch["sketch"], batch["color_image"], k), batch["color_image"]) for k in (0, 1, 3)
    ]
    assert (scores[0] < scores[1]).all()
    assert (scores[1] < scores[2]).all()


def test_unusable_pictures_are_left_out_and_told_of(painter, folder):
    pairs = SketchColorPairs(sorted(folder.rglob("*.png")), 32)
    results = measure(painter, pairs, True, (0, 2), batch_size=1)
    assert len(results["psnr"]) == len(results["regions"]) == 3
    assert len(results["skipped"]) == 1
    assert "damaged.png" in results["skipped"][0]


def test_a_summary_by_hand():
    report = summarize([[8.0, 12.0, 20.0], [10.0, 14.0, 16.0]], (0, 1, 2), (12.0, 18.0))
    assert report["psnr"] == {0: 9.0, 1: 13.0, 2: 18.0}
    assert report["nri"] == {12.0: 1.0, 18.0: 2.5}  # the second picture never reaches 18 dB: N_c + 1 = 3
    assert report["expected_psnr"] == round(9 * 0.125 + 13 * 0.109375 + 18 * 0.765625, 3)
    assert set(summarize([[8.0, 20.0]], (0, 2))) == {"psnr"}  # without all prefixes there is no expectation
    with pytest.raises(ValueError, match="Not one picture could be measured"):
        summarize([], (0, 1, 2))


def test_the_command_writes_what_it_prints(checkpoint, folder, tmp_path, capsys):
    output = tmp_path / "results.json"
    flags = ["--resolution", "32", "--thresholds", "8", "60", "--rival", "--importance", "--output", str(output)]
    evaluate.main(["--pretrained_model_name_or_path", str(checkpoint), "--data_dir", str(folder), *flags])
    printed = capsys.readouterr()
    report = json.loads(printed.out)
    assert report == json.loads(output.read_text())
    assert report["pictures"] == 3
    assert list(report["psnr"]) == [str(k) for k in range(7)]
    assert report["nri"]["60.0"] == 7  # N_c + 1
    assert 1 <= report["regions_asked"] <= 6
    assert len(report["importance"]) == 6
    assert len(report["skipped"]) == 1
    assert report["rival"]["psnr"]["6"] > report["rival"]["psnr"]["0"]
    rows = printed.err.splitlines()[-3:]
    assert rows[1].split()[:2] == ["model", f"{report['psnr']['0']:.2f}"]
    assert rows[2].split()[:3] == ["bucket", "fill", f"{report['rival']['psnr']['0']:.2f}"]


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--data_dir", "nowhere"], "nowhere is not a folder"),
        (["--data_dir", ".", "--pretrained_model_name_or_path", "./nowhere"], "'./nowhere' is neither a folder nor"),
        (["--data_dir", ".", "--resolution", "0"], "'0' is not a whole number above 0"),
        ([], "required: --data_dir"),
    ],
)
def test_a_mistake_is_one_sentence(flags, sentence, checkpoint, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    model = [] if "--pretrained_model_name_or_path" in flags else ["--pretrained_model_name_or_path", str(checkpoint)]
    with pytest.raises(SystemExit) as stop:
        evaluate.main([*model, *flags])
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1


def test_a_sheet_has_three_rows_a_picture_and_a_column_an_answer(cells_painter, batch):
    sheet = progress_sheet(cells_painter, batch, ink_aware=True, num_hints=2, tile_size=32)
    side = 32 + GAP
    assert sheet.size == ((1 + 2 + 1) * side, 3 * 3 * side)
    pixel = lambda column, row: sheet.crop((column * side, row * side, column * side + 32, row * side + 32))  # noqa: E731
    assert pixel(0, 2).tobytes() != pixel(1, 2).tobytes()  # an answer changes the picture
    assert pixel(1, 0).tobytes() != pixel(2, 0).tobytes()  # another region is asked about
    truth = (batch["color_image"][0] + 1) * 127.5
    shown = torch.from_numpy(np.array(pixel(3, 2))).permute(2, 0, 1)
    assert (truth - shown).abs().max() < 1
