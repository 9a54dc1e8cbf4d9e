"""The Space's pages where there is more than one visitor, a tool that needs a place, or a camera."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest
from gradio_client.exceptions import AppError
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from space_browser import CHROMIUM, FLAGS, asked, click_drawing, current, opened, regions, save, upload

import app
from texts import en, ko
from visits import Visits

pytest_plugins = ["space_browser"]
CAMERA = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]


def answer(page: Page, color: str) -> None:
    page.locator("#hex").fill(color)
    page.locator("#hex").press("Enter")


def test_two_visitors_at_once_see_their_own_colors_alone(visit, drawing_file, tmp_path):
    people = {"#2266cc": visit(), "#cc2266": visit()}
    for page in people.values():
        upload(page, drawing_file)
    for page in people.values():
        opened(page)
    for step in (1, 2, 3):
        for color, page in people.items():  # both are being worked out at the same time
            answer(page, color)
        for page in people.values():
            current(page, step)
    for color, page in people.items():
        swatches = page.locator(".palette .swatch")
        assert [swatch.get_attribute("data-color") for swatch in swatches.all()] == [color]
        page.locator("#finish").click()
    for color, page in people.items():
        expect(page.locator("#result img").first).to_be_visible()
        page.locator("#lines input").click()
        page.locator("#transparent input").click()
        with Image.open(save(page, "png", tmp_path)) as picture:
            pixels = np.asarray(picture)
        seen = np.unique(pixels[pixels[..., 3] == 255][:, :3], axis=0)
        assert seen.tolist() == [list(bytes.fromhex(color[1:]))]


def test_a_click_with_the_split_tool_parts_a_region(page, drawing_file, drawing, painter):
    drawing = drawing.resize((750, 500))
    drawing.save(drawing_file)
    box = (210, 250)
    painting = painter.open(drawing)
    total = len(painting.regions)
    painting.split(painting.region_at(box))
    index = painting.region_at(box).index

    upload(page, drawing_file)
    opened(page)
    page.get_by_role("radio", name=en.TOOLS["split"][0], exact=True).click()
    expect(page.locator("#hint")).to_have_text(en.TOOLS["split"][1])
    click_drawing(page, box[0] / 750, box[1] / 500)
    regions(page, len(painting.regions))
    asked(page, index)
    current(page, 1)
    page.locator("#undo").click()
    regions(page, total)


def test_the_step_that_is_shown_is_in_view_in_a_strip_that_is_longer_than_the_page(page, drawing_file):
    page.set_viewport_size({"width": 390, "height": 844})
    upload(page, drawing_file)
    opened(page)
    page.locator("#strip summary").click()
    for step in (1, 2, 3, 4):
        answer(page, f"#{step}{step}aa66")
        current(page, step)
    expect(page.locator("#strip [data-step='4']")).to_have_attribute("aria-current", "step")
    strip, now = page.locator("#strip .strip"), page.locator("#strip .now")
    assert strip.evaluate("strip => strip.scrollWidth > strip.clientWidth"), "there is nothing to scroll"
    page.wait_for_function("document.querySelector('#strip .strip').scrollLeft > 0")
    frame, view = now.bounding_box(), strip.bounding_box()
    assert view["x"] <= frame["x"]
    assert frame["x"] + frame["width"] <= view["x"] + view["width"]


def test_a_browser_that_stores_nothing_can_color_all_the_same(page, drawing_file):
    refuse = "get() { window.refused = 'no'; throw new Error('no'); }"
    page.context.add_init_script(f"Object.defineProperty(window, 'localStorage', {{configurable: true, {refuse}}})")
    page.reload()
    # Whether it is refused now depends on how far the page is: it puts one of its own there, which forgets.
    assert page.evaluate("() => { try { localStorage; } catch {} return window.refused; }") == "no"
    upload(page, drawing_file)
    opened(page)
    answer(page, "#2266cc")
    current(page, 1)


def test_a_page_that_finds_no_place_in_the_queue_says_so_in_its_language(painter):
    demo = app.build_demo(Visits(painter))
    demo._queue.max_size = 0

    def ask(number: int) -> tuple[bool, str, str]:
        body = SimpleNamespace(fn_index=number)
        return asyncio.run(demo._queue.push(body=body, request=None, username=None))

    said = {}
    with ThreadPoolExecutor(1) as other:  # where Playwright's loop does not run
        for event, (pushed, words, state) in zip(demo.fns.values(), other.map(ask, demo.fns), strict=True):
            assert not pushed
            said.setdefault((event.page, event.api_visibility), set()).add((words, state))
    assert said["", "private"] == {(en.BUSY, "error")}
    assert said[ko.PATH, "private"] == {(ko.BUSY, "error")}
    assert {state for _, state in said["", "public"]} == {"queue_full"}, "clients of the API know what to do"


def test_a_page_goes_on_when_the_server_has_had_more_visitors_than_it_remembers(page, client, drawing_file):
    upload(page, drawing_file)
    opened(page)
    for _ in range(app.LAUNCH["state_session_capacity"]):
        client.reset_session()
        with pytest.raises(AppError):
            client.predict("nobody", api_name="/question")
    answer(page, "#2266cc")
    current(page, 1)


def test_an_offer_of_lines_that_was_left_for_too_long_says_so(page, colored_file, tmp_path_factory):
    upload(page, colored_file)
    expect(page.locator("#compare img").first).to_be_visible()
    for file in (tmp_path_factory.getbasetemp()).rglob("colored.png"):
        if file != colored_file:
            file.unlink()  # as the app does with uploads after an hour
    page.locator("#take-lines").click()
    expect(page.get_by_test_id("toast-body")).to_contain_text(en.EXPIRED)


@pytest.fixture
def camera(browser: Browser) -> Iterator[Browser]:
    """A browser with a camera, which sees a colored test picture."""
    another = browser.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, *CAMERA])
    yield another
    another.close()


def test_a_picture_taken_with_the_camera_is_opened(visit, camera):
    page = visit(camera, permissions=["camera"])
    page.locator("#upload").get_by_role("button", name=en.CAMERA).click()
    page.wait_for_function("document.querySelector('#upload video')?.videoWidth > 0")  # it sees something
    page.locator("#upload").get_by_role("button", name=en.TAKE_PHOTO, exact=True).click()
    expect(page.locator("#compare img").first).to_be_visible()
    page.locator("#take-lines").click()
    opened(page)
