"""Files that paint programs open: the layers read back are the pixels put in; and palettes."""

import io
import json
import os
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageDraw
from psd_tools import PSDImage
from psd_tools.constants import BlendMode, Resource

from guiding_painter.files import Artwork, save_artwork, writing
from guiding_painter.palettes import dominant_colors, read_palette, write_palette

ANSWERS = [(4, (224, 122, 95)), (0, None), (2, (61, 64, 91)), (7, (1, 2, 3)), (9, (9, 9, 9))]
NAMES = ["lines", "01 #e07a5f", "03 #3d405b", "04 #010203", "unanswered", "background"]  # from the top; 9 has no pixels
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.fixture
def artwork() -> Artwork:
    drawing = Image.new("L", (90, 60), 255)
    ImageDraw.Draw(drawing).ellipse((20, 10, 70, 50), outline=0, width=3)
    drawing = drawing.resize((180, 120)).resize((90, 60), Image.Resampling.BOX)
    region_map = np.zeros((60, 90), np.uint8)
    region_map[10:50, 20:70] = 4
    region_map[20:40, 30:40] = 2
    region_map[25:30, 80:] = 7
    color = np.random.default_rng(0).integers(0, 256, (60, 90, 3), dtype=np.uint8)  # painted: shaded, not flat
    drawing.info = {"dpi": (300.0, 300.0), "icc_profile": PROFILE}
    return Artwork(drawing, Image.fromarray(color), region_map, ANSWERS)


def expected_layers(artwork: Artwork) -> dict[str, np.ndarray]:
    """{name: (H, W, 4)} as the whole page would look with this layer alone."""
    color = np.asarray(artwork.color)
    opaque = np.full((*color.shape[:2], 1), 255, np.uint8)
    masks = {"01 #e07a5f": artwork.region_map == 4, "03 #3d405b": artwork.region_map == 2}
    masks |= {"04 #010203": artwork.region_map == 7, "unanswered": artwork.region_map == 0}
    layers = {name: np.where(mask[..., None], np.dstack([color, opaque]), 0) for name, mask in masks.items()}
    layers["background"] = np.full((*color.shape[:2], 4), 255, np.uint8)
    layers["lines"] = np.dstack([np.asarray(artwork.drawing.convert("RGB")), opaque])
    return layers


def on_page(image: Image.Image, left: int, top: int) -> np.ndarray:
    page = Image.new("RGBA", (90, 60))
    page.paste(image.convert("RGBA"), (left, top))
    return np.asarray(page)


def test_psd_gives_every_layer_back(artwork: Artwork, tmp_path: Path) -> None:
    save_artwork(artwork, tmp_path / "page.psd")
    psd = PSDImage.open(tmp_path / "page.psd")
    assert psd.size == (90, 60)
    assert [layer.name for layer in psd][::-1] == NAMES
    for name, expected in expected_layers(artwork).items():
        layer = next(layer for layer in psd if layer.name == name)
        np.testing.assert_array_equal(on_page(layer.topil(), *layer.offset), expected, err_msg=name)
        assert layer.blend_mode == (BlendMode.MULTIPLY if name == "lines" else BlendMode.NORMAL)
        assert layer.visible
    assert next(layer for layer in psd if layer.name == "03 #3d405b").bbox == (30, 20, 40, 40)


def test_psd_shows_the_picture_itself_and_what_its_layers_make(artwork: Artwork, tmp_path: Path) -> None:
    save_artwork(artwork, tmp_path / "page.psd")
    psd = PSDImage.open(tmp_path / "page.psd")
    np.testing.assert_array_equal(np.asarray(psd.topil(apply_icc=False)), np.asarray(artwork.flattened()))
    with Image.open(tmp_path / "page.psd") as other_reader:
        np.testing.assert_array_equal(np.asarray(other_reader), np.asarray(artwork.flattened()))
    rendered = np.asarray(psd.composite(ignore_preview=True, apply_icc=False).convert("RGB")).astype(int)
    # psd-tools cuts off where paint programs round.
    assert np.abs(rendered - np.asarray(artwork.flattened())).max() <= 1


def test_psd_keeps_dpi_and_profile(artwork: Artwork, tmp_path: Path) -> None:
    artwork.drawing.info["dpi"] = (300.0, 150.5)
    save_artwork(artwork, tmp_path / "page.psd")
    resources = PSDImage.open(tmp_path / "page.psd").image_resources
    resolution = resources.get_data(Resource.RESOLUTION_INFO)
    assert (resolution.horizontal / 2**16, resolution.vertical / 2**16) == (300, 150.5)
    assert (resolution.horizontal_unit, resolution.vertical_unit) == (1, 1)
    assert resources.get_data(Resource.ICC_PROFILE) == PROFILE


