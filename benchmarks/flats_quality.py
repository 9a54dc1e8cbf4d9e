"""What snapping to lines does to the picture: PSNR of the model's picture, and of painted and flat color made from it.

    python benchmarks/flats_quality.py --data_dir open_pictures --max_pictures 16

A line drawing is extracted from every colored picture at its own size, opened as any drawing is, and each region asked
for is answered with its true mean color at that size, ink left out. All rows come from the same answers: "model" is the
network's picture enlarged, "painted" and "flat" are the color at the drawing's own size with the extracted lines laid
over it, and without them. PSNR is against the colored picture, which has lines only where the artist drew some, in
whatever color; "on paper" leaves the pixels of lines out.

"across a line" is measured as in benchmarks/flats.py. "stray colors" are those of the flat color without lines that
no answer and no unanswered region accounts for, and answers that are missing in it, after any number of answers.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm.auto import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "train"))

from arguments import OneSentenceParser, errors_in_one_sentence, folder_name, positive_float, positive_int
from benchmarks.flats import across_lines
from guiding_painter import GuidingPainterPipeline
from guiding_painter.colors import RGB
from guiding_painter.drawings import extract_line_art, find_ink, open_picture
from guiding_painter.files import lay_lines
from guiding_painter.painting import Painting
from measures.answers import number_of_questions
from measures.results import summarize, table
from pictures.folders import load_pictures


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = OneSentenceParser(description=__doc__.split("\n\n")[0], allow_abbrev=False)
    parser.add_argument("--pretrained_model_name_or_path", help="folder or hub id; the bundled weights if left out")
    parser.add_argument(
        "--data_dir", nargs="+", required=True, help="folders of pictures, or with train/ validation/ test/ in them"
    )
    parser.add_argument("--split", nargs="+", default=["test"], help="one for all, or one for every --data_dir")
    parser.add_argument("--max_pictures", type=positive_int, help="of every folder, evenly spread; all if left out")
    parser.add_argument(
        "--thresholds", type=positive_float, nargs="*", default=[14.0, 16.0, 18.0], help="in dB, for NRI"
    )
    args = parser.parse_args(argv)
    if len(args.split) not in (1, len(args.data_dir)):
        parser.error(f"{len(args.split)} splits for {len(args.data_dir)} folders: give one --split, or one for each.")
    return args


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    with errors_in_one_sentence():
        painter = GuidingPainterPipeline.from_pretrained(args.pretrained_model_name_or_path)
        splits = args.split * len(args.data_dir) if len(args.split) == 1 else args.split
        sets = {folder: load_pictures(folder, split) for folder, split in zip(args.data_dir, splits, strict=True)}
        for folder, paths in sets.items():
            paths = spread(paths, args.max_pictures or len(paths))
            name = folder_name(folder)
            results = [measure(painter, open_picture(path)) for path in tqdm(paths, desc=name, leave=False)]
            print(f"{name}, {len(results)} pictures", report(results, args.thresholds), sep="\n", flush=True)


def spread(paths: Sequence[Path], count: int) -> list[Path]:
    """At most `count` of them, from all along the list: neighbors are often of one kind."""
    count = min(count, len(paths))
    return [paths[i * len(paths) // count] for i in range(count)]


def measure(painter: GuidingPainterPipeline, picture: Image.Image) -> dict:
    """Of one colored picture, RGB: "curves" (row -> N_c + 1 dB), and the other numbers of `report`."""
    drawing = extract_line_art(picture)
    started = time.perf_counter()
    painting = painter.open(drawing)
    opening = time.perf_counter() - started
    truth = true_colors(picture, painting)
    ink = find_ink(painting.drawing)

    curves: dict[str, list[float]] = {}
    stray, waits = 0, []
    questions = number_of_questions(painter)
    for region in (None, *painting.regions[:questions]):
        started = time.perf_counter()
        if region:
            painting.paint(region, truth[region.index])
        flat = painting.color("flat")
        waits.append(time.perf_counter() - started)
        stray += stray_colors(flat, painting)
        for name, image in pictures(painting).items():
            curves.setdefault(name, []).append(psnr(image, picture))
            if not name.endswith("without_lines"):
                curves.setdefault(f"{name}_on_paper", []).append(psnr(image, picture, ~ink))
    for curve in curves.values():  # a person who is asked no more gives no more answers
        curve += curve[-1:] * (questions + 1 - len(curve))
    regions = [region.index for region in painting.regions]
    return {
        "curves": curves,
        "regions": len(regions),
        "colors": len(flat.getcolors(picture.width * picture.height)),
        "stray": stray,
        "unfilled": int((~np.isin(painting.region_map, regions)).sum()),
        "across": across_lines(painting.cells, ink),
        "opening": opening,
        "answering": float(np.mean(waits)),
    }


def true_colors(picture: Image.Image, painting: Painting) -> dict[int, RGB]:
    """{region: its mean in the colored picture}, each pixel counting as much as it is paper; all where none is."""
    regions = painting.region_map.ravel()
    paper = np.asarray(painting.drawing, dtype=np.float64).ravel() / 255 + 1e-9
    values = np.asarray(picture, dtype=np.float64).reshape(-1, 3)
    sums = np.stack([np.bincount(regions, paper * values[:, channel]) for channel in range(3)], axis=1)
    means = sums / np.maximum(np.bincount(regions, paper), 1e-9)[:, None]
    return {region.index: tuple(np.rint(means[region.index]).astype(int).tolist()) for region in painting.regions}


def pictures(painting: Painting) -> dict[str, Image.Image]:
    """{row of the table: RGB at the drawing's own size}, all from the answers so far."""
    rows = {"model": painting.picture.resize(painting.drawing.size, Image.Resampling.BICUBIC)}
    for mode in ("painted", "flat"):
        color = painting.color(mode)
        rows[mode] = lay_lines(color, painting.drawing)
        rows[f"{mode}_without_lines"] = color
    return rows


def stray_colors(flat: Image.Image, painting: Painting) -> int:
    """Colors in the flat picture beyond the answers and one for each unanswered region, and answers not in it."""
    found = {color for _, color in flat.getcolors(flat.width * flat.height)}
    answers = set(painting.answers.values())
    unanswered = len(painting.regions) - len(painting.answers)
    return max(0, len(found - answers) - unanswered) + len(answers - found)


def psnr(image: Image.Image, picture: Image.Image, where: np.ndarray | bool = True) -> float:
    """In dB, as `guiding_painter.metrics.psnr`, of whole pages in less time; `where` is (H, W) bool."""
    difference = np.asarray(image).astype(np.int32) - np.asarray(picture)
    with np.errstate(divide="ignore"):
        return float(10 * np.log10(255**2 / np.square(difference).mean(axis=2).mean(where=where)))


def report(results: list[dict], thresholds: Sequence[float]) -> str:
    """The table of one set of pictures, what flat color gains, and what holds for the flats themselves."""
    counts = tuple(range(len(results[0]["curves"]["model"])))
    rows = {
        name: summarize([result["curves"][name] for result in results], counts, tuple(thresholds))
        for name in results[0]["curves"]
    }
    lines = [table(rows)]
    for name, row in rows.items():
        if name.startswith("model"):
            continue
        model = rows["model_on_paper" if name.endswith("on_paper") else "model"]
        gains = [row["psnr"][k] - model["psnr"][k] for k in counts]
        lines.append(
            f"{name.replace('_', ' ')} beside model: {row['expected_psnr'] - model['expected_psnr']:+.2f} dB expected, "
            f"{min(gains):+.2f} to {max(gains):+.2f} dB at equal numbers of hints"
        )
    keys = ("across", "colors", "regions", "opening", "answering", "unfilled", "stray")
    mean = {key: float(np.mean([result[key] for result in results])) for key in keys}
    lines.append(
        f"flats: {mean['across']:.3%} of the paper across a line, {mean['unfilled']:g} pixels unfilled, "
        f"{mean['colors']:.1f} colors after the last answer for {mean['regions']:.1f} regions, "
        f"{mean['stray']:g} stray colors"
    )
    lines.append(f"seconds a picture: {mean['opening']:.2f} to open, {mean['answering']:.2f} an answer, in flat color")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
