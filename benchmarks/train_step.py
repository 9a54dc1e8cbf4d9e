"""Speed and memory of one training step, beside a literal implementation of the step as published.

    python benchmarks/train_step.py

"as published": colors go through tensors of shape (B, N_c, 3, H, W), the generator runs a second time for D's update, D
is called three times, everything in float32 and in PyTorch's usual memory layout; the second generator pass keeps no
graph. The others are `train_step` of train/updates.py, with the paper's networks and losses or the lite
ones.

Each row is a process of its own. Time is the median of some steps after a first one. Memory is the peak on top of
Python and its libraries, so networks and optimizers are included: on a CPU as the operating system tells (Linux,
macOS), on a GPU as PyTorch does. "of peak": floating-point operations per second as a share of what a large matrix
product of the same precision reaches in the same process.
"""

import argparse
import json
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw
from torch.utils.flop_counter import FlopCounterMode

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "train"))

from guiding_painter import ColorizationNetwork, SegmentationNetwork
from guiding_painter.drawings import to_color_image, to_sketch
from guiding_painter.hints import hint_weights, sample_num_hints
from guiding_painter.losses import adversarial_loss, reconstruction_loss, smoothness_loss
from guiding_painter.unet import UNet
from pictures.pairs import sketch_cells
from preparation import arrange, load_networks, make_generator, start_accelerator
from settings import parse_settings
from throughput import DTYPES, matrix_product_peak, wait
from updates import train_step, trained_parameters

# name: (step, model configuration, precision)
FORMS = {
    "as published": ("published", "paper", "no"),
    "ours, float32": ("ours", "paper", "no"),
    "ours, bfloat16": ("ours", "paper", "bf16"),
    "lite, bfloat16": ("ours", "lite", "bf16"),
}
MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024  # the unit of ru_maxrss


def published_unet(unet: UNet, image: torch.Tensor) -> torch.Tensor:
    """The U-Net without its stem and its choice of a memory layout."""
    x = unet.inc(image)
    skips = [x]
    for down in unet.downs:
        x = down(F.max_pool2d(x, 2))
        skips.append(x)
    skips.pop()
    for up in unet.ups:
        x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)
        x = up(torch.cat([skips.pop(), x], dim=1))
    return unet.head(x)


def published_generator(
    segmentation: SegmentationNetwork, colorization: ColorizationNetwork, batch: dict, tau: float, args
) -> dict[str, torch.Tensor]:
    """Eqs. 1-9 as Fig. 2 of the paper draws them. Random numbers are the same in every run on a batch, and ours."""
    sketch, color_image = batch["sketch"], batch["color_image"]
    noise = [torch.Generator(sketch.device).manual_seed(seed) for seed in batch["seed"].tolist()]
    num_hints = torch.cat([sample_num_hints(1, args.max_hints, args.recipe.stop_prob, generator=one) for one in noise])

    logits = published_unet(segmentation.unet, sketch)  # (B, N_c, H, W)
    uniform = torch.cat([torch.rand(logits[:1].shape, generator=one, device=sketch.device) for one in noise])
    gumbel = -torch.log(-torch.log(uniform + 1e-20) + 1e-20)
    soft = torch.softmax((logits + gumbel) / tau, dim=1)
    hard = torch.zeros_like(soft).scatter_(1, soft.argmax(dim=1, keepdim=True), 1.0)
    segments = hard - soft.detach() + soft

    weights = hint_weights(num_hints, args.max_hints)  # Eq. 4
    masked = segments * weights[:, :, None, None]  # Eq. 5
    copies = color_image[:, None] * segments[:, :, None]  # (B, N_c, 3, H, W)
    colors = copies.sum((3, 4)) / segments.sum((2, 3)).clamp(min=1)[:, :, None]  # Eq. 6
    full_hints = colors[..., None, None] * segments[:, :, None]  # (B, N_c, 3, H, W), as if all were asked for
    hints = full_hints * weights[:, :, None, None, None]  # (B, N_c, 3, H, W)
    hint_map, mask = hints.sum(1), masked.sum(1, keepdim=True)  # Eqs. 7 and 8
    prediction = torch.tanh(published_unet(colorization.unet, torch.cat([sketch, segments, hint_map, mask], dim=1)))
    return {"logits": logits, "full_hints": full_hints, "prediction": prediction}


