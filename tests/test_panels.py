"""Panels of a page are found, and each is colored with its own regions."""

from pathlib import Path

import numpy as np
import pytest
from panel_pages import FRAMELESS, FRAMES, draw_figures, draw_open_page, draw_page
from PIL import Image, ImageDraw

from guiding_painter import GuidingPainterPipeline
from guiding_painter.drawings import Panels, cut_cells, find_ink, find_panels
from guiding_painter.painting import SavedPainting
from guiding_painter.painting.flats import make_flats


@pytest.fixture(scope="module")
def page() -> Image.Image:
    return draw_page()


@pytest.fixture(scope="module")
def figures() -> Image.Image:
    return draw_figures()


@pytest.fixture(scope="module")
def open_page() -> Image.Image:
    return draw_open_page()


def test_panels_are_found_in_reading_order(page: Image.Image):
    assert find_panels(find_ink(page)) == FRAMES


def test_panels_of_a_large_page_are_found_to_a_few_pixels(page: Image.Image):
    large = page.resize((1600, 2400), Image.Resampling.BICUBIC)
    found = np.array(find_panels(find_ink(large)))
    assert np.abs(found - 4 * np.array(FRAMES)).max() <= 2


def test_a_balloon_may_reach_into_a_gutter_and_a_gutter_may_have_specks(page: Image.Image):
    page = page.copy()
    draw = ImageDraw.Draw(page)
    draw.line((100, 180, 100, 190), fill=0, width=3)
    draw.point([(300, 196), (201, 250), (203, 340)], fill=0)
    assert [box[:2] for box in find_panels(find_ink(page))] == [frame[:2] for frame in FRAMES]


def test_white_space_between_figures_is_no_gutter(figures: Image.Image):
    assert find_panels(find_ink(figures)) == [(0, 0, 400, 600)]


@pytest.mark.parametrize("level", [0, 255])
def test_an_even_page_is_one_panel(level: int):
    assert find_panels(find_ink(Image.new("L", (30, 50), level))) == [(0, 0, 30, 50)]


def test_every_panel_has_its_own_regions_in_order(painter: GuidingPainterPipeline, page: Image.Image):
    painting = painter.open(page, 64, panels=True)
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
    painting = painter.open(page, 64, panels=True)
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
    one, other = painter.open(figures, 64, panels=True), painter.open(figures, 64)
    for painting in (one, other):
        painting.paint_all(["#e07a5f", None, "#3d405b"])
    assert np.array_equal(one.region_map, other.region_map)
    assert one.image.tobytes() == other.image.tobytes()


def test_a_page_in_layers(painter: GuidingPainterPipeline, page: Image.Image, tmp_path: Path):
    painting = painter.open(page, 64, panels=True)
    painting.paint_all("auto")
    painting.save(tmp_path / "page.ora")
    image = np.asarray(painting.image)
    for region in painting.regions:
        color = np.asarray(painting.color())[region.mask]
        assert {"#{:02x}{:02x}{:02x}".format(*value) for value in np.unique(color, axis=0)} == {region.color}
    assert (image[:15] == 255).all()


def page_of_squares(rows: int) -> Image.Image:
    """Seven panels a row."""
    page = Image.new("L", (400, 600), 255)
    for y in range(10, 10 + 50 * rows, 50):
        for x in range(10, 350, 50):
            ImageDraw.Draw(page).rectangle((x, y, x + 40, y + 40), outline=0, width=2)
    assert len(find_panels(find_ink(page))) == 7 * rows
    return page


def test_a_page_of_too_many_panels_is_refused(painter: GuidingPainterPipeline):
    page = page_of_squares(rows=12)
    with pytest.raises(ValueError, match="The page has 84 panels, and at most 80 are looked at one by one: open it"):
        painter.open(page, 64, panels=True)


def test_every_one_of_many_panels_has_all_regions(painter: GuidingPainterPipeline):
    page = page_of_squares(rows=11)
    painting = painter.open(page, 64, panels=True)
    assert painting.regions[-1].index == 6 * 77
    assert {region.index // 6 for region in painting.regions} == set(range(78))
    assert SavedPainting.from_dict(painting.to_dict()).panels == painting.prepared.panels


def test_a_working_size_out_of_range_is_refused(painter: GuidingPainterPipeline, page: Image.Image):
    with pytest.raises(ValueError, match="long_side is 9: choose 64 to 4096 pixels"):
        painter.open(page, 9, panels=True)


@pytest.mark.parametrize("factor", [1, 3])  # at 3, a page of 1800 pixels, cells are found in blocks
def test_no_cell_lies_in_a_gutter_and_in_a_panel_without_a_frame(
    painter: GuidingPainterPipeline, open_page: Image.Image, factor: int
):
    page = open_page.resize((400 * factor, 600 * factor), Image.Resampling.NEAREST)
    boxes = find_panels(find_ink(page))
    assert np.abs(np.array(boxes[1]) - factor * np.array(FRAMELESS)).max() <= factor
    painting = painter.open(page, 64, panels=True)
    left, top, right, bottom = boxes[1]
    inside, outside = np.zeros((2, *painting.cells.shape), bool)
    inside[top + 1 : bottom - 1, left + 1 : right - 1] = True
    inside &= ~find_ink(page)  # a stroke along the edge belongs to both sides, as every line does
    outside[:] = True
    for left, top, right, bottom in boxes:
        outside[top:bottom, left:right] = False
    assert not set(np.unique(painting.cells[inside])) & set(np.unique(painting.cells[outside]))
    gutters = painting.regions[-1].mask
    assert gutters[outside].mean() > 0.999
    assert gutters[inside].mean() < 0.001
    bare = cut_cells(find_ink(page))  # without walls they leak
    assert set(np.unique(bare[inside])) & set(np.unique(bare[outside]))


@pytest.mark.parametrize("askew", [0, 3])
@pytest.mark.parametrize("factor", [1, 3])
def test_drawn_frames_stay_the_borders(painter: GuidingPainterPipeline, askew: int, factor: int):
    """What walls change lies in the frame lines, also where these are askew, or open for less than a gap."""
    page = Image.new("L", (400, 600), 255)
    draw = ImageDraw.Draw(page)
    for left, top, right, bottom in FRAMES:
        corners = [(left, top + askew), (right - 1, top), (right - 1 - askew, bottom - 1), (left + askew, bottom - 1)]
        draw.polygon(corners, outline=0, width=3)
        draw.ellipse((left + 60, top + 20, left + 100, top + 50), outline=0, width=2)
    page = page.resize((400 * factor, 600 * factor), Image.Resampling.BICUBIC)
    assert len(find_panels(find_ink(page))) == len(FRAMES)
    painting = painter.open(page, 64, panels=True)
    ink = find_ink(page)
    bare = make_flats(cut_cells(ink), ink, painting.model_map)
    moved = painting.region_map != bare.region_map
    assert not (moved & ~find_ink(page)).any()


def test_a_broken_frame_is_continued():
    page = Image.new("L", (400, 600), 255)
    draw = ImageDraw.Draw(page)
    draw.rectangle((20, 20, 379, 580), outline=0, width=3)
    draw.rectangle((100, 15, 200, 25), fill=255)
    draw.line((300, 16, 300, 30), fill=0, width=2)  # something sticks out
    walls = Panels(((20, 17, 380, 581), (390, 590, 400, 600)), 2).walls(find_ink(page))
    assert walls[20, 20:380].mean() > 0.95
    assert walls[20, 100:200].all()
