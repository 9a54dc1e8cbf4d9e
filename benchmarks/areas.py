"""Areas: are those of a drawing found, with openings, pencil, texture, at every scale; what are they worth; how long.

    python benchmarks/areas.py drawings            recovered areas, leaks, splits, what scale and shift change
    python benchmarks/areas.py hard                drawings of hard kinds that are right in whole
    python benchmarks/areas.py pictures FOLDER...  expected PSNR of flats of colored pictures
    python benchmarks/areas.py sizes               seconds of CPU and memory of a page, and of a 1-bit scan

The first three show the cells of today beside those as they were up to version 3 of saved paintings: openings up to 4
of 512 pixels closed, and what is darker than 35 % is ink.

An area is recovered where it and the cell with most of it have an IoU over 0.8, leaks where another area has most of
itself in the same cell, and is split where it has several cells of over 2 % of it. A drawing is unchanged by scale or
shift where it has as many cells of over 0.1 % of it, and those of over 0.5 % lie on each other (IoU over 0.9).

A drawing of a hard kind is joined where one cell has most of the paper of two areas, in pieces where an area has less
than 95 % of its paper in one cell or where more cells than there are areas have over 0.05 % of the drawing, and right
where it is neither.

Expected PSNR is that of flats in true mean colors, the largest cell first and all others in their one mean, with the
drawing's lines on top, over 0 to 30 answers of a person who stops after each with probability 1/8. The drawings are
extracted from the pictures; of pages four tiles are measured.
"""

import argparse
import io
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import hard_drawings
from benchmarks.area_drawings import TEXTURES, render
from benchmarks.former_cells import line_bounded_cells
from guiding_painter.drawings import cut_cells, extract_line_art, find_ink

ANSWERS, STOP = 30, 0.125
SIZES = ("512x512", "1500x1000", "3000x4500", "9000x6000")
KINDS = (
    {f"opening {opening}": {"opening": opening} for opening in (0, 5, 10, 20, 30, 40)}
    | {f"pencil, opening {opening}": {"opening": opening, "pencil": True} for opening in (0, 10)}
    | {texture: {"texture": texture} for texture in TEXTURES}
    | {f"scale {scale}, opening 10": {"scale": scale, "opening": 10} for scale in (0.5, 2, 4)}
)

Cut = Callable[[Image.Image], np.ndarray]


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", choices=("drawings", "hard", "pictures", "sizes", "one"))
    parser.add_argument("arguments", nargs="*", metavar="FOLDER")
    parser.add_argument("--count", type=int, default=60, help="pictures at most, of each folder")
    parser.add_argument("--seeds", type=int, default=6, help="drawings of each kind")
    parser.add_argument("--first", type=int, default=0, help="seed of the first of them")
    parser.add_argument("--no_changes", action="store_true", help="leave out what scale and shift change")
    args = parser.parse_args(argv)
    if args.table == "drawings":
        print_drawings(range(args.first, args.first + args.seeds))
        if not args.no_changes:
            print_changes(range(args.first, args.first + args.seeds))
    elif args.table == "hard":
        print_hard(range(args.first, args.first + args.seeds))
    elif args.table == "pictures":
        for folder in args.arguments:
            print_pictures(Path(folder), args.count)
    elif args.table == "sizes":
        print("       size     open    ink  cells  flats + PNG   peak  cells found")
        for size in args.arguments or SIZES:
            subprocess.run([sys.executable, __file__, "one", size], check=True)
    else:
        print(measure_size(args.arguments[0]))


def former_cells(drawing: Image.Image) -> np.ndarray:
    """(H, W) as they were."""
    return line_bounded_cells(np.asarray(drawing, dtype=np.float32) / 255, gap=max(drawing.size) * 4 / 512)


def new_cells(drawing: Image.Image) -> np.ndarray:
    """(H, W) as they are."""
    return cut_cells(find_ink(drawing))


CUTS: dict[str, Cut] = {"former": former_cells, "new": new_cells}


