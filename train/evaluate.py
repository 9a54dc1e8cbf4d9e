"""Measure a model on held-back pictures: PSNR after k answers, expected PSNR under G, NRI, regions asked.

    python train/evaluate.py --data_dir open_pictures --split test --rival --output results.json

An answer is the true mean color of the region that is asked about. Regions without pixels are not asked about.
"""

import json
import sys
from pathlib import Path

import torch
from torch.utils.data import DataLoader, Dataset
from tqdm.auto import tqdm

from arguments import OneSentenceParser, errors_in_one_sentence, positive_int
from data import SketchColorPairs, collate, load_pictures
from guiding_painter import GuidingPainterPipeline
from guiding_painter.hints import condition_mask, hint_map, masked_segments, mean_colors, one_hot
from guiding_painter.metrics import expected_psnr, nri, psnr
from guiding_painter.segmentation import sketch_cells
from rival import bucket_fill

HINT_COUNTS = (0, 1, 3, 5, 10, 30)


class Answers:
    """A batch of sketches with the regions that a model asks about and the true answers.

    Args:
        painter: the model.
        batch: "sketch" (B, 1, H, W) and "color_image" (B, 3, H, W), in [-1, 1].
        ink_aware: ink pixels do not count in an answer: people answer with clean colors.
    """

    @torch.no_grad()
    def __init__(self, painter: GuidingPainterPipeline, batch: dict[str, torch.Tensor], ink_aware: bool):
        self.painter = painter
        self.sketch, self.image = batch["sketch"].to(painter.device), batch["color_image"].to(painter.device)
        self.segments = one_hot(painter.segmentation(self.sketch))  # (B, N_c, H, W)
        self.colors = mean_colors(self.image, self.segments, (self.sketch + 1) / 2 if ink_aware else None)
        self.asked = self.segments.flatten(2).any(2)  # (B, N_c)

    def first(self, k: int) -> torch.Tensor:
        """hint_weights after the first k answers, (B, N_c) bool."""
        return self.asked & (self.asked.cumsum(1) <= k)

    @torch.no_grad()
    def colorize(self, hint_weights: torch.Tensor, segments: torch.Tensor | None = None) -> torch.Tensor:
        """The pictures (B, 3, H, W) when only these regions, (B, N_c), have been answered."""
        masked = masked_segments(self.segments, hint_weights)
        segments = self.segments if segments is None else segments
        return self.painter.colorization(self.sketch, segments, hint_map(self.colors, masked), condition_mask(masked))

    def curve(self, counts: tuple[int, ...]) -> torch.Tensor:
        """PSNR in dB after each number of answers, (B, len(counts))."""
        return torch.stack([psnr(self.colorize(self.first(k)), self.image) for k in counts], dim=1)

    def importance(self) -> torch.Tensor:
        """PSNR in dB when region i comes first and is the only one answered (Sec. 4.5, Fig. 5), (B, N_c)."""
        scores = []
        for i in range(self.segments.shape[1]):
            only = torch.zeros_like(self.asked).index_fill_(1, torch.tensor([i], device=self.asked.device), True)
            in_front = torch.cat([self.segments[:, i : i + 1], self.segments[:, :i], self.segments[:, i + 1 :]], dim=1)
            scores.append(psnr(self.colorize(only, in_front), self.image))
        return torch.stack(scores, dim=1)


def measure(
    painter: GuidingPainterPipeline,
    pictures: Dataset,
    ink_aware: bool,
    counts: tuple[int, ...],
    batch_size: int = 16,
    importance: bool = False,
    rival: bool = False,
) -> dict[str, list]:
    """Lists with one entry a picture: "psnr" (len(counts) dB each), "regions" asked, "skipped" (of unusable pictures).

    And "importance" (N_c dB each) and "rival" (len(counts) dB each, see rival.py) where asked for.
    """
    results: dict[str, list] = {"psnr": [], "regions": [], "importance": [], "rival": [], "skipped": []}
    for batch in tqdm(DataLoader(pictures, batch_size, collate_fn=collate), desc="measuring", leave=False):
        results["skipped"] += batch["skipped"]
        if "sketch" not in batch:
            continue
        answers = Answers(painter, batch, ink_aware)
        results["psnr"] += answers.curve(counts).tolist()
        results["regions"] += answers.asked.sum(1).tolist()
        if importance:
            results["importance"] += answers.importance().tolist()
        if rival:
            cells = sketch_cells(answers.sketch)
            fills = (bucket_fill(cells, answers.sketch, answers.image, k) for k in counts)
            results["rival"] += torch.stack([psnr(fill, answers.image) for fill in fills], dim=1).tolist()
    return results


