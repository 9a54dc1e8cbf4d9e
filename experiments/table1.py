"""Table 1: every method trained alike and measured on held-back pictures, with and without hints.

    python experiments/table1.py --train_data_dir my_comic --data_dir my_comic --output_dir table1

trains what is not trained yet in output_dir/models, or takes `--checkpoint METHOD=FOLDER`, and writes results.json and
table1.md. Run again, it goes on with what is missing; `--resume_from_checkpoint` also with a training that was stopped.
All trained methods see the same samples in the same order, as many updates, and N_h ~ G hints.
"""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

import torch
from accelerate import PartialState
from accelerate.utils import set_seed

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the repository, and in it
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "train"))  # the training kit

from arguments import errors_in_one_sentence, folder_name, name_of, positive_float, version
from experiments.methods import MAKERS, Measured, open_method
from experiments.methods.flags import (
    add_measuring_flags,
    add_network_flags,
    add_training_flags,
    described,
    experiment_parser,
    parse,
    training_settings,
)
from experiments.methods.measuring import Bucket, held_back, measure_method
from experiments.methods.table import margins, markdown
from experiments.methods.training import TRAINED_FILE, train_method
from experiments.reports import RESULTS_FILE, report_so_far
from guiding_painter.checkpoint import read_json
from guiding_painter.files import replace_file
from measures.results import NRI_THRESHOLDS
from pictures.pairs import TrainingPairs
from preparation import counted, find_pictures
from report_files import write_report
from settings import Settings

TABLE_FILE = "table1.md"
BUCKETS = {"bucket_fill": "mean", "bucket_fill_on_white": "paper"}
ROWS = (*MAKERS, "lite", *BUCKETS)
# What every row depends on, beside its model and its pictures
MEASURED_WITH = ("split", "max_pictures", "resolution", "max_hints", "thresholds", "frechet", "inception_weights")


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = experiment_parser("table1.py", __doc__)
    add_training_flags(parser)
    add_network_flags(parser)
    add_measuring_flags(parser)
    parser.add_argument("--thresholds", nargs="+", type=positive_float, default=NRI_THRESHOLDS, help="in dB, for NRI")
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=ROWS, help="the methods of the table")
    parser.add_argument(
        "--frechet", action=argparse.BooleanOptionalAction, default=True, help="the Fréchet distance (FID)"
    )
    parser.add_argument("--inception_weights", type=Path, help="of torch-fidelity, for FID; EfficientNet if left out")
    return parse(parser, argv)


def model_folders(args: argparse.Namespace) -> dict[str, Path | None]:
    """The folder of every method of the table that has networks; None for the bundled ones."""
    own = {name: args.output_dir / "models" / name for name in MAKERS}
    return {name: (own | args.checkpoint).get(name) for name in args.rows if name not in BUCKETS}


def train_missing(args: argparse.Namespace, folders: dict[str, Path | None]) -> None:
    """Trains what is to be trained and not there yet.

    Raises OSError or ValueError for pictures, folders or checkpoints that cannot be used.
    """
    wanted = [name for name in folders if name in MAKERS and name not in args.checkpoint]
    if not wanted:
        return
    settings = training_settings(args)
    if not settings.data:
        missing = ", ".join(name for name in wanted if not (folders[name] / TRAINED_FILE).is_file())
        if missing:
            raise ValueError(f"{missing}: give --train_data_dir or --dataset_name to train, or --checkpoint of each.")
        return
    train, _ = find_pictures(settings)
    pictures = TrainingPairs(train, settings.resolution, settings.seed, sketch_variation=settings.sketch_variation)
    pictures.open_next(0)  # raises where there is not one good picture
    settings = counted(settings, None if settings.streaming else len(pictures), PartialState().num_processes)
    for name in wanted:
        train_one(name, pictures, replace(settings, output_dir=folders[name]), args)


