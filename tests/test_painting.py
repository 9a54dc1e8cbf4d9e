"""Painting and its saved form, with a colorizer that fills every region flatly: no network."""

import base64
import io
import json
import os
import resource
import tempfile
import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from conftest import make_painting
from PIL import Image, ImageDraw
from psd_tools import PSDImage

from guiding_painter.colors import parse_color
from guiding_painter.files import lay_lines
from guiding_painter.painting import Painting, model_view
from guiding_painter.painting.saved import SavedPainting

UNANSWERED = (100, 150, 200)


class FlatColors:
    """Fills answered regions with their answers and all others with one color. Counts its calls."""

    def __init__(self):
        self.calls = 0

    def __call__(self, channels: np.ndarray, hints: np.ndarray, hinted: np.ndarray) -> Image.Image:
        self.calls += 1
        return Image.fromarray(np.where(hinted[..., None], hints, np.uint8(UNANSWERED)))


@pytest.fixture
def page() -> Image.Image:
    """80x40, with a black line down the middle, a gray one across, and an outlined spot on the right."""
    drawing = Image.new("L", (80, 40), 255)
    draw = ImageDraw.Draw(drawing)
    draw.line((0, 20, 79, 20), fill=128)
    draw.rectangle((39, 0, 40, 39), fill=0)
    draw.rectangle((59, 3, 72, 12), outline=0)
    return drawing


@pytest.fixture
def region_map() -> np.ndarray:
    """40x20, half the page: left 0, right 4, a spot of 2 in the right part. Channels 1 and 3 have no pixel."""
    regions = np.zeros((20, 40), np.uint8)
    regions[:, 20:] = 4
    regions[2:6, 30:36] = 2
    return regions


@pytest.fixture
def colorize() -> FlatColors:
    return FlatColors()


@pytest.fixture
def painting(page: Image.Image, region_map: np.ndarray, colorize: FlatColors) -> Painting:
    return make_painting(page, region_map, colorize)


def resume(painting: Painting, state: dict) -> Painting:
    saved = SavedPainting.from_dict(state)
    saved.check_drawing(painting.drawing)
    return make_painting(painting.drawing, saved.region_map, FlatColors(), saved.opened, saved.history, saved.position)


def test_regions_are_asked_in_channel_order_and_empty_ones_never(painting: Painting):
    assert [region.index for region in painting.regions] == [0, 2, 4]
    asked = []
    while region := painting.next_region():
        asked.append(region.index)
        painting.paint(region, "#123456")
    assert asked == [0, 2, 4]
    assert [region.index for region in painting.regions] == [0, 2, 4]


def test_a_region_knows_its_place(painting: Painting):
    left, spot, right = painting.regions
    assert [region.area for region in painting.regions] == [0.5, 0.03625, 0.46375]
    assert sum(region.area for region in painting.regions) == 1
    assert spot.mask.shape == (40, 80)
    assert spot.mask.dtype == bool
    assert spot.mask[4:12, 60:72].all()
    assert spot.box == (60, 4, 73, 13)  # with its share of the outline, down to the pixel
    assert spot.mask.sum() == 8 * 12 + 8 + 12
    for region in painting.regions:
        x, y = region.center
        assert region.mask[int(y), int(x)]
    assert 15 < left.center[0] < 25
    assert np.array_equal(painting.region_map == 4, right.mask)


def test_suggestions_follow_the_picture_and_leave_ink_out(page: Image.Image, region_map: np.ndarray):
    ink = np.asarray(page.resize((40, 20), Image.Resampling.BOX)) < 200
    assert ink.any()

    def colorize(channels: np.ndarray, hints: np.ndarray, hinted: np.ndarray) -> Image.Image:
        picture = np.full((20, 40, 3), (200, 100, 50), np.uint8)
        if hinted[channels == 0].any():
            picture[:, 20:30] = (100, 100, 50)  # an answer elsewhere changes this region too
            picture[:, 30:] = (110, 100, 50)
        picture[ink] = 0
        return Image.fromarray(picture)

    painting = make_painting(page, region_map, colorize)
    assert painting.regions[1].suggested_color == "#c86432"
    painting.paint(0, "#ffffff")
    assert painting.regions[1].suggested_color == "#6e6432"
    paper = ~ink & (region_map == 4)
    red = np.where(np.arange(40) < 30, 100, 110)[None].repeat(20, 0)[paper].mean()
    assert painting.regions[2].suggested_color == f"#{round(red):02x}6432"


