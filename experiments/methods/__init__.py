"""The methods of Table 1: what they are called, how they are made, and how trained ones are opened."""

from collections.abc import Callable
from pathlib import Path

import torch
from diffusers.utils import CONFIG_NAME

from experiments.methods.alacgan import AlacGAN
from experiments.methods.base import LocalHints, Measured, Trained
from experiments.methods.cic import CIC
from experiments.methods.guided import GuidingPainter, Painter
from experiments.methods.pix2pix import Pix2Pix
from experiments.methods.rtug import RTUG
from guiding_painter import GuidingPainterPipeline
from guiding_painter.checkpoint import FILES, load_network

PUBLISHED_WIDTHS = (64, 128, 256, 512, 512)
NETWORKS = (CIC, Pix2Pix, AlacGAN, RTUG)

# (widths of the U-Nets' levels, N_c) -> a new one
MAKERS: dict[str, Callable[[tuple[int, ...], int], Trained]] = {
    "cic": lambda widths, max_hints: CIC(widths),
    "pix2pix": lambda widths, max_hints: Pix2Pix(widths),
    "alacgan": lambda widths, max_hints: AlacGAN(widths, max_hints=max_hints),
    "rtug": lambda widths, max_hints: RTUG(widths[0], max_hints),
    "guiding_painter": lambda widths, max_hints: GuidingPainter(widths, max_hints),
    "guiding_painter_remedied": lambda widths, max_hints: GuidingPainter(widths, max_hints, remedied=True),
}
OURS = ("guiding_painter", "guiding_painter_remedied", "lite")


def open_method(name: str, folder: Path | None) -> Measured:
    """A trained method, in evaluation mode, from its folder; "lite" without one has the bundled weights.

    Args:
        name: of MAKERS, or "lite".

    Raises OSError where there is none, ValueError for another network than the name says, or one of gray pictures.
    """
    if name in OURS:
        painter = GuidingPainterPipeline.from_pretrained(folder)
        if painter.is_grayscale:
            raise ValueError(f"{folder} colors gray pictures and is compared on line drawings: name another one.")
        return Painter(painter, ink_aware=name != "guiding_painter")  # that one is asked as published
    if not (folder / CONFIG_NAME).is_file():
        found = "a painter" if (folder / FILES[0]).is_file() else "no network"
        raise OSError(
            f"{folder} holds {found}: name a folder with {name} as experiments/table1.py trains it, such as "
            f"table1/models/{name}."
        )
    return load_network([kind for kind in NETWORKS if kind.__name__.lower() == name], folder, torch.float32)


__all__ = ["MAKERS", "NETWORKS", "OURS", "LocalHints", "Measured", "Painter", "open_method"]
