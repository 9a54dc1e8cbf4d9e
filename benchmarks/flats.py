"""Seconds and peak memory from a drawing's file to flats and a layered file, at several sizes.

    python benchmarks/flats.py

Each row is a process of its own. Memory is the whole process's, Python and its libraries (about 250 MB) included.
"""

import argparse
import io
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIZES = ((683, 1024), (1365, 2048), (2731, 4096), (3000, 4500))


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--one", nargs=3, metavar=("WIDTH", "HEIGHT", "PAPER"), help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    if args.one:
        print(measure((int(args.one[0]), int(args.one[1])), args.one[2]))
        return
    print(
        "    size     paper  cells   open  flats  painted    psd  file to flats    CPU   peak  unfilled  across a line"
    )
    for size in SIZES:
        for paper in ("clean", "scan"):
            subprocess.run([sys.executable, __file__, "--one", *map(str, size), paper], check=True)


def measure(size: tuple[int, int], paper: str) -> str:
    """One row of the table."""
    from guiding_painter.flats import find_ink, flat_colors, make_flats, painted_colors
    from guiding_painter.layers import Artwork, save_artwork
    from guiding_painter.sketches import open_drawing, working_size

    file = page(size, paper)
    columns, rows = working_size(size)
    region_map = np.add.outer(6 * (np.arange(rows) * 5 // rows), np.arange(columns) * 6 // columns).astype(np.uint8)
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (6, 4, 3), dtype=np.uint8)).resize(
        (columns, rows)
    )
    colors = {index: (8 * index, 255 - 8 * index, 128) for index in range(30)}

    times, started = [time.perf_counter()], time.process_time()
    drawing = open_drawing(file)
    times.append(time.perf_counter())
    flats = make_flats(drawing, region_map)
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
        f"{across_lines(flats.cells, find_ink(drawing)):14.4%}"
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


if __name__ == "__main__":
    main()
