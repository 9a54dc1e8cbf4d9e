"""The Space in a real browser and through its API."""

import json
import re
import threading
import zipfile

import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image, ImageChops
from playwright.sync_api import expect
from space_browser import (
    asked,
    click_drawing,
    color_at,
    current,
    drag,
    drop,
    opened,
    place,
    regions,
    save,
    shows,
    upload,
)

import commands
from guiding_painter import Painting
from guiding_painter.painting import Proposal
from guiding_painter.palettes import write_palette
from orders import ORDERS
from texts import en, ko
from uploads import EXAMPLES

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


def test_the_first_question_does_not_wait_for_whole_colorings(page, drawing_file, monkeypatch):
    ready = threading.Event()

    def proposals(painting, count):
        assert ready.wait(60)
        colors = tuple((region.index, (200, 30, 90)) for region in painting.regions)
        return [Proposal(painting, colors)]

    monkeypatch.setattr(Painting, "proposals", proposals)
    upload(page, drawing_file)
    opened(page)
    made = page.locator(".proposals button:not([disabled])")
    expect(page.locator(".proposals button")).to_have_count(4)  # their places
    expect(made).to_have_count(0)
    page.keyboard.press("Enter")  # which is answered meanwhile
    current(page, 1)
    ready.set()
    page.locator("#undo").click()
    current(page, 0)
    made.click()
    current(page, 1)


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


def test_a_palette_gives_its_colors(page, drawing_file, tmp_path):
    palette = tmp_path / "mine.gpl"
    write_palette([(1, 2, 3), (200, 100, 50)], palette)
    upload(page, drawing_file)
    opened(page)
    drop(page, "#board", palette)
    expect(page.locator(".own .swatch")).to_have_count(2)
    page.locator(".own .swatch").nth(1).click()
    expect(page.locator("#hex")).to_have_value("#c86432")


def test_the_gap_slider_cuts_the_drawing_anew(page, drawing_file):
    upload(page, drawing_file)
    opened(page)
    page.locator("#gap").fill("2")
    current(page, 1)
    expect(page.locator("#gap")).to_have_value("2")
    page.locator("#undo").click()
    current(page, 0)
    expect(page.locator("#gap")).to_have_value("1")


def test_files_for_paint_programs_and_for_later(page, drawing_file, tmp_path):
    upload(page, drawing_file)
    opened(page)
    page.locator("#hex").fill("#2266cc")
    page.locator("#hex").press("Enter")
    current(page, 1)
    page.locator("#finish").click()
    files = {kind: save(page, kind, tmp_path) for kind in ("psd", "ora", "palette", "resume", "film", "record")}
    assert files["psd"].read_bytes()[:4] == b"8BPS"
    assert "stack.xml" in zipfile.ZipFile(files["ora"]).namelist()
    assert files["palette"].read_text().startswith("GIMP Palette")
    assert Image.open(files["film"]).n_frames == 2
    assert json.loads(files["record"].read_text())["interactions"] == 1
    page.locator("#done-start-over").click()
    with page.expect_file_chooser() as chooser:
        page.locator("#upload .choose").click()
    chooser.value.set_files(files["resume"])
    current(page, 1)
    expect(page.locator(".palette .swatch[data-color='#2266cc']")).to_have_count(1)


def test_a_pdf_and_a_file_of_layers_open_beside_the_pictures(page, drawing_file, drawing, tmp_path):
    upload(page, drawing_file)
    opened(page)
    page.keyboard.press("Enter")
    current(page, 1)
    page.locator("#finish").click()
    layers = save(page, "psd", tmp_path)
    page.locator("#done-start-over").click()
    upload(page, layers)
    current(page, 1)
    page.locator("#start-over").click()
    drawing.convert("RGB").save(tmp_path / "pages.pdf", save_all=True, append_images=[drawing.convert("RGB")])
    drop(page, "h1", tmp_path / "pages.pdf")
    opened(page)
    expect(page.locator("#note")).to_have_text(en.NOTES["page"].format(page=1, pages=2))


def test_a_reload_offers_to_go_on(page, drawing_file):
    upload(page, drawing_file)
    opened(page)
    page.keyboard.press("Enter")
    current(page, 1)
    page.reload()
    page.locator("#resume-last").click()
    current(page, 1)


def test_another_language_goes_on_with_the_painting_and_the_theme(page, address, drawing_file):
    page.goto(f"{address}?__theme=dark")
    upload(page, drawing_file)
    opened(page)
    page.keyboard.press("Enter")
    current(page, 1)
    page.locator("#title a").click()
    expect(page.locator("#apply")).to_contain_text(ko.APPLY)
    current(page, 1)
    assert page.url.endswith(f"/{ko.PATH}?__theme=dark")
    assert page.evaluate("document.body.classList.contains('dark')")
    page.keyboard.press("Enter")
    current(page, 2)
    page.locator("#title a").click()
    expect(page.locator("#apply")).to_contain_text(en.APPLY)
    current(page, 2)


