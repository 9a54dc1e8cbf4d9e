"""The training script on tiny networks and pictures: it learns, and says in one sentence what is wrong."""

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import make_painter
from PIL import Image, ImageDraw
from tiny_trainings import TINY, curves, flags, losses
from training_pictures import draw_pictures, forget_accelerator

from guided_colorizer import GuidedColorizer
from guiding_painter import ColorizationNetwork, GuidingPainterPipeline, PatchDiscriminator, SegmentationNetwork
from measures.answers import answers_of
from pictures.folders import load_pictures
from pictures.pairs import SketchColorPairs, TrainingPairs, collate
from preparation import load_networks
from settings import parse_settings
from train_guiding_painter import main

pytestmark = pytest.mark.usefixtures("fresh_accelerator")


@pytest.mark.parametrize("kind", ["cells", "paper"])
def test_it_learns_and_what_it_leaves_opens_and_colors(kind, tiny_comic, tiny_models, tmp_path, drawing, capsys):
    changes = {"max_train_steps": 24, "learning_rate": 2e-3, "validation_steps": 12, "checkpointing_steps": 10}
    main(flags(tiny_comic, tiny_models[kind], tmp_path, checkpoints_total_limit=1, **changes))

    found = curves(tmp_path)
    own = {"color", "mean", "doubt", "alike"} if kind == "cells" else {"tv", "smth"}
    terms = {f"loss/{name}" for name in {"d", "rec", "adv"} | own}
    assert set(losses(tmp_path)) == terms
    assert all(list(found[name]) == list(range(1, 25)) for name in terms)
    assert all(math.isfinite(value) for name in terms for value in found[name].values())
    assert all(0 < share < 2 for share in found["share_of_peak"].values())
    learned = list(found["loss/color" if kind == "cells" else "loss/rec"].values())
    assert sum(learned[-6:]) < 0.95 * sum(learned[:6])

    reports = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert [report["step"] for report in reports] == [12, 24]
    assert reports[1]["pictures"] == 3
    # Of 0, 1, 3, 5, 10, 30, what 6 regions have; over cells there are as many as G counts.
    assert set(reports[1]["psnr"]) == {"0", "1", "3", "5"} | ({"10", "30"} if kind == "cells" else set())
    assert found["validation/expected_psnr"][24] == pytest.approx(reports[1]["expected_psnr"])
    assert found["psnr/3_hints"][12] == pytest.approx(reports[0]["psnr"]["3"])
    for step in (12, 24):
        assert Image.open(tmp_path / "sheets" / f"step-{step:06}.png").height == 3 * 3 * (128 + 2)

    painter = GuidingPainterPipeline.from_pretrained(tmp_path)
    image = painter(drawing, colors=["#c04020", "#2040c0"]).images[0]
    assert image.size == drawing.size
    assert image.tobytes() != GuidingPainterPipeline.from_pretrained(tiny_models[kind])(drawing).images[0].tobytes()
    assert [path.name for path in tmp_path.glob("checkpoint-*")] == ["checkpoint-24"]
    assert not (tmp_path / "model.part").exists()


def test_a_fine_tuning_goes_on_with_the_discriminator_and_the_recipe(tiny_comic, tiny_models, tmp_path):
    main(
        flags(
            tiny_comic,
            tiny_models["plain"],
            tmp_path,
            max_train_steps=1,
            lambda_tv=2.5,
            lambda_prefix=3,
            gan_loss="log",
        )
    )
    settings = parse_settings("", flags(tiny_comic, tmp_path, tmp_path / "next", lambda_prefix=4))
    assert (settings.recipe.lambda_tv, settings.recipe.gan_loss, settings.recipe.lambda_prefix) == (2.5, "log", 4)
    assert not settings.recipe.ink_aware
    saved = load_networks(settings)[2]
    assert saved.config.base_channels == 8
    before = PatchDiscriminator.from_pretrained(tiny_models["plain"] / "discriminator", use_safetensors=True)
    assert not torch.equal(saved.layers[0].weight, before.layers[0].weight)


def test_the_learning_rate_is_constant_for_one_half_and_falls_to_0(tiny_comic, tiny_models, tmp_path):
    main(flags(tiny_comic, tiny_models["plain"], tmp_path, max_train_steps=8, learning_rate=1e-3))
    rates = list(curves(tmp_path)["learning_rate"].values())
    assert rates == pytest.approx([1e-3] * 5 + [0.75e-3, 0.5e-3, 0.25e-3])