def train_one(name: str, pictures: TrainingPairs, settings: Settings, args: argparse.Namespace) -> None:
    """Trains a method unless that is done. Raises ValueError where it was done otherwise."""
    written = {
        "method": name,
        "data": name_of(settings.data),
        "updates": settings.max_train_steps,
        "batch_size": settings.batch_size,
        "block_out_channels": list(args.block_out_channels),
        **{key: getattr(settings, key) for key in ("resolution", "max_hints", "learning_rate", "seed")},
    }
    file = settings.output_dir / TRAINED_FILE
    if file.is_file():
        former = read_json(file)
        for key, value in written.items():
            if former.get(key) != value:
                raise ValueError(
                    f"{settings.output_dir} was trained with {key} {former.get(key)}, not {value}: name another "
                    f"--output_dir, or give it as --checkpoint {name}={settings.output_dir}."
                )
        return
    set_seed(settings.seed)  # for new networks
    method = MAKERS[name](tuple(args.block_out_channels), settings.max_hints)
    train_method(method, pictures, written, args.block_out_channels[0], settings)


def begin(args: argparse.Namespace) -> dict:
    """The report of what is measured already, or a new one. Raises ValueError where that has other settings."""
    settings = described(args)
    report = report_so_far(args.output_dir, {name: settings[name] for name in MEASURED_WITH}, {"sets": {}})
    return report | {"command": args.command, "version": version()}


def model_of(folder: Path | None) -> dict | str | None:
    """What a row says of its model: how it was trained here, or its name; None for buckets and bundled weights."""
    file = folder / TRAINED_FILE if folder else None
    return read_json(file) if file and file.is_file() else folder_name(folder) if folder else None


def check_inputs(args: argparse.Namespace) -> None:
    """What is read after hours of training is tried before. Raises OSError or ValueError for what cannot be used."""
    for folder in args.data_dir:
        held_back(folder, args.split, args.resolution, args.max_pictures)
    for name in args.rows:
        if name in args.checkpoint:
            open_method(name, args.checkpoint[name])


def check_models(report: dict, folders: dict[str, Path | None], output_dir: Path) -> None:
    """Raises ValueError where a row that is there was measured of another model than the one that is asked for."""
    for name, row in ((name, row) for one in report["sets"].values() for name, row in one["rows"].items()):
        folder = folders.get(name)
        is_there = folder is None or folder.is_dir()  # else it is still to be trained
        if name in folders and is_there and row["model"] != model_of(folder):
            raise ValueError(
                f"{output_dir / RESULTS_FILE} has {name} of another model than {folder or 'the bundled one'}: "
                "name another --output_dir, or give that model again."
            )


def measure_missing(args: argparse.Namespace, report: dict, folders: dict[str, Path | None]) -> dict:
    """The report with all rows, also written to results.json after every one that was missing.

    Raises OSError or ValueError for pictures or weights that cannot be used.
    """
    path = args.output_dir / RESULTS_FILE
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    distance = None
    if args.frechet:
        from measures.frechet import load_distance  # only here: its imports take seconds

        distance = load_distance(device, args.inception_weights)
    for folder in args.data_dir:
        rows = report["sets"].setdefault(folder_name(folder), {"split": args.split, "rows": {}})["rows"]
        pairs = held_back(folder, args.split, args.resolution, args.max_pictures)
        for name in (name for name in args.rows if name not in rows):
            method = open_row(name, folders, args.max_hints, device)
            row = measure_method(method, pairs, args.max_hints, tuple(args.thresholds), distance, device)
            rows[name] = row | {"model": model_of(folders.get(name))}
            write_report(report, path)
    return json.loads(json.dumps(report))


def open_row(name: str, folders: dict[str, Path | None], max_hints: int, device: torch.device) -> Measured:
    """A method ready to be measured. Raises ValueError for one that was trained with fewer hints."""
    if name in BUCKETS:
        return Bucket(max_hints, BUCKETS[name])
    method = open_method(name, folders[name])
    if 0 < method.max_hints < max_hints:
        raise ValueError(f"{name} was trained with {method.max_hints} hints at most: give --max_hints so many.")
    return method.to(device)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    with errors_in_one_sentence():
        check_inputs(args)
        report, folders = begin(args), model_folders(args)
        check_models(report, folders, args.output_dir)
        train_missing(args, folders)
        if not PartialState().is_main_process:
            return
        check_models(report, folders, args.output_dir)  # those that were trained just now
        report = measure_missing(args, report, folders)
        report["margins"] = {name: margins(one["rows"]) for name, one in report["sets"].items()}
        write_report(report, args.output_dir / RESULTS_FILE)
        text = markdown(report)
        replace_file(args.output_dir / TABLE_FILE, text.encode())
        print(text)


if __name__ == "__main__":
    main()
