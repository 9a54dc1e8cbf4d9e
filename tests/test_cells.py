"""Cells: the areas that a person sees, whatever lines have openings, at any size."""

import numpy as np
import pytest
from cell_pages import SIZE, cut, large, page
from PIL import Image, ImageFilter
from scipy.ndimage import maximum_filter, minimum_filter

from guiding_painter.drawings import cells as module
from guiding_painter.drawings import cut_cells, rank_by_size


@pytest.fixture(params=[1, 3], ids=["pixels", "blocks"])
def scale(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Runs a test twice: small drawings as they are, and in blocks of 3 by 3 pixels, as large pages are."""
    if request.param > 1:
        monkeypatch.setattr(module, "BLOCKS", SIZE[0] / request.param)
    return request.param


def test_areas_fenced_in_by_lines_are_numbered_from_the_largest(scale: int):
    image, draw = page()
    draw.rectangle((20, 20, 200, 260), outline=0, width=3)
    draw.ellipse((260, 60, 360, 160), outline=0, width=3)
    cells = cut(image)
    assert cells.dtype == np.int32
    assert (cells[5, 5], cells[150, 100], cells[110, 310]) == (0, 1, 2)
    assert (np.diff(np.bincount(cells.ravel())) <= 0).all()
    assert (cells[24:257, 24:197] == 1).all()
    assert cells.max() == 2


@pytest.mark.parametrize("value", [0, 255])
def test_blank_and_black_pages_are_one_cell(value: int, scale: int):
    assert (cut_cells(np.full((30, 40), value == 0)) == 0).all()


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (1, 40), (2, 2)])
def test_tiny_drawings_have_a_cell_for_every_pixel(size: tuple[int, int]):
    cells = cut_cells(np.random.default_rng(0).random(size) > 0.5)
    assert cells.shape == size
    assert cells.min() == 0


def test_many_cells_are_not_capped():
    image, draw = page((800, 800))
    for x in range(0, 800, 25):
        draw.line((x, 0, x, 800), fill=0, width=2)
        draw.line((0, x, 800, x), fill=0, width=2)
    assert large(cut(image), 5e-4) > 900


@pytest.mark.parametrize("opening", [4, 10, 20, 28])
def test_an_opening_of_a_fifth_of_the_smaller_area_does_not_leak(opening: int, scale: int):
    image, draw = page()
    draw.rectangle((120, 70, 280, 230), outline=0, width=3)
    draw.rectangle((180, 66, 180 + opening - 1, 76), fill=255)
    cells = cut(image)
    assert cells[150, 200] != cells[20, 20]
    assert (cells[80:228, 124:277] == cells[150, 200]).mean() > 0.98
    assert (cells[:, :118] == cells[20, 20]).all()


def test_a_wide_opening_in_an_outline_that_is_whole_otherwise_does_not_leak(scale: int):
    image, draw = page()
    draw.rectangle((120, 50, 220, 250), outline=0, width=3)
    draw.rectangle((116, 130, 126, 167), fill=255)
    cells = cut(image)
    assert cells[200, 200] != cells[20, 20]


def test_what_is_half_open_is_open(scale: int):
    image, draw = page()
    draw.rectangle((120, 70, 280, 230), outline=0, width=3)
    draw.rectangle((150, 66, 250, 76), fill=255)
    cells = cut(image)
    assert cells[150, 200] == cells[20, 20]


def test_gap_says_how_much_to_close():
    image, draw = page()
    draw.rectangle((120, 70, 280, 230), outline=0, width=3)
    draw.rectangle((175, 66, 205, 76), fill=255)
    apart = {gap: (lambda c: c[150, 200] != c[20, 20])(cut(image, gap=gap)) for gap in ("tight", "normal", "loose")}
    assert apart == {"tight": False, "normal": True, "loose": True}
    with pytest.raises(ValueError, match="gap is 'wide': give one of tight, normal, loose"):
        cut(image, gap="wide")


def test_a_narrow_neck_inside_one_part_stays_joined():
    """A leg into a foot: two outlines come close to one another without an end."""
    image, draw = page()
    top, bottom = [(150, 20), (150, 110), (192, 150), (150, 190), (150, 280)], [(250, 280), (250, 190), (208, 150)]
    draw.polygon([*top, *bottom, (250, 110), (250, 20)], outline=0, width=3)
    cells = cut(image)
    assert cells[60, 200] == cells[240, 200] != cells[150, 50]


def test_ground_that_a_figure_nearly_cuts_in_two_is_one():
    image, draw = page()
    draw.ellipse((140, 8, 260, 290), outline=0, width=3)
    cells = cut(image)
    assert cells[150, 50] == cells[150, 350] != cells[150, 200]


def test_a_figure_cut_off_at_the_edge_is_apart_where_its_lines_stop_short_of_it():
    image, draw = page()
    draw.line((150, 293, 150, 100, 250, 100, 250, 293), fill=0, width=3)  # 7 pixels from the edge
    cells = cut(image)
    assert cells[200, 200] != cells[200, 50]


def test_a_stray_line_fences_nothing_in(scale: int):
    image, draw = page()
    draw.line((200, 100, 200, 220), fill=0, width=3)
    draw.line((40, 40, 120, 60), fill=0, width=3)
    assert cut(image).max() == 0


def test_walls_bound_cells_where_nothing_is_drawn(scale: int):
    walls = np.zeros(SIZE[::-1], dtype=bool)
    walls[:, 60] = True
    cells = cut(page()[0], walls=walls)
    assert not set(np.unique(cells[:, :60])) & set(np.unique(cells[:, 61:]))


def test_speed_lines_that_run_off_the_page_fence_nothing_in():
    image, draw = page((500, 400))
    draw.rectangle((215, 165, 285, 235), outline=0, width=3)
    rng = np.random.default_rng(0)
    for angle in np.linspace(0, 2 * np.pi, 40, endpoint=False) + rng.uniform(-0.03, 0.03, 40):
        ray = np.array([np.cos(angle), np.sin(angle)])
        draw.line([*(rng.uniform(80, 110) * ray + (250, 200)), *(700 * ray + (250, 200))], fill=0, width=2)
    assert large(cut(image)) == 2


def test_speed_lines_that_begin_at_a_frame_fence_nothing_in(scale: int):
    image, draw = page((500, 400))
    rng = np.random.default_rng(0)
    for angle in np.linspace(0, 2 * np.pi, 40, endpoint=False) + rng.uniform(-0.03, 0.03, 40):
        ray = np.array([np.cos(angle), np.sin(angle)])
        draw.line([*(rng.uniform(80, 110) * ray + (250, 200)), *(700 * ray + (250, 200))], fill=0, width=2)
    draw.ellipse((215, 165, 285, 235), outline=0, width=3)
    draw.rectangle((-1, -1, 500, 400), outline=255, width=20)
    draw.rectangle((18, 18, 481, 381), outline=0, width=3)
    assert large(cut(image)) == 3


def test_books_between_two_shelves_are_areas():
    image, draw = page((500, 400))
    draw.rectangle((50, 100, 450, 300), outline=0, width=3)
    for x in range(50, 450, 25):
        draw.line((x, 100, x, 300), fill=0, width=2)
    assert large(cut(image)) == 17


def test_a_slit_between_two_strokes_of_one_line_is_no_area():
    image, draw = page()
    draw.rectangle((100, 50, 300, 250), outline=0, width=5)
    draw.rectangle((92, 116, 104, 184), outline=0, width=5)
    cells = cut(image)
    assert large(cells, 5e-4) == 2
    assert cells[150, 200] != cells[150, 50]


@pytest.mark.parametrize(("slits", "areas"), [(0, 3), (3, 2)])
def test_a_slit_wider_than_its_strokes_is_no_area_where_many_lines_have_several(slits: int, areas: int):
    image, draw = page()
    draw.rectangle((100, 50, 300, 250), outline=0, width=5)
    for side in ((92, 116, 104, 184), (166, 42, 234, 54), (296, 116, 308, 184))[:slits]:
        draw.rectangle(side, outline=0, width=5)
    draw.rectangle((178, 246, 222, 261), outline=0, width=4)
    cells = cut(image)
    assert large(cells, 5e-4) == areas
    assert cells[150, 200] != cells[150, 50]


def test_what_a_broad_pen_has_missed_is_no_area():
    image, draw = page()
    draw.rectangle((100, 50, 300, 250), outline=0, width=24)
    for x in range(110, 290, 30):
        draw.line((x, 56, x + 1, 68), fill=255, width=2)
    cells = cut(image)
    assert large(cells, 5e-4) == 2
    assert cells[150, 200] != cells[150, 50]


def test_speed_lines_fence_nothing_in():
    image, draw = page((500, 400))
    draw.ellipse((210, 160, 290, 240), outline=0, width=3)
    rng = np.random.default_rng(0)
    for angle in np.linspace(0, 2 * np.pi, 60, endpoint=False):
        start, stop = rng.uniform(55, 80), rng.uniform(120, 180)
        ray = np.array([np.cos(angle), np.sin(angle)])
        draw.line([*(start * ray + (250, 200)), *(stop * ray + (250, 200))], fill=0, width=2)
    assert cut(image).max() == 1


def test_the_paper_of_a_balloon_is_one_area_letters_included():
    image, draw = page((800, 600))
    draw.ellipse((100, 100, 600, 400), outline=0, width=4)
    for row in range(3):
        draw.text((220, 180 + 40 * row), "DO GO ON, BOB 80!", fill=0, font_size=26)
    cells = cut(image)
    assert large(cells) == 2
    assert (cells[170:310, 210:480] == cells[250, 150]).all()


def test_leaves_stay_apart_from_the_ground():
    image, draw = page((800, 800))
    rng = np.random.default_rng(0)
    for x in range(30, 770, 26):
        for y in range(30, 770, 26):
            draw.ellipse((x, y, x + rng.integers(12, 16), y + rng.integers(10, 16)), outline=0, width=2)
    cells = cut(image)
    assert len({cells[30 + 26 * i + 6, 30 + 26 * i + 6] for i in range(25)} - {cells[5, 5]}) == 25


@pytest.mark.parametrize("factor", [0.5, 2, 4])
def test_the_same_areas_at_another_scale(factor: float):
    def drawing(scale: float) -> np.ndarray:
        image, draw = page((round(500 * scale), round(500 * scale)))
        width = max(1, round(3 * scale))
        draw.arc([60 * scale, 60 * scale, 240 * scale, 240 * scale], 20, 350, fill=0, width=width)
        draw.rectangle([280 * scale, 280 * scale, 460 * scale, 440 * scale], outline=0, width=width)
        draw.line([300 * scale, 60 * scale, 300 * scale, 490 * scale], fill=0, width=width)
        return cut(image)

    first, second = drawing(1), drawing(factor)
    assert large(first) == large(second)
    for x, y in ((150, 150), (370, 360), (290, 360), (30, 480), (480, 30)):
        assert first[y, x] == second[round(y * factor), round(x * factor)]


def soft(shift: float) -> np.ndarray:
    """Cells of a ball in a box and a ball with an opening, drawn with a soft pen, moved by a part of a pixel."""
    large_page, draw = page((4 * SIZE[0], 4 * SIZE[1]))
    move = round(4 * shift)

    def box(*corners: int) -> list[int]:
        return [4 * corner + move for corner in corners]

    draw.rectangle(box(30, 40, 180, 250), outline=0, width=12)
    draw.ellipse(box(70, 90, 140, 160), outline=0, width=12)
    draw.arc(box(220, 80, 370, 230), 20, 352, fill=0, width=12)
    return cut(large_page.filter(ImageFilter.GaussianBlur(3)).resize(SIZE, Image.Resampling.BOX))


@pytest.mark.parametrize("shift", [0.25, 0.5, 0.75])
def test_the_same_areas_a_part_of_a_pixel_to_the_right(shift: float):
    first, second = soft(0), soft(shift)
    assert large(first) == large(second) == 4
    differ = first != second
    assert differ.mean() < 0.02
    border = maximum_filter(first, 5) > minimum_filter(first, 5)
    assert (differ & ~border).mean() < 1e-3


def test_numbers_go_from_the_largest_to_the_smallest():
    labels = np.repeat(np.arange(10), np.arange(1, 11))[None]
    assert np.bincount(rank_by_size(labels).ravel()).tolist() == list(range(10, 0, -1))


def test_cells_are_the_same_every_time():
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, SIZE[::-1], dtype=np.uint8))
    ink = np.asarray(noise.filter(ImageFilter.GaussianBlur(4))) > 120
    np.testing.assert_array_equal(cut_cells(ink), cut_cells(ink))
