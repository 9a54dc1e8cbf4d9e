"""Panels of a page are found, and each is colored with its own regions."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from guiding_painter import GuidingPainterPipeline
from guiding_painter.panels import find_panels, open_panels

FRAMES = [(20, 20, 380, 180), (20, 200, 190, 380), (210, 200, 380, 290), (210, 310, 380, 380), (20, 400, 380, 580)]


def draw_page(frames: list[tuple[int, int, int, int]] = FRAMES, line: int = 3) -> Image.Image:
    page = Image.new("L", (400, 600), 255)
    draw = ImageDraw.Draw(page)
    for left, top, right, bottom in frames:
        draw.rectangle((left, top, right - 1, bottom - 1), outline=0, width=line)
        x, y = (left + right) // 2, (top + bottom) // 2
        draw.ellipse((x - 30, y - 25, x + 30, y + 25), outline=0, width=3)
        draw.line((left, bottom - 15, right - 1, bottom - 25), fill=0, width=2)
    return page


@pytest.fixture(scope="module")
def page() -> Image.Image:
    return draw_page()


@pytest.fixture(scope="module")
def figures() -> Image.Image:
    page = Image.new("L", (400, 600), 255)
    draw = ImageDraw.Draw(page)
    for top in (20, 230, 440):
        draw.ellipse((40, top, 170, top + 130), outline=0, width=3)
        draw.ellipse((230, top, 360, top + 130), outline=0, width=3)
    return page


def test_panels_are_found_in_reading_order(page: Image.Image):
    assert find_panels(page) == FRAMES


def test_panels_of_a_large_page_are_found_to_a_few_pixels(page: Image.Image):
    large = page.resize((1600, 2400), Image.Resampling.BICUBIC)
    found = np.array(find_panels(large))
    assert np.abs(found - 4 * np.array(FRAMES)).max() <= 4


def test_a_balloon_may_reach_into_a_gutter_and_a_gutter_may_have_specks(page: Image.Image):
    page = page.copy()
    draw = ImageDraw.Draw(page)
    draw.line((100, 180, 100, 190), fill=0, width=3)
    draw.point([(300, 196), (201, 250), (203, 340)], fill=0)
    assert [box[:2] for box in find_panels(page)] == [frame[:2] for frame in FRAMES]


def test_white_space_between_figures_is_no_gutter(figures: Image.Image):
    assert find_panels(figures) == [(0, 0, 400, 600)]


@pytest.mark.parametrize("level", [0, 255])
def test_an_even_page_is_one_panel(level: int):
    assert find_panels(Image.new("L", (30, 50), level)) == [(0, 0, 30, 50)]


def test_every_panel_has_its_own_regions_in_order(painter: GuidingPainterPipeline, page: Image.Image):
    painting = open_panels(painter, page, 64)
    *regions, gutters = painting.regions
    assert (gutters.color, painting.next_region()) == ("#ffffff", regions[0])
    assert gutters.mask[[0, 190, 390, 599], [0, 100, 200, 399]].all()
    found = []
    for region in regions:
        # Where a border lies in a frame, some of its pixels go to either side.
        inside = [region.mask[t:b, left:r].sum() / region.mask.sum() for left, t, r, b in FRAMES]
        assert max(inside) > 0.9
        found.append(int(np.argmax(inside)))
    assert found == sorted(found)
    assert set(found) == set(range(5))


def test_an_answer_changes_its_own_panel_only_at_one_forward(
    painter: GuidingPainterPipeline, page: Image.Image, forwards
):
    painting = open_panels(painter, page, 64)
    before = np.asarray(painting.picture)
    assert forwards() == (5, 5)
    third = painting.region_at((295, 245))
    painting.paint(third, "#e07a5f")
    after = np.asarray(painting.picture)
    assert forwards() == (5, 6)
    rows, columns = np.nonzero((before != after).any(axis=2))
    scale = before.shape[0] / 600
    left, top, right, bottom = (round(edge * scale) for edge in FRAMES[2])
    assert rows.size
    assert (rows.min() >= top, rows.max() < bottom, columns.min() >= left, columns.max() < right) == (True,) * 4
    painting.undo()
    assert np.array_equal(np.asarray(painting.picture), before)


def test_a_page_of_one_panel_is_opened_as_ever(painter: GuidingPainterPipeline, figures: Image.Image):
    one, other = open_panels(painter, figures, 64), painter.open(figures, 64)
    for painting in (one, other):
        painting.paint_all(["#e07a5f", None, "#3d405b"])
    assert np.array_equal(one.region_map, other.region_map)
    assert one.image.tobytes() == other.image.tobytes()


def test_a_page_in_layers(painter: GuidingPainterPipeline, page: Image.Image, tmp_path: Path):
    painting = open_panels(painter, page, 64)
    painting.paint_all("auto")
    painting.save(tmp_path / "page.ora")
    image = np.asarray(painting.image)
    for region in painting.regions:
        color = np.asarray(painting.color())[region.mask]
        assert {"#{:02x}{:02x}{:02x}".format(*value) for value in np.unique(color, axis=0)} == {region.color}
    assert (image[:15] == 255).all()


def test_many_panels_share_the_numbers_that_a_painting_has(painter: GuidingPainterPipeline):
    page = Image.new("L", (400, 600), 255)
    frames = [(x, y, x + 40, y + 40) for y in range(10, 560, 50) for x in range(10, 350, 50)]
    for frame in frames:
        ImageDraw.Draw(page).rectangle(frame, outline=0, width=2)
    assert len(find_panels(page)) == len(frames) == 77
    painting = open_panels(painter, page, 64)
    assert len(painting.regions) <= 201
    assert painting.regions[-1].index == 2 * 77


def test_a_working_size_out_of_range_is_refused(painter: GuidingPainterPipeline, page: Image.Image):
    with pytest.raises(ValueError, match="long_side is 9: choose 64 to 4096 pixels"):
        open_panels(painter, page, 9)