def test_a_blank_drawing_says_so(page, tmp_path):
    path = tmp_path / "blank.png"
    Image.new("L", (200, 150), 255).save(path)
    upload(page, path)
    expect(page.locator("#note")).to_have_text(en.BLANK)


def test_a_colored_picture_is_offered_as_lines(page, colored_file):
    upload(page, colored_file)
    expect(page.locator("#compare img").first).to_be_visible()
    page.locator("#offer-start-over").click()
    expect(page.locator("#examples")).to_be_visible()
    upload(page, colored_file)
    page.locator("#take-lines").click()
    opened(page)


def test_an_upload_that_is_no_picture_gets_a_message_and_the_page_goes_on(page, not_a_picture, drawing_file):
    upload(page, not_a_picture)
    expect(page.get_by_test_id("toast-body")).to_contain_text("cannot be opened as a picture")
    page.get_by_test_id("toast-close").click()
    upload(page, not_a_picture.rename(not_a_picture.with_suffix(".gpl")))
    expect(page.get_by_test_id("toast-body").filter(has_text=en.PALETTE_FIRST)).to_be_visible()
    page.locator("#examples button").first.click()  # which nothing may cover
    opened(page)
    page.locator("#start-over").click()
    upload(page, drawing_file)
    opened(page)


def test_a_phone_in_the_dark_shows_question_drawing_and_buttons_without_scrolling(page, address, drawing_file):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}?__theme=dark")
    expect(page.locator("#examples button")).to_have_count(8)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    upload(page, drawing_file)
    opened(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    parts = ("#question", "#board", "#color", "#hex", "#apply", "#skip", "#undo", ".suggestion .swatch", "#finish")
    boxes = [page.locator(part).first.bounding_box() for part in (*parts, ".common .swatch >> nth=0")]
    assert all(0 <= box["x"] and box["x"] + box["width"] <= 390 for box in boxes)
    assert all(0 <= box["y"] and box["y"] + box["height"] <= 844 for box in boxes)
    assert min(boxes[-1]["width"], boxes[-1]["height"], boxes[-3]["height"]) >= 44
    ink = page.evaluate("getComputedStyle(document.querySelector('#question')).color")
    paper = page.evaluate("getComputedStyle(document.querySelector('.gradio-container')).backgroundColor")
    assert np.mean([int(value) for value in re.findall(r"\d+", ink)[:3]]) > 150
    assert np.mean([int(value) for value in re.findall(r"\d+", paper)[:3]]) < 80


def test_korean_from_the_first_word_to_the_toast(page, address, not_a_picture, drawing_file):
    page.goto(f"{address}{ko.PATH}")
    expect(page.locator("#start")).to_contain_text(ko.INTRO)
    upload(page, not_a_picture)
    expect(page.get_by_test_id("toast-body")).to_contain_text(ko.NO_PICTURE)
    assert "Error" not in page.get_by_test_id("toast-body").inner_text()
    upload(page, drawing_file)
    opened(page)
    expect(page.locator("#question")).to_contain_text("무슨 색인가요")
    expect(page.locator("#apply")).to_have_text(ko.APPLY)
    page.keyboard.press("Enter")
    current(page, 1)


def test_a_whole_painting_through_the_api(client, drawing_file, drawing):
    asked = client.predict(handle_file(drawing_file), api_name="/open_drawing")
    name, total = asked["painting"], len(asked["regions"])
    assert total >= 3, "the tiny painter asks too little to test with"
    assert asked["drawing_size"] == list(drawing.size)
    assert (asked["number"], asked["step"], asked["is_colored"]) == (1, 0, False)
    assert re.fullmatch("#[0-9a-f]{6}", asked["suggested_color"])
    assert asked["suggested_colors"] == [asked["suggested_color"]]  # the tiny painter is of pixels
    assert (asked["confidence"], asked["similar"]) == (0, [])

    asked = client.predict(name, "rgba(224.4, 121.7, 95.2, 1)", True, api_name="/paint")
    assert (asked["number"], asked["regions"][0]["color"]) == (2, "#e07a5f")
    assert client.predict(name, api_name="/skip")["regions"][1]["skipped"]
    assert client.predict(name, api_name="/undo")["number"] == 2
    assert client.predict(name, api_name="/redo")["number"] == 3
    assert client.predict(name, 0, api_name="/go_to")["number"] == 1
    asked = client.predict(name, 2, api_name="/go_to")
    last = asked["regions"][-1]["region"]
    asked = client.predict(name, last, api_name="/choose")
    assert asked["region"] == last
    x, y = map(int, asked["center"])
    assert client.predict(name, x, y, api_name="/choose_at")["region"] == last
    first = client.predict(name, asked["regions"][0]["region"], api_name="/choose")
    asked = client.predict(name, x, y, api_name="/merge")
    assert len(asked["regions"]) == total - 1
    assert client.predict(name, api_name="/undo")["regions"] == first["regions"]
    client.predict(name, first["region"], api_name="/choose")
    assert client.predict(name, x, y, api_name="/move_cell")["step"] == 3
    client.predict(name, api_name="/undo")
    assert client.predict(name, 42, 17, 42, 83, api_name="/cut")["step"] == 3
    client.predict(name, api_name="/undo")

    asked = client.predict(name, api_name="/finish")
    assert asked["region"] is None
    assert [region["color"] is None for region in asked["regions"]] == [False, True] + [False] * (total - 2)
    with pytest.raises(AppError, match=re.escape(en.ALL_ANSWERED)):
        client.predict(name, "#e07a5f", api_name="/paint")
    with Image.open(client.predict(name, "png", api_name="/download")) as saved:
        assert saved.size == drawing.size
    layers = client.predict(name, "ora", api_name="/download")
    assert client.predict(handle_file(layers), api_name="/resume")["regions"] == asked["regions"]
    file = client.predict(name, "resume", api_name="/download")
    again = client.predict(handle_file(file), api_name="/resume")
    assert again["painting"] != name
    assert again["regions"] == asked["regions"]
    assert client.predict(again["painting"], api_name="/question")["step"] == asked["step"]


def test_the_page_of_a_photo_and_of_a_file_through_the_api(client, drawing, tmp_path):
    drawing.save(tmp_path / "pages.tif", save_all=True, append_images=[drawing.rotate(90, expand=True)])
    file, width, height = handle_file(tmp_path / "pages.tif"), *drawing.size
    asked = client.predict(file, page_number=2, page="none", api_name="/open_drawing")
    assert asked["drawing_size"] == [height, width]
    assert asked["notes"] == ["This is page 2 of 2; page_number opens another."]
    corners = f"0,0 {width},0 {width},{height // 2} 0,{height // 2}"
    asked = client.predict(file, page=corners, api_name="/open_drawing")
    assert asked["drawing_size"] == [width, height // 2]
    for options, words in (({"page": "all"}, "page is 'all': give"), ({"page_number": 3}, "no page 3 in this file")):
        with pytest.raises(AppError, match=words):
            client.predict(file, **options, api_name="/open_drawing")


def test_paintings_do_not_mix(address, client, drawing_file):
    other = Client(address, verbose=False)
    names = [who.predict(handle_file(drawing_file), api_name="/open_drawing")["painting"] for who in (client, other)]
    client.predict(names[0], "#0000ff", api_name="/paint")
    other.predict(names[1], "#ff0000", api_name="/paint")
    pictures = [Image.open(client.predict(name, "png", api_name="/download")) for name in names]
    assert ImageChops.difference(*pictures).getbbox()
    assert client.predict(names[0], api_name="/question")["regions"][0]["color"] == "#0000ff"


def test_mistakes_get_one_sentence(client, drawing_file, not_a_picture):
    name = client.predict(handle_file(drawing_file), api_name="/open_drawing")["painting"]
    for arguments, endpoint, words in (
        ((name,), "/undo", re.escape(en.NOTHING_TO_UNDO)),
        ((name, "<script>"), "/paint", "&lt;script&gt;.* is no color"),
        ((name, 99), "/choose", "no region 99"),
        ((name, -1, 5), "/choose_at", "outside"),
        ((name, "../x"), "/download", "no kind of file"),
        (("x" * 22, "#fff"), "/paint", re.escape(en.EXPIRED)),
        ((99,), "/open_example", "There is no example 99"),
        ((True,), "/open_example", "There is no example True"),
        ((name, True), "/choose", "no region True"),
        ((name, None, [], {}, "a"), "/cut", "outside"),
        ((name, []), "/download", "no kind of file"),
        ((None,), "/open_drawing", re.escape(en.NO_DRAWING)),
        ((handle_file(not_a_picture),), "/open_drawing", re.escape(en.NO_PICTURE)),
        ((handle_file(not_a_picture),), "/resume", "no file saved here"),
    ):
        with pytest.raises(AppError, match=words):
            client.predict(*arguments, api_name=endpoint)
    asked = client.predict(name, "#123", api_name="/paint")
    assert asked["number"] == 2, "the painting is gone after a mistake"


def test_nobody_reads_files_of_the_server_by_naming_them(client):
    for endpoint in ("/open_drawing", "/resume"):
        with pytest.raises((AppError, ValueError)):
            client.predict({"path": "/etc/hostname", "meta": {"_type": "gradio.FileData"}}, api_name=endpoint)
        for path in (
            str(EXAMPLES[0]),
            "/etc/hostname",
            "/dev/zero",
            "/etc/nothing",
            "/etc",
            "a\0b",
            "x" * 5000,
            5,
            None,
        ):
            with pytest.raises(AppError, match=re.escape(en.NO_DRAWING)):  # gradio lets these pass
                client.predict({"path": path}, api_name=endpoint)
        with pytest.raises(AppError, match=re.escape(en.NO_DRAWING)):
            client.predict("drawing.png", api_name=endpoint)
