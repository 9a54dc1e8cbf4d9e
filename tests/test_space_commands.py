"""What the Space does with a painting, without a browser or a server."""

import io
import json
import re
import threading
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

import asking
import commands
import repairs
from canvas_state import canvas_state, map_picture, question
from color_names import color_name
from css_colors import read_color
from downloads import NAMES, make_file
from guiding_painter import Painting
from guiding_painter.painting import Proposal
from guiding_painter.palettes import read_palette
from orders import MOST_ORDERS, carry_out
from record import Record
from rooms import FinishRoom
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
    stem_of,
    unpack_painting,
    uploaded,
)
from views import EDGE, MAX_SIDE, asked_view, picture_file, picture_view
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
    while asking.asked(visit) is not None:
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


def test_the_picture_on_the_screen_is_the_painting(visit):
    commands.apply_color(visit, "#ff0000")
    difference = ImageChops.difference(picture_view(visit.painting), visit.painting.image)
    assert difference.getbbox() is None
    answers = np.asarray(picture_view(visit.painting, guesses=False))
    mask, paper = visit.painting.regions[0].mask, np.asarray(visit.painting.drawing) == 255
    assert (answers[mask & paper] == (255, 0, 0)).all()
    assert (answers[~mask & paper] == 255).all()


def test_answers_move_on_in_the_order_of_the_model_and_back(visit):
    regions = visit.painting.regions
    commands.apply_color(visit, "#ff0000")
    commands.skip_region(visit)
    assert asking.asked(visit) is regions[2]
    commands.undo(visit)
    assert asking.asked(visit) is regions[1]
    commands.redo(visit)
    assert asking.asked(visit) is regions[2]
    asking.choose_index(visit, regions[0].index)
    assert asking.asked(visit) is regions[0]
    commands.apply_color(visit, "#00ff00")
    assert regions[0].color == "#00ff00"
    assert asking.asked(visit) is regions[2]


def test_a_click_chooses_a_region_also_an_answered_one(visit):
    region = visit.painting.regions[2]
    asking.choose(visit, region.center)
    assert asking.asked(visit) is region
    commands.apply_color(visit, "#ff8800")
    assert asking.asked(visit) is visit.painting.regions[0]
    asking.choose(visit, region.center)
    assert commands.swatches(visit)["color"] == "#ff8800"
    with pytest.raises(Trouble, match="outside"):
        asking.choose(visit, (5000, 3))


def test_swatches_offer_the_suggestion_the_picture_and_the_last_colors(visit):
    for color in ("#ff0000", "#00ff00"):
        commands.apply_color(visit, color)
    commands.undo(visit)
    offered = commands.swatches(visit)
    assert offered["suggestion"] == offered["color"] == asking.asked(visit).suggested_color
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
    assert (visit.step, len(visit.frames)) == (2, 3), "it is one step"
    commands.undo(visit)
    assert [region.color for region in visit.painting.regions] == ["#ff0000", *[None] * left]
    commands.redo(visit)
    assert visit.painting.next_region() is None
    with pytest.raises(Trouble, match="had its turn"):
        commands.skip_region(visit)


def test_what_is_no_point_is_told_apart_from_the_drawing(visit):
    before = visit.step
    for point in (None, 5, "ab", ["a", "b"], [1], [1, 2, 3], [float("nan"), 1], [1, float("inf")], [10**400, 1]):
        for step in (asking.choose, repairs.split, lambda visit, point: repairs.cut(visit, point, (5, 5))):
            with pytest.raises(Trouble, match="outside"):
                step(visit, point)
    assert visit.step == before


def test_tools_change_regions_and_are_undone_like_answers(visit):
    count = len(visit.painting.regions)
    first, second = visit.painting.regions[:2]
    asking.choose(visit, first.center)
    repairs.merge(visit, second.center)
    assert len(visit.painting.regions) == count - 1
    commands.undo(visit)
    assert len(visit.painting.regions) == count
    asking.choose_index(visit, first.index)
    point = second.center
    repairs.move_cell(visit, point)
    assert visit.painting.region_at(point) is first
    assert asking.asked(visit) is first
    assert (visit.step, len(visit.frames)) == (1, 2)
    with pytest.raises(Trouble, match="in the lit part already"):
        repairs.move_cell(visit, point)
    with pytest.raises(Trouble, match="no region 99"):
        asking.choose_index(visit, 99)