def test_a_region_of_ink_alone_still_has_a_suggestion():
    region_map = np.zeros((10, 10), np.uint8)
    painting = make_painting(Image.new("L", (10, 10), 0), region_map, FlatColors())
    assert painting.regions[0].suggested_color == "#6496c8"
    assert painting.image.getextrema() == ((0, 0),) * 3


@pytest.mark.parametrize("color", ["#e07a5f", "#E07A5F", " #e07a5f ", (224, 122, 95), [224, 122, 95], "#e75"])
def test_colors_that_are_understood(painting: Painting, color: object):
    painting.paint(0, color)
    assert painting.regions[0].color == ("#ee7755" if color == "#e75" else "#e07a5f")


def test_numpy_colors_are_understood(painting: Painting):
    painting.paint(0, tuple(np.array([1, 2, 3], np.uint8)))
    assert painting.regions[0].color == "#010203"


BAD_COLORS = [
    "e07a5f",
    "#e07a5",
    "#e07a5g",
    "red",
    "",
    (1, 2),
    (1, 2, 256),
    (-1, 2, 3),
    (0.5, 0, 0),
    (True, 0, 0),
    None,
    7,
]


@pytest.mark.parametrize("color", BAD_COLORS)
def test_colors_that_are_not(painting: Painting, color: object):
    with pytest.raises(ValueError, match="is no color: give '#rrggbb', '#rgb' or"):
        painting.paint(0, color)
    assert painting.answers == {}


@pytest.mark.parametrize("region", [1, 30, -1, "0x", None])
def test_regions_that_are_not(painting: Painting, region: object):
    with pytest.raises(ValueError, match="is no region of this painting: choose one of 0, 2, 4"):
        painting.paint(region, "#fff")


def test_a_region_of_another_painting_is_refused(painting: Painting, page: Image.Image, region_map: np.ndarray):
    other = make_painting(page, region_map, FlatColors())
    with pytest.raises(ValueError, match="belongs to another painting"):
        painting.paint(other.regions[0], "#fff")


def test_answers_in_any_order(painting: Painting):
    left, spot, right = painting.regions
    painting.paint(right, "#111111")
    assert painting.next_region() is left
    painting.skip(left)
    assert painting.next_region() is spot
    painting.paint(spot, "#222222")
    assert painting.next_region() is None
    assert [(region.color, region.skipped) for region in painting.regions] == [
        (None, True),
        ("#222222", False),
        ("#111111", False),
    ]


def test_repaint_changes_an_earlier_answer_only(painting: Painting):
    with pytest.raises(ValueError, match="Region 0 has no color yet"):
        painting.repaint(0, "#111111")
    painting.skip(0)
    with pytest.raises(ValueError, match="Region 0 has no color yet"):
        painting.repaint(0, "#111111")
    painting.paint(2, "#222222")
    painting.paint(4, "#444444")
    painting.repaint(2, "#111111")
    assert painting.answers == {0: None, 2: (17, 17, 17), 4: (68, 68, 68)}
    painting.undo()
    assert painting.regions[1].color == "#222222"


def test_skipping_an_answered_region_takes_the_answer_back(painting: Painting):
    painting.paint(0, "#111111")
    painting.skip(0)
    assert painting.regions[0].color is None
    assert painting.regions[0].skipped
    assert painting.picture.getpixel((0, 0)) == UNANSWERED
    painting.undo()
    assert painting.picture.getpixel((0, 0)) == (17, 17, 17)


