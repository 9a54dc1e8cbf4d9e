"""The flags that the experiments share, which are those of the training, and the settings that follow from them."""

import argparse
import sys
from dataclasses import fields
from pathlib import Path

from arguments import (
    OneSentenceParser,
    add_flags,
    channels,
    check_set_names,
    command_line,
    folder_name,
    name_of,
    positive_int,
    without_folders,
)
from experiments.methods import MAKERS, PUBLISHED_WIDTHS
from settings import Data, Optimization, Pictures, Settings, check_precision

# With them an experiment takes seconds: it shows that everything runs, and nothing else.
SMALL = {
    "resolution": 32, "block_out_channels": [8, 8, 8, 8, 8], "max_hints": 3, "max_train_steps": 2,
    "train_batch_size": 2, "dataloader_num_workers": 0, "max_pictures": 2, "num_hints": 2, "sheet_pictures": 2,
    "frechet": False,
}  # fmt: skip


def experiment_parser(script: str, description: str) -> OneSentenceParser:
    """For one experiment: with where results go, and which models are taken as they are."""
    parser = OneSentenceParser(
        prog=script, description=description.split("\n\n")[0], allow_abbrev=False,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--output_dir", type=Path, required=True, help="folder of the results")
    parser.add_argument(
        "--checkpoint", nargs="*", default=[], metavar="METHOD=FOLDER", help="take these instead of training them"
    )
    return parser


def add_network_flags(parser: OneSentenceParser) -> None:
    """How large new networks are."""
    group = parser.add_argument_group("networks")
    group.add_argument(
        "--block_out_channels",
        nargs="+",
        type=positive_int,
        default=list(PUBLISHED_WIDTHS),
        help="widths of all U-Nets; the first one is that of RTUG and of D",
    )
    group.add_argument("--max_hints", type=channels, default=30, help="N_c")


def add_measuring_flags(parser: OneSentenceParser) -> None:
    """What is measured on."""
    group = parser.add_argument_group("measuring")
    group.add_argument("--data_dir", nargs="+", required=True, help="folders of pictures, as for measures/evaluate.py")
    group.add_argument("--split", default="test", help="which part of them")
    group.add_argument("--max_pictures", type=positive_int, help="at most so many of each, evenly spread")


def add_training_flags(parser: OneSentenceParser) -> None:
    """Those of train_guiding_painter.py that all methods have."""
    data = parser.add_argument_group("training pictures")
    add_flags(data.add_mutually_exclusive_group(), Data)
    add_flags(data, Pictures)
    group = parser.add_argument_group("optimization")
    for one in fields(Optimization):
        if one.name != "encoder_rate":  # of networks over cells, which are not trained here
            group.add_argument(f"--{one.name}", default=one.default, **one.metadata)
    group.add_argument("--checkpointing_steps", type=positive_int, default=500, help="save every so many updates")
    group.add_argument(
        "--resume_from_checkpoint", nargs="?", const="latest", choices=("latest",), help="go on where it was stopped"
    )


def parse(parser: OneSentenceParser, argv: list[str] | None) -> argparse.Namespace:
    """The arguments with `command`; `--small` changes the defaults of the others."""
    argv = sys.argv[1:] if argv is None else argv
    parser.add_argument("--small", action="store_true", help="tiny networks and few pictures: a trial in seconds")
    if "--small" in argv:
        known = {action.dest for action in parser._actions}
        parser.set_defaults(**{name: value for name, value in SMALL.items() if name in known})
    args = parser.parse_args(argv)
    args.command = command_line(["python", f"experiments/{Path(parser.prog).name}"], argv)
    args.checkpoint = checkpoints_by_method(parser, args.checkpoint)
    if args.resolution % 16:
        parser.error(f"--resolution {args.resolution} is no multiple of 16, which some of the networks need.")
    if len(getattr(args, "block_out_channels", PUBLISHED_WIDTHS)) != len(PUBLISHED_WIDTHS):
        parser.error(f"--block_out_channels needs {len(PUBLISHED_WIDTHS)} widths, as the published networks have.")
    if "mixed_precision" in args:
        check_precision(parser, args)
    check_set_names(parser, args.data_dir)
    return args


def checkpoints_by_method(parser: OneSentenceParser, given: list[str]) -> dict[str, Path]:
    """METHOD=FOLDER as a dictionary."""
    found = {}
    for pair in given:
        name, equals, folder = pair.partition("=")
        if name not in (*MAKERS, "lite") or not equals:
            parser.error(f"--checkpoint {pair} is not METHOD=FOLDER with one of {', '.join((*MAKERS, 'lite'))}.")
        if not Path(folder).is_dir():
            parser.error(f"--checkpoint {pair}: there is no folder {folder}.")
        found[name] = Path(folder)
    return found


def training_settings(args: argparse.Namespace) -> Settings:
    """The kit's settings of all trainings, without what belongs to one of them."""
    names = {one.name for one in fields(Settings)} & vars(args).keys()
    return Settings(report_to="none", **{name: getattr(args, name) for name in names})


def described(args: argparse.Namespace) -> dict:
    """What every row and figure depends on, as JSON values; folders by their last name."""
    values = {
        name: value
        for name, value in vars(args).items()
        if name not in ("command", "output_dir", "resume_from_checkpoint", "rows")
    }
    values["checkpoint"] = {name: name_of(str(folder)) for name, folder in args.checkpoint.items()}
    values["data_dir"] = [folder_name(folder) for folder in args.data_dir]
    return {
        name: without_folders(str(value)) if isinstance(value, str | Path) else value for name, value in values.items()
    }
