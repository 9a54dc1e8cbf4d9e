"""What the Space does with a painting, without a browser or a server."""

import io
import json
import re
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
from conftest import file_bytes
from photos import SHEETS, TABLES, pencil_drawing, photo
from PIL import Image, ImageChops, ImageColor
from scipy import ndimage

import commands
from css_colors import read_color
from downloads import NAMES, make_file
from guiding_painter.palettes import read_palette
from record import Record
from rooms import FinishRoom, question
from texts import Trouble, en, ko
from uploads import (
    MAX_RECUTS,
    MAX_STEPS,
    check_painting,
    check_picture,
    is_animated,
    is_saved,
    pack_painting,
    read_file,
    unpack_painting,
    uploaded,
)
from views import EDGE, MAX_SIDE, asked_view, hints_view, picture_file, picture_view, point_of_drawing
from visits import Visits


@pytest.fixture
def visits(painter) -> Visits:
    return Visits(painter)


@pytest.fixture
def opened(visits, drawing) -> str:
    """The name of a visit with the drawing open."""
    name = visits.start(file_bytes(drawing), drawing)
    with visits.using(name) as visit:
        commands.begin(visit)
    return name


@pytest.fixture
def visit(visits, opened):
    with visits.using(opened) as visit:
        yield visit


def answer_all(visit) -> None:
    while commands.asked(visit) is not None:
        commands.apply_color(visit, "#2266cc")


@pytest.mark.parametrize(
    ("text", "color"),
    [
        ("#e07a5f", (224, 122, 95)),
        (" #E07A5F ", (224, 122, 95)),
        ("e07a5f", (224, 122, 95)),
        ("#0af", (0, 170, 255)),
        ("#e07a5f80", (224, 122, 95)),
        ("rgb(1, 2, 3)", (1, 2, 3)),
        ("rgb(300,-4,2.6)", (255, 0, 3)),
        ("rgb(100% 50% 0%)", (255, 128, 0)),
        ("rgba(224.4, 121.7, 1e-7, 0.5)", (224, 122, 0)),
        ("hsl(120, 100%, 25%)", (0, 128, 0)),
        ("hsl(-240deg 100% 25% / 50%)", (0, 128, 0)),
        ("hsla(13.2, 67.5%, 62.5%, 1)", (224, 123, 95)),
        (" Red", (255, 0, 0)),
        ("cornflowerblue", (100, 149, 237)),
    ],
)
def test_every_form_of_a_color_is_read(text, color):
    assert read_color(text) == color


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "red-ish",
        "#12",
        "#12345",
        "#ggg",
        "rgb(1,2)",
        "rgb(1,2,3,4,5)",
        "rgb(nan,0,0)",
        "hsv(1,2,3)",
        7,
        ["#fff"],
    ],
)
def test_what_is_no_color_is_named(text):
    with pytest.raises(Trouble, match=re.escape(f"{text!r} is no color")):
        read_color(text)


def test_a_long_color_is_not_repeated_in_full():
    with pytest.raises(Trouble) as caught:
        read_color("9" * 1_000_000)
    assert len(str(caught.value)) < 200


def test_region_in_question_is_lit_and_the_rest_dimmed(painter, drawing):
    painting = painter.open(drawing.resize((1100, 733)))
    region = max(painting.regions, key=lambda region: region.area)
    view = asked_view(painting, region)
    assert max(view.size) == MAX_SIDE
    mask = np.asarray(Image.fromarray(region.mask).resize(view.size, Image.Resampling.NEAREST))
    paper = np.asarray(painting.drawing.resize(view.size)) == 255
    value = np.asarray(view.convert("L")).astype(int)
    assert np.median(value[mask & paper]) > np.median(value[~mask & paper]) + 30
    bare = np.asarray(asked_view(painting, None)).astype(int)
    assert (bare.max(axis=2) == bare.min(axis=2)).all()


def test_both_sides_of_a_region_s_border_are_drawn(painter, drawing):
    painting = painter.open(drawing)
    region = max(painting.regions, key=lambda region: region.area)
    mask = region.mask
    edge = (np.asarray(asked_view(painting, region)) == ImageColor.getrgb(EDGE)).all(axis=2)
    for inside in (mask, ~mask):
        beside = ndimage.binary_dilation(~inside) & inside  # of the four neighbors of a pixel
        assert edge[beside].all()
    assert not edge[ndimage.binary_erosion(mask, iterations=2, border_value=1)].any()


