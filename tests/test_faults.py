"""Drawings that went wrong once, with what a person counts in them; they lie in `shared` beside the checkout."""

import numpy as np
import pytest
from conftest import FAULTS

from guiding_painter.drawings import cut_cells, find_ink, open_drawing

SHARE = 5e-4  # of the drawing: what is smaller a person does not count
RIGHT = {
    "plain": 11,
    "gray35_clean": 6,
    "faint15_clean": 11,
    "thin1px_1500": 6,
    "thin1px_3000": 6,
    "hatching": 11,
    "white_on_black_2px_2000": 6,
    "dimgray_on_dark_thin": 11,
    "tone_p9_60": 11,
    "tone_p5_25": 11,
    "speed_lines": 2,
    "blue_underdrawing": 11,
    "felt_pens": 6,
}


def cut(name: str) -> np.ndarray:
    return cut_cells(find_ink(open_drawing(FAULTS / f"{name}.png")))


def large(cells: np.ndarray, share: float = SHARE) -> int:
    return int((np.bincount(cells.ravel()) > share * cells.size).sum())


@pytest.mark.parametrize("name", RIGHT)
def test_drawings_that_went_wrong(name: str):
    assert large(cut(name)) == RIGHT[name]


@pytest.mark.parametrize("name", ["hatching", "tone_p9_60", "tone_p5_25", "tone_gradient"])
def test_a_textured_shirt_is_one_area(name: str):
    plain, tone = cut("plain"), cut(name)
    shirt = tone[plain == plain[600, 450]]
    assert (shirt == np.bincount(shirt).argmax()).mean() > 0.95
    assert large(tone) == large(plain)


def test_the_paper_of_the_balloon_is_one_area():
    cells = cut("balloons")
    assert (cells[50:150, 80:250] == cells[100, 60]).mean() > 0.99
