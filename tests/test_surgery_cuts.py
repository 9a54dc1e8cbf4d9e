"""Surgery on regions: they are split into their connected parts, and cut along strokes."""

import numpy as np
import pytest
from conftest import make_painting
from PIL import Image, ImageDraw
from walled_page import (
    BOX,
    CIRCLE,
    LEFT_ROOM,
    PAPER,
    RIGHT_ROOM,
    Recorder,
    borders_off_lines,
    indexes,
    walled_page,
    walled_regions,
)

from guiding_painter.drawings import resize
from guiding_painter.painting import Painting


@pytest.fixture
def page() -> Image.Image:
    return walled_page()


@pytest.fixture
def colorize() -> Recorder:
    return Recorder()


@pytest.fixture
def painting(colorize: Recorder) -> Painting:
    return make_painting(walled_page(), walled_regions(), colorize)


def test_the_page_is_as_the_tests_expect(painting: Painting):
    assert [painting.region_at(point).index for point in (PAPER, LEFT_ROOM, RIGHT_ROOM, BOX, CIRCLE)] == [0, 1, 1, 2, 2]
    assert indexes(painting) == [0, 1, 2]
    assert borders_off_lines(painting) == 0


@pytest.mark.parametrize("point", [(399.9, 299.9), [0, 0], np.array([5, 5])])
def test_points_on_the_drawing(painting: Painting, point: object):
    assert painting.region_at(point) is painting.regions[0]


@pytest.mark.parametrize("point", [(400, 0), (0, 300), (-1, 5), (5, -0.5)])
def test_points_beside_the_drawing(painting: Painting, point: tuple):
    with pytest.raises(ValueError, match="is not on the drawing of 400x300 pixels: give one on it"):
        painting.region_at(point)


@pytest.mark.parametrize("point", [None, 5, "12 5", (1,), (1, 2, 3), (float("nan"), 1), (1, float("inf")), ("a", 1)])
def test_points_that_are_none(painting: Painting, point: object):
    for use in (painting.region_at, lambda point: painting.move_cell(point, 0), lambda point: painting.cut(0, [point])):
        with pytest.raises(ValueError, match="is no point: give"):
            use(point)
    assert painting.undo() is None


def test_split_into_parts_that_lie_apart(painting: Painting):
    parts = painting.split(2)
    assert [part.index for part in parts] == [2, 3]
    assert parts[0].area > parts[1].area > 0
    assert painting.region_at(BOX) is parts[0]
    assert painting.region_at(CIRCLE) is parts[1]
    assert parts[0] is painting.regions[2]
    assert len(painting.regions) == 4
    assert sum(region.area for region in painting.regions) == pytest.approx(1)
    assert borders_off_lines(painting) == 0


def test_split_where_a_line_lies_between(painting: Painting):
    right, left = painting.split(painting.regions[1])
    assert painting.region_at(RIGHT_ROOM) is right
    assert painting.region_at(LEFT_ROOM) is left
    assert indexes(painting) == [0, 1, 3, 2]  # in the place of what was split
    assert borders_off_lines(painting) == 0


def test_a_region_in_one_piece_is_not_split(painting: Painting):
    with pytest.raises(ValueError, match="Region 0 is in one piece: cut it with a stroke instead"):
        painting.split(0)
    assert painting.to_dict()["history"] == []


def test_specks_are_no_parts(page: Image.Image):
    draw = ImageDraw.Draw(page)
    for x in range(45, 120, 12):
        draw.rectangle((x, 80, x + 3, 83), outline=0)  # 2x2 pixels of paper in each
    painting = make_painting(page, np.zeros((150, 200), np.uint8), Recorder())
    parts = painting.split(0)
    assert len(parts) == 5
    assert painting.region_at((80, 60)) is not painting.region_at(PAPER)
    assert len({painting.region_at((x + 1, 81)) for x in range(45, 120, 12)} | {painting.region_at((80, 60))}) == 1


