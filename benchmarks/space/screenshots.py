"""Pictures of every screen, in English and Korean, light and dark, on a desk and on a phone, and of the README's two.

`python benchmarks/space/screenshots.py FOLDER` needs Playwright and Chromium; `docs/space.png` and
`docs/space-finish.png` are `paint.png` and `finish.png` of that folder.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "space"))

from app import LAUNCH, create_demo
from guiding_painter import GuidingPainterPipeline
from texts import ko

# One person's answers about the example "portrait": places in it, (x, y) in pixels, whatever the model takes for a
# region there and whenever it would ask
ANSWERS = {
    (20, 20): "#bfe3f2", (184, 200): "#7a4a2b", (66, 469): "#7a4a2b", (234, 570): "#f6d3b3", (158, 418): "#ffffff",
    (319, 585): "#e5707e", (648, 525): "#f6d3b3", (363, 135): "#f4a6b8",
}  # fmt: skip
DESK, PHONE = {"width": 1200, "height": 900}, {"width": 390, "height": 844}
PORTRAIT, PENCIL, PAGE, LADYBUG = 1, 4, 5, 7  # examples
AFTER_A_CLICK = (
    ("page", PAGE, "#page-map [data-panel='1']", ".bench[data-panel='1']"),
    ("corners", PENCIL, "#corners-open", "#corners[open]"),  # it has a shade, as a photo of paper has
)


@contextmanager
def opened(browser: Browser, url: str, size: dict[str, int], language: str = "en") -> Iterator[Page]:
    page = browser.new_page(viewport=size, locale=language)
    page.set_default_timeout(120_000)
    page.goto(url)
    page.locator("#examples button").first.wait_for()
    page.wait_for_timeout(1000)
    yield page
    page.close()


def answer(page: Page) -> None:
    """Opens the portrait and gives it its colors."""
    page.locator("#examples button").nth(PORTRAIT).click()
    page.locator(".bench[data-step='0'][data-size]").wait_for()
    for number, (point, color) in enumerate(ANSWERS.items(), start=1):
        page.locator("#hex").fill(color)
        page.locator("#board").click(position=place(page, point))
        page.locator(f".bench[data-step='{number}']").wait_for()
        page.wait_for_timeout(400)  # or two would count as a double click
    page.keyboard.press("Escape")
    page.wait_for_timeout(1500)
    page.evaluate("scrollTo(0, 0)")


def place(page: Page, point: tuple[int, int]) -> dict[str, float]:
    """Where a pixel of the drawing is on the board, into which it fits as "contain" has it."""
    box = page.locator("#board").bounding_box()
    size = [int(side) for side in page.locator(".bench").get_attribute("data-size").split("x")]
    scale = min(box["width"] / size[0], box["height"] / size[1])
    return {
        axis: (box[side] - scale * length) / 2 + scale * value
        for axis, side, length, value in zip("xy", ("width", "height"), size, point, strict=True)
    }


def after_a_click(page: Page, path: Path, example: int, click: str, appears: str) -> None:
    """Opens an example and takes its picture when a click has made something appear; both are selectors."""
    page.locator("#examples button").nth(example).click()
    page.locator(click).click()
    page.locator(appears).wait_for()
    page.wait_for_timeout(1500)
    page.screenshot(path=path)
    page.keyboard.press("Escape")  # what lies over the page, if anything does
    page.locator("#start-over").click()


def finish(page: Page) -> None:
    page.locator("#finish").click()
    page.locator("#result img").first.wait_for()
    page.wait_for_timeout(1500)


def take(browser: Browser, url: str, folder: Path) -> None:
    """Writes all pictures into a folder."""
    for look, address, size, language in (
        ("", url, DESK, "en"),
        ("dark-", f"{url}?__theme=dark", DESK, "en"),
        ("phone-", url, PHONE, "en"),
        ("phone-dark-", f"{url}?__theme=dark", PHONE, "en"),
        ("korean-", f"{url}{ko.PATH}", DESK, "ko"),
        ("phone-korean-", f"{url}{ko.PATH}", PHONE, "ko"),
    ):
        with opened(browser, address, size, language) as page:
            page.screenshot(path=folder / f"{look}start.png")
            for name, *steps in AFTER_A_CLICK:
                after_a_click(page, folder / f"{look}{name}.png", *steps)
            answer(page)
            page.screenshot(path=folder / f"{look}paint.png", full_page=True)
            finish(page)
            page.screenshot(path=folder / f"{look}finish.png")
    with opened(browser, url, DESK) as page:
        page.locator("#help button").first.click()
        page.wait_for_timeout(800)
        page.screenshot(path=folder / "help.png")
        page.locator("#examples button").nth(LADYBUG).click()
        page.locator("#compare img").first.wait_for()
        page.wait_for_timeout(1500)
        page.screenshot(path=folder / "offer.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    demo = create_demo(GuidingPainterPipeline.from_pretrained())
    _, url, _ = demo.launch(**LAUNCH, prevent_thread_lock=True, quiet=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        take(browser, url, folder)
        browser.close()
    demo.close()
    for path in folder.glob("*.png"):  # 256 colors are enough for these, and a third of the bytes
        Image.open(path).convert("RGB").quantize(256).save(path, optimize=True)


if __name__ == "__main__":
    main()
