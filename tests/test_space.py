"""The Space in a real browser: coloring on the picture, with tools, and with the model."""

import re
import threading

import pytest
from PIL import Image
from playwright.sync_api import expect
from space_browser import asked, click_drawing, color_at, current, drag, opened, place, regions, save, shows, upload

import commands
from guiding_painter import Painting
from orders import ORDERS
from texts import en

pytest_plugins = ["space_browser"]


@pytest.fixture
def painting(painter, drawing, drawing_file) -> Painting:
    """The drawing in the file, made larger than its frame on the page, as the server opens it."""
    drawing = drawing.resize((1500, 1000))
    drawing.save(drawing_file)
    return painter.open(drawing)


@pytest.fixture
def places(painting) -> dict[int, tuple[float, float]]:
    """A place inside each region, by its index, as a share of the drawing's width and height."""
    return {region.index: (region.center[0] / 1500, region.center[1] / 1000) for region in painting.regions}


def test_paint_a_drawing_in_the_browser(page, drawing_file, drawing, painter, tmp_path):
    order = [region.index for region in painter.open(drawing).regions]
    upload(page, drawing_file)
    opened(page)
    asked(page, order[0])
    expect(page.locator("#undo")).to_be_disabled()

    page.locator("#color").fill("#2266cc")  # by the picker
    expect(page.locator("#hex")).to_have_value("#2266cc")
    page.locator("#apply").click()
    asked(page, order[1])
    at = page.locator("#skip").bounding_box()
    suggestion = page.locator(".suggestion .swatch").first
    expect(suggestion).to_have_attribute("aria-label", re.compile(f"{en.SUGGESTION}: [a-z ]+"))
    suggested = suggestion.get_attribute("data-color")
    suggestion.click()  # by what is suggested
    asked(page, order[2])
    assert page.locator("#skip").bounding_box()["x"] == at["x"], "the buttons moved"
    expect(page.locator(f".palette .swatch[data-color='{suggested}']")).to_have_count(1)
    page.locator("#undo").click()
    asked(page, order[1])
    current(page, 1)
    page.locator("#hex").fill("no color")
    page.locator("#hex").press("Enter")
    expect(page.get_by_test_id("toast-body")).to_contain_text("is no color")
    page.locator("#redo").click()
    current(page, 2)
    page.locator("#strip summary").click()
    page.locator("#strip [data-step='1']").click()
    current(page, 1)
    asked(page, order[1])
    expect(page.locator("#strip [data-step='1']")).to_have_attribute("aria-current", "step")

    page.locator("#paper").check()
    page.locator("#finish").click()
    expect(page.locator("#result img").first).to_be_visible()
    expect(page.locator("#download-png")).to_be_focused()
    file = save(page, "png", tmp_path)
    assert file.name == "a drawing b-colored.png"
    with Image.open(file) as picture:
        assert (picture.format, picture.size) == ("PNG", drawing.size)
        colors = {color for _, color in picture.convert("RGB").getcolors(100_000)}
        assert (0x22, 0x66, 0xCC) in colors
    page.locator("#lines input").click()
    page.locator("#go-on").click()
    asked(page, order[1])
    expect(page.locator("#paper")).to_be_checked()  # it looks as it was left
    page.locator("#start-over").click()
    upload(page, drawing_file)
    opened(page)
    expect(page.locator("#paper")).not_to_be_checked()


