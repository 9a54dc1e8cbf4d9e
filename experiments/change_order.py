"""Another order of questions by additional learning (Sec. 4.5 of GuidingPainter), with the expected PSNR watched.

    python experiments/change_order.py --pretrained_model_name_or_path my-comic --preferences preferences.json \\
        --train_data_dir my_comic --output_dir my-comic-reordered

The paper says that this is possible and leaves how to its supplement; this design is ours. The preferences are a JSON
object: for every picture, by its path from the file's own folder, points in the order in which they should be asked,
[x, y] as shares of width and height: {"page.png": [[0.5, 0.4], [0.05, 0.05]], ...}, say a figure before its background.
`--preferences middle_first` stands for the middle of the middle square before its corner, in 200 training pictures.

First all regions of f change their numbers at once, to those that suit most pictures: f would have to unlearn one
number before it learns another. Then it learns the rest by cross entropy, picture by picture: regions that hold points
come first, in their order, the others as before; one that holds several is shared out among them. Meanwhile f, g and D
go on learning what they were trained for. Every fifth picture with preferences is only measured on.

All other flags are those of train/train_guiding_painter.py, also `--resume_from_checkpoint`, and several processes
are started with `accelerate launch`. Written are the averaged model and `results.json`: before and after, the
agreement, which is the share of pairs of points asked in the preferred order (half a pair where one region holds
both), the share of pairs in one region, between which there is no order yet, and the expected PSNR under G on
validation pictures. Only networks of pixels have an order to learn: over cells it follows from what an answer is worth.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from accelerate import Accelerator
from scipy.optimize import linear_sum_assignment

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the repository, and in it
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "train"))  # the training kit

from arguments import OneSentenceParser, command_line, errors_in_one_sentence, first_line, weight
from checkpoints import checkpoint_to_resume, make_output_dir, painter_of, save_pipeline
from experiments.methods.training import run
from experiments.reports import RESULTS_FILE
from guiding_painter import GuidingPainterPipeline, SegmentationNetwork
from guiding_painter.checkpoint import read_json
from measures.answers import measure, number_of_questions
from measures.results import summarize
from pictures.crops import center_box
from pictures.folders import load_pictures
from pictures.pairs import SketchColorPairs, TrainingPairs
from preparation import arrange, counted, load_data, load_networks, make_generator, start_accelerator
from report_files import write_report
from settings import Settings, parse_settings
from updates import generator_losses

MIDDLE_FIRST = [(0.5, 0.5), (0.03, 0.03)]  # shares of the middle square
MIDDLES = 200  # pictures of that at most
HELD_BACK = 5  # every so many pictures with preferences one is not trained on

Points = list[tuple[float, float]]  # (x, y)
Preferred = list[tuple[torch.Tensor, list[tuple[int, int]]]]  # sketches (1, H, W), and points (row, column) in them


def read_preferences(name: str, settings: Settings) -> dict[Path, Points | None]:
    """Picture -> points, None for the middle first. Raises OSError or ValueError for what is none."""
    if name == "middle_first":
        return dict.fromkeys(load_pictures(settings.data, "train", MIDDLES))
    file = Path(name)
    try:
        found = read_json(file)
    except (OSError, ValueError) as error:
        what = first_line(error) if file.is_file() else f"There is no file {file}"
        raise ValueError(
            f'{what}: give --preferences {{"page.png": [[x, y], [x, y]], ...}}, or middle_first.'
        ) from error
    for picture, points in found.items():
        if not are_points(points):
            raise ValueError(f"{file} has {points!r} for {picture}: give two or more [x, y], each from 0 to below 1.")
    return {file.parent / picture: points for picture, points in found.items()}


def are_points(value: object) -> bool:
    """Two points or more, [x, y] each, from 0 to below 1."""
    try:
        points = np.array(value, dtype=float)
    except (TypeError, ValueError):
        return False
    return points.ndim == 2 and points.shape[1] == 2 and len(points) > 1 and 0 <= points.min() and points.max() < 1


def preferred_pictures(preferences: dict[Path, Points | None], settings: Settings) -> Preferred:
    """The middle squares of pictures and those of their points that lie in them, two at least."""
    pairs = SketchColorPairs(list(preferences), settings.resolution, grayscale=settings.is_grayscale)
    found, size = [], settings.resolution
    for i, points in enumerate(preferences.values()):
        pair = pairs[i]
        if pair["skipped"]:
            raise ValueError(pair["skipped"][0])
        places = in_square(points, pairs.example(i).open()[0].size) if points else MIDDLE_FIRST
        if len(places) > 1:
            found.append((pair["sketch"], [(int(y * size), int(x * size)) for x, y in places]))
    if len(found) < (least := 2 * HELD_BACK):
        raise ValueError(f"Only {len(found)} pictures have two points in their middle square: give at least {least}.")
    return found


def in_square(points: Points, size: tuple[int, int]) -> Points:
    """Points as shares of the middle square, of a picture of (width, height); without those that lie beside it."""
    left, top, right, bottom = center_box(size)
    places = [((x * size[0] - left) / (right - left), (y * size[1] - top) / (bottom - top)) for x, y in points]
    return [place for place in places if 0 <= min(place) and max(place) < 1]


@torch.no_grad()
def region_maps(f: SegmentationNetwork, preferred: Preferred, batch_size: int = 16) -> torch.Tensor:
    """(number of pictures, H, W) int64, by argmax."""
    sketches = torch.stack([sketch for sketch, _ in preferred])
    return torch.cat([f(batch.to(f.device)).argmax(1).cpu() for batch in sketches.split(batch_size)])


def renumbered(region_map: torch.Tensor, points: list[tuple[int, int]], max_hints: int) -> torch.Tensor:
    """The regions with those that hold the points first, in the order of the points, then all others as before.

    A region that holds several points is shared out among them, each pixel to the nearest. Numbers end at N_c - 1.
    """
    holders = [int(region_map[point]) for point in points]
    numbers, others = torch.zeros(max_hints, dtype=torch.int64), [k for k in range(max_hints) if k not in holders]
    numbers[others] = (len(points) + torch.arange(len(others))).clamp(max=max_hints - 1)
    target = numbers[region_map]
    places = torch.stack(torch.meshgrid(*map(torch.arange, region_map.shape), indexing="ij"), dim=-1)  # (H, W, 2)
    for holder in set(holders):
        own = [i for i, one in enumerate(holders) if one == holder]
        distances = torch.stack([(places - torch.tensor(points[i])).square().sum(-1) for i in own])
        nearest = torch.tensor(own)[distances.argmin(0)].clamp(max=max_hints - 1)
        target = torch.where(region_map == holder, nearest, target)
    return target


def permute_regions(f: SegmentationNetwork, preferred: Preferred) -> None:
    """Gives the regions of f, in place, the numbers that most of their pixels are to have (Kuhn 1955, assignment)."""
    count = f.config.max_hints
    pixels = np.zeros((count, count))  # of each number now and each one it is to have
    for region_map, (_, points) in zip(region_maps(f, preferred), preferred, strict=True):
        np.add.at(pixels, (region_map.numpy(), renumbered(region_map, points, count).numpy()), 1)
    now = torch.from_numpy(linear_sum_assignment(pixels, maximize=True)[1].argsort()).to(f.device)
    *_, last = f.unet.head.modules()
    with torch.no_grad():
        for values in last.parameters():
            values.copy_(values[now])


def agreement(maps: torch.Tensor, preferred: Preferred) -> tuple[float, float]:
    """Of the pairs of points, the share whose regions are asked in the preferred order, where one for both counts half.

    And the share of those with one region for both, between which there is no order yet.
    """
    shares, shared = [], []
    for region_map, (_, points) in zip(maps, preferred, strict=True):
        turns = np.array([int(region_map[point]) for point in points])
        later, earlier = np.triu_indices(len(turns), 1)[::-1]
        signs = np.sign(turns[later] - turns[earlier])
        shares.append(np.mean((signs + 1) / 2))
        shared.append(np.mean(signs == 0))
    return round(float(np.mean(shares)), 4), round(float(np.mean(shared)), 4)


def measured(
    painter: GuidingPainterPipeline, preferred: dict[str, Preferred], held_back: SketchColorPairs, settings: Settings
) -> dict:
    """`agreement` on pictures trained on and held back, expected PSNR and regions asked on validation pictures."""
    counts = tuple(range(number_of_questions(painter) + 1))
    results = measure(painter, held_back, settings.recipe.ink_aware, counts)
    found = {name: agreement(region_maps(painter.segmentation, some), some) for name, some in preferred.items()}
    return {
        "agreement": {name: share for name, (share, _) in found.items()},
        "in_one_region": {name: shared for name, (_, shared) in found.items()},
        "expected_psnr": summarize(results["psnr"], counts, (), settings.recipe.stop_prob)["expected_psnr"],
        "regions_asked": round(float(np.mean(results["regions"])), 2),
    }


def order_losses(
    f: SegmentationNetwork, preferred: Preferred, lambda_order: float
) -> Callable[..., dict[str, torch.Tensor]]:
    """`updates.generator_losses` and beside them, as "order", that f learns the new numbers of its regions of now.

    Args:
        f: in evaluation mode.
        preferred: what it learns the order from.
        lambda_order: weight of the cross entropy.
    """
    pairs = zip(region_maps(f, preferred), preferred, strict=True)
    targets = torch.stack([renumbered(one, points, f.config.max_hints) for one, (_, points) in pairs])
    sketches = torch.stack([sketch for sketch, _ in preferred])

    def losses_of(output: dict, batch: dict, *rest: Any) -> dict[str, torch.Tensor]:
        # By the samples' own seeds: the same pictures for any number of processes, and in going on after a stop.
        draws = [np.random.default_rng(seed) for seed in batch["seed"].tolist()]
        some = [int(draw.integers(len(sketches))) for draw in draws]
        flipped = torch.tensor([draw.random() < 0.5 for draw in draws])
        inputs = torch.where(flipped[:, None, None, None], sketches[some].flip(-1), sketches[some])
        target = torch.where(flipped[:, None, None], targets[some].flip(-1), targets[some])
        order = F.cross_entropy(f(inputs.to(f.device)).float(), target.to(f.device))
        return generator_losses(output, batch, *rest) | {"order": lambda_order * order}

    return losses_of


def tune(
    networks: tuple,
    preferred: Preferred,
    pictures: TrainingPairs,
    lambda_order: float,
    accelerator: Accelerator,
    settings: Settings,
) -> GuidingPainterPipeline:
    """f learns the new numbers of its regions, and f, g and D go on learning as they were trained.

    Args:
        networks: f, g and D, which are trained in place; f and g in evaluation mode, as they were before.
        preferred, lambda_order: see `order_losses`.
        pictures: for the losses of Eq. 14.
        settings: with the checkpoint to go on from, if any.

    Returns:
        the averaged f and g.

    Raises OSError or ValueError for a checkpoint that cannot be used.
    """
    f, g, d = networks
    checkpoint = checkpoint_to_resume(settings.resume_from_checkpoint, settings.output_dir, settings.max_train_steps)
    permute_regions(f, preferred)
    losses_of = order_losses(f, preferred, lambda_order)
    arrange(networks, settings)
    generator = make_generator(f, g, settings)
    return painter_of(run(checkpoint, generator, d, pictures, accelerator, losses_of, settings))


def parse_args(argv: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Own flags, and those of the training."""
    parser = OneSentenceParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--preferences", required=True, help="JSON file, or middle_first")
    parser.add_argument("--lambda_order", type=weight, default=5.0, help="of the cross entropy; default: 5")
    parser.add_argument("--small", action="store_true", help="two updates: only to see it run")
    args, training = parser.parse_known_args(argv)
    small = ("--max_train_steps", "2", "--train_batch_size", "4", "--dataloader_num_workers", "0", "--resolution", "32")
    return args, [*(small if args.small else ()), "--report_to", "none", *training]


