"""The saved form of a painting: what `Painting.to_dict` writes and `GuidingPainterPipeline.resume` checks and reads."""

import base64
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from ..colors import parse_color, to_hex
from ..drawings.panels import MAX_REGIONS, Box, Panels
from ..drawings.sheets import Page
from .layouts import Action, Answer, Cut, Merge, Move, Split
from .surgery import MAX_POINTS

FORMAT = "guiding-painter painting"
VERSION = 3  # since panels; version 2 has none, version 1 has answers only, and they are the same otherwise
MAX_LONG_SIDE = 4096  # of the working size; at 30 hints the one-hot segments of such a page take 2 GB


@dataclass(frozen=True)
class SavedPainting:
    """A painting that has been put away.

    Args:
        size: (width, height) of the drawing.
        thumbnail: (32, 32) uint8, the drawing made small, to tell it from another. Not a hash of its pixels: the same
            JPEG decodes a little differently elsewhere, and a drawing saved in another format is still this drawing.
        extract_lines: whether the drawing was extracted from a colored picture when it was opened.
        region_map: (h, w) uint8 at the working size. Kept rather than asked of the model again, whose argmax may differ
            in a few pixels on another machine.
        history: every answer and surgery in the order done, undone ones too.
        position: how many of them count; the rest can be redone.
        panels: those of a page that was opened panel by panel.
        page, page_number: how the drawing was taken out of its file, see `sketches.open_drawing`.
    """

    size: tuple[int, int]
    thumbnail: np.ndarray
    extract_lines: bool
    region_map: np.ndarray
    history: list[Action]
    position: int
    panels: Panels | None = None
    page: Page = "none"
    page_number: int = 1

    def to_dict(self) -> dict[str, Any]:
        """JSON-plain: dicts, lists, strings, numbers, booleans and None."""
        height, width = self.region_map.shape
        return {
            "format": FORMAT,
            "version": VERSION,
            "drawing": {"size": list(self.size), "thumbnail": _encode(self.thumbnail)},
            "extract_lines": self.extract_lines,
            "working_size": [width, height],
            "region_map": _encode(self.region_map),
            "history": [_write_action(action) for action in self.history],
            "position": self.position,
            "panels": self.panels and {"boxes": list(map(list, self.panels.boxes)), "regions": self.panels.regions},
        } | self._opening()

    def _opening(self) -> dict[str, Any]:
        """How the drawing was taken out of its file, where that is not the first page as it is."""
        page = {} if self.page == "none" else {"page": [list(corner) for corner in self.page]}
        return page | ({} if self.page_number == 1 else {"page_number": self.page_number})

    @classmethod
    def from_dict(cls, state: dict[str, Any]) -> "SavedPainting":
        """Raises ValueError for anything that `to_dict` did not write, and says what is wrong with it."""
        if not isinstance(state, dict) or state.get("format") != FORMAT:
            raise ValueError("This is no saved painting: pass the dict that Painting.to_dict() gave.")
        if state.get("version") not in range(1, VERSION + 1):
            raise ValueError(
                f"This painting was saved in version {state.get('version')!r} of the format and this program reads "
                f"versions 1 to {VERSION}: update guiding-painter."
            )
        drawing = state.get("drawing")
        if not isinstance(drawing, dict):
            raise _damaged("drawing", drawing)
        extract_lines = state.get("extract_lines")
        if not isinstance(extract_lines, bool):
            raise _damaged("extract_lines", extract_lines)

        width, height = _read_size("working_size", state.get("working_size"))
        if max(width, height) > MAX_LONG_SIDE:
            raise _damaged("working_size", state["working_size"])
        region_map = _decode("region_map", state.get("region_map"), (height, width))
        size = _read_size("drawing size", drawing.get("size"))
        history = _read_history(state.get("history"), size)
        position = state.get("position")
        if not isinstance(position, int) or isinstance(position, bool) or not 0 <= position <= len(history):
            raise _damaged("position", position)
        panels = None if state.get("panels") is None else _read_panels(state["panels"], size)
        if panels and region_map.max() > panels.gutters:
            raise _damaged("last region", int(region_map.max()))
        return cls(
            size=size,
            thumbnail=_decode("drawing thumbnail", drawing.get("thumbnail"), (32, 32)),
            extract_lines=extract_lines,
            region_map=region_map,
            history=history,
            position=position,
            panels=panels,
            page=_read_page(state.get("page", "none")),  # which paintings saved before there were any do not have
            page_number=_read_page_number(state.get("page_number", 1)),
        )

    def check_drawing(self, drawing: Image.Image) -> None:
        """Raises ValueError where an "L" drawing is not the one that this painting was started with."""
        if drawing.size != self.size:
            raise ValueError(
                "This painting belongs to a drawing of {}x{} pixels and the one given has {}x{}: "
                "pass the drawing it was started with.".format(*self.size, *drawing.size)
            )
        # Decoders and formats differ by a level or two; a short stroke moves its cell of the thumbnail by more than 8.
        if np.abs(thumbnail(drawing).astype(int) - self.thumbnail).max() > 8:
            raise ValueError("This painting belongs to another drawing: pass the one it was started with.")


