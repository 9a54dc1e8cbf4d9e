"""The Space, in a real browser, through its API, and what it ships with."""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from huggingface_hub import metadata_load
from packaging.requirements import Requirement
from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page, expect, sync_playwright

import app
import texts
from colors import parse_color
from views import MAX_SIDE, asked_view

SPACE = Path(app.__file__).parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = "--no-sandbox --disable-background-networking --disable-component-update --disable-sync --no-first-run".split()
SLOW = 60_000  # ms that a step may take on a busy machine
expect.set_options(timeout=SLOW)


@pytest.fixture(scope="module")
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
def not_a_picture(tmp_path: Path) -> Path:
    path = tmp_path / "notes.png"
    path.write_text("This is no picture.")
    return path


@pytest.fixture
def client(address: str) -> Client:
    return Client(address, verbose=False)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The Space's page; nothing may go wrong in it, and nothing may be asked of other machines."""
    page = browser.new_page(viewport={"width": 1100, "height": 850})
    page.set_default_timeout(SLOW)
    troubles = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: None if local(request.url, address) else troubles.append(request.url))
    page.goto(address)
    yield page
    page.close()
    assert not troubles


def local(url: str, address: str) -> bool:
    return url.startswith((address, "data:", "blob:"))


def upload(page: Page, file: Path) -> None:
    page.locator("#upload input[type=file]").set_input_files(file)


def question(page: Page, text: str) -> None:
    """Waits until the page asks this."""
    expect(page.locator("#question")).to_contain_text(text)


def save(page: Page, path: Path) -> Image.Image:
    with page.expect_download() as download:
        page.locator("#download").click()
    assert download.value.suggested_filename.endswith(".png")
    download.value.save_as(path)
    return Image.open(path)


def is_colored(image: Image.Image) -> bool:
    values = np.asarray(image.convert("RGB")).astype(int)
    return bool((values.max(axis=2) - values.min(axis=2)).max() > 30)


def test_paint_a_drawing_in_the_browser(page, drawing_file, drawing, tmp_path):
    upload(page, drawing_file)
    question(page, "Region 1 of")
    expect(page.locator("#asked img")).to_be_visible()
    expect(page.locator("#undo")).to_be_disabled()
    suggested = page.locator("#color .dialog-button").get_attribute("style")
    before = page.locator("#picture img").get_attribute("src")

    page.locator("#color .dialog-button").click()
    page.locator("#color input[type=text]").fill("#2266cc")
    page.locator("#color input[type=text]").press("Tab")
    page.locator("#apply").click()
    question(page, "Region 2 of")
    assert page.locator("#picture img").get_attribute("src") != before
    page.locator("#skip").click()
    question(page, "Region 3 of")
    page.locator("#undo").click()
    question(page, "Region 2 of")

    colored = save(page, tmp_path / "colored.png")
    assert (colored.format, colored.size) == ("PNG", drawing.size)
    assert is_colored(colored)

    page.locator("#undo").click()
    question(page, "Region 1 of")
    assert ImageChops.difference(save(page, tmp_path / "before.png"), colored).getbbox(), "the download is an old one"
    expect(page.locator("#color .dialog-button")).to_have_attribute("style", suggested)
    page.locator("#start-over").click()
    expect(page.locator("#upload")).to_be_visible()


def test_an_upload_that_is_no_picture_gets_a_message_and_the_page_goes_on(page, not_a_picture):
    upload(page, not_a_picture)
    expect(page.get_by_test_id("toast-body")).to_contain_text("picture")
    page.locator("#examples img").first.click()
    question(page, "Region 1 of")