def test_split_and_cut_ask_about_a_part(visit):
    asking.choose(visit, (3, 50))
    repairs.merge(visit, (42, 50))  # the paper around the box and what is in it, which do not touch
    count = len(visit.painting.regions)
    with pytest.raises(Trouble, match="click the region that it should become one with"):
        repairs.merge(visit, (42, 50))
    repairs.split(visit, (42, 50))
    with pytest.raises(Trouble, match="in one piece"):
        repairs.split(visit, (42, 50))
    assert len(visit.painting.regions) > count
    assert asking.asked(visit) is visit.painting.region_at((42, 50))
    count = len(visit.painting.regions)
    repairs.cut(visit, (42, 21), (42, 79))
    assert len(visit.painting.regions) > count
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
    assert path.name == "drawing" + NAMES[kind]
    assert data.startswith(start.get(kind, data[:1]))
    if kind == "png":
        assert ImageChops.difference(Image.open(path), visit.painting.image).getbbox() is None
    elif kind == "palette":
        assert read_palette(path) == [(0x22, 0x66, 0xCC)]
    elif kind == "film":
        with Image.open(path) as film:
            assert film.n_frames == 1 + len(visit.painting.regions)
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
    with pytest.raises(Trouble, match="not what becomes of parts without an answer"):
        make_file(visit, "png", tmp_path, unanswered="white")


def test_a_saved_painting_goes_on_with_its_strip(visits, visit, tmp_path):
    for color in ("#ff0000", "#00ff00", "#0000ff"):
        commands.apply_color(visit, color)
    commands.undo(visit)
    with open(make_file(visit, "resume", tmp_path), "rb") as file:
        saved = unpack_painting(file.read())
    name = visits.resume(saved.original, saved.state, saved.stem)
    with visits.using(name) as again:
        commands.begin(again, saved.steps)
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
    name = unpack_and_resume(visits, data)
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
        with visits.using(unpack_and_resume(visits, Path(file).read_bytes())) as again:
            assert again.painting.image == image
    assert image.size == drawing.size[::-1]
    for number in (0, 3, "1", True, None):
        with pytest.raises(Trouble, match="no page .*: choose one from 1 to 2"):
            check_picture(pages, number)