@pytest.mark.parametrize("kind", ["cells", "plain"])
def test_bfloat16_trains(kind, tiny_comic, tiny_models, tmp_path):
    main(flags(tiny_comic, tiny_models[kind], tmp_path, train_batch_size=2, max_train_steps=2, mixed_precision="bf16"))
    assert all(math.isfinite(value) for curve in losses(tmp_path).values() for value in curve.values())
    assert {p.dtype for p in GuidingPainterPipeline.from_pretrained(tmp_path).segmentation.parameters()} == {
        torch.float32
    }


def test_f_learns_from_the_picture(tiny_comic):
    torch.manual_seed(0)
    f, g = SegmentationNetwork(**TINY, norm="group"), ColorizationNetwork(**TINY, norm="group")
    batch = collate([TrainingPairs(sorted(tiny_comic.rglob("*.png")), 64, seed=0)[n] for n in range(2)])
    noise = [torch.Generator().manual_seed(i) for i in range(2)]
    GuidedColorizer(f, g)(batch, torch.tensor([2, 6]), 1.0, None, noise)["prediction"].square().mean().backward()
    assert any(p.grad is not None and p.grad.any() for p in f.parameters())


def draw_story(folder: Path, count: int) -> None:
    """Pictures of one character: a red ball of any size, green ground."""
    for i in range(count):
        rng = np.random.default_rng(i)
        picture = Image.new("RGB", (96, 80), (60, 160, 70))
        x, y, side = rng.integers(4, 40), rng.integers(4, 30), rng.integers(25, 45)
        ImageDraw.Draw(picture).ellipse((x, y, x + side, y + side), fill=(220, 40, 30), outline=(0, 0, 0), width=2)
        folder.mkdir(parents=True, exist_ok=True)
        picture.save(folder / f"{i}.png")


def test_a_fine_tuning_of_all_but_the_encoder_learns_the_colors_of_a_story(tiny_models, tmp_path):
    draw_story(tmp_path / "story" / "train", 20)
    draw_story(tmp_path / "story" / "validation", 3)
    changes = {"max_train_steps": 30, "learning_rate": 3e-3, "encoder_rate": 0, "lambda_rec": 0, "lambda_adv": 0}
    main(flags(tmp_path / "story", tiny_models["cells"], tmp_path / "out", **changes))
    assert set(losses(tmp_path / "out")) == {f"loss/{name}" for name in ("color", "mean", "doubt", "alike")}
    pairs = SketchColorPairs(load_pictures(tmp_path / "story", "validation"), 64, with_cells=True)
    batch = collate([pairs[i] for i in range(3)])
    before, after = (
        GuidingPainterPipeline.from_pretrained(folder) for folder in (tiny_models["cells"], tmp_path / "out")
    )
    guessed = [answers_of(painter, batch, True).curve((0,)).mean() for painter in (before, after)]
    assert guessed[1] > guessed[0] + 3
    old, new = (painter.segmentation.encoder.state_dict() for painter in (before, after))
    assert all(torch.equal(old[name], new[name]) for name in old)


@pytest.mark.parametrize("trained", ["segmentation", "colorization"])
def test_one_network_is_trained_and_the_other_stays_as_it_is(trained, tiny_comic, tiny_models, tmp_path):
    before = GuidingPainterPipeline.from_pretrained(tiny_models["cells"])
    main(flags(tiny_comic, tiny_models["cells"], tmp_path / "out", max_train_steps=2, train=trained))
    after = GuidingPainterPipeline.from_pretrained(tmp_path / "out")
    for name in ("segmentation", "colorization"):
        old, new = (getattr(painter, name).state_dict() for painter in (before, after))
        assert all(torch.equal(old[key], new[key]) for key in old) == (name != trained)


