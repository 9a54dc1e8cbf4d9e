"""The Space in a real browser: what is opened and taken home, languages, phones, and what goes wrong."""

import json
import re
import threading
import zipfile

import numpy as np
from PIL import Image
from playwright.sync_api import expect
from space_browser import current, drop, opened, save, upload

from guiding_painter import Painting
from guiding_painter.painting import Proposal
from guiding_painter.palettes import write_palette
from texts import en, ko

pytest_plugins = ["space_browser"]


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
    expect(page.locator("#upload .choose")).to_be_visible()  # files are dropped where they can be chosen
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
    expect(page.locator("#resume-last")).to_be_hidden()


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
