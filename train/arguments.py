"""The flags of the training script, their defaults, and where those come from."""

import argparse
import contextlib
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from guiding_painter.checkpoint import FILES, find_checkpoint, read_json
from guiding_painter.losses import LAMBDAS

MODEL_CONFIGS = {
    "lite": {
        "networks": {"block_out_channels": (32, 64, 128, 256, 256), "stem_factor": 2, "norm": "group"},
        "segmentation": {"coordinates": True, "cells": True},
        "colorization": {"fill_hints": True},
        "discriminator": {"base_channels": 32, "norm": "group"},
    },
    "paper": {"networks": {}, "segmentation": {}, "colorization": {}, "discriminator": {}},
}

# The losses that each network learns from; the segmentation network also from the other's, end to end.
LOSSES = {"segmentation": ("tv", "smth", "prefix", "group", "guess"), "colorization": ("rec", "adv", "mse")}
# What networks are trained for. It is written beside their weights, so that a fine-tuning goes on with the same.
RECIPE_FILE = "training.json"
# A training goes on with D, too, which coloring a drawing has no use for.
TRAINING_FILES = [*FILES, RECIPE_FILE, *(file.replace("segmentation", "discriminator") for file in FILES[1:3])]
PAPER_RECIPE = {
    **{f"lambda_{name}": weight for name, weight in LAMBDAS.items()},
    "lambda_mse": 0.0,
    "lambda_prefix": 0.0,
    "lambda_group": 0.0,
    "lambda_guess": 0.0,
    "gan_loss": "lsgan",
    "stop_prob": 0.125,
    "final_tau": 0.1,
    "ink_aware": False,
}
CELLS_RECIPE = {
    **PAPER_RECIPE,
    "lambda_mse": 30.0,
    "lambda_tv": 0.0,
    "lambda_smth": 0.0,
    "lambda_group": 1.0,
    "lambda_guess": 0.2,
    "ink_aware": True,
}


class OneSentenceParser(argparse.ArgumentParser):
    """A wrong argument ends the program with one sentence instead of a page of usage."""

    def error(self, message: str) -> None:
        self.exit(2, f"{self.prog}: {message}\n")


@contextlib.contextmanager
def errors_in_one_sentence() -> Iterator[None]:
    """A user's mistake ends the program with its sentence and exit code 2, without a traceback."""
    try:
        yield
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None


def first_line(error: BaseException) -> str:
    """What an error says, to be put into a sentence of our own; its kind where it says nothing."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(". ")


def number(kind: type, what: str, fits: Callable[[float], bool]) -> Callable[[str], float]:
    """A type for argparse that says in words what it wants."""

    def parse(text: str) -> float:
        with contextlib.suppress(ValueError):
            if fits(value := kind(text)):
                return value
        raise argparse.ArgumentTypeError(f"{text!r} is not {what}")

    return parse


positive_int = number(int, "a whole number above 0", lambda value: value > 0)
count = number(int, "a whole number, 0 or more", lambda value: value >= 0)
channels = number(int, "a whole number from 1 to 256", lambda value: 1 <= value <= 256)  # saved region maps are 8-bit
positive_float = number(float, "a number above 0", lambda value: 0 < value < float("inf"))
weight = number(float, "a number, 0 or more", lambda value: 0 <= value < float("inf"))
fraction = number(float, "a number between 0 and 1", lambda value: 0 < value < 1)


def parse_args(description: str, argv: list[str] | None = None) -> argparse.Namespace:
    """The flags, the losses' defaults being those that the starting weights were trained with."""
    parser = OneSentenceParser(
        description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter, allow_abbrev=False
    )
    add_data_flags(parser.add_argument_group("data"))
    add_model_flags(parser.add_argument_group("model"))
    add_loss_flags(
        parser.add_argument_group(
            "losses (Eqs. 3, 10-14)",
            f"Defaults are those that the starting weights were trained with ({RECIPE_FILE} beside them); "
            "for --pretrained_model_name_or_path none --model_config paper they are the paper's, shown here.",
        )
    )
    add_optimization_flags(parser.add_argument_group("optimization"))
    add_output_flags(parser.add_argument_group("output"))
    args = parser.parse_args(argv)
    if args.mixed_precision == "fp16" and args.gradient_accumulation_steps > 1:
        # After D's update the loss scale may change, amid G's accumulated gradients.
        parser.error("fp16 with --gradient_accumulation_steps would scale gradients unequally: use bf16 or no.")
    if args.hints == "points" and args.train != "colorization":
        parser.error("--hints points is for the colorization network alone: add --train colorization.")
    with errors_in_one_sentence():
        parser.set_defaults(**recipe_of(args.pretrained_model_name_or_path, args.model_config))
    args = parser.parse_args(argv)
    args.command = command_line(sys.argv[1:] if argv is None else argv)
    return args


