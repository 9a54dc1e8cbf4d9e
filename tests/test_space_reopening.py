"""Pages of panels and photos of paper on the Space: opened one way, and anew in another."""

from pathlib import Path

import numpy as np
import pytest
from conftest import file_bytes, make_cell_painter
from panel_pages import draw_page
from photos import SHEETS, TABLES, pencil_drawing, photo
from playwright.sync_api import expect
from space_browser import current, opened, regions, upload
from space_visits import pack

import asking
import commands
import reopening
import visits as visits_module
from canvas_state import canvas_state
from downloads import make_file
from guiding_painter import notes
from orders import carry_out
from texts import LANGUAGES, Trouble, en, ko
from uploads import check_picture, pack_painting, unpack_painting
from visits import Visits, check_panels, is_page

pytest_plugins = ["space_browser"]
PANELS = [(20, 20, 380, 180), (20, 200, 190, 580), (210, 200, 380, 580)]
CORNERS = SHEETS["from below"]


@pytest.fixture(scope="module")
def visits() -> Visits:
    return Visits(make_cell_painter())  # to which every area inside lines is a region


@pytest.fixture
def comic():
    return draw_page(PANELS)


@pytest.fixture
def page_visit(visits, comic):
    """A visit with a page of three panels."""
    data = file_bytes(comic)
    with visits.using(visits.start(data, check_picture(data), panels=True)) as visit:
        commands.begin(visit)
        yield visit


@pytest.fixture(scope="module")
def table() -> bytes:
    """A photo of paper on a table."""
    return file_bytes(photo(pencil_drawing(), CORNERS, TABLES["oak"], size=(600, 800)), "JPEG", quality=95)


@pytest.fixture
def photo_visit(visits, table):
    with visits.using(visits.start(table, check_picture(table))) as visit:
        commands.begin(visit)
        yield visit


def color_at(visit, x: float, y: float) -> str | None:
    """What a place, a share of the drawing's sides, has been answered with."""
    width, height = visit.painting.drawing.size
    return visit.painting.region_at((x * width, y * height)).color


def test_a_page_is_asked_about_panel_by_panel_and_goes_on_where_a_person_goes(page_visit, tmp_path):
    visit = page_visit
    value = canvas_state(visit, en, str(tmp_path))
    assert (visit.step, value["panel"], len(value["boxes"]), value["is_page"]) == (0, 0, 3, True)
    assert value["question"].startswith("Panel 1 of 3. What color")
    assert value["swatches"]["palette"] == [], "the white of the gutters is nobody's color"
    with pytest.raises(Trouble, match="nothing to undo"):
        commands.undo(visit)
    carry_out(visit, [{"do": "panel", "number": 2}])
    for _ in range(2):
        assert asking.asked(visit).panel == 2
        commands.apply_color(visit, "#ff0000")
    asking.choose_index(visit, next(other.index for other in visit.painting.regions if other.panel == 1))
    commands.apply_color(visit, "#00ff00")
    assert asking.asked(visit).panel == 1, "where the person was last"
    left = [region for region in visit.painting.regions if region.panel == 1 and not region.color]
    commands.paint_regions(visit, [region.index for region in left], "#00ff00")
    assert asking.asked(visit).panel == 0, "the first that has a question left"
    asking.choose_panel(visit, 1)
    assert asking.asked(visit).color == "#00ff00"
    for number in (3, -1, "1", None, True):
        with pytest.raises(Trouble, match="not there"):
            asking.choose_panel(visit, number)
    assert len(visit.frames) == visit.step + 1 == 5


def test_a_page_is_opened_as_one_and_back_and_keeps_its_colors(page_visit, tmp_path):
    visit = page_visit
    first = canvas_state(visit, en, str(tmp_path))
    asking.choose(visit, (200, 100))
    commands.apply_color(visit, "#ff0000")
    assert carry_out(visit, [{"do": "by_panel", "on": False}]) == []
    value = canvas_state(visit, en, str(tmp_path), {"opening": first["opening"], "map": first["map_version"]})
    assert (value["boxes"], value["is_page"], value["step"]) == ([], True, 1)
    assert "drawing" in value, "the page would show the old one"
    assert color_at(visit, 0.5, 100 / 600) == "#ff0000"
    commands.undo(visit)
    assert visit.painting.answers == {}
    commands.redo(visit)
    carry_out(visit, [{"do": "by_panel", "on": True}])
    assert len(visit.painting.prepared.panels.boxes) == 3
    assert (visit.step, color_at(visit, 0.5, 100 / 600)) == (1, "#ff0000")


def test_a_page_is_put_away_and_saved_with_its_panels(visits, page_visit, tmp_path):
    visit = page_visit
    commands.apply_color(visit, "#ff0000")
    value = canvas_state(visit, en, str(tmp_path))
    saved = unpack_painting(pack_painting(visit))
    with visits.using(visits.resume(saved.original, saved.state)) as again:
        commands.begin(again, saved.steps)
        assert (again.step, again.frames) == (1, visit.frames)
        assert canvas_state(again, en, str(tmp_path))["opening"] == value["opening"]
    saved.state["panels"]["boxes"] *= visits_module.MAX_PANELS
    with pytest.raises(Trouble, match="no file saved here"):
        unpack_painting(pack(saved.original, saved.state))
    assert Path(make_file(visit, "film", tmp_path)).exists()


def test_only_what_is_plainly_a_page_is_taken_for_one(comic, drawing):
    assert is_page(comic.convert("RGB"))
    assert not is_page(drawing), "a box beside a ball"
    frames = [(x, y, x + 60, y + 60) for y in range(20, 540, 80) for x in range(20, 340, 80)]
    assert len(frames) > visits_module.MAX_PANELS
    many = draw_page(frames)
    assert not is_page(many), "that would take too long"
    with pytest.raises(Trouble, match="more than 24 panels"):
        check_panels(many)
    check_panels(comic)


