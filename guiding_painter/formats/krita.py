"""Pages of Krita files: a zip of layers in tiles of 64 x 64 pixels, channel after channel, packed with LZF."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np
from PIL import Image

from ..notes import Note
from .layers import MAX_DEPTH, MAX_STACK, merged, opened_zip, read_entry
from .line_layers import MAX_LAYER_PIXELS, MAX_LAYERS, has_ink, is_line_art, lay

MAX_LAYER = 500_000_000  # bytes of a layer, packed
TILE = 64  # pixels a side
BYTES = {"RGBA": 4, "GRAYA": 2}  # of a pixel, by the name of its color space: blue, green, red, alpha; gray, alpha
_HEADER = re.compile(rb"VERSION 2\nTILEWIDTH 64\nTILEHEIGHT 64\nPIXELSIZE (\d+)\nDATA (\d+)\n")
_PLACE = re.compile(rb"(-?\d{1,9}),(-?\d{1,9}),LZF,(\d{1,6})\n")


@dataclass(frozen=True)
class TiledLayer:
    """A layer of line art as maindoc.xml describes it."""

    file: str
    place: tuple[int, int]
    opacity: float
    multiply: bool
    bytes_per_pixel: int


def read_page(data: bytes, kind: str, page_number: int = 1) -> Image.Image:
    """The line art if a layer is named so, else the merged picture, also where layers are of a kind not known here."""
    with opened_zip(data) as archive:
        whole = merged(archive)
        try:
            page = _line_art(archive, whole.size)
        except (KeyError, ValueError, IndexError, OSError, ElementTree.ParseError):
            return whole
    if page is None or not has_ink(page):
        return whole
    page.info = whole.info | {"notes": [Note("line_layer")]}
    return page


def _line_art(archive: zipfile.ZipFile, size: tuple[int, int]) -> Image.Image | None:
    root = ElementTree.fromstring(read_entry(archive, "maindoc.xml", MAX_STACK))
    image = next(element for element in root.iter() if _tag(element) == "IMAGE")
    page, pixels = Image.new("RGB", size, "white"), 0
    layers = list(_walk(image, 1.0, False, 0))[:MAX_LAYERS]
    for layer in reversed(layers):  # the lowest comes last
        pixels += size[0] * size[1]
        if pixels > MAX_LAYER_PIXELS:
            raise ValueError("has more pixels in its layers than can be opened: merge some of them.")
        tiles = read_entry(archive, f"{image.get('name')}/layers/{layer.file}", MAX_LAYER)
        default = read_entry(archive, f"{image.get('name')}/layers/{layer.file}.defaultpixel", 16)
        lay(page, read_layer(tiles, default, layer, size), (0, 0), layer.opacity, layer.multiply)
    return page if layers else None


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _walk(parent: ElementTree.Element, opacity: float, line_art: bool, depth: int) -> Iterator[TiledLayer]:
    """The visible layers of line art below an element, the highest first."""
    if depth > MAX_DEPTH:
        raise ValueError(f"has more than {MAX_DEPTH} groups in one another: merge some of them.")
    for element in parent:
        if _tag(element) == "layers":
            yield from _walk(element, opacity, line_art, depth + 1)
        elif _tag(element) == "layer" and element.get("visible") != "0":
            seen = opacity * int(element.get("opacity", 255)) / 255
            named = line_art or is_line_art(element.get("name", ""))
            if element.get("nodetype") == "grouplayer":
                yield from _walk(element, seen, named, depth + 1)
            elif element.get("nodetype") == "paintlayer" and named:
                place = int(element.get("x", 0)), int(element.get("y", 0))
                multiply = element.get("compositeop") == "multiply"
                yield TiledLayer(element.get("filename"), place, seen, multiply, BYTES[element.get("colorspacename")])


def read_layer(data: bytes, default: bytes, layer: TiledLayer, size: tuple[int, int]) -> Image.Image:
    """What of a layer lies on a page of (width, height), "RGBA". Raises ValueError for what is no layer.

    Args:
        data: the layer's file.
        default: a pixel, where there is no tile.
    """
    count, header = layer.bytes_per_pixel, _HEADER.match(data)
    if header is None or int(header[1]) != count or len(default) != count:
        raise ValueError("no layer of this kind")
    page = np.empty((size[1], size[0], count), dtype=np.uint8)
    page[:] = np.frombuffer(default, dtype=np.uint8)
    at = header.end()
    for _ in range(min(int(header[2]), MAX_LAYER_PIXELS // TILE**2)):
        place = _PLACE.match(data, at)
        at = place.end() + int(place[3]) if place else len(data) + 1
        if at > len(data):
            raise ValueError("no whole layer")
        left, top = int(place[1]) + layer.place[0], int(place[2]) + layer.place[1]
        box = max(left, 0), max(top, 0), min(left + TILE, size[0]), min(top + TILE, size[1])
        if box[0] < box[2] and box[1] < box[3]:
            tile = _tile(data[place.end() : at], count)
            page[box[1] : box[3], box[0] : box[2]] = tile[box[1] - top : box[3] - top, box[0] - left : box[2] - left]
    if count == 2:
        return Image.fromarray(page).convert("RGBA")  # gray and alpha
    return Image.fromarray(np.ascontiguousarray(page[:, :, [2, 1, 0, 3]]))


def _tile(data: bytes, count: int) -> np.ndarray:
    """(64, 64, count) uint8; the first byte says whether it is packed."""
    if data[0] == 0:
        return np.frombuffer(data, dtype=np.uint8, offset=1).reshape(TILE, TILE, count)
    channels = np.frombuffer(unpack_lzf(data[1:], count * TILE**2), dtype=np.uint8)
    return channels.reshape(count, TILE, TILE).transpose(1, 2, 0)


def unpack_lzf(data: bytes, size: int) -> bytes:
    """`size` bytes packed with LZF: runs of bytes as they are, and copies of what came before. Raises ValueError."""
    unpacked, at = bytearray(), 0
    while at < len(data) and len(unpacked) < size:
        control = data[at]
        if control < 32:
            unpacked += data[at + 1 : at + 2 + control]
            at += 2 + control
            continue
        is_long = control >> 5 == 7
        length = 2 + (control >> 5) + (data[at + 1] if is_long else 0)
        back = 1 + ((control & 31) << 8 | data[at + 1 + is_long])
        if back > len(unpacked):
            raise ValueError("a copy of nothing")
        start = len(unpacked) - back
        copied = unpacked[start : start + length]  # less than `length` where it goes on into what it makes
        unpacked += (copied * (length // len(copied) + 1))[:length]
        at += 2 + is_long
    if len(unpacked) != size:
        raise ValueError(f"{len(unpacked)} bytes in place of {size}")
    return bytes(unpacked)
