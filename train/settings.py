"""Every setting of a training and its default, made once from the flags and from the weights that it starts from.

A field of the classes below is the flag of the same name. What a `Recipe` holds defaults to what the starting weights
were trained with; everything else to what is written here.
"""

import argparse
import math
import sys
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from arguments import (
    OneSentenceParser,
    channels,
    command_line,
    count,
    errors_in_one_sentence,
    fraction,
    positive_float,
    positive_int,
    weight,
)
from guiding_painter import CellSegmentationNetwork
from guiding_painter.checkpoint import FILES, find_checkpoint, read_json
from guiding_painter.configurations import CONFIGURATIONS
from guiding_painter.losses import LAMBDAS
from guiding_painter.unet import INPUT_KINDS
from precision import has_bf16

# The recipe is written beside the weights, so that a fine-tuning goes on with the same.
RECIPE_FILE = "training.json"
# A training goes on with D, too, which coloring a drawing has no use for.
TRAINING_FILES = [*FILES, RECIPE_FILE, *(file.replace("segmentation", "discriminator") for file in FILES[1:3])]
ENCODER_RATE = 0.35  # pretrained weights want smaller steps than new ones
NEW_NETWORKS, BUNDLED_WEIGHTS = "new networks", "the bundled weights of guiding_painter"


def flag(default: Any, help: str, kind: Any = None, **options: Any) -> Any:
    """A field that is a flag, too; `kind` is the type for argparse."""
    return field(default=default, metadata={"help": help} | ({"type": kind} if kind else {}) | options)


@dataclass(frozen=True)
class Recipe:
    """What networks are trained for: the losses of Eq. 14, G and tau. These defaults are the paper's."""

    lambda_rec: float = flag(LAMBDAS["rec"], "of the reconstruction loss", weight)
    lambda_adv: float = flag(LAMBDAS["adv"], "of the adversarial loss", weight)
    lambda_tv: float = flag(LAMBDAS["tv"], "of the total variance loss", weight)
    lambda_smth: float = flag(LAMBDAS["smth"], "of the smoothness loss", weight)
    lambda_mse: float = flag(
        0.0,
        "of the mean squared error (ours), which PSNR measures and whose best guess is a mean, not a median",
        weight,
    )
    lambda_prefix: float = flag(0.0, "of the expected prefix loss (ours)", weight)
    lambda_color: float = flag(0.0, "of the color of every cell, over cells (ours): which color of the palette", weight)
    lambda_mean: float = flag(0.0, "of the mean color to expect of every cell, over cells (ours)", weight)
    lambda_doubt: float = flag(0.0, "of how far off that mean may be, over cells (ours): doubt is asked for", weight)
    lambda_alike: float = flag(0.0, "of which cells share a color, over cells (ours)", weight)
    gan_loss: str = flag("lsgan", "of Eq. 13", choices=("lsgan", "log"))
    stop_prob: float = flag(0.125, "p of G", fraction)
    final_tau: float = flag(0.1, "temperature at the end; 1 at first", positive_float)
    ink_aware: bool = flag(
        False, "leave ink out of mean colors, variance and smoothness (ours)", action=argparse.BooleanOptionalAction
    )

    @property
    def weights(self) -> dict[str, float]:
        """The lambdas of Eq. 14 by the names of their losses."""
        return {
            name.removeprefix("lambda_"): value for name, value in asdict(self).items() if name.startswith("lambda_")
        }


PAPER_RECIPE = Recipe()
# The painted picture is of weights of its own, which these share with nothing else.
CELLS_RECIPE = Recipe(
    lambda_rec=1.0, lambda_adv=0.01, lambda_tv=0.0, lambda_smth=0.0,
    lambda_color=1.0, lambda_mean=4.0, lambda_doubt=0.3, lambda_alike=0.5, ink_aware=True,
)  # fmt: skip


@dataclass(frozen=True)
class Start:
    """The weights that a training starts from.

    Args:
        folder: of their checkpoint; None for new networks.
        over_cells: whether they are networks over cells, or of pixels as in the paper.
        recipe: what they were trained for; of new networks, what suits them.
        max_hints: their N_c; None for new networks, which may have any, and over cells.
        input: what they color, see --input; None for new networks.
        training: the trainings that led to them, see `preparation.stages`.
    """

    folder: Path | None = None
    over_cells: bool = False
    recipe: Recipe = PAPER_RECIPE
    max_hints: int | None = None
    input: str | None = None
    training: tuple[dict, ...] = ()


@dataclass(frozen=True)
class Data:
    """Where the pictures are: one of the two."""

    train_data_dir: str | None = flag(None, "folder of colored pictures, or one with train/ and validation/ in it")
    dataset_name: str | None = flag(
        None, "data set on the hub, or folder or file of one: parquet, webdataset, pictures, ..."
    )


