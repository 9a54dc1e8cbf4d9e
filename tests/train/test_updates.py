"""What the updates of all trainings share, whichever networks they train."""

import pytest
import torch
from accelerate import Accelerator
from training_pictures import forget_accelerator

from settings import Settings
from updates import scheduled


@pytest.fixture(autouse=True)
def fresh_accelerator():
    forget_accelerator()
    yield
    forget_accelerator()


def test_batches_of_one_update_share_its_temperature_and_learning_rate():
    settings = Settings(output_dir=None, max_train_steps=4, learning_rate=1.0, lr_warmup_steps=1)
    accelerator = Accelerator(cpu=True, gradient_accumulation_steps=2)
    network = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD([{"params": [network.weight], "share": 0.5}, {"params": [network.bias]}], lr=0.0)
    network, optimizer, loader = accelerator.prepare(network, optimizer, torch.utils.data.DataLoader(range(8)))
    seen = []
    for step, tau, _ in scheduled(0, loader, [optimizer], accelerator, settings):
        with accelerator.accumulate(network):
            seen.append((step, tau, *(group["lr"] for group in optimizer.param_groups)))
    assert [one[0] for one in seen] == [0, 0, 1, 1, 2, 2, 3, 3]
    assert [one[1] for one in seen[::2]] == pytest.approx([0.1 ** (step / 4) for step in range(4)])
    assert [one[2:] for one in seen[::2]] == [(0.25, 0.5), (0.5, 1.0), (0.5, 1.0), (0.25, 0.5)]
    assert seen[::2] == seen[1::2]
