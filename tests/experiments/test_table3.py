"""Table 3 and Fig. 6 on tiny networks: four trainings that differ in their losses alone, measured and drawn."""

import json

import pytest
from PIL import Image
from training_pictures import draw_pictures

from experiments import table3
from guiding_painter import GuidingPainterPipeline

WEIGHTS = "diffusion_pytorch_model.safetensors"

pytestmark = pytest.mark.usefixtures("fresh_accelerator")


def test_rows_are_trained_alike_but_for_their_losses_and_a_stopped_table_goes_on(tmp_path, monkeypatch, capsys):
    for split, count in (("train", 6), ("validation", 3), ("test", 3)):
        draw_pictures(tmp_path / "comic" / split, count)
    data = ["--train_data_dir", str(tmp_path / "comic"), "--data_dir", str(tmp_path / "comic")]
    flags = [*data, "--output_dir", str(tmp_path / "out"), "--small", "--threshold", "9", "--figure_pictures", "1"]

    measured, measure = [], table3.measure_row

    def stopping(painter, args):
        if len(measured) == 1:
            raise ValueError("stopped")
        measured.append(painter)
        return measure(painter, args)

    monkeypatch.setattr(table3, "measure_row", stopping)
    with pytest.raises(SystemExit):
        table3.main(flags)
    assert list(json.loads((tmp_path / "out" / "results.json").read_text())["rows"]) == ["a"]
    monkeypatch.setattr(table3, "measure_row", measure)
    weights = (tmp_path / "out" / "a" / "segmentation" / WEIGHTS).read_bytes()
    table3.main(flags)
    assert (tmp_path / "out" / "a" / "segmentation" / WEIGHTS).read_bytes() == weights

    report = json.loads((tmp_path / "out" / "results.json").read_text())
    assert list(report["rows"]) == ["a", "b", "c", "d"]
    assert str(tmp_path) not in json.dumps(report)  # where things lie on this machine is nobody's business
    recipes = [json.loads((tmp_path / "out" / name / "training.json").read_text()) for name in report["rows"]]
    losses = ("lambda_rec", "lambda_adv", "lambda_tv", "lambda_smth")
    assert [tuple(recipe.pop(name) for name in losses) for recipe in recipes] == [
        (30, 0, 0, 0), (30, 0.2, 0, 0), (30, 0.2, 5, 0), (30, 0.2, 5, 1)
    ]  # fmt: skip
    assert all(recipe == recipes[0] for recipe in recipes)  # the same pictures, updates, G, tau
    assert recipes[0]["training"][0]["updates"] == 2
    for row in report["rows"].values():
        assert row["pictures"] == 3
        assert row["expected_psnr"] > 0
        assert 0 <= row["nri"]["9.0"] <= 6
        assert row["frechet_efficientnet_lite0" if "fid" not in row else "fid"] > 0
    trained = [tmp_path / "out" / name / "segmentation" / WEIGHTS for name in report["rows"]]
    assert len({file.read_bytes() for file in trained}) == 4
    assert GuidingPainterPipeline.from_pretrained(tmp_path / "out" / "d").segmentation.config.max_hints == 5

    table = (tmp_path / "out" / "table3.md").read_text()
    (line,) = [line for line in table.splitlines() if line.startswith("| (d)")]
    assert f"| rec + adv + tv + smth | {report['rows']['d']['expected_psnr']:.2f} |" in line
    assert "20.88 / 24.46 / 11.08" in line
    assert str(tmp_path) not in table
    with Image.open(tmp_path / "out" / "figure6.png") as figure:
        assert figure.height == 4 * (20 + 3 * 130)
    assert table in capsys.readouterr().out

    with pytest.raises(SystemExit):
        table3.main([*flags, "--max_train_steps", "3"])
    assert "is of other settings: name another --output_dir" in capsys.readouterr().err


def test_a_wrong_flag_of_the_training_is_one_sentence(tmp_path, capsys):
    draw_pictures(tmp_path / "comic", 4)
    flags = ["--data_dir", str(tmp_path / "comic"), "--output_dir", str(tmp_path / "out"), "--small"]
    data = ["--train_data_dir", str(tmp_path / "comic")]
    for wrong, sentence in (
        ([], "one of the arguments --train_data_dir"),
        ([*data, "--no_such"], "--no_such"),
        ([*data, "--lambda_tv=3"], "--lambda_tv=3 is what the rows differ in: leave it out."),
        ([*data, "--split", "nosuch"], "'nosuch' is no split"),
        ([*data, "--data_dir", "nowhere"], "nowhere is not a folder"),
    ):
        with pytest.raises(SystemExit) as stop:
            table3.main([*flags, *wrong])
        assert stop.value.code == 2
        assert sentence in capsys.readouterr().err
        assert not (tmp_path / "out" / "a").exists(), "it was trained before the mistake was seen"


def test_the_paper_s_rows_are_those_of_the_table():
    """Every loss added after the first costs PSNR or buys FID, as Sec. 4.6 says: a slip in copying would show."""
    for column in range(3):
        fids = [float(table3.PAPER[name][column].split(" / ")[1]) for name in "abcd"]
        assert fids == sorted(fids, reverse=True)
        psnrs = [float(table3.PAPER[name][column].split(" / ")[0]) for name in "abcd"]
        assert max(psnrs) == psnrs[0]
