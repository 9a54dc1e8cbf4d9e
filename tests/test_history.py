"""What undo keeps of a painting whose drawing was cut anew."""

import numpy as np
from PIL import Image, ImageDraw

from guiding_painter.drawings import prepare
from guiding_painter.painting.actions import Recut
from guiding_painter.painting.packing import Stretches, pack
from guiding_painter.painting.partition import Partition


def split_painting() -> Partition:
    """One whose model tells apart what no line does, so that cells are not those of the prepared drawing."""
    drawing = Image.new("L", (240, 160), 255)
    ImageDraw.Draw(drawing).ellipse((60, 30, 180, 130), outline=0, width=3)
    prepared = prepare(drawing, 64)
    halves = np.zeros(prepared.shape, dtype=np.uint16)
    halves[:, halves.shape[1] // 2 :] = 1
    return Partition(prepared, halves)


def test_stretches_of_a_map_give_the_map():
    labels = np.random.default_rng(0).integers(0, 3, (17, 9)).repeat(4, axis=1).astype(np.int32)
    stretches = Stretches.of(labels)
    assert np.array_equal(stretches.labels, labels)
    assert stretches.labels.dtype == np.int32
    assert len(stretches.numbers) < labels.size / 2


def test_cells_that_were_split_are_kept_small_when_a_drawing_is_cut_anew():
    painting = split_painting()
    before = [painting.cells]
    assert not painting.prepared.holds(before[0])
    for gap in ("tight", "loose"):
        painting._do(Recut(painting.layout.order[0], gap, pack(painting.model_map)))
        before.append(painting.cells)
    for step in painting._history.steps:
        for kept in step.cells:
            assert kept.numbers.size + kept.lengths.size < before[0].size / 10
    for cells in before[1::-1]:
        painting.undo()
        assert np.array_equal(painting.cells, cells)
    for cells in before[1:]:
        painting.redo()
        assert np.array_equal(painting.cells, cells)


def test_cells_that_the_prepared_drawing_has_are_not_kept_twice():
    painting = split_painting()
    whole = Partition(painting.prepared, np.zeros_like(painting.model_map))
    whole._do(Recut(0, "loose", pack(whole.model_map)))
    assert [whole.prepared.holds(kept) for kept in whole._history.steps[0].cells] == [True, True]
    assert whole.cells is whole.prepared.with_gap("loose").cells
