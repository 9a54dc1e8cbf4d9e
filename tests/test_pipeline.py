"""GuidingPainterPipeline: opening drawings, one picture or many, taking paintings up, what is public."""

import ast
import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import make_painter
from PIL import Image, ImageDraw

from guiding_painter import (
    GuidingPainterPipeline,
    Painting,
)
from guiding_painter.colors import to_hex
from guiding_painter.drawings import resize, to_sketch

SIDE = 96  # working size of most tests: small is fast


def test_open_finds_regions_at_the_drawings_own_size(painter: GuidingPainterPipeline, drawing: Image.Image):
    painting = painter.open(drawing, long_side=96)
    assert isinstance(painting, Painting)
    assert len(painting.regions) >= 3
    assert painting.model_map.shape == (64, 96)
    assert painting.region_map.shape == (100, 150)
    assert painting.image.size == (150, 100)
    assert sum(region.mask.astype(int) for region in painting.regions).tolist() == [[1] * 150] * 100


def test_f_runs_once_and_g_once_an_answer(
    painter: GuidingPainterPipeline, drawing: Image.Image, forwards: Callable[[], tuple[int, int]]
):
    painting = painter.open(drawing, SIDE)
    assert forwards() == (1, 0)
    for number in range(2):
        region = painting.next_region()
        assert region.suggested_color
        assert painting.image
        assert forwards() == (1, number + 1)
        painting.paint(region, "#e07a5f")
    assert painting.image
    assert painting.regions[0].suggested_color
    assert forwards() == (1, 3)
    painting.skip(painting.regions[2])
    assert painting.image
    assert forwards() == (1, 3)


def test_answers_reach_the_picture(painter: GuidingPainterPipeline, drawing: Image.Image):
    painting = painter.open(drawing, SIDE)
    pictures = [painting.picture.tobytes()]
    region = painting.next_region()
    for color in ("#ff0000", "#0000ff"):
        painting.paint(region, color)
        pictures.append(painting.picture.tobytes())
    assert len(set(pictures)) == 3
    painting.undo()
    assert painting.picture.tobytes() == pictures[1]


def test_g_is_given_equations_5_to_8(painter: GuidingPainterPipeline, drawing: Image.Image):
    inputs = []
    hook = painter.colorization.register_forward_hook(lambda network, args, output: inputs.append((args, output)))
    painting = painter.open(drawing, SIDE)
    painting.paint(painting.regions[0], "#ff0080")
    painting.skip(painting.regions[1])
    picture = painting.picture
    hook.remove()
    (sketch, segments, hint_map, condition_mask), output = inputs[0]
    height, width = painting.model_map.shape
    assert sketch.shape == condition_mask.shape == (1, 1, height, width)
    regions = torch.tensor(resize(painting.region_map, (height, width)))
    first = regions == painting.regions[0].index
    for index in range(6):
        assert torch.equal(segments[0, index] == 1, regions == index)
    assert torch.equal(condition_mask[0, 0], first.float())
    color = torch.tensor([255, 0, 128]) / 127.5 - 1
    assert torch.allclose(hint_map[0], color[:, None, None] * first, atol=1e-6)
    assert np.abs(np.asarray(picture) - (output[0].permute(1, 2, 0).numpy() + 1) * 127.5).max() <= 0.51


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (33, 17)])
def test_drawings_of_any_size(painter: GuidingPainterPipeline, size: tuple[int, int]):
    painting = painter.open(Image.new("L", size, 255), long_side=64)
    painting.paint_all("auto")
    assert painting.image.size == size
    assert painting.next_region() is None


@pytest.mark.parametrize("long_side", [0, 63, 4097, 512.5, "512", None])
def test_working_sizes_have_limits(painter: GuidingPainterPipeline, drawing: Image.Image, long_side: object):
    with pytest.raises(ValueError, match=f"long_side is {long_side!r}: choose 64 to 4096 pixels"):
        painter.open(drawing, long_side=long_side)


def test_one_shot(painter: GuidingPainterPipeline, drawing: Image.Image, tmp_path: Path):
    drawing.save(tmp_path / "drawing.png")
    output = painter(str(tmp_path / "drawing.png"), colors=["#e07a5f", None, (61, 64, 91)], long_side=SIDE)
    painting = painter.open(drawing, SIDE)
    first, _, third = painting.regions[:3]
    painting.paint(first, "#e07a5f")
    painting.paint(third, "#3d405b")
    assert len(output.images) == len(output.region_maps) == 1
    assert output.images[0].tobytes() == painting.image.tobytes()
    assert output["region_maps"][0].dtype == np.uint16
    assert np.array_equal(output.region_maps[0], painting.region_map)


def test_one_shot_costs_one_forward_of_g(
    painter: GuidingPainterPipeline, drawing: Image.Image, forwards: Callable[[], tuple[int, int]]
):
    painter(drawing, colors=["#111", "#222", "#333"], long_side=SIDE)
    assert forwards() == (1, 1)


def test_one_shot_of_several_drawings(painter: GuidingPainterPipeline, drawing: Image.Image):
    turned = drawing.transpose(Image.Transpose.ROTATE_90)
    output = painter([drawing, turned], colors=[["#e07a5f"], "auto"], long_side=SIDE)
    assert [image.size for image in output.images] == [(150, 100), (100, 150)]
    assert output.images[0].tobytes() == painter(drawing, colors=["#e07a5f"], long_side=SIDE).images[0].tobytes()
    assert output.images[1].tobytes() == painter(turned, colors="auto", long_side=SIDE).images[0].tobytes()
    plain = painter([drawing, turned], long_side=SIDE)
    assert (
        plain.images[0].tobytes() == painter(drawing, long_side=SIDE).images[0].tobytes() != output.images[0].tobytes()
    )


