"""The networks over cells: what they take and give, and that they look at what they should."""

import numpy as np
import pytest
import torch
from conftest import make_cell_painter

from guiding_painter import CellColorizationNetwork, GuidingPainterPipeline
from guiding_painter.cell_networks import look
from guiding_painter.cell_networks.encoder import SketchEncoder
from guiding_painter.cell_networks.maps import contacts, membership, pool

QUARTERS = np.kron(np.array([[0, 1], [2, 3]]), np.ones((32, 48), dtype=int))


@pytest.fixture(scope="module")
def cell_painter() -> GuidingPainterPipeline:
    return make_cell_painter()


def ask(painter: GuidingPainterPipeline, sketch: torch.Tensor, cells: np.ndarray):
    features = painter.segmentation(sketch, torch.from_numpy(cells)[None])
    nothing = torch.zeros(1, features.tokens.shape[1], 3), torch.zeros(1, features.tokens.shape[1], dtype=torch.bool)
    return features, painter.colorization(features.tokens, features.bias, features.alike, *nothing)


def test_the_encoder_gives_five_scales():
    maps = SketchEncoder().eval()(torch.ones(1, 1, 70, 130))
    assert [tuple(features.shape) for features in maps] == [
        (1, 16, 35, 65), (1, 24, 18, 33), (1, 40, 9, 17), (1, 112, 5, 9), (1, 320, 3, 5)
    ]  # fmt: skip


def test_pooling_is_the_mean_over_a_cell():
    cells = torch.from_numpy(QUARTERS)[None]
    members = membership(cells, 3, (16, 24))
    assert members.sum((2, 3)).tolist() == [[32 * 48] * 3]
    maps = torch.arange(4.0).view(2, 2).kron(torch.ones(8, 12))[None, None]
    assert pool([maps], members)[0, :, 0].tolist() == pytest.approx([0, 1, 2])  # the fourth cell has no token


def test_contacts_are_symmetric_and_know_lines_from_openings():
    ink = torch.zeros(1, 64, 96)
    ink[:, 31:33] = 1.0  # between upper and lower quarters; left and right ones touch in the open
    touch = contacts(torch.from_numpy(QUARTERS)[None], ink, 4)[0]
    assert torch.equal(touch, touch.transpose(0, 1))
    assert touch[0, 2, 1] == touch[0, 2, 0] > 0
    assert touch[0, 1, 2] == pytest.approx(float(touch[0, 1, 0]), rel=0.1)
    assert touch[0, 3].tolist() == [0, 0, 0]


def test_g_gives_a_distribution_for_every_cell_and_repeats_an_answer(cell_painter: GuidingPainterPipeline):
    cell_painter.segmentation.eval(), cell_painter.colorization.eval()
    with torch.no_grad():
        features, colors = ask(cell_painter, torch.ones(1, 1, 64, 96), QUARTERS)
        assert features.size.tolist() == [[0.25] * 4]
        assert colors.log_probability.exp().sum(2)[0].tolist() == pytest.approx([1] * 4, abs=1e-3)
        known = torch.tensor([[True, False, False, False]])
        red = torch.tensor([[[1.0, -1, -1]] + [[0.0, 0, 0]] * 3])
        answered = cell_painter.colorization(features.tokens, features.bias, features.alike, red, known)
    assert answered.mean[0, 0].tolist() == [1, -1, -1]
    assert not torch.equal(answered.mean[0, 1], colors.mean[0, 1])


def test_the_painted_picture_has_the_size_of_the_sketch():
    g = CellColorizationNetwork(32, 2, 1, 8, block_out_channels=(8, 8, 16)).eval()
    with torch.no_grad():
        assert g.paint(torch.ones(1, 1, 33, 50), torch.zeros(1, 3, 33, 50)).shape == (1, 3, 33, 50)


def test_cells_without_a_token_are_spoken_for_by_the_neighbour_they_touch_most(cell_painter: GuidingPainterPipeline):
    cells = np.zeros((40, 60), dtype=np.int64)
    cells[:, 40:] = 7
    cells[10:14, 44:48] = 3  # inside 7
    cells[20:22, 38:41] = 5  # mostly beside 0
    limited = make_cell_painter(max_cells=2)
    looked = look(limited.segmentation, [torch.ones(1, 1, 40, 60)], [cells], 9)
    assert looked.own.tolist() == [True, False, False, False, False, False, False, True, False]
    assert looked.tokens[[0, 7, 3, 5]].tolist() == [0, 1, 1, 0]
    assert looked.tokens.min() >= 0  # those that lie nowhere, too


def test_several_pictures_are_looked_at_as_one(cell_painter: GuidingPainterPipeline):
    sketches = [torch.ones(1, 1, 64, 96), torch.ones(1, 1, 32, 32)]
    looked = look(cell_painter.segmentation, sketches, [QUARTERS, np.full((32, 32), 4)], 5)
    features = looked.features
    assert (features.tokens.shape[1], features.alike.shape[1:]) == (5, (5, 5))
    assert float(features.size.sum()) == pytest.approx(1)
    alone = look(cell_painter.segmentation, sketches[:1], [QUARTERS], 5).features
    assert torch.allclose(features.alike[:, :4, :4], alone.alike)
    assert torch.allclose(features.bias[:, :, :4, :4], alone.bias)
    assert looked.own.all()