def test_psd_refuses_what_the_format_cannot_hold(tmp_path: Path) -> None:
    strip = Image.new("L", (30_001, 1), 255)
    wide = Artwork(strip, strip.convert("RGB"), np.zeros((1, 30_001), np.uint8), [])
    with pytest.raises(ValueError, match=r"at most 30000 pixels a side, not 30001x1: save an .ora"):
        save_artwork(wide, tmp_path / "page.psd")
    save_artwork(wide, tmp_path / "page.ora")


def test_ora_gives_every_layer_back(artwork: Artwork, tmp_path: Path) -> None:
    """Read by the OpenRaster specification, with zipfile and Pillow alone."""
    save_artwork(artwork, tmp_path / "page.ora")
    data = (tmp_path / "page.ora").read_bytes()
    assert data[30:54] == b"mimetypeimage/openraster"  # first, and not compressed
    with zipfile.ZipFile(tmp_path / "page.ora") as archive:
        assert archive.testzip() is None
        page = ElementTree.fromstring(archive.read("stack.xml"))
        assert (page.tag, page.get("w"), page.get("h"), page.get("xres"), page.get("yres")) == (
            "image",
            "90",
            "60",
            "300",
            "300",
        )
        layers = page.findall("stack/layer")
        assert [layer.get("name") for layer in layers] == NAMES
        for layer in layers:
            image = Image.open(io.BytesIO(archive.read(layer.get("src"))))
            assert image.info["icc_profile"] == PROFILE
            expected = expected_layers(artwork)[layer.get("name")]
            np.testing.assert_array_equal(on_page(image, int(layer.get("x")), int(layer.get("y"))), expected)
            multiply = layer.get("name") == "lines"
            assert layer.get("composite-op") == ("svg:multiply" if multiply else "svg:src-over")
        merged = Image.open(io.BytesIO(archive.read("mergedimage.png")))
        np.testing.assert_array_equal(np.asarray(merged), np.asarray(artwork.flattened()))
        assert max(Image.open(io.BytesIO(archive.read("Thumbnails/thumbnail.png"))).size) <= 256


def test_layers_have_no_soft_edges_and_nothing_under_their_holes(artwork: Artwork) -> None:
    for layer in artwork.layers():
        if layer.image.mode == "RGBA":
            pixels = np.asarray(layer.image)
            assert set(np.unique(pixels[..., 3])) <= {0, 255}
            assert not pixels[pixels[..., 3] == 0].any()


def test_an_artwork_answered_throughout_has_no_unanswered_layer(artwork: Artwork) -> None:
    whole = Artwork(artwork.drawing, artwork.color, np.zeros((60, 90), np.uint8), [(0, (5, 6, 7))])
    assert [layer.name for layer in whole.layers()] == ["background", "01 #050607", "lines"]


@pytest.mark.parametrize("lines", [True, False])
def test_png_with_and_without_lines_keeps_dpi_and_profile(artwork: Artwork, tmp_path: Path, lines: bool) -> None:
    save_artwork(artwork, tmp_path / "page.png", lines=lines)
    multiplied = np.rint(np.asarray(artwork.color) * (np.asarray(artwork.drawing)[..., None] / 255))
    with Image.open(tmp_path / "page.png") as image:
        assert image.mode == "RGB"
        np.testing.assert_array_equal(np.asarray(image), np.asarray(multiplied if lines else artwork.color))
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.01)
        assert image.info["icc_profile"] == PROFILE


def test_transparent_png_shows_answers_and_lines_only(artwork: Artwork, tmp_path: Path) -> None:
    save_artwork(artwork, tmp_path / "page.png", transparent=True)
    save_artwork(artwork, tmp_path / "color.png", transparent=True, lines=False)
    answered = artwork.region_map != 0
    drawing = np.asarray(artwork.drawing)
    page, color = (np.asarray(Image.open(tmp_path / name)) for name in ("page.png", "color.png"))
    np.testing.assert_array_equal(page[answered, :3], np.asarray(artwork.flattened())[answered])
    np.testing.assert_array_equal(page[~answered, 3], 255 - drawing[~answered])
    np.testing.assert_array_equal(color[..., 3], np.where(answered, 255, 0))
    np.testing.assert_array_equal(color[answered, :3], np.asarray(artwork.color)[answered])
    white = Image.new("RGBA", (90, 60), "white")
    over_white = np.asarray(Image.alpha_composite(white, Image.fromarray(page)))[..., 0]
    np.testing.assert_array_equal(over_white[~answered], drawing[~answered])


@pytest.mark.parametrize("info", [{}, {"dpi": (0.0, float("nan"))}, {"dpi": (1e9, 1e9)}])
@pytest.mark.parametrize("suffix", ["png", "psd", "ora"])
def test_files_without_a_sensible_dpi_are_written_all_the_same(
    artwork: Artwork, tmp_path: Path, info: dict, suffix: str
) -> None:
    artwork.drawing.info = info
    save_artwork(artwork, tmp_path / f"page.{suffix}")
    assert (tmp_path / f"page.{suffix}").stat().st_size > 1000


