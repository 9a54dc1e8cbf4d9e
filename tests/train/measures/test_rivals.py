"""The random point hints that guided regions are compared with."""

import torch

from measures.rivals import MAX_PATCH, draw_points, point_hints


def test_patches_lie_within_the_picture_and_have_every_size_and_place():
    generator = torch.Generator().manual_seed(0)
    top, left, bottom, right = draw_points((20, 30), 4000, generator).T
    assert top.min() == 0
    assert left.min() == 0
    assert bottom.max() == 20
    assert right.max() == 30
    assert ((bottom - top) == (right - left)).all()
    assert torch.bincount(bottom - top).tolist()[1:] > [350] * MAX_PATCH
    assert (bottom - top).max() == MAX_PATCH
    again = torch.Generator().manual_seed(0)
    assert torch.equal(draw_points((20, 30), 4000, again).T[0], top)


def test_patches_of_a_tiny_picture_are_no_larger_than_it():
    points = draw_points((3, 5), 200, torch.Generator().manual_seed(0))
    assert (points[:, 2] <= 3).all()
    assert (points[:, 3] <= 5).all()
    assert (points[:, :2] >= 0).all()


def test_a_patch_is_filled_with_its_mean_color_and_the_rest_stays_without_hint():
    image = torch.rand(2, 3, 12, 12) * 2 - 1
    patches = [torch.tensor([[2, 3, 5, 6]]), torch.empty(0, 4, dtype=torch.int64)]
    hints, mask = point_hints(image, patches)
    expected = image[0, :, 2:5, 3:6].mean((1, 2))
    assert torch.allclose(hints[0, :, 2:5, 3:6], expected[:, None, None].expand(-1, 3, 3))
    assert mask.sum() == 9
    assert mask[0, 0, 2:5, 3:6].all()
    assert hints.ne(0).any(1).sum() == 9


def test_ink_does_not_count_in_a_patch_and_one_of_ink_alone_gives_no_hint():
    image = torch.full((1, 3, 8, 8), -1.0)
    image[..., 4:] = 0.5
    paper = torch.zeros(1, 1, 8, 8)
    paper[..., 4:] = 1
    hints, mask = point_hints(image, [torch.tensor([[0, 3, 2, 5], [4, 0, 6, 2]])], paper)
    assert torch.allclose(hints[0, :, :2, 3:5], torch.tensor(0.5))
    assert mask.sum() == 4
