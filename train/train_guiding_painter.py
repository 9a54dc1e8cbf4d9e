"""Train GuidingPainter: f, h and g end to end against D, as in Sec. 3 of the paper.

    accelerate launch train/train_guiding_painter.py --train_data_dir my_comic --output_dir my-comic

The result opens with `GuidingPainterPipeline.from_pretrained("my-comic")`. With `--pretrained_model_name_or_path none
--model_config paper`, networks, losses, G and tau are the paper's; `--ink_aware`, `--lambda_mse`, `--lambda_prefix` and
networks with cells are ours.
"""

import argparse
import itertools

import torch
import torch.nn.functional as F
from accelerate import Accelerator
from accelerate.utils import DistributedDataParallelKwargs, ProjectConfiguration, set_seed
from torch.optim.swa_utils import AveragedModel
from torch.utils.data import DataLoader

from arguments import errors_in_one_sentence, parse_args
from checkpoints import (
    averaged,
    checkpoint_to_resume,
    load_checkpoint,
    make_output_dir,
    save_checkpoint,
    save_pipeline,
    stages,
    step_of,
)
from data import SketchColorPairs, collate
from guiding_painter import ColorizationNetwork, SegmentationNetwork
from guiding_painter.hints import (
    condition_mask,
    gumbel_segments,
    hint_map,
    hint_weights,
    masked_segments,
    mean_colors,
    sample_num_hints,
    straight_through,
)
from guiding_painter.losses import (
    adversarial_loss,
    grouping_loss,
    guess_loss,
    prefix_loss,
    reconstruction_loss,
    smoothness_loss,
    total_variance_loss,
)
from guiding_painter.segmentation import spread
from hub import finish, hub_repository
from point_hints import draw_points, point_hints
from preparation import load_data, load_networks, number_of_steps
from progress import Progress, validate


class Generator(torch.nn.Module):
    """G of Eq. 12: f, the hints h and g, from (sketch, color_image, N_h) to the colored picture and the regions.

    Args:
        end_to_end: f learns from all losses, as in the paper; otherwise from those of its logits only.
        trained: "both" networks, or only "segmentation" or "colorization".
        points: color hints are patches at random places, not regions.
    """

    def __init__(
        self,
        segmentation: SegmentationNetwork,
        colorization: ColorizationNetwork,
        end_to_end: bool = True,
        trained: str = "both",
        points: bool = False,
    ):
        super().__init__()
        self.segmentation, self.colorization = segmentation, colorization
        self.end_to_end, self.trained, self.points = end_to_end, trained, points
        segmentation.requires_grad_(trained != "colorization" and not points)
        colorization.requires_grad_(trained != "segmentation")

    def forward(
        self,
        batch: dict[str, torch.Tensor],
        num_hints: torch.Tensor,
        tau: float,
        pixel_weights: torch.Tensor | None,
        noise: list[torch.Generator],
    ) -> dict[str, torch.Tensor]:
        """`noise`: one random generator per sample."""
        sketch, color_image = batch["sketch"], batch["color_image"]
        if self.points:
            points = [draw_points(sketch.shape[2:], int(k), one) for k, one in zip(num_hints, noise, strict=True)]
            hints, mask = point_hints(color_image, points, pixel_weights)
            segments = sketch.new_zeros(len(sketch), self.colorization.config.max_hints, *sketch.shape[2:])
            return {"prediction": self.colorization(sketch, segments, hints, mask)}
        output = self.regions(batch, tau, noise)
        if self.trained == "segmentation":
            return output
        segments = output["segments"] if self.end_to_end else output["segments"].detach()
        masked = masked_segments(segments, hint_weights(num_hints, segments.shape[1]))  # Eqs. 4-5
        colors = mean_colors(color_image, segments, pixel_weights)  # Eq. 6
        prediction = self.colorization(sketch, segments, hint_map(colors, masked), condition_mask(masked))  # Eqs. 7-9
        return output | {"segments": segments, "prediction": prediction}

    def regions(self, batch: dict[str, torch.Tensor], tau: float, noise: list[torch.Generator]) -> dict:
        """ "logits" and "segments" of f (Eq. 1); "cell_logits" and "guesses" of a network with cells."""
        sketch = batch["sketch"]
        with torch.set_grad_enabled(torch.is_grad_enabled() and self.trained != "colorization"):
            if self.segmentation.config.cells:
                cell_logits, guesses = self.segmentation.of_cells(sketch, batch["cells"])
                logits = spread(cell_logits, guesses, batch["cells"])
                of_cells = {"cell_logits": cell_logits, "guesses": guesses}
                return of_cells | {"logits": logits, "segments": straight_through(logits / tau)}
            logits = self.segmentation(sketch)
            samples = zip(logits.split(1), noise, strict=True)
            segments = torch.cat([gumbel_segments(sample, tau, generator) for sample, generator in samples])
            return {"logits": logits, "segments": segments}


