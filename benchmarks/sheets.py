"""The sheet of paper in a photo: how often it is found, and how often one is seen where there is none.

    python benchmarks/sheets.py photos
    python benchmarks/sheets.py pictures FOLDER ... --most 400

`photos` makes photos of a drawing on a table, of every sheet, table and paper in tests/photos.py, with grain, without
and under a sharp shadow, and prints how many sheets are found, for how many something else is, and how far their
corners are off in thousandths of the photo's long side. `pictures` looks at
pictures that are no photos of paper, scans and drawings of all kinds, and prints how many of each folder would be cut
all the same, and which; of a large folder it takes `--most` by chance, the same each time.
"""

import argparse
import random
import sys
import time
from itertools import product
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from photos import PAPERS, SHEETS, TABLES, pencil_drawing, photo  # noqa: E402

from guiding_painter.drawings import find_sheet, open_picture  # noqa: E402

KINDS = {  # of photos
    "with grain": {},
    "smoothed by the phone": {"noise": 0, "blur": 1.2},
    "under the sharp edge of a shadow": {"fade": 1},
}
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff"}


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(dest="kind", required=True)
    photos = kinds.add_parser("photos", help="photos of paper on tables, made by code")
    photos.add_argument("--size", type=int, nargs=2, default=(900, 1200), help="of the photos (default: %(default)s)")
    photos.add_argument("--first", type=int, default=0, help="seed of the first photo")
    pictures = kinds.add_parser("pictures", help="pictures that show no sheet on a table")
    pictures.add_argument("folders", type=Path, nargs="+")
    pictures.add_argument("--most", type=int, default=400, help="pictures of a folder (default: %(default)s)")
    pictures.add_argument("--show", type=Path, help="write what is found into this folder, with the corners drawn in")
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    if args.kind == "photos":
        for name, options in KINDS.items():
            print(f"{name}: {measure_photos(tuple(args.size), args.first, options)}", flush=True)
        return
    print("folder | pictures | seen as sheets | | seconds each\n---|---|---|---|---")
    total = np.zeros(2, dtype=int)
    for folder in args.folders:
        total += measure_folder(folder, args.most, args.show)
    print(f"all | {total[0]} | {total[1]} | {total[1] / max(1, total[0]):.2%} |")


def measure_photos(size: tuple[int, int], first: int, options: dict[str, float]) -> str:
    drawing, another, off = pencil_drawing(), 0, []
    cases = list(product(SHEETS, TABLES, PAPERS))
    for seed, (sheet, table, paper) in enumerate(cases, first):
        shadow = (0.0, 0.2, 0.4)[seed % 3]
        picture = photo(drawing, SHEETS[sheet], TABLES[table], PAPERS[paper], size, shadow, seed=seed, **options)
        corners = find_sheet(picture)
        error = np.abs(np.array(corners) - np.array(SHEETS[sheet]) * size).max() / max(size) if corners else 1.0
        if error < 0.02:
            off.append(1000 * error)
            continue
        another += corners is not None
        print(f"not found: {sheet}, {table}, {paper}, shadow {shadow}" + ", but another" * (corners is not None))
    return (
        f"{len(off)} of {len(cases)} found, {another} wrong; corners off by {np.median(off or [0]):.1f} (median), "
        f"{max(off, default=0):.1f} (most) of 1000"
    )


def measure_folder(folder: Path, most: int, show: Path | None) -> tuple[int, int]:
    """How many pictures were looked at, and in how many a sheet was seen."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    paths = random.Random(0).sample(paths, min(most, len(paths)))
    seen, began = [], time.process_time()
    for path in paths:
        picture = open_picture(path)
        if (corners := find_sheet(picture)) is not None:
            seen.append(path)
            if show:
                show.mkdir(parents=True, exist_ok=True)
                ImageDraw.Draw(picture).polygon(corners, outline="red", width=max(4, max(picture.size) // 150))
                picture.thumbnail((500, 500), Image.Resampling.LANCZOS)
                picture.save(show / f"{path.stem}.jpg")
    each = (time.process_time() - began) / max(1, len(paths))
    print(f"{folder.name} | {len(paths)} | {len(seen)} | {len(seen) / max(1, len(paths)):.2%} | {each:.2f}", flush=True)
    for path in seen:
        print(f"  {path.relative_to(folder)}")
    return len(paths), len(seen)


if __name__ == "__main__":
    main()
