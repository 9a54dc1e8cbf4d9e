"""Measure what a model over cells guesses on pictures kept apart: accuracy, suggestions, likeness, colorfulness.

    python train/measures/measure_guesses.py --set books=illustrations/validation --set comic=tiles --output out.json

A set is a folder of colored pictures; beside `a.png` may lie its drawing, `a.lines.png`, else line art is made of it.
Every cell is answered with its true mean color, ink left out, the largest first, and after any number of answers all
cells are filled flat under the ink: answered ones in their color, the others in what g expects. Expected PSNR is the
mean over numbers of answers distributed as G (Eq. 3), beside a bucket fill of the same answers that leaves the rest
white, and one that gives it its true mean. "Every color known" is the most that flats of these cells can reach, and
"tone known" moves what g expects with no answer to the picture's true mean color. A color is right within 20 (CIE Lab,
1976), that of a like cell within 12.

`--frechet` adds how far pictures after three answers are from the true ones, flat and painted (`frechet.py`).
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # train/, from which its rooms are imported

from arguments import OneSentenceParser, errors_in_one_sentence
from guiding_painter import GuidingPainterPipeline
from guiding_painter.cell_model import CellModel
from guiding_painter.files import replace_file
from guiding_painter.hints import num_hints_distribution
from measures.guesser import ANSWERS, EVERY_COLOR, Guesser, open_cells
from pictures.folders import SUFFIXES

THRESHOLD = 16.0  # dB, of NRI
NRI = "answers to 16 dB"
FRECHET = "Fréchet distance after 3"


def parse_args(argv: list[str]) -> argparse.Namespace:
    parser = OneSentenceParser(description=__doc__.split("\n\n")[0], allow_abbrev=False)
    parser.add_argument("--pretrained_model_name_or_path", help="folder or hub id; the bundled weights if left out")
    parser.add_argument("--set", action="append", required=True, metavar="NAME=FOLDER", dest="sets")
    parser.add_argument("--limit", type=int, default=10_000, help="pictures of each set, evenly spread")
    parser.add_argument("--frechet", action="store_true", help="also the Fréchet distance, flat and painted")
    parser.add_argument("--output", type=Path, help=".json of all figures")
    return parser.parse_args(argv)


def measure(model: CellModel, paths: list[Path], new_distance: Callable | None = None) -> dict[str, float]:
    """All figures of one set: PSNR in dB, Fréchet distances where `new_distance` makes them, else shares."""
    chances = num_hints_distribution(ANSWERS).numpy()
    rows: dict[str, list[float]] = {}
    sums: dict[str, np.ndarray] = {}
    distances = {name: new_distance() for name in ("flat", "painted")} if new_distance else {}
    for path in paths:
        guesser = Guesser(model, open_cells(model, path))
        by_size = guesser.curves("size")
        values = {f"expected {name}": float(curve @ chances) for name, curve in by_size.items()}
        values |= {f"no answer {name}": float(curve[0]) for name, curve in by_size.items()} | guesser.limits()
        for name in ("ours", "white"):
            values[f"{NRI}, {name}"] = float((by_size[name] < THRESHOLD).sum())
        for order in ("doubt", "gain"):
            curve = guesser.curves(order)["ours"]
            values |= {
                f"expected by {order}": float(curve @ chances),
                f"{NRI}, by {order}": float((curve < THRESHOLD).sum()),
            }
        for name, value in values.items():
            rows.setdefault(name, []).append(value)
        found = guesser.hits(0) | guesser.hits(3) | guesser.like_pairs() | guesser.joined()
        for name, pair in (found | {"colorfulness with no answer": guesser.colorfulness()}).items():
            sums[name] = sums.get(name, np.zeros(2)) + pair
        pictures = guesser.pictures(3) if distances else {}
        for name, distance in distances.items():
            distance.update(pictures[name], real=False)
            distance.update(pictures["true"], real=True)
    figures = {name: float(np.mean(values)) for name, values in rows.items()}
    figures |= {f"{FRECHET}, {name}": float(distance.compute()) for name, distance in distances.items()}
    return figures | {name: float(part / max(whole, 1e-9)) for name, (part, whole) in sums.items()}


def table(results: dict[str, dict[str, float]]) -> str:
    """Markdown, a column for each set."""
    names = list(next(iter(results.values())))
    lines = ["| figure | " + " | ".join(results) + " |", "|---" * (1 + len(results)) + "|"]
    for name in names:
        digits = 2 if name.startswith(("expected", "no answer", EVERY_COLOR, NRI, FRECHET)) else 3
        lines.append(f"| {name} | " + " | ".join(f"{one[name]:.{digits}f}" for one in results.values()) + " |")
    return "\n".join(lines)


def find_pictures(folder: str, limit: int) -> list[Path]:
    """Raises OSError for a folder without pictures."""
    found = sorted(path for path in Path(folder).rglob("*") if path.suffix.lower() in SUFFIXES)
    found = [path for path in found if not path.stem.endswith(".lines")]
    if not found:
        raise FileNotFoundError(f"{folder} holds no pictures: name a folder of colored ones.")
    return [found[place] for place in np.unique(np.linspace(0, len(found) - 1, limit).round().astype(int))]


def main(argv: list[str] | None = None) -> None:
    args = parse_args(sys.argv[1:] if argv is None else argv)
    with errors_in_one_sentence():
        sets = dict(one.split("=", 1) if "=" in one else (Path(one).name, one) for one in args.sets)
        paths = {name: find_pictures(folder, args.limit) for name, folder in sets.items()}
        model = GuidingPainterPipeline.from_pretrained(args.pretrained_model_name_or_path).model
        if not isinstance(model, CellModel):
            raise ValueError("These networks are of pixels and guess no cells: measure them with evaluate.py.")
        new_distance = None
        if args.frechet:
            from measures.frechet import load_distance  # only here: its imports take seconds

            _, new_distance = load_distance("cpu")
        results = {
            name: {"pictures": len(found)} | measure(model, found, new_distance) for name, found in paths.items()
        }
        print(table(results))
        if args.output:
            replace_file(args.output, json.dumps(results, indent=1).encode())


if __name__ == "__main__":
    main()
