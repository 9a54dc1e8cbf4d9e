"""What a training leaves on disk: checkpoints to go on from, and the painter that it has come to."""

import os
import re
import shutil
import tempfile
from pathlib import Path

import torch
from accelerate import Accelerator, PartialState
from safetensors.torch import load_model, save_model
from torch.optim.swa_utils import AveragedModel

from arguments import first_line
from guiding_painter import GuidingPainterPipeline, PatchDiscriminator
from recipe import write_recipe
from settings import Settings

EMA_FILE = "ema.safetensors"


def save_checkpoint(accelerator: Accelerator, ema: AveragedModel, output_dir: Path, step: int, limit: int) -> None:
    """Write output_dir/checkpoint-STEP on every process, then remove all but the newest `limit` ones.

    It is written beside and renamed: a checkpoint that has its name is whole, whenever the training was killed. Those
    of later steps are of a training from before, into the same folder, and go, too: "latest" is of this one.
    """
    target = output_dir / f"checkpoint-{step}"
    beside = target.with_suffix(".part")
    if accelerator.is_main_process:
        for leftover in output_dir.glob("checkpoint-*.part"):
            shutil.rmtree(leftover)
        beside.mkdir(parents=True)
    accelerator.wait_for_everyone()
    accelerator.save_state(str(beside))  # by every process: each writes a file of its own
    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        save_model(ema, str(beside / EMA_FILE))
        if target.exists():
            shutil.rmtree(target)  # of a training from before, into the same folder
        beside.rename(target)
        found = checkpoints(output_dir)
        later = found.index(target) + 1
        for old in [*found[: max(later - limit, 0)], *found[later:]]:
            shutil.rmtree(old)
    accelerator.wait_for_everyone()


def make_output_dir(folder: Path) -> None:
    """Raises OSError where it cannot be made or written into, in which case nothing else should begin."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OSError(f"--output_dir {folder} cannot be written into ({error.strerror}): name another one.") from error


def load_checkpoint(accelerator: Accelerator, ema: AveragedModel, checkpoint: Path) -> None:
    """Networks, optimizers and average as `save_checkpoint` left them. Raises ValueError where they do not fit."""
    try:
        accelerator.load_state(str(checkpoint))
        load_model(ema, checkpoint / EMA_FILE, device=str(accelerator.device))
        accelerator.step = 0  # forwards so far: an update is complete, and --gradient_accumulation_steps may be another
    except Exception as error:  # damaged or foreign files raise nearly anything
        reason = first_line(error)
        raise ValueError(f"{checkpoint} does not belong to this training or is damaged ({reason}).") from error


def checkpoints(output_dir: Path) -> list[Path]:
    """The whole checkpoints of a training, oldest first."""
    found = [path for path in output_dir.glob("checkpoint-*") if re.fullmatch(r"checkpoint-\d+", path.name)]
    return sorted(found, key=step_of)


def step_of(checkpoint: Path | None) -> int:
    """After how many updates it was written; 0 without one."""
    return int(checkpoint.name.removeprefix("checkpoint-")) if checkpoint else 0


def checkpoint_to_resume(choice: str | None, output_dir: Path, max_train_steps: int) -> Path | None:
    """The checkpoint of `--resume_from_checkpoint`; None to begin anew: not asked for, or "latest" and none there yet.

    That of the last update is one, too: what comes after it takes minutes, in which a training can be killed as well.

    Raises ValueError for a folder that is none, or one from after the last update.
    """
    if choice == "latest":
        found = checkpoints(output_dir)
        checkpoint = found[-1] if found else None
    else:
        checkpoint = Path(choice) if choice else None
    if checkpoint and not (checkpoint.is_dir() and re.fullmatch(r"checkpoint-\d+", checkpoint.name)):
        raise ValueError(
            f"{choice} is no checkpoint: name a folder such as {output_dir / 'checkpoint-500'}, or latest."
        )
    if checkpoint and step_of(checkpoint) > max_train_steps:
        raise ValueError(
            f"{checkpoint} is from after the end of {max_train_steps} steps: give a larger --max_train_steps to go on."
        )
    return checkpoint


def averaged(generator: torch.nn.Module, decay: float, device: torch.device) -> AveragedModel:
    """The moving average of a network's weights and norm statistics; `update_parameters` adds the current ones.

    The first updates count more, with a decay of (1 + n) / (10 + n), or their start would hold short trainings back.
    """

    def average(old: torch.Tensor, new: torch.Tensor, updates: torch.Tensor) -> torch.Tensor:
        return old + (new - old) * (1 - ((1 + updates) / (10 + updates)).clamp(max=decay))

    return AveragedModel(generator, device, avg_fn=average, use_buffers=True).eval()


def painter_of(ema: AveragedModel) -> GuidingPainterPipeline:
    """The averaged networks at work; training goes on with others."""
    return GuidingPainterPipeline(ema.module.segmentation, ema.module.colorization)


def save_pipeline(painter: GuidingPainterPipeline, discriminator: PatchDiscriminator, settings: Settings) -> None:
    """Write the networks so that `GuidingPainterPipeline.from_pretrained(output_dir)` opens them, by one process.

    D and the recipe lie beside them, for a training that goes on from there.
    """
    if not PartialState().is_main_process:
        return
    beside = settings.output_dir / "model.part"
    shutil.rmtree(beside, ignore_errors=True)  # of a training that was killed here
    painter.save_pretrained(beside)
    discriminator.save_pretrained(beside / "discriminator")
    write_recipe(beside, settings.recipe, settings.training)
    replace_files(beside, settings.output_dir)


def replace_files(source: Path, target: Path) -> None:
    """Move all files of a folder into another one, each of them at once: no file there is ever half written."""
    for file in sorted(path for path in source.rglob("*") if path.is_file()):
        destination = target / file.relative_to(source)
        destination.parent.mkdir(parents=True, exist_ok=True)
        os.replace(file, destination)
    shutil.rmtree(source)