def test_a_picture_goes_to_the_page_small_and_close_to_itself(visit, tmp_path):
    commands.apply_color(visit, "#cc9966")
    view = picture_view(visit.painting)
    paths = [picture_file(view, str(tmp_path)) for _ in range(2)]
    assert paths[0] != paths[1], "a browser would show the old one"
    with Image.open(paths[0]) as picture:
        assert (picture.format, picture.size) == ("WEBP", view.size)
        difference = np.abs(np.asarray(picture.convert("RGB")).astype(int) - np.asarray(view))
    assert difference.mean() < 8


def test_no_visitor_writes_over_a_finished_picture_that_another_is_served(visit):
    with gr.Blocks():
        room = FinishRoom.build(en)
    shown = [room.compare.postprocess(room.shown(visit, "flat", True)[room.compare]) for _ in range(2)]
    paths = [side.path for data in shown for side in data.root]
    assert len(set(paths)) == 4
    assert all(Path(path).exists() for path in paths)


def test_the_view_has_room_for_more_regions_than_a_byte(visit):
    painting = SimpleNamespace(
        drawing=Image.new("L", (300, 1), 255), region_map=np.arange(300, dtype=np.uint16)[None],
        regions=[SimpleNamespace(index=index, color="#ff0000", suggested_color=None) for index in range(300)],
    )  # fmt: skip
    assert picture_view(painting).getpixel((299, 0)) == (255, 0, 0)


def test_a_point_of_the_view_is_found_in_a_larger_drawing(drawing):
    large = SimpleNamespace(drawing=drawing.resize((3000, 2000)))
    assert point_of_drawing(large, (512, 341)) == (1501, 1000)
    assert point_of_drawing(large, (1024, 683)) == (2999, 1999)
    assert point_of_drawing(SimpleNamespace(drawing=drawing), (149, 99)) == (149, 99)


def test_the_picture_on_the_screen_is_the_painting(visit):
    commands.apply_color(visit, "#ff0000")
    difference = ImageChops.difference(picture_view(visit.painting), visit.painting.image)
    assert difference.getbbox() is None
    hints = hints_view(visit.painting, MAX_SIDE)
    mask = visit.painting.regions[0].mask
    assert (np.asarray(hints)[mask] == (255, 0, 0)).all()
    assert (np.asarray(hints)[~mask] == 128).all()


def test_answers_move_on_in_the_order_of_the_model_and_back(visit):
    regions = visit.painting.regions
    commands.apply_color(visit, "#ff0000")
    commands.skip_region(visit)
    assert commands.asked(visit) is regions[2]
    commands.undo(visit)
    assert commands.asked(visit) is regions[1]
    commands.redo(visit)
    assert commands.asked(visit) is regions[2]
    commands.back(visit)
    commands.back(visit)
    assert commands.asked(visit) is regions[0]
    with pytest.raises(Trouble, match="first region"):
        commands.back(visit)
    commands.apply_color(visit, "#00ff00")
    assert regions[0].color == "#00ff00"
    assert commands.asked(visit) is regions[2]


def test_a_click_chooses_a_region_also_an_answered_one(visit):
    region = visit.painting.regions[2]
    commands.choose(visit, region.center)
    assert commands.asked(visit) is region
    commands.apply_color(visit, "#ff8800")
    assert commands.asked(visit) is visit.painting.regions[0]
    commands.choose(visit, region.center)
    assert commands.swatches(visit)["color"] == "#ff8800"
    with pytest.raises(Trouble, match="outside"):
        commands.choose(visit, (5000, 3))


def test_swatches_offer_the_suggestion_the_picture_and_the_last_colors(visit):
    for color in ("#ff0000", "#00ff00"):
        commands.apply_color(visit, color)
    commands.undo(visit)
    offered = commands.swatches(visit)
    assert offered["suggestion"] == offered["color"] == commands.asked(visit).suggested_color
    assert offered["palette"] == ["#ff0000"]
    assert offered["recent"] == ["#00ff00", "#ff0000"]


def test_the_strip_grows_and_going_back_forgets_only_when_something_new_is_done(visit):
    for color in ("#ff0000", "#00ff00", "#0000ff"):
        commands.apply_color(visit, color)
    frames = list(visit.frames)
    assert len(set(frames)) == 4
    commands.go_to(visit, 1)
    assert [region.color for region in visit.painting.regions][:2] == ["#ff0000", None]
    assert visit.frames == frames
    commands.go_to(visit, 3)
    assert [region.color for region in visit.painting.regions][:3] == ["#ff0000", "#00ff00", "#0000ff"]
    commands.go_to(visit, 1)
    commands.apply_color(visit, "#ffffff")
    assert (visit.step, len(visit.frames), visit.frames[:2]) == (2, 3, frames[:2])
    for step in (-1, 3, "1", None):
        with pytest.raises(Trouble, match="no step"):
            commands.go_to(visit, step)


