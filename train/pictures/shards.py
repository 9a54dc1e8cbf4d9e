"""Pack a folder of pictures into parquet shards, which are read as a stream: one large file instead of many small ones.

    python train/pictures/shards.py --data_dir open_pictures --output_dir shards --shards 48

`--dataset_name shards --streaming` trains on them. Each shard is a random mix of the pictures, with the bytes of their
files as they are. Give a multiple of the pictures of one update: every process of a training then reads shards of its
own. validation/ and test/ make one shard each. An interrupted run goes on where it stopped.
"""

import argparse
import json
import os
import shutil
import sys
from pathlib import Path

import numpy as np
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # train/, from which its rooms are imported

from arguments import OneSentenceParser, count, errors_in_one_sentence, positive_int
from pictures.folders import SPLITS, load_pictures

ROWS = 32  # of a row group, which is read as one
PLAN_FILE = ".plan.json"  # hidden: a data set's other files are taken for data


def main(argv: list[str] | None = None) -> None:
    parser = OneSentenceParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data_dir", type=Path, required=True, help="as --train_data_dir in training")
    parser.add_argument("--output_dir", type=Path, required=True)
    parser.add_argument("--shards", type=positive_int, required=True, help="how many the training pictures make")
    parser.add_argument("--seed", type=count, default=0, help="of the mix")
    args = parser.parse_args(argv)
    with errors_in_one_sentence():
        counts = write_shards(args.data_dir, args.output_dir, args.shards, args.seed)
    print(
        f"{args.output_dir} is complete: {', '.join(f'{number} {split}' for split, number in counts.items())} pictures."
    )


def write_shards(data_dir: Path, output_dir: Path, shards: int, seed: int = 0) -> dict[str, int]:
    """Writes the shards that are not there yet; returns how many pictures each split has.

    Raises OSError or ValueError where there are no pictures, fewer than shards, or others than the shards that are
    there were made of.
    """
    splits = {split: load_pictures(data_dir, split) for split in find_splits(data_dir)}
    if len(splits["train"]) < shards:
        raise ValueError(f"{data_dir} has {len(splits['train'])} pictures to train on: give at most so many --shards.")
    plan = {"shards": shards, "seed": seed}
    plan["pictures"] = {
        split: [path.relative_to(data_dir).as_posix() for path in paths] for split, paths in splits.items()
    }
    output_dir.mkdir(parents=True, exist_ok=True)
    check_plan(output_dir / PLAN_FILE, plan)
    if (attribution := data_dir / "ATTRIBUTION.md").is_file():
        shutil.copyfile(attribution, output_dir / attribution.name)
    jobs = []
    for split, paths in splits.items():
        order = np.random.default_rng(seed).permutation(len(paths))
        number = shards if split == "train" else 1
        for i in range(number):
            mix = [paths[place] for place in order[i::number]]
            jobs.append((output_dir / f"{split}-{i:05}-of-{number:05}.parquet", mix))
    for target, paths in tqdm(jobs, desc="write shards"):
        if not target.exists():
            write_shard(target, paths, data_dir)
    return {split: len(paths) for split, paths in splits.items()}


def find_splits(data_dir: Path) -> list[str]:
    """The splits of a folder: all of them where it is not divided yet, see `load_pictures`."""
    found = [split for split in SPLITS if (data_dir / split).is_dir()]
    return found if set(found) > {"train"} else list(SPLITS)


def check_plan(file: Path, plan: dict) -> None:
    """Raises ValueError where the folder was begun with another plan: it would mix two sets."""
    if not file.exists():
        file.write_text(json.dumps(plan))
    elif json.loads(file.read_text()) != plan:
        raise ValueError(f"{file.parent} was begun with other pictures, --shards or --seed: give another folder.")


def write_shard(target: Path, paths: list[Path], data_dir: Path) -> None:
    """Writes the files into one parquet file, a row group at a time, beside and renamed."""
    # Here, because their import takes seconds.
    import datasets
    import pyarrow
    from pyarrow import parquet

    schema = datasets.Features({"image": datasets.Image()}).arrow_schema
    part = target.with_suffix(".part")
    with parquet.ParquetWriter(part, schema) as writer:
        for first in range(0, len(paths), ROWS):
            group = paths[first : first + ROWS]
            images = [{"bytes": path.read_bytes(), "path": path.relative_to(data_dir).as_posix()} for path in group]
            writer.write_table(pyarrow.table({"image": images}, schema))
    os.replace(part, target)


if __name__ == "__main__":
    main()