def test_a_color_in_hand_paints_where_the_picture_is_clicked_and_dragged_over(page, drawing_file, places):
    first, second, third = list(places)[:3]
    upload(page, drawing_file)
    opened(page)
    page.locator(".common .swatch[data-color='#3f6fb5']").click()
    expect(page.locator("#hint")).to_contain_text("blue")
    click_drawing(page, *places[third])
    assert color_at(page, *places[third]) == "#3f6fb5", "it does not show at once"
    current(page, 1)
    asked(page, first)  # which was only a proposal
    page.locator(".common .swatch[data-color='#4f9a57']").click()
    drag(page, places[first], places[second])
    current(page, 2)
    assert [color_at(page, *places[index]) for index in (first, second)] == ["#4f9a57"] * 2
    page.keyboard.press("Control+z")  # what was painted in one go goes in one go
    current(page, 1)
    shows(page, *places[third], "#3f6fb5")
    shows(page, *places[second], "#ffffff")
    page.keyboard.press("Control+Shift+Z")
    current(page, 2)
    page.keyboard.press("Escape")
    click_drawing(page, *places[third])  # without a color in hand a click asks
    asked(page, third)
    answered = page.locator("#hex").input_value()
    assert answered in ("#3f6fb5", "#4f9a57"), "the answer that it has is not offered"


def test_the_picture_zooms_moves_and_shows_what_was_before(page, drawing_file, places):
    first, *_, last = places
    upload(page, drawing_file)
    opened(page)
    page.locator(".common .swatch[data-color='#3f6fb5']").click()
    click_drawing(page, *places[last])
    current(page, 1)
    page.keyboard.down("b")
    shows(page, *places[last], "#ffffff")
    page.keyboard.up("b")
    shows(page, *places[last], "#3f6fb5")
    corner = color_at(page, 0.01, 0.01)
    page.mouse.move(*place(page, *places[last]))
    page.mouse.wheel(0, -1500)
    page.wait_for_timeout(1000)
    assert color_at(page, *places[last]) == "#3f6fb5", "what was under the pointer went away"
    page.mouse.dblclick(*place(page, *places[last]))  # shows all of it again
    shows(page, 0.01, 0.01, corner)
    page.keyboard.press("Escape")
    page.wait_for_timeout(500)
    click_drawing(page, *places[first])
    asked(page, first)
    page.locator("#zoom-in").click()
    page.locator("#fit").click()
    click_drawing(page, *places[last])
    asked(page, last)


def test_the_picture_is_usable_by_keyboard_alone(page, drawing_file, places):
    first, second, third = list(places)[:3]
    upload(page, drawing_file)
    opened(page)
    expect(page.locator("#board")).to_be_focused()
    page.keyboard.press("ArrowRight")
    asked(page, second)
    page.keyboard.press("Enter")
    current(page, 1)
    asked(page, first)
    page.keyboard.press("s")
    current(page, 2)
    asked(page, third)
    page.keyboard.press("ArrowLeft")
    asked(page, second)
    page.keyboard.press("?")
    expect(page.locator("#help")).to_contain_text("Ctrl+Shift+Z")
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()


def test_a_double_click_and_keys_that_are_held_down_do_no_more_than_they_can(page, drawing_file):
    upload(page, drawing_file)
    opened(page)
    page.locator(".suggestion .swatch").first.dblclick()
    current(page, 1)
    page.locator("#board").focus()
    for keys, step in (("Control+z", 0), ("Control+Shift+z", 1)):
        for _ in range(8):
            page.keyboard.press(keys)
        current(page, step)
    page.wait_for_timeout(500)
    expect(page.get_by_test_id("toast-body")).to_have_count(0)


def test_the_tools_change_regions(page, drawing_file, painting, places):
    total, third = len(places), list(places)[2]
    upload(page, drawing_file)
    opened(page)
    page.get_by_role("radio", name=en.TOOLS["merge"][0], exact=True).click()
    expect(page.locator("#hint")).to_have_text(en.TOOLS["merge"][1])
    click_drawing(page, *places[third])
    regions(page, total - 1)
    current(page, 1)
    page.locator("#undo").click()
    regions(page, total)
    page.get_by_role("radio", name=en.TOOLS["border"][0], exact=True).click()
    drag(page, (0.28, 0.23), (0.28, 0.78))
    current(page, 1)
    regions(page, total + len(painting.draw_border([(420, 230), (420, 780)])))
    page.get_by_role("radio", name=en.TOOLS["erase"][0], exact=True).click()
    drag(page, (0.2, 0.5), (0.4, 0.5))
    current(page, 2)
    painting.erase_border([(300, 500), (600, 500)])
    total = len(painting.regions)
    regions(page, total)
    page.get_by_role("radio", name=en.TOOLS["border"][0], exact=True).click()
    drag(page, (0.02, 0.3), (0.03, 0.5))
    expect(page.get_by_test_id("toast-body")).to_contain_text(en.NO_BORDER)
    regions(page, total)


