"""What a GPU makes of the paper's training step, and a training of `lite` for the rest of the given minutes.

    python benchmarks/gpu.py --train_data_dir illustrations --output_dir gpu --minutes 8

First the step of the paper (batch 12, 256 pixels) in float32, fp16 and bf16, then with --channels_last and --compile:
pictures a second, peak memory, and the share of the measured matrix-product peak, each in a process of its own, in
OUTPUT_DIR/gpu.json as they come. A form that fails, or is not done after two thirds of the minutes, is told, and the
next one goes on. Then new `lite` networks are trained in OUTPUT_DIR/lite until the minutes are over; what the last
checkpoint had is there then, and `--resume_from_checkpoint` goes on from it. Without a GPU all but fp16 runs on the
CPU, where this size takes hours.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import torch

ROOT = Path(__file__).resolve().parents[1]
FORMS = {  # flags of the training script
    "float32": ("--mixed_precision=no",),
    "fp16": ("--mixed_precision=fp16",),
    "bf16": ("--mixed_precision=bf16",),
    "bf16, channels last": ("--mixed_precision=bf16", "--channels_last"),
    "bf16, compiled": ("--mixed_precision=bf16", "--compile"),
}
LITE = ("--pretrained_model_name_or_path=none", "--learning_rate=8e-4", "--max_train_steps=100000")
LITE += ("--checkpointing_steps=100", "--checkpoints_total_limit=1", "--validation_steps=200")
LITE += (f"--dataloader_num_workers={os.cpu_count()}",)


def main(argv: list[str] | None = None) -> None:
    began = time.monotonic()
    args = parse_args(argv)
    args.output_dir.mkdir(parents=True, exist_ok=True)
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else f"CPU, {torch.get_num_threads()} threads"
    report: dict[str, Any] = {"device": device, "batch_size": args.batch_size, "size": args.size, "steps": {}}
    print(f"{device}; batch {args.batch_size}, {args.size}x{args.size}", flush=True)
    for name in args.forms:
        left = 40 * args.minutes - (time.monotonic() - began)
        report["steps"][name] = result = measured(FORMS[name], args, left)
        print(f"{name:24}{written(result)}", flush=True)
        write(report, args.output_dir)
    report["training"] = train_lite(args, 60 * args.minutes - (time.monotonic() - began))
    print(f"lite: {report['training']}")
    write(report, args.output_dir)


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train_data_dir", type=Path, required=True)
    parser.add_argument("--output_dir", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=8.0, help="all together")
    parser.add_argument("--batch_size", type=int, default=12)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--steps", type=int, default=10, help="the time is the median of so many")
    known = [name for name in FORMS if torch.cuda.is_available() or name != "fp16"]
    parser.add_argument("--forms", nargs="+", choices=known, default=known)
    parser.add_argument("train_flags", nargs="*", help="after --: of train_guiding_painter.py, for lite")
    return parser.parse_args(argv)


def measured(flags: tuple[str, ...], args: argparse.Namespace, seconds: float) -> dict[str, Any]:
    """Of one form: what benchmarks/train_step.py measures in so many seconds at most, or what went wrong."""
    command = [sys.executable, str(ROOT / "benchmarks" / "train_step.py"), "--worker", "ours, float32"]
    command += [f"--{name}={getattr(args, name)}" for name in ("batch_size", "size", "steps")]
    command += ["--", *flags]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=max(1.0, seconds))
    except subprocess.TimeoutExpired:
        return {"error": "it was not done in time"}
    if done.returncode:
        return {"error": (done.stderr.strip().splitlines() or ["it failed"])[-1]}
    result = json.loads(done.stdout.splitlines()[-1])
    return result | {"pictures_per_second": args.batch_size / result["seconds"]}


def written(result: dict[str, Any]) -> str:
    if "error" in result:
        return f"failed: {result['error']}"
    return (
        f"{result['pictures_per_second']:9.2f} pictures/s{result['bytes'] / 2**20:9.0f} MiB at the peak"
        f"{result['share']:6.0%} of the matrix-product peak"
    )


def train_lite(args: argparse.Namespace, seconds: float) -> dict[str, Any]:
    """Trains for so many seconds at most: how many updates the last checkpoint has, and how the training ended."""
    folder = args.output_dir / "lite"
    command = [sys.executable, str(ROOT / "train" / "train_guiding_painter.py")]
    command += [f"--train_data_dir={args.train_data_dir}", f"--output_dir={folder}", *LITE, *args.train_flags]
    with subprocess.Popen(command) as training:
        try:
            ended = f"exit code {training.wait(max(1.0, seconds))}"
        except subprocess.TimeoutExpired:
            training.terminate()
            ended = "the time was over"
    steps = [int(path.name.removeprefix("checkpoint-")) for path in folder.glob("checkpoint-*[0-9]")]
    return {"updates": max(steps, default=0), "ended": ended}


def write(report: dict[str, Any], output_dir: Path) -> None:
    (output_dir / "gpu.json").write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