def test_the_model_finishes_what_is_left(visit):
    commands.apply_color(visit, "#ff0000")
    seen = []
    commands.finish(visit, lambda done, total: seen.append((done, total)))
    left = len(visit.painting.regions) - 1
    assert seen == [(number, left) for number in range(left)]
    assert all(region.color for region in visit.painting.regions)
    assert visit.painting.regions[0].color == "#ff0000"
    assert len(visit.frames) == 1 + len(visit.painting.regions)
    with pytest.raises(Trouble, match="had its turn"):
        commands.skip_region(visit)


def test_what_is_no_point_is_told_apart_from_the_drawing(visit):
    before = visit.step
    for point in (None, 5, "ab", ["a", "b"], [1], [1, 2, 3], [float("nan"), 1], [1, float("inf")], [10**400, 1]):
        for step in (commands.choose, commands.split, lambda visit, point: commands.cut(visit, point, (5, 5))):
            with pytest.raises(Trouble, match="outside"):
                step(visit, point)
        with pytest.raises(Trouble, match="outside"):
            point_of_drawing(visit.painting, point)
    assert visit.step == before


def test_tools_change_regions_and_are_undone_like_answers(visit):
    count = len(visit.painting.regions)
    first, second = visit.painting.regions[:2]
    commands.choose(visit, first.center)
    commands.merge(visit, second.center)
    assert len(visit.painting.regions) == count - 1
    commands.undo(visit)
    assert len(visit.painting.regions) == count
    commands.choose_index(visit, first.index)
    point = second.center
    commands.move_cell(visit, point)
    assert visit.painting.region_at(point) is first
    assert commands.asked(visit) is first
    assert (visit.step, len(visit.frames)) == (1, 2)
    with pytest.raises(Trouble, match="in the lit region already"):
        commands.move_cell(visit, point)
    with pytest.raises(Trouble, match="no region 99"):
        commands.choose_index(visit, 99)


def test_split_and_cut_ask_about_a_part(visit):
    commands.choose(visit, (3, 50))
    commands.merge(visit, (42, 50))  # the paper around the box and what is in it, which do not touch
    count = len(visit.painting.regions)
    with pytest.raises(Trouble, match="click the region that it should become one with"):
        commands.merge(visit, (42, 50))
    commands.split(visit, (42, 50))
    with pytest.raises(Trouble, match="in one piece"):
        commands.split(visit, (42, 50))
    assert len(visit.painting.regions) > count
    assert commands.asked(visit) is visit.painting.region_at((42, 50))
    count = len(visit.painting.regions)
    commands.cut(visit, (42, 21), (42, 79))
    assert len(visit.painting.regions) == count + 1
    assert visit.painting.region_at((39, 50)) is not visit.painting.region_at((45, 50))


def test_the_record_counts_as_the_user_study_does(visit):
    time.sleep(0.02)
    commands.apply_color(visit, "#ff0000")
    commands.skip_region(visit)
    commands.undo(visit)
    commands.apply_color(visit, "#00ff00")
    with pytest.raises(Trouble):
        commands.apply_color(visit, "junk")
    record = json.loads(json.dumps(visit.record.to_dict()))
    assert (record["interactions"], record["skips"], record["undos"]) == (2, 1, 1)
    assert [step["kind"] for step in record["steps"]] == ["paint", "skip", "undo", "paint"]
    assert record["steps"][0]["person_seconds"] >= 0.02
    first, last = record["steps"][0], record["steps"][3]
    total = sum(step["person_seconds"] + step["server_seconds"] for step in (first, last))
    assert record["seconds_per_interaction"] == pytest.approx(total / 2, abs=0.002)
    assert Record((1, 1), 1).to_dict()["seconds_per_interaction"] is None


