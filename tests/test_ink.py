"""Ink: of any strength, width, color and polarity; gray fills, shades of the paper and underdrawings are none."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from guiding_painter.drawings import cut_cells, find_ink, looks_colored, open_drawing
from guiding_painter.drawings.paper import has_underdrawing, is_light_on_dark


def boxes(color="black", paper="white", width: int = 3, size: int = 400, mode: str = "RGB") -> Image.Image:
    image = Image.new(mode, (size, size), paper)
    draw = ImageDraw.Draw(image)
    for corner in (0.1, 0.55):
        edge = corner * size
        draw.rectangle((edge, edge, edge + 0.3 * size, edge + 0.3 * size), outline=color, width=width)
    return image


@pytest.mark.parametrize("percent", [8, 15, 35, 60, 100])
def test_ink_of_any_strength_on_clean_paper(percent: int):
    gray = round(255 * (1 - percent / 100))
    drawing = boxes(gray, 255, mode="L")
    assert np.array_equal(find_ink(drawing), np.asarray(drawing) < 255)


@pytest.mark.parametrize("size", [300, 1500, 4000])
def test_lines_of_a_pixel_at_any_size(size: int):
    drawing = boxes(0, 255, width=1, size=size, mode="L")
    assert np.array_equal(find_ink(drawing), np.asarray(drawing) == 0)
    assert cut_cells(find_ink(drawing)).max() == 2


def test_a_flat_gray_fill_is_no_ink_but_its_border_is():
    image = Image.new("L", (400, 300), 255)
    ImageDraw.Draw(image).rectangle((0, 0, 399, 150), fill=150)
    ink = find_ink(image)
    assert not ink[:130].any()
    assert ink[149].all()
    assert not ink[155:].any()


def test_a_small_gray_fill_in_a_black_outline_is_no_ink():
    image = Image.new("L", (400, 300), 255)
    ImageDraw.Draw(image).rectangle((100, 100, 120, 120), outline=0, fill=170, width=2)
    assert not find_ink(image)[108:113, 108:113].any()


@pytest.mark.parametrize("color", ["#ffeb3c", "#ffaac8", "#78dc5a", "#e02828", "#2850dc"])
def test_broad_strokes_of_any_color_are_walls(color: str):
    picture = boxes(color, width=14, size=600)
    ImageDraw.Draw(picture).line((0, 285, 600, 285), fill="#2850dc", width=14)
    assert not looks_colored(picture)
    cells = cut_cells(find_ink(open_drawing(picture)))
    assert (np.bincount(cells.ravel()) > 1e-3 * cells.size).sum() == 4


@pytest.mark.parametrize("size", [300, 1000, 3000])
@pytest.mark.parametrize(("line", "ground"), [(255, 0), (100, 30), (60, 20), (255, 128), (220, 205)])
def test_light_on_dark_at_any_size_and_contrast(size: int, line: int, ground: int):
    picture = boxes(line, ground, width=2, size=size, mode="L")
    assert is_light_on_dark(picture)
    assert cut_cells(find_ink(open_drawing(picture))).max() == 2


@pytest.mark.parametrize(
    ("line", "ground"), [("white", "#808000"), ("#ffe070", "#5a1030"), ("#80ff80", "#001000"), ("#80c0ff", "#400000")]
)
def test_light_on_a_ground_of_any_dark_color(line: str, ground: str):
    picture = boxes(line, ground, width=2, size=700)
    assert not looks_colored(picture)
    assert cut_cells(find_ink(open_drawing(picture))).max() == 2


def test_dark_on_light_is_not_inverted():
    assert not is_light_on_dark(boxes(0, 255, mode="L"))
    assert not is_light_on_dark(Image.new("L", (100, 100), 0))
    black = Image.new("L", (300, 300), 0)
    black.paste(boxes(0, 255, size=160, mode="L"), (40, 40))
    assert not is_light_on_dark(black)


def with_underdrawing(color: str) -> Image.Image:
    picture = boxes(color, width=2)
    ImageDraw.Draw(picture).line((20, 200, 380, 180), fill=color, width=2)
    ImageDraw.Draw(picture).ellipse((80, 80, 320, 330), outline="black", width=3)
    return picture


@pytest.mark.parametrize("color", ["#96c8ff", "#ff9696"])
def test_a_pale_underdrawing_is_left_out_or_kept(color: str):
    picture = with_underdrawing(color)
    assert has_underdrawing(picture)
    count = {
        name: cut_cells(find_ink(open_drawing(picture, underdrawing=name))).max() + 1
        for name in ("auto", "drop", "keep")
    }
    assert count["auto"] == count["drop"] == 2
    assert count["keep"] > 4
    with pytest.raises(ValueError, match="underdrawing is 'no': give one of auto, keep, drop"):
        open_drawing(picture, underdrawing="no")


@pytest.mark.parametrize("picture", [boxes("#96c8ff"), boxes("black"), boxes("#1e3cc8")], ids=["pale", "black", "blue"])
def test_a_drawing_in_one_pen_has_no_underdrawing(picture: Image.Image):
    assert not has_underdrawing(picture)
