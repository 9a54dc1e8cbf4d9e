"""Texture: hatching, dots and tones fence nothing in, and what is outlined around them is one cell."""

import numpy as np
import pytest
from cell_pages import cut, large, page
from PIL import Image, ImageDraw

from benchmarks.area_drawings import render
from guiding_painter.drawings import cut_cells, find_ink
from guiding_painter.drawings.screens import MOST, TILE, find_waves, number_tiles


def textured(kind: str) -> Image.Image:
    """A box with a texture in it, outlined twice as thick."""
    image, draw = page((600, 600))
    box = 150, 150, 450, 450
    inside = Image.new("L", image.size)
    ImageDraw.Draw(inside).rectangle(box, fill=255)
    pattern, stroke = page(image.size)
    if "hatching" in kind:
        for x in range(-600, 1200, 9):
            stroke.line((x, 0, x + 600, 600), fill=0, width=2)
            if kind == "crosshatching":
                stroke.line((x, 0, x - 600, 600), fill=0, width=2)
    for y in range(0, 600, 8):
        for x in range(0, 600, 8):
            if kind == "dots":
                stroke.ellipse((x, y, x + 4, y + 4), fill=0)
            if kind == "dots that touch":
                stroke.ellipse((x - 1, y - 1, x + 8, y + 8), fill=0)
    image.paste(pattern, (0, 0), inside)
    draw.rectangle(box, outline=0, width=4)
    return image


@pytest.mark.parametrize("kind", ["hatching", "crosshatching", "dots", "dots that touch"])
def test_an_outlined_area_of_one_texture_is_one(kind: str):
    cells = cut(textured(kind))
    box = cells[156:445, 156:445]
    assert (box == cells[300, 300]).mean() > 0.97
    assert cells[50, 50] != cells[300, 300]
    assert large(cells) == 2


@pytest.mark.parametrize("every", [2, 5])
def test_grain_of_which_some_strokes_reach_the_outline_and_some_do_not_is_one_area(every: int):
    image, draw = page((600, 600))
    draw.rectangle((200, 200, 370, 360), outline=0, width=4)
    for number, y in enumerate(range(208, 358, 8)):
        free = 8 * (number % every > 0)
        draw.line([(x, y + 2 * np.sin(x / 40)) for x in range(200 + free, 371 - free, 6)], fill=0)
    cells = cut(image)
    assert (cells[206:356, 206:365] == cells[280, 280]).mean() > 0.97
    assert large(cells) == 2


def test_strips_of_paper_between_strokes_that_pause_are_one_area():
    image, draw = page((600, 600))
    rng = np.random.default_rng(0)
    for y in range(158, 448, 9):
        x = 150 - rng.integers(60)
        while x < 450:
            end = x + rng.integers(150, 400)
            draw.line((max(x, 150), y, min(end, 450), y), fill=0)
            x = end + rng.integers(12, 24)
    draw.rectangle((150, 150, 450, 450), outline=0, width=4)
    cells = cut(image)
    assert (cells[156:445, 156:445] == cells[300, 300]).mean() > 0.97
    assert large(cells) == 2


def test_hatching_as_close_as_a_few_blocks_is_one_area():
    image, draw = page((1500, 1200))
    for y in range(308, 896, 12):
        draw.line([(x, y + 3 * np.sin(x / 90 + y)) for x in range(300, 901, 10)], fill=0)
    draw.rectangle((300, 300, 900, 900), outline=0, width=4)
    cells = cut(image)
    assert (cells[308:890, 308:890] == cells[600, 600]).mean() > 0.97
    assert large(cells) == 2


def test_dots_that_grow_until_they_touch_are_one_area():
    image, draw = page((600, 600))
    draw.rectangle((100, 100, 500, 500), outline=0, width=4)
    for y in range(108, 496, 9):
        radius = 1 + 4.5 * (y - 108) / 388
        for x in range(108, 496, 9):
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)
    cells = cut(image)
    paper = np.asarray(image)[104:497, 104:497] > 0
    box = cells[104:497, 104:497][paper]
    assert (box == cells[112, 112]).mean() > 0.97
    assert cells[50, 50] not in box
    assert large(cells) == 2


@pytest.mark.parametrize(
    ("pitch", "angle", "darkness"),
    [
        (7.7, 15, (0.66, 0.66)),
        (9, 30, (0.6, 0.6)),
        (8.8, 60, (0.05, 0.8)),
        (5.3, 30, (0.05, 0.8)),
        (7.7, 45, (0.6, 0.6)),
    ],
)
def test_a_screen_of_dots_that_touch_here_and_there_is_one_area(
    pitch: float, angle: int, darkness: tuple[float, float]
):
    image, draw = page((600, 600))
    y, x = np.mgrid[:600, :600]
    turned = np.exp(1j * np.radians(angle)) * (x + 1j * y) / pitch
    dark = np.interp(x, (130, 470), darkness)
    dots = np.hypot(turned.real % 1 - 0.5, turned.imag % 1 - 0.5) < np.sqrt(dark / np.pi)
    disc = np.hypot(x - 300, y - 300) < 170
    image.paste(0, mask=Image.fromarray(dots & disc))
    draw.ellipse((130, 130, 470, 470), outline=0, width=3)
    cells = cut(image)
    paper = disc & (np.asarray(image) > 0)
    assert (cells[paper] == np.bincount(cells[paper]).argmax()).mean() > 0.95
    assert cells[20, 20] != np.bincount(cells[paper]).argmax()
    assert large(cells) == 2


