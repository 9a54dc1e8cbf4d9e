"""Every setting of a training and its default, made once from the flags and from the weights that it starts from.

A field of the classes below, and of `Recipe`, is the flag of the same name. What a `Recipe` holds defaults to what the
starting weights were trained with; everything else to what is written here.
"""

import argparse
import sys
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from arguments import (
    OneSentenceParser,
    add_flags,
    channels,
    command_line,
    count,
    errors_in_one_sentence,
    flag,
    fraction,
    positive_float,
    positive_int,
    weight,
)
from guiding_painter.configurations import CONFIGURATIONS
from guiding_painter.unet import INPUT_KINDS
from precision import has_bf16
from recipe import PAPER_RECIPE, RECIPE_FILE, Recipe, Start, find_start

ENCODER_RATE = 0.35  # pretrained weights want smaller steps than new ones


@dataclass(frozen=True)
class Data:
    """Where the pictures are: one of the two."""

    train_data_dir: str | None = flag(None, "folder of colored pictures, or one with train/ and validation/ in it")
    dataset_name: str | None = flag(
        None, "data set on the hub, or folder or file of one: parquet, webdataset, pictures, ..."
    )


@dataclass(frozen=True)
class Pictures:
    """What is taken of them, and what becomes of it."""

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
    """The weights to start from, or the shape of new ones, and what of them is trained."""

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


@dataclass(frozen=True)
class Optimization:
    """How long, in what steps and how precisely; the defaults are the paper's where it names any."""

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
    """Where the result goes, and how often it is saved, measured and told."""

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
        """Whether gray pictures are colored, instead of line drawings."""
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
    """All flags in their groups, with the defaults of new networks."""
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


def check_precision(parser: OneSentenceParser, args: argparse.Namespace) -> None:
    """Ends the program for a precision and an accumulation of gradients that do not go together."""
    if args.mixed_precision == "fp16" and args.gradient_accumulation_steps > 1:
        # After D's update the loss scale may change, amid G's accumulated gradients.
        parser.error("fp16 with --gradient_accumulation_steps would scale gradients unequally: use bf16 or no.")


def check(parser: OneSentenceParser, args: argparse.Namespace) -> None:
    """Ends the program for flags that do not go together."""
    check_precision(parser, args)
    if args.encoder_weights and args.pretrained_model_name_or_path != "none":
        parser.error("--encoder_weights is for new networks: add --pretrained_model_name_or_path none.")
    if args.block_out_channels and args.pretrained_model_name_or_path != "none":
        parser.error("--block_out_channels is for new networks: add --pretrained_model_name_or_path none.")
