"""Answers carried to another page: regions drawn again get their color, what looks different is left open."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import make_painter
from PIL import Image, ImageDraw

from guiding_painter import GuidingPainterPipeline, Painting
from guiding_painter.transfer import Appearance, appearances, carry_answers, distances, read_answers, save_answers

COLORS = ["#e07a5f", "#3d405b", "#81b29a", "#f2cc8f"]


def colored(painter: GuidingPainterPipeline, drawing: Image.Image):
    painting = painter.open(drawing, 64)
    painting.paint_all(COLORS)
    return painting


def test_the_same_drawing_gets_the_same_colors(painter: GuidingPainterPipeline, drawing: Image.Image, tmp_path: Path):
    first = colored(painter, drawing)
    save_answers(painter, first, tmp_path / "first.json")
    second = painter.open(drawing, 64)
    assert carry_answers(painter, second, read_answers(tmp_path / "first.json")) == len(first.regions)
    assert second.answers == first.answers


def test_what_is_answered_or_skipped_stays_and_what_looks_different_is_left_open(
    painter: GuidingPainterPipeline, drawing: Image.Image
):
    painting = painter.open(drawing, 128)
    seen = appearances(painter, painting)
    strange = Appearance(seen[3].features + 9, seen[3].size, seen[3].place)
    painting.paint(painting.regions[0], "#010203")
    painting.skip(painting.regions[1])
    examples = list(
        zip([seen[0], seen[1], seen[2], strange], [(5, 5, 5), (6, 6, 6), (7, 7, 7), (8, 8, 8)], strict=True)
    )
    assert carry_answers(painter, painting, examples) == 1
    assert [painting.answers.get(region.index, "open") for region in painting.regions] == [
        (1, 2, 3),
        None,
        (7, 7, 7),
        "open",
    ]


def test_looks_are_those_of_the_regions(painter: GuidingPainterPipeline, drawing: Image.Image):
    painting = painter.open(drawing, 64)
    training = painter.segmentation.training
    for region, appearance in zip(painting.regions, appearances(painter, painting), strict=True):
        assert appearance.size == pytest.approx(np.log(region.area))
        rows, columns = np.nonzero(region.mask)
        assert appearance.place == pytest.approx((columns.mean() / 150, rows.mean() / 100), abs=0.02)
        assert appearance.features.shape == (6,)
    assert painter.segmentation.training == training


def test_an_error_leaves_the_network_as_it_was(drawing: Image.Image):
    painter = make_painter()
    painting = painter.open(drawing, 64)
    painter.segmentation.train()

    def fail(*_: object) -> None:
        raise RuntimeError("out of memory")

    hook = painter.segmentation.unet.register_forward_hook(fail)
    with pytest.raises(RuntimeError, match="out of memory"):
        appearances(painter, painting)
    hook.remove()
    assert painter.segmentation.training


def test_a_region_that_lies_in_the_middle_of_no_pixel_looks_like_where_it_lies(painter: GuidingPainterPipeline):
    page = Image.new("L", (2048, 1024), 255)
    draw = ImageDraw.Draw(page)
    for x in (401, 1601):  # between the middles of pixels at 512
        draw.rectangle((x - 200, 300, x + 200, 700), outline=0, width=9)
    painting = painter.open(page, 64)
    whole = painting.region_map.copy()
    for left in (401, 1601):
        whole[400:600, left] = 200 + left // 1600
    thin = ThinRegions(painting, whole)
    first, second = appearances(painter, thin)
    assert first.place == pytest.approx((401 / 2048, 500 / 1024), abs=0.002)
    assert second.place == pytest.approx((1601 / 2048, 500 / 1024), abs=0.002)
    assert np.abs(first.features).max() > 0.01
    assert np.abs(first.features - second.features).max() > 1e-6


class ThinRegions:
    """A painting of a drawing with two regions one pixel wide."""

    def __init__(self, painting: Painting, region_map: np.ndarray):
        self.drawing, self.region_map = painting.drawing, region_map
        self.regions = [SimpleNamespace(index=index, area=(region_map == index).mean()) for index in (200, 201)]


def test_distances_weigh_features_size_and_place():
    appearance = Appearance(np.zeros(4), -1.0, (0.5, 0.5))
    others = [
        appearance,
        Appearance(np.full(4, 2.0), -1.0, (0.5, 0.5)),
        Appearance(np.zeros(4), -3.0, (0.5, 0.5)),
        Appearance(np.zeros(4), -1.0, (0.5, 0.0)),
    ]
    assert distances(appearance, others) == pytest.approx([0, 2, 1, 0.35])


def test_answers_of_another_model_are_refused(painter: GuidingPainterPipeline, drawing: Image.Image):
    other = make_painter(max_hints=4)
    painting = other.open(drawing, 64)
    painting.paint_all(COLORS)
    examples = [(appearance, (1, 2, 3)) for appearance in appearances(other, painting)]
    with pytest.raises(ValueError, match="a model of 4 features and this one has 6: give the model"):
        carry_answers(painter, painter.open(drawing, 64), examples)


def test_a_painting_without_answers_has_none_to_keep(
    painter: GuidingPainterPipeline, drawing: Image.Image, tmp_path: Path
):
    with pytest.raises(ValueError, match="There is no answer to keep in .*first.json: answer a region first"):
        save_answers(painter, painter.open(drawing, 64), tmp_path / "first.json")
    assert not (tmp_path / "first.json").exists()


def valid() -> dict:
    answer = {"color": "#010203", "size": -1.0, "place": [0.5, 0.5], "features": [1.0, 2.0]}
    return {"format": "guiding-painter answers", "version": 1, "answers": [answer, dict(answer)]}


def test_the_format_stays_readable(tmp_path: Path):
    (tmp_path / "first.json").write_text(json.dumps(valid()))
    (appearance, color), _ = read_answers(tmp_path / "first.json")
    assert (appearance.features.tolist(), appearance.size, appearance.place, color) == (
        [1.0, 2.0],
        -1.0,
        (0.5, 0.5),
        (1, 2, 3),
    )


@pytest.mark.parametrize(
    "change",
    [
        {"format": "guiding-painter painting"},
        {"version": 2},
        {"answers": []},
        {"answers": 5},
        {"answers": [{"color": "#010203"}]},
        {"answers": [valid()["answers"][0] | {"color": "red"}]},
        {"answers": [valid()["answers"][0] | {"place": [1]}]},
        {"answers": [valid()["answers"][0] | {"features": 5}]},
        {"answers": [valid()["answers"][0], valid()["answers"][0] | {"features": [1.0]}]},
    ],
    ids=str,
)
def test_what_holds_no_answers_is_refused(tmp_path: Path, change: dict):
    (tmp_path / "first.json").write_text(json.dumps(valid() | change))
    with pytest.raises(ValueError, match=r"first\.json holds no answers: give a file that --save-answers wrote"):
        read_answers(tmp_path / "first.json")


def test_files_that_are_none_are_refused(tmp_path: Path):
    (tmp_path / "first.json").write_bytes(b"\xff\xd8")
    with pytest.raises(ValueError, match="holds no answers"):
        read_answers(tmp_path / "first.json")
    with pytest.raises(OSError, match=r"none\.json cannot be read \(No such file or directory\): check the path\."):
        read_answers(tmp_path / "none.json")