def published_step(batch: dict, networks: tuple, optimizers: tuple, tau: float, args) -> dict[str, torch.Tensor]:
    """One update of G and one of D (Eq. 14).

    Args:
        networks: f, g and D.
        optimizers: of G and of D.
    """
    segmentation, colorization, discriminator = networks
    optimizer_g, optimizer_d = optimizers
    sketch, image, recipe = batch["sketch"], batch["color_image"], args.recipe

    output = published_generator(segmentation, colorization, batch, tau, args)
    losses = {
        "rec": recipe.lambda_rec * reconstruction_loss(output["prediction"], image),
        "adv": recipe.lambda_adv * adversarial_loss(discriminator(output["prediction"], sketch), True, recipe.gan_loss),
        "tv": recipe.lambda_tv * F.mse_loss(output["full_hints"].sum(1), image),
        "smth": recipe.lambda_smth * smoothness_loss(output["logits"]),
    }
    optimizer_g.zero_grad()
    sum(losses.values()).backward()
    optimizer_g.step()

    with torch.no_grad():
        fake = published_generator(segmentation, colorization, batch, tau, args)["prediction"]
    on_fake, on_real = discriminator(fake, sketch), discriminator(image, sketch)
    losses["d"] = 0.5 * (
        adversarial_loss(on_fake, False, recipe.gan_loss) + adversarial_loss(on_real, True, recipe.gan_loss)
    )
    optimizer_d.zero_grad()
    losses["d"].backward()
    optimizer_d.step()
    return {name: loss.detach() for name, loss in losses.items()}


