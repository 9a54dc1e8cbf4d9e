"""Running networks without training them."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def inference(network: torch.nn.Module) -> Iterator[None]:
    """Evaluation mode and no gradients; a network that was being trained goes on in training mode afterwards."""
    training = network.training
    network.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        network.train(training)
