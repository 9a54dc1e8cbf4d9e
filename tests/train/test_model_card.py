"""The model card: what its numbers and words come from, and that it goes with a trained model to the hub."""

import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import make_painter
from huggingface_hub import ModelCard
from PIL import Image
from training_pictures import draw_pictures, forget_accelerator

from card.examples import EXAMPLE_BYTES, write_small
from card.file import changed_by_hand, write_card
from card.text import fill_card
from pictures.sprites import SOURCES
from preparation import counted
from settings import parse_settings
from train_guiding_painter import main

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "model_card" / "fill_card.py"
RECIPE = {
    "lambda_rec": 30.0,
    "training": [
        {
            "start": "new networks", "data": "open_pictures", "pictures": 12000, "updates": 500, "batch_size": 8,
            "resolution": 128, "learning_rate": 2e-4, "precision": "bf16",
            "attribution": "# Attribution\n\nDrawn by Ada.",
        },
        {
            "start": "user/first", "data": "my comic", "pictures": 20, "updates": 100, "batch_size": 4,
            "resolution": 256, "learning_rate": 1e-4, "precision": "no",
        },
    ],
}  # fmt: skip

EXAMPLES = {
    "good": {"answers": 5, "psnr": {"comic": [20.0, 19.5], "open": [21.25]}},
    "bad": {"answers": 5, "psnr": {"comic": [9.0, 9.5], "open": [10.0]}},
}


def row(start: float, expected: float, **more: float) -> dict:
    curve = {str(k): start + k / 4 for k in range(31)}
    return {"psnr": curve, "expected_psnr": expected, "nri": {"14.0": 3.5, "16.0": 8.25}, **more}


@pytest.fixture
def report() -> dict:
    """As train/measures/evaluate.py writes it: ahead of one rival, behind the other."""
    return {
        "command": "python train/measures/evaluate.py --data_dir comic --rival",
        "settings": {"resolution": 192, "stop_prob": 0.125, "ink_aware": True},
        "sets": {
            "comic": {
                "split": "test",
                "pictures": 52,
                "rows": {
                    "model": row(12.125, 15.5, frechet_efficientnet_lite0=40.5),
                    "bucket_fill": row(13.0, 14.25, frechet_efficientnet_lite0=50.0),
                    "bucket_fill_on_white": row(12.5, 15.75, frechet_efficientnet_lite0=45.0),
                },
                "differences": {
                    "bucket_fill": {"expected_psnr": 1.25, "nri_ratio": {"14.0": None}, "ahead_at": [4, 5, 6]},
                    "bucket_fill_on_white": {"expected_psnr": -0.25, "nri_ratio": {"14.0": 1.0}, "ahead_at": []},
                },
                "regions": {"asked": 27.1, "parts_per_region": 2.4, "speck_share": 0.0123, "channels_used": 30},
            }
        },
    }


def section(text: str, title: str) -> str:
    return text.split(f"## {title}\n")[1].split("\n## ")[0]


def test_the_model_index_has_the_numbers_of_the_json(report: dict):
    card = ModelCard(fill_card("my-comic", "user/my-comic", report, RECIPE, "other"))
    data = card.data
    assert (data.library_name, data.pipeline_tag, data.license) == ("guiding-painter", "image-to-image", "other")
    assert data.datasets == ["my-comic", "open_pictures"]
    assert data.metrics == ["psnr", "nri", "frechet_efficientnet_lite0"]
    values = {result.metric_name: result.metric_value for result in data.eval_results}
    assert values == {
        "PSNR in dB after 0 answers": 12.125,
        "PSNR in dB after 1 answer": 12.375,
        "PSNR in dB after 3 answers": 12.875,
        "PSNR in dB after 5 answers": 13.375,
        "PSNR in dB after 10 answers": 14.625,
        "PSNR in dB after 30 answers": 19.625,
        "expected PSNR in dB": 15.5,
        "answers needed for 14 dB (NRI)": 3.5,
        "answers needed for 16 dB (NRI)": 8.25,
        "frechet efficientnet lite0": 40.5,
    }
    assert {(result.dataset_name, result.dataset_split) for result in data.eval_results} == {("comic", "test")}


