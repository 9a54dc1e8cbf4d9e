"""Runs: the same pieces, boxes and pixels as a search of every pixel finds."""

import numpy as np
import pytest
from scipy import ndimage

from guiding_painter.drawings.runs import find_runs

NOISE = np.random.default_rng(0).random((40, 60)) > 0.55


@pytest.mark.parametrize("pixels", [NOISE, NOISE[:1], NOISE[:, :1], np.ones((3, 4), bool), np.zeros((3, 4), bool)])
@pytest.mark.parametrize("corners", [False, True])
def test_pieces_are_those_of_a_search_of_every_pixel(pixels: np.ndarray, corners: bool):
    runs = find_runs(pixels, corners)
    labels, count = ndimage.label(pixels, np.ones((3, 3)) if corners else None)
    assert runs.count == count
    found = np.zeros(pixels.shape, dtype=int)
    found.flat[runs.pixels(runs.pieces >= 0)] = np.repeat(runs.pieces + 1, runs.lengths)
    assert len(np.unique(np.stack([labels.ravel(), found.ravel()]), axis=1).T) == len(np.unique(labels))
    boxes = [(x.start, y.start, x.stop, y.stop) for y, x in ndimage.find_objects(labels)]
    assert sorted(map(tuple, runs.boxes.tolist())) == sorted(boxes)
    assert sorted(runs.sums(runs.lengths)) == sorted(np.bincount(labels.ravel())[1:])
