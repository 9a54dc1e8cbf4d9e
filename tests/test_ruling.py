"""Ruled and squared paper: what it is printed with is left out, what is drawn stays, in scans and in photos."""

import numpy as np
import pytest
from PIL import Image, ImageDraw
from scipy import ndimage

from guiding_painter.drawings import cut_cells, open_drawing
from guiding_painter.drawings.ink import find_ink
from guiding_painter.drawings.ruling import remove_ruling

SIDE = 600
AREAS = 6  # of `house`: ground, house, roof, door, window, sun


def house(draw: ImageDraw.ImageDraw, ink: tuple[int, int, int]) -> None:
    draw.polygon([(120, 290), (280, 140), (440, 290)], outline=ink, width=5)
    draw.rectangle([150, 288, 410, 500], outline=ink, width=5)
    draw.rectangle([240, 380, 300, 500], outline=ink, width=5)
    draw.rectangle([330, 330, 375, 375], outline=ink, width=5)
    draw.ellipse([450, 60, 540, 150], outline=ink, width=5)


def on_paper(kind: str, line: tuple[int, int, int], ink: tuple[int, int, int] = (30, 30, 30), pitch: int = 23):
    picture = Image.new("RGB", (SIDE, SIDE), "white")
    draw = ImageDraw.Draw(picture)
    for at in range(14, SIDE, pitch):
        draw.line([(0, at), (SIDE, at)], fill=line, width=2)
        if kind == "squared":
            draw.line([(at, 0), (at, SIDE)], fill=line, width=2)
    if kind == "ruled":
        draw.line([(70, 0), (70, SIDE)], fill=(235, 140, 150), width=2)
    house(draw, ink)
    return picture


def photographed(picture: Image.Image) -> Image.Image:
    """Tilted by 2 degrees, bent, seen from one side, in uneven light, with grain."""
    tilted = picture.rotate(2, Image.Resampling.BICUBIC, fillcolor="white")
    tilted = tilted.transform(
        tilted.size, Image.Transform.QUAD, (8, 0, 0, 600, 600, 580, 590, 12), Image.Resampling.BICUBIC
    )
    values = np.asarray(tilted, dtype=float)
    y, x = np.mgrid[:SIDE, :SIDE].astype(float)
    bent = [y + 4 * np.sin(x / 150), x]
    values = np.stack(
        [ndimage.map_coordinates(values[..., c], bent, order=1, mode="nearest") for c in range(3)], axis=2
    )
    values *= (1 - 0.5 * (x + y) / 1200)[..., None] * [0.96, 0.94, 0.88]
    return Image.fromarray((values + np.random.default_rng(0).normal(0, 3, values.shape)).clip(0, 255).astype(np.uint8))


def count(drawing: Image.Image) -> int:
    sizes = np.bincount(cut_cells(find_ink(drawing)).ravel())
    return int((sizes > 0.0005 * sizes.sum()).sum())


LINES = {"blue": (150, 185, 225), "gray": (170, 170, 170), "faint": (225, 225, 225)}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
@pytest.mark.parametrize("kind", ["ruled", "squared"])
def test_the_lines_of_paper_are_no_areas(kind: str, line: tuple[int, int, int]):
    drawing = open_drawing(on_paper(kind, line))
    assert [note.key for note in drawing.info["notes"]] == ["ruling"]
    assert count(drawing) == AREAS


@pytest.mark.parametrize("kind", ["ruled", "squared"])
def test_nor_are_they_in_a_photo_of_pencil(kind: str):
    picture = photographed(on_paper(kind, (165, 170, 190), ink=(90, 90, 95)))
    assert count(open_drawing(picture, page="none")) == AREAS
    assert count(open_drawing(picture, page="none", underdrawing="keep")) > 2 * AREAS


def test_millimetre_paper():
    assert count(open_drawing(on_paper("squared", (240, 190, 170), pitch=7))) == AREAS


def test_light_lines_on_dark_paper():
    dark = Image.eval(on_paper("squared", (200, 200, 200)).convert("L"), lambda value: 40 + (255 - value) * 7 // 10)
    assert count(open_drawing(dark)) == AREAS


def test_the_ink_stays_as_it_is():
    plain, ruled = Image.new("RGB", (SIDE, SIDE), "white"), on_paper("squared", LINES["blue"])
    house(ImageDraw.Draw(plain), (30, 30, 30))
    difference = np.abs(np.asarray(remove_ruling(ruled), dtype=int) - np.asarray(plain)).max(axis=2)
    assert difference.max() == 0


def lines(places: list[int], ink: int = 120, left: int = 0) -> Image.Image:
    picture = Image.new("L", (SIDE, SIDE), 255)
    draw = ImageDraw.Draw(picture)
    for at in places:
        draw.line([(left, at), (SIDE, at)], fill=ink, width=2)
    draw.ellipse([200, 200, 400, 400], outline=20, width=5)
    return picture


@pytest.mark.parametrize(
    "picture",
    [
        lines(list(range(20, SIDE, 25)), ink=20),  # a wall, as dark as what else is drawn
        lines([200, 215, 230, 245, 260]),  # a staff of music
        lines([20, 90, 110, 260, 300, 470, 480, 590]),  # uneven
        lines(list(range(20, SIDE, 25)), left=400),  # a fence that does not cross the picture
        lines(list(range(20, 200, 20))),  # waves, in a third of it
    ],
    ids=["dark", "staff", "uneven", "short", "few"],
)
def test_what_is_drawn_is_no_ruling(picture: Image.Image):
    assert remove_ruling(picture) is None
    assert not open_drawing(picture).info["notes"]


def test_kept_where_asked():
    assert not open_drawing(on_paper("squared", LINES["gray"]), underdrawing="keep").info["notes"]
