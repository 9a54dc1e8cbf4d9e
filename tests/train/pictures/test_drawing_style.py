"""Drawings in many styles: as the extractor makes them at 0, and rougher with the amount."""

import numpy as np
import pytest
from PIL import Image, ImageDraw
from training_pictures import draw_picture

from guiding_painter.drawings import cut_cells, extract_line_art, find_ink
from pictures.drawing_style import gaps, grain, specks, uneven_darkness, uneven_width, vary_drawing


def drawings(amount: float, count: int = 24) -> np.ndarray:
    """(count, H, W) in [0, 1], 1 = paper: one picture in many styles."""
    picture = draw_picture(1)
    styles = [vary_drawing(picture, np.random.default_rng(seed), amount) for seed in range(count)]
    return np.stack([np.asarray(drawing) for drawing in styles]) / 255


def test_without_variation_every_drawing_is_the_plain_one():
    plain = np.asarray(extract_line_art(draw_picture(1))) / 255
    assert (drawings(0) == plain).all()


def test_a_style_is_a_function_of_the_random_numbers():
    first, again = drawings(1), drawings(1)
    assert (first == again).all()
    assert len({drawing.tobytes() for drawing in first}) > len(first) / 2  # clean ones of flat pictures may be alike


def test_a_larger_amount_is_rougher():
    plain = drawings(0, 1)
    mild, usual, rough = (np.abs(drawings(amount) - plain).mean() for amount in (0.3, 1, 3))
    assert 0 < mild < usual < rough
    assert rough < 0.2  # and still that drawing


def test_about_half_of_the_drawings_are_clean():
    # Without grain and specks the corner, which is one color, is white to the bit.
    corners = drawings(1, 100)[:, :2, :20]
    assert 0.5 < (corners == 1).all(axis=(1, 2)).mean() < 0.85


def test_usual_drawings_keep_most_of_the_cells():
    def count(drawing: np.ndarray) -> int:
        return int(cut_cells(find_ink(Image.fromarray(np.rint(255 * drawing).astype(np.uint8)))).max())

    plain = count(drawings(0, 1)[0])
    assert plain >= 3
    kept = [count(drawing) >= plain - 1 for drawing in drawings(1)]
    assert np.mean(kept) > 0.7


@pytest.fixture
def ink() -> np.ndarray:
    """Circles and lines two to three pixels wide, (128, 160) in [0, 1], 0 = paper."""
    image = Image.new("L", (160, 128), 0)
    draw = ImageDraw.Draw(image)
    draw.ellipse((10, 10, 90, 90), outline=255, width=3)
    draw.line((100, 5, 150, 120), fill=255, width=2)
    draw.rectangle((20, 100, 90, 120), outline=255, width=2)
    return np.asarray(image, dtype=np.float32) / 255


@pytest.mark.parametrize("strength", [0.5, 1])
def test_each_change_does_what_it_is_named_for(ink, strength):
    rng = np.random.default_rng(0)
    before = ink.copy()
    bolder = uneven_width(ink, rng, strength)
    assert (bolder >= ink).all()
    assert 1.05 * ink.sum() < bolder.sum() < 1.6 * ink.sum()
    paler = uneven_darkness(ink, rng, strength)
    assert (paler <= ink).all()
    assert (paler >= 0.54 * ink).all()
    assert paler[ink == 1].std() > 0.02
    broken = gaps(ink, rng, 4 * strength)
    assert (broken <= ink).all()
    assert 0.7 * ink.sum() < broken.sum() < ink.sum()
    rough = grain(ink, rng, strength)
    assert rough[ink == 0].std() > 0.005
    assert rough[ink == 0].max() < 0.3
    assert rough[ink == 1].mean() > 0.8
    dusty = specks(ink, rng, 4 * strength)
    assert (dusty >= ink).all()
    assert 0 < (dusty > ink).sum() < 0.02 * ink.size
    assert (ink == before).all()


def test_blank_paper_stays_paper():
    white = Image.new("RGB", (40, 30), "white")
    for seed in range(20):
        assert np.asarray(vary_drawing(white, np.random.default_rng(seed), 1)).mean() > 240
