"""Flats: seconds and peak memory at several sizes, by themselves and in the whole command, and whether outlines leak.

    python benchmarks/flats.py

prints three tables. The first goes from a drawing's file to flats and a layered file, without the networks; the second
is the command `guiding-painter paint page.png --colors ... -o page.psd`, PyTorch and the networks included, with three
answers and with `auto`; each row is a process of its own, and memory is that of the whole process, Python and its
libraries (about 250 MB without PyTorch) included. The third counts the drawn outlines, of several shapes and line
widths, that leak through an opening; none may up to the stated width, 4 of 512 pixels, or the exit code is 1. How
wider openings fare is in benchmarks/areas.py.
"""

import argparse
import io
import os
import resource
import subprocess
import sys
import tempfile
import time
from itertools import product
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

ROOT = Path(__file__).resolve().parents[1]
SIZES = ((683, 1024), (1365, 2048), (2731, 4096), (3000, 4500))
SIDES = (512, 1024, 2048, 4096)  # long sides of the pages with outlines
OPENINGS = (2, 4, 6, 8, 12, 16, 20, 24)  # in pixels
SHAPES = ("box", "ball", "blob")
WIDTHS = (2, 8)  # of lines, in pixels


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--tables", nargs="+", choices=("flats", "command", "leaks"), default=["flats", "command", "leaks"]
    )
    parser.add_argument("--one", nargs=3, metavar=("WIDTH", "HEIGHT", "PAPER"), help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    if args.one:
        print(measure((int(args.one[0]), int(args.one[1])), args.one[2]))
        return
    if "flats" in args.tables:
        print(
            "    size     paper  cells   open  flats  painted    psd  file to flats    CPU   peak  unfilled  "
            "across a line"
        )
        for size in SIZES:
            for paper in ("clean", "scan"):
                subprocess.run([sys.executable, __file__, "--one", *map(str, size), paper], check=True)
    if "command" in args.tables:
        print("\n    size     --colors    wall    CPU   peak   guiding-painter paint page.png --colors ... -o page.psd")
        for size, colors in product(SIZES, ("#e07a5f,#3d405b,#81b29a", "auto")):
            print(paint(size, colors), flush=True)
    if "leaks" in args.tables and not print_leaks():
        sys.exit("An outline leaks through an opening that is no wider than stated.")


def measure(size: tuple[int, int], paper: str) -> str:
    """One row of the table."""
    from guiding_painter.drawings import cut_cells, find_ink, open_drawing, working_size
    from guiding_painter.files import Artwork, save_artwork
    from guiding_painter.painting.fills import flat_colors, painted_colors
    from guiding_painter.painting.flats import make_flats

    file = page(size, paper)
    columns, rows = working_size(size)
    region_map = np.add.outer(6 * (np.arange(rows) * 5 // rows), np.arange(columns) * 6 // columns).astype(np.uint16)
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (6, 4, 3), dtype=np.uint8)).resize(
        (columns, rows)
    )
    colors = {index: (8 * index, 255 - 8 * index, 128) for index in range(30)}

    times, started = [time.perf_counter()], time.process_time()
    drawing = open_drawing(file)
    times.append(time.perf_counter())
    ink = find_ink(drawing)
    flats = make_flats(cut_cells(ink), ink, region_map)
    color = flat_colors(flats.region_map, colors)
    times.append(time.perf_counter())
    seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # GB
    painted_colors(picture, np.ones((rows, columns), bool), flats, {0: (200, 100, 50)})
    times.append(time.perf_counter())
    with tempfile.TemporaryDirectory() as folder:
        save_artwork(Artwork(drawing, color, flats.region_map, list(colors.items())), Path(folder, "page.psd"))
    times.append(time.perf_counter())

    took = np.diff(times)
    unfilled = int((flats.cells < 0).sum())
    return (
        f"{size[0]:5}x{size[1]:<5} {paper:>5} {len(flats.owners):6} {took[0]:5.1f}s {took[1]:5.1f}s {took[2]:7.1f}s "
        f"{took[3]:5.1f}s {took[0] + took[1]:13.1f}s {seconds:5.1f}s {peak:4.2f}GB {unfilled:9} "
        f"{across_lines(flats.cells, ink):14.4%}"
    )


def page(size: tuple[int, int], paper: str) -> io.BytesIO:
    """A PNG of an inked page: outlines, some of them open, and hatching; as drawn on a screen, or as scanned."""
    rng = np.random.default_rng(0)
    image = Image.new("L", size, 255)
    draw = ImageDraw.Draw(image)
    unit = max(size) / 1000
    for _ in range(200):
        x, y, radius = rng.random() * size[0], rng.random() * size[1], rng.integers(8, 150) * unit
        box, start = (x - radius, y - radius, x + radius, y + radius), rng.integers(360)
        if rng.random() < 0.5:
            draw.ellipse(box, fill=255)
        draw.arc(box, start, start + rng.choice([359.5, 360]), fill=0, width=round(rng.integers(1, 4) * unit))
    for _ in range(600):
        x, y, length = rng.random() * size[0] / 3, rng.random() * size[1] / 3, 40 * unit
        draw.line((x, y, x + length, y - length), fill=0, width=round(unit))
    image = image.filter(ImageFilter.GaussianBlur(0.7))
    if paper == "scan":
        light = np.linspace(250, 205, size[1], dtype=np.float32)[:, None] / 255
        values = np.asarray(image, dtype=np.float32) * light + rng.normal(0, 4, size[::-1]).astype(np.float32)
        image = Image.fromarray(values.clip(0, 255).astype(np.uint8))
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    file.seek(0)
    return file


def across_lines(cells: np.ndarray, ink: np.ndarray) -> float:
    """Share of paper in a cell whose most paper lies in another area that lines fence in."""
    from scipy import ndimage

    areas, count = ndimage.label(~ink)
    pairs, sizes = np.unique(cells[~ink].astype(np.int64) * (count + 1) + areas[~ink], return_counts=True)
    largest = np.zeros(cells.max() + 1, dtype=np.int64)
    np.maximum.at(largest, pairs // (count + 1), sizes)
    return float(1 - largest.sum() / sizes.sum())


def paint(size: tuple[int, int], colors: str) -> str:
    """One row: the whole command, as a process."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "page.png").write_bytes(page(size, "clean").getvalue())
        command = [sys.executable, "-m", "guiding_painter", "paint", "page.png", "--colors", colors, "-o", "page.psd"]
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL
        )
        _, status, used = os.wait4(process.pid, 0)  # unlike RUSAGE_CHILDREN, of this child alone
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{' '.join(command)} failed on a page of {size[0]}x{size[1]} pixels.")
    answers = "auto" if colors == "auto" else f"{len(colors.split(','))} given"
    return (
        f"{size[0]:5}x{size[1]:<5} {answers:>8} {seconds:6.1f}s {used.ru_utime + used.ru_stime:5.1f}s "
        f"{used.ru_maxrss / 1e6:4.2f}GB"
    )


def print_leaks() -> bool:
    """Prints how many outlines leak through each opening; returns whether none does up to the stated width."""
    print(
        "\noutlines that leak, of", len(SHAPES) * len(WIDTHS), "through an opening of so many pixels (| stated width)"
    )
    print("long side  stated " + " ".join(f"{opening:4}" for opening in OPENINGS))
    tight = True
    for side in SIDES:
        stated = 4 * side / 512
        row = f"{side:9} {stated:7.1f} "
        for number, opening in enumerate(OPENINGS):
            if opening > stated and (number == 0 or OPENINGS[number - 1] <= stated):
                row = row[:-1] + "|"
            found = sum(leaks(outline(side, shape, width, opening)) for shape, width in product(SHAPES, WIDTHS))
            tight &= found == 0 or opening > stated
            row += f"{found:4} "
        print(row, flush=True)
    return tight


def outline(side: int, shape: str, width: int, opening: int) -> Image.Image:
    """A page, 3:4, with one closed outline in its middle, but for an opening, in pixels; as if drawn with ink.

    Args:
        shape: "box", "ball", or "blob", a wavy closed curve.
        width: of the line, in pixels.
    """
    size = np.array([3 * side // 4, side])
    angles = np.linspace(0, 2 * np.pi, 2000, endpoint=False)
    turn = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    radius = {
        "box": 1 / np.abs(turn).max(axis=1),
        "ball": np.ones(2000),
        "blob": 1 + 0.15 * np.sin(5 * angles) + 0.1 * np.cos(3 * angles),
    }[shape]
    curve = size / 2 + (0.28 * side * radius)[:, None] * turn
    image = Image.new("L", tuple(size.tolist()), 255)
    draw = ImageDraw.Draw(image)
    draw.line([*map(tuple, curve), *map(tuple, curve[:2])], fill=0, width=width, joint="curve")
    # Rubbed out straight across the line, at one place
    along = (curve[151] - curve[149]) / np.hypot(*(curve[151] - curve[149]))
    x, y = np.meshgrid(*(np.arange(length) - middle for length, middle in zip(size, curve[150], strict=True)))
    values = np.array(image)
    values[(np.abs(x * along[0] + y * along[1]) < opening / 2) & (np.hypot(x, y) < opening + width)] = 255
    return Image.fromarray(values)


def leaks(drawing: Image.Image) -> bool:
    """Whether paper in the middle of an `outline` and paper in the corners share a cell."""
    from scipy import ndimage

    from guiding_painter.drawings import cut_cells, find_ink

    cells = cut_cells(find_ink(drawing))
    # Closed by as much as the widest opening and more, the outline tells its inside from its outside.
    side = max(drawing.size)
    step = max(1, side // 512)
    ink = np.asarray(drawing.reduce(step)) < 250  # any of a line, however thin it has become
    reach = max(8, 24 // step + 2)
    areas, _ = ndimage.label(ndimage.distance_transform_edt(~ink) > reach)
    cells = cells[step // 2 :: step, step // 2 :: step][: ink.shape[0], : ink.shape[1]]
    inside, outside = (areas == areas[place] for place in ((cells.shape[0] // 2, cells.shape[1] // 2), (0, 0)))
    return bool(np.isin(cells[inside], cells[outside]).any())


if __name__ == "__main__":
    main()
