"""Train GuidingPainter: f, h and g end to end against D, as in Sec. 3 of the paper.

    accelerate launch train/train_guiding_painter.py --train_data_dir my_comic --output_dir my-comic

The result opens with `GuidingPainterPipeline.from_pretrained("my-comic")`. With `--pretrained_model_name_or_path none
--model_config paper`, networks, losses, G and tau are the paper's; `--ink_aware`, `--lambda_mse`, `--lambda_prefix` and
networks over cells are ours.
"""

import itertools

import torch
import torch.nn.functional as F
from accelerate import Accelerator
from accelerate.utils import DistributedDataParallelKwargs, ProjectConfiguration, set_seed
from diffusers import ModelMixin
from torch.optim.swa_utils import AveragedModel
from torch.utils.data import DataLoader

from arguments import errors_in_one_sentence
from cell_colorizer import CellColorizer
from checkpoints import (
    averaged,
    checkpoint_to_resume,
    load_checkpoint,
    make_output_dir,
    painter_of,
    save_checkpoint,
    save_pipeline,
    step_of,
)
from colorizer import Colorizer
from finish import finish
from guided_colorizer import GuidedColorizer
from guiding_painter.hints import mean_colors, sample_num_hints
from guiding_painter.losses import (
    adversarial_loss,
    prefix_loss,
    reconstruction_loss,
    smoothness_loss,
    total_variance_loss,
)
from hub import hub_repository
from pictures.pairs import SketchColorPairs, collate
from preparation import arrange, choose_palette, counted, load_data, load_networks
from progress import Progress
from settings import ENCODER_RATE, Settings, parse_settings


def generator_losses(
    output: dict, batch: dict, discriminator: torch.nn.Module, pixel_weights: torch.Tensor | None, settings: Settings
) -> dict[str, torch.Tensor]:
    """Every term of Eq. 14 whose weight is not 0 and whose network is trained, times its weight."""
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
    batch: dict, networks: tuple, optimizers: tuple, accelerator: Accelerator, tau: float, settings: Settings
) -> dict[str, torch.Tensor]:
    """One update of G and one of D from one forward of G; with accumulation, a part of such updates."""
    generator, discriminator = networks
    optimizer_g, optimizer_d = optimizers
    recipe = settings.recipe
    paper = (batch["sketch"] + 1) / 2 if recipe.ink_aware else None  # (B, 1, H, W), 1 = paper
    # Every sample has its own random numbers, so that they are the same however samples are spread over processes.
    noise = [torch.Generator(accelerator.device).manual_seed(seed) for seed in batch["seed"].tolist()]
    num_hints = [sample_num_hints(1, settings.max_hints, recipe.stop_prob, generator=one) for one in noise]  # Eq. 3
    with accelerator.accumulate(generator, discriminator):
        output = generator(batch, torch.cat(num_hints), tau, paper, noise)

        discriminator.requires_grad_(False)
        losses = generator_losses(output, batch, discriminator, paper, settings)
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


def start_accelerator(settings: Settings) -> Accelerator:
    """Raises ValueError for a precision or a tracker that this machine does not have."""
    folder = settings.output_dir
    accelerator = Accelerator(
        mixed_precision=settings.mixed_precision,
        gradient_accumulation_steps=settings.gradient_accumulation_steps,
        log_with=None if settings.report_to == "none" else settings.report_to,
        # A loss whose weight is 0 may leave a part of a network without gradient.
        kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)],
        project_config=ProjectConfiguration(str(folder), logging_dir=str(folder / "logs")),
    )
    if settings.mixed_precision == "fp16" and accelerator.scaler is None:
        raise ValueError("fp16 needs a GPU: give --mixed_precision bf16 or no.")
    set_seed(settings.seed)  # for new networks; samples have seeds of their own
    return accelerator


def make_generator(segmentation: ModelMixin, colorization: ModelMixin, settings: Settings) -> Colorizer:
    """What is trained."""
    if settings.start.over_cells:
        weights = settings.recipe.weights
        return CellColorizer(segmentation, colorization, weights, settings.train, settings.encoder_rate != 0)
    return GuidedColorizer(segmentation, colorization, settings.train)


