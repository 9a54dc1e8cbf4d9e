"""Where the pictures of the paper's three sets (Sec. 4.1) are on a disk, and what each is called."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from guiding_painter.drawings import open_picture
from pictures.folders import SUFFIXES

CELEBA_PICTURES = 202_599
CELEBA_LICENCE = (
    "CelebA (Liu et al. 2015): for non-commercial research only, under the agreement on the page of the set; it may "
    "not be passed on, and the pictures belong to others."
)
TAG2PIX_LICENCE = (
    "The list of Tag2pix (Kim et al. 2019) over pictures of the Danbooru sets (Anonymous et al.): the pictures belong "
    "to their artists, and no licence to them comes with the list. For research on one's own machine."
)
YUMI_LICENCE = (
    "Yumi's Cells, a web cartoon of Naver Webtoon: all rights reserved. Only for those who have leave of the owner."
)
GUTTER_ROWS = 12  # rows of one color that part two pictures of a strip
FLAT = 12  # levels by which the pixels of such a row may differ
MIN_HEIGHT = 64  # pixels; what is lower is a strip's lettering or a line

Read = Callable[[], Image.Image]


class Listing(NamedTuple):
    """The pictures of a set by name, in order; None is one that should be there and is not."""

    pictures: dict[str, Read | None]
    licence: str
    place: str  # where they were looked for, for messages


def celeba_folder(folder: Path, count: int = CELEBA_PICTURES) -> Listing:
    """A local copy: img_align_celeba with 000001.jpg to 202599.jpg, or the .png of it."""
    check_folder(folder, "the pictures 000001.jpg to 202599.jpg")
    files = {path.stem: path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES}
    names = [f"{number:06}" for number in range(1, count + 1)]
    return Listing({name: reader(files.get(name)) for name in names}, CELEBA_LICENCE, str(folder))


def celeba_data_set(name: str, download: bool, count: int = CELEBA_PICTURES) -> Listing:
    """From the hub, or a local folder of it that `datasets` reads; numbered through its splits in their order."""
    if not Path(name).exists() and not download:
        raise ValueError(f"{name} is no local folder: add --download to fetch it from the hub, about 1.4 GB.")
    # Here, because its import takes seconds.
    import datasets

    try:
        splits = datasets.load_dataset(name)
    except (OSError, ValueError, datasets.exceptions.DatasetsError) as error:
        raise OSError(f"{name} cannot be loaded ({str(error).splitlines()[0]}): check name and connection.") from None
    order = [split for split in ("train", "valid", "validation", "test") if split in splits]
    rows = datasets.concatenate_datasets([splits[split].select_columns("image") for split in order])
    rows = rows.cast_column("image", datasets.Image(decode=False))

    def read(place: int) -> Read:
        return lambda: open_row(rows[place]["image"])

    names = [f"{number:06}" for number in range(1, count + 1)]
    found = {name: read(place) if place < len(rows) else None for place, name in enumerate(names)}
    return Listing(found, CELEBA_LICENCE, name)


def tag2pix(ids: Path, folder: Path) -> Listing:
    """A list of ids, one a line, and the Danbooru pictures: 1234567.jpg in the bucket 0567/, or all in one folder.

    Raises ValueError for a line that does not begin with an id.
    """
    check_folder(folder, "Danbooru's buckets 0000/ to 0999/, or the pictures themselves")
    names = read_ids(ids)
    found: dict[str, Read | None] = {}
    listed: dict[Path, dict[str, Path]] = {}
    for name in names:
        paths = (in_folder(place, listed).get(name) for place in (folder / f"{int(name) % 1000:04}", folder))
        found[name] = reader(next((path for path in paths if path), None))
    return Listing(found, TAG2PIX_LICENCE, str(folder))


def read_ids(file: Path) -> list[str]:
    """The ids of a list, each once. Raises OSError for no file, ValueError for one with something else in it."""
    if not file.is_file():
        raise FileNotFoundError(f"{file} is not a file: name one that has the id of a picture on every line.")
    names: dict[str, None] = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        if not (match := re.match(r"\s*(\d+)\b", line)):
            raise ValueError(f"Line {number} of {file} is {line[:40]!r}: begin every line with the id of a picture.")
        names[str(int(match[1]))] = None
    if not names:
        raise ValueError(f"{file} has no ids: give one a line.")
    return list(names)


def in_folder(place: Path, listed: dict[Path, dict[str, Path]]) -> dict[str, Path]:
    """The pictures of a folder by stem, looked up once."""
    if place not in listed:
        paths = place.iterdir() if place.is_dir() else ()
        listed[place] = {path.stem: path for path in paths if path.suffix.lower() in SUFFIXES}
    return listed[place]


def yumi(folder: Path, strips: bool) -> Listing:
    """A folder with a folder for every episode, and its pictures in the order of their names.

    Args:
        strips: the pictures of an episode are slices of one long strip, which is cut where rows are of one color.
    """
    check_folder(folder, "a folder of pictures for every episode")
    pictures: dict[str, Read | None] = {}
    for episode in sorted(path for path in folder.iterdir() if path.is_dir()):
        paths = sorted((path for path in episode.iterdir() if path.suffix.lower() in SUFFIXES), key=natural)
        if not strips:
            pictures |= {f"{episode.name}_{path.stem}": reader(path) for path in paths}
            continue
        for number, (top, bottom) in enumerate(cut_strip(paths)):
            pictures[f"{episode.name}_{number:03}"] = strip_reader(paths, top, bottom)
    if not pictures:
        raise FileNotFoundError(f"{folder} has no folders with pictures: put those of each episode into one.")
    return Listing(pictures, YUMI_LICENCE, str(folder))


def natural(path: Path) -> list[tuple[int, str]]:
    """To sort 10 after 9."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", path.stem)]


