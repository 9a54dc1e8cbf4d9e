"""Visitors who all color at once, each in a color of their own: `python benchmarks/space/load_test.py [--visitors 20]`.

Serves the Space in another process, drives it with `gradio_client`, and checks that nobody sees a color of another.
"""

import argparse
import colorsys
import gc
import multiprocessing
import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from queue import Queue
from typing import Any

from gradio_client import Client, handle_file
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "space"))

from app import LAUNCH, create_demo
from guiding_painter import GuidingPainterPipeline
from machine import settle
from uploads import EXAMPLES

DRAWING = EXAMPLES[1]  # the portrait
SMALL = 200  # pixels of the drawing where there are many
START_SECONDS = 300  # that a server may take to start on a busy machine


def serve(model: str | None, addresses: Any, stop: Any) -> None:
    """The Space, until `stop` is set; puts its address and process id into `addresses`."""
    painter = GuidingPainterPipeline.from_pretrained(model)
    settle(painter)
    demo = create_demo(painter)
    gc.freeze()  # as the app does
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, **LAUNCH)
    addresses.put((url, multiprocessing.current_process().pid))
    stop.wait()
    demo.close()


def color_of(number: int, count: int) -> str:
    """A color of one's own, "#rrggbb"."""
    red, green, blue = (round(255 * share) for share in colorsys.hsv_to_rgb(number / count, 0.9, 0.9))
    return f"#{red:02x}{green:02x}{blue:02x}"


def color_a_drawing(url: str, color: str, answers: int, seconds: Queue, drawing: Path) -> None:
    """One visitor. Raises AssertionError where the painting is not in the visitor's color alone."""
    client = Client(url, verbose=False, httpx_kwargs={"timeout": START_SECONDS})
    asked = client.predict(handle_file(drawing), api_name="/open_drawing")
    name, regions = asked["painting"], []
    for _ in range(answers):
        regions.append(asked["region"])
        began = time.perf_counter()
        asked = client.predict(name, color, api_name="/paint")
        seconds.put(time.perf_counter() - began)
    given = {region["region"]: region["color"] for region in asked["regions"] if region["color"]}
    assert given == dict.fromkeys(regions, color), f"{color} sees {given}"
    file = client.predict(name, "png", "flat", False, True, api_name="/download")
    with Image.open(file) as picture:  # counted by Pillow: NumPy's unique rows hold up all other visitors for seconds
        counted = picture.convert("RGBA").getcolors(picture.width * picture.height)
    seen = {pixel[:3] for _, pixel in counted if pixel[3] == 255}
    assert seen == {tuple(bytes.fromhex(color[1:]))}, f"{color} gets a picture in {seen}"


def play_paintings(url: str, pid: int, count: int, answers: int) -> None:
    """Small paintings one after another, each by a visitor of its own, and the server's memory on the way."""
    print(f"{resident_megabytes(pid):.0f} MB before the first painting", flush=True)
    with tempfile.TemporaryDirectory() as folder, Image.open(DRAWING) as image:
        drawing = Path(folder) / "small.png"
        image.reduce(max(1, max(image.size) // SMALL)).save(drawing)
        for number in range(1, count + 1):
            color_a_drawing(url, color_of(number, count), answers, Queue(), drawing)
            if number in (20, count) or number % 50 == 0:
                print(f"{resident_megabytes(pid):.0f} MB after {number} paintings", flush=True)


def play_rounds(url: str, pid: int, visitors: int, answers: int, rounds: int) -> None:
    """Visitors all at once, again and again. Raises SystemExit where one fails."""
    failures: list[BaseException] = []

    def visitor(number: int, seconds: Queue) -> None:
        try:
            color_a_drawing(url, color_of(number, visitors), answers, seconds, DRAWING)
        except BaseException as error:
            failures.append(error)

    for number in range(1, rounds + 1):
        seconds: Queue = Queue()
        threads = [threading.Thread(target=visitor, args=(who, seconds)) for who in range(visitors)]
        cpu = cpu_seconds(pid)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        cpu = cpu_seconds(pid) - cpu
        times = sorted(seconds.queue)
        if times:
            p50, p95 = statistics.median(times), times[int(0.95 * len(times))]
            print(
                f"round {number}: {visitors} visitors, {len(times)} answers, p50 {p50:.2f} s, p95 {p95:.2f} s, "
                f"server {cpu / visitors:.2f} CPU seconds a visitor and {resident_megabytes(pid):.0f} MB, "
                f"{len(failures)} failures",
                flush=True,
            )
    if failures:
        raise SystemExit(f"{len(failures)} visitors failed, the first with: {failures[0]!r}")


def resident_megabytes(pid: int) -> float:
    """Of a process, on Linux."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def cpu_seconds(pid: int) -> float:
    """That a process has computed, on all cores together, on Linux."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="folder or hub id of a fine-tuned model; the bundled one by default")
    parser.add_argument("--visitors", type=int, default=20, help="at once")
    parser.add_argument("--answers", type=int, default=5, help="of each of them")
    parser.add_argument("--rounds", type=int, default=1, help="of visitors")
    parser.add_argument(
        "--paintings", type=int, metavar="N", help="instead: so many one after another, to watch the memory"
    )
    args = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    addresses, stop = context.Queue(), context.Event()
    server = context.Process(target=serve, args=(args.model, addresses, stop))
    server.start()
    try:
        url, pid = addresses.get(timeout=START_SECONDS)
        if args.paintings:
            play_paintings(url, pid, args.paintings, args.answers)
        else:
            play_rounds(url, pid, args.visitors, args.answers, args.rounds)
    finally:
        stop.set()
        server.join(30)


if __name__ == "__main__":
    main()
