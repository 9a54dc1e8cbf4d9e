"""Which precision is fast on this machine."""

import torch


def has_bf16() -> bool:
    """Whether this machine computes in bfloat16; one that only pretends to is ten times slower with it."""
    if torch.cuda.is_available():
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.backends.mps.is_available() or any(
        has for name, has in torch.cpu.get_capabilities().items() if "bf16" in name
    )
