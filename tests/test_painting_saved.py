"""The saved form of a painting: put away, taken up, and refused where it is damaged."""

import base64
import json
import zlib
from pathlib import Path

import numpy as np
import pytest
from conftest import make_painting
from flat_painting import FlatColors, resume
from PIL import Image, ImageDraw

from guiding_painter.painting import Painting
from guiding_painter.painting.saved import SavedPainting

pytest_plugins = ["flat_painting"]


def test_a_painting_is_put_away_and_taken_up(painting: Painting):
    painting.paint(4, "#444444")
    painting.skip(0)
    painting.paint(2, (1, 2, 3))
    painting.paint(2, "#222222")
    painting.undo()
    resumed = resume(painting, json.loads(json.dumps(painting.to_dict())))
    assert resumed.answers == painting.answers == {4: (68, 68, 68), 0: None, 2: (1, 2, 3)}
    assert resumed.image.tobytes() == painting.image.tobytes()
    assert resumed.to_dict() == painting.to_dict()
    assert resumed.redo().color == "#222222"
    for index in (2, 2, 0, 4):
        assert resumed.undo().index == index
    assert resumed.undo() is None


def test_the_saved_form(painting: Painting):
    painting.paint(2, "#e07a5f")
    painting.skip(0)
    painting.undo()
    state = painting.to_dict()
    assert list(state) == [
        "format",
        "version",
        "drawing",
        "extract_lines",
        "underdrawing",
        "reorder",
        "gap",
        "working_size",
        "region_map",
        "history",
        "position",
        "panels",
    ]
    assert (state["format"], state["version"], state["extract_lines"]) == ("guiding-painter painting", 4, False)
    assert (state["underdrawing"], state["gap"]) == ("auto", "normal")
    assert state["panels"] is None
    assert (state["drawing"]["size"], state["working_size"]) == ([80, 40], [40, 20])
    assert state["history"] == [{"region": 2, "color": "#e07a5f"}, {"region": 0, "color": None}]
    assert state["position"] == 1
    region_map = np.frombuffer(zlib.decompress(base64.b64decode(state["region_map"])), "<u2").reshape(20, 40)
    assert np.array_equal(region_map, painting.model_map)


def test_a_map_of_512_pixels_is_saved_in_few_bytes():
    rows, columns = np.mgrid[:512, :512]
    region_map = ((rows // 40 + columns // 60) % 9).astype(np.uint8)
    painting = make_painting(Image.new("L", (512, 512), 255), region_map, FlatColors())
    assert len(json.dumps(painting.to_dict())) < 20_000


@pytest.mark.parametrize("state", [None, [], "painting", {}, {"format": "other"}])
def test_foreign_states(painting: Painting, state: object):
    with pytest.raises(ValueError, match="This is no saved painting: pass the dict that Painting.to_dict"):
        resume(painting, state)


@pytest.mark.parametrize("version", [0, 5, "1", None])
def test_states_of_another_version(painting: Painting, version: object):
    with pytest.raises(ValueError, match="version .* of the format .* versions 1 to 4: update guiding-painter"):
        resume(painting, painting.to_dict() | {"version": version})


def packed(values: bytes) -> str:
    return base64.b64encode(zlib.compress(values)).decode()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("drawing", None, "drawing is None"),
        ("drawing", {"size": [80], "thumbnail": packed(bytes(1024))}, r"drawing size is \[80\]"),
        ("drawing", {"size": [80, True], "thumbnail": packed(bytes(1024))}, "drawing size is"),
        ("drawing", {"size": [80, 40], "thumbnail": packed(bytes(1023))}, "thumbnail is not one of 32x32"),
        ("drawing", {"size": [80, 40]}, "thumbnail cannot be unpacked"),
        ("extract_lines", "no", "extract_lines is 'no'"),
        ("working_size", [40, 20, 1], "working_size is"),
        ("working_size", [0, 20], "working_size is"),
        ("working_size", [40.0, 20.0], "working_size is"),
        ("working_size", [5000, 20], "working_size is"),
        ("underdrawing", "no", "underdrawing is 'no'"),
        ("gap", 3, "gap is 3"),
        ("gap", ["normal"], "gap is"),
        ("working_size", [20, 20], "region_map is not one of 20x20"),
        ("working_size", [40, 40], "region_map is not one of 40x40"),
        ("region_map", None, "region_map cannot be unpacked"),
        ("region_map", 5, "region_map cannot be unpacked"),
        ("region_map", "@@@", "region_map cannot be unpacked"),
        ("region_map", "é", "region_map cannot be unpacked"),
        ("region_map", base64.b64encode(b"not zlib").decode(), "region_map cannot be unpacked"),
        ("region_map", packed(bytes(1600))[:-8], "region_map is not one of 40x20"),
        ("region_map", packed(bytes(50_000_000)), "region_map is not one of 40x20"),
        ("history", {}, "history is {}"),
        ("history", ["#fff"], "history entry is '#fff'"),
        ("history", [{"region": 0}], "history entry is"),
        ("history", [{"region": "0", "color": None}], "answered region is '0'"),
        ("history", [{"region": True, "color": None}], "answered region is True"),
        ("history", [{"region": 0, "color": "red"}], "answer is 'red'"),
        ("history", [{"region": 0, "color": {"r": "x" * 1000}}], "answer is {'r'.*[.]{3}"),
        ("position", -1, "position is -1"),
        ("position", 2, "position is 2"),
        ("position", True, "position is True"),
        ("position", None, "position is None"),
    ],
)
def test_damaged_states(painting: Painting, field: str, value: object, says: str):
    painting.paint(0, "#111111")
    with pytest.raises(ValueError, match=f"^This saved painting is damaged: its .*{says}") as raised:
        resume(painting, painting.to_dict() | {field: value})
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize(
    "field", ["drawing", "extract_lines", "underdrawing", "gap", "working_size", "region_map", "history", "position"]
)
def test_incomplete_states(painting: Painting, field: str):
    state = painting.to_dict()
    del state[field]
    with pytest.raises(ValueError, match="damaged"):
        resume(painting, state)


