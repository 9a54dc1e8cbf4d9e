"""Prepare one of the paper's sets (Sec. 4.1) for training and evaluation: divided 81:9:10, 256x256 pixels.

    python experiments/data/prepare.py celeba --folder img_align_celeba --output_dir celeba
    python experiments/data/prepare.py celeba --dataset_name flwrlabs/celeba --download --output_dir celeba
    python experiments/data/prepare.py tag2pix --ids ids.txt --folder danbooru --output_dir tag2pix
    python experiments/data/prepare.py yumi --folder episodes --output_dir yumi

What comes out, train/, validation/ and test/ of PNG files, is what `--train_data_dir` takes. The division is one random
permutation of the names with a fixed seed, so that everybody who has the same names has the same one, missing and
unreadable pictures or not. Nothing is downloaded without --download. An interrupted run goes on where it stopped.
"""

import argparse
import hashlib
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "train"))

from arguments import OneSentenceParser, errors_in_one_sentence, positive_int
from experiments.data.sources import Listing, celeba_data_set, celeba_folder, tag2pix, yumi
from guiding_painter.files import replace_file, save_png
from pictures.folders import SPLITS, divide

SIZE = 256
NAMED = 10  # of many names, those that a sentence has


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    with errors_in_one_sentence():
        listing = find_pictures(args)
        missing = [name for name, read in listing.pictures.items() if read is None]
        check_missing(listing, missing, args.skip_missing)
        check_plan(args.output_dir, args.set, listing)
        unreadable = write_pictures(listing, args.output_dir, args.num_workers)
        counts = {split: len(list((args.output_dir / split).glob("*.png"))) for split in SPLITS}
        report = {"set": args.set, "size": SIZE, "pictures": counts, "missing": missing, "unreadable": unreadable}
        replace_file(args.output_dir / "prepared.json", (json.dumps(report, indent=1) + "\n").encode())
        replace_file(args.output_dir / "ATTRIBUTION.md", f"# Attribution\n\n{listing.licence}\n".encode())
    print(f"{args.output_dir}: {', '.join(f'{count:,} {split}' for split, count in counts.items())} pictures.")
    print(listing.licence)
    for name, reason in list(unreadable.items())[:NAMED]:
        print(f"left out: {name}: {reason}")
    if unreadable:
        print(f"{len(unreadable)} pictures cannot be read; prepared.json names them all.")


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = OneSentenceParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sets = parser.add_subparsers(dest="set", required=True)
    faces = sets.add_parser("celeba", help="203K faces")
    source = faces.add_mutually_exclusive_group(required=True)
    source.add_argument("--folder", type=Path, help="img_align_celeba")
    source.add_argument("--dataset_name", help="of the set on the hub, such as flwrlabs/celeba, or a local copy of it")
    faces.add_argument("--download", action="store_true", help="fetch it from the hub")
    drawings = sets.add_parser("tag2pix", help="60K illustrations of Danbooru")
    drawings.add_argument("--ids", type=Path, required=True, help="text file that has an id a line")
    drawings.add_argument("--folder", type=Path, required=True, help="of the pictures, in buckets 0000/ ... or in one")
    cartoon = sets.add_parser("yumi", help="10K pictures of 509 episodes")
    cartoon.add_argument("--folder", type=Path, required=True, help="with a folder of pictures for every episode")
    cartoon.add_argument(
        "--strips", action="store_true", help="those are slices of one long strip: cut it at bands of one color"
    )
    for one in (faces, drawings, cartoon):
        one.add_argument("--output_dir", type=Path, required=True)
        one.add_argument("--skip_missing", action="store_true", help="go on without pictures that are not there")
        one.add_argument("--num_workers", type=positive_int, default=2)
    return parser.parse_args(argv)


def find_pictures(args: argparse.Namespace) -> Listing:
    """Those of the set that is asked for. Raises OSError or ValueError where nothing of it is there."""
    if args.set == "tag2pix":
        return tag2pix(args.ids, args.folder)
    if args.set == "yumi":
        return yumi(args.folder, args.strips)
    return celeba_folder(args.folder) if args.folder else celeba_data_set(args.dataset_name, args.download)


def check_missing(listing: Listing, missing: list[str], skip: bool) -> None:
    """Raises FileNotFoundError where pictures are missing, unless all but some are to be skipped."""
    total = len(listing.pictures)
    if len(missing) == total:
        raise FileNotFoundError(f"{listing.place} has none of the {total:,} pictures: name the folder that has them.")
    if missing and not skip:
        names = ", ".join(missing[:NAMED]) + (", ..." if len(missing) > NAMED else "")
        raise FileNotFoundError(
            f"{listing.place} lacks {len(missing):,} of {total:,} pictures ({names}): add them, or give --skip_missing "
            "to go on without them."
        )


def check_plan(output_dir: Path, name: str, listing: Listing) -> None:
    """Raises ValueError for a folder that was begun with other names: it would mix two divisions."""
    digest = hashlib.sha256("\n".join(listing.pictures).encode()).hexdigest()
    plan, file = {"set": name, "names": digest}, output_dir / "plan.json"
    if file.exists() and json.loads(file.read_text()) != plan:
        raise ValueError(f"{output_dir} was begun with other pictures: give another folder.")
    for split in SPLITS:
        (output_dir / split).mkdir(parents=True, exist_ok=True)
    replace_file(file, json.dumps(plan).encode())


def write_pictures(listing: Listing, output_dir: Path, num_workers: int) -> dict[str, str]:
    """Writes those that are not there yet; returns what is wrong with the ones that cannot be read, by name."""
    names, jobs = list(listing.pictures), []
    for split in SPLITS:
        for place in divide(len(names), split, listing.place):
            target = output_dir / split / f"{names[place]}.png"
            if listing.pictures[names[place]] and not target.exists():
                jobs.append((names[place], target))

    def write(job: tuple[str, Path]) -> tuple[str, str]:
        name, target = job
        try:
            picture = listing.pictures[name]()
        except (OSError, ValueError) as error:
            return name, str(error)
        save_png(picture.resize((SIZE, SIZE), Image.Resampling.LANCZOS), target)  # written beside and renamed
        return name, ""

    with ThreadPoolExecutor(num_workers) as pool:
        results = tqdm(pool.map(write, jobs), total=len(jobs), desc="prepare pictures")
        return {name: reason for name, reason in sorted(results) if reason}


if __name__ == "__main__":
    main()
