"""What trainings in tests need: small colored pictures, and an accelerate that remembers no other training."""

from pathlib import Path

import numpy as np
from accelerate.state import AcceleratorState, GradientState
from PIL import Image, ImageDraw


def draw_picture(seed: int) -> Image.Image:
    """A page, 96x80: flat colored shapes with black outlines."""
    rng = np.random.default_rng(seed)
    color = lambda: tuple(int(value) for value in rng.integers(60, 256, 3))  # noqa: E731
    picture = Image.new("RGB", (96, 80), color())
    draw = ImageDraw.Draw(picture)
    for shape in (draw.rectangle, draw.ellipse, draw.rectangle):
        x, y = rng.integers(2, 50), rng.integers(2, 40)
        shape((x, y, x + rng.integers(15, 40), y + rng.integers(15, 35)), fill=color(), outline=(0, 0, 0), width=2)
    return picture


def draw_pictures(folder: Path, count: int) -> Path:
    """A folder of them, half of them in a nested one."""
    for i in range(count):
        target = folder / ("chapter" if i % 2 else "") / f"page{i:02}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        draw_picture(i).save(target)
    return folder


def forget_accelerator() -> None:
    """As in a new process: accelerate keeps precision and accumulation of the first training for all that follow."""
    AcceleratorState._reset_state(True)
    GradientState._reset_state()
