"""Line drawings as different hands, pens and scanners leave them, out of colored pictures."""

import numpy as np
from PIL import Image
from scipy import ndimage

from guiding_painter.drawings import extract_line_art

# Of the parameters of `extract_line_art`: its default, how far an amount of 1 goes from it, and the least and the most
# there is at any amount, beyond which lines are lost or paper turns gray.
XDOG = {
    "sigma": (0.8, 0.3, 0.4, 1.6),
    "p": (22.0, 10.0, 11.0, 50.0),
    "epsilon": (0.7, 0.1, 0.5, 0.85),
    "phi": (3.0, 1.0, 2.0, 8.0),
}


def vary_drawing(picture: Image.Image, rng: np.random.Generator, amount: float = 1.0) -> Image.Image:
    """The line drawing of a picture, drawn in a style of its own.

    Lines are finer or bolder, sparser or denser. Some drawings, half of them at an amount of 1, also get uneven width
    and darkness of the ink, small gaps, the grain of the paper, and specks; so drawings on real paper are not foreign.

    Args:
        amount: 0 for `extract_line_art` as it is, always the same; 1 for what drawings are like; more is rougher.

    Returns:
        an "L" image of the same size, ink on paper white.
    """
    style = {
        name: min(max(default + amount * spread * rng.uniform(-1, 1), least), most)
        for name, (default, spread, least, most) in XDOG.items()
    }
    drawing = extract_line_art(picture, **style)
    if rng.random() >= min(amount / 2, 0.9):
        return drawing
    ink = 1 - np.asarray(drawing, dtype=np.float32) / 255
    # Not everything at once: a scan has grain, a brush uneven width, a quick pen gaps.
    for change in (uneven_width, uneven_darkness, gaps, grain, specks):
        if rng.random() < 0.5:
            ink = change(ink, rng, amount * rng.uniform(0.3, 1))
    return Image.fromarray(np.rint(255 * (1 - np.clip(ink, 0, 1))).astype(np.uint8))


def uneven_width(ink: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Lines up to a pixel bolder, here more and there less, as by the pressure of a hand.

    Here as in what follows: `ink` is (H, W) in [0, 1], 0 = paper, and a `strength` of 1 is what is common at most.
    """
    bolder = ndimage.maximum_filter(ink, size=2)
    return ink + np.minimum(strength * _clouds(ink.shape, rng), 1) * (bolder - ink)


def uneven_darkness(ink: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Ink that is up to 45 % paler in places, as of a pencil or a pen that runs dry."""
    return ink * (1 - min(0.45 * strength, 0.8) * _clouds(ink.shape, rng))


def gaps(ink: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Breaks of 2 to 4 pixels in the lines, one in 60 pixels of line at most; areas mostly stay closed to the eye."""
    rows, columns = np.nonzero(ink > 0.5)
    count = rng.poisson(strength * len(rows) / 200)  # a line is 2 to 4 pixels wide
    ink = ink.copy()
    for i in rng.integers(len(rows), size=count) if count else ():
        _dab(ink, rows[i], columns[i], rng.uniform(1, 2), 0)
    return ink


def grain(ink: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """The tooth of the paper: it breaks up the ink, and what the scanner sees of it is a faint gray."""
    tooth = ndimage.uniform_filter(rng.standard_normal(ink.shape, dtype=np.float32), 2) * 2  # about N(0, 1)
    broken = ink * (1 - 0.25 * strength * np.maximum(tooth, 0))
    return np.maximum(broken, 0) + 0.04 * strength * np.maximum(tooth, 0)


def specks(ink: np.ndarray, rng: np.random.Generator, strength: float) -> np.ndarray:
    """Dust and spatter: up to a dozen dots on 256 by 256 pixels."""
    ink = ink.copy()
    for _ in range(rng.poisson(8 * strength * ink.size / 256**2)):
        row, column = (int(rng.integers(side)) for side in ink.shape)
        _dab(ink, row, column, rng.uniform(0.5, 1.3), rng.uniform(0.4, 1))
    return ink


def _clouds(shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """A field (H, W) in [0, 1] that changes slowly, over a few dozen pixels."""
    coarse = rng.random([side // 32 + 3 for side in shape], dtype=np.float32)
    return np.clip(np.asarray(Image.fromarray(coarse).resize(shape[::-1], Image.Resampling.BICUBIC)), 0, 1)


def _dab(ink: np.ndarray, row: int, column: int, radius: float, darkness: float) -> None:
    """A round dab with soft edges, of ink or, where `darkness` is 0, of paper."""
    reach = int(radius) + 1
    top, left = max(row - reach, 0), max(column - reach, 0)
    patch = ink[top : row + reach + 1, left : column + reach + 1]
    y, x = np.ogrid[top : top + patch.shape[0], left : left + patch.shape[1]]
    cover = np.clip(radius + 0.5 - np.hypot(y - row, x - column), 0, 1)
    patch += cover * (darkness - patch) if darkness == 0 else cover * np.maximum(darkness - patch, 0)
