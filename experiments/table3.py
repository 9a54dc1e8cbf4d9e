"""Table 3 and Fig. 6 (Sec. 4.6 of GuidingPainter): the same networks trained with one loss more in every row.

    python experiments/table3.py --train_data_dir my_comic --data_dir my_comic --output_dir table3

All other flags are those of train/train_guiding_painter.py, and go to all four trainings: data, batch size, updates,
`--block_out_channels`. Rows differ in the weights of Eq. 14 alone. Written are `results.json`, `table3.md` with the
paper's numbers beside, and `figure6.png`; each row's model lies in a folder of its name. The same command again goes on
where it was stopped.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the repository, and in it
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "train"))  # the training kit

import train_guiding_painter
from arguments import (
    OneSentenceParser,
    command_line,
    errors_in_one_sentence,
    folder_name,
    positive_float,
    positive_int,
    without_folders,
)
from experiments.reports import RESULTS_FILE, report_so_far
from guiding_painter import GuidingPainterPipeline
from guiding_painter.files import replace_file, save_png
from guiding_painter.losses import LAMBDAS
from measures.answers import all_answers, number_of_questions, pairs_for
from measures.comparison import Comparison
from measures.frechet import load_distance
from measures.sheets import progress_sheet
from pictures.folders import load_pictures
from pictures.pairs import SketchColorPairs, collate
from report_files import write_report

ROWS = {"a": ("rec",), "b": ("rec", "adv"), "c": ("rec", "adv", "tv"), "d": ("rec", "adv", "tv", "smth")}
# PSNR, FID and NRI of Yumi's Cells, Tag2pix and CelebA
PAPER = {
    "a": ("21.04 / 28.30 / 9.95", "18.11 / 66.21 / 8.86", "20.76 / 39.73 / 5.58"),
    "b": ("20.84 / 27.90 / 11.05", "17.55 / 48.37 / 11.30", "20.41 / 17.15 / 6.13"),
    "c": ("20.72 / 27.81 / 10.39", "17.58 / 47.32 / 10.48", "20.19 / 16.54 / 7.20"),
    "d": ("20.88 / 24.46 / 11.08", "17.55 / 43.18 / 11.39", "20.24 / 16.43 / 6.98"),
}
# As in the paper: its networks, its XDoG
PAPERS = ("--pretrained_model_name_or_path", "none", "--model_config", "paper", "--sketch_variation", "0")
SMALL = (
    "--block_out_channels", "8", "8", "16", "--max_hints", "5", "--max_train_steps", "2", "--train_batch_size", "4",
    "--dataloader_num_workers", "0", "--max_validation_pictures", "2", "--mixed_precision", "no",
)  # fmt: skip


def parse_args(argv: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Own flags, and those of the trainings."""
    parser = OneSentenceParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--data_dir", required=True, help="folder of pictures to measure on")
    parser.add_argument("--split", default="test", help="which of them; default: test")
    parser.add_argument(
        "--max_pictures", type=positive_int, default=1000, help="measure at most so many, evenly spread"
    )
    parser.add_argument("--resolution", type=positive_int, help="side in pixels; default: 256")
    parser.add_argument("--threshold", type=positive_float, default=16.0, help="of NRI, in dB; default: 16")
    parser.add_argument("--figure_pictures", type=positive_int, default=2, help="of Fig. 6; default: 2")
    parser.add_argument("--output_dir", type=Path, required=True, help="folder of the results")
    parser.add_argument("--small", action="store_true", help="tiny networks, two updates: only to see it run")
    args, training = parser.parse_known_args(argv)
    own = {f"--lambda_{loss}" for loss in LAMBDAS}
    if given := [word for word in training if word.partition("=")[0] in own]:
        parser.error(f"{given[0]} is what the rows differ in: leave it out.")
    args.resolution = args.resolution or (32 if args.small else 256)
    return args, [*(SMALL if args.small else ()), *training]


def train_row(name: str, args: argparse.Namespace, flags: list[str]) -> None:
    """Trains into output_dir/NAME, on from its last checkpoint where there is one."""
    weights = [(f"--lambda_{loss}", str(LAMBDAS[loss] if loss in ROWS[name] else 0.0)) for loss in LAMBDAS]
    own = [*PAPERS, "--resolution", str(args.resolution), "--report_to", "none", *flags]
    own += ["--output_dir", str(args.output_dir / name), "--resume_from_checkpoint", "latest"]
    train_guiding_painter.main([*own, *(word for pair in weights for word in pair)])


