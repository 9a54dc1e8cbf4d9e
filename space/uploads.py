"""What visitors bring: the choice of an example, pictures, paintings saved to go on later. None of it is trusted."""

import io
import json
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr
from PIL import Image

from guiding_painter.drawings import GAPS, MAX_PIXELS, count_pages, open_drawing, open_picture, working_size
from guiding_painter.formats import HEAD, MAX_PAINTING, kind_of, read_entry
from texts import Trouble
from visits import MAX_PANELS, UndoStep, Visit

EXAMPLES = [
    Path(__file__).parent / "examples" / name
    for name in (
        "comic-panel.png", "portrait.png", "dog.png", "garden.png", "pencil.jpg", "page.png", "cats.png", "ladybug.png",
    )
]  # fmt: skip
# What a file picker offers: all that the package reads, which is more than browsers take for pictures, and saved files.
ENDINGS = (
    ".png", ".jpg", ".jpeg", ".webp", ".gif", ".tif", ".tiff", ".bmp", ".heic", ".heif", ".avif", ".jxl", ".psd",
    ".psb", ".ora", ".kra", ".pdf", ".svg", ".zip",
)  # fmt: skip
DRAWING = "drawing"  # what files of a drawing without a name are called
MAX_MEGABYTES = 30
MIN_SIDE = 16  # pixels; less is no drawing
MAX_ASPECT = 20
MAX_STEPS = 1000  # actions of a painting: each is worked out again where a saved one is taken up
MAX_RECUTS = 20  # of these: each may hold the cells of the whole drawing once more
MAX_VISIT = 100_000  # bytes of what belongs to a visit


def uploaded(file: object) -> Path:
    """Where gradio has put an upload, given the dict that came with the request.

    A client can write any path into that, and gradio checks only what it opens itself: so nothing counts but files in
    its folder of uploads.
    """
    try:
        path = Path(file["path"]).resolve()
        if path.is_relative_to(Path(gr.utils.get_upload_folder()).resolve()) and path.is_file():
            return path
    except (TypeError, KeyError, ValueError, OSError):  # no dict, no path, or a name that no system takes
        pass
    raise Trouble("NO_DRAWING")


def read_file(path: Path) -> bytes:
    """The bytes of a file, no more than may be uploaded."""
    with path.open("rb") as file:
        data = file.read(MAX_MEGABYTES * 1_000_000 + 1)
    if len(data) > MAX_MEGABYTES * 1_000_000:
        raise Trouble("TOO_HEAVY", megabytes=MAX_MEGABYTES)
    return data


def example(index: object) -> Path:
    """The file of an example, from 0."""
    if type(index) is not int or not 0 <= index < len(EXAMPLES):
        raise Trouble("NO_EXAMPLE", index=repr(index)[:60], last=len(EXAMPLES) - 1)
    return EXAMPLES[index]


