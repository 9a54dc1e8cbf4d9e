"""Dark Snail (Sec. 4.5, Fig. 4 of GuidingPainter): does sampling the number of hints teach an order of importance?

    python experiments/dark_snail.py --output_dir dark_snail

Rectangles spiral inwards, each half as large as the one before, in new random colors in every mini-batch. No color can
be guessed, so the best question is always the largest rectangle left. The same model is trained with N_h ~ G, and with
N_h = N_c always, where no region ever has to do without its color and the order is worth nothing.

Gradients alone leave the order of all but the largest rectangle to chance, in so few steps. A pixel that moves to an
earlier region gets the color of those that are there, mostly strays of the largest rectangle, and an empty region gives
no color at all, so that no small step leads to a better order once regions are told apart. So every few updates two
regions are tried in each other's turn, and stay so where the reconstruction error of the mini-batch is less under the
N_h of the training (`swap_turns`). With N_h = N_c it is always the same. N_h ~ G is also trained without.

Written are a picture like Fig. 4 for every seed and `results.json`, with which the same command goes on where it was
stopped. For each rectangle, its turn is the number of the region that holds most of its pixels. `correlation` is
Spearman's between the turns and the sizes, 1 where larger rectangles always come first; rectangles that share a region
share a turn. `purity` is the share of all rectangle pixels that lie in a region of which their rectangle makes up most:
1 where every region is bounded by one rectangle.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tqdm.auto import trange

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the repository, and in it
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "train"))  # the training kit

from arguments import OneSentenceParser, errors_in_one_sentence, number, positive_float, positive_int, weight
from experiments.reports import RESULTS_FILE, report_so_far
from experiments.spiral import (
    color_randomly,
    draw_figure,
    draw_labels,
    draw_sketch,
    order_correlation,
    purity,
    turns_of,
)
from guiding_painter import ColorizationNetwork, SegmentationNetwork
from guiding_painter.files import save_png
from guiding_painter.hints import (
    condition_mask,
    gumbel_segments,
    hint_map,
    hint_weights,
    masked_segments,
    mean_colors,
    num_hints_distribution,
)
from guiding_painter.losses import LAMBDAS, reconstruction_loss, smoothness_loss, total_variance_loss
from report_files import write_report

# Whether N_h ~ G, and whether turns are exchanged. With N_h = N_c they never are.
WAYS = {
    "(a) N_h ~ G, turns exchanged": (True, True),
    "(b) N_h = N_c, turns exchanged": (False, True),
    "(c) N_h ~ G, gradients alone": (True, False),
}

# Of one alone there is no order.
two_or_more = number(int, "a whole number above 1", lambda value: value > 1)


def masks(num_hints: torch.Tensor, turns: torch.Tensor) -> torch.Tensor:
    """m of Eq. 4 where region i has turn turns[i], from 0 on: (B,), (N_c,) -> (B, N_c)."""
    return hint_weights(num_hints, len(turns))[:, turns]


@torch.no_grad()
def swap_turns(
    turns: torch.Tensor,
    g: ColorizationNetwork,
    batch: tuple[torch.Tensor, ...],
    generator: torch.Generator,
    chances: torch.Tensor,
) -> torch.Tensor:
    """The turns (N_c,) of all regions; those of two are exchanged where that makes the reconstruction error less.

    Args:
        batch: sketch, color_image, segments and mean colors of a mini-batch.
        chances: (N_c + 1,), of every N_h. Tried are those alone at which one of the two has its color and the other
            one not, by their chances; where there is none, as for N_h = N_c, no turns are exchanged.
    """
    sketch, color_image, segments, colors = batch
    one, other = torch.randperm(len(turns), generator=generator)[:2].tolist()
    first, second = sorted(turns[[one, other]].tolist())
    telling = chances[first + 1 : second + 1]
    if telling.sum() == 0:
        return turns
    num_hints = first + 1 + torch.multinomial(telling, len(color_image), replacement=True, generator=generator)
    swapped = turns.clone()
    swapped[[one, other]] = turns[[other, one]]
    errors = []
    for tried in (turns, swapped):
        masked = masked_segments(segments, masks(num_hints, tried))
        prediction = g(sketch, segments, hint_map(colors, masked), condition_mask(masked))
        errors.append(reconstruction_loss(prediction, color_image))
    return swapped if errors[1] < errors[0] else turns


def train(labels: torch.Tensor, way: str, seed: int, args: argparse.Namespace) -> tuple[torch.Tensor, float]:
    """The regions (H, W) of an f that was trained in one of `WAYS`, numbered as asked, and the last loss.

    Eq. 14 without its adversarial term, since flat colors have no texture to judge, and by default without smoothness.
    """
    is_sampled, swaps = WAYS[way]
    torch.manual_seed(seed)
    sketch, batch, max_hints = draw_sketch(labels), args.batch_size, args.max_hints
    config = {"max_hints": max_hints, "block_out_channels": tuple(args.block_out_channels), "norm": "group"}
    f, g = SegmentationNetwork(**config), ColorizationNetwork(**config)
    optimizer = torch.optim.Adam(
        [{"params": f.parameters(), "lr": args.f_learning_rate}, {"params": g.parameters(), "lr": args.g_learning_rate}]
    )
    # Constant for the first half, then linearly to 0
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, 2 - 2 * step / args.steps))
    order, generator = torch.arange(max_hints), torch.Generator().manual_seed(seed)
    chances = num_hints_distribution(max_hints) if is_sampled else F.one_hot(torch.tensor(max_hints)).float()
    sketches = sketch.expand(batch, -1, -1, -1)
    for step in (progress := trange(args.steps, desc=f"{way}, seed {seed}")):
        color_image = color_randomly(labels, batch)
        logits = f(sketch)
        segments = gumbel_segments(logits.expand(batch, -1, -1, -1), tau=0.1 ** (step / args.steps))
        num_hints = torch.multinomial(chances, batch, replacement=True)
        masked, colors = masked_segments(segments, masks(num_hints, order)), mean_colors(color_image, segments)
        prediction = g(sketches, segments, hint_map(colors, masked), condition_mask(masked))
        loss = (
            LAMBDAS["rec"] * reconstruction_loss(prediction, color_image)
            + LAMBDAS["tv"] * total_variance_loss(color_image, segments, colors)
            + args.lambda_smth * smoothness_loss(logits)
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if swaps and step % args.swap_every == 0:
            order = swap_turns(order, g, (sketches, color_image, segments, colors), generator, chances)
        progress.set_postfix(loss=f"{loss.item():.2f}", refresh=False)
    with torch.no_grad():
        return order[f(sketch).argmax(1)[0]], loss.item()


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    parser = OneSentenceParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--output_dir", type=Path, default=Path("dark_snail"))
    parser.add_argument("--steps", type=positive_int, default=1200, help="of training, for each model")
    parser.add_argument(
        "--swap_every", type=positive_int, default=8, help="updates, then two regions are tried exchanged"
    )
    parser.add_argument("--size", type=positive_int, default=32, help="height and width; powers of two halve exactly")
    parser.add_argument("--num_rectangles", type=two_or_more, default=5)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--max_hints", type=two_or_more, default=8, help="N_c")
    parser.add_argument("--batch_size", type=positive_int, default=16)
    parser.add_argument("--block_out_channels", type=positive_int, nargs="+", default=[16, 32, 32, 32])
    parser.add_argument("--f_learning_rate", type=positive_float, default=3e-3)
    parser.add_argument("--g_learning_rate", type=positive_float, default=2e-3)
    parser.add_argument(
        "--lambda_smth", type=weight, default=0.0, help="0.1 joins all but two or three regions in so few steps"
    )
    parser.add_argument("--small", action="store_true", help="three updates of tiny networks: only to see it run")
    if "--small" in (sys.argv[1:] if argv is None else argv):
        parser.set_defaults(steps=3, seeds=[0], batch_size=2, swap_every=1, block_out_channels=[8, 8, 8])
    return parser.parse_args(argv)


def run(name: str, labels: torch.Tensor, seed: int, args: argparse.Namespace) -> dict:
    """What one training comes to, as JSON values."""
    region_map, loss = train(labels, name, seed, args)
    found = turns_of(region_map, labels)
    judged = {"turns": found, "correlation": order_correlation(found), "purity": purity(region_map, labels)}
    return judged | {"loss": loss, "region_map": region_map.tolist()}


def go_on(report: dict, labels: torch.Tensor, args: argparse.Namespace) -> None:
    """Trains what is missing; every result is written and said, and every seed drawn."""
    results = report["results"]
    for seed in map(str, args.seeds):  # as JSON has it
        for name, of_seeds in results.items():
            if seed not in of_seeds:
                of_seeds[seed] = run(name, labels, int(seed), args)
                write_report(report, args.output_dir / RESULTS_FILE)
            shown = {key: value for key, value in of_seeds[seed].items() if key != "region_map"}
            print(f"{name}, seed {seed}: {shown}", flush=True)
        region_maps = {name: torch.tensor(of_seeds[seed]["region_map"]) for name, of_seeds in results.items()}
        save_png(draw_figure(labels, region_maps), args.output_dir / f"dark_snail_{seed}.png")


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    with errors_in_one_sentence():
        labels = draw_labels(args.size, args.num_rectangles)
        if not set(range(1, args.num_rectangles + 1)) <= set(labels.unique().tolist()):
            raise ValueError(f"--size {args.size} has no room for {args.num_rectangles} rectangles: give a larger one.")
        settings = {key: value for key, value in vars(args).items() if key not in ("output_dir", "seeds")}
        report = report_so_far(args.output_dir, settings, {"results": {name: {} for name in WAYS}})
        go_on(report, labels, args)
    for name, of_seeds in report["results"].items():
        found = [of_seeds[str(seed)] for seed in args.seeds]
        means = {key: np.mean([one[key] for one in found]) for key in ("correlation", "purity")}
        good = sum(one["correlation"] >= 0.9 for one in found)
        print(
            f"{name}: correlation {means['correlation']:.2f}, 0.9 or more in {good} of {len(found)} seeds, "
            f"purity {means['purity']:.2f}"
        )


if __name__ == "__main__":
    main()