def held_back(args: argparse.Namespace, painter: GuidingPainterPipeline) -> SketchColorPairs:
    """Pictures to measure on. Raises OSError or ValueError where there are none."""
    return pairs_for(painter, load_pictures(args.data_dir, args.split, args.max_pictures), args.resolution)


def measure_row(painter: GuidingPainterPipeline, args: argparse.Namespace) -> dict:
    """Expected PSNR and Fréchet distance under G and NRI, of answers that are means with ink, as in the paper."""
    comparison = Comparison(number_of_questions(painter), distance=load_distance(painter.device))
    for answers in all_answers(painter, held_back(args, painter), False, 16, []):
        comparison.add(answers)
    report = comparison.report((args.threshold,))
    return {"pictures": report["pictures"], **report["rows"]["model"], "regions": report["regions"]}


def markdown(report: dict) -> str:
    """The table with the paper's beside it: a row for every one that is measured."""
    rows = report["rows"]
    distance = next(key for key in next(iter(rows.values())) if key in ("fid", "frechet_efficientnet_lite0"))
    named = "FID" if distance == "fid" else "Fréchet distance (EfficientNet-lite0)"
    header = ["", "losses", "PSNR", named, "NRI", "regions asked", "paper: Yumi's Cells", "Tag2pix", "CelebA"]
    lines = [header, ["---"] * len(header)]
    for name, row in rows.items():
        numbers = [row["expected_psnr"], row[distance], *row["nri"].values(), row["regions"]["asked"]]
        lines.append([f"({name})", " + ".join(ROWS[name]), *(f"{number:.2f}" for number in numbers), *PAPER[name]])
    pictures = next(iter(rows.values()))["pictures"]
    about = f"{pictures} pictures; NRI at {report['settings']['threshold']:g} dB; the paper's are PSNR / FID / NRI."
    return f"    {report['command']}\n\n{about}\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def draw_figure(args: argparse.Namespace, names: list[str]) -> Image.Image:
    """Fig. 6: of every picture and row of the table the regions asked for, the hints and the pictures after each."""
    painters = {name: GuidingPainterPipeline.from_pretrained(args.output_dir / name) for name in names}
    pairs = held_back(args, next(iter(painters.values())))
    places = np.linspace(0, len(pairs) - 1, min(args.figure_pictures, len(pairs)) + 2, dtype=int)[1:-1]
    sheets = []
    for place in places:
        batch = collate([pairs[int(place)]])
        if "sketch" in batch:
            sheets += [(name, progress_sheet(painter, batch, False)) for name, painter in painters.items()]
    header = 20
    size = max(sheet.width for _, sheet in sheets), sum(sheet.height + header for _, sheet in sheets)
    figure, top = Image.new("RGB", size, "white"), 0
    draw, font = ImageDraw.Draw(figure), ImageFont.load_default(0.7 * header)
    for name, sheet in sheets:
        draw.text((4, top + header / 2), f"({name}) {' + '.join(ROWS[name])}", fill="black", font=font, anchor="lm")
        figure.paste(sheet, (0, top + header))
        top += header + sheet.height
    return figure


def main(argv: list[str] | None = None) -> None:
    argv = sys.argv[1:] if argv is None else argv
    args, flags = parse_args(argv)
    with errors_in_one_sentence():
        settings = {key: value for key, value in vars(args).items() if key not in ("output_dir", "figure_pictures")}
        # By names, which others may read: neither a copy of the results nor moved pictures change them.
        named = {"data_dir": folder_name(args.data_dir), "training": list(map(without_folders, flags))}
        report = report_so_far(args.output_dir, settings | named, {"rows": {}})
        load_pictures(args.data_dir, args.split, args.max_pictures)  # a mistake in them shows before the trainings
        report["command"] = command_line(["python", "experiments/table3.py"], argv)
        for name in ROWS:
            if name in report["rows"]:
                continue
            train_row(name, args, flags)
            painter = GuidingPainterPipeline.from_pretrained(args.output_dir / name)
            report["rows"][name] = measure_row(painter, args)
            write_report(report, args.output_dir / RESULTS_FILE)
            replace_file(args.output_dir / "table3.md", markdown(report).encode())
        save_png(draw_figure(args, list(report["rows"])), args.output_dir / "figure6.png")
    print((args.output_dir / "table3.md").read_text())


if __name__ == "__main__":
    main()
