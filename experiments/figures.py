"""Figs. 1, 3 and 5: what a model asks and makes of it, methods side by side, and how much each region is worth.

    python experiments/figures.py --models table1/models --data_dir my_comic --output_dir figures

Every figure is a picture and a JSON of the numbers in it.

- figure1: for each of our painters the region asked, the hints so far and the picture so far, step by step.
- figure3: methods in columns after equally many hints. As in the paper, AlacGAN and RTUG get theirs at points in the
  regions that our model asks about: where there is most room, the marks on the sketch.
- figure5: PSNR when region i comes first and is the only one answered, over i; the level is that of no answer.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
from matplotlib.figure import Figure
from scipy.stats import spearmanr
from torch.utils.data import DataLoader

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the repository, and in it
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "train"))  # the training kit

from arguments import errors_in_one_sentence, folder_name, positive_int, version
from checkpoints import make_output_dir
from experiments.methods import MAKERS, OURS, LocalHints, Measured, Painter, open_method
from experiments.methods.flags import add_measuring_flags, described, experiment_parser, parse
from experiments.methods.marks import draw_marks, labelled_grid, points_in_regions
from experiments.methods.measuring import BATCH_SIZE, held_back
from experiments.methods.table import TITLES
from experiments.methods.training import TRAINED_FILE
from guiding_painter.drawings import to_pil
from guiding_painter.metrics import psnr
from measures.sheets import progress_sheet
from pictures.folders import spread
from pictures.pairs import SketchColorPairs, collate
from report_files import write_report

FIGURES = ("1", "3", "5")
TILE = 128  # pixels, of a small picture
QUALITY = 50  # of sheets in WebP


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = experiment_parser("figures.py", __doc__)
    add_measuring_flags(parser)
    parser.add_argument("--models", type=Path, help="folder of trained methods, models/ of table1.py")
    parser.add_argument("--figures", nargs="+", choices=FIGURES, default=FIGURES)
    parser.add_argument("--resolution", type=positive_int, default=256, help="side in pixels")
    parser.add_argument("--sheet_pictures", type=positive_int, default=4, help="of figures 1 and 3, evenly spread")
    parser.add_argument("--num_hints", type=positive_int, default=5, help="of every method in figure 3")
    parser.add_argument("--guide", choices=OURS, default="lite", help="whose regions have the points of figure 3")
    return parse(parser, argv)


def open_methods(args: argparse.Namespace) -> dict[str, Measured]:
    """The bundled networks, those given as --checkpoint, and the methods of --models that are trained.

    Raises OSError or ValueError for one that cannot be used.
    """
    trained = [name for name in MAKERS if args.models and (args.models / name / TRAINED_FILE).is_file()]
    if args.models and not trained:
        raise ValueError(f"--models {args.models} has no trained method: name models/ of what table1.py wrote.")
    folders = {name: args.models / name for name in trained} | args.checkpoint
    folders.setdefault("lite", None)
    if args.guide not in folders:
        raise ValueError(f"{args.guide} is not trained: name another --guide, or give it as --checkpoint.")
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return {name: open_method(name, folders[name]).to(device) for name in (*MAKERS, "lite") if name in folders}


def spread_batch(pairs: SketchColorPairs, count: int, device: torch.device) -> dict[str, torch.Tensor]:
    """A batch of evenly spread pictures. Raises ValueError where none can be used."""
    batch = collate([pairs[int(i)] for i in spread(len(pairs), count)])
    if "sketch" not in batch:
        raise ValueError(f"None of the pictures can be used, for example: {batch['skipped'][0]}")
    return {key: value.to(device) for key, value in batch.items() if torch.is_tensor(value)}


def figure1(name: str, painter: Painter, batch: dict, folder: Path) -> dict:
    """Regions, hints and pictures of one painter. What is written: PSNR of every picture after every answer."""
    progress_sheet(painter.painter, batch, painter.ink_aware, tile_size=TILE).save(
        folder / f"figure1_{name}.webp", quality=QUALITY
    )
    answers = painter.answers(batch)
    counts = tuple(range(painter.max_hints + 1))
    return {"asked": answers.asked.sum(1).tolist(), "psnr": np.round(answers.curve(counts).tolist(), 3).tolist()}


@torch.no_grad()
def figure3(methods: dict[str, Measured], batch: dict, num_hints: int, guide: str, folder: Path) -> dict:
    """All methods beside each other. What is written: places of the hints, and PSNR of every method and picture."""
    sketch, image = batch["sketch"], batch["color_image"]
    answers = methods[guide].answers(batch)
    regions = answers.segments * answers.first(num_hints)[:, :, None, None]
    places, gray = [points_in_regions(own) for own in regions], sketch.expand_as(image)
    columns = {"sketch, hints": [draw_marks(to_pil(one), at, TILE) for one, at in zip(gray, places, strict=True)]}
    scores = {}
    for name, method in methods.items():
        if isinstance(method, LocalHints):
            colored = method.color_boxes(batch, [method.boxes_at(at, tuple(sketch.shape[2:])) for at in places])
        else:
            colored = method.way(batch, 0)(num_hints)
        columns[TITLES[name]] = [to_pil(one) for one in colored]
        scores[name] = [round(value, 3) for value in psnr(colored, image).tolist()]
    columns["original"] = [to_pil(one) for one in image]
    labelled_grid(columns, TILE).save(folder / "figure3.webp", quality=QUALITY)
    return {"guide": guide, "num_hints": num_hints, "places": [at.tolist() for at in places], "psnr": scores}


def figure5(painters: dict[str, Painter], pairs: SketchColorPairs, folder: Path) -> dict:
    """The importance of regions by their rank.

    What is written: mean PSNR, how many pictures have the region, and Spearman's correlation of rank and PSNR.
    """
    report, figure = {}, Figure(figsize=(6, 4), layout="constrained")
    panel = figure.subplots()
    for name, painter in painters.items():
        scores, bare, asked = [], [], []
        for batch in DataLoader(pairs, BATCH_SIZE, collate_fn=collate):
            if "sketch" in batch:
                answers = painter.answers(batch)
                scores += answers.importance().tolist()
                bare += answers.curve((0,))[:, 0].tolist()
                asked += answers.asked.tolist()
        means, level, shares = np.mean(scores, axis=0), float(np.mean(bare)), np.mean(asked, axis=0)
        report[name] = {
            "pictures": len(scores),
            "psnr": np.round(means, 3).tolist(),
            "without_hints": round(level, 3),
            "rank_correlation": order_of(means),
            "share_of_pictures": np.round(shares, 3).tolist(),
        }
        line = panel.plot(range(1, len(means) + 1), means, marker=".", label=TITLES[name])
        panel.axhline(level, color=line[0].get_color(), linestyle=":")
    panel.set(xlabel="the only region answered", ylabel="PSNR in dB")
    panel.grid(alpha=0.3)
    panel.legend()
    figure.savefig(folder / "figure5.png", dpi=110)
    return report


def order_of(importance: np.ndarray) -> float | None:
    """Spearman's correlation of rank and PSNR, -1 where every region is worth less than the one before.

    None where all are worth the same.
    """
    return None if np.ptp(importance) == 0 else round(float(spearmanr(range(len(importance)), importance).statistic), 3)


def draw_figures(methods: dict[str, Measured], pairs: SketchColorPairs, folder: Path, args: argparse.Namespace) -> dict:
    """The figures of one set of pictures: number -> what is written of it."""
    painters = {name: method for name, method in methods.items() if isinstance(method, Painter)}
    batch = spread_batch(pairs, args.sheet_pictures, next(iter(painters.values())).painter.device)
    made = {
        "1": lambda: {name: figure1(name, painter, batch, folder) for name, painter in painters.items()},
        "3": lambda: figure3(methods, batch, args.num_hints, args.guide, folder),
        "5": lambda: figure5(painters, pairs, folder),
    }
    return {number: made[number]() for number in args.figures}


def write(number: str, report: dict, args: argparse.Namespace) -> None:
    """The numbers of a figure, with what they depend on."""
    head = {"command": args.command, "version": version(), "settings": described(args)}
    write_report(head | report, args.output_dir / f"figure{number}.json")


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    with errors_in_one_sentence():
        methods = open_methods(args)
        make_output_dir(args.output_dir)
        reports = {number: {"sets": {}} for number in args.figures}
        for folder in args.data_dir:
            pairs, name = held_back(folder, args.split, args.resolution, args.max_pictures), folder_name(folder)
            target = args.output_dir / name if len(args.data_dir) > 1 else args.output_dir
            target.mkdir(exist_ok=True)
            for number, report in draw_figures(methods, pairs, target, args).items():
                reports[number]["sets"][name] = report
        for number, report in reports.items():
            write(number, report, args)


if __name__ == "__main__":
    main()
