"""What visitors bring: the choice of an example, pictures, paintings saved to go on later. None of it is trusted."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from PIL import Image

from guiding_painter.sketches import MAX_PIXELS, open_drawing, open_picture
from texts import Trouble

EXAMPLES = [
    Path(__file__).parent / "examples" / name
    for name in (
        "comic-panel.png", "portrait.png", "dog.png", "garden.png", "pencil.jpg", "page.png", "cats.png", "ladybug.png",
    )
]  # fmt: skip
MAX_MEGABYTES = 30
MIN_SIDE = 16  # pixels; less is no drawing
MAX_ASPECT = 20
MAX_STATE = 20_000_000  # bytes of a saved painting's JSON; of the largest it is a tenth


def read_file(file: dict[str, Any] | None) -> bytes:
    """The bytes of an upload as gradio hands it over before it opens it. Its name is not used."""
    if not file or not file.get("path"):
        raise Trouble("NO_DRAWING")
    path = Path(file["path"])
    if path.stat().st_size > MAX_MEGABYTES * 1_000_000:
        raise Trouble("TOO_HEAVY", megabytes=MAX_MEGABYTES)
    return path.read_bytes()


def example(index: object) -> Path:
    """The file of an example, from 0."""
    if not isinstance(index, int) or not 0 <= index < len(EXAMPLES):
        raise Trouble("NO_EXAMPLE", index=repr(index)[:60], last=len(EXAMPLES) - 1)
    return EXAMPLES[index]


def check_picture(data: bytes) -> Image.Image:
    """The picture in an upload, RGB, decoded only after its size is known.

    Raises Trouble for what cannot be colored.
    """
    try:
        picture = open_picture(data)
    except ValueError:  # in the package's words, which are English and the same for all sizes
        raise Trouble("TOO_LARGE", megapixels=MAX_PIXELS // 1_000_000) from None
    except OSError:
        raise Trouble("NO_PICTURE") from None
    width, height = picture.size
    if min(width, height) * MAX_ASPECT < max(width, height):
        raise Trouble("TOO_LONG", width=width, height=height)
    if min(width, height) < MIN_SIDE:
        raise Trouble("TOO_SMALL", width=width, height=height, least=MIN_SIDE)
    return picture


def is_animated(data: bytes) -> bool:
    with Image.open(io.BytesIO(data)) as image:
        return getattr(image, "n_frames", 1) > 1 and image.format in ("GIF", "PNG", "WEBP")


def lines_of(data: bytes, side: int) -> Image.Image:
    """The line art of a colored picture, "L", at most `side` pixels large."""
    drawing = open_drawing(data, extract_lines=True)
    drawing.thumbnail((side, side))
    return drawing


def pack_painting(original: bytes, state: dict[str, Any]) -> bytes:
    """A zip with the drawing as it was uploaded and `Painting.to_dict`: all that is needed to go on later."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("drawing", original)
        archive.writestr("painting.json", json.dumps(state), zipfile.ZIP_DEFLATED)
    return file.getvalue()


def unpack_painting(data: bytes) -> tuple[bytes, dict[str, Any]]:
    """The inverse of `pack_painting`. Raises Trouble for anything else; no more is unpacked than may be uploaded."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            original = _read_entry(archive, "drawing", MAX_MEGABYTES * 1_000_000)
            state = json.loads(_read_entry(archive, "painting.json", MAX_STATE))
    except (KeyError, ValueError, RuntimeError, NotImplementedError, RecursionError, zipfile.BadZipFile, OSError):
        raise Trouble("NO_SAVED") from None
    check_picture(original)
    return original, state


def _read_entry(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    with archive.open(name) as entry:
        data = entry.read(most + 1)
    if len(data) > most:
        raise ValueError(f"{name} is larger than anything saved here.")
    return data
