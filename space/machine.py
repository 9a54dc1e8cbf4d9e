"""What the machine offers: cores that answers share, faster numbers, and the GPU of a ZeroGPU Space."""

import contextlib
import copy
import ctypes
import gc
import importlib
import importlib.util
import threading
import time
from collections.abc import Iterator

import torch

from guiding_painter import ColorizationNetwork, GuidingPainterPipeline

GPU, GPU_SECONDS = "cuda", 10  # so long may one forward of a network hold it
WORTHWHILE = 1.2  # times faster: what less exact numbers have to bring


class Cores:
    """The cores of the machine, for as many as work at the same time. Alone one has all, beside others a part."""

    def __init__(self) -> None:
        self.count = torch.get_num_threads()
        self._working = 0
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def share(self) -> Iterator[None]:
        """Lets the networks run on this thread's share, at least one core.

        More threads than cores wait for each other in busy loops, which is slower than one after the other.
        """
        with self._lock:
            self._working += 1
            share = max(1, self.count // self._working)
        torch.set_num_threads(share)  # of the calling thread: each has its own
        try:
            yield
        finally:
            with self._lock:
                self._working -= 1


def give_memory_back() -> None:
    """Frees what nothing refers to any more, and lets the system have it.

    Paintings and their regions know each other, and Python counts objects, not megabytes. And glibc keeps what threads
    have freed, each in an arena of its own.
    """
    gc.collect()
    with contextlib.suppress(AttributeError, TypeError):  # no glibc
        ctypes.CDLL(None).malloc_trim(0)


def settle(painter: GuidingPainterPipeline) -> None:
    """Lets the networks use what the machine has, before they are served."""
    borrowed = [borrow_gpu(network) for network in painter.components.values()]
    # f stays as it is: it runs once a drawing, and regions must not depend on the machine. So does g over cells, whose
    # answers take milliseconds.
    of_pixels = isinstance(painter.colorization, ColorizationNetwork)
    if of_pixels and not any(borrowed) and is_faster_in_bfloat16(painter.colorization):
        torch.nn.Module.to(painter.colorization, torch.bfloat16)


def is_faster_in_bfloat16(network: ColorizationNetwork, side: int = 256, repeat: int = 3) -> bool:
    """Whether g is worth halving: on processors with instructions for it, it takes half the time, on others longer."""
    channels = 1, network.config.max_hints, 3, 1
    seconds = []
    for dtype in (torch.float32, torch.bfloat16):
        trial = torch.nn.Module.to(copy.deepcopy(network), dtype).eval()
        inputs = [torch.zeros(1, count, side, side, dtype=dtype) for count in channels]
        times = []
        with torch.inference_mode():
            for _ in range(1 + repeat):  # the first is to warm up
                began = time.perf_counter()
                trial(*inputs)
                times.append(time.perf_counter() - began)
        seconds.append(min(times[1:]))
    return seconds[0] > WORTHWHILE * seconds[1]


def borrow_gpu(network: torch.nn.Module) -> bool:
    """On a ZeroGPU Space, lets a network run on a GPU that is held for each forward alone; whether there is one.

    Its inputs and outputs stay on the CPU, as they have to between the processes of ZeroGPU: the network itself stays
    there, and a copy of it goes to the GPU while the Space starts.
    """
    if importlib.util.find_spec("spaces") is None:
        return False
    spaces = importlib.import_module("spaces")
    if not torch.cuda.is_available():  # the package is on every Space, a GPU is not
        return False
    on_gpu = copy.deepcopy(network).eval().to(GPU)

    @spaces.GPU(duration=GPU_SECONDS)
    @torch.inference_mode()
    def forward(*inputs: torch.Tensor) -> torch.Tensor | tuple[torch.Tensor, ...]:
        result = on_gpu(*(value.to(GPU) for value in inputs))
        return result.cpu() if torch.is_tensor(result) else type(result)(*(value.cpu() for value in result))

    network.forward = forward
    return True
