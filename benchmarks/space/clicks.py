"""How long a click on the page takes until its color shows, and until the server's answer does, in Chromium.

`python benchmarks/space/clicks.py [--example N] [--clicks N]` needs Playwright and Chromium.
"""

import argparse
import shutil
import statistics
import sys
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "space"))

from app import LAUNCH, create_demo
from guiding_painter import GuidingPainterPipeline

COLORS = ("#d8413c", "#3f6fb5", "#4f9a57", "#f2d94e", "#8e5ea2")
# From the event's own time stamp to the end of the frame that shows the color.
WATCH = """() => {
  window.clicks = [];
  const board = document.querySelector('#board');
  board.addEventListener('pointerdown', event => {
    const marks = performance.getEntriesByName('guiding-painter-colored').length;
    requestAnimationFrame(() => {
      const entries = performance.getEntriesByName('guiding-painter-colored');
      if (entries.length > marks) window.clicks.push(entries[marks].startTime - event.timeStamp);
      else window.clicks.push(NaN);
    });
  }, {capture: true});
}"""


def measure(page: Page, url: str, example: int, clicks: int) -> tuple[float, list[float], list[float]]:
    """Seconds until the first question; milliseconds of every click until its color and until the server's answer."""
    page.goto(url)
    page.locator("#examples button").first.wait_for()
    began = time.perf_counter()
    page.locator("#examples button").nth(example).click()
    page.wait_for_function("document.querySelector('.bench')?.dataset.regions > 0")
    first = time.perf_counter() - began
    page.evaluate(WATCH)
    box, answers = drawing_box(page), []
    for number in range(clicks):
        page.locator(f".swatch[data-color='{COLORS[number % len(COLORS)]}']").last.click()
        step = int(page.locator(".bench").get_attribute("data-step"))
        x, y = 0.1 + 0.8 * (number * 0.618 % 1), 0.1 + 0.8 * (number * 0.382 % 1)
        began = time.perf_counter()
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
        page.wait_for_function("step => document.querySelector('.bench').dataset.step > step", arg=step)
        answers.append(1000 * (time.perf_counter() - began))
        page.wait_for_timeout(400)  # or two would count as a double click
    return first, page.evaluate("window.clicks"), answers


def drawing_box(page: Page) -> dict[str, float]:
    """Where the drawing is on the page: it fits into the board as "contain" has it."""
    board = page.locator("#board").bounding_box()
    size = [int(side) for side in page.locator(".bench").get_attribute("data-size").split("x")]
    scale = min(board["width"] / size[0], board["height"] / size[1])
    width, height = scale * size[0], scale * size[1]
    left, top = board["x"] + (board["width"] - width) / 2, board["y"] + (board["height"] - height) / 2
    return {"x": left, "y": top, "width": width, "height": height}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--example", type=int, default=3)
    parser.add_argument("--clicks", type=int, default=20)
    args = parser.parse_args()
    demo = create_demo(GuidingPainterPipeline.from_pretrained())
    _, url, _ = demo.launch(**LAUNCH, prevent_thread_lock=True, quiet=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.set_default_timeout(120_000)
        first, shown, answered = measure(page, url, args.example, args.clicks)
        browser.close()
    demo.close()
    print(f"first question {first:.2f} s, {len(shown)} clicks")
    for name, values in (("color on the page", shown), ("answer of the server", answered)):
        values = sorted(values)
        print(f"{name}: p50 {statistics.median(values):.0f} ms, p95 {values[int(0.95 * (len(values) - 1))]:.0f} ms")


if __name__ == "__main__":
    main()