def thumbnail(drawing: Image.Image) -> np.ndarray:
    """(32, 32) uint8 means of an "L" drawing."""
    return np.asarray(drawing.resize((32, 32), Image.Resampling.BOX))


def _damaged(what: str, value: object) -> ValueError:
    return ValueError(f"This saved painting is damaged: its {what} is {_short(value)}.")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _read_size(what: str, value: object) -> tuple[int, int]:
    if not isinstance(value, list | tuple) or len(value) != 2 or not all(_is_int(side) and side > 0 for side in value):
        raise _damaged(what, value)
    return value[0], value[1]


def _read_panels(value: object, size: tuple[int, int]) -> Panels:
    match value:
        case {"boxes": [_, _, *_] as boxes, "regions": regions} if (
            _is_int(regions) and 1 <= regions and len(boxes) * regions <= MAX_REGIONS
        ):
            panels = Panels(tuple(_read_box(box, size) for box in boxes), regions)
        case _:
            raise _damaged("description of panels", value)
    for number, (left, top, right, bottom) in enumerate(panels.boxes):
        for other in panels.boxes[:number]:
            if left < other[2] and other[0] < right and top < other[3] and other[1] < bottom:
                raise ValueError(f"This saved painting is damaged: its panel {list(other)} overlaps another.")
    return panels


def _read_page(value: object) -> Page:
    match value:
        case "none":
            return value
        case [_, _, _, _] if all(
            isinstance(corner, list) and len(corner) == 2 and all(_is_number(side) for side in corner)
            for corner in value
        ):
            return tuple((float(x), float(y)) for x, y in value)
    raise _damaged("page", value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9  # nor nan


def _read_page_number(value: object) -> int:
    if not _is_int(value) or value < 1:
        raise _damaged("page number", value)
    return value


def _read_box(box: object, size: tuple[int, int]) -> Box:
    match box:
        case [left, top, right, bottom] if (
            all(map(_is_int, box)) and 0 <= left < right <= size[0] and 0 <= top < bottom <= size[1]
        ):
            return left, top, right, bottom
    raise _damaged("panel", box)


def _write_action(action: Action) -> dict[str, Any]:
    match action:
        case Answer(region, color):
            return {"region": region, "color": color and to_hex(color)}
        case Split(region):
            return {"split": region}
        case Merge(region, other):
            return {"merge": [region, other]}
        case Cut(region, stroke):
            return {"cut": region, "stroke": [list(point) for point in stroke]}
        case Move(region, point):
            return {"move_cell": list(point), "region": region}


def _read_history(entries: object, size: tuple[int, int]) -> list[Action]:
    if not isinstance(entries, list):
        raise _damaged("history", entries)
    history = [_read_action(entry) for entry in entries]
    for action in history:
        for x, y in action.stroke if isinstance(action, Cut) else [action.point] if isinstance(action, Move) else []:
            if not (0 <= x < size[0] and 0 <= y < size[1]):
                raise _damaged("point", [x, y])
    return history


def _read_action(entry: object) -> Action:
    match entry:
        case {"split": region} if _is_int(region):
            return Split(region)
        case {"merge": [region, other]} if _is_int(region) and _is_int(other):
            return Merge(region, other)
        case {"cut": region, "stroke": [*points]} if _is_int(region) and 2 <= len(points) <= MAX_POINTS:
            return Cut(region, tuple(_read_pixel(point) for point in points))
        case {"move_cell": point, "region": region} if _is_int(region):
            return Move(region, _read_pixel(point))
        case {"region": region, "color": color}:
            if not _is_int(region):
                raise _damaged("answered region", region)
            try:
                return Answer(region, None if color is None else parse_color(color))
            except ValueError:
                raise _damaged("answer", color) from None
    raise _damaged("history entry", entry)


def _read_pixel(point: object) -> tuple[int, int]:
    match point:
        case [x, y] if _is_int(x) and _is_int(y):
            return x, y
    raise _damaged("point", point)


def _encode(values: np.ndarray) -> str:
    return base64.b64encode(zlib.compress(values.tobytes())).decode()


def _decode(what: str, text: object, shape: tuple[int, int]) -> np.ndarray:
    """(h, w) uint8. zlib's checksum tells of any damage; no more is unpacked than the shape can hold."""
    size = shape[0] * shape[1]
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(base64.b64decode(text, validate=True), size + 1)
    except (TypeError, ValueError, zlib.error):
        raise ValueError(f"This saved painting is damaged: its {what} cannot be unpacked.") from None
    if len(data) != size or not unpacker.eof:
        raise ValueError(f"This saved painting is damaged: its {what} is not one of {shape[1]}x{shape[0]} pixels.")
    return np.frombuffer(data, np.uint8).reshape(shape)