def generator_losses(
    output: dict, batch: dict, discriminator: torch.nn.Module, pixel_weights: torch.Tensor | None, args
) -> dict[str, torch.Tensor]:
    """Every term of Eq. 14 whose weight is not 0 and whose network is trained, times its weight."""
    image = batch["color_image"]
    colorizing = {
        "rec": lambda: reconstruction_loss(output["prediction"], image),
        "adv": lambda: adversarial_loss(discriminator(output["prediction"], batch["sketch"]), True, args.gan_loss),
        "mse": lambda: F.mse_loss(output["prediction"].float(), image),
    }
    segmenting = {
        "tv": lambda: total_variance_loss(
            image, output["segments"], mean_colors(image, output["segments"], pixel_weights), pixel_weights
        ),
        "smth": lambda: smoothness_loss(output["logits"], pixel_weights),
        "prefix": lambda: prefix_loss(image, output["logits"].float().softmax(1), args.stop_prob, pixel_weights),
        "group": lambda: grouping_loss(image, output["cell_logits"], batch["cells"], (batch["sketch"] + 1) / 2),
        "guess": lambda: guess_loss(image, output["guesses"], batch["cells"], (batch["sketch"] + 1) / 2),
    }
    terms = {"both": colorizing | segmenting, "colorization": colorizing, "segmentation": segmenting}[args.train]
    weights = {name: getattr(args, f"lambda_{name}") for name in terms}
    return {name: weights[name] * term() for name, term in terms.items() if weights[name] > 0}


def discriminator_loss(output: dict, batch: dict, discriminator: torch.nn.Module, kind: str) -> torch.Tensor:
    """D's side of Eq. 13, halved; real and fake go through D together, as one batch."""
    fake = output["prediction"].detach()
    images = torch.cat([fake, batch["color_image"].to(fake.dtype)])
    on_fake, on_real = discriminator(images, batch["sketch"].repeat(2, 1, 1, 1)).chunk(2)
    return 0.5 * (adversarial_loss(on_fake, False, kind) + adversarial_loss(on_real, True, kind))


def train_step(
    batch: dict, networks: tuple, optimizers: tuple, accelerator: Accelerator, tau: float, args
) -> dict[str, torch.Tensor]:
    """One update of G and one of D from one forward of G; with accumulation, a part of such updates."""
    generator, discriminator = networks
    optimizer_g, optimizer_d = optimizers
    paper = (batch["sketch"] + 1) / 2 if args.ink_aware else None  # (B, 1, H, W), 1 = paper
    # Every sample has its own random numbers, so that they are the same however samples are spread over processes.
    noise = [torch.Generator(accelerator.device).manual_seed(seed) for seed in batch["seed"].tolist()]
    hints = [sample_num_hints(1, args.max_hints, args.stop_prob, generator=one) for one in noise]  # Eq. 3
    with accelerator.accumulate(generator, discriminator):
        output = generator(batch, torch.cat(hints), tau, paper, noise)

        discriminator.requires_grad_(False)
        losses = generator_losses(output, batch, discriminator, paper, args)
        accelerator.backward(sum(losses.values()))
        if accelerator.sync_gradients:
            # accelerator.clip_grad_norm_ would unscale D's gradients, too
            accelerator.unscale_gradients(optimizer_g)
            torch.nn.utils.clip_grad_norm_(trained_parameters(generator), args.max_grad_norm)
        optimizer_g.step()
        optimizer_g.zero_grad()
        discriminator.requires_grad_(True)

        # D after G: so all accumulated gradients of G are from the same D.
        if "adv" in losses:
            losses["d"] = discriminator_loss(output, batch, discriminator, args.gan_loss)
            accelerator.backward(losses["d"])
            optimizer_d.step()
            optimizer_d.zero_grad()
    return {name: loss.detach() for name, loss in losses.items()}


def start_accelerator(args: argparse.Namespace) -> Accelerator:
    """Raises ValueError for a precision or a tracker that this machine does not have."""
    accelerator = Accelerator(
        mixed_precision=args.mixed_precision,
        gradient_accumulation_steps=args.gradient_accumulation_steps,
        log_with=None if args.report_to == "none" else args.report_to,
        # A loss whose weight is 0 may leave a part of a network without gradient.
        kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)],
        project_config=ProjectConfiguration(str(args.output_dir), logging_dir=str(args.output_dir / "logs")),
    )
    if args.mixed_precision == "fp16" and accelerator.scaler is None:
        raise ValueError("fp16 needs a GPU: give --mixed_precision bf16 or no.")
    set_seed(args.seed)  # for new networks; samples have seeds of their own
    return accelerator