def test_saving_changes_nothing_in_the_artwork(artwork: Artwork, tmp_path: Path) -> None:
    before = artwork.color.tobytes(), dict(artwork.color.info)
    for name in ("a.png", "a.psd", "a.ora"):
        save_artwork(artwork, tmp_path / name, lines=False)
    assert (artwork.color.tobytes(), dict(artwork.color.info)) == before


def test_an_unknown_suffix_is_refused(artwork: Artwork, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"page\.jpg does not end in \.png, \.psd or \.ora: name one of these\."):
        save_artwork(artwork, tmp_path / "page.jpg")


@pytest.mark.parametrize("name", ["page.png", "page.psd", "page.ora", "palette.gpl", "palette.json"])
def test_a_full_disk_leaves_the_old_file(
    artwork: Artwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def full(self: Path, data: bytes) -> None:
        with open(self, "wb") as file:
            file.write(data[:10])
        raise OSError(28, "No space left on device")

    (tmp_path / name).write_bytes(b"old")
    monkeypatch.setattr(writing.Path, "write_bytes", full)
    with pytest.raises(OSError, match=rf"{name} cannot be written \(No space left on device\): choose another place"):
        write_palette([(1, 2, 3)], tmp_path / name) if "palette" in name else save_artwork(artwork, tmp_path / name)
    assert (tmp_path / name).read_bytes() == b"old"
    assert os.listdir(tmp_path) == [name]


def test_a_folder_that_is_not_there_gives_one_sentence(artwork: Artwork, tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"page\.psd cannot be written \(No such file or directory\)"):
        save_artwork(artwork, tmp_path / "none" / "page.psd")


def test_a_file_that_may_not_be_replaced_is_left(
    artwork: Artwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(self: Path, target: Path) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "page.psd").write_bytes(b"old")
    monkeypatch.setattr(writing.Path, "replace", read_only)
    with pytest.raises(OSError, match=r"page\.psd cannot be written \(Permission denied\): choose another place"):
        save_artwork(artwork, tmp_path / "page.psd")
    assert (tmp_path / "page.psd").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["page.psd"]


COLORS = [(224, 122, 95), (0, 0, 0), (61, 64, 91), (255, 255, 255)]


@pytest.mark.parametrize("name", ["my colors.gpl", "my colors.json", "MY.GPL", "my colors.ase"])
def test_palettes_come_back(tmp_path: Path, name: str) -> None:
    write_palette(COLORS, tmp_path / name)
    assert read_palette(tmp_path / name) == COLORS


def test_a_gpl_is_what_gimp_writes(tmp_path: Path) -> None:
    write_palette(COLORS[:2], tmp_path / "sea.gpl")
    assert (tmp_path / "sea.gpl").read_text() == (
        "GIMP Palette\nName: sea\nColumns: 0\n#\n224 122  95\t#e07a5f\n  0   0   0\t#000000\n"
    )


def test_palettes_of_other_programs_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.gpl").write_bytes(
        b"\xef\xbb\xbfGIMP Palette\r\nName: 3 4 5\r\nColumns: 16\r\n# 1 2 3\r\n\r\n 10 20 30 Skin 7\r\n1 2 3\r\n"
    )
    (tmp_path / "a.json").write_text('["#abc", [1, 2, 3]]')
    assert read_palette(tmp_path / "a.gpl") == [(10, 20, 30), (1, 2, 3)]
    assert read_palette(tmp_path / "a.json") == [(0xAA, 0xBB, 0xCC), (1, 2, 3)]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"5",
        b'{"a": 1}',
        b'["red"]',
        b"[",
        b"\xff\xd8\xff",
        b"GIMP Palette\n#\n",
        json.dumps([[1, 2]]).encode(),
    ],
)
def test_what_is_no_palette_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(ValueError, match=r"a\.json holds no palette: give a GIMP palette"):
        read_palette(tmp_path / "a.json")


def test_palette_paths_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"none\.gpl cannot be read \(No such file or directory\): check the path\."):
        read_palette(tmp_path / "none.gpl")
    with pytest.raises(ValueError, match=r"a\.txt does not end in \.gpl, \.json or \.ase"):
        write_palette(COLORS, tmp_path / "a.txt")


def test_dominant_colors_are_the_pictures_own_most_frequent_first() -> None:
    picture = Image.new("RGB", (900, 600), COLORS[0])
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 300, 600), fill=COLORS[2])
    draw.rectangle((0, 0, 200, 200), fill=COLORS[3])
    assert dominant_colors(picture, 3) == [COLORS[0], COLORS[2], COLORS[3]]
    assert dominant_colors(picture, 10) == [COLORS[0], COLORS[2], COLORS[3]]
    assert len(dominant_colors(picture, 2)) == 2
    assert picture.size == (900, 600)


@pytest.mark.parametrize("count", [0, 257])
def test_dominant_colors_have_a_sensible_count(count: int) -> None:
    with pytest.raises(ValueError, match="choose 1 to 256 colors"):
        dominant_colors(Image.new("RGB", (2, 2)), count)
