"""Surgery on regions: merge, move a cell, undo, how many there may be, and what the model is shown."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from conftest import make_painter, make_painting
from PIL import Image
from walled_page import (
    BOX,
    CIRCLE,
    LEFT_ROOM,
    Recorder,
    borders_off_lines,
    indexes,
    look,
    operate,
    resumed,
    walled_page,
    walled_regions,
)

from guiding_painter.drawings import PreparedDrawing
from guiding_painter.painting import Painting, actions
from guiding_painter.painting.actions import Action
from guiding_painter.painting.history import History
from guiding_painter.painting.layouts import Change, Layout


@pytest.fixture
def page() -> Image.Image:
    return walled_page()


@pytest.fixture
def region_map() -> np.ndarray:
    return walled_regions()


@pytest.fixture
def colorize() -> Recorder:
    return Recorder()


@pytest.fixture
def painting(colorize: Recorder) -> Painting:
    return make_painting(walled_page(), walled_regions(), colorize)


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
