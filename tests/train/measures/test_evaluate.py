"""The evaluation: curves against literal loops, rivals and summaries by hand, and the command."""

import importlib.util
import json
import sys
import types
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import make_painter
from PIL import Image
from training_pictures import draw_pictures

from guiding_painter import GuidingPainterPipeline
from guiding_painter.metrics import psnr
from measures import evaluate
from measures.answers import Answers, measure
from measures.comparison import Comparison, ways_to_color
from measures.frechet import INCEPTION_FILE, EfficientNetLite0, FrechetDistance, load_distance
from measures.results import differences, runs, sentences, summarize, table
from measures.rivals import bucket_fill, region_statistics
from measures.sheets import GAP, HEADER, example_sheet, progress_sheet
from pictures.pairs import SketchColorPairs, collate, sketch_cells


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


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        (
            "mean",
            {
                0: [0.12, 0.12, -1, 0.12, 0.12, 0.12],  # the mean of all but ink
                1: [0.3, 0.3, -1, 0.0, 0.0, 0.0],
                2: [0.3, 0.3, -1, -0.3, -0.3, 0.6],
                30: [0.3, 0.3, -1, -0.3, -0.3, 0.6],
            },
        ),
        (
            "paper",
            {
                0: [1, 1, -1, 1, 1, 1],
                1: [0.3, 0.3, -1, 1, 1, 1],
                2: [0.3, 0.3, -1, -0.3, -0.3, 1],
                3: [0.3, 0.3, -1, -0.3, -0.3, 0.6],
                30: [0.3, 0.3, -1, -0.3, -0.3, 0.6],
            },
        ),
    ],
)
def test_bucket_fill_by_hand(rest, expected):
    cells = torch.tensor([[[0, 0, 0, 1, 1, 2]]])
    gray = torch.tensor([[0.2, 0.4, 0.9, -0.2, -0.4, 0.6]])
    image = gray.expand(3, 1, 6)[None]
    sketch = torch.tensor([[[[1.0, 1.0, -1.0, 1.0, 1.0, 1.0]]]])  # the third pixel is ink
    for k, colors in expected.items():
        fill = bucket_fill(cells, sketch, image, k, rest)
        assert fill.shape == image.shape
        assert fill[0, 0, 0].tolist() == pytest.approx(colors, abs=1e-6)


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
    assert summarize([[8.0, 12.0, 20.0]], (0, 1, 2), stop_prob=0.5)["expected_psnr"] == 4 + 3 + 5
    assert set(summarize([[8.0, 20.0]], (0, 2))) == {"psnr"}  # without all prefixes there is no expectation
    with pytest.raises(ValueError, match="Not one picture could be measured"):
        summarize([], (0, 1, 2))


def row(*curve: float, nri: dict[float, float]) -> dict:
    return {"psnr": dict(enumerate(curve)), "expected_psnr": sum(curve) / len(curve), "nri": nri}


def test_differences_by_hand():
    rows = {
        "model": row(8, 12, 20, 22, nri={12.0: 1.5, 18.0: 2.0}) | {"fid": 25.5},
        "bucket_fill": row(9, 12, 16, 17, nri={12.0: 3.0, 18.0: 0.0}) | {"fid": 31.0},
    }
    found = differences(rows)
    assert found == {"bucket_fill": {"expected_psnr": 2.0, "nri_ratio": {12.0: 0.5, 18.0: None}, "ahead_at": [2, 3]}}
    regions = {"asked": 2.5, "channels_used": 3, "parts_per_region": 1.5, "speck_share": 0.0125}
    first, second = sentences({"differences": found, "regions": regions}).splitlines()
    assert first == (
        "model beside bucket fill: +2.00 dB expected, 0.50 (12 dB), - (18 dB) of its NRI, ahead at 2-3 hints"
    )
    assert second == (
        "regions: 2.5 asked for, 3 channels used in all, 1.50 connected parts each, 1.25% of the pixels in specks"
    )
    header, *lines = table(rows).splitlines()
    assert header.split() == "0 hints 1 hints 3 hints expected NRI 12 NRI 18 fid".split()
    assert lines[0].split() == "model 8.00 12.00 22.00 15.50 1.50 2.00 25.50".split()
    assert lines[1].split() == "bucket fill 9.00 12.00 17.00 13.50 3.00 0.00 31.00".split()
    assert len({len(line) for line in (header, *lines)}) == 1