def check_picture(data: bytes, page_number: int = 1) -> Image.Image:
    """The picture in an upload, or on a page of it, RGB, decoded only after its size is known.

    Raises Trouble for what cannot be colored.
    """
    try:
        if type(page_number) is not int or page_number != 1:
            _check_page(data, page_number)
        picture = open_picture(data, page_number)
    except Trouble:
        raise
    except ValueError:  # in the package's words, which are English
        raise Trouble("TOO_LARGE", megapixels=MAX_PIXELS // 1_000_000) from None
    except OSError:
        raise Trouble("NO_PICTURE") from None
    width, height = picture.size
    if min(width, height) * MAX_ASPECT < max(width, height):
        raise Trouble("TOO_LONG", width=width, height=height)
    if min(width, height) < MIN_SIDE:
        raise Trouble("TOO_SMALL", width=width, height=height, least=MIN_SIDE)
    return picture


def _check_page(data: bytes, page_number: object) -> None:
    pages = count_pages(data)
    if type(page_number) is not int or not 1 <= page_number <= pages:
        raise Trouble("NO_PAGE", page=repr(page_number)[:60], last=pages)


def is_saved(data: bytes) -> bool:
    """Whether a file is a zip such as `pack_painting` makes, rather than a picture."""
    return data[:4] == b"PK\x03\x04" and kind_of(data[:HEAD]) is None


def lines_of(data: bytes, side: int) -> Image.Image:
    """The line art of a colored picture, "L", at most `side` pixels large."""
    drawing = open_drawing(data, extract_lines=True)
    drawing.thumbnail((side, side))
    return drawing


class Saved(NamedTuple):
    """A painting that was taken home: the file it began with, its state, and the rest of `Visit` that is kept."""

    original: bytes
    state: dict[str, Any] | None
    steps: list[UndoStep]
    stem: str


def pack_painting(visit: Visit) -> bytes:
    """A zip with the drawing as it was uploaded and `Painting.to_dict`: all that is needed to go on later."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("drawing", visit.original)
        archive.writestr("painting.json", json.dumps(visit.painting.to_dict()), zipfile.ZIP_DEFLATED)
        archive.writestr("visit.json", json.dumps({"stem": visit.stem, "steps": visit.steps}), zipfile.ZIP_DEFLATED)
    return file.getvalue()


def unpack_painting(data: bytes) -> Saved:
    """The inverse of `pack_painting`; of a .psd or .ora of `Painting.save` the file without a state, which is in it.

    Raises Trouble for anything else; no more is unpacked than may be uploaded.
    """
    if kind_of(data[:HEAD]) in ("psd", "ora"):
        check_painting(check_picture(data).info.get("painting"))
        return Saved(data, None, [], DRAWING)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            original = read_entry(archive, "drawing", MAX_MEGABYTES * 1_000_000)
            state = json.loads(read_entry(archive, "painting.json", MAX_PAINTING))
            named = "visit.json" in archive.namelist()  # earlier files have none
            visit = json.loads(read_entry(archive, "visit.json", MAX_VISIT)) if named else {}
    except (KeyError, ValueError, RuntimeError, RecursionError, EOFError, zlib.error, zipfile.BadZipFile, OSError):
        raise Trouble("NO_SAVED") from None
    check_painting(state)
    check_picture(original, state.get("page_number", 1))
    return Saved(original, state, *_read_visit(visit))


def _read_visit(visit: object) -> tuple[list[UndoStep], str]:
    """The steps, none where they are damaged, and the stem."""
    match visit:
        case {"steps": [*steps], "stem": str(stem)}:
            return [UndoStep(*step) for step in steps if _is_step(step)], stem_of(Path(stem + ".zip"))
    return [], DRAWING


def _is_step(entry: object) -> bool:
    match entry:
        case [int(actions), str(gap), bool()]:
            return actions > 0 and gap in GAPS
    return False


def stem_of(path: Path) -> str:
    """What the files made of a drawing are called: its own name, as far as any system takes it."""
    kept = re.sub(r"[^\w .-]+", "", path.stem).strip(" .")[:60]
    return kept or DRAWING


def check_painting(state: object) -> None:
    """Raises Trouble for what this Space cannot have saved, or is too much to go on with.

    The work of every answer goes with the working size, which follows from the size of the drawing; that the drawing
    has this size is for `GuidingPainterPipeline.resume` to say. That of going on goes with the number of steps.
    """
    match state:
        case {"drawing": {"size": [int(width), int(height)]}, "working_size": list(size), "history": list(history)}:
            if (
                0 < width <= MAX_PIXELS
                and 0 < height <= MAX_PIXELS
                and (_has_few_panels(state) or size == list(working_size((width, height))))
                and len(history) <= MAX_STEPS + (state.get("panels") is not None)  # its gutters have one
                and sum(isinstance(entry, dict) and "recut" in entry for entry in history) <= MAX_RECUTS
            ):
                return
    raise Trouble("NO_SAVED")


def _has_few_panels(state: dict[str, Any]) -> bool:
    """Whether it is a page that was opened panel by panel, of so few that this can be done again."""
    match state.get("panels"):
        case {"boxes": [_, _, *_] as boxes}:
            return len(boxes) <= MAX_PANELS
    return False
