"""The step that benchmarks/train_step.py compares with is the same step."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from accelerate import Accelerator

from benchmarks.train_step import published_step, random_batch
from guided_colorizer import GuidedColorizer
from guiding_painter import ColorizationNetwork, PatchDiscriminator, SegmentationNetwork
from settings import PAPER_RECIPE
from train_guiding_painter import train_step

TINY = {"max_hints": 6, "block_out_channels": (8, 8, 16, 16, 16), "norm": "group"}


def losses_and_updates(published: bool, **recipe: float) -> tuple[dict[str, float], torch.Tensor]:
    """Of one step on tiny networks without batch normalization, through which D's three calls are not one."""
    torch.manual_seed(0)
    f, g, d = SegmentationNetwork(**TINY), ColorizationNetwork(**TINY), PatchDiscriminator(8, "group")
    generator, accelerator = GuidedColorizer(f, g), Accelerator(cpu=True)
    before = torch.nn.utils.parameters_to_vector(generator.parameters())
    # So slow that D's loss is the same whether its picture was made before G's update or after it.
    optimizers = [accelerator.prepare(torch.optim.SGD(network.parameters(), lr=1e-4)) for network in (generator, d)]
    args = SimpleNamespace(recipe=replace(PAPER_RECIPE, **recipe), max_hints=6, max_grad_norm=1e9, train="both")
    batch = random_batch(3, 64, 0, torch.device("cpu"))
    if published:
        losses = published_step(batch, (f, g, d), optimizers, 0.7, args)
    else:
        losses = train_step(batch, (generator, d), optimizers, accelerator, 0.7, args)
    moved = torch.nn.utils.parameters_to_vector(generator.parameters()) - before
    return {name: loss.item() for name, loss in losses.items()}, moved.detach()


def test_the_step_as_published_has_the_losses_of_ours():
    expected, found = (losses_and_updates(published)[0] for published in (True, False))
    assert set(expected) == {"rec", "adv", "tv", "smth", "d"}
    assert found == pytest.approx(expected, rel=1e-3)


def test_the_step_as_published_has_the_updates_of_ours():
    # All but one: the gradient of our total variance reaches every channel of S by its own color.
    expected, found = (losses_and_updates(published, lambda_tv=0.0)[1] for published in (True, False))
    assert (found - expected).norm() < 1e-3 * expected.norm()
