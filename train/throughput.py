"""How much of a device a training uses: what a step computes, beside what the device reaches in a matrix product."""

import time
from contextlib import AbstractContextManager, nullcontext

import torch
from torch.utils.flop_counter import FlopCounterMode

DTYPES = {"no": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


class Throughput:
    """Counts the floating-point operations of one step, and measures what the device reaches.

    Args:
        device: of this process.
        mixed_precision: "no", "bf16" or "fp16": matrix products are measured in that.
        pictures: of the step that is counted, on this device.
        compiled: whether networks are; then it is the second step, as nothing is compiled while operations are counted.
    """

    def __init__(self, device: torch.device, mixed_precision: str, pictures: int, compiled: bool = False):
        self.precision = mixed_precision
        self.peak = matrix_product_peak(device, DTYPES[mixed_precision])  # operations per second
        self._pictures, self._uncounted = pictures, int(compiled)
        self._counter: FlopCounterMode | None = None

    def count_once(self) -> AbstractContextManager:
        """Around every step; one of them is counted, which slows it down a little."""
        if self._counter is not None:
            return nullcontext()
        if self._uncounted:
            self._uncounted -= 1
            return nullcontext()
        self._counter = FlopCounterMode(display=False)
        return self._counter

    def operations(self, rate: float) -> float:
        """Per second, at so many pictures per second on this device; 0 before a step was counted."""
        return rate * self._counter.get_total_flops() / self._pictures if self._counter else 0.0

    def share(self, rate: float) -> float:
        """Of the peak, at so many pictures per second on this device."""
        return self.operations(rate) / self.peak

    def sentence(self, rate: float, devices: int) -> str:
        """At so many pictures per second on each of so many devices."""
        kind, share = str(DTYPES[self.precision]).removeprefix("torch."), self.share(rate)
        return (
            f"{rate:.2f} pictures a second on each of {devices} device{'s' * (devices > 1)}: "
            f"{self.operations(rate) / 1e12:.3g} TFLOP/s, {share:.0%} of what a matrix product reaches there "
            f"in {kind}."
        )


def matrix_product_peak(device: torch.device, dtype: torch.dtype) -> float:
    """Floating-point operations per second of the best of some products of large square matrices.

    On a GPU, float32 is multiplied as convolutions do it there, which is TF32.
    """
    is_gpu = device.type == "cuda"
    side = 8192 if is_gpu else 1024
    before = torch.get_float32_matmul_precision()
    if is_gpu:
        torch.set_float32_matmul_precision("high")
    try:
        a, b = (torch.rand(side, side, device=device, dtype=dtype) for _ in range(2))
        return 2 * side**3 / min(seconds_of_product(a, b) for _ in range(5))
    finally:
        torch.set_float32_matmul_precision(before)


def seconds_of_product(a: torch.Tensor, b: torch.Tensor) -> float:
    """Of the matrices a @ b, from beginning to end."""
    wait(a.device)
    start = time.perf_counter()
    a @ b
    wait(a.device)
    return time.perf_counter() - start


def wait(device: torch.device) -> None:
    """Until the device has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