@dataclass(frozen=True)
class Pictures:
    dataset_config_name: str | None = flag(None, "which one of a data set that comes in several")
    image_column: str | None = flag(None, "of the data set, with the colored pictures; 'image' if left out")
    sketch_column: str | None = flag(None, "of the data set, with their drawings; made of the pictures if left out")
    streaming: bool = flag(False, "read the data set while training and store nothing", action="store_true")
    resolution: int = flag(256, "side of the training crops, in pixels", positive_int)
    sketch_variation: float = flag(
        1.0,
        "how much the drawings made of the pictures differ in line and paper; 0 for all alike, more is rougher",
        weight,
    )
    dataloader_num_workers: int = flag(1, "processes that make samples", count)


@dataclass(frozen=True)
class Networks:
    pretrained_model_name_or_path: str | None = flag(
        None, "folder or hub id to start from; the bundled weights where it is left out, and 'none' for new networks"
    )
    model_config: str = flag("lite", "shape of new networks", choices=tuple(CONFIGURATIONS))
    input: str | None = flag(
        None,
        "what networks of pixels color: line drawings or gray pictures; left out, what the weights it starts from do, "
        "and new ones line drawings",
        choices=INPUT_KINDS,
    )
    max_hints: int = flag(30, "N_c of new networks of pixels, and over cells the largest N_h", channels)
    block_out_channels: list[int] | None = flag(
        None,
        "of new networks of pixels: channels of the levels of f and g, narrower than the published 64 128 256 512 512 "
        "for short trainings; D begins with as many as the first",
        positive_int,
        nargs="+",
    )
    encoder_weights: str | None = flag(
        None,
        "of the encoder in new networks over cells: 'imagenet', which is meant where it is left out, or 'none'",
        choices=("imagenet", "none"),
    )
    train: str = flag(
        "both", "the network to train; the other one stays as it is", choices=("both", "segmentation", "colorization")
    )
    hints: str = flag(
        "regions",
        "points: small patches at random places instead of regions, to train a colorizer to compare with (RTUG)",
        choices=("regions", "points"),
    )


@dataclass(frozen=True)
class Optimization:
    max_train_steps: int | None = flag(None, "updates; 2000 in fine-tuning if left out", positive_int)
    num_train_epochs: float | None = flag(
        None, "instead of --max_train_steps; 200 for new networks if left out", positive_float
    )
    train_batch_size: int = flag(12, "pictures per process and forward", positive_int)
    gradient_accumulation_steps: int = flag(1, "forwards per update", positive_int)
    learning_rate: float = flag(2e-4, "constant for one half, then to 0", positive_float)
    lr_warmup_steps: int = flag(0, "updates in which it rises from 0 at first", count)
    encoder_rate: float | None = flag(
        None, f"over cells: the encoder's share of it, {ENCODER_RATE} if left out; 0 keeps the encoder as it is", weight
    )
    adam_beta1: float = flag(0.9, "momentum of Adam", fraction)
    weight_decay: float = flag(0.0, "of matrices and kernels, as in AdamW", weight)
    max_grad_norm: float = flag(1.0, "G's gradients are clipped to it", positive_float)
    ema_decay: float = flag(0.998, "of the average that is saved and measured", fraction)
    mixed_precision: str = flag(
        "bf16" if has_bf16() else "no",
        "bf16 where it is left out and the machine computes in it; fp16 needs a GPU",
        choices=("no", "bf16", "fp16"),
    )
    channels_last: bool = flag(False, "weights in the channels-last memory layout", action="store_true")
    compile: bool = flag(False, "torch.compile convolutions; needs a C++ compiler", action="store_true")
    seed: int = flag(0, "of everything random", count)


@dataclass(frozen=True)
class Output:
    output_dir: Path = flag(None, "folder of the result", Path, required=True)
    validation_steps: int = flag(500, "measure every so many updates", positive_int)
    max_validation_pictures: int = flag(200, "measure on at most so many", positive_int)
    checkpointing_steps: int = flag(500, "save every so many updates", positive_int)
    checkpoints_total_limit: int = flag(2, "older ones are removed", positive_int)
    resume_from_checkpoint: str | None = flag(
        None, "'latest', or the folder of a checkpoint of this training, to go on from", nargs="?", const="latest"
    )
    report_to: str = flag("tensorboard", "a tracker that accelerate knows, or 'none'")
    push_to_hub: bool = flag(False, "upload checkpoint, card and sheets at the end", action="store_true")
    hub_model_id: str | None = flag(None, "where to, such as user/my-comic; the name of --output_dir if left out")
    hub_private: bool = flag(False, "make a new repository private", action="store_true")


