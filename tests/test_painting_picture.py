"""The picture of a painting: flat or painted color up to lines, with a colorizer that fills every region flatly."""

import numpy as np
import pytest
from conftest import make_painting
from flat_painting import FlatColors
from PIL import Image

from guiding_painter.colors import parse_color
from guiding_painter.painting import Painting, model_view

pytest_plugins = ["flat_painting"]


def test_the_image_has_flat_color_up_to_lines_as_sharp_as_the_drawing(painting: Painting):
    painting.paint_all(["#ff8000", None, "#0080ff"])
    image = np.asarray(painting.image)
    assert image.shape == (40, 80, 3)
    assert not image[:, 39:41].any()  # the black line, to the pixel
    assert (image[:20, :38] == (255, 128, 0)).all()
    assert (image[21:, :38] == (255, 128, 0)).all()
    assert (image[20, :38] == (128, 64, 0)).all()  # the gray line, darkened once
    assert (image[21:, 44:] == (0, 128, 255)).all()


def test_color_without_lines_flat_and_painted(page: Image.Image, region_map: np.ndarray):
    def colorize(*inputs: np.ndarray) -> Image.Image:  # a gradient, whatever the answers
        row = np.linspace(50, 200, 40).astype(np.uint8)
        return Image.fromarray(row[None, :, None].repeat(20, 0).repeat(3, 2))

    painting = make_painting(page, region_map, colorize)
    left, spot, right = painting.regions
    painting.paint(left, "#e07a5f")
    painting.skip(spot)
    flat = np.asarray(painting.color())
    assert np.array_equal(flat, np.asarray(painting.color("flat")))
    assert (flat[left.mask] == (224, 122, 95)).all()
    for region in (spot, right):
        assert (flat[region.mask] == parse_color(region.suggested_color)).all()
    painted = np.asarray(painting.color("painted"))
    assert np.abs(painted[left.mask].mean(axis=0) - (224, 122, 95)).max() <= 0.5
    assert len(np.unique(painted[left.mask][:, 1])) > 10  # its shading
    with pytest.raises(ValueError, match="mode is 'lines': choose 'flat' or 'painted'"):
        painting.color("lines")


def test_no_color_crosses_a_line(page: Image.Image, region_map: np.ndarray):
    region_map[:, 20] = 0  # the model is off by one pixel of its own, two of the page
    painting = make_painting(page, region_map, FlatColors())
    painting.paint_all(["#ff0000", "#00ff00", "#0000ff"])
    for mode in ("flat", "painted"):
        color = np.asarray(painting.color(mode))
        assert (color[:, :39] == (255, 0, 0)).all()
        assert (color[4:12, 60:72] == (0, 255, 0)).all()
        assert (color[:, 41:59] == (0, 0, 255)).all()


def test_suggestions_are_drawn_from_a_picture_once(painting: Painting, monkeypatch: pytest.MonkeyPatch):
    drawn = []
    colors_of = model_view.region_colors
    monkeypatch.setattr(
        model_view, "region_colors", lambda picture, *rest: drawn.append(picture) or colors_of(picture, *rest)
    )
    for _ in range(2):
        assert [region.suggested_color for region in painting.regions] == ["#6496c8"] * 3
        assert painting.color("flat")
    assert drawn == [painting.picture]
    painting.paint(0, "#111111")
    assert painting.regions[0].suggested_color == "#111111"
    assert len(drawn) == 2


def test_coarse_lines_of_the_model_do_not_show(page: Image.Image, region_map: np.ndarray):
    painted = Image.new("RGB", (40, 20), (255, 128, 0))
    painted.paste((0, 0, 0), (19, 0, 21, 20))  # its own black line, as wide as 4 pixels of the page
    image = np.asarray(make_painting(page, region_map, lambda *inputs: painted).image)
    assert (image[:20, [36, 37, 38, 41, 42, 43]] == (255, 128, 0)).all()


def test_a_drawing_smaller_than_the_working_size(region_map: np.ndarray):
    region_map[:10, 20:] = 2
    region_map[0, 0] = 1  # one pixel that the drawing, four times smaller, does not have
    painting = make_painting(Image.new("L", (10, 5), 255), region_map, FlatColors())
    assert [region.index for region in painting.regions] == [0, 2, 4]
    assert painting.image.size == (10, 5)
    assert sum(region.area for region in painting.regions) == 1
    assert all(region.mask.any() and region.box for region in painting.regions)
