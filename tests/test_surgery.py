"""Surgery on regions: split, cut, merge, move a cell; undo, saved state, and what the model is shown."""

import base64
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from conftest import boxes_and_circle, make_painter, make_painting, reopened
from PIL import Image, ImageDraw

from guiding_painter.drawings import PreparedDrawing, find_ink, resize
from guiding_painter.painting import Painting, actions
from guiding_painter.painting.actions import Action
from guiding_painter.painting.history import History
from guiding_painter.painting.layouts import Change, Layout
from guiding_painter.painting.saved import SavedPainting


class Recorder:
    """A colorizer that keeps what it was given, and fills hints flatly."""

    def __init__(self):
        self.inputs: list[tuple[np.ndarray, ...]] = []

    def __call__(self, *inputs: np.ndarray) -> Image.Image:
        self.inputs.append(inputs)
        _, hints, hinted = inputs
        return Image.fromarray(np.where(hinted[..., None], hints, np.uint8(150)))


@pytest.fixture
def page() -> Image.Image:
    """400x300: a closed box, a box with a wall in the middle, and a circle, on open paper."""
    return boxes_and_circle()[0]


BOX, LEFT_ROOM, RIGHT_ROOM, CIRCLE, PAPER = (80, 90), (230, 90), (310, 90), (100, 220), (300, 220)


@pytest.fixture
def region_map() -> np.ndarray:
    """At 200x150: paper 0, the walled box 1, the other box and the circle together 2."""
    regions = Image.new("L", (200, 150), 0)
    draw = ImageDraw.Draw(regions)
    draw.rectangle((100, 20, 180, 70), fill=1)
    draw.rectangle((15, 20, 65, 70), fill=2)
    draw.ellipse((30, 90, 70, 130), fill=2)
    return np.array(regions)


@pytest.fixture
def colorize() -> Recorder:
    return Recorder()


@pytest.fixture
def painting(page: Image.Image, region_map: np.ndarray, colorize: Recorder) -> Painting:
    return make_painting(page, region_map, colorize)


def resumed(painting: Painting, changes: dict | None = None) -> Painting:
    state = json.loads(json.dumps(painting.to_dict())) | (changes or {})
    saved = SavedPainting.from_dict(state)
    return reopened(painting.drawing, saved, Recorder())


def borders_off_lines(painting: Painting) -> int:
    """Pairs of neighboring pixels of two regions, both of them paper."""
    regions, paper = painting.region_map, ~find_ink(painting.drawing)
    across = (regions[:, 1:] != regions[:, :-1]) & paper[:, 1:] & paper[:, :-1]
    down = (regions[1:] != regions[:-1]) & paper[1:] & paper[:-1]
    return int(across.sum() + down.sum())


def indexes(painting: Painting) -> list[int]:
    return [region.index for region in painting.regions]


def test_the_page_is_as_the_tests_expect(painting: Painting):
    assert [painting.region_at(point).index for point in (PAPER, LEFT_ROOM, RIGHT_ROOM, BOX, CIRCLE)] == [0, 1, 1, 2, 2]
    assert indexes(painting) == [0, 1, 2]
    assert borders_off_lines(painting) == 0


@pytest.mark.parametrize("point", [(399.9, 299.9), [0, 0], np.array([5, 5])])
def test_points_on_the_drawing(painting: Painting, point: object):
    assert painting.region_at(point) is painting.regions[0]


@pytest.mark.parametrize("point", [(400, 0), (0, 300), (-1, 5), (5, -0.5)])
def test_points_beside_the_drawing(painting: Painting, point: tuple):
    with pytest.raises(ValueError, match="is not on the drawing of 400x300 pixels"):
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


def test_merge(painting: Painting):
    merged = painting.merge(2, 1)
    assert merged is painting.regions[1]
    assert indexes(painting) == [0, 1]
    assert painting.region_at(BOX) is painting.region_at(LEFT_ROOM) is merged
    assert merged.area == pytest.approx(painting.regions[1].mask.mean())
    with pytest.raises(ValueError, match="2 is no region of this painting: choose one of 0, 1"):
        painting.paint(2, "#fff")
    with pytest.raises(ValueError, match="Region 1 cannot be merged with itself"):
        painting.merge(1, merged)
    assert borders_off_lines(painting) == 0


SKIP, NONE, RED, BLUE = "skip", None, "#ff0000", "#0000ff"