def read_settings(flags: list[str]) -> Settings:
    """Raises ValueError for a training that has no order to learn, or flags that it would not follow."""
    settings = parse_settings("", flags)
    if settings.start.over_cells:
        raise ValueError(
            "Networks over cells have no order to learn, they ask for what is worth most: name networks of pixels."
        )
    if settings.streaming or settings.train == "colorization":
        raise ValueError(
            "The order is learned by f, from pictures that are counted: leave out --streaming and --train colorization."
        )
    if settings.push_to_hub:
        raise ValueError("Nothing is uploaded here: leave out --push_to_hub, and upload --output_dir when it is done.")
    return settings


def read_in(args: argparse.Namespace, settings: Settings, num_processes: int) -> tuple:
    """Settings, networks, training pictures, validation pictures, preferred pictures "trained" and "held_back"."""
    f, g, d = load_networks(settings)
    pictures, held_back = load_data(settings, num_processes)
    settings = counted(settings, len(pictures), num_processes)
    found = preferred_pictures(read_preferences(args.preferences, settings), settings)
    make_output_dir(settings.output_dir)
    kept = found[::HELD_BACK]
    trained = [one for i, one in enumerate(found) if i % HELD_BACK]
    return settings, (f.eval(), g.eval(), d), pictures, held_back, {"trained": trained, "held_back": kept}


def main(argv: list[str] | None = None) -> None:
    argv = sys.argv[1:] if argv is None else argv
    args, flags = parse_args(argv)
    with errors_in_one_sentence():
        asked = read_settings(flags)
        accelerator = start_accelerator(asked)
        settings, networks, pictures, held_back, preferred = read_in(args, asked, accelerator.num_processes)
        painter = GuidingPainterPipeline(*networks[:2])
        report = {"command": command_line(["python", "experiments/change_order.py"], argv)}
        report["pictures"] = {name: len(some) for name, some in preferred.items()} | {"validation": len(held_back)}
        report["before"] = measured(painter, preferred, held_back, settings)
        painter = tune(networks, preferred["trained"], pictures, args.lambda_order, accelerator, settings)
        if not accelerator.is_main_process:
            return
        report["after"] = measured(painter, preferred, held_back, settings)
        save_pipeline(painter, networks[2], settings)
        write_report(report, settings.output_dir / RESULTS_FILE)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