def test_a_changed_letter_never_gives_another_map(painting: Painting):
    state = painting.to_dict()
    text, noticed = state["region_map"], 0
    for place in range(len(text)):
        changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        try:
            resumed = SavedPainting.from_dict(state | {"region_map": changed})
        except ValueError:
            noticed += 1
        else:  # bits that zlib leaves unused
            assert np.array_equal(resumed.region_map, painting.model_map)
    assert noticed > 0.9 * len(text)


def test_an_answer_to_no_region_is_noticed(painting: Painting):
    state = painting.to_dict() | {"history": [{"region": 3, "color": "#fff"}], "position": 1}
    with pytest.raises(ValueError, match="3 is no region of this painting"):
        resume(painting, state)


def test_an_answer_to_a_region_that_the_lines_leave_no_place_for_is_let_go(painting: Painting):
    painting.paint(0, "#111111")
    painting.paint(4, "#444444")
    painting.undo()
    state = painting.to_dict()
    region_map = painting.model_map.copy()
    region_map[15, 10] = 3  # a speck that goes to its neighbor
    speck = {"region": 3, "color": "#ffffff"}
    state |= {
        "region_map": packed(region_map.tobytes()),
        "history": [speck, state["history"][0], speck, state["history"][1], speck],
        "position": 3,
    }
    resumed = resume(painting, json.loads(json.dumps(state)))
    assert [region.index for region in resumed.regions] == [0, 2, 4]
    assert resumed.answers == {0: (17, 17, 17)}
    assert resumed.color("flat").tobytes() == painting.color("flat").tobytes()
    assert resumed.redo().index == 4
    assert resumed.redo() is None
    assert [resumed.undo().index, resumed.undo().index, resumed.undo()] == [4, 0, None]
    assert np.array_equal(resumed.model_map, region_map)


def test_a_painting_is_taken_up_with_its_own_drawing_only(painting: Painting, tmp_path: Path):
    saved = SavedPainting.from_dict(painting.to_dict())
    with pytest.raises(ValueError, match="a drawing of 80x40 pixels and the one given has 40x80"):
        saved.check_drawing(Image.new("L", (40, 80)))
    other = painting.drawing.copy()
    ImageDraw.Draw(other).line((10, 30, 16, 34), fill=0, width=2)
    with pytest.raises(ValueError, match="belongs to another drawing"):
        saved.check_drawing(other)

    painting.drawing.save(tmp_path / "same.jpg", quality=90)
    with Image.open(tmp_path / "same.jpg") as same:
        assert same.tobytes() != painting.drawing.tobytes()
        saved.check_drawing(same)