def random_batch(batch_size: int, size: int, seed: int, device: torch.device) -> dict:
    """Outlined shapes on a colored page and their lines."""
    rng = np.random.default_rng(seed)
    sketches, images = [], []
    for _ in range(batch_size):
        drawing, picture = Image.new("L", (size, size), 255), Image.new("RGB", (size, size), "#a0b0c0")
        for _ in range(20):
            corner, extent = rng.integers(0, size, 2), rng.integers(size // 12, size // 3, 2)
            box = [*corner.tolist(), *(corner + extent).tolist()]
            for canvas, color in ((drawing, 255), (picture, tuple(rng.integers(0, 256, 3).tolist()))):
                ImageDraw.Draw(canvas).ellipse(box, fill=color, outline=0, width=2)
        sketches.append(to_sketch(drawing))
        images.append(to_color_image(picture))
    sketch = torch.cat(sketches)
    batch = {"sketch": sketch, "color_image": torch.cat(images), "cells": sketch_cells(sketch)}
    batch["seed"] = torch.from_numpy(rng.integers(2**62, size=batch_size))
    return {name: value.to(device) for name, value in batch.items()}


def prepare_step(
    form: str, batch_size: int, size: int, more: list[str]
) -> tuple[Callable[[], dict[str, torch.Tensor]], torch.device, torch.dtype]:
    """One step of FORMS to be called again and again, where it runs, and in what precision.

    Args:
        more: flags of train_guiding_painter.py, which go before those of the form.
    """
    kind, config, precision = FORMS[form]
    flags = {
        "train_data_dir": "", "output_dir": ".", "report_to": "none", "pretrained_model_name_or_path": "none",
        "model_config": config, "mixed_precision": precision,
    }  # fmt: skip
    args = parse_settings("", [*(f"--{name}={value}" for name, value in flags.items()), *more])
    accelerator = start_accelerator(args)
    segmentation, colorization, discriminator = load_networks(args)
    arrange((segmentation, colorization, discriminator), args)
    generator = make_generator(segmentation, colorization, args)
    optimizers = [
        torch.optim.Adam(trained_parameters(network), lr=args.learning_rate) for network in (generator, discriminator)
    ]
    generator, discriminator, *optimizers = accelerator.prepare(generator, discriminator, *optimizers)
    generator.train(), discriminator.train()
    batch = random_batch(batch_size, size, 0, accelerator.device)
    if kind == "published":
        networks = segmentation, colorization, discriminator
        step = partial(published_step, batch, networks, optimizers, 0.5, args)
    else:
        step = partial(train_step, batch, (generator, discriminator), optimizers, accelerator, 0.5, args)
    return step, accelerator.device, DTYPES[args.mixed_precision]


def timed(run: Callable[[], object], device: torch.device) -> tuple[float, float]:
    """Seconds by the clock, and of CPU time over all threads."""
    start = time.perf_counter(), time.process_time()
    run()
    wait(device)
    return time.perf_counter() - start[0], time.process_time() - start[1]


def peak_bytes(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    status = Path("/proc/self/status")
    if status.exists():  # on Linux, ru_maxrss begins with that of the process that started this one
        return 1024 * int(re.search(r"^VmHWM:\s+(\d+) kB", status.read_text(), re.MULTILINE)[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MAXRSS_BYTES


def measure(form: str, batch_size: int, size: int, steps: int, more: list[str]) -> dict[str, float]:
    """Of this process: seconds and CPU seconds a step, peak bytes, and share of the matrix-product peak."""
    before = peak_bytes(torch.device("cuda" if torch.cuda.is_available() else "cpu"))
    step, device, dtype = prepare_step(form, batch_size, size, more)
    timed(step, device)
    times = [timed(step, device) for _ in range(steps)]
    seconds, cpu_seconds = (statistics.median(values) for values in zip(*times, strict=True))
    memory = peak_bytes(device) - before
    with FlopCounterMode(display=False) as counter:
        step()
    share = counter.get_total_flops() / seconds / matrix_product_peak(device, dtype)
    return {"seconds": seconds, "cpu_seconds": cpu_seconds, "bytes": memory, "share": share}


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch_size", type=int, default=4)
    parser.add_argument("--size", type=int, default=256, help="height and width in pixels, a multiple of 32")
    parser.add_argument("--steps", type=int, default=3, help="the time is the median of so many steps")
    parser.add_argument("--worker", choices=FORMS, help="measure this form alone, and print JSON")
    parser.add_argument("train_flags", nargs="*", help="after --: of train_guiding_painter.py, such as --compile")
    args = parser.parse_args(argv)
    if args.worker:
        print(json.dumps(measure(args.worker, args.batch_size, args.size, args.steps, args.train_flags)))
        return

    device = torch.cuda.get_device_name() if torch.cuda.is_available() else f"CPU, {torch.get_num_threads()} threads"
    print(f"{device}; batch {args.batch_size}, {args.size}x{args.size}")
    print(f"{'':16}{'images/s':>12}{'CPU s/image':>13}{'memory':>12}{'of peak':>9}{'speed':>10}{'memory':>8}")
    options = [f"--{name}={getattr(args, name)}" for name in ("batch_size", "size", "steps")]
    first = None
    for form in FORMS:
        command = [sys.executable, __file__, *options, "--worker", form, "--", *args.train_flags]
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        result = json.loads(output.splitlines()[-1])
        first = first or result
        rate, cpu = args.batch_size / result["seconds"], result["cpu_seconds"] / args.batch_size
        faster, less = first["seconds"] / result["seconds"], result["bytes"] / first["bytes"]
        print(
            f"{form:16}{rate:12.2f}{cpu:13.2f}{result['bytes'] / 2**20:8.0f} MiB{result['share']:9.0%}"
            f"{faster:8.1f} x{less:8.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
