"""What the page is shown of a painting: the question, the views, the map, the swatches."""

from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
from PIL import Image, ImageChops, ImageColor
from scipy import ndimage
from space_visits import answer_all

import asking
import commands
import repairs
from canvas_state import canvas_state, map_picture, question
from color_names import color_name
from rooms import FinishRoom
from texts import en, ko
from views import EDGE, MAX_SIDE, asked_view, picture_file, picture_view

pytest_plugins = ["space_visits"]


def test_region_in_question_is_lit_and_the_rest_dimmed(painter, drawing):
    painting = painter.open(drawing.resize((1100, 733)))
    region = max(painting.regions, key=lambda region: region.area)
    view = asked_view(painting, region)
    assert max(view.size) == MAX_SIDE
    mask = np.asarray(Image.fromarray(region.mask).resize(view.size, Image.Resampling.NEAREST))
    paper = np.asarray(painting.drawing.resize(view.size)) == 255
    value = np.asarray(view.convert("L")).astype(int)
    assert np.median(value[mask & paper]) > np.median(value[~mask & paper]) + 30
    bare = np.asarray(asked_view(painting, None)).astype(int)
    assert (bare.max(axis=2) == bare.min(axis=2)).all()


def test_both_sides_of_a_region_s_border_are_drawn(painter, drawing):
    painting = painter.open(drawing)
    region = max(painting.regions, key=lambda region: region.area)
    mask = region.mask
    edge = (np.asarray(asked_view(painting, region)) == ImageColor.getrgb(EDGE)).all(axis=2)
    for inside in (mask, ~mask):
        beside = ndimage.binary_dilation(~inside) & inside  # of the four neighbors of a pixel
        assert edge[beside].all()
    assert not edge[ndimage.binary_erosion(mask, iterations=2, border_value=1)].any()


def test_a_picture_goes_to_the_page_small_and_close_to_itself(own_visit, tmp_path):
    commands.apply_color(own_visit, "#cc9966")
    view = picture_view(own_visit.painting)
    paths = [picture_file(view, str(tmp_path)) for _ in range(2)]
    assert paths[0] != paths[1], "a browser would show the old one"
    with Image.open(paths[0]) as picture:
        assert (picture.format, picture.size) == ("WEBP", view.size)
        difference = np.abs(np.asarray(picture.convert("RGB")).astype(int) - np.asarray(view))
    assert difference.mean() < 8


def test_no_visitor_writes_over_a_finished_picture_that_another_is_served(own_visit):
    with gr.Blocks():
        room = FinishRoom.build(en)
    shown = [room.compare.postprocess(room.shown(own_visit, "flat", True)[room.compare]) for _ in range(2)]
    paths = [side.path for data in shown for side in data.root]
    assert len(set(paths)) == 4
    assert all(Path(path).exists() for path in paths)


def test_the_view_has_room_for_more_regions_than_a_byte(own_visit):
    painting = SimpleNamespace(
        drawing=Image.new("L", (300, 1), 255), region_map=np.arange(300, dtype=np.uint16)[None],
        answers=dict.fromkeys(range(300), (255, 0, 0)), layout=SimpleNamespace(order=range(300)),
    )  # fmt: skip
    assert picture_view(painting).getpixel((299, 0)) == (255, 0, 0)


def test_the_picture_on_the_screen_is_the_painting(own_visit):
    commands.apply_color(own_visit, "#ff0000")
    difference = ImageChops.difference(picture_view(own_visit.painting), own_visit.painting.image)
    assert difference.getbbox() is None
    answers = np.asarray(picture_view(own_visit.painting, guesses=False))
    mask, paper = own_visit.painting.regions[0].mask, np.asarray(own_visit.painting.drawing) == 255
    assert (answers[mask & paper] == (255, 0, 0)).all()
    assert (answers[~mask & paper] == 255).all()


