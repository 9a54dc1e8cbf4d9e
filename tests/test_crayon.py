"""Lines of drawings that were filled in crayon: no stroke is a line, every outline is one, other pictures stay."""

import numpy as np
import pytest
from PIL import Image, ImageDraw
from sample_pictures import cartoon, child_drawing

from guiding_painter.drawings import cut_cells, find_ink, open_drawing
from guiding_painter.drawings.crayon import fill_crayon


def ink_share(lines: Image.Image) -> float:
    return float((np.asarray(lines) < 128).mean())


@pytest.mark.parametrize("width", [800, 2000])
@pytest.mark.parametrize("pen", [0, 3, 9, 16])
def test_lines_of_a_drawing_in_crayon_are_those_of_one_in_marker(width: int, pen: int):
    size = width, width * 3 // 4
    crayon, marker = (
        open_drawing(child_drawing(size, filled_with, pen), extract_lines=True) for filled_with in ("crayon", "marker")
    )
    assert 0.8 * ink_share(marker) < ink_share(crayon) < 1.3 * ink_share(marker)  # strokes were ten times as much
    cells = cut_cells(find_ink(crayon))
    assert np.count_nonzero(np.bincount(cells.ravel()) > 5e-4 * cells.size) == 5


def test_crayon_of_one_color_is_filled_too():
    drawing = child_drawing((1000, 750), "crayon", pen=9, colors=("#669bbc",))
    assert ink_share(open_drawing(drawing, extract_lines=True)) < 0.02


def test_pens_across_crayon_stay_lines():
    drawing = child_drawing((1200, 900), "crayon", pen=9)
    draw = ImageDraw.Draw(drawing)
    draw.rectangle([200, 480, 340, 620], outline="black", width=4)  # a window in the house
    draw.rectangle([580, 340, 700, 440], outline="#1d3557", width=8)
    lines = np.asarray(open_drawing(drawing, extract_lines=True))
    assert np.median(lines[550, [201, 202, 338, 339]]) < 60
    assert (lines[500:600, 203:337] < 128).mean() < 0.02
    assert min(lines[390, 575:590].min(), lines[390, 690:705].min()) < 60


@pytest.mark.parametrize("filled_with", [None, "watercolor", "marker"])
def test_what_has_no_strokes_is_returned_as_it_is(filled_with: str | None):
    picture = child_drawing((1000, 750), filled_with, pen=9)
    assert fill_crayon(picture) is picture


@pytest.mark.parametrize("size", [(1, 1), (40, 30), (256, 256), (1024, 20)])
def test_other_pictures_of_any_size_are_returned_as_they_are(size: tuple[int, int]):
    for picture in (cartoon().resize(size), Image.new("RGB", size), Image.new("RGB", size, "white")):
        assert fill_crayon(picture) is picture


def test_stripes_of_many_colors_are_no_crayon():
    picture, random = Image.new("RGB", (1000, 750), "white"), np.random.default_rng(0)
    draw = ImageDraw.Draw(picture)
    for y in range(200, 500, 8):
        draw.line((200, y, 800, y), fill=tuple(random.integers(0, 200, 3).tolist()), width=5)
    assert fill_crayon(picture) is picture
