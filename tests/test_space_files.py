"""What a visitor brings to the Space and takes home: uploads, downloads, paintings saved to go on later."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from conftest import file_bytes, no_room_beyond
from photos import SHEETS, TABLES, pencil_drawing, photo
from PIL import Image, ImageChops
from space_visits import answer_all, pack, unpack_and_resume

import commands
from downloads import NAMES, make_file
from guiding_painter.palettes import read_palette
from texts import Trouble, en
from uploads import (
    MAX_RECUTS,
    MAX_STEPS,
    check_painting,
    check_picture,
    is_saved,
    pack_painting,
    read_file,
    stem_of,
    unpack_painting,
    uploaded,
)
from views import picture_view

pytest_plugins = ["space_visits"]


@pytest.mark.parametrize("kind", NAMES)
def test_every_download_is_what_it_says(own_visit, kind, tmp_path):
    answer_all(own_visit)
    path = tmp_path / make_file(own_visit, kind, tmp_path)
    data = path.read_bytes()
    start = {"png": b"\x89PNG", "psd": b"8BPS", "ora": b"PK", "palette": b"GIMP Palette", "film": b"RIFF"}
    assert path.name == "drawing" + NAMES[kind]
    assert data.startswith(start.get(kind, data[:1]))
    if kind == "png":
        assert ImageChops.difference(Image.open(path), own_visit.painting.image).getbbox() is None
    elif kind == "palette":
        assert read_palette(path) == [(0x22, 0x66, 0xCC)]
    elif kind == "film":
        with Image.open(path) as film:
            assert film.n_frames == 1 + len(own_visit.painting.regions)
        assert own_visit.painting.next_region() is None, "making the film took answers back"
    elif kind == "record":
        assert json.loads(data)["interactions"] == len(own_visit.painting.regions)


def test_a_png_without_lines_or_answers_and_junk_kinds(own_visit, tmp_path):
    commands.apply_color(own_visit, "#ff0000")
    with Image.open(make_file(own_visit, "png", tmp_path, lines=False, transparent=True)) as image:
        assert image.mode == "RGBA"
        assert set(np.unique(np.asarray(image)[..., 3])) == {0, 255}
    with pytest.raises(Trouble, match="no kind"):
        make_file(own_visit, "../png", tmp_path)
    with pytest.raises(Trouble, match="no way to color"):
        make_file(own_visit, "png", tmp_path, mode="<b>")
    with pytest.raises(Trouble, match="not what becomes of parts without an answer"):
        make_file(own_visit, "png", tmp_path, unanswered="white")


def test_a_saved_painting_goes_on_with_its_strip(visits, own_visit, tmp_path):
    for color in ("#ff0000", "#00ff00", "#0000ff"):
        commands.apply_color(own_visit, color)
    commands.undo(own_visit)
    with open(make_file(own_visit, "resume", tmp_path), "rb") as file:
        saved = unpack_painting(file.read())
    name = visits.resume(saved.original, saved.state, saved.stem)
    with visits.using(name) as again:
        commands.begin(again, saved.steps)
        assert (again.step, again.frames) == (own_visit.step, own_visit.frames)
        assert picture_view(again.painting) == picture_view(own_visit.painting)
        commands.redo(again)
        assert again.painting.regions[2].color == "#0000ff"


@pytest.mark.parametrize("kind", ["psd", "ora"])
def test_a_file_of_layers_goes_on_with_its_strip(visits, own_visit, tmp_path, kind):
    for color in ("#ff0000", "#00ff00"):
        commands.apply_color(own_visit, color)
    commands.undo(own_visit)
    data = Path(make_file(own_visit, kind, tmp_path)).read_bytes()
    assert not is_saved(data)
    name = unpack_and_resume(visits, data)
    with visits.using(name) as again:
        commands.begin(again)
        assert (again.step, again.frames) == (own_visit.step, own_visit.frames)
        again.saved, again.painting = again.painting.to_dict(), None  # put away
    with visits.using(name) as again:
        assert again.painting.image == own_visit.painting.image
        commands.redo(again)
        assert again.painting.regions[1].color == "#00ff00"


@pytest.mark.parametrize("kind", NAMES)
def test_a_full_disk_is_told_without_paths_of_the_server(own_visit, kind, tmp_path):
    with no_room_beyond(20), pytest.raises(Trouble) as caught:
        make_file(own_visit, kind, tmp_path)
    assert str(caught.value) == en.NO_ROOM
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_layers_goes_through_the_same_checks(visits, drawing, tmp_path):
    painting = visits.painter.open(drawing, 64)  # another working size than here
    painting.save(tmp_path / "page.ora")
    data = (tmp_path / "page.ora").read_bytes()
    with pytest.raises(Trouble, match="no file saved here"):
        unpack_painting(data)
    picture = check_picture(data)
    with pytest.raises(Trouble, match="no file saved here"):
        check_painting(picture.info["painting"])
    with visits.using(visits.start(data, picture)) as own_visit:  # but it is a drawing
        assert np.array_equal(own_visit.painting.drawing, drawing)


def test_a_photo_of_paper_and_a_later_page_are_taken_up(visits, drawing, tmp_path):
    table = file_bytes(photo(pencil_drawing(), SHEETS["from below"], TABLES["oak"], size=(600, 800)))
    pages = file_bytes(drawing, "TIFF", save_all=True, append_images=[drawing.rotate(90, expand=True)])
    for data, number in ((table, 1), (pages, 2)):
        name = visits.start(data, check_picture(data, number))
        with visits.using(name) as own_visit:
            commands.begin(own_visit)
            assert own_visit.painting.notes
            commands.apply_color(own_visit, "#ff0000")
            file, image = make_file(own_visit, "resume", tmp_path), own_visit.painting.image
            own_visit.saved, own_visit.painting = own_visit.painting.to_dict(), None  # put away
        with visits.using(name) as own_visit:
            assert own_visit.painting.image == image
        with visits.using(unpack_and_resume(visits, Path(file).read_bytes())) as again:
            assert again.painting.image == image
    assert image.size == drawing.size[::-1]
    for number in (0, 3, "1", True, None):
        with pytest.raises(Trouble, match="no page .*: choose one from 1 to 2"):
            check_picture(pages, number)


def test_what_is_no_saved_painting_is_refused(visits, own_visit, drawing):
    original, state = file_bytes(drawing), own_visit.painting.to_dict()
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
    saved = pack_painting(own_visit)
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


def test_steps_are_saved_with_the_painting(visits, own_visit):
    commands.apply_color(own_visit, "#ff0000")
    commands.finish(own_visit)
    commands.undo(own_visit)
    saved = unpack_painting(pack_painting(own_visit))
    assert saved.steps == own_visit.steps
    state = own_visit.painting.to_dict()
    count = len(own_visit.painting.regions)
    for steps in ([[1, "normal", False]], [[99, "normal", False]], "ab", [["a", {}, 1]]):
        damaged = unpack_painting(pack(own_visit.original, state, {"steps": steps, "stem": "../a<b>"}))
        assert damaged.stem in ("ab", "drawing", "..ab")
        with visits.using(visits.resume(damaged.original, damaged.state)) as again:
            commands.begin(again, damaged.steps)
            assert again.last_step == count, "each action is a step where they do not fit"
            assert again.painting.answers == own_visit.painting.answers


def test_files_are_called_after_the_drawing():
    for name, stem in (
        ("girl.png", "girl"), ("그림 1.jpg", "그림 1"), ("a drawing <b>.png", "a drawing b"), ("<>.png", "drawing"),
        ("...png", "drawing"), ("x" * 300 + ".png", "x" * 60),
    ):  # fmt: skip
        assert stem_of(Path(name)) == stem