def test_the_words_follow_from_the_measurements_and_the_recipe(report: dict):
    text = fill_card("my-comic", "user/my-comic", report, RECIPE, "other")
    numbers = section(text, "How good it is")
    assert "| **this model** | 12.12 | 12.38 | 12.88 | 13.38 | 14.62 | 19.62 | 15.50 | 3.50 | 8.25 | 40.50 |" in numbers
    assert "\npython train/measures/evaluate.py --data_dir comic --rival\n" in numbers
    assert "192x192" in numbers
    good, bad = section(text, "What it is good at"), section(text, "What it is bad at")
    assert "+1.25 dB of expected PSNR beside bucket fill" in good
    assert "ahead after 4-6 answers" in good
    assert "-0.25 dB" not in good
    assert "-0.25 dB of expected PSNR beside bucket fill of line-bounded cells, largest first, on white" in bad
    assert "2.4 separate parts on average, and 1.2 % of a picture in specks" in bad
    data = section(text, "Training data")
    assert "**open_pictures**: 12000 pictures." in data
    assert "#### Attribution\n\nDrawn by Ada." in data
    assert "It goes on from user/first, whose attributions apply to this model, too.\n\n" in data
    assert "**my comic**: 20 pictures." in data
    assert "| user/first | my comic | 100 | 4 | 256 | 0.0001 | no |" in section(text, "Recipe")
    assert 'from_pretrained("user/my-comic")' in section(text, "How to use")
    assert "has not said yet" in section(text, "Licence")
    assert "{{" not in text
    assert "{%" not in text
    assert "FID" not in text


def test_every_model_and_data_set_is_thanked_once(report: dict):
    first, second = RECIPE["training"]
    chain = [
        first,
        first | {"start": "new networks (colorization alone)", "updates": 900},
        first | {"start": "the two before", "resolution": 256},
        second | {"start": "the bundled weights of guiding_painter", "attribution": "By Eve."},
        second | {"start": "my-comic", "attribution": "By Eve."},
        second,
    ]
    text = fill_card("my-comic", None, report, {"training": chain}, "other")
    assert section(text, "Training data").strip() == (
        "It goes on from the bundled weights of guiding_painter and user/first, whose attributions apply to this "
        "model, too.\n\n**open_pictures**: 12000 pictures.\n\n#### Attribution\n\nDrawn by Ada.\n\n"
        "**my comic**: 20 pictures.\n\nBy Eve."
    )
    assert section(text, "Recipe").count("\n| ") == 2 + len(chain)
    nothing_known = fill_card("my-comic", None, report, {"training": [second | {"start": "first"}]}, "other")
    assert "It goes on from first, whose attributions" in nothing_known


def test_pictures_of_what_it_is_good_and_bad_at_are_shown_only_where_there_are_any(report: dict):
    assert ".webp" not in fill_card("my-comic", None, report, RECIPE, "other")
    text = fill_card("my-comic", None, report | {"examples": EXAMPLES}, RECIPE, "other", credit="Thanks to Ada.")
    assert "(in dB, comic: 20.0, 19.5; open: 21.2). From the left" in section(text, "What it is good at")
    assert "(in dB, comic: 9.0, 9.5; open: 10.0). From the left" in section(text, "What it is bad at")
    assert all(section(text, f"What it is {kind} at").rstrip().endswith("Thanks to Ada.") for kind in EXAMPLES)


def test_an_example_picture_keeps_to_its_size(tmp_path: Path):
    noise = Image.effect_noise((500, 500), 90).convert("RGB")
    write_small(noise, tmp_path / "noise.webp")
    assert (tmp_path / "noise.webp").stat().st_size <= EXAMPLE_BYTES
    write_small(Image.new("RGB", (64, 64), (200, 40, 90)), tmp_path / "flat.webp")
    with Image.open(tmp_path / "flat.webp") as flat:
        assert max(abs(a - b) for a, b in zip(flat.getpixel((9, 9)), (200, 40, 90), strict=True)) < 6


def test_only_a_card_that_nobody_touched_is_replaced(report: dict, tmp_path: Path):
    text = fill_card("my-comic", "my-comic", report, RECIPE, "other")
    path = tmp_path / "README.md"
    assert write_card(path, text)
    report["sets"]["comic"]["pictures"] = 53
    newer = fill_card("my-comic", "my-comic", report, RECIPE, "other")
    path.write_bytes(text.replace("\n", "\r\n").encode())  # an editor's or git's doing, not a person's
    assert write_card(path, newer)
    assert path.read_text() == newer
    for edited in (newer.replace("other", "mit", 1), newer + "Thanks to Ada.\n", "# Mine\n", ""):
        path.write_text(edited)
        assert not write_card(path, text)
        assert path.read_text() == edited


@pytest.fixture
def model(tmp_path: Path) -> Path:
    make_painter().save_pretrained(tmp_path / "first")
    return tmp_path / "first"


@pytest.fixture
def comic(tmp_path: Path) -> Path:
    folder = tmp_path / "my comic"
    draw_pictures(folder / "train", 4)
    draw_pictures(folder / "validation", 3)
    (folder / "validation" / "page00.png").write_bytes(b"broken")
    (folder / "ATTRIBUTION.md").write_text("# Thanks\n\nDrawn by Ada.\n")
    return folder


def flags(comic: Path, model: Path | str, output_dir: Path) -> list[str]:
    values = {
        "train_data_dir": comic, "pretrained_model_name_or_path": model, "output_dir": output_dir, "resolution": 32,
        "train_batch_size": 2, "max_train_steps": 1, "dataloader_num_workers": 0, "mixed_precision": "no",
        "report_to": "none",
    }  # fmt: skip
    return [word for name, value in values.items() for word in (f"--{name}", str(value))]