@pytest.mark.parametrize("kind", NAMES)
def test_every_download_is_what_it_says(visit, kind, tmp_path):
    answer_all(visit)
    path = tmp_path / make_file(visit, kind, tmp_path)
    data = path.read_bytes()
    start = {"png": b"\x89PNG", "psd": b"8BPS", "ora": b"PK", "palette": b"GIMP Palette", "film": b"RIFF"}
    assert path.name == NAMES[kind]
    assert data.startswith(start.get(kind, data[:1]))
    if kind == "png":
        assert ImageChops.difference(Image.open(path), visit.painting.image).getbbox() is None
    elif kind == "palette":
        assert read_palette(path) == [(0x22, 0x66, 0xCC)]
    elif kind == "film":
        with Image.open(path) as film:
            assert film.n_frames == 2 + len(visit.painting.regions)
        assert visit.painting.next_region() is None, "making the film took answers back"
    elif kind == "record":
        assert json.loads(data)["interactions"] == len(visit.painting.regions)


def test_a_png_without_lines_or_answers_and_junk_kinds(visit, tmp_path):
    commands.apply_color(visit, "#ff0000")
    with Image.open(make_file(visit, "png", tmp_path, lines=False, transparent=True)) as image:
        assert image.mode == "RGBA"
        assert set(np.unique(np.asarray(image)[..., 3])) == {0, 255}
    with pytest.raises(Trouble, match="no kind"):
        make_file(visit, "../png", tmp_path)
    with pytest.raises(Trouble, match="no way to color"):
        make_file(visit, "png", tmp_path, mode="<b>")


def test_a_saved_painting_goes_on_with_its_strip(visits, visit, tmp_path):
    for color in ("#ff0000", "#00ff00", "#0000ff"):
        commands.apply_color(visit, color)
    commands.undo(visit)
    with open(make_file(visit, "resume", tmp_path), "rb") as file:
        name = visits.resume(*unpack_painting(file.read()))
    with visits.using(name) as again:
        commands.begin(again)
        assert (again.step, again.frames) == (visit.step, visit.frames)
        assert picture_view(again.painting) == picture_view(visit.painting)
        commands.redo(again)
        assert again.painting.regions[2].color == "#0000ff"


@pytest.mark.parametrize("kind", ["psd", "ora"])
def test_a_file_of_layers_goes_on_with_its_strip(visits, visit, tmp_path, kind):
    for color in ("#ff0000", "#00ff00"):
        commands.apply_color(visit, color)
    commands.undo(visit)
    data = Path(make_file(visit, kind, tmp_path)).read_bytes()
    assert not is_saved(data)
    name = visits.resume(*unpack_painting(data))
    with visits.using(name) as again:
        commands.begin(again)
        assert (again.step, again.frames) == (visit.step, visit.frames)
        again.saved, again.painting = again.painting.to_dict(), None  # put away
    with visits.using(name) as again:
        assert again.painting.image == visit.painting.image
        commands.redo(again)
        assert again.painting.regions[1].color == "#00ff00"


def test_a_file_of_layers_goes_through_the_same_checks(visits, drawing, tmp_path):
    painting = visits.painter.open(drawing, 64)  # another working size than here
    painting.save(tmp_path / "page.ora")
    data = (tmp_path / "page.ora").read_bytes()
    with pytest.raises(Trouble, match="no file saved here"):
        unpack_painting(data)
    picture = check_picture(data)
    with pytest.raises(Trouble, match="no file saved here"):
        check_painting(picture.info["painting"])
    with visits.using(visits.start(data, picture)) as visit:  # but it is a drawing
        assert np.array_equal(visit.painting.drawing, drawing)


def test_a_photo_of_paper_and_a_later_page_are_taken_up(visits, drawing, tmp_path):
    table = file_bytes(photo(pencil_drawing(), SHEETS["from below"], TABLES["oak"], size=(600, 800)))
    pages = file_bytes(drawing, "TIFF", save_all=True, append_images=[drawing.rotate(90, expand=True)])
    for data, number in ((table, 1), (pages, 2)):
        name = visits.start(data, check_picture(data, number))
        with visits.using(name) as visit:
            commands.begin(visit)
            assert visit.painting.notes
            commands.apply_color(visit, "#ff0000")
            file, image = make_file(visit, "resume", tmp_path), visit.painting.image
            visit.saved, visit.painting = visit.painting.to_dict(), None  # put away
        with visits.using(name) as visit:
            assert visit.painting.image == image
        with visits.using(visits.resume(*unpack_painting(Path(file).read_bytes()))) as again:
            assert again.painting.image == image
    assert image.size == drawing.size[::-1]
    for number in (0, 3, "1", True, None):
        with pytest.raises(Trouble, match="no page .*: choose one from 1 to 2"):
            check_picture(pages, number)


