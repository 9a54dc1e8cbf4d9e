"""Train GuidingPainter: f, h and g end to end against D, as in Sec. 3 of the paper.

    accelerate launch train/train_guiding_painter.py --train_data_dir my_comic --output_dir my-comic

The result opens with `GuidingPainterPipeline.from_pretrained("my-comic")`. Weights of losses, G and tau default to the
paper's; `--ink_aware`, `--lambda_prefix` and networks with cells are ours.
"""

import argparse
import itertools
import json
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.utils import DataLoaderConfiguration, ProjectConfiguration, set_seed
from data import SketchColorPairs
from diffusers.training_utils import EMAModel
from evaluate import HINT_COUNTS, evaluate
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader
from tqdm.auto import tqdm

from guiding_painter import ColorizationNetwork, GuidingPainterPipeline, PatchDiscriminator, SegmentationNetwork
from guiding_painter.hints import (
    condition_mask, gumbel_segments, hint_map, hint_weights, masked_segments, mean_colors, sample_num_hints,
    straight_through,
)  # fmt: skip
from guiding_painter.losses import (
    LAMBDAS, adversarial_loss, prefix_loss, reconstruction_loss, smoothness_loss, total_variance_loss,
)  # fmt: skip

MODEL_CONFIGS = {
    "lite": {
        "networks": {"block_out_channels": (32, 64, 128, 256, 256), "stem_factor": 2, "norm": "group"},
        "segmentation": {"coordinates": True, "cells": True},
        "discriminator": {"base_channels": 32, "norm": "group"},
    },
    "paper": {"networks": {}, "segmentation": {}, "discriminator": {}},
}


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    data = parser.add_argument_group("data")
    data.add_argument("--train_data_dir", required=True, help="folder of colored pictures, or with train/ validation/")
    data.add_argument("--resolution", type=int, default=256, help="side of the training crops, in pixels")
    data.add_argument("--dataloader_num_workers", type=int, default=1)

    model = parser.add_argument_group("model")
    model.add_argument(
        "--pretrained_model_name_or_path",
        help="folder or hub id to start from; the bundled weights where it is left out, and 'none' for new networks",
    )
    model.add_argument("--model_config", choices=MODEL_CONFIGS, default="lite", help="shape of new networks")
    model.add_argument("--max_hints", type=int, default=30, help="N_c of new networks")
    model.add_argument("--output_dir", required=True)

    losses = parser.add_argument_group("losses (Eqs. 3, 10-14)")
    for name, weight in LAMBDAS.items():
        losses.add_argument(f"--lambda_{name}", type=float, default=weight)
    losses.add_argument("--lambda_prefix", type=float, default=0.0, help="weight of the expected prefix loss (ours)")
    losses.add_argument("--gan_loss", choices=("lsgan", "log"), default="lsgan")
    losses.add_argument("--stop_prob", type=float, default=0.125, help="p of G")
    losses.add_argument("--final_tau", type=float, default=0.1, help="Gumbel temperature at the end; it starts at 1")
    losses.add_argument(
        "--ink_aware", action="store_true", help="leave ink out of mean colors, variance and smoothness (ours)"
    )

    optimization = parser.add_argument_group("optimization")
    optimization.add_argument("--max_train_steps", type=int, default=2000)
    optimization.add_argument("--train_batch_size", type=int, default=12)
    optimization.add_argument("--learning_rate", type=float, default=2e-4, help="constant for one half, then to 0")
    optimization.add_argument("--adam_beta1", type=float, default=0.9)
    optimization.add_argument("--max_grad_norm", type=float, default=1.0)
    optimization.add_argument("--ema_decay", type=float, default=0.998)
    optimization.add_argument("--mixed_precision", choices=("no", "bf16"), default="bf16")
    optimization.add_argument("--seed", type=int, default=0)
    optimization.add_argument("--validation_steps", type=int, default=500)
    optimization.add_argument("--checkpointing_steps", type=int, default=500)
    optimization.add_argument("--resume_from_checkpoint", action="store_true", help="go on from the latest checkpoint")
    return parser.parse_args(argv)