@pytest.mark.parametrize(
    ("larger", "smaller", "expected"),
    [
        (RED, BLUE, RED),
        (RED, NONE, RED),
        (NONE, BLUE, BLUE),
        (SKIP, BLUE, BLUE),
        (RED, SKIP, RED),
        (SKIP, SKIP, SKIP),
        (SKIP, NONE, NONE),
        (NONE, SKIP, NONE),
    ],
)
@pytest.mark.parametrize("swap", [False, True])
def test_merged_regions_keep_the_answer_of_the_larger(
    painting: Painting, larger: str | None, smaller: str | None, expected: str | None, swap: bool
):
    assert painting.regions[1].area < painting.regions[2].area or painting.regions[1].area > painting.regions[2].area
    large, small = sorted(painting.regions[1:], key=lambda region: -region.area)
    for region, answer in ((large, larger), (small, smaller)):
        if answer == SKIP:
            painting.skip(region)
        elif answer:
            painting.paint(region, answer)
    merged = painting.merge(small, large) if swap else painting.merge(large, small)
    assert merged.index == 1
    assert merged.skipped == (expected == SKIP)
    assert merged.color == (None if expected == SKIP else expected)


def test_the_merged_region_is_one_channel_to_the_model(painting: Painting, colorize: Recorder):
    painting.paint(painting.merge(1, 2), "#e07a5f")
    assert painting.picture
    channels, _, hinted = colorize.inputs[-1]
    assert set(channels[hinted].tolist()) == {1}


def test_move_a_cell(painting: Painting):
    painting.paint(1, "#e07a5f")
    region = painting.move_cell((100.7, 220.2), 1)
    assert region is painting.regions[1]
    assert painting.region_at(CIRCLE) is region
    assert painting.region_at(BOX).index == 2
    assert painting.color().getpixel(CIRCLE) == (0xE0, 0x7A, 0x5F)
    assert borders_off_lines(painting) == 0
    with pytest.raises(ValueError, match="This cell is in region 1 already"):
        painting.move_cell(CIRCLE, 1)


def test_a_region_without_cells_is_gone(painting: Painting):
    gone = painting.regions[2]
    painting.paint(gone, "#e07a5f")
    painting.move_cell(CIRCLE, 1)
    painting.move_cell(BOX, 0)
    assert indexes(painting) == [0, 1]
    assert painting.answers == {}
    assert gone.area == 0
    assert gone.color is None
    assert not gone.mask.any()
    for use in (lambda: painting.split(gone), lambda: gone.suggested_color, lambda: gone.box, lambda: gone.center):
        with pytest.raises(ValueError, match="2 is no region of this painting"):
            use()
    assert painting.undo().index == 0
    assert gone.color == "#e07a5f"
    assert gone in painting.regions


def operate(painting: Painting) -> None:
    painting.paint(2, "#e07a5f")
    painting.split(2)
    painting.cut(0, [(160, 0), (160, 299)])
    painting.paint(4, "#3d405b")
    painting.cut(2, [(35, 90), (125, 90)])
    painting.merge(1, 3)
    painting.move_cell((80, 60), 4)
    painting.skip(1)
    painting.split(1)


def look(painting: Painting) -> tuple:
    answers = [(region.index, region.color, region.skipped, region.area) for region in painting.regions]
    return painting.region_map.tobytes(), painting.image.tobytes(), answers, painting.cells.tobytes()


def test_undo_and_redo_cover_all_of_it(page: Image.Image, region_map: np.ndarray):
    painting = make_painting(page, region_map, Recorder())
    first = look(painting)
    looks = []
    operate(painting)
    steps = len(painting.to_dict()["history"])
    assert steps == 9
    for _ in range(steps):
        looks.append(look(painting))
        assert painting.undo() in painting.regions
    assert painting.undo() is None
    assert look(painting) == first
    assert len(set(map(str, looks))) == steps
    for expected in reversed(looks):
        assert painting.redo() in painting.regions
        assert look(painting) == expected
    assert painting.redo() is None


def test_a_new_step_forgets_what_was_undone(painting: Painting):
    painting.cut(0, [(160, 0), (160, 299)])
    painting.undo()
    painting.cut(0, [(0, 160), (399, 160)])
    assert painting.redo() is None
    assert painting.region_at((10, 10)) is not painting.region_at((10, 290))
    assert painting.region_at((10, 10)) is painting.region_at((390, 10))


