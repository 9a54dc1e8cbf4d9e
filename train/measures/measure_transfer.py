"""Measure how often `--answers` is right: regions of a comic page colored from the page before it.

    python train/measures/measure_transfer.py --comic_dir pages

The pages are colored ones, named so that pages of one episode sort together and share all but the last digits. Line art
is made of them, every region of a page is answered with its true mean color, and carried to the next page of the
episode. A color is right within 15 of the true one (CIE Lab, 1976). The same is done from every page to that page
without its left and upper twelfth, which tells whether a region is found again at all.
"""

import argparse
import re
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image
from skimage.color import rgb2lab

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # train/, from which its rooms are imported

from arguments import OneSentenceParser, errors_in_one_sentence
from guiding_painter import GuidingPainterPipeline, Painting
from guiding_painter.drawings import open_drawing, open_picture
from guiding_painter.transfer import Appearance, appearances, distances
from pictures.folders import load_pictures

TOLERANCE = 15.0
CROP = 12


def parse_args(argv: list[str]) -> argparse.Namespace:
    parser = OneSentenceParser(description=__doc__.split("\n\n")[0], allow_abbrev=False)
    parser.add_argument("--pretrained_model_name_or_path", help="folder or hub id; the bundled weights if left out")
    parser.add_argument("--comic_dir", required=True, help="folder with colored comic pages in validation/")
    parser.add_argument("--panels", action="store_true", help="every panel has its own regions")
    return parser.parse_args(argv)


def true_colors(painting: Painting, page: Image.Image) -> np.ndarray:
    """(regions, 3) in Lab, the mean color of the page over the paper of every region, over all of it without paper."""
    colors = np.asarray(page, dtype=np.float64)
    paper = np.asarray(painting.drawing) > 200
    means = []
    for region in painting.regions:
        pixels = region.mask & paper
        means.append(colors[pixels if pixels.any() else region.mask].mean(axis=0))
    return rgb2lab(np.array(means)[None] / 255)[0]


def look_at(painter: GuidingPainterPipeline, page: Image.Image, panels: bool) -> dict:
    """What is known of a page: {"appearances": [Appearance], "colors": (regions, 3) in Lab, "areas": (regions,)}."""
    drawing = open_drawing(page, extract_lines=True)
    painting = painter.open(drawing, panels=panels)
    areas = np.array([region.area for region in painting.regions])
    return {"appearances": appearances(painter, painting), "colors": true_colors(painting, page), "areas": areas}


def compare(first: dict, second: dict, alike: float) -> dict[str, np.ndarray]:
    """Which regions of the second page get a right color, by every rule; and which look alike, up to that distance."""
    away = np.array(
        [distances(appearance, first["appearances"]) for appearance in second["appearances"]]
    )  # (second, first)
    right = np.linalg.norm(second["colors"][:, None] - first["colors"], axis=2) < TOLERANCE
    same = np.linalg.norm(first["colors"][:, None] - first["colors"], axis=2) < TOLERANCE
    sizes = np.abs(_sizes(second["appearances"])[:, None] - _sizes(first["appearances"]))
    every = np.arange(len(right))
    return {
        "areas": second["areas"],
        "alike": away.min(axis=1) <= alike,
        "nearest look": right[every, away.argmin(axis=1)],
        "most common color": right[:, (same * first["areas"]).sum(axis=1).argmax()],
        "nearest in size": right[every, sizes.argmin(axis=1)],
        "best there is": right.any(axis=1),
    }


def table(compared: list[dict[str, np.ndarray]]) -> str:
    """Shares of right regions, by number and by area."""
    values = {name: np.concatenate([one[name] for one in compared]) for name in compared[0]}
    areas, alike = values.pop("areas"), values.pop("alike")
    rows = [f"{len(areas)} regions, {alike.mean():.1%} look alike ({np.average(alike, weights=areas):.1%} by area)"]
    for name, right in values.items():
        rows.append(f"  {name:20} {right.mean():6.1%} {np.average(right, weights=areas):6.1%} by area")
    if alike.any():
        right, areas = values["nearest look"][alike], areas[alike]
        rows.append(f"  {'look, where alike':20} {right.mean():6.1%} {np.average(right, weights=areas):6.1%} by area")
    return "\n".join(rows)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(sys.argv[1:] if argv is None else argv)
    with errors_in_one_sentence():
        painter = GuidingPainterPipeline.from_pretrained(args.pretrained_model_name_or_path)
        paths = load_pictures(args.comic_dir, "validation")
        pages = {path: open_picture(path) for path in paths}
        seen = {path: look_at(painter, page, args.panels) for path, page in pages.items()}
        cropped = [
            compare(
                seen[path],
                look_at(painter, page.crop((page.width // CROP, page.height // CROP, *page.size)), args.panels),
                painter.model.alike,
            )
            for path, page in pages.items()
        ]
        following = [
            compare(seen[a], seen[b], painter.model.alike) for a, b in pairwise(paths) if _episode(a) == _episode(b)
        ]
        if not following:
            raise ValueError(f"{args.comic_dir} has no two pages of one episode: name them such as E01P01, E01P02.")
        print("from the page before:", table(following), "from the same page, uncropped:", table(cropped), sep="\n")


def _sizes(appearances: list[Appearance]) -> np.ndarray:
    return np.array([appearance.size for appearance in appearances])


def _episode(path: Path) -> str:
    return re.sub(r"\d+$", "", path.stem)


if __name__ == "__main__":
    main()
