"""Pictures of every screen, in English and Korean, light and dark, on a desk and on a phone, and of the README's two.

`python space/screenshots.py FOLDER` needs Playwright and Chromium; `docs/space.png` and `docs/space-finish.png` are
`paint.png` and `finish.png` of that folder.
"""

import argparse
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from app import LAUNCH, create_demo
from guiding_painter import GuidingPainterPipeline
from texts import ko

# One person's answers to the first questions about the example "portrait"
COLORS = ["#bfe3f2", "#7a4a2b", "#5c3620", "#f6d3b3", "#ffffff", "#ffffff", "#f4a6b8", "#f6d3b3"]
DESK, PHONE = {"width": 1200, "height": 900}, {"width": 390, "height": 844}
PORTRAIT, LADYBUG = 1, 7  # examples


@contextmanager
def opened(browser: Browser, url: str, size: dict[str, int]) -> Iterator[Page]:
    page = browser.new_page(viewport=size)
    page.set_default_timeout(120_000)
    page.goto(url)
    page.locator("#examples button").first.wait_for()
    page.wait_for_timeout(1000)
    yield page
    page.close()


def answer(page: Page, colors: list[str]) -> None:
    """Opens the portrait and answers its first questions."""
    page.locator("#examples button").nth(PORTRAIT).click()
    page.locator("#strip [data-step='0'][aria-current]").wait_for()
    for number, color in enumerate(colors, start=1):
        page.locator("#hex").fill(color)
        page.locator("#hex").press("Enter")
        page.locator(f"#strip [data-step='{number}'][aria-current]").wait_for()
    page.wait_for_timeout(1500)
    page.evaluate("scrollTo(0, 0)")


def finish(page: Page) -> None:
    page.locator("#finish").click()
    page.locator("#result img").first.wait_for()
    page.wait_for_timeout(1500)


def take(browser: Browser, url: str, folder: Path) -> None:
    """Writes all pictures into a folder."""
    for look, address, size in (
        ("", url, DESK),
        ("dark-", f"{url}?__theme=dark", DESK),
        ("phone-", url, PHONE),
        ("phone-dark-", f"{url}?__theme=dark", PHONE),
        ("korean-", f"{url}{ko.PATH}", DESK),
    ):
        with opened(browser, address, size) as page:
            page.screenshot(path=folder / f"{look}start.png")
            answer(page, COLORS)
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
