"""What an answer costs, and what it would cost otherwise: `python benchmarks/space/speed.py [DRAWING]`.

Prints a table. CPU is the time that this process computes, on all cores together, and wall what a person waits: only
the first means something on a machine that has other work. What is used comes first in every part.
"""

import argparse
import copy
import io
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import torch
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "space"))

import asking
import commands
from canvas_state import canvas_state, opening_of
from guiding_painter import ColorizationNetwork, GuidingPainterPipeline
from guiding_painter.drawings import to_sketch, working_size
from guiding_painter.hints import region_segments
from texts import en
from uploads import EXAMPLES, check_picture
from views import MAX_SIDE, asked_view, frame, picture_view
from visits import Visits

Row = tuple[str, str, str, str, str]  # part, alternative, CPU ms, wall ms, remark
VISITORS, ANSWERS = 4, 6  # who answer at the same time, and how often each


def measure(part: str, name: str, work: Callable[[], object], repeat: int, remark: str = "") -> Row:
    """The medians of some runs, after one to warm up."""
    work()
    cpu, wall = [], []
    for _ in range(repeat):
        began = time.process_time(), time.perf_counter()
        work()
        cpu.append(time.process_time() - began[0])
        wall.append(time.perf_counter() - began[1])
    return part, name, f"{1000 * statistics.median(cpu):.0f}", f"{1000 * statistics.median(wall):.0f}", remark


def forwards(painter: GuidingPainterPipeline, drawing: Image.Image, repeat: int) -> Iterator[Row]:
    """One forward of g of pixels at the working size: number formats, memory layout, compilation, threads."""
    if not isinstance(painter.colorization, ColorizationNetwork):
        return  # over cells it takes milliseconds of an answer, which is timed as a whole
    network = copy.deepcopy(painter.colorization).eval()
    sketch = to_sketch(drawing.convert("L"), working_size(drawing.size))
    height, width = sketch.shape[-2:]
    stripes = torch.arange(width).expand(1, height, width) * 4 // width  # four regions, every other one answered
    mask = (stripes % 2 == 0)[:, None].float()
    inputs = [sketch, region_segments(stripes, network.config.max_hints), mask.expand(1, 3, -1, -1) * 0.5, mask]
    part, every = f"forward of g, {width}x{height}", torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.inference_mode():
        fastest = measure(part, "inference_mode in place of no_grad", lambda: network(*inputs), repeat)
    with torch.no_grad():
        reference = network(*inputs)
        yield measure(part, "float32, one thread", lambda: network(*inputs), repeat)
        yield fastest
        lasts = [value.contiguous(memory_format=torch.channels_last) for value in inputs]
        weights = copy.deepcopy(network).to(memory_format=torch.channels_last)
        yield measure(part, "channels-last weights and inputs", lambda: weights(*lasts), repeat)

        def difference(picture: torch.Tensor) -> str:
            levels = (picture.float() - reference).abs() * 127.5
            return f"differs by {levels.mean():.2f} of 255 levels in the mean, {levels.max():.1f} at most"

        def autocast() -> torch.Tensor:
            with torch.autocast("cpu", torch.bfloat16):
                return network(*inputs)

        yield measure(part, "bfloat16 autocast", autocast, repeat, difference(autocast()))
        half = torch.nn.Module.to(copy.deepcopy(network), torch.bfloat16)
        halves = [value.bfloat16() for value in inputs]
        yield measure(part, "bfloat16 weights", lambda: half(*halves), repeat, difference(half(*halves)))
        yield compiled_forward(part, network, inputs, repeat)
        torch.set_num_threads(every)
        yield measure(part, f"{every} threads", lambda: network(*inputs), repeat)


def compiled_forward(part: str, network: torch.nn.Module, inputs: list[torch.Tensor], repeat: int) -> Row:
    """A forward of the compiled network, where it can be compiled."""
    compiled = torch.compile(network)
    began = time.process_time()
    try:
        compiled(*inputs)
    except RuntimeError as error:  # no compiler, for one
        return part, "torch.compile", "", "", f"not possible here: {type(error).__name__}"
    remark = f"{time.process_time() - began:.0f} s to compile, and again for other sizes"
    return measure(part, "torch.compile", lambda: compiled(*inputs), repeat, remark)


