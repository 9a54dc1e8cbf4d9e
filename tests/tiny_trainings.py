"""Trainings of tiny networks on a few pictures: what their tests start from, and what they look at afterwards."""

from pathlib import Path

import torch
from conftest import make_cell_painter, make_painter
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from training_pictures import draw_pictures

from guiding_painter import PatchDiscriminator

TINY = {"max_hints": 6, "block_out_channels": (8, 8, 16, 16, 16)}


def draw_comic(folder: Path) -> Path:
    """Nine pictures to train on, three held back, as 81:9:10 would not."""
    draw_pictures(folder / "train", 9)
    draw_pictures(folder / "validation", 3)
    return folder


def save_models(folder: Path) -> dict[str, Path]:
    """Checkpoints with D: networks over cells, ones of pixels with group norms, and such as in the paper."""
    for kind, norm in (("cells", "group"), ("plain", "group"), ("paper", "batch")):
        # Without dropout, whose random numbers belong to a process and not to a sample.
        painter = make_cell_painter(dropout=0.0) if kind == "cells" else make_painter(norm=norm)
        painter.save_pretrained(folder / kind)
        torch.manual_seed(1)
        PatchDiscriminator(8, norm).save_pretrained(folder / kind / "discriminator")
    return {kind: folder / kind for kind in ("cells", "plain", "paper")}


def flags(folder: Path, model: Path | str, output_dir: Path, **changes) -> list[str]:
    values = {
        "train_data_dir": folder, "pretrained_model_name_or_path": model, "output_dir": output_dir,
        "resolution": 32, "train_batch_size": 4, "max_train_steps": 3, "dataloader_num_workers": 0,
        "mixed_precision": "no",
    }  # fmt: skip
    return [word for name, value in (values | changes).items() for word in (f"--{name}", str(value))]


def curves(output_dir: Path) -> dict[str, dict[int, float]]:
    """What the tracker has, by name and step; of a step that was done twice, the later one.

    File by file: in one go they are read in the order of their names, which within one second is not that of time.
    """
    merged: dict[str, dict[int, float]] = {}
    files = (output_dir / "logs" / "guiding-painter").glob("events.out.tfevents.*")
    for file in sorted(files, key=lambda file: file.stat().st_mtime_ns):
        events = EventAccumulator(str(file)).Reload()
        for name in events.Tags()["scalars"]:
            merged.setdefault(name, {}).update({event.step: event.value for event in events.Scalars(name)})
    return merged


def losses(output_dir: Path) -> dict[str, dict[int, float]]:
    return {name: curve for name, curve in curves(output_dir).items() if name.startswith("loss/")}


def weights_of(folder: Path) -> bytes:
    return b"".join(
        path.read_bytes() for path in sorted(folder.glob("*/*.safetensors")) if "checkpoint" not in str(path)
    )
