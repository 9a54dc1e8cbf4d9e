"""Where training looks: anywhere on a picture, but on a page rather at panels than at gutters."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pictures.crops import center_box, crop, crop_drawing, gutters, random_box

PANELS = [
    (10 + 145 * column, 10 + 145 * row, 130 + 145 * column, 130 + 145 * row) for row in range(3) for column in (0, 1)
]


def draw_page(margin: str = "white") -> Image.Image:
    """Six panels full of strokes, with a white ball in each, and gutters of 25 pixels between them: 285x430."""
    rng = np.random.default_rng(0)
    page = Image.new("RGB", (285, 430), margin)
    draw = ImageDraw.Draw(page)
    for left, top, right, bottom in PANELS:
        draw.rectangle((left, top, right, bottom), fill="orange")
        for _ in range(80):
            x, y = rng.integers(left, right - 20), rng.integers(top, bottom - 20)
            draw.line((x, y, x + 18, y + int(rng.integers(19))), fill="navy", width=3)
        draw.ellipse((left + 45, top + 45, left + 75, top + 75), fill="white", outline="black", width=3)
    return page


def in_panels() -> np.ndarray:
    mask = np.zeros((430, 285), dtype=bool)
    for left, top, right, bottom in PANELS:
        mask[top : bottom + 1, left : right + 1] = True
    return mask


@pytest.mark.parametrize("margin", ["white", "black"])
def test_gutters_are_found_and_white_in_panels_is_none(margin):
    assert (gutters(draw_page(margin)) == ~in_panels()).mean() > 0.98


def boxes(page: Image.Image, resolution: int, count: int = 80) -> list[tuple]:
    return [random_box(page, resolution, np.random.default_rng(seed)) for seed in range(count)]


def gutter_share(found: list[tuple]) -> float:
    return float(np.mean([1 - in_panels()[top:bottom, left:right].mean() for left, top, right, bottom in found]))


def test_crops_of_a_page_have_less_gutter_than_random_places_of_the_same_size():
    page, rng = draw_page(), np.random.default_rng(1)
    chosen = boxes(page, 64)
    places = [(rng.integers(286 - box[2] + box[0]), rng.integers(431 - box[2] + box[0])) for box in chosen]
    anywhere = [(x, y, x + box[2] - box[0], y + box[2] - box[0]) for (x, y), box in zip(places, chosen, strict=True)]
    assert gutter_share(chosen) < 0.7 * gutter_share(anywhere)
    assert chosen == boxes(page, 64)
    sides = [right - left for left, _, right, _ in chosen]
    assert all(64 <= side <= 285 for side in sides)
    assert sum(side < 135 for side in sides) / len(sides) == pytest.approx(0.5, abs=0.15)  # as many details as wholes
    # Not always the same place: all panels come.
    centers = {(left + right) // 2 // 143 + 2 * ((top + bottom) // 2 // 144) for left, top, right, bottom in chosen}
    assert len(centers) == 6


def test_crops_of_a_picture_come_from_anywhere_in_it():
    found = boxes(Image.new("RGB", (100, 160)), 64)
    assert all(0 <= left and right <= 100 and 0 <= top and bottom <= 160 for left, top, right, bottom in found)
    assert all(right - left == bottom - top >= 38 for left, top, right, bottom in found)  # 0.15 of the area
    assert min(box[0] for box in found) == 0
    assert max(box[3] for box in found) > 155


def test_blank_pages_are_cropped_too():
    assert len(set(boxes(Image.new("RGB", (300, 300), "white"), 64, 20))) > 10


def test_the_middle_and_the_mirror_are_exact():
    gradient = Image.fromarray(np.tile(np.arange(90, dtype=np.uint8), (40, 1))).convert("RGB")
    assert center_box(gradient.size) == (25, 0, 65, 40)
    assert (np.asarray(crop(gradient, (25, 0, 65, 40), 40))[0, :, 0] == range(25, 65)).all()
    assert (np.asarray(crop(gradient, (25, 0, 65, 40), 40, flip=True))[0, :, 0] == range(64, 24, -1)).all()


def test_thin_lines_of_a_large_drawing_stay():
    drawing = Image.new("L", (800, 800), 255)
    ImageDraw.Draw(drawing).line((400, 0, 400, 799), fill=0, width=1)
    sketch = crop_drawing(drawing, (200, 200), (50, 50, 150, 150), 50)
    assert sketch.shape == (1, 1, 50, 50)
    assert (sketch.amin(3) < 0.3).all()  # averaged alone, it would be 0.75
    assert (sketch > 0.99).float().mean() > 0.9
