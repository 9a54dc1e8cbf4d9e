"""The Space served on the tiny painter, and a browser to visit it with: what the tests of its pages share."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from gradio_client import Client
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect, sync_playwright

import app

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = "--no-sandbox --disable-background-networking --disable-component-update --disable-sync --no-first-run".split()
SLOW = 60_000  # ms that a step may take on a busy machine
expect.set_options(timeout=SLOW)


@pytest.fixture(scope="session")
def address(painter, tmp_path_factory) -> Iterator[str]:
    """The address of the Space, served on the tiny painter."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(tmp_path_factory.mktemp("gradio")))
        demo = app.create_demo(painter)
        _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, **app.LAUNCH)
        yield url
        demo.close()


@pytest.fixture
def drawing_file(drawing: Image.Image, tmp_path: Path) -> Path:
    path = tmp_path / "a drawing <b>.png"
    drawing.save(path)
    return path


@pytest.fixture
def colored_file(tmp_path: Path) -> Path:
    """A picture with colors."""
    path = tmp_path / "colored.png"
    image = Image.new("RGB", (240, 180), "white")
    draw = ImageDraw.Draw(image)
    draw.ellipse((40, 30, 150, 140), fill="#e03020", outline="black", width=4)
    draw.rectangle((120, 80, 220, 160), fill="#2060c0", outline="black", width=4)
    image.save(path)
    return path


@pytest.fixture
def not_a_picture(tmp_path: Path) -> Path:
    path = tmp_path / "notes.png"
    path.write_text("This is no picture.")
    return path


@pytest.fixture
def client(address: str) -> Client:
    return Client(address, verbose=False)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens the Space for another visitor, with cookies and storage of its own, in this browser or in another one.

    Nothing may go wrong in any of these pages, and nothing may be asked of other machines.
    """
    contexts, troubles = [], []

    def open_page(browser: Browser = browser, **options) -> Page:
        contexts.append(browser.new_context(viewport={"width": 1100, "height": 850}, **options))
        page = contexts[-1].new_page()
        page.set_default_timeout(SLOW)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: None if local(request.url, address) else troubles.append(request.url))
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not troubles


@pytest.fixture
def page(visit: Callable[..., Page]) -> Page:
    """The Space's page."""
    return visit()


def local(url: str, address: str) -> bool:
    return url.startswith((address, "data:", "blob:"))


def upload(page: Page, file: Path) -> None:
    page.locator("#upload input[type=file]").set_input_files(file)


def question(page: Page, text: str) -> None:
    """Waits until the page asks this."""
    expect(page.locator("#question")).to_contain_text(text)


def current(page: Page, step: int) -> None:
    """Waits until the strip shows this step as the current one."""
    expect(page.locator(f"#strip [data-step='{step}']")).to_have_attribute("aria-current", "step")


def click_drawing(page: Page, x: float, y: float) -> None:
    """Clicks at a share of the width and height of the drawing, which fits into its frame as "contain" has it."""
    image = page.locator("#asked img")
    box = image.bounding_box()
    width, height = image.evaluate("image => [image.naturalWidth, image.naturalHeight]")
    scale = min(box["width"] / width, box["height"] / height)
    left, top = (box["width"] - scale * width) / 2, (box["height"] - scale * height) / 2
    image.click(position={"x": left + x * scale * width, "y": top + y * scale * height})


def save(page: Page, kind: str, folder: Path) -> Path:
    with page.expect_download() as download:
        page.locator(f"#download-{kind}").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path