def print_drawings(seeds: range) -> None:
    print(f"{'':24}" + "".join(f"{name:>26}   " for name in CUTS))
    print(f"{'':24}" + "  recovered   leaks   splits " * 2)
    for name, kind in KINDS.items():
        row = ""
        for cut in CUTS.values():
            total = np.zeros(4)
            for seed in seeds:
                drawing, truth = render(seed, **kind)
                total += score(cut(drawing), truth)
            row += "  {:9.1%} {:7.1%} {:8.1%} ".format(*(total[1:] / total[0]))
        print(f"{name:24}{row}", flush=True)


def print_changes(seeds: range) -> None:
    for name, cut in CUTS.items():
        scaled = unchanged(cut, "scale", (0.5, 2, 4), seeds)
        shifted = unchanged(cut, "shift", (0.5,), seeds)
        print(f"unchanged by scale {scaled:.1%}, by half a pixel {shifted:.1%}: {name}", flush=True)


def score(cells: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """(4,): how many areas (H, W) are known, recovered, leaking and split."""
    shape = int(truth.max()) + 1, int(cells.max()) + 1
    pairs = truth.ravel() * shape[1] + cells.ravel()
    table = np.bincount(pairs, minlength=shape[0] * shape[1]).reshape(shape)
    sizes, cell_sizes = table.sum(axis=1), table.sum(axis=0)
    known, best = np.flatnonzero(sizes), table.argmax(axis=1)
    result = np.zeros(4)
    for area in known:
        both = table[area, best[area]]
        recovered = both / (sizes[area] + cell_sizes[best[area]] - both) > 0.8
        leaks = (best[known] == best[area]).sum() > 1
        mine = (table[area] > 0.5 * cell_sizes) & (table[area] > 0.02 * sizes[area])
        result += 1, recovered, leaks, mine.sum() > 1
    return result


def unchanged(cut: Cut, what: str, values: tuple[float, ...], seeds: range) -> float:
    """Share of rendered drawings that have the same cells at other scales or places."""
    same = []
    for seed in seeds:
        for opening in (0, 10, 25):
            first = cut(render(seed, opening)[0])
            for value in values:
                second = Image.fromarray(cut(render(seed, opening, **{what: value})[0]).astype(np.int32))
                same.append(alike(first, np.asarray(second.resize(first.shape[::-1], Image.Resampling.NEAREST))))
    return float(np.mean(same))


def alike(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether two (H, W) maps of cells are the same to a person, see above."""
    one, two = (np.flatnonzero(np.bincount(cells.ravel()) > 1e-3 * cells.size) for cells in (first, second))
    if len(one) != len(two):
        return False
    for cell in one:
        mine = first == cell
        if mine.mean() > 5e-3:
            theirs = second == np.bincount(second[mine]).argmax()
            if (mine & theirs).sum() <= 0.9 * (mine | theirs).sum():
                return False
    return True


def print_hard(seeds: range) -> None:
    """A row a kind: how many drawings, then of former and new cells how many are right, joined and in pieces."""
    print(f"{'':36}drawings" + "".join(f"{name:>12}: right  joined  pieces" for name in CUTS))
    for kind in hard_drawings.KINDS:
        total = np.zeros((len(CUTS), 3), int)
        for seed in seeds:
            drawing, truth = hard_drawings.render(kind, seed)
            total += [
                judge(cut(drawing), np.where(np.asarray(drawing) > 127, truth, hard_drawings.UNJUDGED))
                for cut in CUTS.values()
            ]
        print(
            f"{kind:36}{len(seeds):8}" + "".join(f"{right:19}{joined:8}{torn:8}" for right, joined, torn in total),
            flush=True,
        )


def judge(cells: np.ndarray, truth: np.ndarray) -> tuple[bool, bool, bool]:
    """Whether a drawing is right, joined, in pieces, see above; (H, W) both, ink and what is not judged `UNJUDGED`."""
    known = np.flatnonzero(np.bincount(truth.ravel())[: hard_drawings.UNJUDGED])
    inside = [np.bincount(cells[truth == area]) for area in known]
    joined = len({int(counts.argmax()) for counts in inside}) < len(known)
    large = (np.bincount(cells.ravel()) > 5e-4 * cells.size).sum()
    torn = large > len(known) or any(counts.max() < 0.95 * counts.sum() for counts in inside)
    return not joined and not torn, joined, torn


def print_pictures(folder: Path, count: int) -> None:
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".jpg", ".png", ".webp"))
    files = [files[i * len(files) // count] for i in range(count)] if len(files) > count else files
    values = []
    for file in files:
        for color in tiles(Image.open(file).convert("RGB")):
            drawing = extract_line_art(color)
            row = []
            for cut in CUTS.values():
                cells = cut(drawing)
                row += [expected_psnr(cells, np.asarray(color), np.asarray(drawing)), len(np.unique(cells))]
            values.append(row)
    former, former_count, new, new_count = np.mean(values, axis=0)
    won = np.mean([row[2] >= row[0] for row in values])
    print(
        f"{folder}: {len(values)} pictures, former {former:.2f} dB ({former_count:.0f} cells), "
        f"new {new:.2f} dB ({new_count:.0f}), {new - former:+.2f} dB, no loss on {won:.0%}",
        flush=True,
    )


def tiles(picture: Image.Image) -> list[Image.Image]:
    """A page in squares of its half width, four at most; anything smaller as a whole."""
    if picture.width < 900:
        return [picture]
    side = picture.width // 2
    tops = range(0, picture.height - side + 1, side)
    return [picture.crop((x, y, x + side, y + side)) for y in tops for x in (0, side)][:4]


def expected_psnr(cells: np.ndarray, color: np.ndarray, drawing: np.ndarray) -> float:
    """In dB, see above.

    Args:
        cells: (H, W) numbered from the largest.
        color: (H, W, 3) uint8.
        drawing: (H, W) uint8, its lines lie on top.
    """
    color, cells = color.reshape(-1, 3).astype(np.float64), cells.ravel()
    paper = drawing.ravel()[:, None] / 255
    count = int(cells.max()) + 1
    weights = np.bincount(cells, paper[:, 0], count)
    sums = np.stack([np.bincount(cells, paper[:, 0] * channel, count) for channel in color.T], axis=1)
    means = sums / np.maximum(weights, 1e-9)[:, None]
    curve = []
    for answers in range(ANSWERS + 1):
        fills = means.copy()
        fills[answers:] = sums[answers:].sum(axis=0) / max(weights[answers:].sum(), 1e-9)
        error = np.square(paper * fills[cells] - color).mean()
        curve.append(10 * np.log10(255**2 / max(error, 1e-9)))
    chances = STOP * (1 - STOP) ** np.arange(ANSWERS + 1)
    chances[-1] = (1 - STOP) ** ANSWERS
    return float(chances @ np.array(curve))


def measure_size(size: str) -> str:
    """One row of the last table, from a PNG to flats in a PNG."""
    from benchmarks.flats import page
    from guiding_painter.drawings import open_drawing
    from guiding_painter.files import save_png
    from guiding_painter.painting.fills import flat_colors
    from guiding_painter.painting.flats import Flats

    file = page(tuple(map(int, size.split("x"))), "clean")
    if size == SIZES[-1]:
        scan = Image.open(file).point(lambda value: 255 * (value > 128)).convert("1")
        scan.save(file := io.BytesIO(), "PNG")
        del scan
    times = [time.process_time()]
    drawing = open_drawing(file)
    times.append(time.process_time())
    ink = find_ink(drawing)
    times.append(time.process_time())
    cells = cut_cells(ink)
    times.append(time.process_time())
    colors = np.random.default_rng(0).integers(0, 256, (int(cells.max()) + 1, 3))
    flats = Flats(cells, np.arange(len(colors), dtype=np.uint16))
    with tempfile.TemporaryDirectory() as folder:
        save_png(flat_colors(flats.region_map, dict(enumerate(colors))), Path(folder, "flats.png"), flat=True)
    times.append(time.process_time())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # GB
    row = "{:8.2f}s {:5.2f}s {:5.2f}s {:11.2f}s".format(*np.diff(times))
    return f"{size:>11}{row} {peak:5.2f}GB {cells.max() + 1:12}"


if __name__ == "__main__":
    main()