def test_runs_of_numbers_are_shortened():
    assert runs([]) == ""
    assert runs([4]) == "4"
    assert runs([0, 2, 3, 4, 7, 8]) == "0, 2-4, 7-8"


def test_region_statistics_by_hand():
    regions = np.zeros((50, 100), dtype=np.int64)  # a speck has fewer than 2.5 of these 5000 pixels
    regions[:, 50:] = 2  # regions 0 and 2, of one part each; 1 has no pixels
    regions[10, 10] = regions[11, 11] = regions[12, 12] = 2  # three pixels that touch at corners: a part, not a speck
    regions[30, 80:82] = regions[40, 90] = 0  # two specks
    found = region_statistics(regions)
    assert found == {"parts_per_region": 5 / 2, "speck_share": 3 / 5000}


def test_every_way_starts_with_the_first_hints_and_does_not_depend_on_the_batch(painter, batch):
    together = ways_to_color(Answers(painter, batch, True), bucket=True)
    assert list(together) == ["model", "bucket_fill", "bucket_fill_on_white"]
    last = {name: value[2:] for name, value in batch.items()}
    alone = ways_to_color(Answers(painter, last, True), bucket=True)
    for name, way in together.items():
        assert torch.allclose(way(2)[2:], alone[name](2), atol=1e-5), name
        assert not torch.allclose(way(0), way(6), atol=1e-3), name


class MeanGray(torch.nn.Module):
    """The simplest feature: a picture's mean, in 8-bit levels."""

    num_features = 1

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images.float().mean((1, 2, 3))[:, None]


def gray(*levels: int) -> torch.Tensor:
    return torch.tensor(levels)[:, None, None, None].expand(-1, 3, 4, 4) / 127.5 - 1


def test_frechet_distance_by_hand():
    distance = FrechetDistance(MeanGray())
    distance.update(gray(100, 120), real=True)  # mean 110, variance 200 (of two drawings: their number less one)
    for levels, weight in (((20, 50), 0.5), ((40, 50), 0.25), ((60, 90), 0.25)):
        distance.update(gray(*levels), real=False, weight=weight)
    # drawing 1: 20 half, 40 and 60 a quarter of the time; drawing 2: 50 and 90; together mean 47.5
    variance = 0.5 * (27.5**2 + 2.5**2) + 0.25 * (7.5**2 + 2.5**2 + 12.5**2 + 42.5**2)
    expected = (110 - 47.5) ** 2 + (200**0.5 - variance**0.5) ** 2
    assert distance.compute().item() == pytest.approx(expected, rel=1e-6)


def test_frechet_distance_is_0_between_the_same_pictures_and_weights_are_whole_pictures():
    distance = FrechetDistance(MeanGray())
    distance.update(gray(7, 200), real=True)
    for _ in range(10):  # 0.2 added up ten times is a little less than 2
        distance.update(gray(7, 200), real=False, weight=0.1)
    assert distance.compute().item() == pytest.approx(0, abs=1e-3)


def test_features_are_those_of_a_trained_network():
    torch.manual_seed(0)
    features = EfficientNetLite0()
    smooth = torch.nn.functional.interpolate(torch.rand(2, 3, 4, 4), (256, 256), mode="bilinear") * 255
    found = features(smooth.byte())
    assert found.shape == (2, 1280)
    assert torch.equal(found, features(smooth.byte()))  # not in training mode
    # The classifier on top was trained for the same features: it is sure of more than chance.
    assert features.network._fc(found).softmax(1).max(1).values.min() > 0.02


def test_a_distance_is_called_fid_only_with_inception(tmp_path, monkeypatch):
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    weights = tmp_path / INCEPTION_FILE
    weights.parent.mkdir()
    for _ in range(2):  # without its weights, and with weights that nothing can read
        name, new_distance = load_distance("cpu")
        assert name == "frechet_efficientnet_lite0"
        assert isinstance(new_distance().inception, EfficientNetLite0)
        weights.touch()
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)


