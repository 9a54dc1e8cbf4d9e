"""The training script on tiny networks and pictures: it learns, goes on after a kill, spreads over processes, and says
in one sentence what is wrong."""

import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from accelerate import Accelerator, debug_launcher
from conftest import make_cell_painter, make_painter
from PIL import Image, ImageDraw
from safetensors.torch import load_file
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from training_pictures import draw_pictures, forget_accelerator

import checkpoints
import progress
import train_guiding_painter
from guided_colorizer import GuidedColorizer
from guiding_painter import ColorizationNetwork, GuidingPainterPipeline, PatchDiscriminator, SegmentationNetwork
from measures.answers import answers_of, measure
from pictures.folders import load_pictures
from pictures.pairs import SketchColorPairs, TrainingPairs, collate
from preparation import load_networks
from settings import parse_settings
from train_guiding_painter import main
from updates import train_step

SCRIPT = Path(train_guiding_painter.__file__)
TINY = {"max_hints": 6, "block_out_channels": (8, 8, 16, 16, 16)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Nine pictures to train on, three held back, as 81:9:10 would not."""
    folder = tmp_path_factory.mktemp("comic")
    draw_pictures(folder / "train", 9)
    draw_pictures(folder / "validation", 3)
    return folder


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> dict[str, Path]:
    """Checkpoints with D: networks over cells, ones of pixels with group norms, and such as in the paper."""
    folder = tmp_path_factory.mktemp("models")
    for kind, norm in (("cells", "group"), ("plain", "group"), ("paper", "batch")):
        # Without dropout, whose random numbers belong to a process and not to a sample.
        painter = make_cell_painter(dropout=0.0) if kind == "cells" else make_painter(norm=norm)
        painter.save_pretrained(folder / kind)
        torch.manual_seed(1)
        PatchDiscriminator(8, norm).save_pretrained(folder / kind / "discriminator")
    return {kind: folder / kind for kind in ("cells", "plain", "paper")}


def flags(folder: Path, model: Path | str, output_dir: Path, **changes) -> list[str]:
    values = {
        "train_data_dir": folder, "pretrained_model_name_or_path": model, "output_dir": output_dir,
        "resolution": 32, "train_batch_size": 4, "max_train_steps": 3, "dataloader_num_workers": 0,
        "mixed_precision": "no",
    }  # fmt: skip
    return [word for name, value in (values | changes).items() for word in (f"--{name}", str(value))]


@pytest.fixture(autouse=True)
def fresh_accelerator():
    forget_accelerator()
    yield
    forget_accelerator()


def curves(output_dir: Path) -> dict[str, dict[int, float]]:
    """What the tracker has, by name and step; of a step that was done twice, the later one.

    File by file: in one go they are read in the order of their names, which within one second is not that of time.
    """
    merged: dict[str, dict[int, float]] = {}
    files = (output_dir / "logs" / "guiding-painter").glob("events.out.tfevents.*")
    for file in sorted(files, key=lambda file: file.stat().st_mtime_ns):
        events = EventAccumulator(str(file)).Reload()
        for name in events.Tags()["scalars"]:
            merged.setdefault(name, {}).update({event.step: event.value for event in events.Scalars(name)})
    return merged


def losses(output_dir: Path) -> dict[str, dict[int, float]]:
    return {name: curve for name, curve in curves(output_dir).items() if name.startswith("loss/")}


def weights_of(folder: Path) -> bytes:
    return b"".join(
        path.read_bytes() for path in sorted(folder.glob("*/*.safetensors")) if "checkpoint" not in str(path)
    )


@pytest.mark.parametrize("kind", ["cells", "paper"])
def test_it_learns_and_what_it_leaves_opens_and_colors(kind, folder, models, tmp_path, drawing, capsys):
    changes = {"max_train_steps": 24, "learning_rate": 2e-3, "validation_steps": 12, "checkpointing_steps": 10}
    main(flags(folder, models[kind], tmp_path, checkpoints_total_limit=1, **changes))

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
    assert image.tobytes() != GuidingPainterPipeline.from_pretrained(models[kind])(drawing).images[0].tobytes()
    assert [path.name for path in tmp_path.glob("checkpoint-*")] == ["checkpoint-24"]
    assert not (tmp_path / "model.part").exists()


def test_a_fine_tuning_goes_on_with_the_discriminator_and_the_recipe(folder, models, tmp_path):
    main(flags(folder, models["plain"], tmp_path, max_train_steps=1, lambda_tv=2.5, lambda_prefix=3, gan_loss="log"))
    settings = parse_settings("", flags(folder, tmp_path, tmp_path / "next", lambda_prefix=4))
    assert (settings.recipe.lambda_tv, settings.recipe.gan_loss, settings.recipe.lambda_prefix) == (2.5, "log", 4)
    assert not settings.recipe.ink_aware
    saved = load_networks(settings)[2]
    assert saved.config.base_channels == 8
    before = PatchDiscriminator.from_pretrained(models["plain"] / "discriminator", use_safetensors=True)
    assert not torch.equal(saved.layers[0].weight, before.layers[0].weight)


def test_the_learning_rate_is_constant_for_one_half_and_falls_to_0(folder, models, tmp_path):
    main(flags(folder, models["plain"], tmp_path, max_train_steps=8, learning_rate=1e-3))
    rates = list(curves(tmp_path)["learning_rate"].values())
    assert rates == pytest.approx([1e-3] * 5 + [0.75e-3, 0.5e-3, 0.25e-3])


@pytest.mark.parametrize("kind", ["cells", "plain"])
def test_bfloat16_trains(kind, folder, models, tmp_path):
    main(flags(folder, models[kind], tmp_path, max_train_steps=2, mixed_precision="bf16"))
    assert all(math.isfinite(value) for curve in losses(tmp_path).values() for value in curve.values())
    assert {p.dtype for p in GuidingPainterPipeline.from_pretrained(tmp_path).segmentation.parameters()} == {
        torch.float32
    }


def assert_same_losses(first: Path, second: Path, steps: int) -> None:
    expected, found = losses(first), losses(second)
    assert expected.keys() == found.keys()
    for name, curve in expected.items():
        assert list(curve) == list(range(1, steps + 1))
        assert found[name] == pytest.approx(curve, rel=2e-3), name


@pytest.mark.parametrize("kind", ["cells", "plain"])
def test_accumulated_gradients_are_those_of_the_larger_batch(kind, folder, models, tmp_path):
    changes = {"max_train_steps": 4, "max_grad_norm": 0.05}
    changes |= {"lambda_prefix": 10, "lambda_tv": 1} if kind == "plain" else {}
    main(flags(folder, models[kind], tmp_path / "one", **changes))
    forget_accelerator()
    parts = {"train_batch_size": 2, "gradient_accumulation_steps": 2}
    main(flags(folder, models[kind], tmp_path / "two", **parts, **changes))
    assert_same_losses(tmp_path / "one", tmp_path / "two", 4)


@pytest.mark.parametrize("kind", ["cells", "plain"])
def test_two_processes_train_and_measure_as_one(kind, folder, models, tmp_path, capfd):
    changes = {"max_train_steps": 4}
    main(flags(folder, models[kind], tmp_path / "one", **changes))
    forget_accelerator()
    debug_launcher(main, args=(flags(folder, models[kind], tmp_path / "two", train_batch_size=2, **changes),))
    assert_same_losses(tmp_path / "one", tmp_path / "two", 4)
    one, two = (json.loads(line) for line in capfd.readouterr().out.splitlines() if line.startswith("{"))
    assert one["pictures"] == two["pictures"] == 3  # not 4: no picture is measured twice
    assert two["psnr"] == pytest.approx(one["psnr"], abs=0.02)
    assert len(list((tmp_path / "two" / "checkpoint-4").glob("random_states_*"))) == 2


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("cells", {"train": "segmentation"}),
        ("cells", {"train": "colorization"}),
        ("plain", {"train": "colorization", "lambda_adv": 0}),
        ("cells", {"lambda_doubt": 0, "lambda_alike": 0, "lambda_rec": 0, "lambda_adv": 0}),
        ("cells", {"lambda_color": 0, "lambda_mean": 0, "encoder_rate": 0}),
    ],
)
def test_two_processes_train_a_part_as_one_does(kind, changes, folder, models, tmp_path):
    changes = {"max_train_steps": 3, "max_validation_pictures": 2, **changes}
    main(flags(folder, models[kind], tmp_path / "one", **changes))
    forget_accelerator()
    debug_launcher(main, args=(flags(folder, models[kind], tmp_path / "two", train_batch_size=2, **changes),))
    assert_same_losses(tmp_path / "one", tmp_path / "two", 3)


def test_processes_have_pictures_of_their_own(folder, models, tmp_path):
    def recorded_main(argv: list[str]) -> None:
        def recorded_step(batch, networks, optimizers, accelerator, *rest):
            with open(tmp_path / f"seeds{accelerator.process_index}", "a") as file:
                print(*batch["seed"].tolist(), file=file)
            return train_step(batch, networks, optimizers, accelerator, *rest)

        def recorded_measure(painter, share, *rest):
            rank = torch.distributed.get_rank()
            (tmp_path / f"measured{rank}").write_text(" ".join(map(str, share.indices)))
            statistics = [value.float() for network in painter.components.values() for value in network.buffers()]
            torch.save(torch.cat([value.flatten() for value in statistics]), tmp_path / f"statistics{rank}")
            return measure(painter, share, *rest)

        train_guiding_painter.train_step, progress.measure = recorded_step, recorded_measure  # in this process only
        main(argv)

    debug_launcher(recorded_main, args=(flags(folder, models["paper"], tmp_path / "out", train_batch_size=2),))
    first, second = ([int(word) for word in (tmp_path / f"seeds{rank}").read_text().split()] for rank in (0, 1))
    stream = TrainingPairs(load_pictures(folder, "train"), 32, seed=0)
    assert len(first) == len(second) == 6
    assert sorted(first + second) == sorted(stream[n]["seed"] for n in range(12))  # each sample once
    measured = [(tmp_path / f"measured{rank}").read_text().split() for rank in (0, 1)]
    assert measured == [["0", "2"], ["1"]]
    statistics = [torch.load(tmp_path / f"statistics{rank}", weights_only=True) for rank in (0, 1)]
    assert len(statistics[0]) > 100
    assert torch.equal(*statistics)  # all measure the networks that are saved


def test_f_learns_from_the_picture(folder):
    torch.manual_seed(0)
    f, g = SegmentationNetwork(**TINY, norm="group"), ColorizationNetwork(**TINY, norm="group")
    batch = collate([TrainingPairs(sorted(folder.rglob("*.png")), 64, seed=0)[n] for n in range(2)])
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


def test_a_fine_tuning_of_all_but_the_encoder_learns_the_colors_of_a_story(models, tmp_path):
    draw_story(tmp_path / "story" / "train", 20)
    draw_story(tmp_path / "story" / "validation", 3)
    changes = {"max_train_steps": 30, "learning_rate": 3e-3, "encoder_rate": 0, "lambda_rec": 0, "lambda_adv": 0}
    main(flags(tmp_path / "story", models["cells"], tmp_path / "out", **changes))
    assert set(losses(tmp_path / "out")) == {f"loss/{name}" for name in ("color", "mean", "doubt", "alike")}
    pairs = SketchColorPairs(load_pictures(tmp_path / "story", "validation"), 64, with_cells=True)
    batch = collate([pairs[i] for i in range(3)])
    before, after = (GuidingPainterPipeline.from_pretrained(folder) for folder in (models["cells"], tmp_path / "out"))
    guessed = [answers_of(painter, batch, True).curve((0,)).mean() for painter in (before, after)]
    assert guessed[1] > guessed[0] + 3
    old, new = (painter.segmentation.encoder.state_dict() for painter in (before, after))
    assert all(torch.equal(old[name], new[name]) for name in old)


@pytest.mark.parametrize("trained", ["segmentation", "colorization"])
def test_one_network_is_trained_and_the_other_stays_as_it_is(trained, folder, models, tmp_path):
    before = GuidingPainterPipeline.from_pretrained(models["cells"])
    main(flags(folder, models["cells"], tmp_path / "out", max_train_steps=2, train=trained))
    after = GuidingPainterPipeline.from_pretrained(tmp_path / "out")
    for name in ("segmentation", "colorization"):
        old, new = (getattr(painter, name).state_dict() for painter in (before, after))
        assert all(torch.equal(old[key], new[key]) for key in old) == (name != trained)


def test_gradients_of_g_are_clipped_and_those_of_d_are_not(folder):
    torch.manual_seed(0)
    generator = GuidedColorizer(SegmentationNetwork(**TINY, norm="group"), ColorizationNetwork(**TINY, norm="group"))
    networks = generator, PatchDiscriminator(8, "group")
    before = [torch.nn.utils.parameters_to_vector(network.parameters()).clone() for network in networks]
    accelerator = Accelerator(cpu=True)
    optimizers = [torch.optim.SGD(network.parameters(), lr=1.0) for network in networks]
    prepared = accelerator.prepare(*networks, *optimizers)
    changes = {"model_config": "paper", "max_hints": 6, "max_grad_norm": 0.01}
    settings = parse_settings("", flags(folder, "none", Path("unused"), **changes))
    batch = collate([TrainingPairs(sorted(folder.rglob("*.png")), 32, seed=0)[n] for n in range(2)])
    train_step(batch, prepared[:2], prepared[2:], accelerator, 1.0, settings)
    moved = [
        (torch.nn.utils.parameters_to_vector(network.parameters()) - old).norm().item()
        for network, old in zip(networks, before, strict=True)
    ]
    assert moved[0] == pytest.approx(0.01, rel=1e-3)
    assert moved[1] > 0.02
    assert all(p.requires_grad and p.grad is None for network in networks for p in network.parameters())


@pytest.mark.parametrize(("scale", "overflow"), [(2.0**12, False), (2.0**120, True)])
def test_scaled_losses_make_the_same_updates_unless_they_overflow(scale, overflow, folder):
    """What fp16 does to gradients, by the loss scaler of a CPU; networks are float32, so that nothing else differs."""

    def updates(scaler: torch.amp.GradScaler | None) -> list[torch.Tensor]:
        forget_accelerator()
        torch.manual_seed(0)
        network = {**TINY, "norm": "group"}
        generator = GuidedColorizer(SegmentationNetwork(**network), ColorizationNetwork(**network))
        networks = generator, PatchDiscriminator(8, "group")
        before = [torch.nn.utils.parameters_to_vector(network.parameters()).detach() for network in networks]
        accelerator = Accelerator(cpu=True)
        accelerator.scaler = scaler
        prepared = accelerator.prepare(*networks, *(torch.optim.SGD(n.parameters(), lr=1.0) for n in networks))
        if scaler:
            accelerator.native_amp, accelerator.state._mixed_precision = True, "fp16"
        train_step(batch, prepared[:2], prepared[2:], accelerator, 1.0, settings)
        after = [torch.nn.utils.parameters_to_vector(network.parameters()).detach() for network in networks]
        return [new - old for new, old in zip(after, before, strict=True)]

    changes = {"model_config": "paper", "max_hints": 6, "max_grad_norm": 0.01}
    settings = parse_settings("", flags(folder, "none", Path("unused"), **changes))
    batch = collate([TrainingPairs(sorted(folder.rglob("*.png")), 32, seed=0)[n] for n in range(2)])
    scaler = torch.amp.GradScaler("cpu", init_scale=scale)
    expected, found = updates(None), updates(scaler)
    assert all(update.norm() > 0.009 for update in expected)
    assert (found[1] - expected[1]).norm() < 1e-3 * expected[1].norm()
    if overflow:
        assert not found[0].any()
        assert scaler.get_scale() == scale / 2
    else:
        assert (found[0] - expected[0]).norm() < 1e-3 * expected[0].norm()
        assert scaler.get_scale() == scale


def test_an_overflow_skips_the_step_of_one_network_and_the_loss_scale_falls_until_there_is_none(folder):
    """What fp16 does from update to update, both networks having one scale."""
    torch.manual_seed(0)
    generator = GuidedColorizer(SegmentationNetwork(**TINY, norm="group"), ColorizationNetwork(**TINY, norm="group"))
    networks = generator, PatchDiscriminator(8, "group")
    accelerator = Accelerator(cpu=True)
    accelerator.scaler = scaler = torch.amp.GradScaler("cpu", init_scale=2.0**126)
    prepared = accelerator.prepare(*networks, *(torch.optim.SGD(n.parameters(), lr=1e-3) for n in networks))
    accelerator.native_amp, accelerator.state._mixed_precision = True, "fp16"
    settings = parse_settings("", flags(folder, "none", Path("unused"), model_config="paper", max_hints=6))
    batch = collate([TrainingPairs(sorted(folder.rglob("*.png")), 32, seed=0)[n] for n in range(2)])
    history = []
    while len(history) < 20 and (not history or any(history[-1])):
        scale = scaler.get_scale()
        before = [torch.nn.utils.parameters_to_vector(network.parameters()).detach() for network in networks]
        train_step(batch, prepared[:2], prepared[2:], accelerator, 1.0, settings)
        after = [torch.nn.utils.parameters_to_vector(network.parameters()).detach() for network in networks]
        skipped = [optimizer.step_was_skipped for optimizer in prepared[2:]]
        assert [torch.equal(old, new) for old, new in zip(before, after, strict=True)] == skipped
        assert all(new.isfinite().all() for new in after)
        assert scaler.get_scale() == scale / 2 ** sum(skipped)
        history.append(tuple(skipped))
    assert {(True, True), (True, False), (False, False)} >= set(history) >= {(True, False), (False, False)}


def spoil(monkeypatch, spoiled: set[int], rank: int = 0) -> None:
    """Some batches of one process hold pictures that make NaN of all that the networks make of them."""
    seen = []

    def spoiled_step(batch, networks, optimizers, accelerator, *rest):
        seen.append(batch)
        if len(seen) in spoiled and accelerator.process_index == rank:
            batch["color_image"] = torch.full_like(batch["color_image"], torch.nan)
        return train_step(batch, networks, optimizers, accelerator, *rest)

    monkeypatch.setattr(train_guiding_painter, "train_step", spoiled_step)


def all_finite(folder: Path) -> bool:
    return all(tensor.isfinite().all() for file in folder.rglob("*.safetensors") for tensor in load_file(file).values())


def test_a_training_without_finite_gradients_ends_with_one_sentence(folder, models, tmp_path, monkeypatch, capsys):
    spoil(monkeypatch, set(range(4, 99)))
    with pytest.raises(SystemExit) as stop:
        main(flags(folder, models["paper"], tmp_path, max_train_steps=90, checkpointing_steps=3, report_to="none"))
    assert stop.value.code == 2
    assert "20 updates of G in a row had gradients that are not finite" in capsys.readouterr().err.splitlines()[-1]
    assert all_finite(tmp_path)
    assert checkpoints.checkpoints(tmp_path)


def test_a_training_goes_on_after_gradients_that_are_not_finite_in_one_of_its_processes(
    folder, models, tmp_path, monkeypatch, capfd
):
    spoil(monkeypatch, {3}, rank=1)  # the first half of the second update
    changes = {"train_batch_size": 2, "gradient_accumulation_steps": 2, "max_validation_pictures": 1}
    debug_launcher(main, args=(flags(folder, models["paper"], tmp_path, report_to="none", **changes),))
    printed = capfd.readouterr().out
    for name in "GD":
        assert printed.count(f"Updates of {name} left out, because gradients were not finite: 1.\n") == 1
    assert all_finite(tmp_path)
    assert weights_of(tmp_path) != weights_of(models["paper"])


def test_a_killed_training_goes_on_bit_by_bit(folder, models, tmp_path):
    changes = {"max_train_steps": 40, "checkpointing_steps": 7, "validation_steps": 99, "dataloader_num_workers": 1}
    main(flags(folder, models["plain"], tmp_path / "whole", **changes))

    command = [sys.executable, str(SCRIPT), *flags(folder, models["plain"], tmp_path / "killed", **changes)]
    environment = os.environ | {
        "OMP_NUM_THREADS": "1",
        "ACCELERATE_USE_CPU": "true",
        "PYTHONPATH": str(SCRIPT.parents[1]),
    }
    with open(tmp_path / "log", "wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    while process.poll() is None and not (tmp_path / "killed" / "checkpoint-7").exists():
        time.sleep(0.01)
    time.sleep(0.05)  # 7 updates of 4 pictures, of 9: in the middle of an epoch
    assert process.poll() is None, (tmp_path / "log").read_text()
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "killed" / "checkpoint-40").exists()
    (tmp_path / "killed" / "checkpoint-39.part").mkdir()  # as if it had been killed while it wrote this one

    forget_accelerator()
    step = checkpoints.step_of(checkpoints.checkpoint_to_resume("latest", tmp_path / "killed", 40))
    assert step >= 7
    main([*flags(folder, models["plain"], tmp_path / "killed", **changes), "--resume_from_checkpoint", "latest"])
    whole, resumed = losses(tmp_path / "whole"), losses(tmp_path / "killed")
    for name, curve in whole.items():
        assert {k: v for k, v in resumed[name].items() if k > step} == {k: v for k, v in curve.items() if k > step}
    assert weights_of(tmp_path / "killed") == weights_of(tmp_path / "whole")
    assert not list((tmp_path / "killed").glob("*.part"))


def test_the_latest_whole_checkpoint_is_found(tmp_path):
    for name in ("checkpoint-9", "checkpoint-10", "checkpoint-11.part", "checkpoint-x"):
        (tmp_path / name).mkdir()
    assert checkpoints.checkpoint_to_resume("latest", tmp_path, 20) == tmp_path / "checkpoint-10"
    assert checkpoints.checkpoint_to_resume(str(tmp_path / "checkpoint-9"), tmp_path, 20) == tmp_path / "checkpoint-9"
    assert checkpoints.checkpoint_to_resume(None, tmp_path, 20) is None
    assert checkpoints.checkpoint_to_resume("latest", tmp_path / "new", 20) is None
    assert checkpoints.checkpoint_to_resume("latest", tmp_path, 10) == tmp_path / "checkpoint-10"
    with pytest.raises(ValueError, match=r"checkpoint-11.part is no checkpoint"):
        checkpoints.checkpoint_to_resume(str(tmp_path / "checkpoint-11.part"), tmp_path, 20)
    with pytest.raises(ValueError, match=r"is from after the end of 9 steps: give a larger --max_train_steps"):
        checkpoints.checkpoint_to_resume("latest", tmp_path, 9)


def test_a_training_from_before_into_the_same_folder_leaves_no_checkpoint_to_be_taken_for_its_own(
    folder, models, tmp_path
):
    for name in ("checkpoint-7", "checkpoint-8"):
        (tmp_path / name).mkdir()
    changes = {"max_train_steps": 3, "checkpointing_steps": 1, "checkpoints_total_limit": 2, "report_to": "none"}
    main(flags(folder, models["plain"], tmp_path, **changes))
    assert {path.name for path in tmp_path.glob("checkpoint-*")} == {"checkpoint-2", "checkpoint-3"}


def test_a_training_killed_after_its_last_update_is_brought_to_its_end(folder, models, tmp_path):
    main(flags(folder, models["plain"], tmp_path, max_train_steps=2))
    before = {name: (tmp_path / name).read_bytes() for name in ("README.md", "validation.json", "good.webp")}
    weights = weights_of(tmp_path)
    for name in (*before, "model_index.json", "segmentation/diffusion_pytorch_model.safetensors"):
        (tmp_path / name).unlink()
    forget_accelerator()
    main([*flags(folder, models["plain"], tmp_path, max_train_steps=2), "--resume_from_checkpoint"])
    assert weights_of(tmp_path) == weights
    assert (tmp_path / "good.webp").read_bytes() == before["good.webp"]
    first, second = json.loads(before["validation.json"]), json.loads((tmp_path / "validation.json").read_text())
    assert first["sets"] == second["sets"]
    assert (tmp_path / "README.md").is_file()
    assert list(losses(tmp_path)["loss/rec"]) == [1, 2]  # not trained on


def test_a_training_goes_on_with_another_accumulation(folder, models, tmp_path):
    changes = {"max_train_steps": 5, "checkpointing_steps": 3}
    main(flags(folder, models["plain"], tmp_path / "one", **changes))
    shutil.copytree(tmp_path / "one" / "checkpoint-3", tmp_path / "two" / "checkpoint-3")
    forget_accelerator()
    parts = {"train_batch_size": 2, "gradient_accumulation_steps": 2}
    main([*flags(folder, models["plain"], tmp_path / "two", **parts, **changes), "--resume_from_checkpoint"])
    expected, found = losses(tmp_path / "one"), losses(tmp_path / "two")
    for name, curve in expected.items():
        assert found[name] == pytest.approx({step: curve[step] for step in (4, 5)}, rel=2e-3), name


def test_the_average_has_norm_statistics_and_starts_quickly():
    network = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2))
    ema = checkpoints.averaged(network, 0.9, torch.device("cpu"))
    values = [1.0, 2.0, 5.0]
    for value in values:
        with torch.no_grad():
            network[0].weight.fill_(value)
            network[1].running_mean.fill_(-value)
        ema.update_parameters(network)
    expected = values[0]
    for n, value in enumerate(values[1:], start=1):
        decay = min(0.9, (1 + n) / (10 + n))
        expected = decay * expected + (1 - decay) * value
    assert ema.module[0].weight[0, 0].item() == pytest.approx(expected)
    assert ema.module[1].running_mean[0].item() == pytest.approx(-expected)


def test_skipped_pictures_are_listed_at_the_end(folder, models, tmp_path, capsys):
    comic = tmp_path / "comic"
    for split, count in (("train", 4), ("validation", 2)):
        pictures = draw_pictures(comic / split, count)
        (pictures / f"bad_{split}.png").write_bytes((pictures / "page00.png").read_bytes()[:250])
    main(flags(comic, models["plain"], tmp_path / "out", report_to="none"))
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
def test_a_mistake_ends_at_once_with_one_sentence(changes, sentence, folder, models, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    for name in ("truncated", "strange"):
        make_painter().save_pretrained(name)
    shutil.copytree(models["cells"], "cells")
    weights = Path("truncated/segmentation/diffusion_pytorch_model.safetensors")
    weights.write_bytes(weights.read_bytes()[:500])
    Path("strange/training.json").write_text('{"lambda_tv": "much"}')
    with pytest.raises(SystemExit) as stop:
        main(flags(folder, models["plain"], **{"output_dir": Path("out")} | changes))
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1


def test_a_checkpoint_of_other_networks_is_refused(folder, models, tmp_path, capsys):
    main(flags(folder, models["plain"], tmp_path, max_train_steps=1, report_to="none"))
    forget_accelerator()
    capsys.readouterr()
    with pytest.raises(SystemExit) as stop:
        main([*flags(folder, models["cells"], tmp_path), "--resume_from_checkpoint"])
    assert stop.value.code == 2
    assert "checkpoint-1 does not belong to this training or is damaged" in capsys.readouterr().err
