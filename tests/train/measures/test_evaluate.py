"""The evaluation: what a comparison measures, and the command."""

import json
import sys
import types
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import make_painter
from measured_pictures import MeanGray, batch_of, draw_with_damage
from PIL import Image
from training_pictures import draw_pictures

from guiding_painter import GuidingPainterPipeline
from measures import evaluate
from measures.answers import Answers
from measures.comparison import Comparison
from measures.frechet import FrechetDistance
from measures.rivals import region_statistics
from pictures.pairs import SketchColorPairs, collate


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return draw_with_damage(tmp_path / "pictures")


@pytest.fixture
def batch(folder: Path) -> dict:
    return batch_of(folder)


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