def test_a_comparison_measures_what_is_given_to_it(painter, batch):
    chances = {}

    class Spy(FrechetDistance):
        def update(self, color_image, real, weight=1.0):
            chances.setdefault(real, []).append(weight)
            super().update(color_image, real, weight)

    comparison = Comparison(6, stop_prob=0.5, distance=("frechet_gray", lambda: Spy(MeanGray())))
    comparison.add(answers := Answers(painter, batch, ink_aware=True))
    report = comparison.report((8.0,))
    assert chances[False] == [2**-1, 2**-2, 2**-3, 2**-4, 2**-5, 2**-6, 2**-6]
    assert chances[True] == [1.0]
    assert list(report["rows"]) == ["model"]
    expected = answers.curve(tuple(range(7))).mean(0)
    assert list(report["rows"]["model"]["psnr"].values()) == pytest.approx(expected.tolist(), abs=1e-3)
    by_hand = FrechetDistance(MeanGray())
    by_hand.update(batch["color_image"], real=True)
    for k, weight in enumerate(chances[False]):
        by_hand.update(answers.colorize(answers.first(k)), real=False, weight=weight)
    assert report["rows"]["model"]["frechet_gray"] == pytest.approx(by_hand.compute().item(), abs=1e-3)
    assert report["regions"]["asked"] == pytest.approx(answers.asked.sum().item() / 3, abs=1e-4)
    assert report["regions"]["channels_used"] == answers.asked.any(0).sum()
    assert report["regions"]["parts_per_region"] >= 1

    chances.clear()
    answers.asked[:, 2:] = False  # after two answers the pictures stay as they are, and are looked at once
    comparison = Comparison(6, stop_prob=0.5, distance=("frechet_gray", lambda: Spy(MeanGray())))
    comparison.add(answers)
    assert chances == {False: [0.5, 0.25, 0.25], True: [1.0]}
    with pytest.raises(ValueError, match="Only 0 pictures could be measured: give at least 2"):
        Comparison(6, distance=("frechet_gray", lambda: Spy(MeanGray()))).report()


def test_the_command_writes_what_it_prints(checkpoint, folder, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))  # whatever this computer has
    weights = ["--pretrained_model_name_or_path", str(checkpoint)]
    flags = ["--resolution", "32", "--thresholds", "8", "60", "--rival", "--importance", "--frechet"]
    files = ["--plot", "curves.png", "--output", "results.json"]
    evaluate.main([*weights, "--data_dir", str(folder), *flags, *files])
    printed = capsys.readouterr()
    whole = json.loads(printed.out)
    assert whole == json.loads(Path("results.json").read_text())
    assert str(tmp_path) not in printed.out
    assert str(checkpoint) not in printed.out
    assert whole["command"].startswith("python train/measures/evaluate.py --pretrained_model_name_or_path checkpoint")
    assert whole["settings"] == {
        "pretrained_model_name_or_path": checkpoint.name,
        "resolution": 32,
        "stop_prob": 0.125,
        "max_hints": 6,
        "thresholds": [8, 60],
        "ink_aware": True,
        "grayscale": False,
    }
    (report,) = whole["sets"].values()
    assert list(report["rows"]) == ["model", "bucket_fill", "bucket_fill_on_white"]
    for summary in report["rows"].values():
        assert list(summary["psnr"]) == [str(k) for k in range(7)]
        assert summary["nri"]["60.0"] == 7  # N_c + 1
        assert summary["frechet_efficientnet_lite0"] > 0
    fill, on_white = report["rows"]["bucket_fill"]["psnr"], report["rows"]["bucket_fill_on_white"]["psnr"]
    assert fill["6"] > fill["0"] > on_white["0"]
    assert 1 <= report["regions"]["asked"] <= 6
    assert len(report["importance"]) == 6
    assert len(report["skipped"]) == 1
    assert report["skipped"][0].startswith("test/chapter/damaged.png")
    shown = [line.split() for line in printed.err.splitlines()]
    assert ["model", *(f"{report['rows']['model']['psnr'][k]:.2f}" for k in "013")] in [words[:4] for words in shown]
    with Image.open("curves.png") as plot:
        assert plot.width > 1000
        assert len(plot.convert("RGB").getcolors(1 << 24)) > 50  # not an empty page


