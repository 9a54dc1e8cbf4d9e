"""A few speed lines fence nothing in, wherever they begin; what is as straight and alike, but a wall, stays one."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from guiding_painter.drawings import cells as module
from guiding_painter.drawings import cut_cells, find_ink
from guiding_painter.drawings.joints import find_joints
from guiding_painter.drawings.speed_lines import find_speed_lines

Lines = list[tuple[float, float, float, float]]


def panel() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """A frame, with paper around it, and what is to be drawn in it."""
    image = Image.new("L", (600, 500), 255)
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 20, 580, 480), outline=0, width=3)
    return image, draw


def cut(image: Image.Image) -> np.ndarray:
    return cut_cells(find_ink(image))


def large(cells: np.ndarray) -> int:
    """How many cells a person would count."""
    return int((np.bincount(cells.ravel()) > 1e-3 * cells.size).sum())


TURNS = np.linspace(0.1, 0.1 + 2 * np.pi, 14, endpoint=False)
TO_FRAME = np.minimum(280 / np.abs(np.cos(TURNS)), 230 / np.abs(np.sin(TURNS)))


def around(far: np.ndarray | float, near: np.ndarray | float) -> Lines:
    """Lines on all sides of the panel's middle, each from so far to so near, (14,) or all alike."""
    ways = np.stack([np.cos(TURNS), np.sin(TURNS)])
    return [tuple(line) for line in (np.concatenate([far * ways, near * ways]).T + (300, 250, 300, 250)).tolist()]


SPEED: dict[str, Lines] = {
    "at the frame": [(20, 225 + 14 * n, end, 225 + 14 * n) for n, end in enumerate((205, 175, 165, 170, 200))]
    + [(580, 240 + 16 * n, 410 + 10 * (n % 2), 240 + 16 * n) for n in range(3)],
    "at the figure": [(250, 235 + 13 * n, 60 + 25 * (n % 2), 230 + 13 * n) for n in range(3)]
    + [(350, 240 + 14 * n, 520 - 20 * n, 240 + 14 * n) for n in range(3)],
    "at neither": [(60, 240, 205, 240), (34, 254, 228, 254), (90, 268, 190, 268), (70, 282, 200, 282)]
    + [(372, 240, 566, 240), (420, 255, 500, 255), (400, 270, 510, 270)],
    "at the frame, all around": around(TO_FRAME, TO_FRAME * np.tile((0.38, 0.6, 0.7, 0.65, 0.42, 0.6, 0.7), 2)),
}


@pytest.mark.parametrize("blocks", [1200, 200], ids=["pixels", "blocks"])
@pytest.mark.parametrize("where", SPEED)
def test_a_few_speed_lines_fence_nothing_in(where: str, blocks: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "BLOCKS", blocks)
    image, draw = panel()
    for line in SPEED[where]:
        draw.line(line, fill=0, width=2)
    draw.ellipse((240, 190, 360, 330), outline=0, fill=255, width=3)
    cells = cut(image)
    assert large(cells) == 3
    assert len({cells[y, x] for x, y in ((300, 60), (300, 440), (40, 40), (560, 460))}) == 1
    assert cells[260, 300] != cells[60, 300]


WALLS: dict[str, tuple[Lines, int]] = {
    "bars that end before the frame": (
        [(90 + 70 * n, 20, 90 + 70 * n, 470 - 6 * (n % 2)) for n in range(7)],
        9,
    ),
    "a comb of bars and a rail": ([(20, 400, 580, 400), *((90 + 70 * n, 20, 90 + 70 * n, 400) for n in range(7))], 10),
    "the teeth of a comb": (
        [(100, 100, 500, 100), (500, 100, 500, 150), (500, 150, 100, 150), (100, 150, 100, 100)]
        + [
            line
            for x in range(120, 490, 50)
            for line in ((x, 150, x, 400), (x, 400, x + 9, 400), (x + 9, 400, x + 9, 150))
        ],
        11,
    ),
    "a line between sky and ground above blades of grass": (
        [(20, 300, 580, 300), *((150 + 20 * n, 480, 152 + 20 * n, 400 + 9 * (n % 4)) for n in range(8))],
        3,
    ),
    "a door's edges beside its grain": (
        [(240, 100, 240, 480), (360, 100, 360, 480), (240, 100, 360, 100)]
        + [(255 + 15 * n, 150 + 30 * (n % 2), 255 + 15 * n, 300 + 40 * (n % 3)) for n in range(7)],
        3,
    ),
}


@pytest.mark.parametrize("kind", WALLS)
def test_walls_among_strokes_of_their_kind_stay_walls(kind: str):
    lines, areas = WALLS[kind]
    image, draw = panel()
    for line in lines:
        draw.line(line, fill=0, width=2)
    assert large(cut(image)) == areas


def test_spokes_that_end_before_the_hub_stay_walls():
    image, draw = panel()
    for radius in (200, 40):
        draw.ellipse((300 - radius, 250 - radius, 300 + radius, 250 + radius), outline=0, width=3)
    for line in around(200, 58):
        draw.line(line, fill=0, width=2)
    assert large(cut(image)) == len(TURNS) + 3


def test_a_page_of_ink_has_no_lines_but_can_be_cut():
    assert not find_speed_lines(np.ones((300, 400), dtype=bool)).any()


@pytest.mark.parametrize("width", [2, 3, 4, 5, 6, 8])
def test_lines_have_joints_where_they_meet_and_none_at_blunt_ends(width: int):
    for angle in np.linspace(0, np.pi, 30):
        image = Image.new("1", (300, 300))
        draw, (x, y) = ImageDraw.Draw(image), (120 * np.cos(angle), 120 * np.sin(angle))
        draw.line((150 - x, 150 - y, 150 + x, 150 + y), fill=1, width=width)
        assert not find_joints(np.asarray(image), width).any()
        draw.line((150, 150, 150 - y, 150 + x), fill=1, width=width)
        assert find_joints(np.asarray(image), width)[140:160, 140:160].any()
