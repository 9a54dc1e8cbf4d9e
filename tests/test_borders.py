"""Borders that a person draws and opens: where they end, what they close off, undo, and the saved form."""

import json

import numpy as np
import pytest
from conftest import boxes_and_circle, make_painting
from PIL import Image

from guiding_painter.painting import Painting, SavedPainting


@pytest.fixture
def painting() -> Painting:
    """400x300, one region: a box in which a line ends in the middle, a box with a wall, and a circle, on open paper."""
    page, draw = boxes_and_circle()
    draw.line((30, 90, 80, 90), fill=0, width=3)
    return resumed(page)


def resumed(page: Image.Image, *history) -> Painting:
    region_map = np.zeros((150, 200), np.uint16)
    return make_painting(page, region_map, lambda *_: Image.new("RGB", (200, 150)), *history)


def test_a_border_from_line_to_line_closes_off_the_smaller_side(painting):
    (top,) = painting.draw_border([(36, 60), (125, 61)])  # which ends a few pixels short on both sides
    assert painting.region_at((80, 50)) is top
    assert painting.region_at((80, 75)) is painting.regions[0]
    assert painting.region_at((34, 50)) is top, "the border did not reach the line"
    assert 0.015 < top.area < 0.018


def test_a_border_goes_on_where_a_line_ends(painting):
    (half,) = painting.draw_border([(82, 91), (126, 91)])
    one, other = (painting.region_at(point) for point in ((80, 60), (80, 120)))
    assert one is not other
    assert half in (one, other)


def test_a_border_that_ends_on_open_paper_stays_there(painting):
    with pytest.raises(ValueError, match="closes nothing off"):
        painting.draw_border([(170, 20), (170, 250)])
    assert len(painting.regions) == 1
    (strip,) = painting.draw_border([(20, 4), (20, 296)])  # near the picture's edge it goes on to it
    assert painting.region_at((10, 150)) is strip


def test_a_ring_closes_off_its_inside_with_what_is_in_it(painting):
    (ring,) = painting.draw_border([(50, 170), (150, 170), (150, 270), (50, 270), (52, 172)])
    assert painting.region_at((100, 220)) is ring, "the circle inside was left"
    assert painting.region_at((55, 175)) is ring
    assert painting.region_at((170, 220)) is painting.regions[0]


def test_one_border_through_several_cells_parts_each(painting):
    parts = painting.draw_border([(205, 90), (355, 90)])
    assert len({painting.region_at((x, y)).index for x in (230, 300) for y in (60, 120)}) == len(parts) + 1


def test_an_opened_border_lets_the_region_in(painting):
    (top,) = painting.draw_border([(36, 60), (125, 61)])
    painting.paint(top, "#ff0000")
    assert painting.erase_border([(80, 50), (80, 75)]) is top
    assert painting.region_at((80, 120)) is top
    assert painting.region_at((170, 20)) is painting.regions[0]
    with pytest.raises(ValueError, match="crosses no border"):
        painting.erase_border([(80, 50), (80, 75)])
    painting.undo()
    assert painting.region_at((80, 120)) is not top


def test_drawn_borders_are_undone_and_saved(painting):
    before = painting.region_map.copy()
    painting.draw_border([(36, 60), (125, 61)])
    painting.draw_border([(50, 170), (150, 170), (150, 270), (50, 270), (52, 172)])
    painting.erase_border([(100, 220), (100, 160)])
    after = painting.region_map.copy()
    saved = SavedPainting.from_dict(json.loads(json.dumps(painting.to_dict())))
    again = resumed(painting.drawing, saved.opened, saved.history, saved.position)
    assert (again.region_map == after).all()
    for _ in range(3):
        painting.undo()
    assert (painting.region_map == before).all()
    for _ in range(3):
        painting.redo()
    assert (painting.region_map == after).all()


@pytest.mark.parametrize("entry", [{"border": 0, "stroke": [[1, 2]]}, {"open": 0, "stroke": [[1, 2], [900, 2]]}])
def test_damaged_strokes_are_refused(painting, entry):
    state = painting.to_dict() | {"history": [entry], "position": 1}
    with pytest.raises(ValueError, match="damaged"):
        SavedPainting.from_dict(state)
