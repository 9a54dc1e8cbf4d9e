"""Opening pictures: files of every kind, and what is refused, made here."""

import contextlib
import io

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngImageFile
from sample_pictures import cartoon, encode, ink_drawing, png_with_header

from guiding_painter.drawings import MAX_PIXELS, count_pages, open_drawing, open_picture, to_sketch, working_size

# Opening


@pytest.mark.parametrize("format", ["PNG", "BMP", "TIFF", "WEBP", "GIF", "JPEG"])
def test_every_format_opens_to_its_colors(format, tmp_path):
    picture = Image.new("RGB", (40, 30), (200, 60, 90))
    path = tmp_path / "picture.file"
    path.write_bytes(encode(picture, format, **({"lossless": True} if format == "WEBP" else {})))
    expected = np.asarray(picture).astype(int)
    for source in (path, str(path), path.read_bytes(), io.BytesIO(path.read_bytes()), Image.open(path)):
        opened = open_picture(source)
        assert opened.mode == "RGB"
        assert opened.size == (40, 30)
        assert np.abs(np.asarray(opened) - expected).max() <= (3 if format == "JPEG" else 0)


def test_an_open_file_stays_open(tmp_path):
    path = tmp_path / "a.png"
    cartoon().save(path)
    with path.open("rb") as file:
        open_picture(file)
        assert not file.closed


@pytest.mark.parametrize("source", [None, 5, [], np.zeros((5, 5), np.uint8), io.StringIO("<svg/>")])
@pytest.mark.parametrize("opens", [open_picture, count_pages])
def test_what_is_no_source_of_a_picture_is_said(source, opens):
    with pytest.raises(ValueError, match=f"The picture is a {type(source).__name__}: give a path, bytes"):
        opens(source)


def test_transparency_becomes_white_whatever_color_hides_there():
    hidden_black = np.zeros((20, 20, 4), dtype=np.uint8)
    hidden_black[5:10, 5:10] = (10, 20, 30, 255)
    hidden_black[12, 12] = (0, 0, 0, 128)
    opened = np.asarray(open_picture(encode(Image.fromarray(hidden_black), "PNG")))
    assert (opened[0, 0] == 255).all()
    assert tuple(opened[7, 7]) == (10, 20, 30)
    assert (np.abs(opened[12, 12].astype(int) - 127) <= 1).all()


def test_transparent_palette_and_gray():
    palette = Image.new("P", (4, 4), 0)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    palette.putpixel((1, 1), 1)
    opened = open_picture(encode(palette, "PNG", transparency=0))
    assert opened.getpixel((0, 0)) == (255, 255, 255)
    assert opened.getpixel((1, 1)) == (255, 0, 0)
    gray = Image.new("LA", (4, 4), (0, 0))
    gray.putpixel((1, 1), (90, 255))
    opened = open_picture(encode(gray, "PNG"))
    assert opened.getpixel((0, 0)) == (255, 255, 255)
    assert opened.getpixel((1, 1)) == (90, 90, 90)
    keyed = Image.new("RGB", (4, 4), (0, 0, 0))
    keyed.putpixel((1, 1), (90, 80, 70))
    opened = open_picture(encode(keyed, "PNG", transparency=(0, 0, 0)))
    assert opened.getpixel((0, 0)) == (255, 255, 255)
    assert opened.getpixel((1, 1)) == (90, 80, 70)


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_16_bit_gray_keeps_its_tones(format):
    tones = np.arange(256, dtype=np.uint16).reshape(16, 16) * 257
    opened = open_picture(encode(Image.fromarray(tones), format))
    assert np.array_equal(np.asarray(opened)[:, :, 0], np.arange(256).reshape(16, 16))


@pytest.mark.parametrize("white", [1.0, 255.0, 65535.0])
def test_floating_point_gray_of_any_scale(white):
    tones = np.linspace(0, white, 256, dtype=np.float32).reshape(16, 16)
    opened = np.asarray(open_picture(encode(Image.fromarray(tones), "TIFF")))[:, :, 0]
    assert np.array_equal(opened, np.arange(256).reshape(16, 16))


