"""Measure a model on held-back pictures: PSNR after k hints, expected PSNR under G, NRI, regions, Fréchet distance.

    python train/measures/evaluate.py --data_dir open_pictures --rival --frechet --output results.json

A hint is the true mean color of the region that is asked about. Regions without pixels are not asked about. Several
`--data_dir` are several sets of pictures, each reported under the name of its folder.
"""

import argparse
import json
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # train/, from which its rooms are imported

from arguments import (
    OneSentenceParser,
    check_set_names,
    command_line,
    errors_in_one_sentence,
    folder_name,
    fraction,
    positive_float,
    positive_int,
    version,
    without_folders,
)
from guiding_painter import GuidingPainterPipeline
from measures.answers import all_answers, number_of_questions, pairs_for
from measures.comparison import Comparison
from measures.results import NRI_THRESHOLDS, sentences, table
from pictures.folders import load_pictures
from report_files import write_report


def parse_args(argv: list[str]) -> argparse.Namespace:
    parser = OneSentenceParser(description=__doc__.split("\n\n")[0], allow_abbrev=False)
    parser.add_argument("--pretrained_model_name_or_path", help="folder or hub id; the bundled weights if left out")
    parser.add_argument(
        "--data_dir", nargs="+", required=True, help="folders of pictures, or with train/ validation/ test/ in them"
    )
    parser.add_argument("--split", nargs="+", default=["test"], help="one for all, or one for every --data_dir")
    parser.add_argument("--resolution", type=positive_int, default=256, help="side in pixels, default: 256")
    parser.add_argument("--batch_size", type=positive_int, default=16, help="default: 16")
    parser.add_argument("--stop_prob", type=fraction, default=0.125, help="p of G, default: 0.125")
    parser.add_argument("--thresholds", type=positive_float, nargs="*", default=NRI_THRESHOLDS, help="in dB, for NRI")
    parser.add_argument("--with_ink", action="store_true", help="answers are means with ink pixels, as in the paper")
    parser.add_argument("--importance", action="store_true", help="also measure every region as the only answer")
    parser.add_argument("--rival", action="store_true", help="also measure a bucket fill of line-bounded cells")
    parser.add_argument("--frechet", action="store_true", help="also measure the Fréchet distance under G (FID)")
    parser.add_argument("--plot", type=Path, help=".png or .svg file for the curves")
    parser.add_argument("--output", type=Path, help="JSON file; the JSON is printed in any case")
    args = parser.parse_args(argv)
    if len(args.split) not in (1, len(args.data_dir)):
        parser.error(f"{len(args.split)} splits for {len(args.data_dir)} folders: give one --split, or one for each.")
    check_set_names(parser, args.data_dir)
    if args.plot and args.plot.suffix not in (".png", ".svg"):
        parser.error(f"--plot {args.plot} is neither a .png nor a .svg file: give it one of these endings.")
    for path in filter(None, (args.plot, args.output)):
        if not path.parent.is_dir():  # told now, not after the measuring
            parser.error(f"there is no folder {path.parent} to write {path.name} into: make it first.")
    return args


def evaluate(painter: GuidingPainterPipeline, args: argparse.Namespace) -> dict[str, dict]:
    """Measures one set of pictures after the other: name -> report.

    Raises OSError or ValueError for folders or weights that cannot be used.
    """
    distance = None
    if painter.is_grayscale and args.rival:
        raise ValueError("--rival fills what lines enclose, and this model colors gray pictures: leave it out.")
    if args.frechet:
        from measures.frechet import load_distance  # only here: its imports take seconds

        distance = load_distance(painter.device)
    splits = args.split * len(args.data_dir) if len(args.split) == 1 else args.split
    sets = {folder: load_pictures(folder, split) for folder, split in zip(args.data_dir, splits, strict=True)}
    reports = {}
    for (folder, pictures), split in zip(sets.items(), splits, strict=True):
        most = number_of_questions(painter)
        comparison = Comparison(most, args.stop_prob, args.importance, args.rival, distance)
        pairs, skipped = pairs_for(painter, pictures, args.resolution), []
        for answers in all_answers(painter, pairs, is_ink_aware(painter, args), args.batch_size, skipped):
            comparison.add(answers)
        report = {"split": split, **comparison.report(tuple(args.thresholds))}
        report["skipped"] = sorted(reason.replace(f"{Path(folder)}/", "") for reason in skipped)
        reports[folder_name(folder)] = report
    return reports


def is_ink_aware(painter: GuidingPainterPipeline, args: argparse.Namespace) -> bool:
    """Whether answers leave ink out; a gray picture has none."""
    return not args.with_ink and not painter.is_grayscale


def settings(args: argparse.Namespace, argv: list[str], painter: GuidingPainterPipeline) -> dict:
    """What the numbers depend on, as JSON values. Of absolute paths, which mean nothing elsewhere, the last name."""
    weights = args.pretrained_model_name_or_path
    return {
        "command": command_line(["python", "train/measures/evaluate.py"], argv),
        "version": version(),
        "settings": {
            "pretrained_model_name_or_path": weights and without_folders(weights),
            "resolution": args.resolution,
            "stop_prob": args.stop_prob,
            "max_hints": number_of_questions(painter),
            "thresholds": list(args.thresholds),
            "ink_aware": is_ink_aware(painter, args),
            "grayscale": painter.is_grayscale,
        },
    }


def main(argv: list[str] | None = None) -> None:
    argv = sys.argv[1:] if argv is None else argv
    args = parse_args(argv)
    with errors_in_one_sentence():
        painter = GuidingPainterPipeline.from_pretrained(args.pretrained_model_name_or_path)
        painter.to("cuda" if torch.cuda.is_available() else "cpu")
        sets = evaluate(painter, args)
        report = settings(args, argv, painter) | {"sets": sets}
        for name, one in sets.items():
            print(f"{name}, {one['pictures']} pictures", table(one["rows"]), sentences(one), sep="\n", file=sys.stderr)
        print(json.dumps(report, indent=2))
        if args.output:
            write_report(report, args.output)
        if args.plot:
            from measures.plots import plot_curves  # only here, as above

            plot_curves(sets, args.plot)


if __name__ == "__main__":
    main()
