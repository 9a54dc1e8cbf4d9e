"""The colors of flats: answers exact, the model's means and its shading up to the lines."""

import numpy as np
import pytest
from flat_pages import ONE_REGION, SIZE, blank, box_page, cut_in_blocks, make_flats, paper, quarters
from PIL import Image, ImageDraw

from guiding_painter.drawings import sample
from guiding_painter.painting.fills import flat_colors, painted_colors, region_colors
from guiding_painter.painting.flats import Flats


@pytest.fixture(params=[1, 3], ids=["pixels", "blocks"])
def scale(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Runs a test twice: small drawings as they are, and in blocks of 3 by 3 pixels, as large pages are."""
    return cut_in_blocks(request.param, monkeypatch)


def test_flat_colors_are_exact_and_no_others() -> None:
    colors = {0: (224, 122, 95), 1: (0, 0, 0), 2: (255, 255, 255), 3: (61, 64, 91)}
    result = make_flats(box_page(), quarters())
    image = flat_colors(result.region_map, colors)
    assert image.size == SIZE
    assert {color for _, color in image.getcolors()} == {colors[index] for index in np.unique(result.region_map)}


def ramp() -> Image.Image:
    """What a model might paint: shading from left to right."""
    picture = np.zeros((30, 40, 3), np.uint8)
    picture[..., 0] = np.linspace(40, 200, 40)
    picture[..., 2] = 90
    return Image.fromarray(picture)


def colors_of(picture: Image.Image, paper: np.ndarray, result: Flats) -> dict[int, tuple[int, int, int]]:
    return region_colors(picture, paper, sample(result.cells, paper.shape), result.owners)


def test_region_colors_leave_ink_out() -> None:
    page = box_page()
    picture = np.full((30, 40, 3), 200, np.uint8)
    picture[~paper(page)] = 0
    region_map = np.zeros((30, 40), np.uint16)
    region_map[8:22, 12:28] = 1
    result = make_flats(page, region_map)
    assert colors_of(Image.fromarray(picture), paper(page), result) == {0: (200, 200, 200), 1: (200, 200, 200)}


def test_region_colors_know_regions_without_any_paper() -> None:
    page = blank(0)[0]
    picture = Image.new("RGB", (40, 30), (10, 20, 30))
    assert colors_of(picture, paper(page), make_flats(page, ONE_REGION)) == {0: (10, 20, 30)}


def test_a_region_too_small_for_the_models_picture_has_a_color_all_the_same() -> None:
    page, draw = blank()
    draw.rectangle((40, 40, 44, 44), outline=0)
    region_map = ONE_REGION.copy()
    region_map[4, 4] = 1
    picture = np.full((30, 40, 3), 200, np.uint8)
    picture[4, 4] = (10, 20, 30)
    result = make_flats(page, region_map)
    assert (result.region_map[41:44, 41:44] == 1).all()
    assert colors_of(Image.fromarray(picture), paper(page), result)[1] == (10, 20, 30)
    color = np.asarray(painted_colors(Image.fromarray(picture), paper(page), result, {}))
    assert (color[41:44, 41:44] == (10, 20, 30)).all()


def test_cells_without_pixels_do_no_harm(scale: int) -> None:
    page, draw = blank()
    for place in range(20, 250, 10):
        draw.rectangle((place, place, place + 7, place + 7), outline=0)
    result = make_flats(page, ONE_REGION + 1)
    picture = Image.new("RGB", (40, 30), (10, 20, 30))
    assert colors_of(picture, paper(page), result)[1] == (10, 20, 30)
    assert painted_colors(picture, paper(page), result, {}).getcolors() == [(400 * 300, (10, 20, 30))]


def test_painted_color_never_crosses_a_line(scale: int) -> None:
    page = box_page()
    region_map = np.zeros((30, 40), np.uint16)
    region_map[8:22, 12:28] = 1
    picture = np.full((30, 40, 3), (250, 20, 20), np.uint8)
    picture[8:22, 12:28] = (20, 20, 250)
    result = make_flats(page, region_map)
    color = np.asarray(painted_colors(Image.fromarray(picture), paper(page), result, {}))
    assert (color[result.region_map == 0] == (250, 20, 20)).all()
    assert (color[result.region_map == 1] == (20, 20, 250)).all()


def test_painted_color_has_none_of_the_ink_that_the_model_painted() -> None:
    page, draw = blank()
    draw.line((200, 0, 200, 150), fill=0, width=4)
    picture = np.full((30, 40, 3), 200, np.uint8)
    picture[~paper(page)] = 0
    color = painted_colors(Image.fromarray(picture), paper(page), make_flats(page, ONE_REGION), {})
    assert color.getcolors() == [(400 * 300, (200, 200, 200))]


@pytest.mark.parametrize("answer", [(224, 122, 95), (3, 250, 0), (255, 255, 255), (0, 0, 0)])
def test_painted_regions_keep_their_mean_at_the_answer_and_the_shading(answer: tuple[int, int, int]) -> None:
    page = box_page()
    region_map = np.zeros((30, 40), np.uint16)
    region_map[8:22, 12:28] = 1
    result = make_flats(page, region_map)
    before = np.asarray(painted_colors(ramp(), paper(page), result, {}))
    after = np.asarray(painted_colors(ramp(), paper(page), result, {1: answer}))
    assert np.abs(after[result.region_map == 1].mean(axis=0) - answer).max() <= 0.5
    np.testing.assert_array_equal(after[result.region_map == 0], before[result.region_map == 0])
    if answer == (224, 122, 95):
        assert after[150, 270, 0] > after[150, 130, 0] + 20
    # enlarged smoothly, not in squares of 10
    assert np.abs(np.diff(before[20, :, 0].astype(int))).max() <= 2


def test_painted_cells_that_the_model_does_not_see_get_their_regions_mean() -> None:
    page = box_page()
    draw = ImageDraw.Draw(page)
    draw.rectangle((42, 242, 48, 248), outline=0)  # 5 pixels of paper, none in the middle of a pixel of 10 ... but ink
    result = make_flats(page, ONE_REGION)
    assert result.cells[244, 44] != result.cells[20, 20]
    color = np.asarray(painted_colors(Image.new("RGB", (40, 30), (9, 99, 199)), paper(page), result, {}))
    assert (color == (9, 99, 199)).all()
