"""Training pictures: a folder of colored pictures in, (sketch, color_image) tensors out."""

import math
import os
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageEnhance
from torch.utils.data import Dataset, default_collate

from guiding_painter.segmentation import sketch_cells
from guiding_painter.sketches import extract_line_art, open_picture, to_color_image, to_sketch

MIN_SIDE = 32  # pixels; a smaller picture is a thumbnail or an icon of some program, not a page
SPLITS = {"train": 0.81, "validation": 0.09, "test": 0.10}  # Sec. 4.1
SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".tif", ".tiff", ".bmp"}


def load_pictures(data_dir: str | os.PathLike, split: str) -> list[Path]:
    """The pictures of a folder, nested folders included, that belong to one split: "train", "validation" or "test".

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
        return _list_pictures(folder / split)
    pictures = _list_pictures(folder)
    validation, test = (max(1, round(len(pictures) * SPLITS[name])) for name in ("validation", "test"))
    if len(pictures) < len(SPLITS):
        raise ValueError(f"{folder} has only {len(pictures)} pictures: give at least 3, two are kept for measuring.")
    if split not in SPLITS:
        raise ValueError(f"{split!r} is no split: choose {', '.join(SPLITS)}.")
    order = np.random.default_rng(0).permutation(len(pictures))
    train = len(pictures) - validation - test
    parts = dict(zip(SPLITS, np.split(order, [train, train + validation]), strict=True))
    return [pictures[i] for i in parts[split]]


def _list_pictures(folder: Path) -> list[Path]:
    files = (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.name[0] != ".")
    pictures = sorted(files, key=lambda path: path.relative_to(folder).as_posix())
    if not pictures:
        raise FileNotFoundError(f"{folder} holds no pictures: put colored ones, such as PNG or JPEG, into it.")
    return pictures


class SketchColorPairs(Dataset):
    """Colored pictures, each as its middle square with the line drawing that is extracted from it.

    Args:
        pictures: from `load_pictures`.
        resolution: side in pixels of the square pictures given out.
        with_cells: also give the line-bounded cells, so that the workers make them and not the network.
    """

    def __init__(self, pictures: list[Path], resolution: int, with_cells: bool = False):
        self.pictures = pictures
        self.resolution = resolution
        self.with_cells = with_cells

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> dict:
        """{"sketch": (1, H, W), "color_image": (3, H, W)}, both in [-1, 1], and "cells": (H, W) where asked for.

        "skipped" says what is wrong with the picture if it cannot be used; then there is nothing else.
        """
        try:
            picture = center_crop(self.open(index), self.resolution)
        except (OSError, ValueError) as error:
            return {"skipped": [str(error)]}
        return self.pair(picture, extract_line_art(picture)) | {"skipped": []}

    def open(self, index: int) -> Image.Image:
        """Raises OSError or ValueError for a picture that cannot be used."""
        picture = open_picture(self.pictures[index])
        if min(picture.size) < MIN_SIDE:
            size = f"{picture.width} by {picture.height}"
            raise ValueError(f"{self.pictures[index]} has only {size} pixels: {MIN_SIDE} are the least.")
        return picture

    def pair(self, picture: Image.Image, drawing: Image.Image) -> dict[str, torch.Tensor]:
        pair = {"sketch": to_sketch(drawing), "color_image": to_color_image(picture)}
        if self.with_cells:
            pair["cells"] = sketch_cells(pair["sketch"])
        return {name: value[0] for name, value in pair.items()}


class TrainingPairs(SketchColorPairs):
    """An endless stream of training samples: random crops, flipped half of the time, with other colors and lines.

    Sample n is a function of (seed, n) alone, whichever process or worker makes it. So a training that goes on at
    sample n sees what it would have seen uninterrupted, and processes see together what one alone would have seen.

    Args:
        pictures, resolution, with_cells: as for `SketchColorPairs`.
        seed: of the order of the pictures and of everything random about a sample.
    """

    def __init__(self, pictures: list[Path], resolution: int, seed: int, with_cells: bool = False):
        super().__init__(pictures, resolution, with_cells)
        self.seed = seed
        self._epoch, self._order = -1, np.empty(0, dtype=np.int64)

    def __getitem__(self, n: int) -> dict:
        """As in `SketchColorPairs`, and "seed" for what training itself draws at random for this sample.

        A picture that cannot be used is replaced by the next one; "skipped" tells of it.
        """
        picture, skipped = self.open_next(n)
        rng = np.random.default_rng((self.seed, n))
        picture = jitter_colors(random_crop(picture, self.resolution, rng), rng)
        style = {"sigma": rng.uniform(0.5, 1.1), "p": rng.uniform(12, 30), "epsilon": rng.uniform(0.6, 0.8)}
        pair = self.pair(picture, extract_line_art(picture, **style))
        return pair | {"seed": int(rng.integers(2**62)), "skipped": skipped}

    def open_next(self, n: int) -> tuple[Image.Image, list[str]]:
        """The n-th picture, or the first usable one after it, and what is wrong with those before.

        Raises ValueError where not one can be used.
        """
        skipped = []
        for candidate in range(n, n + len(self)):
            try:
                return self.open(self.picture_of(candidate)), skipped
            except (OSError, ValueError) as error:
                skipped.append(str(error))
        raise ValueError(f"None of the {len(self)} training pictures can be used, for example: {skipped[0]}")

    def picture_of(self, n: int) -> int:
        """Every picture comes once an epoch, in an order that is different every time."""
        epoch, place = divmod(n, len(self))
        if epoch != self._epoch:
            self._epoch, self._order = epoch, np.random.default_rng((self.seed, 0, epoch)).permutation(len(self))
        return int(self._order[place])


def collate(samples: list[dict]) -> dict:
    """Samples to a batch. "skipped" stays a list; it is all that there is where no sample could be used."""
    skipped = [reason for sample in samples for reason in sample.pop("skipped")]
    samples = [sample for sample in samples if sample]
    return (default_collate(samples) if samples else {}) | {"skipped": skipped}


def random_crop(picture: Image.Image, resolution: int, rng: np.random.Generator, min_area: float = 0.15) -> Image.Image:
    """A square of `min_area` or more of the picture's largest square, anywhere, at `resolution`; flipped or not."""
    side = max(1, round(min(picture.size) * math.sqrt(rng.uniform(min_area, 1))))
    left, top = rng.uniform(0, picture.width - side), rng.uniform(0, picture.height - side)
    box = (left, top, left + side, top + side)
    crop = picture.resize((resolution, resolution), Image.Resampling.BICUBIC, box=box, reducing_gap=2.0)
    return crop.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if rng.random() < 0.5 else crop


def center_crop(picture: Image.Image, resolution: int) -> Image.Image:
    """The middle square at `resolution`."""
    side = min(picture.size)
    left, top = (picture.width - side) / 2, (picture.height - side) / 2
    return picture.resize((resolution, resolution), Image.Resampling.BICUBIC, box=(left, top, left + side, top + side))


def jitter_colors(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Another brightness, contrast, saturation and hue, so that colors cannot be guessed from the lines."""
    picture = ImageEnhance.Brightness(picture).enhance(rng.uniform(0.8, 1.2))
    picture = ImageEnhance.Contrast(picture).enhance(rng.uniform(0.8, 1.2))
    picture = ImageEnhance.Color(picture).enhance(rng.uniform(0.7, 1.3))
    hue, saturation, value = picture.convert("HSV").split()
    shift = round(rng.uniform(-32, 32))
    return Image.merge("HSV", (hue.point(lambda h: (h + shift) % 256), saturation, value)).convert("RGB")
