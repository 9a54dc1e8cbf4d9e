"""Pages of panels are put away and taken up."""

import json

import numpy as np
import pytest
from conftest import make_painter
from panel_pages import FRAMES, draw_figures, draw_open_page, draw_page
from PIL import Image, ImageDraw

from guiding_painter import GuidingPainterPipeline
from guiding_painter.drawings import MAX_LONG_SIDE, MAX_MAP_PIXELS, Panels, prepare


@pytest.fixture(scope="module")
def page() -> Image.Image:
    return draw_page()


@pytest.fixture(scope="module")
def figures() -> Image.Image:
    return draw_figures()


@pytest.fixture(scope="module")
def open_page() -> Image.Image:
    return draw_open_page()


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
    strip = Image.new("L", (200, 4960), 255)
    for top in range(20, 4960, 620):
        ImageDraw.Draw(strip).rectangle((20, top, 180, top + 560), outline=0, width=3)
        ImageDraw.Draw(strip).ellipse((60, top + 100, 140, top + 400), outline=0, width=3)
    painting = painter.open(strip, panels=True)
    assert len(painting.prepared.panels.boxes) == 8
    assert painting.model_map.shape[0] > MAX_LONG_SIDE
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