def pack(original: bytes, state: object, visit: object = None) -> bytes:
    """A saved painting as `pack_painting` would write it, whatever is in it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("drawing", original)
        archive.writestr("painting.json", json.dumps(state))
        if visit is not None:
            archive.writestr("visit.json", json.dumps(visit))
    return file.getvalue()


def unpack_and_resume(visits, data: bytes) -> str:
    saved = unpack_painting(data)
    return visits.resume(saved.original, saved.state, saved.stem)


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
    saved = pack_painting(visit)
    place = saved.index(b"painting.json") + 40
    flipped = saved[:place] + bytes(byte ^ 255 for byte in saved[place : place + 20]) + saved[place + 20 :]
    archives = (b"", b"junk", file.getvalue(), bomb.getvalue(), endless.getvalue(), flipped)
    for data in (*archives, pack(b"no picture", state)):
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
            unpack_and_resume(visits, pack(original, damaged))


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


def test_the_question_says_what_is_asked(visit):
    assert question(visit, en).startswith("What color is the lit part? It is ")
    assert question(visit, ko).startswith("밝게 표시된 부분은 무슨 색인가요?")
    commands.apply_color(visit, "#ff0000")
    asking.choose_index(visit, visit.painting.regions[0].index)
    assert "red now" in question(visit, en)
    answer_all(visit)
    answer_all(visit)
    assert question(visit, en) == en.ALL_ASKED


def test_the_page_is_told_once_what_stays(visit, tmp_path):
    first = canvas_state(visit, en, str(tmp_path))
    assert {"drawing", "map"} <= first.keys()
    with Image.open(first["map"]["path"]) as sent:
        high, low, _ = np.moveaxis(np.asarray(sent).astype(int), 2, 0)
    assert (256 * high + low == visit.painting.region_map).all()
    known = {"opening": first["opening"], "map": first["map_version"], "strip": None}
    commands.apply_color(visit, "#ff0000")
    second = canvas_state(visit, en, str(tmp_path), known)
    assert not {"drawing", "map", "frames"} & second.keys()
    assert second["reply"] != first["reply"]
    repairs.cut(visit, (42, 21), (42, 79))
    third = canvas_state(visit, en, str(tmp_path), known | {"strip": []})
    assert third["map_version"] > first["map_version"]
    assert len(third["strip"]) == 3
    assert set(third["frames"]) == set(map(str, third["strip"]))
    known |= {"map": third["map_version"], "strip": third["strip"]}
    fourth = canvas_state(visit, en, str(tmp_path), known)
    assert fourth["frames"] == {}
    assert "drawing" in canvas_state(visit, en, str(tmp_path), known | {"opening": None})


def test_a_map_of_more_regions_than_a_byte_holds(visit):
    painting = SimpleNamespace(region_map=np.arange(600, dtype=np.uint16)[None])
    assert map_picture(painting).getpixel((599, 0)) == (2, 87, 0)


def test_colors_that_look_alike_are_one_swatch(visit, tmp_path):
    for color in ("#808080", "#828181", "#ff0000"):
        commands.apply_color(visit, color)
    palette = canvas_state(visit, en, str(tmp_path))["swatches"]["palette"]
    assert len(palette) == 2


def test_swatches_have_names_and_no_color_twice(visit, tmp_path):
    for color in ("#ffffff", "#c68863", "#ffffff"):
        commands.apply_color(visit, color)
    offered = canvas_state(visit, en, str(tmp_path))["swatches"]
    assert {"color": "#c68863", "name": "light brown"} in offered["palette"]
    colors = [swatch["color"] for group in ("palette", "own", "recent") for swatch in offered[group]]
    assert len(colors) == len(set(colors))
    assert all(swatch["name"] for swatch in offered["common"])
    assert [swatch["color"] for swatch in offered["common"]] == list(commands.COMMON), "they stay where they are"


PAL = "JASC-PAL\n0100\n2\n255 0 0\n0 255 0\n"
GPL = "GIMP Palette\nName: mine\n#\n255 0 0\tred\n0 255 0\tgreen\n"


@pytest.mark.parametrize(("name", "text"), [("mine.hex", "ff0000\n00ff00\n"), ("mine.pal", PAL), ("mine.gpl", GPL)])
def test_a_palette_of_any_program_is_taken(name, text, visit, tmp_path):
    (tmp_path / name).write_text(text)
    commands.take_palette(visit, tmp_path / name)
    assert visit.palette == ["#ff0000", "#00ff00"]


def test_suggestions_that_look_alike_are_one_swatch(visit, tmp_path, monkeypatch):
    offered = commands.swatches(visit) | {"suggestions": ["#d1e7ee", "#d2e6ec", "#8e5ea2"]}
    monkeypatch.setattr("canvas_state.swatches", lambda visit: offered)
    suggestions = canvas_state(visit, en, str(tmp_path))["suggestions"]
    assert [swatch["color"] for swatch in suggestions] == ["#d1e7ee", "#8e5ea2"]


@pytest.mark.parametrize(
    ("color", "name"),
    [
        ("#9fd3ee", "light sky blue"), ("#7a4a2b", "brown"), ("#f29fb5", "pink"), ("#1f1f24", "black"),
        ("#004000", "dark green"), ("#8c8c94", "gray"), ("#f6d3b3", "beige"), ("#fffdd0", "cream"),
    ],
)  # fmt: skip
def test_colors_have_plain_names(color, name):
    assert color_name(color, en) == name


def test_every_color_has_a_name_in_every_language():
    levels = range(0, 256, 51)
    for color in (f"#{red:02x}{green:02x}{blue:02x}" for red in levels for green in levels for blue in levels):
        assert all(color_name(color, texts) for texts in (en, ko))


def test_orders_are_carried_out_up_to_the_first_mistake(visit):
    first, second, third = (region.index for region in visit.painting.regions[:3])
    paint = {"do": "paint", "regions": [first, third], "color": "#ff0000"}
    with pytest.raises(Trouble, match="no color"):
        carry_out(visit, [paint, {"do": "paint", "regions": [second], "color": "junk"}, {"do": "skip"}])
    assert (visit.step, [region.color for region in visit.painting.regions[:3]]) == (1, ["#ff0000", None, "#ff0000"])
    assert asking.asked(visit).index == second
    carry_out(visit, [{"do": "undo"}])
    assert visit.painting.answers == {}
    for junk in (None, "paint", [None], [{"do": "nothing"}], [{"do": "look"}] * (MOST_ORDERS + 1), [{"do": ["paint"]}]):
        with pytest.raises(Trouble, match="did not hear"):
            carry_out(visit, junk)
    for order in (
        {"do": "paint", "regions": None}, {"do": "paint", "regions": [{}], "color": "#fff"}, {"do": "go_to"},
        {"do": "paint", "regions": [True], "color": "#fff"}, {"do": "choose", "region": "a"}, {"do": "recut", "gap": 5},
        {"do": "border", "stroke": [[1, 2]]}, {"do": "border", "stroke": "ab"}, {"do": "erase", "stroke": [[1], [2]]},
        {"do": "border", "stroke": [[1, 2]] * 5000}, {"do": "split"}, {"do": "palette", "file": {"path": "/etc/hosts"}},
    ):  # fmt: skip
        with pytest.raises(ValueError, match="."):
            carry_out(visit, [order])
    assert visit.step == 0


def test_the_model_goes_on_with_its_step_while_nothing_comes_between(visit):
    model = {"do": "model", "begin": True}
    commands.finish(visit, seconds=0)
    assert (visit.step, len(visit.painting.answers)) == (1, 1)
    commands.finish(visit, seconds=0, goes_on=True)
    assert (visit.step, len(visit.painting.answers), len(visit.frames)) == (1, 2, 2)
    carry_out(visit, [{"do": "undo"}])
    assert visit.painting.answers == {}
    commands.apply_color(visit, "#ff0000")
    commands.finish(visit, seconds=0, goes_on=True)
    assert (visit.step, visit.steps[0].by_model) == (2, False)
    carry_out(visit, [model])
    assert visit.painting.next_region() is None
    before = visit.step
    carry_out(visit, [model])
    assert visit.step == before, "there was nothing left to do"


def test_a_painting_has_no_more_steps_than_may_be_saved(visit, monkeypatch):
    monkeypatch.setattr(commands, "MAX_STEPS", 2)
    for color in ("#ff0000", "#00ff00"):
        commands.apply_color(visit, color)
    for full in (
        lambda: commands.skip_region(visit), lambda: commands.apply_color(visit, "#fff"),
        lambda: commands.finish(visit), lambda: repairs.cut(visit, (42, 21), (42, 79)),
    ):  # fmt: skip
        with pytest.raises(Trouble, match="as many as can be kept"):
            full()
    assert visit.step == 2
    commands.undo(visit)
    commands.apply_color(visit, "#0000ff")


def test_steps_are_saved_with_the_painting(visits, visit):
    commands.apply_color(visit, "#ff0000")
    commands.finish(visit)
    commands.undo(visit)
    saved = unpack_painting(pack_painting(visit))
    assert saved.steps == visit.steps
    state = visit.painting.to_dict()
    count = len(visit.painting.regions)
    for steps in ([[1, "normal", False]], [[99, "normal", False]], "ab", [["a", {}, 1]]):
        damaged = unpack_painting(pack(visit.original, state, {"steps": steps, "stem": "../a<b>"}))
        assert damaged.stem in ("ab", "drawing", "..ab")
        with visits.using(visits.resume(damaged.original, damaged.state)) as again:
            commands.begin(again, damaged.steps)
            assert again.last_step == count, "each action is a step where they do not fit"
            assert again.painting.answers == visit.painting.answers


def test_files_are_called_after_the_drawing():
    for name, stem in (
        ("girl.png", "girl"), ("그림 1.jpg", "그림 1"), ("a drawing <b>.png", "a drawing b"), ("<>.png", "drawing"),
        ("...png", "drawing"), ("x" * 300 + ".png", "x" * 60),
    ):  # fmt: skip
        assert stem_of(Path(name)) == stem


def test_an_answer_goes_to_all_parts_like_it_in_one_step(visit, monkeypatch, tmp_path):
    first, second, third = visit.painting.regions[:3]
    commands.paint_regions(visit, [second.index], "#00ff00")
    monkeypatch.setattr(visit.painting, "similar", lambda region: [second, third])
    assert canvas_state(visit, en, str(tmp_path))["similar"] == [third.index], "what has an answer keeps it"
    carry_out(visit, [{"do": "paint", "regions": [first.index], "color": "#ff0000", "similar": True}])
    assert [region.color for region in (first, second, third)] == ["#ff0000", "#00ff00", "#ff0000"]
    commands.undo(visit)
    assert [region.color for region in (first, second, third)] == [None, "#00ff00", None]


def test_a_whole_coloring_is_taken_to_go_on_from(visits, visit, monkeypatch):
    painting = visit.painting
    proposal = Proposal(painting, tuple((region.index, (1, 2, 3)) for region in painting.regions))
    monkeypatch.setattr(painting, "proposals", lambda count: [proposal])
    (picture,) = commands.propose(visits, visit.name)
    assert picture.startswith("data:image/webp")
    for junk in (None, 1, -1, "0", True):
        with pytest.raises(Trouble, match="no longer offered"):
            commands.take(visit, junk)
    carry_out(visit, [{"do": "take", "number": 0}])
    assert (visit.step, painting.answers) == (1, {})
    assert commands.propose(visits, visit.name) is None, "they are for the start"
    commands.undo(visit)
    assert visit.step == 0


def test_an_answer_does_not_wait_for_whole_colorings_and_leaves_none_that_go_on_from_it(visits, opened, monkeypatch):
    def answer() -> None:
        with visits.using(opened) as visit:
            commands.apply_color(visit, "#ff0000")

    def proposals(painting, count):
        other = threading.Thread(target=answer)
        other.start()
        other.join(timeout=60)
        assert not other.is_alive(), "the answer waits"
        return [Proposal(painting, ((region.index, (1, 2, 3)),)) for region in painting.regions[1:]]

    monkeypatch.setattr(Painting, "proposals", proposals)
    assert commands.propose(visits, opened) is None
    with visits.using(opened) as visit:
        assert (visit.step, visit.proposals) == (1, [])