def test_undo_and_redo_are_those_of_an_editor(painting: Painting):
    left, spot, right = painting.regions
    assert painting.undo() is None
    assert painting.redo() is None
    painting.paint(left, "#111111")
    painting.skip(spot)
    painting.paint(right, "#333333")
    assert painting.undo() is right
    assert painting.undo() is spot
    assert not spot.skipped
    assert painting.next_region() is spot
    assert painting.redo() is spot
    assert spot.skipped
    assert painting.undo() is spot
    assert painting.undo() is left
    assert painting.undo() is None
    assert painting.answers == {}
    for region in painting.regions:
        assert painting.redo() is region
    assert painting.redo() is None
    assert painting.answers == {0: (17, 17, 17), 2: None, 4: (51, 51, 51)}

    painting.undo()
    painting.paint(right, "#444444")  # a new answer: what was undone cannot be redone any more
    assert painting.redo() is None
    assert right.color == "#444444"


def test_the_picture_is_computed_once_an_answer(painting: Painting, colorize: FlatColors):
    assert colorize.calls == 0
    for expected in (1, 2, 3):
        region = painting.next_region()
        assert region.suggested_color
        assert painting.image
        assert colorize.calls == expected
        painting.paint(region, "#111111")
    assert painting.image
    assert colorize.calls == 4
    painting.skip(painting.regions[0])
    painting.undo()
    assert painting.image
    assert colorize.calls == 4  # the answers are the same again
    painting.undo()
    assert painting.image
    assert colorize.calls == 5


def test_many_answers_cost_one_picture_and_a_skip_none(painting: Painting, colorize: FlatColors):
    assert painting.image
    painting.skip(0)
    assert painting.image
    assert colorize.calls == 1
    painting.paint_all(["#111111", "#222222"])
    assert painting.image
    assert colorize.calls == 2


def test_the_image_has_flat_color_up_to_lines_as_sharp_as_the_drawing(painting: Painting):
    painting.paint_all(["#ff8000", None, "#0080ff"])
    image = np.asarray(painting.image)
    assert image.shape == (40, 80, 3)
    assert not image[:, 39:41].any()  # the black line, to the pixel
    assert (image[:20, :38] == (255, 128, 0)).all()
    assert (image[21:, :38] == (255, 128, 0)).all()
    assert (image[20, :38] == (128, 64, 0)).all()  # the gray line, darkened once
    assert (image[21:, 44:] == (0, 128, 255)).all()


def test_color_without_lines_flat_and_painted(page: Image.Image, region_map: np.ndarray):
    def colorize(*inputs: np.ndarray) -> Image.Image:  # a gradient, whatever the answers
        row = np.linspace(50, 200, 40).astype(np.uint8)
        return Image.fromarray(row[None, :, None].repeat(20, 0).repeat(3, 2))

    painting = make_painting(page, region_map, colorize)
    left, spot, right = painting.regions
    painting.paint(left, "#e07a5f")
    painting.skip(spot)
    flat = np.asarray(painting.color())
    assert np.array_equal(flat, np.asarray(painting.color("flat")))
    assert (flat[left.mask] == (224, 122, 95)).all()
    for region in (spot, right):
        assert (flat[region.mask] == parse_color(region.suggested_color)).all()
    painted = np.asarray(painting.color("painted"))
    assert np.abs(painted[left.mask].mean(axis=0) - (224, 122, 95)).max() <= 0.5
    assert len(np.unique(painted[left.mask][:, 1])) > 10  # its shading
    with pytest.raises(ValueError, match="mode is 'lines': choose 'flat' or 'painted'"):
        painting.color("lines")


def test_no_color_crosses_a_line(page: Image.Image, region_map: np.ndarray):
    region_map[:, 20] = 0  # the model is off by one pixel of its own, two of the page
    painting = make_painting(page, region_map, FlatColors())
    painting.paint_all(["#ff0000", "#00ff00", "#0000ff"])
    for mode in ("flat", "painted"):
        color = np.asarray(painting.color(mode))
        assert (color[:, :39] == (255, 0, 0)).all()
        assert (color[4:12, 60:72] == (0, 255, 0)).all()
        assert (color[:, 41:59] == (0, 0, 255)).all()


