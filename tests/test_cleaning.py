"""Cleaning drawings of messes of every kind, made here, and telling them from pictures."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw
from sample_pictures import assert_ink_on_white, cartoon, child_drawing, encode, ink_drawing, photograph

from guiding_painter.drawings import looks_colored, open_drawing, open_picture

# Cleaning


def test_clean_ink_stays_to_the_bit():
    drawing = ink_drawing()
    assert len(np.unique(np.asarray(drawing))) > 10  # anti-aliased
    for data in (encode(drawing, "PNG"), encode(drawing.convert("RGB"), "BMP"), encode(drawing.convert("1"), "PNG")):
        opened = open_drawing(data)
        assert opened.mode == "L"
        assert np.array_equal(opened, open_picture(data).convert("L"))


def test_clean_blacks_and_gray_fills_stay_to_the_bit():
    drawing = ink_drawing()
    draw = ImageDraw.Draw(drawing)
    draw.rectangle([0, 0, 300, 250], fill=0)
    draw.rectangle([20, 270, 140, 390], fill=160)
    opened = open_drawing(encode(drawing, "PNG"))
    assert np.array_equal(opened, drawing)


def test_transparent_ink_is_clean():
    drawing = ink_drawing()
    transparent = Image.merge("LA", (Image.new("L", drawing.size, 0), drawing.point(lambda value: 255 - value)))
    assert np.array_equal(open_drawing(encode(transparent, "PNG")), drawing)


@pytest.mark.parametrize(
    "mess",
    [
        {},  # cream paper, a lamp at one side
        {"paper": (0.6, 0.6, 0.6), "falloff": 0.2},  # gray paper
        {"strength": 0.35, "ink": (0.3, 0.3, 0.3), "falloff": 0.3},  # faint pencil
        {"falloff": 0.7},  # a dark corner
        {"paper": (0.98, 0.85, 0.6), "falloff": 0.4},  # yellow light
        {"ink": (0.3, 0.5, 0.95), "paper": (1, 1, 1), "falloff": 0.1},  # blue pencil
        {"ink": (0.95, 0.85, 0.2), "falloff": 0.2},  # yellow pencil
    ],
)
def test_photos_of_drawings_become_ink_on_white(mess):
    drawing = ink_drawing()
    assert_ink_on_white(open_drawing(photograph(drawing, **mess)), drawing)


def test_a_shadow_across_the_page_goes():
    drawing = ink_drawing()
    shade = 1 - 0.35 / (1 + np.exp((380 - np.add.outer(np.arange(400), np.arange(300))) / 8))
    shaded = np.asarray(photograph(drawing, falloff=0), dtype=np.float64) * shade[:, :, None]
    assert_ink_on_white(open_drawing(Image.fromarray(shaded.astype(np.uint8))), drawing)


def test_a_photographed_solid_black_stays_black():
    drawing = ink_drawing()
    ImageDraw.Draw(drawing).ellipse([100, 180, 250, 330], fill=0)
    opened = open_drawing(photograph(drawing))
    assert np.mean(np.asarray(opened)[200:310, 130:220] < 40) > 0.95


def test_light_lines_on_a_dark_ground_are_inverted():
    drawing = ink_drawing()
    negative = Image.fromarray(255 - np.asarray(drawing))
    assert np.array_equal(open_drawing(negative), drawing)
    blueprint = photograph(negative, paper=(0.95, 0.97, 1), ink=(0.1, 0.25, 0.55), falloff=0.2)
    assert_ink_on_white(open_drawing(blueprint), drawing)


def test_dark_drawings_on_light_paper_are_not_inverted():
    panel = Image.new("L", (256, 256), 0)  # one panel on a black page
    panel.paste(ink_drawing((100, 130)), (20, 20))
    hatching = Image.new("L", (256, 256), 0)  # strokes that leave but little paper
    for x in range(10, 240, 12):
        hatching.paste(255, (x, 10, x + 5, 246))
    for drawing in (panel, hatching):
        assert np.array_equal(open_drawing(drawing), drawing)


def test_colored_lines_on_white_are_ink():
    picture = Image.new("RGB", (200, 200), "white")
    draw = ImageDraw.Draw(picture)
    draw.line([(10, 10), (190, 150)], fill=(255, 255, 0), width=2)
    draw.line([(10, 150), (190, 10)], fill=(120, 200, 255), width=2)
    opened = np.asarray(open_drawing(picture))
    assert opened[30:55, 50].min() == 0
    assert opened[105:130, 50].min() == 120


def test_a_photographed_black_that_leaves_the_page_stays_black():
    drawing = ink_drawing()
    ImageDraw.Draw(drawing).rectangle([0, 0, 120, 400], fill=0)
    opened = np.asarray(open_drawing(photograph(drawing, falloff=0.2)))
    assert np.mean(opened[:, :100] < 60) > 0.95


def test_an_empty_page_stays_empty():
    blank = Image.new("L", (200, 300), 255)
    opened = np.asarray(open_drawing(photograph(blank)))
    assert np.mean(opened >= 245) > 0.97
    assert opened.min() > 150  # noise is not stretched into ink
    for tone in (0, 128, 255):
        assert np.ptp(open_drawing(Image.new("L", (20, 20), tone))) == 0


def test_a_colored_picture_is_its_luminance_until_asked():
    picture = cartoon()
    data = encode(picture, "PNG")
    opened = np.asarray(open_drawing(data))
    assert opened[80, 220] < 128  # a green fill is a dark fill, and
    assert opened[80, 85] > 230  # skin a light one
    lines = open_drawing(data, extract_lines=True)
    assert lines.size == picture.size
    assert lines.getpixel((220, 80)) == 255


def test_a_colored_picture_on_white_is_its_exact_luminance():
    picture = Image.new("RGB", (400, 400), "white")
    picture.paste(cartoon(), (70, 70))
    assert looks_colored(picture)
    assert np.array_equal(open_drawing(picture), picture.convert("L"))


def test_line_art_of_a_large_picture_has_its_size():
    picture = cartoon().resize((2048, 2048), Image.Resampling.NEAREST)
    lines = np.asarray(open_drawing(picture, extract_lines=True))
    assert lines.shape == (2048, 2048)
    assert lines[640, 300:340].min() < 60  # the outline of the face, at its place
    assert lines[640, 480:560].min() > 250


# Telling drawings from pictures


@pytest.mark.parametrize(
    "mess",
    [
        {},
        {"paper": (0.98, 0.85, 0.6)},
        {"ink": (0.2, 0.4, 0.95), "paper": (1, 1, 1)},
        {"noise": 0.04},
        {"falloff": 0.9},
    ],
)
def test_photos_of_drawings_do_not_look_colored(mess):
    assert not looks_colored(open_picture(photograph(ink_drawing(), **mess)))


def test_a_drawing_shaded_in_one_colored_pencil_does_not_look_colored():
    drawing = ink_drawing()
    ImageDraw.Draw(drawing).ellipse([100, 180, 200, 280], fill=0)
    assert not looks_colored(open_picture(photograph(drawing, ink=(0.3, 0.5, 0.95), paper=(1, 1, 1))))


def test_colored_pictures_look_colored():
    assert looks_colored(cartoon())
    assert looks_colored(Image.open(io.BytesIO(encode(cartoon(), "JPEG", quality=40))))
    balls = Image.new("RGB", (200, 200), "white")
    draw = ImageDraw.Draw(balls)
    draw.ellipse([20, 20, 60, 60], fill=(220, 60, 50), outline=0)
    draw.ellipse([120, 100, 160, 140], fill=(60, 90, 220), outline=0)
    assert looks_colored(balls)
    sunset = np.linspace((250, 200, 120), (60, 40, 110), 200).astype(np.uint8)
    assert looks_colored(Image.fromarray(np.repeat(sunset[:, None], 300, axis=1)))


@pytest.mark.parametrize("size", [(800, 600), (2000, 1500)])
@pytest.mark.parametrize("with_what", ["crayon", "watercolor", "marker"])
@pytest.mark.parametrize("outlined", [False, True])
def test_what_a_child_filled_with_any_color_looks_colored(size: tuple[int, int], with_what: str, outlined: bool):
    assert looks_colored(child_drawing(size, with_what, pen=9 if outlined else 0))


@pytest.mark.parametrize("pen", [3, 9, 16, 24])
def test_outlines_in_many_colors_do_not_look_colored(pen: int):
    assert not looks_colored(child_drawing((1200, 900), None, pen))


def test_crayon_of_one_color_does_not_look_colored():
    assert not looks_colored(child_drawing((1200, 900), "crayon", pen=9, colors=("#669bbc",)))
