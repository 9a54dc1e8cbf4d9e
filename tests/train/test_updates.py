"""What the updates of all trainings share, whichever networks they train."""

import pytest
import torch
from accelerate import Accelerator

from finite import MOST_LEFT_OUT, FiniteAdamW
from settings import Settings
from updates import scheduled

pytestmark = pytest.mark.usefixtures("fresh_accelerator")


def test_batches_of_one_update_share_its_temperature_and_learning_rate():
    settings = Settings(output_dir=None, max_train_steps=4, learning_rate=1.0, lr_warmup_steps=1)
    accelerator = Accelerator(cpu=True, gradient_accumulation_steps=2)
    network = torch.nn.Linear(1, 1)
    optimizer = FiniteAdamW([{"params": [network.weight], "share": 0.5}, {"params": [network.bias]}])
    network, optimizer, loader = accelerator.prepare(network, optimizer, torch.utils.data.DataLoader(range(8)))
    seen = []
    for step, tau, _ in scheduled(0, loader, [optimizer] * 2, accelerator, settings):
        with accelerator.accumulate(network):
            seen.append((step, tau, *(group["lr"] for group in optimizer.param_groups)))
    assert [one[0] for one in seen] == [0, 0, 1, 1, 2, 2, 3, 3]
    assert [one[1] for one in seen[::2]] == pytest.approx([0.1 ** (step / 4) for step in range(4)])
    assert [one[2:] for one in seen[::2]] == [(0.25, 0.5), (0.5, 1.0), (0.5, 1.0), (0.25, 0.5)]
    assert seen[::2] == seen[1::2]


def updates_of(gradients: list[float], scaler: torch.amp.GradScaler | None = None) -> torch.Tensor:
    """Two weights after updates with these gradients of the first one, the other's being 1."""
    settings = Settings(output_dir=None, max_train_steps=2 * len(gradients), learning_rate=0.1)
    accelerator = Accelerator(cpu=True)
    accelerator.scaler = scaler
    network = torch.nn.Linear(1, 2, bias=False)
    network.weight.data.fill_(0.0)
    optimizer = accelerator.prepare(FiniteAdamW(network.parameters(), weight_decay=0.0))
    for step, _, _ in scheduled(0, gradients, [optimizer] * 2, accelerator, settings):
        loss = (network.weight * torch.tensor([[gradients[step]], [1.0]])).sum()
        (scaler.scale(loss) if scaler else loss).backward()
        optimizer.step()
        optimizer.zero_grad()
    return network.weight.detach()


@pytest.mark.parametrize("broken", [float("nan"), float("inf")])
@pytest.mark.parametrize("scaled", [False, True])
def test_an_update_without_finite_gradients_is_left_out_and_counted(broken, scaled, capsys):
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**16) if scaled else None
    few = [broken] * (MOST_LEFT_OUT - 1)
    assert updates_of([1.0, *few, 1.0, *few]).flatten().tolist() == pytest.approx([-0.2, -0.2])
    assert f"Updates of G left out, because gradients were not finite: {2 * len(few)}.\n" in capsys.readouterr().out
    assert updates_of([1.0, 1.0]).flatten().tolist() == pytest.approx([-0.2, -0.2])
    assert not capsys.readouterr().out
    with pytest.raises(FloatingPointError, match=r"20 updates of G in a row .* smaller --learning_rate"):
        updates_of([1.0, *few, broken, 1.0], scaler)