def test_skipped_pictures_are_listed_at_the_end(tiny_comic, tiny_models, tmp_path, capsys):
    comic = tmp_path / "comic"
    for split, count in (("train", 4), ("validation", 2)):
        pictures = draw_pictures(comic / split, count)
        (pictures / f"bad_{split}.png").write_bytes((pictures / "page00.png").read_bytes()[:250])
    main(flags(comic, tiny_models["plain"], tmp_path / "out", report_to="none"))
    lines = capsys.readouterr().out.splitlines()
    assert lines[-3] == "2 pictures were skipped:"
    assert "bad_train.png cannot be decoded" in lines[-2]
    assert "bad_validation.png cannot be decoded" in lines[-1]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"train_data_dir": "nowhere"}, "nowhere is not a folder"),
        ({"train_data_dir": "empty"}, "empty holds no pictures"),
        ({"pretrained_model_name_or_path": "./nowhere"}, "'./nowhere' is neither a folder nor a hub id"),
        ({"pretrained_model_name_or_path": "truncated"}, "is truncated or no safetensors file"),
        ({"pretrained_model_name_or_path": "strange"}, "has 'much' for lambda_tv: write it like 5.0."),
        ({"resolution": "-5"}, "argument --resolution: '-5' is not a whole number above 0"),
        ({"max_hints": "257"}, "argument --max_hints: '257' is not a whole number from 1 to 256"),
        ({"lambda_rec": "nan"}, "argument --lambda_rec: 'nan' is not a number, 0 or more"),
        ({"lambda_alike": "1"}, "--lambda_alike 1 is for networks over cells, such as the bundled ones: leave it out."),
        ({"stop_prob": "1.5"}, "argument --stop_prob: '1.5' is not a number between 0 and 1"),
        ({"mixed_precision": "fp16"}, "fp16 needs a GPU"),
        ({"mixed_precision": "fp16", "gradient_accumulation_steps": 2}, "use bf16 or no"),
        ({"encoder_rate": "0"}, "--encoder_rate is for networks over cells, such as the bundled ones: leave it out."),
        ({"encoder_weights": "none"}, "for new networks: add --pretrained_model_name_or_path none."),
        (
            {"pretrained_model_name_or_path": "cells", "lambda_tv": 5},
            "--lambda_tv 5 is for networks of pixels, such",
        ),
        (
            {"pretrained_model_name_or_path": "cells", "train": "segmentation", "lambda_alike": 0},
            "The segmentation network has no loss to learn from: give --lambda_alike above 0.",
        ),
        (
            {"train": "segmentation", "lambda_tv": 0, "lambda_smth": 0},
            "The segmentation network has no loss to learn from: give --lambda_tv, --lambda_smth or --lambda_prefix ab",
        ),
        (
            {"train": "colorization", "lambda_rec": 0, "lambda_adv": 0},
            "colorization network has no loss to learn from: give --lambda_rec, --lambda_adv or --lambda_mse above 0.",
        ),
        (
            {"lambda_rec": 0, "lambda_adv": 0},
            "colorization network has no loss to learn from: give --lambda_rec, --lambda_adv or --lambda_mse above 0, "
            "or train only the other one with --train.",
        ),
        (
            {"output_dir": "strange/training.json"},
            "--output_dir strange/training.json cannot be written into (File exists): name another one.",
        ),
        ({"report_to": "nonsense"}, "Unsupported logging capability: nonsense"),
        ({"resume_from_checkpoint": "empty"}, "empty is no checkpoint"),
        ({"no_such_flag": 1}, "unrecognized arguments: --no_such_flag"),
    ],
)
def test_a_mistake_ends_at_once_with_one_sentence(
    changes, sentence, tiny_comic, tiny_models, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    for name in ("truncated", "strange"):
        make_painter().save_pretrained(name)
    shutil.copytree(tiny_models["cells"], "cells")
    weights = Path("truncated/segmentation/diffusion_pytorch_model.safetensors")
    weights.write_bytes(weights.read_bytes()[:500])
    Path("strange/training.json").write_text('{"lambda_tv": "much"}')
    with pytest.raises(SystemExit) as stop:
        main(flags(tiny_comic, tiny_models["plain"], **{"output_dir": Path("out")} | changes))
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1


def test_a_checkpoint_of_other_networks_is_refused(tiny_comic, tiny_models, tmp_path, capsys):
    main(flags(tiny_comic, tiny_models["plain"], tmp_path, max_train_steps=1, report_to="none"))
    forget_accelerator()
    capsys.readouterr()
    with pytest.raises(SystemExit) as stop:
        main([*flags(tiny_comic, tiny_models["cells"], tmp_path), "--resume_from_checkpoint"])
    assert stop.value.code == 2
    assert "checkpoint-1 does not belong to this training or is damaged" in capsys.readouterr().err
