"""Pictures of SVG, drawn by resvg: it runs no scripts, and whatever an SVG would fetch is taken out first."""

import io
import re
from xml.etree import ElementTree

import resvg_py
from PIL import Image

from ..notes import Note
from .decoding import as_seen, check_size

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
LONG_SIDE = 2048  # pixels: an icon of 24 is drawn so large, as its lines have no size of their own
MAX_ELEMENTS = 200_000
MAX_DEPTH = 200  # resvg walks down by recursion
UNITS = {"": 1, "px": 1, "pt": 4 / 3, "pc": 16, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96}
FOREIGN = {"script", "foreignObject", "iframe", "audio", "video"}


def read_page(data: bytes, kind: str, page_number: int = 1) -> Image.Image:
    """The picture over white, its long side LONG_SIDE pixels at least."""
    root, left_out = clean(data)
    width, height = natural_size(root)
    scale = max(1, LONG_SIDE / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    check_size(*size)
    root.attrib.setdefault("viewBox", f"0 0 {width:g} {height:g}")  # or it would not grow with its size
    root.attrib.update(width=str(size[0]), height=str(size[1]))
    png = resvg_py.svg_to_bytes(svg_string=ElementTree.tostring(root, "unicode"), background="#ffffff")
    with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
        check_size(*image.size)
        image = as_seen(image)
    image.info.pop("dpi", None)
    if left_out:
        image.info["notes"] = [Note("outside_svg")]
    return image


def clean(data: bytes) -> tuple[ElementTree.Element, bool]:
    """The root of an SVG without scripts and without references to anything outside, and whether there were any."""
    try:
        root = _parse(data)
    except ElementTree.ParseError as error:
        raise OSError(f"cannot be decoded ({error}): it may be cut short, save it again.") from None
    if root.tag not in (f"{{{SVG}}}svg", "svg"):
        raise OSError("is no SVG picture: save it as PNG.")
    if root.tag == "svg":  # without the namespace that makes it one, as in web pages
        for element in root.iter():
            if isinstance(element.tag, str) and element.tag[0] != "{":
                element.tag = f"{{{SVG}}}{element.tag}"
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    left_out = False
    for parent in list(root.iter()):
        for child in list(parent):
            name = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
            if name in FOREIGN or any(_is_outside(child.get(key)) for key in ("href", f"{{{XLINK}}}href")):
                if name != "a":  # a link shows the same without its address
                    parent.remove(child)
                    left_out = True
    return root, left_out


def _parse(data: bytes) -> ElementTree.Element:
    elements = depth = 0
    root = None
    for event, element in ElementTree.iterparse(io.BytesIO(data), ("start", "end")):
        root = element if root is None else root
        elements += event == "start"
        depth += 1 if event == "start" else -1
        if elements > MAX_ELEMENTS or depth > MAX_DEPTH:
            raise ValueError(f"has more than {MAX_ELEMENTS} elements, or too many in one another: save it as PNG.")
    return root


def _is_outside(address: str | None) -> bool:
    return address is not None and not re.match(r"\s*(#|data:image/(png|jpe?g|gif|webp)[;,])", address, re.IGNORECASE)


def natural_size(root: ElementTree.Element) -> tuple[float, float]:
    """(width, height) in pixels that an SVG asks for, by its attributes or its view box."""
    box = [_number(word) for word in re.split(r"[\s,]+", root.get("viewBox", "").strip())]
    box = box[2:] if len(box) == 4 and all(side and side > 0 for side in box[2:]) else None
    width, height = _length(root.get("width")), _length(root.get("height"))
    if not (width and height):
        if box is None:
            width, height = width or 300, height or 150  # as browsers do
        elif width or height:
            width, height = width or height * box[0] / box[1], height or width * box[1] / box[0]
        else:
            width, height = box
    if max(width, height) > 1000 * min(width, height):
        raise ValueError("is more than 1000 times as long as wide: save it as PNG.")
    return width, height


def _length(text: str | None) -> float | None:
    """Pixels; None for what is no length of its own, such as a percentage."""
    match = re.fullmatch(r"\s*\+?([\d.]+(?:e[+-]?\d{1,2})?)\s*(px|pt|pc|mm|cm|in)?\s*", text or "", re.IGNORECASE)
    value = _number(match[1]) if match else None
    return value * UNITS[(match[2] or "").lower()] if value else None


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < 1e9 else None
