"""One update of G and D after another, whatever networks they are: the losses, the step, and what its rates follow."""

import itertools
from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from accelerate import Accelerator
from torch.utils.data import DataLoader

from finite import FiniteAdamW, LeftOut, finite_buffers
from guiding_painter.hints import mean_colors, sample_num_hints
from guiding_painter.losses import (
    adversarial_loss,
    prefix_loss,
    reconstruction_loss,
    smoothness_loss,
    total_variance_loss,
)
from pictures.pairs import TrainingPairs, collate
from settings import ENCODER_RATE, Settings


def generator_losses(
    output: dict, batch: dict, discriminator: torch.nn.Module, pixel_weights: torch.Tensor | None, settings: Settings
) -> dict[str, torch.Tensor]:
    """Every term of Eq. 14 whose weight is not 0 and whose network is trained, times its weight.

    Args:
        output: of the generator, see `GuidedColorizer.forward` and `CellColorizer.forward`.
        batch: "sketch" (B, 1, H, W) and "color_image" (B, 3, H, W), in [-1, 1].
        discriminator: D, which is not trained meanwhile.
        pixel_weights: (B, 1, H, W) in [0, 1], how much each pixel counts in what is asked of regions.
    """
    image, recipe = batch["color_image"], settings.recipe
    colorizing = {
        "rec": lambda: reconstruction_loss(output["prediction"], image),
        "adv": lambda: adversarial_loss(discriminator(output["prediction"], batch["sketch"]), True, recipe.gan_loss),
        "mse": lambda: F.mse_loss(output["prediction"].float(), image),
        "color": lambda: output["color"],
        "mean": lambda: output["mean"],
        "doubt": lambda: output["doubt"],
    }
    segmenting = {
        "tv": lambda: total_variance_loss(
            image, output["segments"], mean_colors(image, output["segments"], pixel_weights), pixel_weights
        ),
        "smth": lambda: smoothness_loss(output["logits"], pixel_weights),
        "prefix": lambda: prefix_loss(image, output["logits"].float().softmax(1), recipe.stop_prob, pixel_weights),
        "alike": lambda: output["alike"],
    }
    terms = {"both": colorizing | segmenting, "colorization": colorizing, "segmentation": segmenting}[settings.train]
    return {name: recipe.weights[name] * term() for name, term in terms.items() if recipe.weights[name] > 0}


def discriminator_loss(output: dict, batch: dict, discriminator: torch.nn.Module, kind: str) -> torch.Tensor:
    """D's side of Eq. 13, halved; real and fake go through D together, as one batch."""
    fake = output["prediction"].detach()
    images = torch.cat([fake, batch["color_image"].to(fake.dtype)])
    on_fake, on_real = discriminator(images, batch["sketch"].repeat(2, 1, 1, 1)).chunk(2)
    return 0.5 * (adversarial_loss(on_fake, False, kind) + adversarial_loss(on_real, True, kind))


def train_step(
    batch: dict,
    networks: tuple,
    optimizers: tuple,
    accelerator: Accelerator,
    tau: float,
    settings: Settings,
    losses_of: Callable[..., dict[str, torch.Tensor]] = generator_losses,
) -> dict[str, torch.Tensor]:
    """One update of G and one of D from one forward of G; with accumulation, a part of such updates.

    Args:
        batch: of `TrainingPairs`, on the accelerator's device.
        networks: G and D; D learns where "adv" is among the losses.
        optimizers: theirs.
        tau: temperature of the Gumbel softmax.
        losses_of: what G is trained with, called as `generator_losses` is.

    Returns:
        every loss by name, times its weight; "d" is D's own.
    """
    generator, discriminator = networks
    optimizer_g, optimizer_d = optimizers
    recipe = settings.recipe
    paper = (batch["sketch"] + 1) / 2 if recipe.ink_aware else None  # (B, 1, H, W), 1 = paper
    # Every sample has its own random numbers, so that they are the same however samples are spread over processes.
    noise = [torch.Generator(accelerator.device).manual_seed(seed) for seed in batch["seed"].tolist()]
    num_hints = [sample_num_hints(1, settings.max_hints, recipe.stop_prob, generator=one) for one in noise]  # Eq. 3
    with finite_buffers(generator, discriminator), accelerator.accumulate(generator, discriminator):
        output = generator(batch, torch.cat(num_hints), tau, paper, noise)

        discriminator.requires_grad_(False)
        losses = losses_of(output, batch, discriminator, paper, settings)
        accelerator.backward(sum(losses.values()))
        if accelerator.sync_gradients:
            # accelerator.clip_grad_norm_ would unscale D's gradients, too
            accelerator.unscale_gradients(optimizer_g)
            torch.nn.utils.clip_grad_norm_(trained_parameters(generator), settings.max_grad_norm)
        optimizer_g.step()
        optimizer_g.zero_grad()
        discriminator.requires_grad_(True)

        # D after G: so all accumulated gradients of G are from the same D.
        if "adv" in losses:
            losses["d"] = discriminator_loss(output, batch, discriminator, recipe.gan_loss)
            accelerator.backward(losses["d"])
            optimizer_d.step()
            optimizer_d.zero_grad()
    return {name: loss.detach() for name, loss in losses.items()}


