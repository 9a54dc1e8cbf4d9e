"""The pictures that the Space makes: the region in question, the painting so far, the strip."""

import base64
import io
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageOps

from guiding_painter import Painting, Region
from guiding_painter.colors import RGB
from guiding_painter.files import lay_lines
from guiding_painter.painting import Proposal
from guiding_painter.painting.fills import flat_colors
from guiding_painter.painting.strokes import read_point
from texts import Trouble

MAX_SIDE = 1024  # of a picture on the screen; the download has the drawing's own size
LIT, STRIPE, EDGE = "#fff3b0", "#ffd84d", "#d6266f"
STRIPES = 14  # pixels of a picture of MAX_SIDE
DIM, DIMMED = 168, 0.62  # the gray that the rest of the drawing fades to, and how far
SMALL = 24  # pixels of a picture of MAX_SIDE: a region that is no larger gets a ring around it
PROPOSED = 240  # pixels of a whole coloring to choose
TILE = 96  # pixels of a picture in the strip
PAPER = (255, 255, 255)


def asked_view(painting: Painting, region: Region | None, side: int = MAX_SIDE) -> Image.Image:
    """RGB, at most `side`: a region of the drawing lit, striped and outlined, which needs no color vision to see."""
    drawing = fit(painting.drawing, side)
    if region is None:
        return drawing.convert("RGB")
    mask = Image.fromarray(region.mask).convert("L")
    box = mask.getbbox()
    mask = mask.resize(drawing.size, Image.Resampling.NEAREST)
    paper = Image.new("RGB", drawing.size, LIT)
    paper.paste(STRIPE, mask=_stripes(drawing.size, max(4, STRIPES * side // MAX_SIDE)))
    lit = ImageChops.multiply(paper, drawing.convert("RGB"))
    dimmed = Image.blend(drawing, Image.new("L", drawing.size, DIM), DIMMED).convert("RGB")
    view = Image.composite(lit, dimmed, mask)
    view.paste(EDGE, mask=_outline(mask))
    left, top, right, bottom = (value * drawing.width / painting.drawing.width for value in box)
    small = SMALL * max(drawing.size) / MAX_SIDE
    if max(right - left, bottom - top) <= small:
        x, y, radius = (left + right) / 2, (top + bottom) / 2, 1.5 * small
        ring = (x - radius, y - radius, x + radius, y + radius)
        ImageDraw.Draw(view).ellipse(ring, outline=EDGE, width=max(2, round(small / 6)))
    return view


def picture_view(painting: Painting, side: int = MAX_SIDE, guesses: bool = True) -> Image.Image:
    """RGB, at most `side`: the painting so far, as `Painting.image` has it, without making that first.

    Args:
        guesses: show the model's where there is no answer; otherwise paper stays white, and no network runs.
    """
    answers = painting.answers
    colors = {
        index: answers.get(index) or (painting.beliefs.colors[index][0] if guesses else PAPER)
        for index in painting.layout.order
    }
    return _laid(painting, colors, side)


def proposal_picture(proposal: Proposal) -> str:
    """A whole coloring as a data URI."""
    painting = proposal.painting
    colors = dict.fromkeys(painting.layout.order, PAPER) | dict(proposal.colors)
    return data_uri(_laid(painting, colors, PROPOSED))


def frame(painting: Painting) -> str:
    """A picture of the strip as a data URI: the answers so far, the rest white."""
    return data_uri(picture_view(painting, TILE, guesses=False))


def picture_file(image: Image.Image, folder: str) -> str:
    """Writes a picture for the page, see `new_file`; returns its path.

    As WebP at its fastest: gradio's own takes three times as long for a tenth fewer bytes, PNG has several times as
    many, see benchmarks/space/speed.py.
    """
    with new_file(folder, "picture.webp") as path:
        image.save(path, quality=80, method=0)
    return str(path)


@contextmanager
def new_file(folder: str | Path, name: str) -> Iterator[Path]:
    """Where a file of this name is to be written: into a folder of its own, hard to guess, in gradio's cache.

    gradio would give equal files of two visitors one path, and write the second over the first while it is served.
    Raises Trouble where there is no room for it, and leaves nothing of it there.
    """
    path = Path(folder) / secrets.token_hex(16) / name
    try:
        path.parent.mkdir(parents=True)
        yield path
    except OSError:  # in the words of the system, with paths of the server
        shutil.rmtree(path.parent, ignore_errors=True)
        raise Trouble("NO_ROOM") from None


def data_uri(image: Image.Image) -> str:
    """A small picture as it can stand in HTML."""
    data = io.BytesIO()
    image.save(data, "WEBP", quality=75)
    return "data:image/webp;base64," + base64.b64encode(data.getvalue()).decode()


def comparison(painting: Painting, mode: str, lines: bool) -> tuple[Image.Image, Image.Image]:
    """RGB, at most MAX_SIDE: the drawing, and what comes of it in this mode, with or without its lines."""
    drawing = fit(painting.drawing, MAX_SIDE)
    color = painting.color(mode).resize(drawing.size, Image.Resampling.BOX)
    return drawing.convert("RGB"), lay_lines(color, drawing) if lines else color


def _laid(painting: Painting, colors: dict[int, RGB], side: int) -> Image.Image:
    """RGB, at most `side`: every region in its color, under the lines."""
    drawing = fit(painting.drawing, side)
    regions = Image.fromarray(painting.region_map).resize(drawing.size, Image.Resampling.NEAREST)
    return lay_lines(flat_colors(np.asarray(regions), colors), drawing)


def parse_point(point: object) -> tuple[float, float]:
    """(x, y) as a client sends it. Raises Trouble for what is none."""
    try:
        return read_point(point)
    except ValueError:
        raise Trouble("OUTSIDE") from None


def _outline(mask: Image.Image) -> Image.Image:
    """ "L" mask of the pixels on both sides of a mask's border."""
    inside = np.asarray(mask) > 0
    border = np.zeros_like(inside)
    down, across = inside[1:] != inside[:-1], inside[:, 1:] != inside[:, :-1]
    border[1:] |= down
    border[:-1] |= down
    border[:, 1:] |= across
    border[:, :-1] |= across
    return Image.fromarray(border).convert("L")


def fit(image: Image.Image, side: int) -> Image.Image:
    """A picture made smaller, where it is larger than `side`."""
    if max(image.size) <= side:
        return image
    return ImageOps.contain(image, (side, side), Image.Resampling.BOX)


def _stripes(size: tuple[int, int], period: int) -> Image.Image:
    """ "L" mask of diagonal stripes, `period` pixels from one to the next."""
    across, down = np.arange(size[0]), np.arange(size[1])[:, None]
    return Image.fromarray(((across + down) % period < period * 3 // 7).astype(np.uint8) * 255)