def test_suggestions_are_drawn_from_a_picture_once(painting: Painting, monkeypatch: pytest.MonkeyPatch):
    drawn = []
    colors_of = model_view.region_colors
    monkeypatch.setattr(
        model_view, "region_colors", lambda picture, *rest: drawn.append(picture) or colors_of(picture, *rest)
    )
    for _ in range(2):
        assert [region.suggested_color for region in painting.regions] == ["#6496c8"] * 3
        assert painting.color("flat")
    assert drawn == [painting.picture]
    painting.paint(0, "#111111")
    assert painting.regions[0].suggested_color == "#111111"
    assert len(drawn) == 2


def test_coarse_lines_of_the_model_do_not_show(page: Image.Image, region_map: np.ndarray):
    painted = Image.new("RGB", (40, 20), (255, 128, 0))
    painted.paste((0, 0, 0), (19, 0, 21, 20))  # its own black line, as wide as 4 pixels of the page
    image = np.asarray(make_painting(page, region_map, lambda *inputs: painted).image)
    assert (image[:20, [36, 37, 38, 41, 42, 43]] == (255, 128, 0)).all()


def test_a_drawing_smaller_than_the_working_size(region_map: np.ndarray):
    region_map[:10, 20:] = 2
    region_map[0, 0] = 1  # one pixel that the drawing, four times smaller, does not have
    painting = make_painting(Image.new("L", (10, 5), 255), region_map, FlatColors())
    assert [region.index for region in painting.regions] == [0, 2, 4]
    assert painting.image.size == (10, 5)
    assert sum(region.area for region in painting.regions) == 1
    assert all(region.mask.any() and region.box for region in painting.regions)


def test_paint_all_accepts_suggestions_as_they_stand(painting: Painting, colorize: FlatColors):
    painting.paint(2, "#222222")
    painting.paint_all("auto")
    assert [region.color for region in painting.regions] == ["#6496c8", "#222222", "#6496c8"]
    assert colorize.calls == 1  # no guess follows from another


def test_paint_all_goes_on_where_the_painting_stands(painting: Painting):
    painting.skip(0)
    painting.paint_all(["#222222", "#444444", "#666666"])  # one too many
    assert painting.answers == {0: None, 2: (34, 34, 34), 4: (68, 68, 68)}


@pytest.mark.parametrize("colors", ["#e07a5f", "all"])
def test_paint_all_wants_a_list(painting: Painting, colors: str):
    with pytest.raises(ValueError, match="give a list of colors, or 'auto'"):
        painting.paint_all(colors)


@pytest.mark.parametrize("dpi", [(300, 300), None, (0, 0), (float("nan"), 1), (72.5, 100)])
def test_save(painting: Painting, tmp_path: Path, dpi: tuple | None):
    if dpi:
        painting.drawing.info["dpi"] = dpi
    painting.save(tmp_path / "out.PNG")
    with Image.open(tmp_path / "out.PNG") as saved:
        assert saved.tobytes() == painting.image.tobytes()
        assert saved.info.get("dpi") == (pytest.approx(dpi, abs=0.02) if dpi and dpi[0] >= 1 else None)
    assert [path.name for path in tmp_path.iterdir()] == ["out.PNG"]


def test_save_follows_a_link_and_keeps_permissions_ordinary(painting: Painting, tmp_path: Path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "link.png").symlink_to(tmp_path / "kept" / "out.png")
    painting.save(tmp_path / "link.png")
    assert (tmp_path / "link.png").is_symlink()
    ordinary = tmp_path / "ordinary"
    ordinary.touch()
    assert (tmp_path / "kept" / "out.png").stat().st_mode == ordinary.stat().st_mode