def cut_strip(paths: list[Path]) -> list[tuple[int, int]]:
    """First and last row (outside) of every picture of a strip, between bands of GUTTER_ROWS rows of one color."""
    flat = np.concatenate([flat_rows(path) for path in paths]) if paths else np.zeros(0, dtype=bool)
    edges = np.flatnonzero(np.diff(np.r_[True, flat, True].astype(np.int8)))
    parts: list[list[int]] = []
    for top, bottom in edges.reshape(-1, 2).tolist():  # runs of rows that are not flat
        if parts and top - parts[-1][1] < GUTTER_ROWS:
            parts[-1][1] = bottom
        else:
            parts.append([top, bottom])
    return [(top, bottom) for top, bottom in parts if bottom - top >= MIN_HEIGHT]


def flat_rows(path: Path) -> np.ndarray:
    """(H,) bool, which rows of a picture are of one color."""
    pixels = np.asarray(open_picture(path).convert("RGB")).astype(np.int16)
    return (np.ptp(pixels, axis=1) <= FLAT).all(axis=1)


def strip_reader(paths: list[Path], top: int, bottom: int) -> Read:
    """Reads the rows from `top` to `bottom` (outside) of a strip out of the slices that have them."""

    def read() -> Image.Image:
        parts, above = [], 0
        for path in paths:
            slice_ = open_picture(path).convert("RGB")
            first, last = max(0, top - above), min(slice_.height, bottom - above)
            if first < last:
                parts.append(slice_.crop((0, first, slice_.width, last)))
            above += slice_.height
        picture = Image.new("RGB", (max(part.width for part in parts), sum(part.height for part in parts)), "white")
        below = 0
        for part in parts:
            picture.paste(part, (0, below))
            below += part.height
        return picture

    return read


def reader(path: Path | None) -> Read | None:
    """Reads a file when it is asked for; None for one that is not there."""
    return path and (lambda: open_picture(path).convert("RGB"))


def open_row(entry: dict) -> Image.Image:
    """The picture of a data set's row, which has its bytes or its path."""
    return open_picture(io.BytesIO(entry["bytes"]) if entry["bytes"] else Path(entry["path"])).convert("RGB")


def check_folder(folder: Path, what: str) -> None:
    """Raises OSError, which says what is expected in it, where there is no such folder."""
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is not a folder: name one that holds {what}.")