def test_32_bit_gray():
    tones = np.arange(256, dtype=np.int32).reshape(16, 16)
    assert np.array_equal(np.asarray(open_picture(Image.fromarray(tones * 257)))[:, :, 1], tones)
    assert np.array_equal(np.asarray(open_picture(Image.fromarray(tones)))[:, :, 1], tones)


def test_1_bit_tiff():
    drawing = ink_drawing().convert("1")
    opened = open_picture(encode(drawing, "TIFF", compression="group4"))
    assert np.array_equal(np.asarray(opened)[:, :, 0], np.asarray(drawing.convert("L")))


def test_cmyk_jpeg_loses_its_profile_and_keeps_its_colors():
    cmyk = Image.new("RGB", (32, 32), (220, 40, 60)).convert("CMYK")
    opened = open_picture(encode(cmyk, "JPEG", quality=95, icc_profile=b"\0" * 16 + b"CMYK" + b"\0" * 108))
    assert np.abs(np.asarray(opened)[5, 5].astype(int) - (220, 40, 60)).max() < 12
    assert "icc_profile" not in opened.info


def test_exif_rotation():
    picture = Image.new("RGB", (40, 20), "white")
    picture.paste((255, 0, 0), (0, 0, 10, 20))  # red at the left of what is stored, at the top of what is seen
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = encode(picture, "JPEG", exif=exif, quality=95, subsampling=0)
    for source in (stored, Image.open(io.BytesIO(stored))):
        opened = open_picture(source)
        assert opened.size == (20, 40)
        assert opened.getpixel((10, 2))[1] < 60
        assert opened.getpixel((10, 35))[1] > 200


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_first_frame_of_an_animation(format):
    frames = [Image.new("RGB", (16, 16), color) for color in ((255, 0, 0), (0, 255, 0), (0, 0, 255))]
    data = encode(frames[0], format, save_all=True, append_images=frames[1:], duration=50)
    assert Image.open(io.BytesIO(data)).n_frames == 3
    red, green, blue = open_picture(data).getpixel((8, 8))
    assert red > 240
    assert max(green, blue) < 15


@pytest.mark.parametrize("format", ["GIF", "PNG", "WEBP", "AVIF"])
def test_an_animation_is_noted_and_one_picture_is_not(format):
    still, moving = Image.new("L", (40, 30), 255), Image.new("L", (40, 30), 90)
    animation = encode(still, format, save_all=True, append_images=[moving])
    assert [note.key for note in open_drawing(animation).info["notes"]] == ["animation"]
    assert open_drawing(encode(still, format)).info["notes"] == ()
    frames = Image.open(io.BytesIO(animation))
    assert [note.key for note in open_drawing(frames).info["notes"]] == ["animation"]
    frames.seek(1)
    chosen = open_picture(frames)
    assert chosen.getpixel((20, 15))[0] < 120
    assert "notes" not in chosen.info


def test_an_animation_of_jpeg_xl_is_noted():
    encode_frames = pytest.importorskip("imagecodecs").jpegxl_encode
    frames = np.zeros((2, 30, 40, 3), dtype=np.uint8)
    frames[0] = 255
    opened = open_drawing(encode_frames(frames))
    assert opened.getpixel((20, 15)) == 255
    assert [note.key for note in opened.info["notes"]] == ["animation"]
    assert open_drawing(encode_frames(frames[0])).info["notes"] == ()


def test_the_pages_of_a_tiff_are_no_animation():
    pages = encode(Image.new("L", (40, 30), 255), "TIFF", save_all=True, append_images=[Image.new("L", (40, 30))])
    assert [note.key for note in open_drawing(pages).info["notes"]] == ["page"]


