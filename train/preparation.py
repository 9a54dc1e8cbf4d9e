"""What a training starts from: networks, pictures, number of updates. Mistakes show here, before it begins."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import Subset

from arguments import name_of
from guiding_painter import ColorizationNetwork, GuidingPainterPipeline, PatchDiscriminator, SegmentationNetwork
from guiding_painter.checkpoint import load_network
from guiding_painter.configurations import CONFIGURATIONS
from pictures.folders import load_pictures
from pictures.pairs import SketchColorPairs, TrainingPairs
from settings import BUNDLED_WEIGHTS, NEW_NETWORKS, Settings, number_of_steps

# The losses that each network learns from; the segmentation network also from the other's, end to end.
LOSSES = {"segmentation": ("tv", "smth", "prefix", "group", "guess"), "colorization": ("rec", "adv", "mse")}


def load_networks(settings: Settings) -> tuple[SegmentationNetwork, ColorizationNetwork, PatchDiscriminator]:
    """f, g and D: new ones, or those of a checkpoint (D is new where the checkpoint has none).

    Raises OSError or ValueError for a checkpoint that cannot be used.
    """
    folder = settings.start.folder
    if folder is None:
        config = CONFIGURATIONS[settings.model_config]
        f = SegmentationNetwork(settings.max_hints, **config["networks"], **config["segmentation"])
        g = ColorizationNetwork(settings.max_hints, **config["networks"], **config["colorization"])
        d = PatchDiscriminator(**config["discriminator"])
    else:
        painter = GuidingPainterPipeline.from_pretrained(folder)
        f, g = painter.segmentation, painter.colorization
        d = load_discriminator(folder / "discriminator", g.config.norm)
    check_losses(settings, f.config.cells)
    return f, g, d


def check_losses(settings: Settings, has_cells: bool) -> None:
    """Raises ValueError for losses that the networks do not have, or where a network has none to learn from."""
    weights = settings.recipe.weights
    for name in ("group", "guess"):
        if weights[name] > 0 and not has_cells:
            raise ValueError(f"--lambda_{name} {weights[name]:g} is for networks with cells: leave it out.")
    has_losses = {network: any(weights[name] > 0 for name in names) for network, names in LOSSES.items()}
    if settings.train == "both":
        has_losses["segmentation"] |= weights["group"] == 0  # it learns end to end
    for network in LOSSES if settings.train == "both" else (settings.train,):
        if not has_losses[network]:
            flags = [f"--lambda_{name}" for name in LOSSES[network] if has_cells or name not in ("group", "guess")]
            remedy = f"give {', '.join(flags[:-1])} or {flags[-1]} above 0"
            if settings.train == "both":
                remedy += ", or train only the other one with --train"
            raise ValueError(f"The {network} network has no loss to learn from: {remedy}.")


def load_discriminator(folder: Path, norm: str) -> PatchDiscriminator:
    """D from a folder, or a new one of the same family as the generator, which "batch" or "group" tells."""
    if folder.is_dir():
        return load_network((PatchDiscriminator,), folder, torch.float32)
    return PatchDiscriminator(**CONFIGURATIONS["paper" if norm == "batch" else "lite"]["discriminator"])


def load_data(settings: Settings, with_cells: bool) -> tuple[TrainingPairs, SketchColorPairs]:
    """Training and validation pictures. Raises OSError or ValueError where there are none that can be used."""
    train, validation = find_pictures(settings)
    pictures = TrainingPairs(train, settings.resolution, settings.seed, with_cells, settings.sketch_variation)
    pictures.open_next(0)  # raises where there is not one good picture
    if len(validation) > settings.max_validation_pictures:
        validation = Subset(
            validation, np.linspace(0, len(validation) - 1, settings.max_validation_pictures, dtype=int)
        )
    held_back = SketchColorPairs(validation, settings.resolution)
    if all(held_back[i]["skipped"] for i in range(len(held_back))):
        raise ValueError(f"No validation picture can be used, for example: {held_back[0]['skipped'][0]}")
    return pictures, held_back


def find_pictures(settings: Settings) -> tuple:
    """Sources of training and validation pictures. Raises OSError or ValueError, also for flags that do not fit."""
    if settings.dataset_name is None:
        for flag in ("dataset_config_name", "image_column", "sketch_column", "streaming"):
            if getattr(settings, flag):
                raise ValueError(
                    f"--{flag} is for data sets: give the folder as --dataset_name {settings.train_data_dir}."
                )
        return tuple(load_pictures(settings.train_data_dir, split) for split in ("train", "validation"))
    if settings.streaming and settings.num_train_epochs:
        raise ValueError("A stream has no known length: give --max_train_steps instead of --num_train_epochs.")
    # Here, because its import takes seconds.
    from pictures.data_sets import load_dataset_pictures, stream_dataset_pictures

    wanted = (
        settings.dataset_name,
        settings.dataset_config_name,
        settings.image_column or "image",
        settings.sketch_column,
    )
    if settings.streaming:
        return stream_dataset_pictures(*wanted, seed=settings.seed, max_validation=settings.max_validation_pictures)
    return load_dataset_pictures(*wanted)


def counted(settings: Settings, pictures: int | None, num_processes: int) -> Settings:
    """The settings when it is known how many pictures there are to train on (None for a stream) and who shares them."""
    batch_size = settings.train_batch_size * settings.gradient_accumulation_steps * num_processes
    steps = number_of_steps(settings, pictures, batch_size)
    settings = replace(settings, batch_size=batch_size, max_train_steps=steps)
    return replace(settings, training=stages(settings, pictures))


def stages(settings: Settings, pictures: int | None) -> tuple[dict, ...]:
    """All trainings that lead to the result, this one last, for the recipe and the model card.

    Of folders there is only the name, and of the pictures' ATTRIBUTION.md the text.
    """
    name = settings.pretrained_model_name_or_path
    stage = {
        "start": {None: BUNDLED_WEIGHTS, "none": NEW_NETWORKS}.get(name) or name_of(name),
        "data": name_of(settings.data),
        "pictures": pictures,
        "updates": settings.max_train_steps,
        "batch_size": settings.batch_size,
        "resolution": settings.resolution,
        "learning_rate": settings.learning_rate,
        "precision": settings.mixed_precision,
    }
    attribution = Path(settings.data) / "ATTRIBUTION.md"
    if attribution.is_file():
        stage["attribution"] = attribution.read_text(encoding="utf-8")
    past = settings.start.training
    return past if past[-1:] == (stage,) else (*past, stage)  # it is there already in resuming a training on itself
