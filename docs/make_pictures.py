"""Makes docs/growing.png and docs/space.png with the bundled model: `python docs/make_pictures.py`.

Needs the package with its demo and test extras, and Chromium for the second picture.
"""

import os
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "space")]
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

from app import LAUNCH, create_demo  # noqa: E402
from guiding_painter import GuidingPainterPipeline  # noqa: E402
from views import asked_view, picture_view  # noqa: E402

DRAWING = ROOT / "space" / "examples" / "portrait.png"
# One person's answers to the first questions about it
COLORS = ["#bfe3f2", "#7a4a2b", "#5c3620", "#f6d3b3", "#ffffff", "#ffffff", "#f4a6b8", "#f6d3b3"]
SHOWN = (1, 2, 3, 4, 6, 8)  # answers
TILE, GAP = 220, 8


def growing(painter: GuidingPainterPipeline) -> Image.Image:
    """The drawing, then for some answers the region in question above the picture that follows (the paper's Fig. 1)."""
    painting = painter.open(DRAWING)
    columns = [(asked_view(painting, None), picture_view(painting))]
    for number, color in enumerate(COLORS, start=1):
        region = painting.next_region()
        question = asked_view(painting, region)
        painting.paint(region, color)
        if number in SHOWN:
            columns.append((question, picture_view(painting)))
    sheet = Image.new("RGB", (len(columns) * (TILE + GAP) - GAP, 2 * (TILE + GAP) - GAP), "white")
    for column, pair in enumerate(columns):
        for row, picture in enumerate(pair):
            picture.thumbnail((TILE, TILE), Image.Resampling.LANCZOS)
            left = column * (TILE + GAP) + (TILE - picture.width) // 2
            sheet.paste(picture, (left, row * (TILE + GAP) + (TILE - picture.height) // 2))
    return sheet


def screenshot(painter: GuidingPainterPipeline, path: Path) -> None:
    """The page after four answers."""
    demo = create_demo(painter)
    _, url, _ = demo.launch(**LAUNCH, prevent_thread_lock=True, quiet=True)
    with sync_playwright() as playwright:
        options = {"executable_path": shutil.which("chromium"), "args": ["--no-sandbox"]}
        browser = playwright.chromium.launch(**options)
        page = browser.new_page(viewport={"width": 1200, "height": 860})
        page.goto(url)
        page.locator("#upload input[type=file]").set_input_files(DRAWING)
        for number, color in enumerate(COLORS[:4], start=1):
            page.locator("#question", has_text=f"{number}").wait_for()
            page.locator("#color .dialog-button").click()
            page.locator("#color input[type=text]").fill(color)
            page.locator("#color input[type=text]").press("Tab")
            page.locator("#apply").click()
            page.wait_for_timeout(3000)
        page.screenshot(path=path)
        browser.close()
    demo.close()


def main() -> None:
    painter = GuidingPainterPipeline.from_pretrained()
    growing(painter).save(ROOT / "docs" / "growing.png", optimize=True)
    screenshot(painter, ROOT / "docs" / "space.png")


if __name__ == "__main__":
    main()
