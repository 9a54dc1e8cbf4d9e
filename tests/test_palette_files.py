"""Palettes of other programs, good and bad, and what each gives."""

import json
import struct
from pathlib import Path

import pytest

from guiding_painter.palettes import open_palette, read_palette, write_palette

TERRA, NIGHT = (224, 122, 95), (61, 64, 91)
GPL = "GIMP Palette\nName: Sea\nColumns: 4\n#\n224 122 95 Pêche\n61 64 91 Bleu nuit foncé\n"


def aco(version: int, *colors: tuple[int, ...]) -> bytes:
    name = struct.pack(">HH", 0, 2) + "a\0".encode("utf-16-be") if version == 2 else b""
    return struct.pack(">HH", version, len(colors)) + b"".join(struct.pack(">5H", *color) + name for color in colors)


def ase(model: bytes, *values: float) -> bytes:
    block = struct.pack(">H", 1) + bytes(2) + model + struct.pack(f">{len(values)}fH", *values, 2)
    group = struct.pack(">HI", 0xC001, 4) + struct.pack(">H", 1) + bytes(2)
    return b"ASEF" + struct.pack(">HHI", 1, 0, 2) + group + struct.pack(">HI", 1, len(block)) + block


PALETTES = {
    "gpl": (GPL.encode(), [TERRA, NIGHT]),
    "gpl in Latin-1": (GPL.encode("latin-1"), [TERRA, NIGHT]),
    "gpl in UTF-16": (GPL.encode("utf-16"), [TERRA, NIGHT]),
    "gpl in UTF-16 without a mark": (GPL.encode("utf-16-le"), [TERRA, NIGHT]),
    "gpl, out of range": (b"GIMP Palette\n224 122 95\n300 -4 12 over\n61 64 91\n", [TERRA, (255, 0, 12), NIGHT]),
    "gpl, RGBA": (b"GIMP Palette\nChannels: RGBA\n#\n0 0 0 0 none\n224 122 95 255\n61 64 91 9\n", [TERRA, NIGHT]),
    "aco 1": (aco(1, (0, 0xE0E0, 0x7A7A, 0x5F5F, 0), (0, 0x3D3D, 0x4040, 0x5B5B, 0)), [TERRA, NIGHT]),
    "aco 2": (aco(2, (0, 0xE0E0, 0x7A7A, 0x5F5F, 0), (0, 0x3D3D, 0x4040, 0x5B5B, 0)), [TERRA, NIGHT]),
    "aco, HSB": (aco(1, (1, 0, 65535, 65535, 0)), [(255, 0, 0)]),
    "aco, CMYK": (aco(1, (2, 65535, 0, 0, 65535)), [(255, 0, 0)]),  # where 65535 is no ink
    "aco, Lab": (aco(1, (7, 10_000, 0, 0, 0)), [(255, 255, 255)]),
    "aco, gray": (aco(1, (8, 10_000, 0, 0, 0)), [(0, 0, 0)]),
    "ase, RGB": (ase(b"RGB ", 224 / 255, 122 / 255, 95 / 255), [TERRA]),
    "ase, CMYK": (ase(b"CMYK", 0, 1, 1, 0), [(255, 0, 0)]),
    "ase, Lab": (ase(b"LAB ", 0, 0, 0), [(0, 0, 0)]),
    "ase, gray": (ase(b"Gray", 1), [(255, 255, 255)]),
    "json": (b'["#e07a5f", "#3d405b"]', [TERRA, NIGHT]),
    "json without #": (b'["e07a5f", "3d405b"]', [TERRA, NIGHT]),
    "json of numbers": (b"[[224, 122, 95], [61, 64, 91, 255]]", [TERRA, NIGHT]),
    "json of Lospec": (json.dumps({"name": "a", "colors": ["e07a5f", "3d405b"]}).encode(), [TERRA, NIGHT]),
    "json of objects": (json.dumps({"palette": [{"hex": "#e07a5f"}, {"color": "3d405b"}]}).encode(), [TERRA, NIGHT]),
    "hex of Lospec": (b"e07a5f\r\n3d405b\r\n", [TERRA, NIGHT]),
    "txt of Paint.NET": (b";paint.net Palette File\nFFE07A5F\nFF3D405B\n", [TERRA, NIGHT]),
    "pal of JASC": (b"JASC-PAL\r\n0100\r\n2\r\n224 122 95\r\n61 64 91\r\n", [TERRA, NIGHT]),
    "nothing": (b"", None),
    "a letter": (b"Dear sir or madam", None),
    "gpl without colors": (b"GIMP Palette\nName: a\n", None),
    "aco, cut": (aco(1, (0, 1, 2, 3, 0))[:9], None),
    "aco of a color book": (aco(1, (3, 1, 2, 3, 0)), None),
    "ase, cut": (ase(b"RGB ", 1, 1, 1)[:-8], None),
    "ase, not a number": (ase(b"RGB ", float("nan"), 0, 0), None),
    "json of words": (b'["red"]', None),
    "json, deep": (b"[" * 100_000, None),
}  # fmt: skip


@pytest.mark.parametrize("name", PALETTES)
def test_what_each_palette_gives(name: str, tmp_path: Path):
    data, colors = PALETTES[name]
    path = tmp_path / "download.bin"  # nothing is known by its ending
    path.write_bytes(data)
    if colors is None:
        with pytest.raises(
            ValueError, match=r"download\.bin holds no palette: give a GIMP palette \(\.gpl\), Adobe .*\.$"
        ):
            read_palette(path)
        with pytest.raises(ValueError, match=r"holds no palette: .*, or a picture to take the colors from\.$"):
            open_palette(path)
    else:
        assert read_palette(path) == open_palette(path) == colors


@pytest.mark.parametrize("suffix", [".gpl", ".json", ".ase"])
def test_written_and_read(suffix: str, tmp_path: Path):
    colors = [(level, 255 - level, level // 2) for level in range(256)]
    write_palette(colors, tmp_path / f"a{suffix}")
    assert read_palette(tmp_path / f"a{suffix}") == colors