@pytest.mark.parametrize("name", ["out.psd", "out.ora"])
def test_save_in_layers(painting: Painting, tmp_path: Path, name: str):
    painting.drawing.info["dpi"] = (300, 300)
    painting.paint(4, "#0080ff")
    painting.paint(0, "#e07a5f")
    painting.save(tmp_path / name, "flat")
    names = ["background", "unanswered", "03 #0080ff", "01 #e07a5f", "lines"]
    if name == "out.psd":
        psd = PSDImage.open(tmp_path / name)
        assert [layer.name for layer in psd] == names
        merged, lowest = psd.topil(apply_icc=False), psd[3].topil()
    else:
        with zipfile.ZipFile(tmp_path / name) as archive:
            layers = ElementTree.fromstring(archive.read("stack.xml")).findall("stack/layer")
            assert [layer.get("name") for layer in reversed(layers)] == names
            merged = Image.open(io.BytesIO(archive.read("mergedimage.png")))
            lowest = Image.open(io.BytesIO(archive.read(layers[1].get("src"))))
    assert merged.tobytes() == lay_lines(painting.color("flat"), painting.drawing).tobytes()
    assert lowest.getcolors() == [(painting.regions[0].mask.sum(), (224, 122, 95, 255))]


def test_save_png_without_lines_and_what_has_no_answer(painting: Painting, tmp_path: Path):
    painting.paint(0, "#e07a5f")
    painting.save(tmp_path / "out.png", "flat", lines=False, transparent=True)
    with Image.open(tmp_path / "out.png") as saved:
        image = np.asarray(saved)
    mask = painting.regions[0].mask
    assert (image[mask] == (224, 122, 95, 255)).all()
    assert not image[~mask][:, 3].any()


@pytest.mark.parametrize("name", ["out", "out.jpg", "out.psb"])
def test_save_knows_its_formats(painting: Painting, tmp_path: Path, name: str):
    with pytest.raises(ValueError, match=f"{name} does not end in .png, .psd or .ora"):
        painting.save(tmp_path / name)
    assert not any(tmp_path.iterdir())


def test_save_where_there_is_no_folder(painting: Painting, tmp_path: Path):
    with pytest.raises(OSError, match="missing/out.png cannot be written"):
        painting.save(tmp_path / "missing" / "out.png")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(OSError, match="folder.png cannot be written"):
        painting.save(tmp_path / "folder.png")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.png"]


