"""Panels of a page are found, and each is colored with its own regions."""

import json
from pathlib import Path

import numpy as np
import pytest
from conftest import make_painter
from PIL import Image, ImageDraw

from guiding_painter import GuidingPainterPipeline
from guiding_painter.drawings import MAX_MAP_PIXELS, Panels, cut_cells, find_ink, find_panels, prepare
from guiding_painter.painting import SavedPainting
from guiding_painter.painting.flats import make_flats

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


FRAMELESS = (20, 220, 380, 380)


@pytest.fixture(scope="module")
def open_page() -> Image.Image:
    """Three panels one below the other, the middle one without a frame: only its strokes tell where it ends."""
    page = draw_page([(20, 20, 380, 180), (20, 420, 380, 580)])
    draw = ImageDraw.Draw(page)
    draw.ellipse((20, 240, 120, 340), outline=0, width=3)
    draw.line((200, 220, 230, 300, 300, 220), fill=0, width=3)
    draw.line((379, 260, 379, 290, 330, 379, 250, 379), fill=0, width=3)
    return page


@pytest.mark.parametrize("factor", [1, 5])  # at 5, a page of 3000 pixels, cells are found in blocks
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
@pytest.mark.parametrize("factor", [1, 5])
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


def taken_up(painter: GuidingPainterPipeline, page: Image.Image, state: dict):
    return painter.resume(page, json.loads(json.dumps(state)))


def test_a_page_is_put_away_and_taken_up(painter: GuidingPainterPipeline, page: Image.Image, forwards):
    painting = painter.open(page, 64, panels=True)
    third = painting.region_at((295, 245))
    painting.paint(third, "#e07a5f")
    painting.skip(painting.regions[0])
    painting.merge(*painting.regions[:2])
    painting.paint(painting.region_at((100, 300)), "#3d405b")
    painting.undo()
    image, picture = painting.image.tobytes(), painting.picture.tobytes()
    before = forwards()
    resumed = taken_up(painter, page, painting.to_dict())
    assert resumed.picture.tobytes() == picture
    assert resumed.image.tobytes() == image
    assert forwards() == (before[0], before[1] + 5)  # f does not run again, g once a panel
    assert np.array_equal(resumed.cells, painting.cells)
    assert resumed.answers == painting.answers
    assert resumed.to_dict() == painting.to_dict()
    assert resumed.redo().index == painting.redo().index
    assert resumed.image.tobytes() == painting.image.tobytes() != image
    while painting.undo():
        assert resumed.undo()
    assert resumed.undo() is None
    assert resumed.image.tobytes() == painting.image.tobytes()
    assert resumed.regions[-1].color is None  # not even the gutters' white


def test_a_long_strip_is_taken_up(painter: GuidingPainterPipeline):
    """Its map is higher than any panel's may be: what is bounded is how many pixels the map has."""
    strip = Image.new("L", (400, 6200), 255)
    for top in range(20, 6200, 620):
        ImageDraw.Draw(strip).rectangle((20, top, 380, top + 560), outline=0, width=3)
        ImageDraw.Draw(strip).ellipse((100, top + 100, 300, top + 400), outline=0, width=3)
    painting = painter.open(strip, panels=True)
    assert len(painting.prepared.panels.boxes) == 10
    assert painting.model_map.shape[0] > 5000
    painting.paint(painting.regions[0], "#e07a5f")
    state = painting.to_dict()
    resumed = taken_up(painter, strip, state)
    assert resumed.to_dict() == state
    assert resumed.image.tobytes() == painting.image.tobytes()
    for change in ({"panels": None}, {"working_size": [5000, 5000]}):
        with pytest.raises(ValueError, match="^This saved painting is damaged: its working_size is"):
            taken_up(painter, strip, state | change)


def test_the_map_of_many_large_panels_is_bounded(page: Image.Image):
    prepared = prepare(page.resize((4000, 6000), Image.Resampling.NEAREST), 4096, panel_regions=6)
    assert 0.99 * MAX_MAP_PIXELS < prepared.shape[0] * prepared.shape[1] <= MAX_MAP_PIXELS
    assert prepared.shape[1] / prepared.shape[0] == pytest.approx(400 / 600, abs=0.001)


def test_a_page_without_frames_is_taken_up(painter: GuidingPainterPipeline, open_page: Image.Image):
    painting = painter.open(open_page, 64, panels=True)
    resumed = taken_up(painter, open_page, painting.to_dict())
    assert np.array_equal(resumed.cells, painting.cells)
    assert resumed.image.tobytes() == painting.image.tobytes()


def test_the_saved_form_of_panels(painter: GuidingPainterPipeline, page: Image.Image, figures: Image.Image):
    state = painter.open(page, 64, panels=True).to_dict()
    assert (state["version"], state["panels"]) == (4, {"boxes": [list(frame) for frame in FRAMES], "regions": 6})
    assert painter.open(figures, 64, panels=True).to_dict()["panels"] is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ([], r"its description of panels is \[\]\."),
        ({"boxes": 5, "regions": 6}, "its description of panels is {"),
        ({"boxes": [[20, 20, 380, 180]], "regions": 6}, "its description of panels is {"),
        ({"boxes": [[20, 20, 380, 180]] * 5462, "regions": 6}, "its description of panels is {"),
        ({"regions": 0}, "its description of panels is {"),
        ({"regions": True}, "its description of panels is {"),
        ({"regions": "6"}, "its description of panels is {"),
        ({"regions": 6554}, "its description of panels is {"),
        ({"first": [20, 20, 401, 180]}, r"its panel is \[20, 20, 401, 180\]"),
        ({"first": [-1, 20, 380, 180]}, "its panel is"),
        ({"first": [20, 20, 20, 180]}, "its panel is"),
        ({"first": [20, 20, 380]}, "its panel is"),
        ({"first": [20, 20, 380.5, 180]}, "its panel is"),
        ({"first": [20, "20", 380, 180]}, "its panel is"),
        ({"first": None}, "its panel is None"),
        ({"first": [20, 20, 380, 201]}, r"its panel \[20, 20, 380, 201\] overlaps another\."),
        ({"regions": 5}, "its last region is 30"),
    ],
    ids=str,
)
def test_damaged_panels(painter: GuidingPainterPipeline, page: Image.Image, change: object, says: str):
    state = painter.open(page, 64, panels=True).to_dict()
    if isinstance(change, dict) and "first" in change:
        state["panels"]["boxes"][0] = change["first"]
    else:
        state["panels"] = state["panels"] | change if isinstance(change, dict) else change
    with pytest.raises(ValueError, match=f"^This saved painting is damaged: {says}") as raised:
        taken_up(painter, page, state)
    assert len(str(raised.value)) < 200


def test_a_page_is_taken_up_with_a_model_of_enough_regions(painter: GuidingPainterPipeline, page: Image.Image):
    state = painter.open(page, 64, panels=True).to_dict()
    with pytest.raises(ValueError, match="has a region 5 in each panel and this model has only 4 regions: resume"):
        taken_up(make_painter(max_hints=4), page, state)


def test_panels_have_a_pixel_at_least_at_any_size():
    panels = Panels(((0, 0, 3, 3), (397, 597, 400, 600)), 3)
    for rows, columns in panels.windows((400, 600), (12, 8)):
        assert np.zeros((12, 8))[rows, columns].size == 1