def make_optimizers(
    generator: Colorizer, discriminator: torch.nn.Module, settings: Settings
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
    return [torch.optim.AdamW(part, **adam) for part in (parts, trained_parameters(discriminator))]


def schedule(step: int, settings: Settings) -> tuple[float, float]:
    """Gumbel temperature and learning rate after so many updates."""
    done = step / settings.max_train_steps
    rising = min(1.0, (step + 1) / (settings.lr_warmup_steps + 1))
    return settings.recipe.final_tau**done, settings.learning_rate * rising * min(1.0, 2 - 2 * done)


def trained_parameters(network: torch.nn.Module) -> list[torch.nn.Parameter]:
    return [parameter for parameter in network.parameters() if parameter.requires_grad]


def set_learning_rate(optimizers: list, learning_rate: float) -> None:
    """By hand: a scheduler that accelerate prepared steps once per process, and one more state would need saving."""
    for group in itertools.chain.from_iterable(optimizer.param_groups for optimizer in optimizers):
        group["lr"] = learning_rate * group.get("share", 1.0)


def train(
    step: int,
    loader: DataLoader,
    networks: tuple,
    optimizers: list,
    ema: AveragedModel,
    held_back: SketchColorPairs,
    progress: Progress,
    settings: Settings,
) -> None:
    """From update `step` to the last one; every so many updates, and at the end, it is saved and measured."""
    accelerator, last = progress.accelerator, settings.max_train_steps
    if step == last:  # it was killed after that one
        save_pipeline(accelerator, ema, networks[1], settings)
        progress.validate(ema, held_back, step)
    for batch in loader:
        tau, learning_rate = schedule(step, settings)
        set_learning_rate(optimizers, learning_rate)
        with progress.throughput.count_once():
            losses = train_step(batch, networks, optimizers, accelerator, tau, settings)
        progress.add(losses, batch["skipped"])
        if not accelerator.sync_gradients:
            continue
        step += 1
        ema.update_parameters(accelerator.unwrap_model(networks[0]))
        progress.log(step, learning_rate)
        if step % settings.checkpointing_steps == 0 or step == last:
            save_checkpoint(accelerator, ema, settings.output_dir, step, settings.checkpoints_total_limit)
            save_pipeline(accelerator, ema, networks[1], settings)
        if step % settings.validation_steps == 0 or step == last:
            progress.validate(ema, held_back, step)


def main(argv: list[str] | None = None) -> None:
    asked = parse_settings(__doc__.split("\n\n")[0], argv)
    with errors_in_one_sentence():
        accelerator = start_accelerator(asked)
        segmentation, colorization, discriminator = load_networks(asked)
        pictures, held_back = load_data(asked, accelerator.num_processes)
        settings = counted(asked, None if asked.streaming else len(pictures), accelerator.num_processes)
        steps, batch_size = settings.max_train_steps, settings.batch_size
        checkpoint = checkpoint_to_resume(settings.resume_from_checkpoint, settings.output_dir, steps)
        repository = hub_repository(accelerator, settings)
        make_output_dir(settings.output_dir)
    step = step_of(checkpoint)

    if settings.start.over_cells and settings.start.folder is None:
        choose_palette(colorization, pictures)
    arrange((segmentation, colorization, discriminator), settings)
    generator = make_generator(segmentation, colorization, settings)
    ema = averaged(generator, settings.ema_decay, accelerator.device)
    optimizers = make_optimizers(generator, discriminator, settings)
    samples = range(step * batch_size, steps * batch_size)  # of the endless stream of `TrainingPairs`
    workers = settings.dataloader_num_workers
    loader = DataLoader(pictures, settings.train_batch_size, sampler=samples, num_workers=workers, collate_fn=collate)
    generator, discriminator, *optimizers, loader = accelerator.prepare(generator, discriminator, *optimizers, loader)
    if checkpoint:
        with errors_in_one_sentence():
            load_checkpoint(accelerator, ema, checkpoint)

    networks = generator.train(), discriminator.train()
    progress = Progress(accelerator, step, settings)
    train(step, loader, networks, optimizers, ema, held_back, progress, settings)
    progress.close()
    with errors_in_one_sentence():
        finish(accelerator, painter_of(ema), held_back, progress.curves, repository, settings)


if __name__ == "__main__":
    main()