def test_a_photo_is_opened_by_other_corners_and_back(photo_visit, tmp_path):
    visit = photo_visit
    value = canvas_state(visit, en, str(tmp_path))
    assert value["is_photo"]
    assert value["notes"] == [en.NOTES["sheet"]]
    asking.choose(visit, [share * side for share, side in zip((0.44, 0.5), visit.painting.drawing.size, strict=True)])
    commands.apply_color(visit, "#ff0000")  # the house
    known = {"opening": value["opening"], "map": value["map_version"], "photo": True}
    found = canvas_state(visit, en, str(tmp_path), known)["photo"]
    assert np.abs(np.array(found["corners"]) - CORNERS).max() < 0.03
    size = visit.painting.drawing.size

    half = [(np.array(CORNERS[near]) + CORNERS[far]).tolist() for near, far in ((0, 0), (1, 1), (1, 2), (0, 3))]
    half = [[x / 2, y / 2] for x, y in half]  # the upper half of the sheet
    assert carry_out(visit, [{"do": "corners", "corners": half}]) == []
    width, height = visit.painting.drawing.size
    assert height / width < 0.7 * size[1] / size[0]
    assert color_at(visit, 0.44, 0.85) == "#ff0000", "the color did not go along with the house"
    away = carry_out(visit, [{"do": "corners", "corners": [[0, 0], [0.2, 0], [0.2, 0.2], [0, 0.2]]}])
    assert [said.words(en) for said in away] == [en.COLORS_LOST.format(count=1)]
    carry_out(visit, [{"do": "corners", "corners": None}])
    assert visit.painting.drawing.size == (600, 800)
    for junk in (
        "ab", [], [[0, 0]] * 4, [[0, 0], [1, 0], [1, 1]], [[0, 0], [2, 0], [1, 1], [0, 1]], [[0, 0]] * 3 + [None],
        [[0, 0], [1, 0], [0.3, 0.3], [0, 1]],
    ):  # fmt: skip
        with pytest.raises(Trouble):
            reopening.set_corners(visit, junk)
    assert visit.painting.drawing.size == (600, 800)


def test_every_note_is_said_in_every_language():
    for texts in LANGUAGES:
        assert texts.NOTES.keys() == notes.SENTENCES.keys()
    values = {"page": 2, "pages": 3, "what": "1 cut", "count": 1}
    for key in notes.SENTENCES:
        note = notes.Note(key, **values)
        assert isinstance(note, str)
        assert all(texts.NOTES[note.key].format(**note.values) for texts in LANGUAGES)


def test_the_map_of_a_page_leads_to_its_panels(page, comic, tmp_path):
    comic.save(tmp_path / "page.png")
    upload(page, tmp_path / "page.png")
    opened(page)
    expect(page.locator("#page-map")).to_be_visible()
    expect(page.locator("#question")).to_contain_text(en.PANEL.format(number=1, count=3))
    panel = page.locator("#page-map [data-panel='2']")
    panel.click()
    expect(page.locator(".bench")).to_have_attribute("data-panel", "2")
    expect(panel).to_have_attribute("aria-current", "true")
    expect(panel).to_have_attribute("aria-label", en.MAP_PANEL.format(number=3, percent=0))
    page.keyboard.press("Enter")  # in that panel, not once more on the map
    current(page, 1)
    expect(panel).not_to_have_attribute("aria-label", en.MAP_PANEL.format(number=3, percent=0))
    page.mouse.click(*center(page))  # which is of this panel, as it fills the board now
    expect(page.locator(".bench")).to_have_attribute("data-panel", "2")
    count = int(page.locator(".bench").get_attribute("data-regions"))
    page.locator("#by-panel").click()
    expect(page.locator("#page-map")).to_be_hidden()
    expect(page.locator("#by-panel")).not_to_be_checked()
    page.locator("#by-panel").click()
    expect(page.locator("#page-map")).to_be_visible()
    regions(page, count)


def center(page) -> tuple[float, float]:
    board = page.locator("#board").bounding_box()
    return board["x"] + board["width"] / 2, board["y"] + board["height"] / 2


@pytest.mark.parametrize("phone", [False, True])
def test_the_corners_of_paper_are_dragged(page, address, table, tmp_path, phone):
    if phone:
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(f"{address}{ko.PATH}")
    texts = ko if phone else en
    (tmp_path / "photo.jpg").write_bytes(table)
    upload(page, tmp_path / "photo.jpg")
    opened(page)
    expect(page.locator("#note")).to_have_text(texts.NOTES["sheet"])
    size = page.locator(".bench").get_attribute("data-size")
    page.locator("#corners-open").click()
    handle = page.get_by_role("button", name=texts.CORNER_NAMES[2])
    box, photo_box = handle.bounding_box(), page.locator("#photo").bounding_box()
    assert min(box["width"], box["height"]) >= 44
    assert photo_box["x"] >= 0
    assert photo_box["x"] + photo_box["width"] <= page.viewport_size["width"]
    x, y = box["x"] + 30, box["y"] + 15
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y - 40, steps=4)
    page.mouse.up()
    moved = handle.bounding_box()
    assert (round(moved["x"] - box["x"]), round(moved["y"] - box["y"])) == (-60, -40), "it jumped to the pointer"
    page.keyboard.press("ArrowUp")
    assert handle.bounding_box()["y"] < moved["y"]
    page.locator("#corners-use").click()
    expect(page.locator(".bench")).not_to_have_attribute("data-size", size)
    page.locator("#corners-open").click()
    page.locator("#corners-whole").click()
    expect(page.locator(".bench")).to_have_attribute("data-size", "600x800")
