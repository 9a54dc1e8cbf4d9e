"""The step that benchmarks/train_step.py compares with is the same step."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from accelerate import Accelerator
from conftest import make_cell_painter
from training_pictures import draw_pictures

from benchmarks import gpu
from benchmarks.train_step import published_step, random_batch
from guided_colorizer import GuidedColorizer
from guiding_painter import ColorizationNetwork, PatchDiscriminator, SegmentationNetwork
from recipe import PAPER_RECIPE
from updates import train_step

TINY = {"max_hints": 6, "block_out_channels": (8, 8, 16, 16, 16), "norm": "group"}


def losses_and_updates(published: bool, **recipe: float) -> tuple[dict[str, float], torch.Tensor]:
    """Of one step on tiny networks without batch normalization, through which D's three calls are not one."""
    torch.manual_seed(0)
    f, g, d = SegmentationNetwork(**TINY), ColorizationNetwork(**TINY), PatchDiscriminator(8, "group")
    generator, accelerator = GuidedColorizer(f, g), Accelerator(cpu=True)
    before = torch.nn.utils.parameters_to_vector(generator.parameters())
    # So slow that D's loss is the same whether its picture was made before G's update or after it.
    optimizers = [accelerator.prepare(torch.optim.SGD(network.parameters(), lr=1e-4)) for network in (generator, d)]
    args = SimpleNamespace(recipe=replace(PAPER_RECIPE, **recipe), max_hints=6, max_grad_norm=1e9, train="both")
    batch = random_batch(3, 64, 0, torch.device("cpu"))
    if published:
        losses = published_step(batch, (f, g, d), optimizers, 0.7, args)
    else:
        losses = train_step(batch, (generator, d), optimizers, accelerator, 0.7, args)
    moved = torch.nn.utils.parameters_to_vector(generator.parameters()) - before
    return {name: loss.item() for name, loss in losses.items()}, moved.detach()


def test_the_step_as_published_has_the_losses_of_ours():
    expected, found = (losses_and_updates(published)[0] for published in (True, False))
    assert set(expected) == {"rec", "adv", "tv", "smth", "d"}
    assert found == pytest.approx(expected, rel=1e-3)


def test_the_step_as_published_has_the_updates_of_ours():
    # All but one: the gradient of our total variance reaches every channel of S by its own color.
    expected, found = (losses_and_updates(published, lambda_tv=0.0)[1] for published in (True, False))
    assert (found - expected).norm() < 1e-3 * expected.norm()


def test_the_script_for_a_gpu_measures_a_step_and_trains_lite(tmp_path, capsys):
    draw_pictures(tmp_path / "comic", 6)
    make_cell_painter().save_pretrained(tmp_path / "model")
    tiny = ["--batch_size=1", "--size=32", "--steps=1", "--forms", "float32"]
    flags = [
        f"--pretrained_model_name_or_path={tmp_path / 'model'}", "--max_train_steps=2", "--resolution=32",
        "--train_batch_size=2", "--dataloader_num_workers=0", "--mixed_precision=no", "--report_to=none",
        "--channels_last",
    ]  # fmt: skip
    folders = [f"--train_data_dir={tmp_path / 'comic'}", f"--output_dir={tmp_path / 'out'}"]
    gpu.main([*folders, "--minutes=10", *tiny, "--", *flags])
    report = json.loads((tmp_path / "out" / "gpu.json").read_text())
    step = report["steps"]["float32"]
    assert step["pictures_per_second"] == pytest.approx(1 / step["seconds"])
    assert step["share"] > 0
    assert step["bytes"] > 2**20
    assert report["training"] == {"updates": 2, "ended": "exit code 0"}
    assert "of the matrix-product peak" in capsys.readouterr().out


def test_a_form_that_fails_is_told(tmp_path, monkeypatch):
    args = gpu.parse_args([f"--train_data_dir={tmp_path}", f"--output_dir={tmp_path}"])
    monkeypatch.setattr(gpu, "ROOT", tmp_path)  # where there is nothing to run
    result = gpu.measured(gpu.FORMS["float32"], args, seconds=60.0)
    assert "No such file" in result["error"]
    assert gpu.written(result).startswith("failed: ")
