"""Networks that choose a region for each cell: which cells share a color, and in which order regions are asked for."""

import math

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from guiding_painter.drawings import rank_by_size
from guiding_painter.hints import cell_sums, one_hot
from guiding_painter.losses import grouping_loss, guess_loss
from guiding_painter.segmentation import MAX_CELLS, NEVER, CellGrouping, SegmentationNetwork, sketch_cells, spread


def drawing(draw_on, size=(96, 96)) -> np.ndarray:
    image = Image.new("L", size, 255)
    draw_on(ImageDraw.Draw(image))
    return np.asarray(image, dtype=np.float32) / 255


def box_and_circle(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((5, 5, 50, 60), outline=0, width=2)
    pen.ellipse((60, 60, 85, 85), outline=0, width=2)


def squares(pen: ImageDraw.ImageDraw) -> None:
    for x in range(0, 200, 10):
        for y in range(0, 200, 10):
            pen.rectangle((x, y, x + 10, y + 10), outline=0)


def test_the_network_is_given_as_many_cells_as_it_tells_apart():
    sketches = torch.from_numpy(drawing(squares, (201, 201)) * 2 - 1)[None, None]
    cells = sketch_cells(sketches)
    assert cells.dtype == torch.int64
    assert cells.max() == MAX_CELLS - 1
    assert (cells == MAX_CELLS - 1).sum() > 100 * 50  # the smallest share the last number


def test_a_new_network_asks_for_the_largest_cells_first():
    torch.manual_seed(0)
    network = SegmentationNetwork(8, (8, 8, 8, 8, 8), 2, "group", coordinates=True, cells=True)
    sketch = torch.from_numpy(drawing(box_and_circle) * 2 - 1)[None, None]
    cells = sketch_cells(sketch)
    with torch.no_grad():
        network.grouping.alike.weight.zero_()
        logits = network(sketch, cells)
    assert logits.shape == (1, 8, 96, 96)
    assert (logits.argmax(1) == cells).all()
    assert (logits[:, 3:] == NEVER).all()  # there are three cells
    assert torch.equal(network(sketch), network(sketch, cells))


def test_a_region_holds_whole_cells_and_its_gradient_reaches_the_body():
    torch.manual_seed(0)
    network = SegmentationNetwork(4, (8, 8, 8, 8, 8), 2, "group", cells=True)
    sketches = torch.from_numpy(np.stack([drawing(box_and_circle), np.ones((96, 96), np.float32)]) * 2 - 1)[:, None]
    cells = sketch_cells(sketches)
    logits = network(sketches)
    regions = one_hot(logits).argmax(1)
    for cell in range(3):
        assert regions[0][cells[0] == cell].unique().numel() == 1
    assert (regions[1] == 0).all()
    logits.softmax(1)[:, 0].mean().backward()
    assert network.unet.inc[0].weight.grad.abs().sum() > 0


def test_more_cells_than_regions_all_find_one():
    torch.manual_seed(0)
    grouping = CellGrouping(3)
    cells = torch.arange(16).repeat_interleave(4).view(1, 8, 8)
    logits = spread(*grouping(torch.randn(1, CellGrouping.features, 8, 8), cells), cells)
    assert logits.shape == (1, 3, 8, 8)
    assert (logits.amax(1) > NEVER).all()


def test_the_largest_region_comes_first_whichever_cells_make_it_up():
    grouping = CellGrouping(4)
    cells = torch.arange(4).repeat_interleave(torch.tensor([24, 16, 16, 8])).view(1, 8, 8)
    with torch.no_grad():
        # Cells of about the same row look alike; so 2 and 3 join 1: 40 pixels, more than cell 0 has.
        grouping.compare = torch.nn.ModuleList()
        for layer in (grouping.describe, grouping.one, grouping.other, grouping.difference, grouping.alike):
            layer.weight.zero_(), layer.bias.zero_()
        grouping.describe.weight[0, CellGrouping.features] = 1.0  # the first feature of a token is the cell's row
        grouping.difference.weight[0, 0], grouping.alike.weight[0, 0] = -10.0, 1.0
        grouping.one.bias[0], grouping.self_logit[()] = 9.0, 0.5
    regions = spread(*grouping(torch.zeros(1, CellGrouping.features, 8, 8), cells), cells).argmax(1)
    sizes = torch.bincount(regions.ravel(), minlength=4)
    assert (sizes.diff() <= 0).all()
    assert sizes[0] > 24


def test_the_region_of_all_the_small_cells_is_asked_for_last():
    cells = rank_by_size(torch.cat([torch.arange(2).repeat_interleave(8), torch.arange(2, 50)]).view(8, 8).numpy())
    logits = torch.full((1, 50, 4), NEVER)
    logits[0, torch.arange(50), torch.arange(50).clamp(max=3)] = 0.0  # every cell for itself, the small ones together
    logits[0, 2] = torch.tensor([0.0, NEVER, NEVER, NEVER])  # and cell 2 with cell 0
    regions = spread(logits, torch.zeros(1, 50, 4), torch.from_numpy(cells)[None]).argmax(1)
    assert torch.bincount(regions.ravel(), minlength=4).tolist() == [9, 8, 47, 0]


def test_a_region_whose_color_goes_without_saying_is_asked_for_later():
    cells = torch.arange(3).repeat_interleave(torch.tensor([30, 20, 14])).view(1, 8, 8)
    logits = torch.full((1, 3, 4), NEVER)
    logits[0, torch.arange(3), torch.arange(3)] = 0.0
    guesses = torch.zeros(1, 3, 4)
    guesses[0, 0, 3] = torch.tensor(0.1).log()  # 30 pixels times 0.1 are less than 14
    assert spread(logits, guesses, cells).argmax(1)[cells == 0].unique().tolist() == [2]


def test_guess_loss_is_least_for_the_true_color_and_the_error_to_expect():
    cells = torch.arange(2).repeat_interleave(32).view(1, 8, 8)
    image = torch.zeros(1, 3, 8, 8)
    image[:, :, :4] = 0.5
    paper = torch.ones(1, 1, 8, 8)

    def loss(color: float, variance: float) -> float:
        guesses = torch.tensor([[[color] * 3 + [variance], [0.0] * 3 + [0.01]]])
        guesses[..., 3].log_()
        return guess_loss(image, guesses, cells, paper).item()

    assert loss(0.5, 0.01) < loss(0.3, 0.04) < min(loss(0.3, 0.02), loss(0.3, 0.08))
    assert loss(0.3, 0.04) == pytest.approx(0.5 * (0.5 * (1 + math.log(0.04)) + 0.5 * math.log(0.01)), abs=1e-5)


def test_grouping_loss_asks_of_every_cell_and_each_larger_one_whether_they_share_a_color():
    torch.manual_seed(0)
    sizes, colors = [20, 16, 12, 8, 6, 2], [-0.5, 0.5, -0.5, 0.0, 0.52, 0.9]
    cells = torch.arange(6).repeat_interleave(torch.tensor(sizes)).view(1, 8, 8)
    image = torch.tensor(colors)[cells][:, None].expand(-1, 3, -1, -1)
    weights = torch.ones(1, 1, 8, 8)
    weights[0, 0][cells[0] == 3] = 0  # all ink: has no color
    logits = torch.randn(1, 6, 4)  # N_c = 4

    # (cell, larger cell): alike? Cell 3 has no color; the last two may join one of the first three or stand alone (3).
    pairs = {(1, 0): 0, (2, 0): 1, (2, 1): 0, (4, 0): 0, (4, 1): 1, (4, 2): 0, (5, 0): 0, (5, 1): 0, (5, 2): 0}
    total = weight = 0.0
    for (cell, larger), alike in pairs.items():
        margin = logits[0, cell, larger] - logits[0, cell, min(cell, 3)]
        probability = torch.sigmoid(margin if alike else -margin)
        total = total - sizes[cell] ** 0.5 * probability.log()
        weight += sizes[cell] ** 0.5
    assert torch.allclose(grouping_loss(image, logits, cells, weights), total / weight)


def test_grouping_loss_takes_pictures_of_a_single_cell_and_of_ink_alone():
    cells = torch.zeros(2, 8, 8, dtype=torch.int64)
    logits = torch.zeros(2, 1, 4, requires_grad=True)
    for paper in (torch.ones(2, 1, 8, 8), torch.zeros(2, 1, 8, 8)):
        loss = grouping_loss(torch.zeros(2, 3, 8, 8), logits, cells, paper)
        loss.backward()
        assert loss.item() == 0
        assert not logits.grad.any()


def test_cell_sums_are_float32_sums_over_each_cell_of_each_picture():
    torch.manual_seed(0)
    values = torch.rand(2, 3, 4, 5, dtype=torch.float16)
    cells = torch.randint(0, 6, (2, 4, 5))
    sums = cell_sums(values, cells)
    assert sums.dtype == torch.float32
    for picture in range(2):
        for cell in range(int(cells.max()) + 1):
            expected = values[picture].float()[:, cells[picture] == cell].sum(1)
            assert torch.allclose(sums[picture, cell], expected, atol=1e-6)
