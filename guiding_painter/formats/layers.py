"""Pages of OpenRaster (GIMP, Krita, MyPaint, ours): zips of PNGs."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from xml.etree import ElementTree

from PIL import Image

from ..notes import Note
from .decoding import MAX_PIXELS, as_seen, check_size
from .line_layers import (
    MAX_LAYER_PIXELS,
    MAX_LAYERS,
    MAX_PAINTING,
    ORA_PAINTING,
    has_ink,
    is_line_art,
    lay,
    read_painting,
)

MAX_STACK = 5_000_000  # bytes of stack.xml
MAX_PNG = 400_000_000  # bytes: a PNG does not get larger than its pixels by much
MAX_DEPTH = 100


@dataclass(frozen=True)
class RasterLayer:
    """A layer as stack.xml describes it."""

    source: str
    place: tuple[int, int]
    opacity: float
    multiply: bool
    is_line_art: bool


def read_page(data: bytes, kind: str, page_number: int = 1) -> Image.Image:
    """The line art if a layer is named so, else the merged picture."""
    with opened_zip(data) as archive:
        return _open_raster(archive)


@contextmanager
def opened_zip(data: bytes) -> Iterator[zipfile.ZipFile]:
    """The zip in a file; what is wrong with it within becomes an OSError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield archive
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError):  # as for what is packed with a password
        raise OSError("cannot be decoded (no whole zip of layers): it may be damaged, save it again.") from None


def _open_raster(archive: zipfile.ZipFile) -> Image.Image:
    size, layers = read_stack(read_entry(archive, "stack.xml", MAX_STACK))
    lines = [layer for layer in layers if layer.is_line_art]
    painting = None
    if ORA_PAINTING in archive.namelist():
        painting = read_painting(read_entry(archive, ORA_PAINTING, MAX_PAINTING))
    page = _compose(archive, lines, size) if lines else None
    if page is not None and (painting is not None or has_ink(page)):  # ours may be faint
        page.info["notes"] = [Note("line_layer")]
    elif "mergedimage.png" in archive.namelist():
        page = merged(archive)
    else:
        page = _compose(archive, layers, size)
    if painting is not None:
        page.info["painting"] = painting
    return page


def read_stack(text: bytes) -> tuple[tuple[int, int], list[RasterLayer]]:
    """The size of a page, (width, height), and its visible layers from the bottom, from its stack.xml."""
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise OSError(f"cannot be decoded ({error}): it may be cut short, save it again.") from None
    size = int(root.get("w", 0)), int(root.get("h", 0))
    check_size(*size)
    layers = list(_walk(root, (0, 0), 1.0, False, 0))[::-1]
    if len(layers) > MAX_LAYERS:
        raise ValueError(f"has more than {MAX_LAYERS} layers: merge some of them.")
    return size, layers


def _walk(
    parent: ElementTree.Element, place: tuple[int, int], opacity: float, line_art: bool, depth: int
) -> Iterator[RasterLayer]:
    if depth > MAX_DEPTH:
        raise ValueError(f"has more than {MAX_DEPTH} groups in one another: merge some of them.")
    for element in parent:
        if element.get("visibility") == "hidden":
            continue
        at = place[0] + int(element.get("x", 0)), place[1] + int(element.get("y", 0))
        seen = opacity * float(element.get("opacity", 1))
        named = line_art or is_line_art(element.get("name", ""))
        if element.tag == "stack":
            yield from _walk(element, at, seen, named, depth + 1)
        elif element.tag == "layer" and element.get("src"):
            yield RasterLayer(element.get("src"), at, seen, element.get("composite-op") == "svg:multiply", named)


def _compose(archive: zipfile.ZipFile, layers: list[RasterLayer], size: tuple[int, int]) -> Image.Image:
    page = Image.new("RGB", size, "white")
    pixels = 0
    for layer in layers:
        with _picture(archive, layer.source) as image:
            pixels += image.width * image.height
            if pixels > MAX_LAYER_PIXELS:
                raise ValueError("has more pixels in its layers than can be opened: merge some of them.")
            page.info |= {key: value for key, value in as_seen(image).info.items() if key != "notes"}
            lay(page, image.convert("RGBA"), layer.place, layer.opacity, layer.multiply)
    return page


def merged(archive: zipfile.ZipFile) -> Image.Image:
    """The picture of all layers, which is in the zip, too."""
    if "mergedimage.png" not in archive.namelist():
        raise OSError("has no merged picture in it: save it again with its preview, or as PNG.")
    with _picture(archive, "mergedimage.png") as image:
        return as_seen(image)


def _picture(archive: zipfile.ZipFile, name: str) -> Image.Image:
    image = Image.open(io.BytesIO(read_entry(archive, name, MAX_PNG)), formats=("PNG",))
    check_size(*image.size)
    return image


def read_entry(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """The bytes of an entry, never more than `most`, whatever the zip says of itself."""
    if archive.getinfo(name).compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise OSError("is packed in a way that is not read: save it again.")
    with archive.open(name) as entry:
        data = entry.read(most + 1)
    if len(data) > min(most, 6 * MAX_PIXELS):
        raise ValueError(f"has a {name[:60]} larger than {most // 1_000_000} MB: scale it down.")
    return data
