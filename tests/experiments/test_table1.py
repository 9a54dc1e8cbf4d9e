"""Table 1 and Figs. 1, 3 and 5 from the command to the files, with tiny networks on small pictures."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from training_pictures import draw_pictures, forget_accelerator

from experiments import figures, table1
from experiments.methods import MAKERS, OURS
from experiments.methods.marks import draw_marks, points_in_regions
from experiments.methods.table import lines_of, margins
from measures import frechet
from measures.results import NRI_THRESHOLDS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_pictures(tmp_path_factory.mktemp("pictures"), 20)


@pytest.fixture(scope="module")
def flags(folder: Path) -> list[str]:
    return ["--small", f"--data_dir={folder}", "--mixed_precision=no"]


@pytest.fixture(scope="module")
def trained(folder: Path, flags: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole table, once."""
    output = tmp_path_factory.mktemp("table1")
    forget_accelerator()
    table1.main([*flags, f"--train_data_dir={folder}", f"--output_dir={output}"])
    return output


def read(path: Path) -> dict:
    return json.loads(path.read_text())


def test_every_method_is_trained_and_measured(trained: Path, folder: Path):
    report = read(trained / "results.json")
    assert report["settings"]["thresholds"] == list(NRI_THRESHOLDS)
    assert str(folder) not in json.dumps(report)
    rows = report["sets"][folder.name]["rows"]
    assert tuple(rows) == table1.ROWS
    for name, row in rows.items():
        assert row["pictures"] == 2
        assert 0 < row["without_hints"]["psnr"] < 40
        assert ("with_hints" in row) == (name not in ("cic", "pix2pix"))
        if "with_hints" in row:
            hinted = row["with_hints"]
            assert list(hinted["psnr"]) == ["0", "1", "2", "3"]
            assert min(hinted["psnr"].values()) <= hinted["expected_psnr"] <= max(hinted["psnr"].values())
            assert hinted["psnr"]["0"] == row["without_hints"]["psnr"]
            assert all(0 <= value <= 4 for value in hinted["nri"].values())
    for name in MAKERS:
        written = read(trained / "models" / name / "trained.json")
        assert (written["method"], written["updates"], written["batch_size"]) == (name, 2, 2)
        assert rows[name]["model"] == written
    assert set(report["margins"][folder.name]) == set(OURS)
    lines = (trained / "table1.md").read_text().splitlines()
    assert lines[0] == f"`{report['command']}`"
    assert sum(line.startswith("| RTUG |") for line in lines) == 2
    assert sum(line.startswith("| CIC |") for line in lines) == 1


def test_what_is_there_is_not_done_again(trained: Path, flags: list[str], folder: Path, monkeypatch):
    def done_again(*args):
        raise AssertionError

    before = (trained / "results.json").read_bytes()
    monkeypatch.setattr(table1, "train_method", done_again)
    monkeypatch.setattr(table1, "measure_method", done_again)
    table1.main([*flags, f"--train_data_dir={folder}", f"--output_dir={trained}"])
    assert (trained / "results.json").read_bytes() == before


def test_rows_that_are_measured_later_join_those_that_are_there(trained: Path, flags: list[str], tmp_path: Path):
    given = [f"{name}={trained / 'models' / name}" for name in ("rtug", "cic")]
    for models, rows in ((given[1:], ["cic", "bucket_fill"]), (given, ["rtug"])):
        table1.main([*flags, f"--output_dir={tmp_path}", "--checkpoint", *models, "--rows", *rows])
    (report,) = read(tmp_path / "results.json")["sets"].values()
    assert list(report["rows"]) == ["cic", "bucket_fill", "rtug"]
    assert "| CIC |" in (tmp_path / "table1.md").read_text()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--resolution=48"], "results.json is of other settings: name another --output_dir, or give those again."),
        (["--thresholds", "9"], "results.json is of other settings: name another --output_dir, or give those again."),
        (["--checkpoint", "lite=MODELS/guiding_painter"], "results.json has lite of another model than"),
    ],
)
def test_rows_that_are_there_are_not_lost_to_other_ones(trained, flags, folder, more, sentence, capsys):
    before = (trained / "results.json").read_bytes()
    more = [word.replace("MODELS", str(trained / "models")) for word in more]
    with pytest.raises(SystemExit):
        table1.main([*flags, f"--train_data_dir={folder}", f"--output_dir={trained}", "--rows", "lite", *more])
    assert sentence in capsys.readouterr().err
    assert (trained / "results.json").read_bytes() == before