def schedule(done: float, args: argparse.Namespace) -> tuple[float, float]:
    """Gumbel temperature and learning rate when this share of the training, in [0, 1), is done."""
    return args.final_tau**done, args.learning_rate * min(1.0, 2 - 2 * done)


def trained_parameters(network: torch.nn.Module) -> list[torch.nn.Parameter]:
    return [parameter for parameter in network.parameters() if parameter.requires_grad]


def set_learning_rate(optimizers: list, learning_rate: float) -> None:
    """By hand: a scheduler that accelerate prepared steps once per process, and one more state would need saving."""
    for group in itertools.chain.from_iterable(optimizer.param_groups for optimizer in optimizers):
        group["lr"] = learning_rate


def save_and_validate(
    step: int,
    networks: tuple,
    ema: AveragedModel,
    held_back: SketchColorPairs,
    progress: Progress,
    accelerator: Accelerator,
    args: argparse.Namespace,
) -> None:
    """Every so many updates and at the end."""
    is_last = step == args.max_train_steps
    if step % args.checkpointing_steps == 0 or is_last:
        save_checkpoint(accelerator, ema, args.output_dir, step, args.checkpoints_total_limit)
        save_pipeline(accelerator, ema, networks[1], args)
    if step % args.validation_steps == 0 or is_last:
        progress.skipped.update(validate(accelerator, ema, held_back, step, args))


def train(
    step: int,
    loader: DataLoader,
    networks: tuple,
    optimizers: list,
    ema: AveragedModel,
    held_back: SketchColorPairs,
    progress: Progress,
    accelerator: Accelerator,
    args: argparse.Namespace,
) -> None:
    """From update `step` to the last one."""
    if step == args.max_train_steps:  # it was killed after that one
        save_pipeline(accelerator, ema, networks[1], args)
        progress.skipped.update(validate(accelerator, ema, held_back, step, args))
    for batch in loader:
        tau, learning_rate = schedule(step / args.max_train_steps, args)
        set_learning_rate(optimizers, learning_rate)
        losses = train_step(batch, networks, optimizers, accelerator, tau, args)
        progress.add(losses, batch["skipped"])
        if accelerator.sync_gradients:
            step += 1
            ema.update_parameters(accelerator.unwrap_model(networks[0]))
            progress.log(step, learning_rate)
            save_and_validate(step, networks, ema, held_back, progress, accelerator, args)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(__doc__.split("\n\n")[0], argv)
    with errors_in_one_sentence():
        accelerator = start_accelerator(args)
        segmentation, colorization, discriminator = load_networks(args)
        pictures, held_back = load_data(args, segmentation.config.cells and args.hints == "regions")
        batch_size = args.train_batch_size * args.gradient_accumulation_steps * accelerator.num_processes
        count = None if args.streaming else len(pictures)
        args.max_train_steps = number_of_steps(args, count, batch_size)
        checkpoint = checkpoint_to_resume(args.resume_from_checkpoint, args.output_dir, args.max_train_steps)
        args.stages = stages(count, batch_size, args)
        repository = hub_repository(accelerator, args)
        make_output_dir(args.output_dir)
    step = step_of(checkpoint)

    generator = Generator(segmentation, colorization, args.lambda_group == 0, args.train, args.hints == "points")
    if segmentation.config.cells and args.lambda_guess == 0:
        # Several processes wait for the gradient of every parameter that has one.
        segmentation.grouping.guess.requires_grad_(False)
    ema = averaged(generator, args.ema_decay, accelerator.device)
    adam = {"lr": args.learning_rate, "betas": (args.adam_beta1, 0.999)}
    optimizers = [torch.optim.Adam(trained_parameters(network), **adam) for network in (generator, discriminator)]
    samples = range(step * batch_size, args.max_train_steps * batch_size)  # of the endless stream of `TrainingPairs`
    workers = args.dataloader_num_workers
    loader = DataLoader(pictures, args.train_batch_size, sampler=samples, num_workers=workers, collate_fn=collate)
    generator, discriminator, *optimizers, loader = accelerator.prepare(generator, discriminator, *optimizers, loader)
    if checkpoint:
        with errors_in_one_sentence():
            load_checkpoint(accelerator, ema, checkpoint)

    networks = generator.train(), discriminator.train()
    progress = Progress(accelerator, step, args.max_train_steps, batch_size)
    train(step, loader, networks, optimizers, ema, held_back, progress, accelerator, args)
    progress.close()
    with errors_in_one_sentence():
        finish(accelerator, repository, args.output_dir)


if __name__ == "__main__":
    main()