@dataclass(frozen=True)
class Settings(Data, Pictures, Networks, Optimization, Output):
    """All flags, and what follows from them. `max_hints` and `input` are those of the starting weights, if any.

    Args:
        command: of the training, as others may read it.
        batch_size: pictures of one update, of all processes together; it, `training` and a `max_train_steps` that was
            left out are known by `preparation.counted`.
        training: this training and those that led to it, see `preparation.stages`.
    """

    recipe: Recipe = PAPER_RECIPE
    start: Start = Start()
    command: str = ""
    batch_size: int = 0
    training: tuple[dict, ...] = ()

    @property
    def is_grayscale(self) -> bool:
        return self.input == "grayscale"

    @property
    def data(self) -> str:
        """The folder, or the data set's name."""
        return self.train_data_dir or self.dataset_name


def parse_settings(description: str, argv: list[str] | None = None) -> Settings:
    """The settings that a command asks for. A mistake in it ends the program with one sentence."""
    argv = sys.argv[1:] if argv is None else argv
    # Which weights it starts from is read first: they decide what --help shows.
    first = OneSentenceParser(add_help=False, allow_abbrev=False)
    add_flags(first, Networks)
    first.add_argument("-h", "--help", action="store_true")
    asked, _ = first.parse_known_args(argv)
    parser = make_parser(description)
    if not asked.help:
        check(parser, parser.parse_args(argv))  # before weights are fetched
    with errors_in_one_sentence():
        start = find_start(asked.pretrained_model_name_or_path, asked.model_config)
    parser.set_defaults(**asdict(start.recipe))
    flags = vars(parser.parse_args(argv))
    recipe = Recipe(**{one.name: flags.pop(one.name) for one in fields(Recipe)})
    flags["max_hints"] = start.max_hints or flags["max_hints"]
    flags["input"] = flags["input"] or start.input or "sketch"
    command = command_line(["accelerate", "launch", "train/train_guiding_painter.py"], argv)
    return Settings(**flags, recipe=recipe, start=start, command=command)


def make_parser(description: str) -> OneSentenceParser:
    parser = OneSentenceParser(
        description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter, allow_abbrev=False
    )
    data = parser.add_argument_group("data")
    add_flags(data.add_mutually_exclusive_group(required=True), Data)
    add_flags(data, Pictures)
    add_flags(parser.add_argument_group("networks"), Networks)
    about = f"Defaults are those that the weights it starts from were trained with ({RECIPE_FILE} beside them)."
    add_flags(parser.add_argument_group("losses (Eqs. 3, 10-14)", about), Recipe)
    add_flags(parser.add_argument_group("optimization"), Optimization)
    add_flags(parser.add_argument_group("output"), Output)
    return parser


def add_flags(group: argparse._ActionsContainer, settings: type) -> None:
    for one in fields(settings):
        group.add_argument(f"--{one.name}", default=one.default, **one.metadata)


def check(parser: OneSentenceParser, args: argparse.Namespace) -> None:
    """Flags that do not go together."""
    if args.mixed_precision == "fp16" and args.gradient_accumulation_steps > 1:
        # After D's update the loss scale may change, amid G's accumulated gradients.
        parser.error("fp16 with --gradient_accumulation_steps would scale gradients unequally: use bf16 or no.")
    if args.hints == "points" and args.train != "colorization":
        parser.error("--hints points is for the colorization network alone: add --train colorization.")
    if args.encoder_weights and args.pretrained_model_name_or_path != "none":
        parser.error("--encoder_weights is for new networks: add --pretrained_model_name_or_path none.")
    if args.block_out_channels and args.pretrained_model_name_or_path != "none":
        parser.error("--block_out_channels is for new networks: add --pretrained_model_name_or_path none.")


def find_start(name: str | None, model_config: str) -> Start:
    """The weights of --pretrained_model_name_or_path, here or from the hub, and what is written beside them.

    Raises OSError where there are none, ValueError for a file with values of the wrong kind.
    """
    if name == "none":
        over_cells = CONFIGURATIONS[model_config]["over_cells"]
        return Start(over_cells=over_cells, recipe=CELLS_RECIPE if over_cells else PAPER_RECIPE)
    folder = find_checkpoint(name, TRAINING_FILES)
    config = read_json(folder / "segmentation" / "config.json")
    over_cells = config.get("_class_name") == CellSegmentationNetwork.__name__
    values = asdict(CELLS_RECIPE if over_cells else PAPER_RECIPE)
    written = read_json(folder / RECIPE_FILE) if (folder / RECIPE_FILE).is_file() else {}
    for key, default in values.items():
        values[key] = written.get(key, default)
        if type(values[key]) is not type(default):
            raise ValueError(f"{folder / RECIPE_FILE} has {values[key]!r} for {key}: write it like {default!r}.")
    training = tuple(written.get("training", []))
    kind = config.get("input_kind", "sketch")
    return Start(folder, over_cells, Recipe(**values), config.get("max_hints"), kind, training)


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
