"""Painting: questions, answers and undo, with a colorizer that fills every region flatly."""

import numpy as np
import pytest
from conftest import make_painting
from flat_painting import UNANSWERED, FlatColors
from PIL import Image

from guiding_painter.colors import parse_color
from guiding_painter.painting import Painting

pytest_plugins = ["flat_painting"]


def test_regions_are_asked_in_channel_order_and_empty_ones_never(painting: Painting):
    assert [region.index for region in painting.regions] == [0, 2, 4]
    asked = []
    while region := painting.next_region():
        asked.append(region.index)
        painting.paint(region, "#123456")
    assert asked == [0, 2, 4]
    assert [region.index for region in painting.regions] == [0, 2, 4]


def test_a_region_knows_its_place(painting: Painting):
    left, spot, right = painting.regions
    assert [region.area for region in painting.regions] == [0.5, 0.03625, 0.46375]
    assert sum(region.area for region in painting.regions) == 1
    assert spot.mask.shape == (40, 80)
    assert spot.mask.dtype == bool
    assert spot.mask[4:12, 60:72].all()
    assert spot.box == (60, 4, 73, 13)  # with its share of the outline, down to the pixel
    assert spot.mask.sum() == 8 * 12 + 8 + 12
    for region in painting.regions:
        x, y = region.center
        assert region.mask[int(y), int(x)]
    assert 15 < left.center[0] < 25
    assert np.array_equal(painting.region_map == 4, right.mask)


def test_suggestions_follow_the_picture_and_leave_ink_out(page: Image.Image, region_map: np.ndarray):
    ink = np.asarray(page.resize((40, 20), Image.Resampling.BOX)) < 200
    assert ink.any()

    def colorize(channels: np.ndarray, hints: np.ndarray, hinted: np.ndarray) -> Image.Image:
        picture = np.full((20, 40, 3), (200, 100, 50), np.uint8)
        if hinted[channels == 0].any():
            picture[:, 20:30] = (100, 100, 50)  # an answer elsewhere changes this region too
            picture[:, 30:] = (110, 100, 50)
        picture[ink] = 0
        return Image.fromarray(picture)

    painting = make_painting(page, region_map, colorize)
    assert painting.regions[1].suggested_color == "#c86432"
    painting.paint(0, "#ffffff")
    assert painting.regions[1].suggested_color == "#6e6432"
    paper = ~ink & (region_map == 4)
    red = np.where(np.arange(40) < 30, 100, 110)[None].repeat(20, 0)[paper].mean()
    assert painting.regions[2].suggested_color == f"#{round(red):02x}6432"


def test_a_region_of_ink_alone_still_has_a_suggestion():
    region_map = np.zeros((10, 10), np.uint8)
    painting = make_painting(Image.new("L", (10, 10), 0), region_map, FlatColors())
    assert painting.regions[0].suggested_color == "#6496c8"
    assert painting.image.getextrema() == ((0, 0),) * 3


@pytest.mark.parametrize("color", ["#e07a5f", "#E07A5F", " #e07a5f ", (224, 122, 95), [224, 122, 95], "#e75"])
def test_colors_that_are_understood(painting: Painting, color: object):
    painting.paint(0, color)
    assert painting.regions[0].color == ("#ee7755" if color == "#e75" else "#e07a5f")


def test_numpy_colors_are_understood(painting: Painting):
    painting.paint(0, tuple(np.array([1, 2, 3], np.uint8)))
    assert painting.regions[0].color == "#010203"


BAD_COLORS = [
    "e07a5f",
    "#e07a5",
    "#e07a5g",
    "red",
    "",
    (1, 2),
    (1, 2, 256),
    (-1, 2, 3),
    (0.5, 0, 0),
    (True, 0, 0),
    None,
    7,
]


@pytest.mark.parametrize("color", BAD_COLORS)
def test_colors_that_are_not(painting: Painting, color: object):
    with pytest.raises(ValueError, match="is no color: give '#rrggbb', '#rgb' or"):
        painting.paint(0, color)
    assert painting.answers == {}


@pytest.mark.parametrize("region", [1, 30, -1, "0x", None])
def test_regions_that_are_not(painting: Painting, region: object):
    with pytest.raises(ValueError, match="is no region of this painting: choose one of 0, 2, 4"):
        painting.paint(region, "#fff")


def test_a_region_of_another_painting_is_refused(painting: Painting, page: Image.Image, region_map: np.ndarray):
    other = make_painting(page, region_map, FlatColors())
    with pytest.raises(ValueError, match="belongs to another painting"):
        painting.paint(other.regions[0], "#fff")


def test_answers_in_any_order(painting: Painting):
    left, spot, right = painting.regions
    painting.paint(right, "#111111")
    assert painting.next_region() is left
    painting.skip(left)
    assert painting.next_region() is spot
    painting.paint(spot, "#222222")
    assert painting.next_region() is None
    assert [(region.color, region.skipped) for region in painting.regions] == [
        (None, True),
        ("#222222", False),
        ("#111111", False),
    ]