def test_what_was_cut_and_merged_is_whole_again(painting: Painting):
    before = painting.region_map.copy()
    one, other = painting.cut(0, [(160, 0), (160, 299)])
    assert painting.merge(other, one).index == 0
    assert np.array_equal(painting.region_map, before)
    with pytest.raises(ValueError, match="in one piece"):
        painting.split(0)


def test_parts_keep_the_answer_and_the_picture(painting: Painting, colorize: Recorder):
    painting.paint(2, "#e07a5f")
    painting.skip(1)
    picture, image = painting.picture, painting.image.tobytes()
    painting.split(2)
    painting.split(1)
    assert [region.color for region in painting.regions] == [None, None, None, "#e07a5f", "#e07a5f"]
    assert [region.skipped for region in painting.regions] == [False, True, True, False, False]
    assert painting.picture is picture  # the model sees the same, and is not asked again
    assert len(colorize.inputs) == 1
    assert painting.image.tobytes() == image
    painting.repaint(3, "#3d405b")
    assert painting.color().getpixel(CIRCLE) in {(0xE0, 0x7A, 0x5F), (0x3D, 0x40, 0x5B)}
    assert painting.color().getpixel(BOX) != painting.color().getpixel(CIRCLE) or painting.region_at(CIRCLE).index != 3


def test_the_model_is_shown_the_channel_of_the_parent_and_each_color(painting: Painting, colorize: Recorder):
    parts = painting.split(2)
    painting.paint(parts[0], "#ff0000")
    painting.paint(parts[1], "#0000ff")
    assert painting.picture
    channels, hints, hinted = colorize.inputs[-1]
    assert set(np.unique(channels)) == {0, 1, 2}
    regions = resize(painting.region_map, channels.shape)
    assert np.array_equal(hinted, np.isin(regions, [2, 3]))
    assert (channels[hinted] == 2).all()
    for index, color in ((2, (255, 0, 0)), (3, (0, 0, 255))):
        assert (regions == index).any()
        assert (hints[regions == index] == color).all()
    assert not hints[~hinted].any()


def test_parts_are_asked_in_place_the_larger_first(painting: Painting):
    painting.split(1)
    asked = []
    while region := painting.next_region():
        asked.append(region.index)
        painting.skip(region)
    assert asked == [0, 1, 3, 2]


