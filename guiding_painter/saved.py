"""The saved form of a painting: what `Painting.to_dict` writes and `GuidingPainterPipeline.resume` checks and reads."""

import base64
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from .colors import RGB, parse_color, to_hex

FORMAT = "guiding-painter painting"
VERSION = 1
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
        history: every answer in the order given, undone ones too: (region index, (r, g, b) or None for a skip).
        position: how many of them count; the rest can be redone.
    """

    size: tuple[int, int]
    thumbnail: np.ndarray
    extract_lines: bool
    region_map: np.ndarray
    history: list[tuple[int, RGB | None]]
    position: int

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
            "history": [{"region": index, "color": color and to_hex(color)} for index, color in self.history],
            "position": self.position,
        }

    @classmethod
    def from_dict(cls, state: dict[str, Any]) -> "SavedPainting":
        """Raises ValueError for anything that `to_dict` did not write, and says what is wrong with it."""
        if not isinstance(state, dict) or state.get("format") != FORMAT:
            raise ValueError("This is no saved painting: pass the dict that Painting.to_dict() gave.")
        if state.get("version") != VERSION:
            raise ValueError(
                f"This painting was saved in version {state.get('version')!r} of the format and this program reads "
                f"version {VERSION}: update guiding-painter."
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
        history = _read_history(state.get("history"))
        position = state.get("position")
        if not isinstance(position, int) or isinstance(position, bool) or not 0 <= position <= len(history):
            raise _damaged("position", position)
        return cls(
            size=_read_size("drawing size", drawing.get("size")),
            thumbnail=_decode("drawing thumbnail", drawing.get("thumbnail"), (32, 32)),
            extract_lines=extract_lines,
            region_map=region_map,
            history=history,
            position=position,
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


def _read_history(entries: object) -> list[tuple[int, RGB | None]]:
    if not isinstance(entries, list):
        raise _damaged("history", entries)
    history: list[tuple[int, RGB | None]] = []
    for entry in entries:
        if not isinstance(entry, dict) or not {"region", "color"} <= entry.keys():
            raise _damaged("history entry", entry)
        index, color = entry["region"], entry["color"]
        if not _is_int(index):
            raise _damaged("answered region", index)
        try:
            history.append((index, None if color is None else parse_color(color)))
        except ValueError:
            raise _damaged("answer", color) from None
    return history


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