def test_repaint_changes_an_earlier_answer_only(painting: Painting):
    with pytest.raises(ValueError, match="Region 0 has no color yet"):
        painting.repaint(0, "#111111")
    painting.skip(0)
    with pytest.raises(ValueError, match="Region 0 has no color yet"):
        painting.repaint(0, "#111111")
    painting.paint(2, "#222222")
    painting.paint(4, "#444444")
    painting.repaint(2, "#111111")
    assert painting.answers == {0: None, 2: (17, 17, 17), 4: (68, 68, 68)}
    painting.undo()
    assert painting.regions[1].color == "#222222"


def test_skipping_an_answered_region_takes_the_answer_back(painting: Painting):
    painting.paint(0, "#111111")
    painting.skip(0)
    assert painting.regions[0].color is None
    assert painting.regions[0].skipped
    assert painting.picture.getpixel((0, 0)) == UNANSWERED
    painting.undo()
    assert painting.picture.getpixel((0, 0)) == (17, 17, 17)


def test_undo_and_redo_are_those_of_an_editor(painting: Painting):
    left, spot, right = painting.regions
    assert painting.undo() is None
    assert painting.redo() is None
    painting.paint(left, "#111111")
    painting.skip(spot)
    painting.paint(right, "#333333")
    assert painting.undo() is right
    assert painting.undo() is spot
    assert not spot.skipped
    assert painting.next_region() is spot
    assert painting.redo() is spot
    assert spot.skipped
    assert painting.undo() is spot
    assert painting.undo() is left
    assert painting.undo() is None
    assert painting.answers == {}
    for region in painting.regions:
        assert painting.redo() is region
    assert painting.redo() is None
    assert painting.answers == {0: (17, 17, 17), 2: None, 4: (51, 51, 51)}

    painting.undo()
    painting.paint(right, "#444444")  # a new answer: what was undone cannot be redone any more
    assert painting.redo() is None
    assert right.color == "#444444"


def test_the_picture_is_computed_once_an_answer(painting: Painting, colorize: FlatColors):
    assert colorize.calls == 0
    for expected in (1, 2, 3):
        region = painting.next_region()
        assert region.suggested_color
        assert painting.image
        assert colorize.calls == expected
        painting.paint(region, "#111111")
    assert painting.image
    assert colorize.calls == 4
    painting.skip(painting.regions[0])
    painting.undo()
    assert painting.image
    assert colorize.calls == 4  # the answers are the same again
    painting.undo()
    assert painting.image
    assert colorize.calls == 5


def test_many_answers_cost_one_picture_and_a_skip_none(painting: Painting, colorize: FlatColors):
    assert painting.image
    painting.skip(0)
    assert painting.image
    assert colorize.calls == 1
    painting.paint_all(["#111111", "#222222"])
    assert painting.image
    assert colorize.calls == 2


def test_paint_all_accepts_suggestions_as_they_stand(painting: Painting, colorize: FlatColors):
    painting.paint(2, "#222222")
    painting.paint_all("auto")
    assert [region.color for region in painting.regions] == ["#6496c8", "#222222", "#6496c8"]
    assert colorize.calls == 1  # no guess follows from another


def test_paint_all_goes_on_where_the_painting_stands(painting: Painting):
    painting.skip(0)
    painting.paint_all(["#222222", "#444444", "#666666"])  # one too many
    assert painting.answers == {0: None, 2: (34, 34, 34), 4: (68, 68, 68)}


@pytest.mark.parametrize("colors", ["#e07a5f", "all", None, 5])
def test_paint_all_wants_a_list(painting: Painting, colors: object):
    with pytest.raises(ValueError, match="give a list of colors, or 'auto'"):
        painting.paint_all(colors)


@pytest.mark.parametrize("count", [0, -3, 33, 1000, "4", 2.5, None, True])
def test_proposals_are_counted(painting: Painting, count: object):
    with pytest.raises(ValueError, match="ask for 1 to 32 proposals"):
        painting.proposals(count)


@pytest.mark.parametrize("proposal", [None, "first", 0])
def test_only_a_proposal_is_taken(painting: Painting, proposal: object):
    with pytest.raises(ValueError, match="is no proposal"):
        painting.take(proposal)


@pytest.mark.parametrize("stroke", [None, 5])
def test_a_stroke_is_points(painting: Painting, stroke: object):
    for draw in (painting.draw_border, painting.erase_border):
        with pytest.raises(ValueError, match="is no stroke: give points"):
            draw(stroke)


def test_parse_color_is_exact():
    assert parse_color("#0180ff") == (1, 128, 255)
    assert all(type(value) is int for value in parse_color(tuple(np.array([1, 2, 3]))))
