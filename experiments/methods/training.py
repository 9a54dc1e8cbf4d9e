"""The one loop that trains every method: the same pictures, updates, numbers of hints and steps."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from accelerate import Accelerator
from torch.optim.swa_utils import AveragedModel
from tqdm.auto import tqdm

from checkpoints import (
    averaged,
    checkpoint_to_resume,
    checkpoints,
    load_checkpoint,
    make_output_dir,
    replace_files,
    save_checkpoint,
    step_of,
)
from experiments.methods.base import Trained
from guiding_painter import PatchDiscriminator
from pictures.pairs import TrainingPairs
from preparation import start_accelerator
from report_files import write_report
from settings import Settings
from updates import generator_losses, prepare, scheduled, train_step

TRAINED_FILE = "trained.json"  # written last: with it a training is complete


def train_method(
    method: Trained, pictures: TrainingPairs, written: dict, discriminator_channels: int, settings: Settings
) -> None:
    """Trains a method and saves the average of its weights in settings.output_dir.

    Args:
        method: new.
        pictures: sample n of which is the same for every method.
        written: what `TRAINED_FILE` is to say.
        discriminator_channels: of the first layer of D.
        settings: `batch_size` and `max_train_steps` are known.

    Raises OSError or ValueError for a folder or checkpoint that cannot be used.
    """
    accelerator = start_accelerator(settings)
    make_output_dir(settings.output_dir)
    checkpoint = checkpoint_to_resume(settings.resume_from_checkpoint, settings.output_dir, settings.max_train_steps)
    if not checkpoint:
        method.prepare(pictures)
    settings = replace(settings, recipe=method.recipe)
    discriminator = PatchDiscriminator(discriminator_channels)
    ema = run(checkpoint, method, discriminator, pictures, accelerator, method_losses, settings)
    if accelerator.is_main_process:
        save_method(ema.module, written, settings.output_dir)
    accelerator.wait_for_everyone()
    accelerator.free_memory()


def run(
    checkpoint: Path | None,
    network: torch.nn.Module,
    discriminator: PatchDiscriminator,
    pictures: TrainingPairs,
    accelerator: Accelerator,
    losses_of: Callable[..., dict[str, torch.Tensor]],
    settings: Settings,
) -> AveragedModel:
    """From the checkpoint, or the beginning, to the last update, saved every so many: the average of the weights.

    For `losses_of` see `updates.train_step`. Raises OSError or ValueError for a checkpoint that cannot be used.
    """
    step, last, folder = step_of(checkpoint), settings.max_train_steps, settings.output_dir
    ema = averaged(network, settings.ema_decay, accelerator.device)
    loader, networks, optimizers = prepare(step, network, discriminator, pictures, accelerator, settings)
    if checkpoint:
        load_checkpoint(accelerator, ema, checkpoint)
    with tqdm(total=last, initial=step, desc=folder.name, disable=not accelerator.is_main_process) as bar:
        for done, tau, batch in scheduled(step, loader, optimizers, accelerator, settings):
            losses = train_step(batch, networks, optimizers, accelerator, tau, settings, losses_of)
            if not accelerator.sync_gradients:
                continue
            step = done + 1
            ema.update_parameters(accelerator.unwrap_model(networks[0]))
            bar.update()
            bar.set_postfix({name: f"{loss.item():.3f}" for name, loss in losses.items()})
            if step % settings.checkpointing_steps == 0 and step < last:
                save_checkpoint(accelerator, ema, folder, step, settings.checkpoints_total_limit)
    return ema


def method_losses(
    output: dict, batch: dict, discriminator: torch.nn.Module, pixel_weights: torch.Tensor | None, settings: Settings
) -> dict[str, torch.Tensor]:
    """As `updates.generator_losses`, of the method's recipe, and beside them its own."""
    return generator_losses(output, batch, discriminator, pixel_weights, settings) | output.get("own", {})


def save_method(method: Trained, written: dict, folder: Path) -> None:
    """Weights and configuration, then `TRAINED_FILE`; checkpoints to go on from are of no more use and go."""
    beside = folder / "model.part"
    shutil.rmtree(beside, ignore_errors=True)  # of a training that was killed here
    method.save_pretrained(beside)
    replace_files(beside, folder)
    write_report(written, folder / TRAINED_FILE)
    for checkpoint in checkpoints(folder):
        shutil.rmtree(checkpoint)