@pytest.mark.parametrize("undone", [0, 1, 4, 9])
def test_an_operated_painting_is_put_away_and_taken_up(painting: Painting, undone: int):
    operate(painting)
    for _ in range(undone):
        painting.undo()
    again = resumed(painting)
    assert look(again) == look(painting)
    assert again.to_dict() == painting.to_dict()
    assert len(json.dumps(painting.to_dict())) < 4000
    while painting.redo():
        again.redo()
        assert look(again) == look(painting)
    while painting.undo():
        again.undo()
        assert look(again) == look(painting)


def test_the_saved_form_of_surgery(painting: Painting):
    operate(painting)
    assert painting.to_dict()["history"] == [
        {"region": 2, "color": "#e07a5f"},
        {"split": 2},
        {"cut": 0, "stroke": [[160, 0], [160, 299]]},
        {"region": 4, "color": "#3d405b"},
        {"cut": 2, "stroke": [[35, 90], [125, 90]]},
        {"merge": [1, 3]},
        {"move_cell": [80, 60], "region": 4},
        {"region": 1, "color": None},
        {"split": 1},
    ]


@pytest.mark.parametrize("version", [1, 2, 3])
def test_states_of_earlier_versions_load(painting: Painting, version: int):
    painting.paint(2, "#e07a5f")
    painting.skip(0)
    painting.undo()
    in_bytes = base64.b64encode(zlib.compress(painting.model_map.astype(np.uint8).tobytes())).decode()
    state = painting.to_dict() | {"version": version, "region_map": in_bytes}
    for field in ("underdrawing", "gap", *["panels"] * (version < 3)):
        del state[field]
    saved = SavedPainting.from_dict(state)
    assert (saved.is_old, saved.opened.underdrawing, saved.gap, saved.panels) == (True, "keep", "normal", None)
    assert np.array_equal(saved.region_map, painting.model_map)
    again = reopened(painting.drawing, saved, Recorder())
    assert again.answers == {2: (224, 122, 95)}
    assert again.redo().skipped


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"split": "2"}, "damaged: its history entry"),
        ({"split": True}, "damaged: its history entry"),
        ({"split": None}, "damaged: its history entry"),
        ({"split": 7}, "7 is no region of this painting"),
        ({"split": -1}, "-1 is no region of this painting"),
        ({"split": 0}, "in one piece"),
        ({"merge": 2}, "damaged: its history entry"),
        ({"merge": [1]}, "damaged: its history entry"),
        ({"merge": [1, 1]}, "merged with itself"),
        ({"merge": [1, 10**30]}, "is no region of this painting"),
        ({"cut": 2}, "damaged: its history entry"),
        ({"cut": 2, "stroke": []}, "damaged: its history entry"),
        ({"cut": 2, "stroke": "ab"}, "damaged: its history entry"),
        ({"cut": 2, "stroke": [[1, 2]]}, "damaged: its history entry"),
        ({"cut": 2, "stroke": [[1, 2], [1]]}, "damaged: its point"),
        ({"cut": 2, "stroke": [[1, 2], [1.5, 2]]}, "damaged: its point"),
        ({"cut": 2, "stroke": [[1, 2], [1, 300]]}, "damaged: its point"),
        ({"cut": 2, "stroke": [[1, 2], [-1, 2]]}, "damaged: its point"),
        ({"cut": 2, "stroke": [[1, 2], [10**30, 2]]}, "damaged: its point"),
        ({"cut": 2, "stroke": [[5, 5], [5, 5]]}, "in one piece"),
        ({"cut": 2, "stroke": [[1, 2]] * 10_001}, "damaged: its history entry"),
        ({"cut": 2, "stroke": [[x % 2 * 399, x % 299] for x in range(5000)]}, "pixels long"),
        ({"move_cell": [80, 60]}, "damaged: its history entry"),
        ({"move_cell": [80, 60], "region": 2}, "in region 2 already"),
        ({"move_cell": [400, 60], "region": 1}, "damaged: its point"),
        ({"move_cell": "ab", "region": 1}, "damaged: its point"),
        ({"paint": 2}, "damaged: its history entry"),
    ],
)
def test_surgery_that_was_tampered_with(painting: Painting, entry: dict, says: str):
    with pytest.raises(ValueError, match=says) as raised:
        resumed(painting, {"history": [entry], "position": 1})
    assert len(str(raised.value)) < 200


def test_there_are_only_so_many_regions(page: Image.Image, region_map: np.ndarray):
    painting = make_painting(page, np.where(region_map == 2, np.uint16(65534), region_map), Recorder())
    assert len(painting.split(65534)) == 2  # 65535 is the last number there is
    cells = painting.cells.copy()
    for operation in (lambda: painting.split(1), lambda: painting.cut(1, [(205, 80), (355, 100)])):
        with pytest.raises(ValueError, match="has had 65536 regions, and there can be no more: undo a split or cut"):
            operation()
    assert np.array_equal(cells, painting.cells)
    painting.undo()
    assert len(painting.split(1)) == 2


