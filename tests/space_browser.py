"""The Space served on the tiny painter, and a browser to visit it with: what the tests of its pages share."""

import base64
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


def asked(page: Page, region: int | None) -> None:
    """Waits until the page asks about the region of this index, or says that none is left."""
    expect(page.locator(".bench")).to_have_attribute("data-asked", "" if region is None else str(region))


def opened(page: Page) -> None:
    """Waits until a drawing is there to be colored, and the first question."""
    expect(page.locator(".bench")).to_have_attribute("data-step", "0")
    expect(page.locator("#question")).not_to_be_empty()


def current(page: Page, step: int) -> None:
    """Waits until the server has taken so many steps, and the page shows it."""
    expect(page.locator(".bench")).to_have_attribute("data-step", str(step))


def regions(page: Page, count: int) -> None:
    """Waits until the drawing has so many regions."""
    expect(page.locator(".bench")).to_have_attribute("data-regions", str(count))


def place(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a share of the width and height of the drawing is on the page, while the whole of it is to be seen."""
    board = page.locator("#board")
    board.scroll_into_view_if_needed()
    box = board.bounding_box()
    width, height = map(int, page.locator(".bench").get_attribute("data-size").split("x"))
    scale = min(box["width"] / width, box["height"] / height)
    left, top = (box["width"] - scale * width) / 2, (box["height"] - scale * height) / 2
    return box["x"] + left + x * scale * width, box["y"] + top + y * scale * height


def click_drawing(page: Page, x: float, y: float) -> None:
    """Clicks at a share of the width and height of the drawing."""
    page.mouse.click(*place(page, x, y))


def drag(page: Page, *points: tuple[float, float]) -> None:
    """Draws from one share of the drawing's width and height to the next."""
    ways = [place(page, *point) for point in points]
    page.mouse.move(*ways[0])
    page.mouse.down()
    for way in ways[1:]:
        page.mouse.move(*way, steps=12)
    page.mouse.up()


def drop(page: Page, where: str, file: Path) -> None:
    """Drops a file from elsewhere on an element."""
    data = base64.b64encode(file.read_bytes()).decode()
    page.locator(where).first.evaluate(
        """(target, [name, data]) => {
          const files = new DataTransfer();
          files.items.add(new File([Uint8Array.from(atob(data), letter => letter.charCodeAt(0))], name));
          for (const kind of ['dragenter', 'dragover', 'drop'])
            target.dispatchEvent(new DragEvent(kind, {dataTransfer: files, bubbles: true, cancelable: true}));
        }""",
        [file.name, data],
    )


def color_at(page: Page, x: float, y: float) -> str:
    """ "#rrggbb" of the picture on the page at a share of the drawing's width and height."""
    left, top = place(page, x, y)
    box = page.locator("#board").bounding_box()
    return page.locator("#board").evaluate(
        """(board, [x, y]) => {
          const ratio = board.width / board.clientWidth;
          const pixel = board.getContext('2d').getImageData(Math.round(x * ratio), Math.round(y * ratio), 1, 1).data;
          return '#' + [...pixel.slice(0, 3)].map(value => value.toString(16).padStart(2, '0')).join('');
        }""",
        [left - box["x"], top - box["y"]],
    )


def shows(page: Page, x: float, y: float, color: str) -> None:
    """Waits until the picture on the page has this color there."""
    for _ in range(100):
        if (seen := color_at(page, x, y)) == color:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the picture shows {seen} there")


def save(page: Page, kind: str, folder: Path) -> Path:
    with page.expect_download() as download:
        page.locator(f"#download-{kind}").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path
