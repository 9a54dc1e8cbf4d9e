"""Training pictures: a folder of colored pictures in, (sketch, color_image) tensors out."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import fsspec
import numpy as np
import torch
from PIL import Image, ImageEnhance
from torch.utils.data import Dataset, default_collate

from guiding_painter.drawings import (
    cut_cells,
    extract_line_art,
    find_ink,
    open_drawing,
    open_picture,
    to_color_image,
    to_sketch,
)
from pictures.crops import center_box, crop, crop_drawing, random_box
from pictures.drawing_style import vary_drawing

MIN_SIDE = 32  # pixels; a smaller picture is a thumbnail or an icon of some program, not a page
GAPS = {"tight": 0.15, "normal": 0.75, "loose": 0.1}  # chances of each in training
MAX_TRIES = 1000  # unusable pictures of a stream in a row, before it is taken for a stream of something else


class Example(NamedTuple):
    """A colored picture and, where there is one, the drawing it was colored from: each the path, file or link of it."""

    image: Path | io.BytesIO | fsspec.core.OpenFile
    sketch: Path | io.BytesIO | fsspec.core.OpenFile | None = None

    def open(self) -> tuple[Image.Image, Image.Image | None]:
        """The picture, and the drawing as ink on white paper. Raises OSError or ValueError for what cannot be used."""
        picture, name = open_picture(_within_reach(self.image)), getattr(self.image, "name", self.image)
        size = f"{picture.width} by {picture.height} pixels"
        if min(picture.size) < MIN_SIDE:
            raise ValueError(f"{name} has only {size}: {MIN_SIDE} are the least.")
        if not self.sketch:
            return picture, None
        drawing = open_drawing(_within_reach(self.sketch))
        across, down = drawing.width / picture.width, drawing.height / picture.height
        if abs(across - down) > 0.01 * across:
            raise ValueError(f"{name} has {size} but its drawing {drawing.width} by {drawing.height}: crop them alike.")
        return picture, drawing


def _within_reach(source: Path | io.BytesIO | fsspec.core.OpenFile) -> Path | io.BytesIO:
    """What a link leads to is read now."""
    if not isinstance(source, fsspec.core.OpenFile):
        return source
    try:
        with source as file:
            content = io.BytesIO(file.read())
    except Exception as error:  # every kind of network and archive has errors of its own
        raise OSError(f"{source.path} cannot be read ({error}): check the connection.") from error
    content.name = source.path
    return content


class SketchColorPairs(Dataset):
    """Colored pictures, each as its middle square with the line drawing that is extracted from it.

    A picture that comes with a drawing keeps that one.

    Args:
        pictures: paths, as from `load_pictures`, or an `Example` each.
        resolution: side in pixels of the square pictures given out.
        with_cells: also give the line-bounded cells, so that the workers make them and not the network.
        grayscale: the "sketch" is the picture in gray, for networks that color such.
    """

    def __init__(
        self,
        pictures: Sequence[Path | Example],
        resolution: int,
        with_cells: bool = False,
        grayscale: bool = False,
    ):
        self.pictures = pictures
        self.resolution = resolution
        self.with_cells = with_cells
        self.grayscale = grayscale

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> dict:
        """{"sketch": (1, H, W), "color_image": (3, H, W)}, both in [-1, 1], and "cells": (H, W) where asked for.

        "skipped" says what is wrong with the picture if it cannot be used; then there is nothing else.
        """
        try:
            picture, drawing = self.example(index).open()
        except (OSError, ValueError) as error:
            return {"skipped": [str(error)]}
        box = center_box(picture.size)
        square = crop(picture, box, self.resolution)
        if drawing:
            sketch = crop_drawing(drawing, picture.size, box, self.resolution)
        else:
            sketch = to_sketch(square if self.grayscale else extract_line_art(square))
        return self.pair(square, sketch) | {"skipped": []}

    def example(self, index: int) -> Example:
        picture = self.pictures[index]
        return picture if isinstance(picture, Example) else Example(picture)

    def pair(self, picture: Image.Image, sketch: torch.Tensor, gap: str = "normal") -> dict[str, torch.Tensor]:
        """`gap`: how wide openings in lines are closed where cells are cut, see `drawings.cut_cells`."""
        pair = {"sketch": sketch, "color_image": to_color_image(picture)}
        if self.with_cells:
            pair["cells"] = sketch_cells(sketch, gap)
        return {name: value[0] for name, value in pair.items()}


def sketch_cells(sketch: torch.Tensor, gap: str = "normal") -> torch.Tensor:
    """Cells of sketches: (B, 1, H, W) in [-1, 1] -> (B, H, W) int64, numbered from the largest of each."""
    drawings = ((sketch[:, 0] + 1) * 127.5).round().to(torch.uint8).cpu().numpy()
    cells = [cut_cells(find_ink(Image.fromarray(drawing)), gap).astype(np.int64) for drawing in drawings]
    return torch.from_numpy(np.stack(cells)).to(sketch.device)


class TrainingPairs(SketchColorPairs):
    """An endless stream of training samples: random crops, flipped half of the time, with other colors and lines.

    With cells, colors stay natural, as they are to be learned; without, they are to be asked for, and are moved far.

    Sample n is a function of (seed, n) alone, whichever process or worker makes it. So a training that goes on at
    sample n sees what it would have seen uninterrupted, and processes see together what one alone would have seen.

    Args:
        pictures: as for `SketchColorPairs`; or a shuffled stream, which has no length and gives n pictures and more.
        resolution, with_cells, grayscale: as for `SketchColorPairs`.
        seed: of the order of the pictures and of everything random about a sample.
        sketch_variation: how much drawings differ in style, see `vary_drawing`.
    """

    def __init__(
        self,
        pictures: Sequence[Path | Example],
        resolution: int,
        seed: int,
        with_cells: bool = False,
        sketch_variation: float = 1.0,
        grayscale: bool = False,
    ):
        super().__init__(pictures, resolution, with_cells, grayscale)
        self.seed, self.sketch_variation = seed, sketch_variation
        self.is_stream = not hasattr(pictures, "__len__")
        self._epoch, self._order = -1, np.empty(0, dtype=np.int64)

    def __getitem__(self, n: int) -> dict:
        """As in `SketchColorPairs`, and "seed" for what training itself draws at random for this sample.

        A picture that cannot be used is replaced by the next one; "skipped" tells of it.
        """
        (picture, drawing), skipped = self.open_next(n)
        rng = np.random.default_rng((self.seed, n))
        box, flip = random_box(picture, self.resolution, rng), rng.random() < 0.5
        square = crop(picture, box, self.resolution, flip)
        square = vary_colors(square, rng) if self.with_cells else jitter_colors(square, rng)
        if drawing:
            sketch = crop_drawing(drawing, picture.size, box, self.resolution, flip)
        else:
            sketch = to_sketch(square if self.grayscale else vary_drawing(square, rng, self.sketch_variation))
        seed = int(rng.integers(2**62))
        gap = str(rng.choice(list(GAPS), p=list(GAPS.values())))
        return self.pair(square, sketch, gap) | {"seed": seed, "skipped": skipped}

    def open_next(self, n: int) -> tuple[tuple[Image.Image, Image.Image | None], list[str]]:
        """The n-th picture with its drawing, or the first usable one after it, and what is wrong with those before.

        Of a stream, the next one is the next of its lane.

        Raises ValueError where not one can be used.
        """
        skipped = []
        tries, step = (MAX_TRIES, self.pictures.lanes) if self.is_stream else (len(self), 1)
        for candidate in range(n, n + tries * step, step):
            example = self.example(candidate if self.is_stream else self.picture_of(candidate))
            try:
                return example.open(), skipped
            except (OSError, ValueError) as error:
                skipped.append(str(error))
        raise ValueError(f"None of the {tries} training pictures can be used, for example: {skipped[0]}")

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


def vary_colors(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Half of the pictures a little brighter or darker, more or less saturated; white stays white."""
    if rng.random() < 0.5:
        return picture
    gamma = rng.uniform(0.85, 1.18)
    picture = picture.point([round(255 * (value / 255) ** gamma) for value in range(256)] * 3)
    return ImageEnhance.Color(picture).enhance(rng.uniform(0.8, 1.2))


def jitter_colors(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Another brightness, contrast, saturation and hue, so that colors cannot be guessed from the lines."""
    picture = ImageEnhance.Brightness(picture).enhance(rng.uniform(0.8, 1.2))
    picture = ImageEnhance.Contrast(picture).enhance(rng.uniform(0.8, 1.2))
    picture = ImageEnhance.Color(picture).enhance(rng.uniform(0.7, 1.3))
    hue, saturation, value = picture.convert("HSV").split()
    shift = round(rng.uniform(-12, 12))
    return Image.merge("HSV", (hue.point(lambda h: (h + shift) % 256), saturation, value)).convert("RGB")