def test_cut_from_line_to_line(painting: Painting):
    painting.paint(2, "#e07a5f")
    # Drawn by hand: it stops short of the lines, and trembles.
    stroke = [(40 + x, 80 + x / 4 + (x // 5 % 2)) for x in range(0, 80, 5)]
    large, small = painting.cut(2, stroke)
    assert painting.region_at((80, 60)) is not painting.region_at((80, 125))
    assert {painting.region_at((80, 60)), painting.region_at((80, 125))} == {large, small}
    assert large.area > small.area
    assert small.color == large.color == "#e07a5f"
    above = painting.region_at((80, 60)).mask
    for x, y in stroke:
        assert above[int(y) - 3, int(x)]
        assert not above[int(y) + 4, int(x)]
    assert above[35:78, 36:125].all() or above[45:78, 36:125].all()
    assert borders_off_lines(painting) < 130  # along the stroke alone: the box is 100 wide
    assert painting.region_at((33, 75)) is painting.region_at((80, 60))
    assert painting.region_at((33, 130)) is painting.region_at((80, 125))


def test_what_the_stroke_does_not_touch_goes_with_the_nearest_side(painting: Painting):
    painting.cut(2, [(35, 90), (125, 90)])
    assert painting.region_at(CIRCLE) is painting.region_at((80, 125))
    assert painting.region_at(CIRCLE) is not painting.region_at((80, 60))


def test_a_stroke_over_several_cells_has_two_sides(painting: Painting):
    painting.cut(1, [(205, 80), (355, 100)])
    assert len(painting.regions) == 4
    assert painting.region_at((230, 60)) is painting.region_at((310, 60))
    assert painting.region_at((230, 130)) is painting.region_at((310, 130))
    assert painting.region_at((230, 60)) is not painting.region_at((230, 130))
    assert [len(painting.split(index)) for index in (1, 3)] == [2, 2]  # and each side lies in two rooms


def test_a_stroke_along_a_line_parts_what_lies_beside_it(painting: Painting):
    painting.cut(1, [(260, 50), (261, 90), (260, 130)])
    assert painting.region_at(LEFT_ROOM) is not painting.region_at(RIGHT_ROOM)
    assert borders_off_lines(painting) == 0


def test_a_stroke_that_runs_over_a_line_a_little_cuts_only_up_to_it(painting: Painting):
    painting.cut(1, [(205, 90), (264, 92)])
    assert painting.region_at((310, 50)) is painting.region_at((310, 130))
    assert painting.region_at((230, 50)) is not painting.region_at((230, 130))


def test_a_closed_stroke_cuts_out_its_inside(painting: Painting):
    ring = [(300 + 40 * np.cos(a), 220 + 30 * np.sin(a)) for a in np.linspace(0, 6, 40)]
    around, inside = painting.cut(0, ring)
    assert painting.region_at((300, 220)) is inside
    assert painting.region_at((300, 280)) is around
    assert inside.area == pytest.approx(np.pi * 40 * 30 / 120_000, rel=0.05)


def test_a_closed_stroke_around_cells_takes_them(painting: Painting):
    painting.cut(2, [(45, 165), (155, 165), (155, 275), (45, 275), (45, 170)])
    assert painting.region_at(CIRCLE) is not painting.region_at(BOX)
    assert borders_off_lines(painting) == 0


@pytest.mark.parametrize(
    "stroke",
    [
        [(80, 200), (120, 240)],  # elsewhere
        [(300, 90), (340, 90)],
        [(-3, -3), (410, -3), (410, 310), (-3, 310), (-3, 5)],  # around all of it
    ],
)
def test_a_stroke_beside_the_region_is_refused(painting: Painting, stroke: list):
    cells = painting.cells.copy()
    with pytest.raises(ValueError, match="The stroke leaves region 0 in one piece: draw it from one border to another"):
        painting.cut(0, stroke)
    assert np.array_equal(cells, painting.cells)
    assert painting.undo() is None


def test_a_ring_needs_two_cuts(page: Image.Image):
    draw = ImageDraw.Draw(page)
    draw.ellipse((210, 170, 330, 290), outline=0, width=3)
    draw.ellipse((240, 200, 300, 260), outline=0, width=3)
    painting = make_painting(page, np.zeros((150, 200), np.uint8), Recorder())
    ring = next(part for part in painting.split(0) if part is painting.region_at((225, 230)))
    cells = painting.cells.copy()
    with pytest.raises(ValueError, match="in one piece"):
        painting.cut(ring, [(212, 230), (235, 230)])
    assert np.array_equal(cells, painting.cells)
    painting.cut(ring, [(212, 230), (328, 230)])
    assert painting.region_at((270, 185)) is not painting.region_at((270, 275))


@pytest.mark.parametrize(
    ("stroke", "says"),
    [
        ([], "has 0 points: give two or more that are apart"),
        ([(5, 5)], "has 1 points"),
        ([(5, 5), (5.5, 5.2)], "has 2 points: give two or more that are apart"),
        ([(-5, -5), (-9, -20)], "has 2 points: give two or more that are apart"),
        ([(5, 5), None], "None is no point"),
        ([(x % 400, 5) for x in range(10_001)], "has 10001 points: give at most 10000"),
        ([(x % 2 * 399, x % 299) for x in range(100)], "pixels long: draw it without going to and fro"),
    ],
)
def test_strokes_that_are_none(painting: Painting, stroke: list, says: str):
    with pytest.raises(ValueError, match=says):
        painting.cut(0, stroke)


def test_a_stroke_is_kept_short(painting: Painting):
    painting.cut(0, [(160, y / 10) for y in range(3000)])
    assert painting.to_dict()["history"] == [{"cut": 0, "stroke": [[160, 0], [160, 299]]}]