def summarize(psnrs: list[list[float]], counts: tuple[int, ...], thresholds: tuple[float, ...] = ()) -> dict:
    """Means over pictures as plain JSON values. Expected PSNR and NRI only where the counts are all of 0..N_c.

    Raises ValueError where there is no picture.
    """
    if not psnrs:
        raise ValueError("Not one picture could be measured: give pictures that can be opened.")
    curves = torch.tensor(psnrs, dtype=torch.float64)
    report: dict = {"psnr": {k: round(v, 3) for k, v in zip(counts, curves.mean(0).tolist(), strict=True)}}
    if counts == tuple(range(len(counts))):
        report["expected_psnr"] = round(expected_psnr(curves).mean().item(), 3)
        report["nri"] = {threshold: round(nri(curves, threshold).mean().item(), 2) for threshold in thresholds}
    return report


def evaluate(
    painter: GuidingPainterPipeline,
    pictures: Dataset,
    ink_aware: bool,
    thresholds: tuple[float, ...] = (),
    batch_size: int = 16,
    importance: bool = False,
    rival: bool = False,
) -> dict:
    """Everything about a model, from all k = 0..N_c answers, as JSON values. Raises ValueError without pictures."""
    counts = tuple(range(painter.segmentation.config.max_hints + 1))
    results = measure(painter, pictures, ink_aware, counts, batch_size, importance, rival)
    report = {"pictures": len(results["psnr"]), **summarize(results["psnr"], counts, thresholds)}
    report["regions_asked"] = round(sum(results["regions"]) / len(results["regions"]), 2)
    report["skipped"] = sorted(results["skipped"])
    if importance:
        report["importance"] = [round(value, 3) for value in torch.tensor(results["importance"]).mean(0).tolist()]
    if rival:
        report["rival"] = summarize(results["rival"], counts, thresholds)
    return report


def table(report: dict) -> str:
    """Model and rival, one row each: PSNR after some numbers of answers, expected PSNR, NRI."""
    counts = [k for k in HINT_COUNTS if k in report["psnr"]]
    header = [f"{k} hints" for k in counts] + ["expected"] + [f"NRI {threshold:g}" for threshold in report["nri"]]
    lines = [" " * 12 + "".join(f"{name:>10}" for name in header)]
    for name, row in (("model", report), ("bucket fill", report.get("rival"))):
        if row:
            values = [*(row["psnr"][k] for k in counts), row["expected_psnr"], *row["nri"].values()]
            lines.append(f"{name:12}" + "".join(f"{value:10.2f}" for value in values))
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> None:
    parser = OneSentenceParser(description=__doc__.split("\n\n")[0], allow_abbrev=False)
    parser.add_argument("--pretrained_model_name_or_path", help="folder or hub id; the bundled weights if left out")
    parser.add_argument("--data_dir", required=True, help="folder of pictures, or one with train/ validation/ test/")
    parser.add_argument("--split", default="test", help="default: test")
    parser.add_argument("--resolution", type=positive_int, default=256, help="side in pixels, default: 256")
    parser.add_argument("--batch_size", type=positive_int, default=16, help="default: 16")
    parser.add_argument("--thresholds", type=float, nargs="*", default=[14.0, 16.0, 18.0], help="in dB, for NRI")
    parser.add_argument("--with_ink", action="store_true", help="answers are means with ink pixels, as in the paper")
    parser.add_argument("--importance", action="store_true", help="also measure every region as the only answer")
    parser.add_argument("--rival", action="store_true", help="also measure a bucket fill of line-bounded cells")
    parser.add_argument("--output", type=Path, help="JSON file; the JSON is printed in any case")
    args = parser.parse_args(argv)

    with errors_in_one_sentence():
        painter = GuidingPainterPipeline.from_pretrained(args.pretrained_model_name_or_path)
        painter.to("cuda" if torch.cuda.is_available() else "cpu")
        pictures = SketchColorPairs(load_pictures(args.data_dir, args.split), args.resolution)
        report = evaluate(
            painter, pictures, not args.with_ink, tuple(args.thresholds), args.batch_size, args.importance, args.rival
        )
        text = json.dumps(report, indent=2)
        print(table(report), file=sys.stderr)
        print(text)
        if args.output:
            args.output.write_text(text + "\n")


if __name__ == "__main__":
    main()