def command_line(argv: list[str]) -> str:
    """The command of a training as others may read it: of folders elsewhere on this computer only their names."""

    def shown(argument: str) -> str:
        flag, equals, value = argument.rpartition("=")
        return flag + equals + Path(value).name if Path(value).is_absolute() else argument

    return shlex.join(["accelerate", "launch", "train/train_guiding_painter.py", *map(shown, argv)])


def recipe_of(name: str | None, model_config: str) -> dict:
    """What the starting weights were trained for; for new networks, what suits them.

    Raises OSError where there are no such weights, ValueError for a file with values of the wrong kind.
    """
    if name == "none":
        return CELLS_RECIPE if MODEL_CONFIGS[model_config]["segmentation"].get("cells") else PAPER_RECIPE
    folder = find_checkpoint(name, TRAINING_FILES)
    if not (folder / RECIPE_FILE).is_file():
        has_cells = read_json(folder / "segmentation" / "config.json").get("cells", False)
        return CELLS_RECIPE if has_cells else PAPER_RECIPE
    recipe = read_json(folder / RECIPE_FILE)
    for key, default in PAPER_RECIPE.items():
        if type(recipe.get(key, default)) is not type(default):
            raise ValueError(f"{folder / RECIPE_FILE} has {recipe[key]!r} for {key}: write it like {default!r}.")
    return {key: recipe.get(key, default) for key, default in PAPER_RECIPE.items()}


def add_data_flags(group: argparse._ArgumentGroup) -> None:
    source = group.add_mutually_exclusive_group(required=True)
    source.add_argument("--train_data_dir", help="folder of colored pictures, or one with train/ and validation/ in it")
    source.add_argument(
        "--dataset_name", help="data set on the hub, or folder or file of one: parquet, webdataset, pictures, ..."
    )
    group.add_argument("--dataset_config_name", help="which one of a data set that comes in several")
    group.add_argument("--image_column", help="of the data set, with the colored pictures; 'image' if left out")
    group.add_argument("--sketch_column", help="of the data set, with their drawings; made of the pictures if left out")
    group.add_argument("--streaming", action="store_true", help="read the data set while training and store nothing")
    group.add_argument("--resolution", type=positive_int, default=256, help="side of the training crops, in pixels")
    group.add_argument(
        "--sketch_variation",
        type=weight,
        default=1.0,
        help="how much the drawings made of the pictures differ in line and paper; 0 for all alike, more is rougher",
    )
    group.add_argument("--dataloader_num_workers", type=count, default=1, help="processes that make samples")


def add_model_flags(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--pretrained_model_name_or_path",
        help="folder or hub id to start from; the bundled weights where it is left out, and 'none' for new networks",
    )
    group.add_argument("--model_config", choices=MODEL_CONFIGS, default="lite", help="shape of new networks")
    group.add_argument("--max_hints", type=channels, default=30, help="N_c of new networks")