def test_dpi_and_rgb_profile_stay():
    profile = b"\0" * 16 + b"RGB " + b"\0" * 108
    assert "icc_profile" not in open_picture(encode(cartoon(), "TIFF", icc_profile=profile + bytes(2_000_000))).info
    opened = open_picture(encode(cartoon(), "TIFF", dpi=(300, 300), icc_profile=profile))
    assert opened.info == {"dpi": (300.0, 300.0), "icc_profile": profile}
    assert open_drawing(encode(ink_drawing(), "JPEG", dpi=(300, 300))).info["dpi"] == (300.0, 300.0)
    for extract_lines in (False, True):
        drawing = open_drawing(encode(cartoon(), "TIFF", icc_profile=profile), extract_lines)
        assert drawing.info["icc_profile"] == profile


def test_a_picture_already_open_is_not_changed():
    picture = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    open_picture(picture).paste((1, 2, 3), (0, 0, 8, 8))
    assert picture.mode == "RGBA"
    assert picture.getpixel((0, 0)) == (0, 0, 0, 0)


@pytest.mark.parametrize("size", [(20000, 10), (10, 20000), (1, 1), (3, 1)])
def test_long_and_tiny_pictures_open_and_clean(size):
    noise = np.random.default_rng(0).integers(150, 200, (size[1], size[0]), dtype=np.uint8)
    data = encode(Image.fromarray(noise), "PNG")
    assert open_picture(data).size == size
    drawing = open_drawing(data)
    assert drawing.size == size
    assert open_drawing(data, extract_lines=True).size == size
    assert to_sketch(drawing, working_size(size)).shape[2:] == working_size(size)[::-1]


# Refusing


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.png does not exist"):
        open_picture(tmp_path / "nowhere.png")
    with pytest.raises(OSError, match="is a folder"):
        open_picture(tmp_path)


@pytest.mark.parametrize("content", [b"", b"Dear sir or madam", b"<html><svg/></html>", b"PK\3\4" + bytes(90)])
def test_what_is_no_picture(content, tmp_path):
    path = tmp_path / "letter.png"
    path.write_bytes(content)
    with pytest.raises(OSError, match=r"letter\.png is no PNG, .* save it as one of these\.$"):
        open_picture(path)


def test_other_decoders_are_out_of_reach():
    for format in ("PPM", "ICO", "TGA", "PCX", "EPS"):
        data = encode(Image.new("RGB", (16, 16)), format)
        with pytest.raises(OSError, match="The picture is no PNG"):
            open_picture(data)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_truncated_files(format, share, tmp_path):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8))
    data = encode(noise, format)
    path = tmp_path / f"half.{format.lower()}"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(OSError, match=r"half\.\w+ (cannot be decoded|is no PNG).*\.$"):
        open_picture(path)


def test_random_damage_is_an_oserror_or_a_picture():
    generator = np.random.default_rng(0)
    for format in ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP"):
        data = encode(cartoon().resize((64, 64)), format)
        for _ in range(25):
            damaged = bytearray(data)
            for place in generator.integers(0, len(data), 8):
                damaged[place] = generator.integers(256)
            with contextlib.suppress(OSError, ValueError):
                assert open_picture(bytes(damaged)).mode == "RGB"


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(8945, 8945), (9800, 9800), (60000, 60000)])
def test_too_many_pixels_are_refused_before_decoding(size, monkeypatch):
    monkeypatch.setattr(PngImageFile, "load", lambda file: pytest.fail("it was decoded"))
    with pytest.raises(ValueError, match=r"The picture has more than 80 megapixels: scale it down\."):
        open_picture(png_with_header(*size))


def test_the_limit_lets_a_600_dpi_page_of_a3_pass():
    assert MAX_PIXELS >= 7016 * 9921
    with pytest.raises(OSError, match="cannot be decoded"):  # it comes as far as decoding the nothing in this file
        open_picture(png_with_header(7016, 9921))


def test_no_pixels():
    with pytest.raises(ValueError, match="has no pixels"):
        open_picture(Image.new("RGB", (0, 5)))
    with pytest.raises(OSError, match="The picture"):
        open_picture(png_with_header(0, 5))
