"""Trainings that were stopped, or killed, go on; the average that they save."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from tiny_trainings import flags, losses, weights_of
from training_pictures import forget_accelerator

import checkpoints
import train_guiding_painter
from train_guiding_painter import main

SCRIPT = Path(train_guiding_painter.__file__)

pytestmark = pytest.mark.usefixtures("fresh_accelerator")


def test_a_killed_training_goes_on_bit_by_bit(tiny_comic, tiny_models, tmp_path):
    changes = {"max_train_steps": 40, "checkpointing_steps": 7, "validation_steps": 99, "dataloader_num_workers": 1}
    main(flags(tiny_comic, tiny_models["plain"], tmp_path / "whole", **changes))

    command = [sys.executable, str(SCRIPT), *flags(tiny_comic, tiny_models["plain"], tmp_path / "killed", **changes)]
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
    main(
        [*flags(tiny_comic, tiny_models["plain"], tmp_path / "killed", **changes), "--resume_from_checkpoint", "latest"]
    )
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
    tiny_comic, tiny_models, tmp_path
):
    for name in ("checkpoint-7", "checkpoint-8"):
        (tmp_path / name).mkdir()
    changes = {"max_train_steps": 3, "checkpointing_steps": 1, "checkpoints_total_limit": 2, "report_to": "none"}
    main(flags(tiny_comic, tiny_models["plain"], tmp_path, **changes))
    assert {path.name for path in tmp_path.glob("checkpoint-*")} == {"checkpoint-2", "checkpoint-3"}


def test_a_training_killed_after_its_last_update_is_brought_to_its_end(tiny_comic, tiny_models, tmp_path):
    main(flags(tiny_comic, tiny_models["plain"], tmp_path, max_train_steps=2))
    before = {name: (tmp_path / name).read_bytes() for name in ("README.md", "validation.json", "good.webp")}
    weights = weights_of(tmp_path)
    for name in (*before, "model_index.json", "segmentation/diffusion_pytorch_model.safetensors"):
        (tmp_path / name).unlink()
    forget_accelerator()
    main([*flags(tiny_comic, tiny_models["plain"], tmp_path, max_train_steps=2), "--resume_from_checkpoint"])
    assert weights_of(tmp_path) == weights
    assert (tmp_path / "good.webp").read_bytes() == before["good.webp"]
    first, second = json.loads(before["validation.json"]), json.loads((tmp_path / "validation.json").read_text())
    assert first["sets"] == second["sets"]
    assert (tmp_path / "README.md").is_file()
    assert list(losses(tmp_path)["loss/rec"]) == [1, 2]  # not trained on


def test_a_training_goes_on_with_another_accumulation(tiny_comic, tiny_models, tmp_path):
    changes = {"max_train_steps": 5, "checkpointing_steps": 3}
    main(flags(tiny_comic, tiny_models["plain"], tmp_path / "one", **changes))
    shutil.copytree(tmp_path / "one" / "checkpoint-3", tmp_path / "two" / "checkpoint-3")
    forget_accelerator()
    parts = {"train_batch_size": 2, "gradient_accumulation_steps": 2}
    main([*flags(tiny_comic, tiny_models["plain"], tmp_path / "two", **parts, **changes), "--resume_from_checkpoint"])
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
