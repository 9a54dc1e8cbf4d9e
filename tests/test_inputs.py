"""Every kind of file that people bring, good and bad, and what each gives."""

import sys
from pathlib import Path

import numpy as np
import pytest
from input_files import PICTURES, drawn_pdf, heic, kra, ora, pdf, psd, square, svg, tiff_pages
from PIL import Image

from guiding_painter.drawings import open_drawing
from guiding_painter.drawings.pictures import count_pages, open_picture
from guiding_painter.formats import apart, kind_of
from guiding_painter.formats.krita import unpack_lzf
from guiding_painter.formats.line_layers import is_line_art


@pytest.mark.parametrize("name", PICTURES)
def test_what_each_file_gives(name: str, tmp_path: Path):
    make, expected = PICTURES[name]
    path = tmp_path / "upload"  # nothing is known by its ending
    path.write_bytes(make())
    if isinstance(expected, str):
        with pytest.raises((OSError, ValueError)) as raised:
            open_picture(path)
        said = str(raised.value)
        assert said.startswith(f"{path} {expected}")
        assert "\n" not in said
        assert said.endswith((".", "page."))
        return
    picture = open_picture(path)
    assert (picture.mode, picture.size) == ("RGB", expected)
    values = np.asarray(picture.convert("L").resize((64, 48), Image.Resampling.BOX)).astype(int)
    assert np.abs(values - np.asarray(square())).mean() < 12  # the square, whatever it came in


def test_there_are_sixty():
    assert len(PICTURES) >= 60


def test_pages():
    for make, pages in ((lambda: pdf(3), 3), (tiff_pages, 3), (drawn_pdf, 1), (heic, 1), (svg, 1)):
        assert count_pages(make()) == pages
    assert open_picture(tiff_pages(), page_number=2).size == (80, 60)
    assert open_picture(pdf(2), page_number=2).info["notes"] == ["This is page 2 of 2; page_number opens another."]
    for data, says in ((pdf(2), "has 2 pages"), (tiff_pages(), "has 3 pages"), (heic(), "has only 1 page")):
        with pytest.raises(ValueError, match=f"{says}: page 4 is not there"):
            open_picture(data, page_number=4)
    for number in (0, -1, "1", True, 1.0):
        with pytest.raises(ValueError, match=r"page_number is .*: the first page is 1\."):
            open_picture(pdf(), page_number=number)


def test_what_is_left_out_is_said():
    assert open_picture(svg("<script>a</script>")).info["notes"] == [
        "Pictures or scripts that are not in the SVG itself were left out."
    ]
    for data in (psd(), ora(), kra()):
        assert open_drawing(data).info["notes"] == ("Only the layer of line art was opened.",)
    assert open_drawing(svg()).info["notes"] == ()


@pytest.mark.parametrize("name", ["line art", "Lineart", "LINES 2", "inks", "Ink copy", "line_art", "선화", "線画"])
def test_layers_named_like_line_art(name: str):
    assert is_line_art(name)
    assert not any(map(is_line_art, ("outline color", "inkwell", "pipeline", "")))


def test_an_empty_layer_of_lines_is_no_drawing():
    blank = b'<image w="64" h="48"><stack><layer name="lines" src="data/0.png" opacity="0"/></stack></image>'
    opened = open_picture(ora(("lines",), square().convert("RGB"), blank))
    assert np.array_equal(opened.convert("L"), square())


@pytest.mark.parametrize("values", [bytes(16384), bytes(range(256)) * 64, np.random.default_rng(0).bytes(16384)])
def test_what_is_packed_with_lzf_comes_out_again(values: bytes):
    import imagecodecs

    packed = imagecodecs.lzf_encode(values, out=40_000)
    assert unpack_lzf(packed, len(values)) == values
    for damaged in (packed[:-2], b"\xff\xff\xff" + packed, b"\x20\x00", b""):
        with pytest.raises((ValueError, IndexError)):
            unpack_lzf(damaged, len(values))


def test_without_its_library_a_sentence_names_the_extra(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(apart, "find_spec", lambda name: None)
    with pytest.raises(OSError, match=r"is a HEIC file, .* `pip install 'guiding-painter\[formats\]'`"):
        open_picture(heic())
    assert open_picture(psd()).size == (64, 48)  # which needs none


def test_a_decoder_that_crashes_or_hangs_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    stub = tmp_path / "python"
    stub.write_text("#!/bin/sh\nkill -9 $$\n")
    stub.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(stub))
    with pytest.raises(OSError, match=r"cannot be decoded \(the decoder failed\)"):
        open_picture(svg())
    stub.write_text("#!/bin/sh\nexec sleep 30\n")
    monkeypatch.setattr(apart, "SECONDS", 0.5)
    with pytest.raises(ValueError, match=r"takes longer than 0\.5 seconds to decode"):
        open_picture(svg())


def test_a_tiff_without_resolution_has_none():
    assert "dpi" not in open_picture(tiff_pages(1)).info
    assert kind_of(b"II*\0") is None


def outcome(data: bytes) -> str:
    """The size of the picture in a file, or what is said of it."""
    try:
        return str(open_picture(data).size)
    except (OSError, ValueError) as error:
        return str(error)


@pytest.mark.parametrize("damage", ["cut", "flip", "swap"])
def test_damage_is_one_sentence_or_a_picture(damage: str):
    random = np.random.default_rng(1)
    for make in (tiff_pages, ora, psd, pdf):
        data = bytearray(make())
        if damage == "cut":
            data = data[: random.integers(1, len(data))]
        for _ in range(8 if damage != "cut" else 0):
            one, other = random.integers(0, len(data), 2)
            data[one], data[other] = (data[other], data[one]) if damage == "swap" else (data[one] ^ 0xFF, data[other])
        assert len(outcome(bytes(data)).splitlines()) == 1
