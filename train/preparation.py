"""What a training starts from: networks, pictures, number of updates. Mistakes show here, before it begins."""

import argparse
import math
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import Subset

from arguments import LOSSES, MODEL_CONFIGS, TRAINING_FILES
from data import SketchColorPairs, TrainingPairs, load_pictures
from guiding_painter import ColorizationNetwork, GuidingPainterPipeline, PatchDiscriminator, SegmentationNetwork
from guiding_painter.checkpoint import find_checkpoint, load_network


def load_networks(args: argparse.Namespace) -> tuple[SegmentationNetwork, ColorizationNetwork, PatchDiscriminator]:
    """f, g and D: new ones, or those of a checkpoint (D is new where the checkpoint has none).

    Raises OSError or ValueError for a checkpoint that cannot be used.
    """
    if args.pretrained_model_name_or_path == "none":
        config = MODEL_CONFIGS[args.model_config]
        f = SegmentationNetwork(args.max_hints, **config["networks"], **config["segmentation"])
        g = ColorizationNetwork(args.max_hints, **config["networks"], **config["colorization"])
        d = PatchDiscriminator(**config["discriminator"])
    else:
        painter = GuidingPainterPipeline.from_pretrained(args.pretrained_model_name_or_path)
        f, g = painter.segmentation, painter.colorization
        folder = find_checkpoint(args.pretrained_model_name_or_path, TRAINING_FILES)
        d = load_discriminator(folder / "discriminator", g.config.norm)
    args.max_hints = f.config.max_hints
    check_losses(args, f.config.cells)
    return f, g, d


def check_losses(args: argparse.Namespace, has_cells: bool) -> None:
    """Raises ValueError for losses that the networks do not have, or where a network has none to learn from."""
    for name in ("group", "guess"):
        if (value := getattr(args, f"lambda_{name}")) > 0 and not has_cells:
            raise ValueError(f"--lambda_{name} {value:g} is for networks with cells: leave it out.")
    has_losses = {
        network: any(getattr(args, f"lambda_{name}") > 0 for name in names) for network, names in LOSSES.items()
    }
    if args.train == "both":
        has_losses["segmentation"] |= args.lambda_group == 0  # it learns end to end
    for network in LOSSES if args.train == "both" else (args.train,):
        if not has_losses[network]:
            flags = [f"--lambda_{name}" for name in LOSSES[network] if has_cells or name not in ("group", "guess")]
            remedy = f"give {', '.join(flags[:-1])} or {flags[-1]} above 0"
            if args.train == "both":
                remedy += ", or train only the other one with --train"
            raise ValueError(f"The {network} network has no loss to learn from: {remedy}.")


def load_discriminator(folder: Path, norm: str) -> PatchDiscriminator:
    """D from a folder, or a new one of the same family as the generator, which "batch" or "group" tells."""
    if folder.is_dir():
        return load_network(PatchDiscriminator, folder, torch.float32)
    return PatchDiscriminator(**MODEL_CONFIGS["paper" if norm == "batch" else "lite"]["discriminator"])


def load_data(args: argparse.Namespace, with_cells: bool) -> tuple[TrainingPairs, SketchColorPairs]:
    """Training and validation pictures. Raises OSError or ValueError where there are none that can be used."""
    train, validation = find_pictures(args)
    pictures = TrainingPairs(train, args.resolution, args.seed, with_cells, args.sketch_variation)
    pictures.open_next(0)  # raises where there is not one good picture
    if len(validation) > args.max_validation_pictures:
        validation = Subset(validation, np.linspace(0, len(validation) - 1, args.max_validation_pictures, dtype=int))
    held_back = SketchColorPairs(validation, args.resolution)
    if all(held_back[i]["skipped"] for i in range(len(held_back))):
        raise ValueError(f"No validation picture can be used, for example: {held_back[0]['skipped'][0]}")
    return pictures, held_back


def find_pictures(args: argparse.Namespace) -> tuple:
    """Sources of training and validation pictures. Raises OSError or ValueError, also for flags that do not fit."""
    if args.dataset_name is None:
        for flag in ("dataset_config_name", "image_column", "sketch_column", "streaming"):
            if getattr(args, flag):
                raise ValueError(f"--{flag} is for data sets: give the folder as --dataset_name {args.train_data_dir}.")
        return tuple(load_pictures(args.train_data_dir, split) for split in ("train", "validation"))
    if args.streaming and args.num_train_epochs:
        raise ValueError("A stream has no known length: give --max_train_steps instead of --num_train_epochs.")
    # Here, because its import takes seconds.
    from dataset_sources import load_dataset_pictures, stream_dataset_pictures

    wanted = args.dataset_name, args.dataset_config_name, args.image_column or "image", args.sketch_column
    if args.streaming:
        return stream_dataset_pictures(*wanted, seed=args.seed, max_validation=args.max_validation_pictures)
    return load_dataset_pictures(*wanted)


def number_of_steps(args: argparse.Namespace, pictures: int | None, batch_size: int) -> int:
    """Updates, by --max_train_steps or --num_train_epochs: 2000 to fine-tune, and the paper's 200 epochs otherwise.

    Args:
        pictures: to train on; None for a stream, whose epochs nobody knows: 2000 unless --max_train_steps says more.
        batch_size: pictures of one update.
    """
    if args.max_train_steps:
        return args.max_train_steps
    is_new = args.pretrained_model_name_or_path == "none"
    epochs = args.num_train_epochs or (200 if is_new and pictures else None)
    return math.ceil(epochs * pictures / batch_size) if epochs else 2000