@pytest.mark.parametrize("tool", ["merge", "move"])
def test_a_tool_that_needs_a_lit_region_lights_one_at_the_end_and_stays_chosen(tool, page, drawing_file, places):
    first, _, other = list(places)[:3]
    upload(page, drawing_file)
    opened(page)
    page.locator("#model").click()
    asked(page, None)
    expect(page.locator("#question")).to_have_text(en.ALL_ASKED)
    expect(page.locator("#progress")).to_have_text(en.PROGRESS.format(percent=100))
    expect(page.locator("#apply")).to_be_disabled()
    chosen = page.get_by_role("radio", name=en.TOOLS[tool][0], exact=True)
    chosen.click()
    click_drawing(page, *places[first])  # nothing is lit that anything could join or move to: it is asked about
    asked(page, first)
    current(page, 1)
    expect(chosen).to_be_checked()
    click_drawing(page, *places[other])  # now one is
    current(page, 2)
    expect(chosen).to_be_checked()


def test_what_the_model_finishes_is_one_step(page, drawing_file, places):
    upload(page, drawing_file)
    opened(page)
    page.locator("#model").click()
    asked(page, None)
    current(page, 1)
    page.locator("#undo").click()
    current(page, 0)
    expect(page.locator("#progress")).to_have_text(en.PROGRESS.format(percent=0))


def test_the_model_is_stopped_while_it_finishes(page, drawing_file, places, monkeypatch):
    stopped = threading.Event()

    def model(visit, order):  # one region a message
        assert order.get("begin") or stopped.wait(60)
        commands.finish(visit, seconds=0, goes_on=not order.get("begin"))

    monkeypatch.setitem(ORDERS, "model", model)
    upload(page, drawing_file)
    opened(page)
    page.locator("#model").click()
    current(page, 1)
    grown = page.locator("#progress").text_content()
    assert grown != en.PROGRESS.format(percent=0), "it is not seen to grow"
    expect(page.locator("#model")).to_have_text(en.STOP)
    page.locator("#model").click()
    expect(page.locator("#model")).to_have_text(en.FINISH_AUTO)
    stopped.set()
    expect(page.locator("#progress")).not_to_have_text(grown)  # what was on its way
    expect(page.locator(".bench")).not_to_have_class(re.compile("busy"))
    current(page, 1)
    assert page.locator(".bench").get_attribute("data-asked") != "", "it went on to the end"
    page.locator("#undo").click()
    current(page, 0)
    expect(page.locator("#progress")).to_have_text(en.PROGRESS.format(percent=0))


def test_two_fingers_enlarge_the_picture_and_paint_nothing(visit, drawing_file, places):
    page = visit(has_touch=True)
    upload(page, drawing_file)
    opened(page)
    page.locator(".common .swatch[data-color='#3f6fb5']").click()
    x, y = place(page, 0.28, 0.5)
    # Left of the box, wherever the picture's size puts the pixels of its line
    line, seen = next(
        (where, color) for where in ((x / 500, 0.5) for x in range(40, 70)) if (color := color_at(page, *where)) < "#4"
    )
    touch = page.context.new_cdp_session(page)
    for kind, apart in (("touchStart", 30), *(("touchMove", by) for by in range(40, 160, 20))):
        fingers = [{"x": x - apart, "y": y, "id": 1}, {"x": x + apart, "y": y, "id": 2}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(500)
    assert color_at(page, *line) != seen, "the line is still where it was"
    current(page, 0)
    page.locator("#fit").click()
    shows(page, *line, seen)
    one = {"x": x, "y": y, "id": 1}
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [one]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    current(page, 1)  # one paints
