"""Cells at the picture's edge: a figure cut off by it is apart, ground that only a line passes by stays whole."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from guiding_painter.drawings import cut_cells, find_ink

SIDE = 500


def page() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("L", (SIDE, SIDE), 255)
    return image, ImageDraw.Draw(image)


def cut(image: Image.Image, turns: int = 0) -> np.ndarray:
    """Of the drawing turned so often; (H, W) turned back."""
    return np.rot90(cut_cells(find_ink(Image.fromarray(np.rot90(np.asarray(image), turns)))), -turns)


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize(("width", "ends"), [(26, (490, 486)), (36, (485, 490)), (45, (497, 488)), (60, (480, 480))])
def test_a_leg_whose_lines_end_shortly_before_the_edge_is_apart(width: int, ends: tuple[int, int], turns: int):
    image, draw = page()
    left, right = 250 - width / 2, 250 + width / 2
    draw.line((left, ends[0], left, 300, right, 300, right + 6, ends[1]), fill=0, width=3)
    draw.ellipse((180, 180, 320, 310), outline=0, fill=255, width=3)
    cells = cut(image, turns)
    assert cells[400, 250] != cells[400, 50] == cells[400, 450]
    assert cells[400, 250] != cells[250, 250]


@pytest.mark.parametrize("distance", [8, 15, 22])
def test_ground_that_an_outline_passes_by_near_the_edge_is_one(distance: int):
    image, draw = page()
    draw.ellipse((distance, 200, SIDE - distance, 300), outline=0, width=3)
    draw.polygon([(250, distance), (280, 215), (220, 215)], outline=0, width=3)
    cells = cut(image)
    assert cells[30, 30] == cells[470, 30] == cells[470, 470] != cells[250, 100]


def test_ground_is_one_around_an_outline_that_nearly_touches_three_edges():
    image, draw = page()
    draw.polygon([(20, 400), (60, 250), (180, 130), (250, 18), (320, 130), (440, 250), (480, 400)], outline=0, width=3)
    cells = cut(image)
    assert cells[30, 30] == cells[30, 470] == cells[470, 250] != cells[300, 250]


def test_a_line_that_turns_back_before_the_edge_does_not_mean_to_reach_it():
    image, draw = page()
    draw.line((500, 240, 20, 250, 40, 360, 150, 380), fill=0, width=3, joint="curve")
    cells = cut(image)
    assert cells[50, 250] == cells[450, 250]


def test_strokes_that_end_near_the_edge_cut_nothing_off_the_ground():
    image, draw = page()
    draw.ellipse((180, 180, 320, 320), outline=0, width=3)
    for line in (
        (100, 8, 110, 90),
        (300, 12, 280, 100),
        (10, 150, 80, 170),
        (492, 300, 420, 330),
        (200, 490, 210, 400),
    ):
        draw.line(line, fill=0, width=3)
    draw.line((230, 182, 220, 10), fill=0, width=3)
    cells = cut(image)
    assert {cells[y, x] for x, y in ((5, 5), (495, 5), (5, 495), (495, 495), (200, 60), (260, 60))} == {cells[5, 5]}
    assert cells[250, 250] != cells[5, 5]


def test_a_line_that_ends_at_neither_edge_by_a_little_parts_sky_and_ground():
    image, draw = page()
    draw.line([(x, 300 + 20 * np.sin(x / 60)) for x in range(12, 489)], fill=0, width=3)
    cells = cut(image)
    assert cells[50, 250] != cells[450, 250]
