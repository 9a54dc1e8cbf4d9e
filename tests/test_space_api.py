"""The Space through its API."""

import re

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image, ImageChops

from texts import en
from uploads import EXAMPLES

pytest_plugins = ["space_browser"]


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
        ((handle_file(drawing_file), "no"), "/open_drawing", "^extract_lines is 'no': give true or false"),
        ((handle_file(drawing_file), False, "normal", "auto", "auto", 1, 0), "/open_drawing", "^panels is 0: "),
        ((name, "png", "flat", "no"), "/download", "^lines is 'no': "),
        ((name, "png", "flat", True, "false"), "/download", "^transparent is 'false': "),
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
