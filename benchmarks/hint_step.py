"""The hint step (Eqs. 5-8) by matrix products beside its literal form, which copies the image N_c times.

    python benchmarks/hint_step.py

Each measurement runs in a process of its own, whose peak memory is read from the operating system (Linux, macOS).
Memory is what the step takes on top of its inputs; time is CPU time, summed over threads, so that other work on the
machine does not count.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time

import torch

from guiding_painter.hints import condition_mask, hint_map, hint_weights, masked_segments, mean_colors

MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024  # the unit of ru_maxrss


def matrix_products(
    color_image: torch.Tensor, segments: torch.Tensor, weights: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """C and M as the package computes them."""
    masked = masked_segments(segments, weights)
    return hint_map(mean_colors(color_image, segments), masked), condition_mask(masked)


def broadcast(
    color_image: torch.Tensor, segments: torch.Tensor, weights: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """C and M as Fig. 2 of the paper draws them, through tensors of shape (B, N_c, 3, H, W)."""
    masked = segments * weights[:, :, None, None]  # Eq. 5
    copies = color_image[:, None] * segments[:, :, None]  # (B, N_c, 3, H, W)
    colors = copies.sum((3, 4)) / segments.sum((2, 3)).clamp(min=1)[:, :, None]  # Eq. 6
    hints = colors[..., None, None] * masked[:, :, None]  # (B, N_c, 3, H, W)
    return hints.sum(1), masked.sum(1, keepdim=True)  # Eqs. 7 and 8


FORMS = {"matrix products": matrix_products, "broadcast": broadcast}


def measure(form: str, backward: bool, args: argparse.Namespace) -> dict[str, float]:
    """Median CPU seconds and peak bytes on top of the inputs, of this process."""
    torch.manual_seed(0)
    color_image = torch.rand(args.batch_size, 3, args.size, args.size) * 2 - 1
    region_map = torch.randint(args.max_hints, (args.batch_size, 1, args.size, args.size))
    segments = torch.zeros(args.batch_size, args.max_hints, args.size, args.size).scatter_(1, region_map, 1.0)
    segments.requires_grad_(backward)
    weights = hint_weights(torch.randint(args.max_hints + 1, (args.batch_size,)), args.max_hints)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = []
    for _ in range(args.repeats):
        segments.grad = None
        start = time.process_time()
        hint, mask = FORMS[form](color_image, segments, weights)
        if backward:
            (hint.square().mean() + mask.mean()).backward()
        seconds.append(time.process_time() - start)
        del hint, mask
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": statistics.median(seconds), "bytes": (peak - before) * MAXRSS_BYTES}


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch_size", type=int, default=12)
    parser.add_argument("--size", type=int, default=256, help="height and width in pixels")
    parser.add_argument("--max_hints", type=int, default=30, help="N_c")
    parser.add_argument("--repeats", type=int, default=7, help="the time is the median of so many runs")
    parser.add_argument("--worker", nargs=2, metavar=("FORM", "BACKWARD"), help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.worker:
        print(json.dumps(measure(args.worker[0], args.worker[1] == "True", args)))
        return

    options = [f"--{name}={getattr(args, name)}" for name in ("batch_size", "size", "max_hints", "repeats")]
    print(f"batch {args.batch_size}, {args.size}x{args.size}, N_c = {args.max_hints}")
    print(f"{'':18}{'':18}{'time':>12}{'memory':>12}")
    for backward in (False, True):
        results = []
        for form in FORMS:
            command = [sys.executable, __file__, *options, "--worker", form, str(backward)]
            results.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
            time_, memory = f"{results[-1]['seconds'] * 1e3:.0f} ms", f"{results[-1]['bytes'] / 2**20:.0f} MiB"
            print(f"{'forward+backward' if backward else 'forward':18}{form:18}{time_:>12}{memory:>12}")
        ours, theirs = results
        ratios = [f"{theirs[key] / max(ours[key], 1e-9):.1f} x" for key in ("seconds", "bytes")]
        print(f"{'':18}{'ratio':18}{ratios[0]:>12}{ratios[1]:>12}")


if __name__ == "__main__":
    main()
