"""Updates whose gradients are not finite: they are left out, counted, and too many in a row end the training.

One such update would make NaN of every weight and of the averages that Adam keeps, for good.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from accelerate import Accelerator
from accelerate.optimizer import AcceleratedOptimizer
from tqdm.auto import tqdm

# Updates in a row. The loss scale of fp16 begins at 2 ** 16: it finds its place in fewer.
MOST_LEFT_OUT = 20


class FiniteAdamW(torch.optim.AdamW):
    """AdamW that leaves out a step where a gradient is not finite; `left_out` says whether the last one was.

    Gradients of several processes have been averaged when there is a step, so that all of them decide alike.
    """

    left_out = False

    def step(self, closure: None = None) -> None:
        found = [one.grad for group in self.param_groups for one in group["params"] if one.grad is not None]
        self.left_out = not torch.nn.utils.get_total_norm(found, float("inf")).isfinite().item()
        if not self.left_out:
            super().step(closure)


class LeftOut:
    """How many updates of G and of D were left out, in all and at last in a row, also by the loss scaler of fp16.

    Args:
        optimizers: of G and of D, as accelerate prepares `FiniteAdamW`.
    """

    def __init__(self, optimizers: list[AcceleratedOptimizer]):
        self._optimizers = dict(zip("GD", optimizers, strict=True))
        self._in_all, self._in_a_row = (dict.fromkeys(self._optimizers, 0) for _ in range(2))

    def count(self) -> None:
        """What became of the update that is complete. Raises FloatingPointError after `MOST_LEFT_OUT` in a row."""
        for name, one in self._optimizers.items():
            left_out = one.step_was_skipped or one.optimizer.left_out
            self._in_all[name] += left_out
            self._in_a_row[name] = self._in_a_row[name] + 1 if left_out else 0
            if self._in_a_row[name] == MOST_LEFT_OUT:
                raise FloatingPointError(
                    f"{MOST_LEFT_OUT} updates of {name} in a row had gradients that are not finite and were left out: "
                    "add --resume_from_checkpoint to go on from the last checkpoint, with a smaller --learning_rate or "
                    "--mixed_precision no."
                )

    def tell(self, accelerator: Accelerator) -> None:
        """Prints how many there were in all, if any."""
        for name, count in self._in_all.items():
            if count and accelerator.is_main_process:
                tqdm.write(f"Updates of {name} left out, because gradients were not finite: {count}.")


@contextmanager
def finite_buffers(*networks: torch.nn.Module) -> Iterator[None]:
    """Norm statistics stay as they were where what passes through the networks makes them other than finite."""
    buffers = [one for network in networks for one in network.buffers() if one.is_floating_point()]
    before = [one.clone() for one in buffers]
    yield
    for one, old in zip(buffers, before, strict=True):
        one.copy_(torch.where(one.isfinite().all(), one, old))