def test_colors_beyond_the_last_region_are_not_used(painter: GuidingPainterPipeline, drawing: Image.Image):
    number = len(painter.open(drawing, SIDE).regions)
    colors = [f"#{index:02x}80ff" for index in range(number + 20)]
    assert (
        painter(drawing, colors, long_side=SIDE).images[0].tobytes()
        == painter(drawing, colors[:number], long_side=SIDE).images[0].tobytes()
    )


def test_one_list_of_colors_for_each_drawing(painter: GuidingPainterPipeline, drawing: Image.Image):
    with pytest.raises(ValueError, match="colors has 1 lists for 2 drawings: give one for each"):
        painter([drawing, drawing], colors=[["#fff"]], long_side=SIDE)
    with pytest.raises(ValueError, match="give a list of colors, or 'auto'"):
        painter(drawing, colors="#fff", long_side=SIDE)


def test_training_goes_on_in_training_mode_and_leaves_no_trace(drawing: Image.Image):
    painter = make_painter(norm="batch")
    evaluated = painter(drawing, colors=["#e07a5f"], long_side=SIDE).images[0].tobytes()
    for network in painter.components.values():
        network.train()
    before = {key: value.clone() for key, value in painter.colorization.state_dict().items()}
    assert painter(drawing, colors=["#e07a5f"], long_side=SIDE).images[0].tobytes() == evaluated
    assert all(network.training for network in painter.components.values())
    after = painter.colorization.state_dict()
    assert all(torch.equal(value, after[key]) for key, value in before.items())


def test_to_another_precision(checkpoint: Path, drawing: Image.Image):
    painter = GuidingPainterPipeline.from_pretrained(checkpoint)
    exact = painter.open(drawing, SIDE)
    painter.to("cpu", torch.bfloat16)
    assert painter.dtype == torch.bfloat16
    painting = painter.open(drawing, SIDE)
    assert (painting.region_map == exact.region_map).mean() > 0.9
    resumed = painter.resume(drawing, exact.to_dict())  # the same regions
    exact_painter = GuidingPainterPipeline.from_pretrained(checkpoint)
    full = exact_painter.resume(drawing, exact.to_dict())
    for each in (resumed, full):
        each.paint(each.regions[0], "#e07a5f")
    difference = np.asarray(resumed.picture).astype(int) - np.asarray(full.picture)
    assert 0 < np.abs(difference).mean() < 4


def test_resume_gives_the_identical_picture_without_f(
    painter: GuidingPainterPipeline, drawing: Image.Image, forwards: Callable[[], tuple[int, int]]
):
    painting = painter.open(drawing, long_side=100)
    painting.paint(painting.regions[1], "#e07a5f")
    painting.skip(painting.regions[0])
    painting.paint(painting.regions[2], "#3d405b")
    painting.undo()
    image = painting.image.tobytes()
    before = forwards()
    resumed = painter.resume(drawing, json.loads(json.dumps(painting.to_dict())))
    assert forwards() == before
    assert resumed.image.tobytes() == image
    assert resumed.answers == painting.answers
    assert resumed.to_dict() == painting.to_dict()
    resumed.redo()
    painting.redo()
    assert resumed.image.tobytes() == painting.image.tobytes() != image


def test_resume_extracts_lines_where_open_did(painter: GuidingPainterPipeline):
    colored = Image.new("RGB", (120, 90), "#8ecae6")
    ImageDraw.Draw(colored).ellipse((20, 20, 90, 70), fill="#fb8500")
    painting = painter.open(colored, SIDE, extract_lines=True)
    assert painting.drawing.getpixel((2, 2)) > 250  # paper, where the picture is blue
    resumed = painter.resume(colored, painting.to_dict())
    assert resumed.drawing.tobytes() == painting.drawing.tobytes()
    assert resumed.image.tobytes() == painting.image.tobytes()


def test_resume_refuses_what_does_not_belong(painter: GuidingPainterPipeline, drawing: Image.Image):
    state = painter.open(drawing, SIDE).to_dict()
    with pytest.raises(ValueError, match="belongs to another drawing"):
        painter.resume(Image.new("L", drawing.size, 255), state)
    with pytest.raises(ValueError, match="This is no saved painting"):
        painter.resume(drawing, {"region_map": state["region_map"]})
    with pytest.raises(ValueError, match="has a region [345] and this model has only 3 regions"):
        make_painter(max_hints=3).resume(drawing, state)


def test_what_other_rooms_build_on_is_public(painter: GuidingPainterPipeline, drawing: Image.Image):
    painting = painter.open(drawing, SIDE)
    sketch = to_sketch(painting.drawing, painting.picture.size)
    region_map = painter.model.regions_of(sketch)
    assert (region_map.dtype, region_map.shape) == (np.uint16, painting.picture.size[::-1])
    hinted = region_map == painting.regions[0].index
    picture = painter.model.colorizer(sketch)(region_map, np.full((*hinted.shape, 3), 9, np.uint8), hinted)
    assert (picture.mode, picture.size) == ("RGB", painting.picture.size)
    assert np.array_equal(painting.layout.owners[painting.cells], painting.region_map)
    assert {to_hex(colors[0]) for colors in painting.beliefs.colors.values()} == {
        region.suggested_color for region in painting.regions
    }


@pytest.mark.parametrize("folder", ["guiding_painter", "benchmarks"])
def test_no_room_reads_the_private_names_of_another(folder: str):
    for path in sorted((Path(__file__).parents[1] / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [name.name for name in node.names] if isinstance(node, ast.ImportFrom) else []
            if isinstance(node, ast.Attribute) and getattr(node.value, "id", None) not in ("self", "cls"):
                names = [node.attr]
            assert not [name for name in names if re.match("_[a-z]", name)], f"{path.name}, line {node.lineno}"