def load_networks(args: argparse.Namespace) -> tuple[SegmentationNetwork, ColorizationNetwork, PatchDiscriminator]:
    """f, g and D: new ones, or those of a checkpoint (D is new where the checkpoint has none)."""
    config = MODEL_CONFIGS[args.model_config]
    if args.pretrained_model_name_or_path == "none":
        f = SegmentationNetwork(args.max_hints, **config["networks"], **config["segmentation"])
        g = ColorizationNetwork(args.max_hints, **config["networks"])
        return f, g, PatchDiscriminator(**config["discriminator"])
    painter = GuidingPainterPipeline.from_pretrained(args.pretrained_model_name_or_path)
    saved = Path(args.pretrained_model_name_or_path or "") / "discriminator"
    if args.pretrained_model_name_or_path and saved.is_dir():
        d = PatchDiscriminator.from_pretrained(saved, use_safetensors=True)
    else:
        d = PatchDiscriminator(**config["discriminator"])
    return painter.segmentation, painter.colorization, d


class Generator(torch.nn.Module):
    """G of Eq. 12: f, the hints h and g, from (sketch, color_image, N_h) to the colored picture and the regions."""

    def __init__(self, segmentation: SegmentationNetwork, colorization: ColorizationNetwork):
        super().__init__()
        self.segmentation, self.colorization = segmentation, colorization

    def forward(
        self, batch: dict[str, torch.Tensor], num_hints: torch.Tensor, tau: float, pixel_weights: torch.Tensor | None
    ) -> dict[str, torch.Tensor]:
        sketch, color_image = batch["sketch"], batch["color_image"]
        if self.segmentation.config.cells:
            logits = self.segmentation(sketch, batch["cells"])
            segments = straight_through(logits / tau)
        else:
            logits = self.segmentation(sketch)  # Eq. 1
            segments = gumbel_segments(logits, tau)
        masked = masked_segments(segments, hint_weights(num_hints, segments.shape[1]))  # Eqs. 4-5
        colors = mean_colors(color_image, segments, pixel_weights)  # Eq. 6
        prediction = self.colorization(sketch, segments, hint_map(colors, masked), condition_mask(masked))  # Eqs. 7-9
        return {"logits": logits, "segments": segments, "mean_colors": colors, "prediction": prediction}


def generator_losses(
    output: dict, batch: dict, discriminator: torch.nn.Module, pixel_weights: torch.Tensor | None, args
) -> dict[str, torch.Tensor]:
    """Every term of Eq. 14 whose weight is not 0, times its weight."""
    image, segments = batch["color_image"], output["segments"]
    terms = {
        "rec": lambda: reconstruction_loss(output["prediction"], image),
        "adv": lambda: adversarial_loss(discriminator(output["prediction"], batch["sketch"]), True, args.gan_loss),
        "tv": lambda: total_variance_loss(image, segments, output["mean_colors"], pixel_weights),
        "smth": lambda: smoothness_loss(output["logits"], pixel_weights),
        "prefix": lambda: prefix_loss(image, output["logits"].float().softmax(1), args.stop_prob, pixel_weights),
    }
    weights = {name: getattr(args, f"lambda_{name}") for name in terms}
    return {name: weights[name] * term() for name, term in terms.items() if weights[name] > 0}


def discriminator_loss(output: dict, batch: dict, discriminator: torch.nn.Module, kind: str) -> torch.Tensor:
    """D's side of Eq. 13, halved; real and fake go through D together, as one batch."""
    fake = output["prediction"].detach()
    images = torch.cat([fake, batch["color_image"].to(fake.dtype)])
    on_fake, on_real = discriminator(images, batch["sketch"].repeat(2, 1, 1, 1)).chunk(2)
    return 0.5 * (adversarial_loss(on_fake, False, kind) + adversarial_loss(on_real, True, kind))


