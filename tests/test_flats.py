"""Flats: every pixel in one region, borders in the lines, gaps closed."""

import numpy as np
import pytest
from flat_pages import ONE_REGION, SIZE, blank, box_page, cut_in_blocks, make_flats, quarters
from PIL import Image, ImageDraw, ImageFilter
from scipy import ndimage

from guiding_painter.drawings import find_ink, grow, sample


@pytest.fixture(params=[1, 3], ids=["pixels", "blocks"])
def scale(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Runs a test twice: small drawings as they are, and in blocks of 3 by 3 pixels, as large pages are."""
    return cut_in_blocks(request.param, monkeypatch)


def smooth(image: Image.Image) -> Image.Image:
    """Anti-aliased, as if drawn twice as large."""
    return (
        image.resize((2 * SIZE[0], 2 * SIZE[1])).filter(ImageFilter.GaussianBlur(1)).resize(SIZE, Image.Resampling.BOX)
    )


def halves(at: int = 20) -> np.ndarray:
    region_map = np.zeros((30, 40), np.uint16)
    region_map[:, at:] = 1
    return region_map


def pages() -> dict[str, Image.Image]:
    hatching, draw = blank()
    draw.rectangle((100, 60, 300, 240), outline=0, width=4)
    for x in range(104, 300, 6):
        draw.line((x, 64, x - 40, 236), fill=0, width=2)
    solid, draw = blank()
    draw.ellipse((50, 50, 200, 250), fill=0)
    draw.rectangle((260, 40, 360, 240), outline=0, width=3)
    night, draw = blank(0)
    for x in (40, 160, 280):
        draw.ellipse((x, 60, x + 90, 200), outline=255, width=4)
        draw.ellipse((x + 30, 110, x + 60, 150), fill=255)
    rng = np.random.default_rng(0)
    noise = Image.fromarray(rng.integers(0, 256, SIZE[::-1], dtype=np.uint8))
    return {
        "blank": blank()[0],
        "black": blank(0)[0],
        "white on black": night,
        "hatching": hatching,
        "solid blacks": solid,
        "noise": noise,
        "one pixel": Image.new("L", (1, 1), 255),
        "a strip": box_page().crop((0, 100, 400, 102)),
    }


@pytest.mark.parametrize("name", pages())
def test_every_pixel_has_a_cell_and_a_region_of_the_model(name: str, scale: int) -> None:
    drawing = pages()[name]
    result = make_flats(drawing, quarters() + 4)
    assert result.cells.shape == result.region_map.shape == drawing.size[::-1]
    assert result.cells.dtype == np.int32
    assert result.region_map.dtype == np.uint16
    assert 0 <= result.cells.min() <= result.cells.max() < len(result.owners)
    assert set(np.unique(result.region_map)) <= {4, 5, 6, 7}


def test_a_page_of_nothing_but_paper_or_ink_is_one_cell(scale: int) -> None:
    for color in (0, 255):
        assert np.unique(make_flats(blank(color)[0], np.full((30, 40), 2, np.uint8)).cells).tolist() == [0]


def test_borders_lie_in_the_lines_where_the_model_is_off(scale: int) -> None:
    box = smooth(box_page())
    region_map = np.zeros((30, 40), np.uint16)
    region_map[9:23, 13:29] = 1  # the box, off by a pixel of 10
    result = make_flats(box, region_map).region_map
    inside, outside = np.s_[86:215, 126:275], np.ones(result.shape, bool)
    outside[80:221, 120:281] = False
    assert (result[inside] == 1).all()
    assert (result[outside] == 0).all()


def test_fills_reach_under_the_lines_from_both_sides(scale: int) -> None:
    region_map = np.zeros((30, 40), np.uint16)
    region_map[8:22, 12:28] = 1
    row = make_flats(box_page(), region_map).region_map[150]
    assert np.flatnonzero(np.diff(row)).tolist() == pytest.approx([122, 277], abs=1)  # lines at 120-124 and 276-280


def test_no_light_seam_is_left_along_soft_lines(scale: int) -> None:
    page, draw = blank()
    draw.ellipse((60, 40, 340, 260), outline=0, width=4)
    page = smooth(page)
    region_map = np.zeros((30, 40), np.uint16)
    ImageDraw.Draw(model := Image.fromarray(region_map)).ellipse((6, 4, 34, 26), fill=1)
    region_map = np.asarray(model)
    result, value = make_flats(page, region_map).region_map, np.asarray(page)
    for axis in (0, 1):
        border = np.diff(result, axis=axis) != 0
        darker = np.minimum(*(np.delete(value, end, axis=axis) for end in (0, -1)))
        assert border.any()
        assert darker[border].max() < 100


def test_open_paper_stays_split_where_the_model_splits_it(scale: int) -> None:
    ragged = halves()
    ragged[::2, 20] = 0  # the model's border goes to and fro by a pixel of 10
    result = make_flats(blank()[0], ragged).region_map
    border = (result == 0).sum(axis=1)
    assert border.min() > 195
    assert border.max() < 215
    assert np.abs(np.diff(border[20:-20])).max() <= 1 + scale  # smooth, where the model jumps by 10


def test_a_margin_that_the_model_sets_apart_splits_no_cell(scale: int) -> None:
    assert (make_flats(blank()[0], halves(at=39)).region_map == 0).all()


def test_many_parts_of_one_cell_stay_split(scale: int) -> None:
    region_map = np.kron(np.arange(12, dtype=np.uint8).reshape(3, 4), np.ones((10, 10), np.uint8))
    result = make_flats(blank()[0], region_map).region_map
    assert (result == np.kron(region_map, np.ones((10, 10), np.uint8))).mean() > 0.97


def test_a_split_follows_the_line_beside_the_models_border(scale: int) -> None:
    page, draw = blank()
    draw.line((206, 0, 206, 200), fill=0, width=3)  # ends in the open: nothing closes a gap of 100
    result = make_flats(page, halves()).region_map
    assert (result[10:180, :204] == 0).all()
    assert (result[10:180, 209:] == 1).all()


def test_a_split_goes_through_the_narrowest_place_near_the_models_border(scale: int) -> None:
    page, draw = blank()
    draw.line((212, 0, 212, 130), fill=0, width=3)
    draw.line((212, 166, 212, 300), fill=0, width=3)
    result = make_flats(page, halves()).region_map  # the model's border is at 200
    assert (result[:, :208] == 0).all()
    assert (result[:, 217:] == 1).all()


def test_a_slanting_split_is_finer_than_blocks(scale: int) -> None:
    slanting = (np.add.outer(np.arange(30), np.arange(40)) > 34).astype(np.uint8)
    border = (make_flats(blank()[0], slanting).region_map == 0).sum(axis=1)
    assert np.abs(np.diff(border[40:-40])).max() <= 2


def test_pixels_near_ink_count_less() -> None:
    page, draw = blank()
    draw.rectangle((196, 136, 213, 163), outline=0)
    region_map = np.zeros((30, 40), np.uint16)
    region_map[14:16, 20:21] = 1  # 200 of the 416 pixels in the box, those in its middle
    assert (make_flats(page, region_map).region_map[137:163, 197:213] == 1).all()


def test_a_small_cell_is_never_split(scale: int) -> None:
    page, draw = blank()
    draw.rectangle((179, 140, 220, 152), outline=0)  # its halves have 220 pixels, less than SPLIT_AREA of 120,000
    assert len(np.unique(make_flats(page, halves()).region_map[141:152, 180:220])) == 1


def test_cells_of_a_few_pixels_stay_apart(scale: int) -> None:
    page, draw = blank()
    for place in range(20, 250, 20):
        draw.rectangle((place, place, place + 7, place + 7), outline=0)
    cells = make_flats(page, ONE_REGION).cells
    assert len({cells[place + 3, place + 3] for place in range(20, 250, 20)} | {cells[5, 390]}) == 13


def test_letters_leave_a_bubble_whole(scale: int) -> None:
    page, draw = blank()
    draw.ellipse((60, 40, 340, 260), outline=0, width=4)
    for row in range(3):
        draw.text((120, 90 + 40 * row), "BOO! aeo 80", fill=0, font_size=28)
    region_map = np.zeros((30, 40), np.uint16)
    region_map[5:25, 8:32] = 1
    white = np.asarray(page) == 255
    inside = np.hypot(*(np.mgrid[:300, :400] - np.array([150, 200])[:, None, None]) / [[[100]], [[130]]]) < 1
    assert (make_flats(page, region_map).region_map[white & inside] == 1).all()


def test_hatches_do_not_leak(scale: int) -> None:
    region_map = np.zeros((30, 40), np.uint16)
    region_map[6:24, 10:30] = 1
    result = make_flats(pages()["hatching"], region_map).region_map
    assert (result[66:235, 106:296] == 1).mean() > 0.99
    assert (result[:58] == 0).all()
    assert (result[243:] == 0).all()


def test_flats_are_the_same_every_time() -> None:
    page = pages()["noise"].filter(ImageFilter.GaussianBlur(4)).point(lambda value: 255 * (value > 120))
    first, second = (make_flats(page, quarters()) for _ in range(2))
    np.testing.assert_array_equal(first.cells, second.cells)
    np.testing.assert_array_equal(first.owners, second.owners)


@pytest.mark.parametrize("factor", [1, 4])
def test_cells_never_reach_across_a_line(factor: int) -> None:
    """On random outlines, the paper of each cell, crumbs aside, lies in one area that lines fence in."""
    rng = np.random.default_rng(1)
    page = Image.new("L", (400 * factor, 300 * factor), 255)
    for x, y, r in zip(*(factor * rng.integers(0, (400, 300, 90), (25, 3)).T), strict=True):
        ImageDraw.Draw(page).ellipse((x - r, y - r, x + r, y + r), outline=0, width=3 * factor)
    areas, _ = ndimage.label(~find_ink(page))
    sizes = np.bincount(areas.ravel())
    result = make_flats(page, quarters())
    large = (areas > 0) & (sizes[areas] >= 200 * factor**2)
    pairs = np.unique(np.stack([result.cells[large], areas[large]]), axis=1)
    assert len(np.unique(pairs[0])) == pairs.shape[1] > 60


def test_a_sample_knows_where_hidden_cells_lie() -> None:
    cells = np.zeros((300, 400), np.int32)
    cells[42:44, 47:49] = 2  # in the picture's pixel of row 4 and column 4, beside its middle
    seen = sample(cells, (30, 40))
    assert not seen.seen.any()
    assert seen.hidden.tolist() == [2] * 4
    assert seen.places.tolist() == [4 * 40 + 4] * 4


def test_a_maze_is_filled_as_a_plain_drawing_is():
    """A corridor one pixel wide, 20 times as long as the drawing; the seeds of its ends meet in its middle."""
    size = 41
    free = np.zeros((size, size), bool)
    free[1:-1:2, 1:-1] = True
    for number, row in enumerate(range(2, size - 1, 2)):
        free[row, size - 2 if number % 2 == 0 else 1] = True
    labels = np.zeros((size, size), np.int32)
    labels[1, 1], labels[size - 2, 1] = 1, 2
    grow(labels, free)
    assert (labels > 0).sum() == free.sum()
    halves = [(labels == value).sum() for value in (1, 2)]
    assert abs(halves[0] - halves[1]) <= 2
    assert ndimage.label(labels == 1)[1] == 1