def test_other_settings_do_not_mix_with_what_is_there(trained: Path, flags: list[str], folder: Path, capsys):
    asked = [*flags, f"--train_data_dir={folder}", f"--output_dir={trained}", "--max_train_steps=3"]
    with pytest.raises(SystemExit):
        table1.main(asked)
    assert "was trained with updates 2, not 3: name another --output_dir" in capsys.readouterr().err


def test_given_checkpoints_are_taken_and_distances_measured(
    trained: Path, flags: list[str], folder: Path, tmp_path: Path, monkeypatch
):
    class Means(torch.nn.Module):
        num_features = 3

        def forward(self, images):
            return images.float().mean((2, 3))

    def load_distance(device, weights):
        return "frechet_means", lambda: frechet.FrechetDistance(Means())

    monkeypatch.setattr(frechet, "load_distance", load_distance)
    given = [f"rtug={trained / 'models' / 'rtug'}", f"lite={trained / 'models' / 'guiding_painter'}"]
    rows = ["--rows", "rtug", "lite", "bucket_fill"]
    output = tmp_path / "new" / "folder"
    table1.main([*flags, f"--output_dir={output}", *rows, "--frechet", "--checkpoint", *given])
    assert not (output / "models").exists()
    report = read(output / "results.json")
    measured = report["sets"][folder.name]["rows"]
    assert measured["lite"]["model"]["method"] == "guiding_painter"
    assert measured["bucket_fill"]["model"] is None
    for row in report["sets"][folder.name]["rows"].values():
        assert row["without_hints"]["frechet_means"] >= 0
        assert row["with_hints"]["frechet_means"] >= 0
    before = read(trained / "results.json")["sets"][folder.name]["rows"]["rtug"]["with_hints"]["psnr"]
    assert report["sets"][folder.name]["rows"]["rtug"]["with_hints"]["psnr"] == before
    assert "| frechet means |" in (output / "table1.md").read_text()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--rows", "rtug"], "rtug: give --train_data_dir or --dataset_name to train, or --checkpoint of each."),
        (["--checkpoint", "rtug"], "--checkpoint rtug is not METHOD=FOLDER with one of cic, pix2pix,"),
        (["--checkpoint", "cic=nowhere"], "--checkpoint cic=nowhere: there is no folder nowhere."),
        (["--mixed_precision=fp16", "--gradient_accumulation_steps=2"], "would scale gradients unequally"),
        (["--thresholds", "14", "nan"], "argument --thresholds: 'nan' is not a number above 0"),
        (["--resolution=40"], "--resolution 40 is no multiple of 16, which some of the networks need."),
        (["--block_out_channels", "8", "8"], "--block_out_channels needs 5 widths, as the published networks have."),
        (
            ["--rows", "bucket_fill", "--frechet", "--inception_weights=nowhere"],
            "FID cannot be measured with Inception, as there is no file nowhere: mend that, or leave the weights out.",
        ),
    ],
)
def test_mistakes_are_told_in_a_sentence(flags: list[str], more: list[str], sentence: str, tmp_path: Path, capsys):
    with pytest.raises(SystemExit) as ended:
        table1.main([*flags, f"--output_dir={tmp_path}", *more])
    assert ended.value.code == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1
    assert sentence in said[0]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--data_dir=nowhere"], "nowhere is not a folder"),
        (["--checkpoint", "rtug=PICTURES"], "holds no network: name a folder with rtug"),
    ],
)
def test_what_is_measured_is_looked_at_before_anything_is_trained(
    flags: list[str], folder: Path, more: list[str], sentence: str, tmp_path: Path, capsys
):
    more = [word.replace("PICTURES", str(folder)) for word in more]
    with pytest.raises(SystemExit):
        table1.main([*flags, f"--train_data_dir={folder}", f"--output_dir={tmp_path}", "--rows", "cic", "rtug", *more])
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "models").exists()