def add_loss_flags(group: argparse._ArgumentGroup) -> None:
    for name, what in (
        ("rec", "reconstruction loss"),
        ("adv", "adversarial loss"),
        ("tv", "total variance loss"),
        ("smth", "smoothness loss"),
        ("mse", "mean squared error (ours), which PSNR measures and whose best guess is a mean, not a median"),
        ("prefix", "expected prefix loss (ours)"),
        ("group", "grouping loss for networks with cells (ours); f then learns from the losses of its own alone"),
        ("guess", "loss of the colors that f guesses for cells (ours): those in doubt are asked for first"),
    ):
        group.add_argument(
            f"--lambda_{name}", type=weight, default=PAPER_RECIPE[f"lambda_{name}"], help=f"of the {what}"
        )
    group.add_argument("--gan_loss", choices=("lsgan", "log"), default=PAPER_RECIPE["gan_loss"], help="of Eq. 13")
    group.add_argument(
        "--train",
        choices=("both", "segmentation", "colorization"),
        default="both",
        help="the network to train; the other one stays as it is",
    )
    group.add_argument(
        "--hints",
        choices=("regions", "points"),
        default="regions",
        help="points: small patches at random places instead of regions, to train a colorizer to compare with (RTUG)",
    )
    group.add_argument("--stop_prob", type=fraction, default=PAPER_RECIPE["stop_prob"], help="p of G")
    group.add_argument(
        "--final_tau", type=positive_float, default=PAPER_RECIPE["final_tau"], help="temperature at the end; 1 at first"
    )
    group.add_argument(
        "--ink_aware",
        action=argparse.BooleanOptionalAction,
        default=PAPER_RECIPE["ink_aware"],
        help="leave ink out of mean colors, variance and smoothness (ours)",
    )


def add_optimization_flags(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--max_train_steps", type=positive_int, help="updates; 2000 in fine-tuning if left out")
    group.add_argument(
        "--num_train_epochs", type=positive_float, help="instead of --max_train_steps; 200 for new networks if left out"
    )
    group.add_argument("--train_batch_size", type=positive_int, default=12, help="pictures per process and forward")
    group.add_argument("--gradient_accumulation_steps", type=positive_int, default=1, help="forwards per update")
    group.add_argument("--learning_rate", type=positive_float, default=2e-4, help="constant for one half, then to 0")
    group.add_argument("--adam_beta1", type=fraction, default=0.9, help="momentum of Adam")
    group.add_argument("--max_grad_norm", type=positive_float, default=1.0, help="G's gradients are clipped to it")
    group.add_argument("--ema_decay", type=fraction, default=0.998, help="of the average that is saved and measured")
    group.add_argument("--mixed_precision", choices=("no", "bf16", "fp16"), default="bf16", help="fp16 needs a GPU")
    group.add_argument("--seed", type=count, default=0, help="of everything random")


def add_output_flags(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--output_dir", type=Path, required=True, help="folder of the result")
    group.add_argument("--validation_steps", type=positive_int, default=500, help="measure every so many updates")
    group.add_argument("--max_validation_pictures", type=positive_int, default=200, help="measure on at most so many")
    group.add_argument("--checkpointing_steps", type=positive_int, default=500, help="save every so many updates")
    group.add_argument("--checkpoints_total_limit", type=positive_int, default=2, help="older ones are removed")
    group.add_argument(
        "--resume_from_checkpoint",
        nargs="?",
        const="latest",
        help="'latest', or the folder of a checkpoint of this training, to go on from",
    )
    group.add_argument("--report_to", default="tensorboard", help="a tracker that accelerate knows, or 'none'")
    group.add_argument("--push_to_hub", action="store_true", help="upload checkpoint, card and sheets at the end")
    group.add_argument("--hub_model_id", help="where to, such as user/my-comic; the name of --output_dir if left out")
    group.add_argument("--hub_private", action="store_true", help="make a new repository private")