def test_every_folder_is_a_set_of_its_own(checkpoint, folder, tmp_path, capsys, monkeypatch):
    draw_pictures(tmp_path / "more" / "validation", 2)
    monkeypatch.chdir(tmp_path)
    flags = ["--resolution", "32", "--split", "test", "validation", "--plot", "curves.svg"]
    evaluate.main(
        ["--pretrained_model_name_or_path", str(checkpoint), "--data_dir", str(folder), "more/../more", *flags]
    )
    printed = capsys.readouterr()
    sets = json.loads(printed.out)["sets"]
    assert [(name, one["split"], one["pictures"]) for name, one in sets.items()] == [
        ("pictures", "test", 3),
        ("more", "validation", 2),
    ]
    assert sets["pictures"]["rows"]["model"]["psnr"] != sets["more"]["rows"]["model"]["psnr"]
    assert list(sets["more"]["rows"]) == ["model"]
    assert sets["more"]["differences"] == {}
    assert "more, 2 pictures" in printed.err.splitlines()
    assert "<svg" in Path("curves.svg").read_text()


def test_networks_without_cells_have_their_regions_measured_set_by_set(folder, tmp_path, capsys, monkeypatch):
    draw_pictures(tmp_path / "more" / "test", 2)
    monkeypatch.chdir(tmp_path)
    make_painter(norm="batch").save_pretrained("model")  # every pixel chooses a region, as in the paper
    painter = GuidingPainterPipeline.from_pretrained("model")
    flags = ["--resolution", "32", "--importance", "--plot", "curves.svg"]
    evaluate.main(["--pretrained_model_name_or_path", "model", "--data_dir", str(folder), "more", *flags])
    sets = json.loads(capsys.readouterr().out)["sets"]
    for name, parent in (("pictures", folder), ("more", tmp_path / "more")):
        pairs = SketchColorPairs(sorted(parent.rglob("page*.png")), 32)
        batch = collate([pairs[i] for i in range(len(pairs))])
        with torch.no_grad():
            maps = painter.segmentation(batch["sketch"]).argmax(1).numpy()
        statistics = [region_statistics(region_map) for region_map in maps]
        regions = sets[name]["regions"]
        assert regions["channels_used"] == len(np.unique(maps)) > 1
        assert regions["asked"] == pytest.approx(np.mean([len(np.unique(one)) for one in maps]), abs=1e-3)
        for key in ("parts_per_region", "speck_share"):
            assert regions[key] == pytest.approx(np.mean([one[key] for one in statistics]), abs=1e-3)
        assert regions["parts_per_region"] > 1
        importance = Answers(painter, batch, ink_aware=True).importance().mean(0)
        assert sets[name]["importance"] == pytest.approx(importance.tolist(), abs=0.02)
    assert sets["pictures"]["importance"] != sets["more"]["importance"]


def test_a_torchvision_that_does_not_fit_is_told_of_in_one_sentence(checkpoint, folder, monkeypatch, capsys):
    class Broken(types.ModuleType):
        def __getattr__(self, name: str):
            raise RuntimeError("operator torchvision::nms does not exist\nand more")

    monkeypatch.delitem(sys.modules, "measures.frechet")
    monkeypatch.setitem(sys.modules, "torchmetrics.image.fid", Broken("torchmetrics.image.fid"))
    weights = ["--pretrained_model_name_or_path", str(checkpoint)]
    with pytest.raises(SystemExit) as stop:
        evaluate.main([*weights, "--data_dir", str(folder), "--frechet"])
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert "torch-fidelity cannot be imported (operator torchvision::nms does not exist): install the torch" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--data_dir", "nowhere"], "nowhere is not a folder"),
        (["--data_dir", ".", "--pretrained_model_name_or_path", "./nowhere"], "'./nowhere' is neither a folder nor"),
        (["--data_dir", ".", "--resolution", "0"], "'0' is not a whole number above 0"),
        (["--data_dir", ".", "--split", "test", "train"], "2 splits for 1 folders"),
        (["--data_dir", "a/test", "b/test"], "two folders of --data_dir have the same name (test, test)"),
        (["--data_dir", ".", "--plot", "curves.gif"], "curves.gif is neither a .png nor a .svg file"),
        (["--data_dir", ".", "--output", "nowhere/results.json"], "no folder nowhere to write results.json into"),
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