@pytest.fixture
def fresh_accelerator():
    yield forget_accelerator
    forget_accelerator()


def test_a_training_leaves_a_card_and_both_ends_of_what_it_measured(model, comic, tmp_path, capsys, fresh_accelerator):
    output_dir = tmp_path / "my-comic"
    main(flags(comic, model, output_dir))
    measured = next(json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{"))
    text = (output_dir / "README.md").read_text()
    assert not changed_by_hand(text)
    values = {result.metric_name: result.metric_value for result in ModelCard(text).data.eval_results}
    assert values["expected PSNR in dB"] == measured["expected_psnr"]
    assert values["PSNR in dB after 3 answers"] == measured["psnr"]["3"]
    assert str(tmp_path) not in text  # cards are published
    assert "--train_data_dir 'my comic'" in section(text, "How good it is")
    assert "It goes on from first, whose attributions apply" in text
    assert "**my comic**: 4 pictures.\n\n#### Thanks\n\nDrawn by Ada." in text

    validation = json.loads((output_dir / "validation.json").read_text())
    assert validation["sets"]["my comic"]["pictures"] == 2
    good, bad = validation["examples"]["good"], validation["examples"]["bad"]
    assert good["answers"] == bad["answers"] == 5
    (best,), (worst,) = good["psnr"]["my comic"], bad["psnr"]["my comic"]  # one each of two
    assert worst < best
    assert (worst + best) / 2 == pytest.approx(measured["psnr"]["5"], abs=0.02)
    assert f"highest PSNR after 5 answers (in dB, my comic: {best:.1f})" in section(text, "What it is good at")
    assert f"lowest PSNR after 5 answers (in dB, my comic: {worst:.1f})" in section(text, "What it is bad at")
    pictures = [Image.open(output_dir / f"{kind}.webp") for kind in ("good", "bad")]
    assert pictures[0].tobytes() != pictures[1].tobytes()
    assert "](good.webp)" in section(text, "What it is good at")
    assert "](bad.webp)" in section(text, "What it is bad at")

    fresh_accelerator()
    (output_dir / "README.md").write_text("# Mine\n")
    main(flags(comic, output_dir, output_dir))
    assert (output_dir / "README.md").read_text() == "# Mine\n"
    assert "README.md was changed by hand and stays as it is" in capsys.readouterr().out
    history = json.loads((output_dir / "training.json").read_text())["training"]
    assert [stage["start"] for stage in history] == ["first", "my-comic"]
    again = counted(parse_settings("", flags(comic, output_dir, output_dir)), pictures=4, num_processes=1)
    assert list(again.training) == history  # resumed, it is still the same training


def test_the_script_fills_the_card_of_a_checkpoint(report: dict, model: Path, comic: Path, tmp_path: Path, capsys):
    (model / "training.json").write_text(json.dumps(RECIPE))
    report["sets"] = {"my comic": report["sets"]["comic"] | {"split": "validation", "pictures": 2}}
    results = tmp_path / "results.json"
    results.write_text(json.dumps(report))
    words = ["--results", str(results), "--pretrained_model_name_or_path", str(model), "--data_dir", str(comic)]
    environment = {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, str(SCRIPT), *words], env=environment, check=True)
    text = (model / "README.md").read_text()
    assert ModelCard(text).data.eval_results[0].dataset_name == "my comic"
    for kind in ("good", "bad"):
        assert f"]({kind}.webp)" in section(text, f"What it is {kind} at")
        assert 1000 < (model / f"{kind}.webp").stat().st_size <= 150_000

    fill = runpy.run_path(str(SCRIPT))["main"]
    report["sets"]["my comic"]["pictures"] = 3  # of which one is broken by now
    results.write_text(json.dumps(report))
    with pytest.raises(SystemExit):
        fill(words)
    assert capsys.readouterr().err.splitlines()[-1] == f"{comic} has 2 pictures, not 3: measure it again."

    report["sets"]["my comic"]["pictures"] = 2
    results.write_text(json.dumps(report | {"examples": EXAMPLES}))
    fill(["--results", str(results), "--output_dir", str(tmp_path / "bundled")])
    bundled = (tmp_path / "bundled" / "README.md").read_text()
    assert ModelCard(bundled).data.license == "apache-2.0"
    assert "GuidingPainterPipeline.from_pretrained()" in bundled
    data = section(bundled, "Training data")
    assert all(source.author in data and source.link in data for source in SOURCES)
    assert "David Revoy" in data
    for kind in ("good", "bad"):  # third parties' pictures are not shown without their names
        assert "Pepper&Carrot by David Revoy, [CC BY 4.0](" in section(bundled, f"What it is {kind} at")