def test_what_is_no_saved_painting_is_refused(visits, visit, drawing):
    original, state = file_bytes(drawing), visit.painting.to_dict()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("drawing", original)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("drawing", bytes(40_000_000))
        archive.writestr("painting.json", "{}")
    endless = io.BytesIO()
    with zipfile.ZipFile(endless, "w", zipfile.ZIP_BZIP2) as archive:  # unpacks all, however little is asked for
        archive.writestr("drawing", original)
        archive.writestr("painting.json", json.dumps(state))
    saved = pack_painting(original, state)
    place = saved.rindex(b"painting.json", 0, -200) + 40
    flipped = saved[:place] + bytes(byte ^ 255 for byte in saved[place : place + 20]) + saved[place + 20 :]
    archives = (b"", b"junk", file.getvalue(), bomb.getvalue(), endless.getvalue(), flipped)
    for data in (*archives, pack_painting(b"no picture", state)):
        with pytest.raises(Trouble, match="no file saved here|cannot be opened"):
            unpack_painting(data)
    answers = [{"region": 0, "color": "#123456"}] * (MAX_STEPS + 1)
    cut_anew = visits.painter.resume(original, state)
    cut_anew.recut("loose")
    recuts = cut_anew.to_dict()["history"][-1:] * (MAX_RECUTS + 1)
    for damaged in (
        {}, [], state | {"region_map": "AAAA"}, state | {"position": 99}, state | {"working_size": [2048, 1365]},
        state | {"panels": {"boxes": [], "regions": 1}}, state | {"history": answers},
        state | {"history": recuts}, state | {"page": [[0, 0]]}, state | {"drawing": {"size": [1, 1]}},
    ):  # fmt: skip
        with pytest.raises(Trouble, match="no file saved here"):
            visits.resume(*unpack_painting(pack_painting(original, damaged)))


def test_bad_uploads_are_told_apart(drawing, tmp_path):
    text = tmp_path / "notes.png"
    text.write_text("This is no picture.")
    for data, reason in (
        (read_file(text), "cannot be opened"),
        (file_bytes(drawing)[:200], "cannot be opened"),
        (file_bytes(Image.new("1", (1, 1))), "1x1 pixels"),
        (file_bytes(Image.new("1", (20000, 10))), "too long"),
        (file_bytes(Image.new("1", (10000, 8200))), "megapixels"),
    ):
        with pytest.raises(Trouble, match=reason):
            check_picture(data)
    large = tmp_path / "large.png"
    with large.open("wb") as file:
        file.truncate(31_000_000)
    with pytest.raises(Trouble, match="30 MB"):
        read_file(large)
    still, moving = drawing.convert("P"), drawing.rotate(5, fillcolor=255).convert("P")
    assert is_animated(file_bytes(still, "GIF", save_all=True, append_images=[moving]))
    assert not is_animated(file_bytes(still, "GIF"))
    assert not is_animated(file_bytes(still, "TIFF", save_all=True, append_images=[moving]))
    for length in range(300, 900, 7):  # what is damaged is for `check_picture` to say
        is_animated(file_bytes(still, "GIF", save_all=True, append_images=[moving])[:length])


def test_only_files_in_the_folder_of_uploads_are_uploads(tmp_path, monkeypatch):
    folder, outside = tmp_path / "gradio", tmp_path / "secret.png"
    folder.mkdir()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
    for path in (outside, folder / "drawing.png"):
        path.write_text("")
    (folder / "link.png").symlink_to(outside)
    assert uploaded({"path": str(folder / "drawing.png")}) == (folder / "drawing.png").resolve()
    around = folder / ".." / "secret.png"
    for path in (
        outside,
        folder,
        folder / "link.png",
        around,
        folder / "none.png",
        "/dev/zero",
        "a\0b",
        "x" * 5000,
        5,
        None,
    ):
        with pytest.raises(Trouble, match="no drawing yet"):
            uploaded({"path": path if path is None or isinstance(path, int) else str(path)})
    for nothing in (None, {}, "drawing.png", 5, ["path"]):
        with pytest.raises(Trouble, match="no drawing yet"):
            uploaded(nothing)


def test_the_question_says_where_in_the_order_it_is(visit):
    total = len(visit.painting.regions)
    assert f"Region 1 of about {total}" in question(visit, en)
    assert f"약 {total}곳 중 1번째" in question(visit, ko)
    commands.apply_color(visit, "#ff0000")
    commands.back(visit)
    assert "#ff0000" in question(visit, en)
    answer_all(visit)
    answer_all(visit)
    assert question(visit, en) == en.ALL_ASKED