def test_the_question_says_what_is_asked(own_visit):
    assert question(own_visit, en).startswith("What color is the lit part? It is ")
    assert question(own_visit, ko).startswith("밝게 표시된 부분은 무슨 색인가요?")
    commands.apply_color(own_visit, "#ff0000")
    asking.choose_index(own_visit, own_visit.painting.regions[0].index)
    assert "red now" in question(own_visit, en)
    answer_all(own_visit)
    answer_all(own_visit)
    assert question(own_visit, en) == en.ALL_ASKED


def test_the_page_is_told_once_what_stays(own_visit, tmp_path):
    first = canvas_state(own_visit, en, str(tmp_path))
    assert {"drawing", "map"} <= first.keys()
    with Image.open(first["map"]["path"]) as sent:
        high, low, _ = np.moveaxis(np.asarray(sent).astype(int), 2, 0)
    assert (256 * high + low == own_visit.painting.region_map).all()
    known = {"opening": first["opening"], "map": first["map_version"], "strip": None}
    commands.apply_color(own_visit, "#ff0000")
    second = canvas_state(own_visit, en, str(tmp_path), known)
    assert not {"drawing", "map", "frames"} & second.keys()
    assert second["reply"] != first["reply"]
    repairs.cut(own_visit, (42, 21), (42, 79))
    third = canvas_state(own_visit, en, str(tmp_path), known | {"strip": []})
    assert third["map_version"] > first["map_version"]
    assert len(third["strip"]) == 3
    assert set(third["frames"]) == set(map(str, third["strip"]))
    known |= {"map": third["map_version"], "strip": third["strip"]}
    fourth = canvas_state(own_visit, en, str(tmp_path), known)
    assert fourth["frames"] == {}
    assert "drawing" in canvas_state(own_visit, en, str(tmp_path), known | {"opening": None})


def test_a_map_of_more_regions_than_a_byte_holds(own_visit):
    painting = SimpleNamespace(region_map=np.arange(600, dtype=np.uint16)[None])
    assert map_picture(painting).getpixel((599, 0)) == (2, 87, 0)


def test_colors_that_look_alike_are_one_swatch(own_visit, tmp_path):
    for color in ("#808080", "#828181", "#ff0000"):
        commands.apply_color(own_visit, color)
    palette = canvas_state(own_visit, en, str(tmp_path))["swatches"]["palette"]
    assert len(palette) == 2


def test_swatches_have_names_and_no_color_twice(own_visit, tmp_path):
    for color in ("#ffffff", "#c68863", "#ffffff"):
        commands.apply_color(own_visit, color)
    offered = canvas_state(own_visit, en, str(tmp_path))["swatches"]
    assert {"color": "#c68863", "name": "light brown"} in offered["palette"]
    colors = [swatch["color"] for group in ("palette", "own", "recent") for swatch in offered[group]]
    assert len(colors) == len(set(colors))
    assert all(swatch["name"] for swatch in offered["common"])
    assert [swatch["color"] for swatch in offered["common"]] == list(commands.COMMON), "they stay where they are"


def test_suggestions_that_look_alike_are_one_swatch(own_visit, tmp_path, monkeypatch):
    offered = commands.swatches(own_visit) | {"suggestions": ["#d1e7ee", "#d2e6ec", "#8e5ea2"]}
    monkeypatch.setattr("canvas_state.swatches", lambda own_visit: offered)
    suggestions = canvas_state(own_visit, en, str(tmp_path))["suggestions"]
    assert [swatch["color"] for swatch in suggestions] == ["#d1e7ee", "#8e5ea2"]


@pytest.mark.parametrize(
    ("color", "name"),
    [
        ("#9fd3ee", "light sky blue"), ("#7a4a2b", "brown"), ("#f29fb5", "pink"), ("#1f1f24", "black"),
        ("#004000", "dark green"), ("#8c8c94", "gray"), ("#f6d3b3", "beige"), ("#fffdd0", "cream"),
    ],
)  # fmt: skip
def test_colors_have_plain_names(color, name):
    assert color_name(color, en) == name


def test_every_color_has_a_name_in_every_language():
    levels = range(0, 256, 51)
    for color in (f"#{red:02x}{green:02x}{blue:02x}" for red in levels for green in levels for blue in levels):
        assert all(color_name(color, texts) for texts in (en, ko))
