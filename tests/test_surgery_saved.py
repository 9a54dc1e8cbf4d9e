"""Surgery put away and taken up: its saved form, that of earlier versions, and what was tampered with."""

import base64
import json
import zlib

import numpy as np
import pytest
from conftest import make_painting, reopened
from walled_page import Recorder, look, operate, resumed, walled_page, walled_regions

from guiding_painter.painting import Painting
from guiding_painter.painting.saved import SavedPainting


@pytest.fixture
def painting() -> Painting:
    return make_painting(walled_page(), walled_regions(), Recorder())


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