def test_a_phone_shows_question_drawing_and_buttons_without_scrolling(page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("#examples img").first.click()
    question(page, "Region 1 of")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    parts = ("#question", "#asked", "#color", "#apply", "#skip", "#undo")
    boxes = [page.locator(part).bounding_box() for part in parts]
    assert all(0 <= box["x"] and box["x"] + box["width"] <= 390 for box in boxes)
    assert all(0 <= box["y"] and box["y"] + box["height"] <= 844 for box in boxes)


def test_a_whole_painting_through_the_api(client, drawing_file, drawing):
    asked, lit, picture, color, *_ = client.predict(handle_file(drawing_file), api_name="/open")
    total = int(re.search(r"Region 1 of (\d+)", asked)[1])
    assert total >= 3, "the tiny painter asks too little to test with"
    assert re.fullmatch("#[0-9a-f]{6}", color)
    for file in (lit, picture):
        with Image.open(file) as image:
            assert image.size == drawing.size

    asked, *_ = client.predict("rgba(224.4, 121.7, 95.2, 1)", api_name="/apply")
    assert "Region 2 of" in asked
    asked, *_ = client.predict(api_name="/skip")
    assert "Region 3 of" in asked
    asked, *_ = client.predict(api_name="/undo")
    assert "Region 2 of" in asked
    for _ in range(total - 1):
        asked, _, _, color, *_ = client.predict(color, api_name="/apply")
    assert asked == texts.FINISHED
    with pytest.raises(AppError, match=re.escape(texts.ALL_ANSWERED)):
        client.predict("#e07a5f", api_name="/apply")
    with Image.open(client.predict(api_name="/download")) as saved:
        assert saved.size == drawing.size

    client.predict(api_name="/start_over")
    with pytest.raises(AppError, match=re.escape(texts.EXPIRED)):
        client.predict(api_name="/skip")


def test_answers_of_two_visitors_do_not_mix(address, client, drawing_file):
    other = Client(address, verbose=False)
    for visitor in (client, other):
        visitor.predict(handle_file(drawing_file), api_name="/open")
    _, _, untouched, *_ = other.predict("#ff0000", api_name="/apply")
    client.predict("#0000ff", api_name="/apply")
    asked, _, picture, *_ = other.predict(api_name="/skip")
    assert "Region 3 of" in asked
    assert ImageChops.difference(Image.open(untouched), Image.open(picture)).getbbox() is None


def test_mistakes_get_one_sentence(client, drawing_file, not_a_picture):
    client.predict(1, api_name="/open_example")
    with pytest.raises(AppError, match=re.escape(texts.NOTHING_TO_UNDO)):
        client.predict(api_name="/undo")
    with pytest.raises(AppError, match="&lt;script&gt;.* is no color"):
        client.predict("<script>", api_name="/apply")
    with pytest.raises(AppError, match="There is no example 99"):
        client.predict(99, api_name="/open_example")
    with pytest.raises(AppError, match=re.escape(texts.NO_DRAWING)):
        client.predict(None, api_name="/open")
    with pytest.raises(AppError) as caught:
        client.predict(handle_file(not_a_picture), api_name="/open")
    assert str(Path(gr.utils.get_upload_folder())) not in str(caught.value)
    asked, *_ = client.predict("#123", api_name="/apply")
    assert "Region 2 of" in asked, "the painting is gone after a mistake"


@pytest.mark.parametrize(
    ("text", "color"),
    [
        ("#e07a5f", (224, 122, 95)),
        (" #E07A5F ", (224, 122, 95)),
        ("#0af", (0, 170, 255)),
        ("#e07a5f80", (224, 122, 95)),
        ("rgb(1, 2, 3)", (1, 2, 3)),
        ("rgb(300,-4,2.6)", (255, 0, 3)),
        ("rgb(100% 50% 0%)", (255, 128, 0)),
        ("rgba(224.4, 121.7, 1e-7, 0.5)", (224, 122, 0)),
        ("hsl(120, 100%, 25%)", (0, 128, 0)),
        ("hsl(-240deg 100% 25% / 50%)", (0, 128, 0)),
        ("hsla(13.2, 67.5%, 62.5%, 1)", (224, 123, 95)),
    ],
)
def test_every_form_of_a_color_is_read(text, color):
    assert parse_color(text) == color


@pytest.mark.parametrize(
    "text", [None, "", "red-ish", "#12", "#12345", "#ggg", "rgb(1,2)", "rgb(1,2,3,4,5)", "rgb(nan,0,0)", "hsv(1,2,3)"]
)
def test_what_is_no_color_is_named(text):
    with pytest.raises(ValueError, match=re.escape(f"{text!r} is no color")):
        parse_color(text)


def test_region_in_question_is_lit_and_the_rest_dimmed(painter, drawing):
    painting = painter.open(drawing.resize((1500, 1000)))
    region = max(painting.regions, key=lambda region: region.area)
    view = asked_view(painting, region)
    assert max(view.size) == MAX_SIDE
    mask = np.asarray(Image.fromarray(region.mask).resize(view.size, Image.Resampling.NEAREST))
    paper = np.asarray(painting.drawing.resize(view.size)) == 255
    value = np.asarray(view.convert("L")).astype(int)
    assert np.median(value[mask & paper]) > np.median(value[~mask & paper]) + 30
    assert not is_colored(asked_view(painting, None))


def test_a_model_that_cannot_be_loaded_is_named(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(sys, "argv", ["app.py", "--model", str(tmp_path / "missing")])
    with pytest.raises(SystemExit):
        app.main()
    assert str(tmp_path / "missing") in capsys.readouterr().err


def test_every_example_opens_is_small_and_names_its_source(painter):
    credits = (SPACE / "examples" / "README.md").read_text()
    assert sorted(app.EXAMPLES) == sorted((SPACE / "examples").glob("*.png"))
    for path in app.EXAMPLES:
        assert path.stat().st_size < 150_000
        (row,) = [line for line in credits.splitlines() if line.startswith(f"| {path.name} ")]
        assert "CC" in row or "public domain" in row
        assert painter.open(path).next_region() is not None


def test_space_asks_for_the_versions_that_are_tested():
    root = SPACE.parent
    pins = set((root / "constraints.txt").read_text().splitlines())
    card = metadata_load(SPACE / "README.md")
    assert f"gradio=={card['sdk_version']}" in pins
    assert (card["sdk"], card["app_file"], card["python_version"]) == ("gradio", "app.py", "3.12")
    assert len(card["short_description"]) <= 60
    asked = [line for line in (SPACE / "requirements.txt").read_text().splitlines() if line and line[0] != "#"]
    assert set(asked) <= pins
    project = (root / "pyproject.toml").read_text()
    dependencies = re.search(r"^dependencies = \[(.*?)\]", project, re.DOTALL | re.MULTILINE)[1]
    needed = {Requirement(name).name for name in re.findall(r'"([^"]+)"', dependencies)}
    assert {Requirement(line).name for line in asked} == needed
