"""Data sets on this disk, and `datasets` kept from the network: what the tests of them share."""

import io
import tarfile
from pathlib import Path

import datasets
import numpy as np
import pytest
import torch
from PIL import Image
from training_pictures import draw_picture

from guiding_painter.drawings import extract_line_art

HELD_BACK = 4  # instead of 200


def keep_offline(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", cache)
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("pictures.data_sets.HELD_BACK", HELD_BACK)
    datasets.disable_progress_bars()


def png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def line_art(seed: int) -> Image.Image:
    return extract_line_art(draw_picture(seed))


def write_parquet(path: Path, numbers: range, sketches: bool = False) -> Path:
    columns = {"image": [{"bytes": png(draw_picture(i)), "path": f"{i}.png"} for i in numbers], "page": list(numbers)}
    features = {"image": datasets.Image(), "page": datasets.Value("int64")}
    if sketches:
        columns["lines"] = [{"bytes": png(line_art(i)), "path": f"{i}-lines.png"} for i in numbers]
        features["lines"] = datasets.Image()
    datasets.Dataset.from_dict(columns, datasets.Features(features)).to_parquet(path)
    return path


def write_tar(path: Path, count: int) -> Path:
    with tarfile.open(path, "w") as tar:
        for i in range(count):
            for name, content in ((f"{i:03}.png", png(draw_picture(i))), (f"{i:03}.json", b'{"page": 1}')):
                member = tarfile.TarInfo(name)
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
    return path


def number_of(picture: Image.Image, count: int) -> int:
    return next(i for i in range(count) if np.array_equal(np.asarray(picture), np.asarray(draw_picture(i))))


def numbers_of(pictures, count: int) -> list[int]:
    return [number_of(picture.open()[0], count) for picture in pictures]


def samples_equal(first: dict, second: dict) -> bool:
    tensors = all(torch.equal(first[name], second[name]) for name in ("sketch", "color_image"))
    return tensors and first["seed"] == second["seed"]


def damaged(count: int) -> list[dict]:
    """Of every four pictures, one is cut short, one tiny, one missing; without paths."""
    files = [{"bytes": png(draw_picture(i)), "path": None} for i in range(count)]
    for i in range(0, count, 4):
        files[i] = {"bytes": files[i]["bytes"][:100], "path": None}
        files[i + 1] = {"bytes": png(draw_picture(i).resize((8, 8))), "path": None}
        files[i + 2] = None
    return files