def pictures(visits: Visits, name: str, repeat: int) -> Iterator[Row]:
    """What is drawn after an answer, and how it may be encoded for its way to the browser."""
    with visits.using(name) as visit:
        painting, region = visit.painting, asking.asked(visit)
        for side in (MAX_SIDE, MAX_SIDE * 3 // 4):
            yield measure(
                "views", f"asked and picture, {side} pixels",
                lambda side=side: (asked_view(painting, region, side), picture_view(painting, side)), repeat,
            )  # fmt: skip
        yield measure("views", "frame of the strip", lambda: frame(painting), repeat)
        both = asked_view(painting, region), picture_view(painting)
    for title, kind, options in (
        ("WebP, quality 80, method 0", "WEBP", {"quality": 80, "method": 0}),
        ("WebP as gradio writes it", "WEBP", {}),
        ("WebP without loss", "WEBP", {"lossless": True, "quality": 0, "method": 0}),
        ("PNG", "PNG", {}),
        ("JPEG, quality 90, full color", "JPEG", {"quality": 90, "subsampling": 0}),
    ):

        def encode(kind: str = kind, options: dict = options) -> int:
            files = [io.BytesIO() for _ in both]
            for picture, file in zip(both, files, strict=True):
                picture.save(file, kind, **options)
            return sum(len(file.getvalue()) for file in files)

        yield measure("both pictures in transit", title, encode, repeat, f"{encode() / 1000:.0f} kB")


def together(painter: GuidingPainterPipeline, data: bytes) -> Iterator[Row]:
    """Whole answers of several visitors: how many at a time, and on how many threads each."""
    every = torch.get_num_threads()
    for title, workers, threads in (
        (f"2 at a time share {every} threads", 2, None),
        ("2 at a time, 1 thread each", 2, 1),
        (f"2 at a time, {every} threads each", 2, every),
        (f"1 at a time, {every} threads", 1, every),
    ):
        visits = Visits(painter)
        if threads is not None:
            visits.cores.share = nullcontext
        seconds, cpu, wall = answer_at_once(visits, data, workers, threads)
        torch.set_num_threads(every)
        yield (
            f"an answer, {VISITORS} at once", title, f"{1000 * cpu / len(seconds):.0f}",
            f"{1000 * statistics.median(seconds):.0f}", f"{len(seconds) / wall:.1f} answers a second",
        )  # fmt: skip


def answer_at_once(visits: Visits, data: bytes, workers: int, threads: int | None) -> tuple[list[float], float, float]:
    """The seconds of every answer, and those that all of them took together, of CPU and wall."""
    turns = threading.Semaphore(workers)
    names = [visits.start(data, check_picture(data)) for _ in range(VISITORS)]
    seconds: list[float] = []

    def visitor(name: str) -> None:
        for number in range(ANSWERS):
            began = time.perf_counter()
            with turns:
                if threads is not None:
                    torch.set_num_threads(threads)
                with visits.using(name) as visit:
                    commands.apply_color(visit, commands.COMMON[number])
                    known = {"opening": opening_of(visit), "map": visit.version_of_map(), "strip": None}
                    canvas_state(visit, en, folder, known)
            seconds.append(time.perf_counter() - began)

    with tempfile.TemporaryDirectory() as folder:
        people = [threading.Thread(target=visitor, args=(name,)) for name in names]
        began = time.process_time(), time.perf_counter()
        for person in people:
            person.start()
        for person in people:
            person.join()
        return seconds, time.process_time() - began[0], time.perf_counter() - began[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("drawing", type=Path, nargs="?", default=EXAMPLES[1], help="an example by default")
    parser.add_argument("--model", help="folder or hub id of a fine-tuned model; the bundled one by default")
    parser.add_argument("--repeat", type=int, default=7, help="runs to take the median of")
    args = parser.parse_args()
    try:
        painter = GuidingPainterPipeline.from_pretrained(args.model)
        data = args.drawing.read_bytes()
        drawing = check_picture(data)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    visits = Visits(painter)
    name = visits.start(data, drawing)
    with visits.using(name) as visit:
        commands.apply_color(visit, commands.COMMON[0])
    print("| part | alternative | CPU ms | wall ms | |\n|---|---|---|---|---|")
    for rows in (
        forwards(painter, drawing, args.repeat), pictures(visits, name, args.repeat), together(painter, data),
    ):  # fmt: skip
        for row in rows:
            print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
