"""Where training pictures come from: a folder of them, divided into splits."""

import os
from pathlib import Path

import numpy as np

SPLITS = {"train": 0.81, "validation": 0.09, "test": 0.10}  # Sec. 4.1
SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".tif", ".tiff", ".bmp"}


def load_pictures(data_dir: str | os.PathLike, split: str, most: int | None = None) -> list[Path]:
    """The pictures of a folder, nested folders included, that belong to one split: "train", "validation" or "test".

    `most` of them, evenly spread, where there are more.

    A folder with some of train/, validation/ and test/ in it is divided as it is. Any other one, and one with only
    train/, is divided 81:9:10, the same way every time: what was trained on is never measured on.

    Raises:
        OSError: no such folder, or no pictures in it.
        ValueError: it has no such split, or too few pictures to be divided.
    """
    folder = Path(data_dir)
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is not a folder: name one that holds colored pictures.")
    found = [name for name in SPLITS if (folder / name).is_dir()]
    if set(found) > {"train"} or (found and "train" not in found):
        if split not in found:
            raise ValueError(f"{folder} has {', '.join(found)} but not {split}: add a folder {split} to it.")
        pictures = _list_pictures(folder / split)
    else:
        pictures = _list_pictures(folder)
        pictures = [pictures[i] for i in divide(len(pictures), split, str(folder))]
    return [pictures[i] for i in spread(len(pictures), most)]


def _list_pictures(folder: Path) -> list[Path]:
    files = (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.name[0] != ".")
    pictures = sorted(files, key=lambda path: path.relative_to(folder).as_posix())
    if not pictures:
        raise FileNotFoundError(f"{folder} holds no pictures: put colored ones, such as PNG or JPEG, into it.")
    return pictures


def spread(total: int, most: int | None) -> np.ndarray:
    """The numbers of `most` of `total` pictures, evenly spread; of all where there are no more, or `most` is None."""
    return np.linspace(0, total - 1, min(most or total, total), dtype=int)


def divide(total: int, split: str, name: str) -> np.ndarray:
    """The numbers of the pictures, of `total`, that belong to one split, 81:9:10, the same ones every time.

    Raises ValueError for another split, or too few pictures; `name` is what holds them.
    """
    if total < len(SPLITS):
        raise ValueError(f"{name} has only {total} pictures: give at least 3, two are kept for measuring.")
    if split not in SPLITS:
        raise ValueError(f"{split!r} is no split: choose {', '.join(SPLITS)}.")
    validation, test = (max(1, round(total * SPLITS[part])) for part in ("validation", "test"))
    train = total - validation - test
    parts = np.split(np.random.default_rng(0).permutation(total), [train, train + validation])
    return parts[list(SPLITS).index(split)]
