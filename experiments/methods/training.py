"""The one loop that trains every method: the same pictures, updates, numbers of hints and steps."""

import json
import shutil
from pathlib import Path

import torch
from accelerate import Accelerator
from torch.optim.swa_utils import AveragedModel
from torch.utils.data import DataLoader
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
from guiding_painter.files import replace_file
from guiding_painter.hints import sample_num_hints
from guiding_painter.losses import adversarial_loss
from pictures.pairs import TrainingPairs, collate
from settings import Settings
from train_guiding_painter import discriminator_loss, schedule, set_learning_rate, start_accelerator, trained_parameters

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
    last, batch_size = settings.max_train_steps, settings.batch_size
    checkpoint = checkpoint_to_resume(settings.resume_from_checkpoint, settings.output_dir, last)
    step = step_of(checkpoint)
    if not checkpoint:
        method.prepare(pictures)
    networks = [method, *([PatchDiscriminator(discriminator_channels)] if method.adversarial_weight else [])]
    ema = averaged(method, settings.ema_decay, accelerator.device)
    adam = {"lr": settings.learning_rate, "betas": (settings.adam_beta1, 0.999), "weight_decay": settings.weight_decay}
    optimizers = [torch.optim.AdamW(trained_parameters(network), **adam) for network in networks]
    samples, workers = range(step * batch_size, last * batch_size), settings.dataloader_num_workers
    loader = DataLoader(pictures, settings.train_batch_size, sampler=samples, num_workers=workers, collate_fn=collate)
    loader, *prepared = accelerator.prepare(loader, *networks, *optimizers)
    networks, optimizers = prepared[: len(networks)], prepared[len(networks) :]
    if checkpoint:
        load_checkpoint(accelerator, ema, checkpoint)

    for network in networks:
        network.train()
    run(step, loader, networks, optimizers, ema, accelerator, settings)
    if accelerator.is_main_process:
        save_method(ema.module, written, settings.output_dir)
    accelerator.wait_for_everyone()
    accelerator.free_memory()


def run(
    step: int,
    loader: DataLoader,
    networks: list,
    optimizers: list,
    ema: AveragedModel,
    accelerator: Accelerator,
    settings: Settings,
) -> None:
    """From update `step` to the last one, saved every so many updates."""
    last, folder = settings.max_train_steps, settings.output_dir
    bar = tqdm(total=last, initial=step, desc=folder.name, disable=not accelerator.is_main_process)
    for batch in loader:
        tau, learning_rate = schedule(step, settings)
        set_learning_rate(optimizers, learning_rate)
        losses = train_step(batch, networks, optimizers, accelerator, tau, settings)
        if not accelerator.sync_gradients:
            continue
        step += 1
        ema.update_parameters(accelerator.unwrap_model(networks[0]))
        bar.update()
        bar.set_postfix({name: f"{loss.item():.3f}" for name, loss in losses.items()})
        if step % settings.checkpointing_steps == 0 and step < last:
            save_checkpoint(accelerator, ema, folder, step, settings.checkpoints_total_limit)
    bar.close()


def train_step(
    batch: dict, networks: list, optimizers: list, accelerator: Accelerator, tau: float, settings: Settings
) -> dict[str, torch.Tensor]:
    """One update of the method and of its discriminator, if it has one; with accumulation, a part of such updates."""
    method, *discriminators = networks
    bare = accelerator.unwrap_model(method)
    # As in the kit's training: every sample has its own random numbers.
    noise = [torch.Generator(accelerator.device).manual_seed(seed) for seed in batch["seed"].tolist()]
    num_hints = [sample_num_hints(1, settings.max_hints, generator=one) for one in noise]
    with accelerator.accumulate(*networks):
        prediction, losses = method(batch, torch.cat(num_hints), tau, noise)
        for discriminator in discriminators:
            discriminator.requires_grad_(False)
            logits = discriminator(prediction, batch["sketch"])
            losses["adv"] = bare.adversarial_weight * adversarial_loss(logits, True, bare.gan_loss)
        accelerator.backward(sum(losses.values()))
        if accelerator.sync_gradients:
            accelerator.unscale_gradients(optimizers[0])
            torch.nn.utils.clip_grad_norm_(trained_parameters(method), settings.max_grad_norm)
        optimizers[0].step()
        optimizers[0].zero_grad()
        for discriminator, optimizer in zip(discriminators, optimizers[1:], strict=True):
            discriminator.requires_grad_(True)
            losses["d"] = discriminator_loss({"prediction": prediction}, batch, discriminator, bare.gan_loss)
            accelerator.backward(losses["d"])
            optimizer.step()
            optimizer.zero_grad()
    return {name: loss.detach() for name, loss in losses.items()}


def save_method(method: Trained, written: dict, folder: Path) -> None:
    """Weights and configuration, then `TRAINED_FILE`; checkpoints to go on from are of no more use and go."""
    beside = folder / "model.part"
    shutil.rmtree(beside, ignore_errors=True)  # of a training that was killed here
    method.save_pretrained(beside)
    replace_files(beside, folder)
    replace_file(folder / TRAINED_FILE, (json.dumps(written, indent=2) + "\n").encode())
    for checkpoint in checkpoints(folder):
        shutil.rmtree(checkpoint)
