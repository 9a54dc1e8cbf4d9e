"""Training pictures: a folder of colored pictures in, (sketch, color_image) tensors out."""

import math

import datasets
import torch
from PIL import Image, ImageEnhance
from torch.utils.data import Dataset

from guiding_painter.segmentation import sketch_cells
from guiding_painter.sketches import extract_line_art, open_picture, to_color_image, to_sketch


class SketchColorPairs(Dataset):
    """Colored pictures of a folder, each with the line drawing that XDoG makes of it.

    In training a picture is a random crop, flipped half of the time, its colors jittered, its lines of varying width
    and strength; the randomness is torch's, so that a seed repeats it. Otherwise it is the middle square, resized.

    Args:
        data_dir: a folder for the `imagefolder` builder of datasets: train/, validation/, test/ or pictures directly.
        split: which of them.
        resolution: side in pixels of the square pictures given out.
        is_training: crop and vary at random.
        with_cells: also give the line-bounded cells, so that the workers make them and not the network.
    """

    def __init__(self, data_dir: str, split: str, resolution: int, is_training: bool, with_cells: bool = False):
        pictures = datasets.load_dataset("imagefolder", data_dir=data_dir, split=split)
        self.pictures = pictures.cast_column("image", datasets.Image(decode=False))
        self.resolution = resolution
        self.is_training = is_training
        self.with_cells = with_cells

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        """{"sketch": (1, H, W), "color_image": (3, H, W)}, both in [-1, 1], and "cells": (H, W) where asked for."""
        picture = open_picture(self.pictures[index]["image"]["path"])
        if self.is_training:
            picture = jitter_colors(random_crop(picture, self.resolution))
            sketch = extract_line_art(picture, sigma=uniform(0.5, 1.1), p=uniform(12, 30), epsilon=uniform(0.6, 0.8))
        else:
            picture = center_crop(picture, self.resolution)
            sketch = extract_line_art(picture)
        pair = {"sketch": to_sketch(sketch), "color_image": to_color_image(picture)}
        if self.with_cells:
            pair["cells"] = sketch_cells(pair["sketch"])
        return {name: value[0] for name, value in pair.items()}


def uniform(low: float, high: float) -> float:
    return low + (high - low) * torch.rand(()).item()


def random_crop(picture: Image.Image, resolution: int, min_area: float = 0.15) -> Image.Image:
    """A square of at least `min_area` of the largest square of the picture, anywhere, at `resolution`; flipped or not."""
    side = max(1, round(min(picture.size) * math.sqrt(uniform(min_area, 1))))
    left, top = uniform(0, picture.width - side), uniform(0, picture.height - side)
    box = (left, top, left + side, top + side)
    crop = picture.resize((resolution, resolution), Image.Resampling.BICUBIC, box=box, reducing_gap=2.0)
    return crop.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if torch.rand(()) < 0.5 else crop


def center_crop(picture: Image.Image, resolution: int) -> Image.Image:
    """The middle square at `resolution`."""
    side = min(picture.size)
    left, top = (picture.width - side) / 2, (picture.height - side) / 2
    return picture.resize((resolution, resolution), Image.Resampling.BICUBIC, box=(left, top, left + side, top + side))


def jitter_colors(picture: Image.Image) -> Image.Image:
    """Another brightness, contrast, saturation and hue, so that colors cannot be guessed from the lines."""
    picture = ImageEnhance.Brightness(picture).enhance(uniform(0.8, 1.2))
    picture = ImageEnhance.Contrast(picture).enhance(uniform(0.8, 1.2))
    picture = ImageEnhance.Color(picture).enhance(uniform(0.7, 1.3))
    hue, saturation, value = picture.convert("HSV").split()
    shift = round(uniform(-32, 32))
    return Image.merge("HSV", (hue.point(lambda h: (h + shift) % 256), saturation, value)).convert("RGB")
