"""Measure a model on held-back pictures: PSNR after k answers, expected PSNR under G, NRI, regions asked.

    python train/evaluate.py --data_dir open_pictures --split test --output results.json
"""

import argparse
import json
from pathlib import Path

import torch
from data import SketchColorPairs
from torch.utils.data import DataLoader
from tqdm.auto import tqdm

from guiding_painter import GuidingPainterPipeline
from guiding_painter.hints import condition_mask, hint_map, hint_weights, masked_segments, mean_colors, one_hot
from guiding_painter.metrics import expected_psnr, nri, psnr

HINT_COUNTS = (0, 1, 3, 5, 10, 30)


@torch.no_grad()
def hint_curves(
    painter: GuidingPainterPipeline, batch: dict[str, torch.Tensor], hint_counts: tuple[int, ...], ink_aware: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    """PSNR of each picture after each number of true answers, and how many regions it is asked about.

    An answer is the true mean color of the region, without its ink pixels if `ink_aware`: people answer with clean colors.

    Returns:
        (B, len(hint_counts)) in dB and (B,) regions that have pixels.
    """
    sketch, image = batch["sketch"].to(painter.device), batch["color_image"].to(painter.device)
    segments = one_hot(painter.segmentation(sketch))
    colors = mean_colors(image, segments, (sketch + 1) / 2 if ink_aware else None)
    curves = []
    for k in hint_counts:
        num_hints = torch.full((len(sketch),), k, device=sketch.device)
        masked = masked_segments(segments, hint_weights(num_hints, segments.shape[1]))
        prediction = painter.colorization(sketch, segments, hint_map(colors, masked), condition_mask(masked))
        curves.append(psnr(prediction, image))
    return torch.stack(curves, dim=1), segments.flatten(2).any(2).sum(1)


def evaluate(
    painter: GuidingPainterPipeline,
    pictures: SketchColorPairs,
    ink_aware: bool,
    hint_counts: tuple[int, ...] | None = None,
    batch_size: int = 16,
    thresholds: tuple[float, ...] = (),
) -> dict:
    """Means over the pictures as plain JSON values. All k = 0..N_c by default; expected PSNR and NRI need them all."""
    max_hints = painter.segmentation.config.max_hints
    counts = hint_counts or tuple(range(max_hints + 1))
    results = [
        hint_curves(painter, batch, counts, ink_aware)
        for batch in tqdm(DataLoader(pictures, batch_size), desc="evaluating", leave=False)
    ]
    curves, regions = (torch.cat(parts).cpu() for parts in zip(*results, strict=True))
    report = {
        "pictures": len(curves),
        "psnr": {k: round(value, 3) for k, value in zip(counts, curves.mean(0).tolist(), strict=True)},
        "regions_asked": round(regions.float().mean().item(), 2),
    }
    if hint_counts is None:
        report["expected_psnr"] = round(expected_psnr(curves).mean().item(), 3)
        report["nri"] = {threshold: round(nri(curves, threshold).mean().item(), 2) for threshold in thresholds}
    return report


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--pretrained_model_name_or_path", help="folder or hub id; the bundled weights if left out")
    parser.add_argument("--data_dir", required=True, help="folder with train/ validation/ test/")
    parser.add_argument("--split", default="test")
    parser.add_argument("--resolution", type=int, default=256)
    parser.add_argument("--thresholds", type=float, nargs="*", default=[14.0, 16.0, 18.0], help="dB, for NRI")
    parser.add_argument("--with_ink", action="store_true", help="answers are means with ink pixels, as in the paper")
    parser.add_argument("--output", type=Path, help="JSON file; printed in any case")
    args = parser.parse_args(argv)

    painter = GuidingPainterPipeline.from_pretrained(args.pretrained_model_name_or_path)
    pictures = SketchColorPairs(args.data_dir, args.split, args.resolution, is_training=False)
    report = evaluate(painter, pictures, not args.with_ink, thresholds=tuple(args.thresholds))
    text = json.dumps(report, indent=2)
    print(text)
    if args.output:
        args.output.write_text(text + "\n")


if __name__ == "__main__":
    main()
