"""Visitors who all color at once, each in a color of their own: `python space/load_test.py [--visitors 20]`.

Serves the Space in another process, drives it with `gradio_client`, and checks that nobody sees a color of another.
"""

import argparse
import colorsys
import multiprocessing
import statistics
import threading
import time
from pathlib import Path
from queue import Queue
from typing import Any

import numpy as np
from gradio_client import Client, handle_file
from PIL import Image

from app import LAUNCH, create_demo
from guiding_painter import GuidingPainterPipeline

DRAWING = Path(__file__).parent / "examples" / "portrait.png"
START_SECONDS = 300  # that a server may take to start on a busy machine


def serve(model: str | None, addresses: Any, stop: Any) -> None:
    """The Space, until `stop` is set; puts its address and process id into `addresses`."""
    demo = create_demo(GuidingPainterPipeline.from_pretrained(model))
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, **LAUNCH)
    addresses.put((url, multiprocessing.current_process().pid))
    stop.wait()
    demo.close()


def color_of(number: int, count: int) -> str:
    """A color of one's own, "#rrggbb"."""
    red, green, blue = (round(255 * share) for share in colorsys.hsv_to_rgb(number / count, 0.9, 0.9))
    return f"#{red:02x}{green:02x}{blue:02x}"


def color_a_drawing(url: str, color: str, answers: int, seconds: Queue) -> None:
    """One visitor. Raises AssertionError where the painting is not in the visitor's color alone."""
    client = Client(url, verbose=False)
    asked = client.predict(handle_file(DRAWING), api_name="/open_drawing")
    name, regions = asked["painting"], []
    for _ in range(answers):
        regions.append(asked["region"])
        began = time.perf_counter()
        asked = client.predict(name, color, api_name="/paint")
        seconds.put(time.perf_counter() - began)
    given = {region["region"]: region["color"] for region in asked["regions"] if region["color"]}
    assert given == dict.fromkeys(regions, color), f"{color} sees {given}"
    file = client.predict(name, "png", "flat", False, True, api_name="/download")
    with Image.open(file) as picture:
        pixels = np.asarray(picture.convert("RGBA"))
    seen = {tuple(pixel) for pixel in np.unique(pixels[pixels[..., 3] == 255], axis=0)[:, :3].tolist()}
    assert seen == {tuple(bytes.fromhex(color[1:]))}, f"{color} gets a picture in {seen}"


def resident_megabytes(pid: int) -> float:
    """Of a process, on Linux."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="folder or hub id of a fine-tuned model; the bundled one by default")
    parser.add_argument("--visitors", type=int, default=20, help="at once")
    parser.add_argument("--answers", type=int, default=5, help="of each of them")
    parser.add_argument("--rounds", type=int, default=1, help="of visitors, to watch the memory; 10 make 200 paintings")
    args = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    addresses, stop = context.Queue(), context.Event()
    server = context.Process(target=serve, args=(args.model, addresses, stop))
    server.start()
    failures: list[BaseException] = []
    try:
        url, pid = addresses.get(timeout=START_SECONDS)

        def visitor(number: int, seconds: Queue) -> None:
            try:
                color_a_drawing(url, color_of(number, args.visitors), args.answers, seconds)
            except BaseException as error:
                failures.append(error)

        for number in range(1, args.rounds + 1):
            seconds: Queue = Queue()
            threads = [threading.Thread(target=visitor, args=(who, seconds)) for who in range(args.visitors)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            times = sorted(seconds.queue)
            p50, p95 = statistics.median(times), times[int(0.95 * len(times))]
            print(
                f"round {number}: {args.visitors} visitors, {len(times)} answers, p50 {p50:.2f} s, p95 {p95:.2f} s, "
                f"server {resident_megabytes(pid):.0f} MB, {len(failures)} failures"
            )
    finally:
        stop.set()
        server.join(30)
    if failures:
        raise SystemExit(f"{len(failures)} visitors failed, the first with: {failures[0]!r}")


if __name__ == "__main__":
    main()