def temperature(step: int, settings: Settings) -> float:
    """tau of the Gumbel softmax after so many updates: from 1 to --final_tau."""
    return settings.recipe.final_tau ** (step / settings.max_train_steps)


def learning_rate(step: int, settings: Settings) -> float:
    """After so many updates: it rises while it warms up, and falls to 0 in the second half."""
    rising = min(1.0, (step + 1) / (settings.lr_warmup_steps + 1))
    return settings.learning_rate * rising * min(1.0, 2 - 2 * step / settings.max_train_steps)


def scheduled(
    step: int, loader: DataLoader, optimizers: list, accelerator: Accelerator, settings: Settings
) -> Iterator[tuple[int, float, dict]]:
    """The updates done before every batch, tau, and the batch; the learning rate is set. With accumulation, some share
    an update.

    Args:
        step: updates done before the first batch.
        accelerator: its `sync_gradients` says after every batch whether that has completed an update.

    Raises FloatingPointError where too many updates in a row had to be left out, see `LeftOut`.
    """
    left_out = LeftOut(optimizers)
    for batch in loader:
        # By hand: a scheduler that accelerate prepared steps once per process, and one more state would need saving.
        for group in itertools.chain.from_iterable(optimizer.param_groups for optimizer in optimizers):
            group["lr"] = learning_rate(step, settings) * group.get("share", 1.0)
        yield step, temperature(step, settings), batch
        if accelerator.sync_gradients:
            step += 1
            left_out.count()
    left_out.tell(accelerator)


def trained_parameters(network: torch.nn.Module) -> list[torch.nn.Parameter]:
    return [parameter for parameter in network.parameters() if parameter.requires_grad]


def make_optimizers(
    generator: torch.nn.Module, discriminator: torch.nn.Module, settings: Settings
) -> list[torch.optim.Optimizer]:
    """Of G and of D. The encoder takes smaller steps; what is no matrix and no kernel does not decay."""
    adam = {"lr": settings.learning_rate, "betas": (settings.adam_beta1, 0.999), "weight_decay": settings.weight_decay}
    slower = ENCODER_RATE if settings.encoder_rate is None else settings.encoder_rate
    groups: dict[tuple[float, float], list[torch.nn.Parameter]] = {}
    for name, parameter in generator.named_parameters():
        if parameter.requires_grad:
            share = slower if name.startswith("segmentation.encoder.") else 1.0
            groups.setdefault((share, settings.weight_decay * (parameter.ndim > 1)), []).append(parameter)
    parts = [{"params": found, "share": share, "weight_decay": decay} for (share, decay), found in groups.items()]
    return [FiniteAdamW(part, **adam) for part in (parts, trained_parameters(discriminator))]


def prepare(
    step: int,
    generator: torch.nn.Module,
    discriminator: torch.nn.Module,
    pictures: TrainingPairs,
    accelerator: Accelerator,
    settings: Settings,
) -> tuple[DataLoader, tuple[torch.nn.Module, torch.nn.Module], list]:
    """What trains from update `step` on: the loader, G and D in training mode, and their optimizers.

    Samples are those of the endless stream of `pictures` that these updates have in every run.
    """
    samples = range(step * settings.batch_size, settings.max_train_steps * settings.batch_size)
    workers = settings.dataloader_num_workers
    loader = DataLoader(pictures, settings.train_batch_size, sampler=samples, num_workers=workers, collate_fn=collate)
    optimizers = make_optimizers(generator, discriminator, settings)
    generator, discriminator, *optimizers, loader = accelerator.prepare(generator, discriminator, *optimizers, loader)
    return loader, (generator.train(), discriminator.train()), optimizers