def test_a_split_makes_no_more_parts_than_there_are_numbers(page: Image.Image):
    painting = make_painting(page, np.full((150, 200), 65533, np.uint16), Recorder())
    assert [part.index for part in painting.split(65533)] == [65533, 65534, 65535]
    assert sum(region.area for region in painting.regions) == pytest.approx(1)


def test_layers_and_flats_follow(painting: Painting, tmp_path):
    operate(painting)
    painting.save(tmp_path / "out.png", lines=False)
    image = np.asarray(Image.open(tmp_path / "out.png"))
    for region in painting.regions:
        if region.color:
            assert {tuple(color) for color in image[region.mask]} == {tuple(bytes.fromhex(region.color[1:]))}
    painting.save(tmp_path / "out.ora")
    assert painting.color("painted").size == painting.drawing.size
    for region in painting.regions:
        x, y = region.center
        assert painting.region_at((x, y)) is region


def test_the_networks_are_asked_no_more_than_once(
    painter, drawing: Image.Image, forwards: Callable[[], tuple[int, int]]
):
    painting = painter.open(drawing, 96)
    assert painting.image
    assert forwards() == (1, 1)
    painting.paint(painting.regions[0], "#e07a5f")
    assert painting.image
    painting.merge(painting.regions[0], painting.regions[1])
    assert painting.image
    assert painting.regions[-1].suggested_color
    assert forwards() == (1, 3)
    painting.split(painting.regions[0])
    assert painting.image
    assert forwards() == (1, 3)
    again = painter.resume(drawing, json.loads(json.dumps(painting.to_dict())))
    assert again.image.tobytes() == painting.image.tobytes()
    assert forwards() == (1, 4)


def test_more_regions_than_channels(drawing: Image.Image):
    painter = make_painter(max_hints=3)
    painting = painter.open(drawing, 96)
    for region in painting.regions:
        try:
            painting.split(region)
        except ValueError:
            continue
    assert len(painting.regions) > 3
    painting.paint_all(["#ff0000", "#00ff00", "#0000ff", "#ffff00", "#00ffff"])
    again = painter.resume(drawing, painting.to_dict())
    assert again.image.tobytes() == painting.image.tobytes()


def test_layouts_are_values(painting: Painting):
    layout = painting.layout
    painting.paint(0, (1, 2, 3))
    assert layout.answers == {}


def test_a_cut_leaves_the_cells_that_were_handed_out(painting: Painting):
    before = painting.cells
    copy = before.copy()
    painting.cut(0, [(200, 0), (200, 299)])
    after = painting.cells
    assert np.array_equal(before, copy)
    assert not np.array_equal(after, before)
    painting.undo()
    assert np.array_equal(painting.cells, before)
    with pytest.raises(ValueError, match="read-only"):
        painting.cells[0, 0] = 1


@dataclass(frozen=True)
class Swap(Action):
    """An action that there is not: a region and another swap their answers."""

    other: int

    def change(self, layout: Layout, cells: np.ndarray, prepared: PreparedDrawing) -> Change:
        answers = {**layout.answers, self.region: layout.answers[self.other], self.other: layout.answers[self.region]}
        return Change(replace(layout, answers=answers))

    def to_json(self) -> dict:
        return {"swap": [self.region, self.other]}

    @classmethod
    def from_json(cls, entry: dict, size: tuple[int, int]) -> "Swap | None":
        return cls(*entry["swap"]) if "swap" in entry else None


def test_another_action_is_one_class(painting: Painting, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(actions, "KINDS", (Swap, *actions.KINDS))
    painting.paint(0, "#111111")
    painting.paint(1, "#222222")
    history = History(painting.prepared, painting.cells, painting.layout)
    versions = [history.state.version]
    for change in (lambda: history.do(Swap(0, 1)), history.undo, history.redo):
        change()
        versions.append(history.state.version)
    assert versions == sorted(set(versions))
    assert history.state.regions_version == history.state.cells_version == 0  # it moves no border
    assert history.state.layout.answers == {0: (34, 34, 34), 1: (17, 17, 17)}
    again = resumed(painting, {"history": [*painting.to_dict()["history"], {"swap": [0, 1]}], "position": 3})
    assert again.answers == history.state.layout.answers
    assert again.to_dict()["history"][-1] == {"swap": [0, 1]}