def test_results_that_were_cut_short_are_told(flags: list[str], tmp_path: Path, capsys):
    (tmp_path / "results.json").write_text('{"settings"')
    with pytest.raises(SystemExit):
        table1.main([*flags, f"--output_dir={tmp_path}", "--rows", "bucket_fill"])
    said = capsys.readouterr().err
    assert "results.json is no JSON file" in said
    assert "remove it to begin anew, or name another --output_dir." in said


def test_margins_are_ours_beside_rtugs():
    def row(bare: float, expected: float, nri: dict) -> dict:
        return {"pictures": 1, "without_hints": {"psnr": bare}, "with_hints": {"expected_psnr": expected, "nri": nri}}

    rows = {"rtug": row(10, 15, {"14.0": 10.0, "16.0": 0.0}), "lite": row(11, 16.5, {"14.0": 6.0, "16.0": 1.0})}
    expected = {"expected_psnr": 1.5, "without_hints": 1, "nri_ratio": {"14.0": 0.6, "16.0": None}}
    assert margins(rows) == {"lite": expected}
    assert margins({"lite": rows["lite"]}) == {}
    assert lines_of(rows).splitlines()[-1] == "| ours, networks over cells | yes | 16.50 | 6.00 | 1.00 |"


def test_figures_are_drawn_and_their_numbers_written(trained: Path, folder: Path, tmp_path: Path):
    asked = ["--small", f"--data_dir={folder}", f"--models={trained / 'models'}", f"--output_dir={tmp_path}"]
    figures.main(asked)
    first, third, fifth = (read(tmp_path / f"figure{n}.json")["sets"][folder.name] for n in (1, 3, 5))
    assert set(first) == set(fifth) == set(OURS)
    for name, report in first.items():
        with Image.open(tmp_path / f"figure1_{name}.webp") as sheet:
            assert sheet.height == 2 * 3 * 130
        assert [len(curve) - 1 for curve in report["psnr"]] == [len(fifth[name]["psnr"])] * 2
    assert tuple(third["psnr"]) == (*MAKERS, "lite")
    assert all(len(places) <= 2 for places in third["places"])
    with Image.open(tmp_path / "figure3.webp") as grid:
        assert grid.width == (len(MAKERS) + 3) * 130
    for report in fifth.values():
        # A region that no picture has is worth nothing.
        for value, share in zip(report["psnr"], report["share_of_pictures"], strict=True):
            assert share > 0 or value == pytest.approx(report["without_hints"], abs=2e-3)
    assert (tmp_path / "figure5.png").is_file()


def test_the_order_of_importance():
    assert figures.order_of(np.array([9.0, 8, 7])) == -1
    assert figures.order_of(np.array([1.0, 3, 2, 4])) == 0.8
    assert figures.order_of(np.array([5.0, 5, 5])) is None


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (
            "--guide=guiding_painter",
            "guiding_painter is not trained: name another --guide, or give it as --checkpoint.",
        ),
        ("--models=nowhere", "--models nowhere has no trained method: name models/ of what table1.py wrote."),
    ],
)
def test_figures_without_what_they_are_to_show_are_told(more: str, sentence: str, folder: Path, tmp_path: Path, capsys):
    with pytest.raises(SystemExit):
        figures.main(["--small", f"--data_dir={folder}", more, f"--output_dir={tmp_path}"])
    assert sentence in capsys.readouterr().err


def test_points_lie_deepest_in_their_regions_and_are_marked_there():
    segments = torch.zeros(3, 20, 20)
    segments[0, :, :9] = 1
    segments[2, 15:, 14:19] = 1
    points = points_in_regions(segments)
    assert len(points) == 2
    assert 4 <= points[0, 0] <= 15
    assert points[0, 1] == 4
    assert points[1].tolist() == [17, 16]
    tile = draw_marks(Image.new("L", (20, 20), 255), points[1:], 200)
    assert tile.getpixel((165, 175)) == (232, 67, 14)
    assert points_in_regions(torch.zeros(2, 4, 4)).shape == (0, 2)