def train_step(batch: dict, networks: tuple, optimizers: tuple, accelerator: Accelerator, tau: float, args) -> dict:
    """One update of D and one of G from one forward of G. Returns the losses as floats."""
    generator, discriminator = networks
    optimizer_g, optimizer_d = optimizers
    paper = (batch["sketch"] + 1) / 2 if args.ink_aware else None  # (B, 1, H, W), 1 = paper
    with accelerator.accumulate(generator, discriminator), accelerator.autocast():
        num_hints = sample_num_hints(
            len(batch["sketch"]), args.max_hints, args.stop_prob, device=accelerator.device
        )  # Eq. 3
        output = generator(batch, num_hints, tau, paper)
        losses = {}

        if args.lambda_adv > 0:
            losses["d"] = discriminator_loss(output, batch, discriminator, args.gan_loss)
            accelerator.backward(losses["d"])
            optimizer_d.step()
            optimizer_d.zero_grad()

        discriminator.requires_grad_(False)
        losses |= generator_losses(output, batch, discriminator, paper, args)
        accelerator.backward(sum(loss for name, loss in losses.items() if name != "d"))
        if accelerator.sync_gradients:
            accelerator.clip_grad_norm_(generator.parameters(), args.max_grad_norm)
        optimizer_g.step()
        optimizer_g.zero_grad()
        discriminator.requires_grad_(True)
    return {name: loss.item() for name, loss in losses.items()}


def save_pipeline(generator: Generator, discriminator: PatchDiscriminator, ema: EMAModel, output_dir: Path) -> None:
    """Write the averaged networks as a checkpoint for `GuidingPainterPipeline.from_pretrained`, D beside them."""
    ema.store(generator.parameters())
    ema.copy_to(generator.parameters())
    GuidingPainterPipeline(generator.segmentation, generator.colorization).save_pretrained(output_dir)
    ema.restore(generator.parameters())
    discriminator.save_pretrained(output_dir / "discriminator")


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    output_dir = Path(args.output_dir)
    accelerator = Accelerator(
        mixed_precision=args.mixed_precision,
        dataloader_config=DataLoaderConfiguration(use_seedable_sampler=True),
        project_config=ProjectConfiguration(output_dir, automatic_checkpoint_naming=True, total_limit=2),
    )
    set_seed(args.seed)

    segmentation, colorization, discriminator = load_networks(args)
    args.max_hints = segmentation.config.max_hints
    generator = Generator(segmentation, colorization)
    with_cells = segmentation.config.cells
    pictures = SketchColorPairs(args.train_data_dir, "train", args.resolution, is_training=True, with_cells=with_cells)
    held_back = SketchColorPairs(args.train_data_dir, "validation", args.resolution, is_training=False)
    loader = DataLoader(
        pictures, args.train_batch_size, shuffle=True, drop_last=True, num_workers=args.dataloader_num_workers
    )
    adam = {"lr": args.learning_rate, "betas": (args.adam_beta1, 0.999)}
    optimizer_g, optimizer_d = (torch.optim.Adam(net.parameters(), **adam) for net in (generator, discriminator))
    schedules = [
        LambdaLR(optimizer, lambda step: min(1.0, 2 - 2 * step / args.max_train_steps))
        for optimizer in (optimizer_g, optimizer_d)
    ]
    generator, discriminator, optimizer_g, optimizer_d, loader = accelerator.prepare(
        generator, discriminator, optimizer_g, optimizer_d, loader
    )
    ema = EMAModel(generator.parameters(), decay=args.ema_decay)
    accelerator.register_for_checkpointing(ema, *schedules)

    step = 0
    if args.resume_from_checkpoint:
        accelerator.load_state()
        step = schedules[0].last_epoch
    bar = tqdm(total=args.max_train_steps, initial=step, disable=not accelerator.is_main_process)
    batches = itertools.chain.from_iterable(itertools.repeat(loader))
    while step < args.max_train_steps:
        tau = args.final_tau ** (step / args.max_train_steps)
        losses = train_step(
            next(batches), (generator, discriminator), (optimizer_g, optimizer_d), accelerator, tau, args
        )
        for schedule in schedules:
            schedule.step()
        ema.step(generator.parameters())
        step += 1
        bar.update()
        bar.set_postfix({name: f"{value:.3f}" for name, value in losses.items()})

        done = step == args.max_train_steps
        if step % args.checkpointing_steps == 0 or done:
            accelerator.save_state()
            save_pipeline(generator, discriminator, ema, output_dir)
        if step % args.validation_steps == 0 or done:
            painter = GuidingPainterPipeline.from_pretrained(output_dir)
            results = evaluate(painter, held_back, ink_aware=args.ink_aware, hint_counts=HINT_COUNTS)
            tqdm.write(json.dumps({"step": step, **results}))


if __name__ == "__main__":
    main()