def toned(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], pitch: int = 12) -> None:
    """Free dots in a box."""
    left, top, right, bottom = box
    for row, y in enumerate(range(top + 8, bottom - 5, pitch)):
        for x in range(left + 8 + row % 2 * pitch // 2, right - 5, pitch):
            draw.ellipse((x - 1, y - 1, x + 1, y + 1), fill=0)


def test_a_fence_stays_apart_from_the_snow_around_it():
    image, draw = page((800, 800))
    draw.rectangle((100, 100, 700, 700), outline=0, width=3)
    for box in ((100, 100, 700, 400), (100, 400, 300, 700), (400, 400, 700, 700)):
        toned(draw, box)
    for x in range(300, 401, 12):
        draw.line((x, 400, x, 700), fill=0, width=3)
    draw.line((300, 400, 400, 400), fill=0, width=3)
    cells = cut(image)
    assert cells[250, 200] == cells[600, 200] == cells[600, 600]
    assert cells[550, 306] != cells[250, 200]
    assert cells[50, 50] not in (cells[550, 306], cells[250, 200])


def test_a_tone_whose_dots_touch_stays_apart_from_one_of_free_dots_behind_a_line():
    image, draw = page((600, 600))
    y, x = np.mgrid[:600, :600]
    for side, pitch, dark in ((x < 300, 10, 0.3), (x >= 300, 8, 0.66)):
        turned = np.exp(1j * np.radians(30)) * (x + 1j * y) / pitch
        dots = np.hypot(turned.real % 1 - 0.5, turned.imag % 1 - 0.5) < np.sqrt(dark / np.pi)
        image.paste(0, mask=Image.fromarray(dots & side & (abs(x - 300) < 200) & (abs(y - 300) < 200)))
    draw.rectangle((100, 100, 500, 500), outline=0, width=4)
    draw.line((300, 100, 300, 500), fill=0, width=4)
    cells = cut(image)
    paper = np.asarray(image) > 0
    left, right = (cells[108:492, of][paper[108:492, of]] for of in (slice(108, 292), slice(308, 492)))
    one, other = (np.bincount(part).argmax() for part in (left, right))
    assert one != other
    assert (left == one).mean() > 0.98
    assert (right == other).mean() > 0.98


def two_screens(width: int) -> tuple[Image.Image, np.ndarray]:
    """Two tones of dots that touch with a curve between them so wide, and (H, W) bool where the right one is."""
    image, draw = page((600, 600))
    y, x = np.mgrid[:600, :600]
    right = x > 300 + 40 * np.sin(y / 60)
    box = (np.abs(x - 300) < 230) & (np.abs(y - 300) < 230)
    for side, pitch, angle in ((~right, 8, 30), (right, 9, 75)):
        turned = np.exp(1j * np.radians(angle)) * (x + 1j * y) / pitch
        dots = np.hypot(turned.real % 1 - 0.5, turned.imag % 1 - 0.5) < np.sqrt(0.7 / np.pi)
        image.paste(0, mask=Image.fromarray(dots & side & box))
    draw.rectangle((70, 70, 530, 530), outline=0, width=width)
    draw.line([(300 + 40 * np.sin(row / 60), row) for row in range(70, 530)], fill=0, width=width, joint="curve")
    return image, right & box


@pytest.mark.parametrize("width", [2, 4])
def test_two_tones_whose_dots_touch_stay_apart_behind_a_thin_line(width: int):
    image, right = two_screens(width)
    cells = cut(image)
    paper = np.asarray(image) > 0
    left = ~right & (cells != cells[20, 20])
    one, other = (cells[paper & side] for side in (left, right))
    assert np.bincount(one).argmax() != np.bincount(other).argmax()
    assert (one == np.bincount(one).argmax()).mean() > 0.97
    assert (other == np.bincount(other).argmax()).mean() > 0.97
    assert large(cells) == 3


@pytest.mark.parametrize("opening", [8, 14])
def test_an_opening_between_two_tones_of_free_dots_does_not_leak(opening: int):
    image, draw = page((800, 800))
    draw.rectangle((100, 100, 700, 700), outline=0, width=3)
    for box in ((100, 100, 400, 700), (400, 100, 700, 700)):
        toned(draw, box, 14)
    draw.line((400, 100, 400, 700), fill=0, width=3)
    draw.rectangle((395, 400, 405, 400 + opening - 1), fill=255)
    cells = cut(image)
    assert cells[250, 250] != cells[250, 550]
    assert large(cells) == 3


def test_squares_of_crosshatching_belong_to_no_screen_beside_them():
    drawing, truth = render(1, texture="crosshatching")
    cells = cut(drawing)
    for area in range(5):
        inside = cells[truth == area]
        assert (inside == np.bincount(inside).argmax()).mean() > 0.95


def test_a_screen_of_specks_adds_up_to_no_area():
    image, draw = page((600, 600))
    draw.ellipse((100, 100, 500, 500), outline=0, width=4)
    for y in range(0, 600, 5):
        for x in range(0, 600, 5):
            if (x - 300) ** 2 + (y - 300) ** 2 < 190**2:
                draw.rectangle((x, y, x + 1, y + 1), fill=0)
    cells = cut(image)
    assert large(cells, 1e-4) == 2


def test_ink_is_left_as_it_is():
    ink = find_ink(textured("hatching"))
    before = ink.copy()
    cut_cells(ink)
    assert np.array_equal(ink, before)


def test_of_many_screens_only_the_largest_are_looked_for():
    y, x = np.divmod(np.arange(1200 * 1200).reshape(1200, 1200), 1200)
    rows = np.linspace(4.5, 16, 81)[np.random.default_rng(1).permutation(81)]  # of dots in a tile
    waves = 2 * np.pi / TILE * rows[y // 135 * 9 + x // 135]
    assert number_tiles(find_waves(np.cos(waves * x) + np.cos(waves * y) > -0.5)).max() == MOST