def test_save_on_a_full_disk_leaves_the_old_file(painting: Painting, tmp_path: Path):
    target = tmp_path / "out.png"
    target.write_bytes(b"old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))  # files may not grow beyond 100 bytes
    try:
        with pytest.raises(OSError, match="out.png cannot be written"):
            painting.save(target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.png"]


def test_save_in_a_read_only_folder_leaves_the_old_file(painting: Painting):
    with tempfile.TemporaryDirectory() as folder:  # not tmp_path, which only its owner may enter
        target = Path(folder) / "out.png"
        target.write_bytes(b"old")
        os.chmod(folder, 0o555)
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)  # root may write anywhere
        try:
            with pytest.raises(OSError, match="out.png cannot be written .Permission denied"):
                painting.save(target)
        finally:
            os.seteuid(user)
            os.chmod(folder, 0o755)
        assert target.read_bytes() == b"old"
        assert len(list(Path(folder).iterdir())) == 1


def test_a_painting_is_put_away_and_taken_up(painting: Painting):
    painting.paint(4, "#444444")
    painting.skip(0)
    painting.paint(2, (1, 2, 3))
    painting.paint(2, "#222222")
    painting.undo()
    resumed = resume(painting, json.loads(json.dumps(painting.to_dict())))
    assert resumed.answers == painting.answers == {4: (68, 68, 68), 0: None, 2: (1, 2, 3)}
    assert resumed.image.tobytes() == painting.image.tobytes()
    assert resumed.to_dict() == painting.to_dict()
    assert resumed.redo().color == "#222222"
    for index in (2, 2, 0, 4):
        assert resumed.undo().index == index
    assert resumed.undo() is None


def test_the_saved_form(painting: Painting):
    painting.paint(2, "#e07a5f")
    painting.skip(0)
    painting.undo()
    state = painting.to_dict()
    assert list(state) == [
        "format",
        "version",
        "drawing",
        "extract_lines",
        "underdrawing",
        "reorder",
        "gap",
        "working_size",
        "region_map",
        "history",
        "position",
        "panels",
    ]
    assert (state["format"], state["version"], state["extract_lines"]) == ("guiding-painter painting", 4, False)
    assert (state["underdrawing"], state["gap"]) == ("auto", "normal")
    assert state["panels"] is None
    assert (state["drawing"]["size"], state["working_size"]) == ([80, 40], [40, 20])
    assert state["history"] == [{"region": 2, "color": "#e07a5f"}, {"region": 0, "color": None}]
    assert state["position"] == 1
    region_map = np.frombuffer(zlib.decompress(base64.b64decode(state["region_map"])), "<u2").reshape(20, 40)
    assert np.array_equal(region_map, painting.model_map)


def test_a_map_of_512_pixels_is_saved_in_few_bytes():
    rows, columns = np.mgrid[:512, :512]
    region_map = ((rows // 40 + columns // 60) % 9).astype(np.uint8)
    painting = make_painting(Image.new("L", (512, 512), 255), region_map, FlatColors())
    assert len(json.dumps(painting.to_dict())) < 20_000


@pytest.mark.parametrize("state", [None, [], "painting", {}, {"format": "other"}])
def test_foreign_states(painting: Painting, state: object):
    with pytest.raises(ValueError, match="This is no saved painting: pass the dict that Painting.to_dict"):
        resume(painting, state)


@pytest.mark.parametrize("version", [0, 5, "1", None])
def test_states_of_another_version(painting: Painting, version: object):
    with pytest.raises(ValueError, match="version .* of the format .* versions 1 to 4: update guiding-painter"):
        resume(painting, painting.to_dict() | {"version": version})


def packed(values: bytes) -> str:
    return base64.b64encode(zlib.compress(values)).decode()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("drawing", None, "drawing is None"),
        ("drawing", {"size": [80], "thumbnail": packed(bytes(1024))}, r"drawing size is \[80\]"),
        ("drawing", {"size": [80, True], "thumbnail": packed(bytes(1024))}, "drawing size is"),
        ("drawing", {"size": [80, 40], "thumbnail": packed(bytes(1023))}, "thumbnail is not one of 32x32"),
        ("drawing", {"size": [80, 40]}, "thumbnail cannot be unpacked"),
        ("extract_lines", "no", "extract_lines is 'no'"),
        ("working_size", [40, 20, 1], "working_size is"),
        ("working_size", [0, 20], "working_size is"),
        ("working_size", [40.0, 20.0], "working_size is"),
        ("working_size", [5000, 20], "working_size is"),
        ("underdrawing", "no", "underdrawing is 'no'"),
        ("gap", 3, "gap is 3"),
        ("gap", ["normal"], "gap is"),
        ("working_size", [20, 20], "region_map is not one of 20x20"),
        ("working_size", [40, 40], "region_map is not one of 40x40"),
        ("region_map", None, "region_map cannot be unpacked"),
        ("region_map", 5, "region_map cannot be unpacked"),
        ("region_map", "@@@", "region_map cannot be unpacked"),
        ("region_map", "é", "region_map cannot be unpacked"),
        ("region_map", base64.b64encode(b"not zlib").decode(), "region_map cannot be unpacked"),
        ("region_map", packed(bytes(1600))[:-8], "region_map is not one of 40x20"),
        ("region_map", packed(bytes(50_000_000)), "region_map is not one of 40x20"),
        ("history", {}, "history is {}"),
        ("history", ["#fff"], "history entry is '#fff'"),
        ("history", [{"region": 0}], "history entry is"),
        ("history", [{"region": "0", "color": None}], "answered region is '0'"),
        ("history", [{"region": True, "color": None}], "answered region is True"),
        ("history", [{"region": 0, "color": "red"}], "answer is 'red'"),
        ("history", [{"region": 0, "color": {"r": "x" * 1000}}], "answer is {'r'.*[.]{3}"),
        ("position", -1, "position is -1"),
        ("position", 2, "position is 2"),
        ("position", True, "position is True"),
        ("position", None, "position is None"),
    ],
)
def test_damaged_states(painting: Painting, field: str, value: object, says: str):
    painting.paint(0, "#111111")
    with pytest.raises(ValueError, match=f"^This saved painting is damaged: its .*{says}") as raised:
        resume(painting, painting.to_dict() | {field: value})
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize(
    "field", ["drawing", "extract_lines", "underdrawing", "gap", "working_size", "region_map", "history", "position"]
)
def test_incomplete_states(painting: Painting, field: str):
    state = painting.to_dict()
    del state[field]
    with pytest.raises(ValueError, match="damaged"):
        resume(painting, state)


def test_a_changed_letter_never_gives_another_map(painting: Painting):
    state = painting.to_dict()
    text, noticed = state["region_map"], 0
    for place in range(len(text)):
        changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        try:
            resumed = SavedPainting.from_dict(state | {"region_map": changed})
        except ValueError:
            noticed += 1
        else:  # bits that zlib leaves unused
            assert np.array_equal(resumed.region_map, painting.model_map)
    assert noticed > 0.9 * len(text)


def test_an_answer_to_no_region_is_noticed(painting: Painting):
    state = painting.to_dict() | {"history": [{"region": 3, "color": "#fff"}], "position": 1}
    with pytest.raises(ValueError, match="3 is no region of this painting"):
        resume(painting, state)


def test_an_answer_to_a_region_that_the_lines_leave_no_place_for_is_let_go(painting: Painting):
    painting.paint(0, "#111111")
    painting.paint(4, "#444444")
    painting.undo()
    state = painting.to_dict()
    region_map = painting.model_map.copy()
    region_map[15, 10] = 3  # a speck that goes to its neighbor
    speck = {"region": 3, "color": "#ffffff"}
    state |= {
        "region_map": packed(region_map.tobytes()),
        "history": [speck, state["history"][0], speck, state["history"][1], speck],
        "position": 3,
    }
    resumed = resume(painting, json.loads(json.dumps(state)))
    assert [region.index for region in resumed.regions] == [0, 2, 4]
    assert resumed.answers == {0: (17, 17, 17)}
    assert resumed.color("flat").tobytes() == painting.color("flat").tobytes()
    assert resumed.redo().index == 4
    assert resumed.redo() is None
    assert [resumed.undo().index, resumed.undo().index, resumed.undo()] == [4, 0, None]
    assert np.array_equal(resumed.model_map, region_map)


def test_a_painting_is_taken_up_with_its_own_drawing_only(painting: Painting, tmp_path: Path):
    saved = SavedPainting.from_dict(painting.to_dict())
    with pytest.raises(ValueError, match="a drawing of 80x40 pixels and the one given has 40x80"):
        saved.check_drawing(Image.new("L", (40, 80)))
    other = painting.drawing.copy()
    ImageDraw.Draw(other).line((10, 30, 16, 34), fill=0, width=2)
    with pytest.raises(ValueError, match="belongs to another drawing"):
        saved.check_drawing(other)

    painting.drawing.save(tmp_path / "same.jpg", quality=90)
    with Image.open(tmp_path / "same.jpg") as same:
        assert same.tobytes() != painting.drawing.tobytes()
        saved.check_drawing(same)


def test_parse_color_is_exact():
    assert parse_color("#0180ff") == (1, 128, 255)
    assert all(type(value) is int for value in parse_color(tuple(np.array([1, 2, 3]))))
