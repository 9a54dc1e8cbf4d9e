"""Which layer of a paint program's file is the line art, and putting layers on white."""

import json
import re
import zlib
from typing import Any

from PIL import Image, ImageChops

from .decoding import MAX_PIXELS

MAX_LAYERS = 2000
MAX_LAYER_PIXELS = 4 * MAX_PIXELS  # of all that are decoded together
# Where our own files hold the painting: an entry of an .ora, which programs that know nothing of it leave alone, and an
# image resource of plug-ins in a .psd, where the signature tells it from those of others.
ORA_PAINTING = "guiding-painter/painting"
PSD_PAINTING = 4009
SIGNATURE = b"guiding-painter painting\n"
MAX_PAINTING = 20_000_000  # bytes of a saved painting's JSON; of the largest it is a tenth

# English, Korean, Japanese, Chinese, French, German and Spanish; with a number or "copy" after it, they count too.
NAMES = (
    r"lines?|line ?arts?|line ?works?|outlines?|inks?|inking|선|선화|펜선|라인|라인아트|線画|线稿|線稿|ペン入れ"
    r"|traits?|encrage|linien|tusche|lineas?|líneas?|tinta"
)
_LINE_ART = re.compile(rf"(?:{NAMES})(?: ?\d+| copy)*", re.IGNORECASE)


def is_line_art(name: str) -> bool:
    """Whether a layer of this name holds the lines: "Line art", "lines 2", "INKS", "선화"."""
    return bool(_LINE_ART.fullmatch(re.sub(r"[\s_.-]+", " ", name).strip()))


def lay(page: Image.Image, layer: Image.Image, place: tuple[int, int], opacity: float, multiply: bool) -> None:
    """Lays an "RGBA" layer on an "RGB" page, in place; what lies beyond its edges is cut off."""
    left, top = place
    box = max(left, 0), max(top, 0), min(left + layer.width, page.width), min(top + layer.height, page.height)
    if box[0] >= box[2] or box[1] >= box[3]:
        return
    layer = layer.crop((box[0] - left, box[1] - top, box[2] - left, box[3] - top))
    alpha = layer.getchannel("A")
    if opacity < 1:
        alpha = alpha.point([round(level * max(opacity, 0)) for level in range(256)])
    color = layer.convert("RGB")
    if multiply:
        color = ImageChops.multiply(color, page.crop(box))
    page.paste(color, box, alpha)


def has_ink(page: Image.Image) -> bool:
    """Whether anything is on it: an empty layer of lines is no drawing."""
    return page.convert("L").getextrema()[0] < 200


def read_painting(packed: bytes) -> dict[str, Any] | None:
    """What `Painting.to_dict` gave, of the bytes that `pack_painting` made; None for anything else, however large."""
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(packed, MAX_PAINTING)
        painting = json.loads(text) if unpacker.eof else None
    except (ValueError, RecursionError, zlib.error):
        return None
    return painting if isinstance(painting, dict) else None


def pack_painting(painting: dict[str, Any]) -> bytes:
    """The inverse of `read_painting`."""
    return zlib.compress(json.dumps(painting).encode())
