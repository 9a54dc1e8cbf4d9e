"""From one grid of pixels to another: a map at another size, and blocks of pixels."""

from dataclasses import dataclass

import numpy as np


def resize(values: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """The nearest of (h, w) values for each of (H, W) pixels."""
    rows, columns = (
        ((np.arange(side) + 0.5) * old / side).astype(int) for side, old in zip(shape, values.shape[:2], strict=True)
    )
    return values[rows][:, columns]


@dataclass(frozen=True)
class Sample:
    """What a picture shows of every label of a larger map, also of those too small to lie in the middle of a pixel.

    Args:
        seen: (h, w) of the labels' type, the label in the middle of each pixel of the picture.
        hidden: (n,) the labels of all pixels of the map whose label lies in the middle of none.
        places: (n,) int64, the pixel of the picture that each of those lies in, counted row by row.
    """

    seen: np.ndarray
    hidden: np.ndarray
    places: np.ndarray


def sample(labels: np.ndarray, shape: tuple[int, int]) -> Sample:
    """Looks at (H, W) labels, whole numbers from 0, through a picture of shape (h, w)."""
    seen = resize(labels, shape)
    is_hidden = np.ones(int(labels.max()) + 1, dtype=bool)
    is_hidden[seen] = False
    rows, columns = np.nonzero(is_hidden[labels])
    places = resize(np.arange(shape[0] * shape[1]).reshape(shape), labels.shape)
    return Sample(seen, labels[rows, columns], places[rows, columns])


def any_in_block(pixels: np.ndarray, scale: int) -> np.ndarray:
    """(H, W) bool -> (ceil(H / scale), ceil(W / scale)) bool, whether a block of pixels has any that is True."""
    if scale == 1:
        return pixels
    for _ in range(2):  # rows, then columns, which lie in the rows of the turned map
        blocks = pixels[::scale].copy()
        for offset in range(1, scale):
            others = pixels[offset::scale]
            blocks[: len(others)] |= others
        pixels = blocks.T
    return np.ascontiguousarray(pixels)


def fill_from_blocks(pixels: np.ndarray, blocks: np.ndarray, scale: int) -> None:
    """Gives every one of (H, W) pixels, in place, the value of its block of (h, w)."""
    rows = blocks.repeat(scale, axis=1)[:, : pixels.shape[1]]
    for offset in range(scale):
        part = pixels[offset::scale]
        part[:] = rows[: len(part)]


def any_around(pixels: np.ndarray) -> np.ndarray:
    """(h, w) bool, whether a pixel or one of its eight neighbors is True."""
    rows = pixels.copy()
    rows[1:] |= pixels[:-1]
    rows[:-1] |= pixels[1:]
    around = rows.copy()
    around[:, 1:] |= rows[:, :-1]
    around[:, :-1] |= rows[:, 1:]
    return around
