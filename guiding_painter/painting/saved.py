"""The saved form of a painting: what `Painting.to_dict` writes and `GuidingPainterPipeline.resume` checks and reads."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from PIL import Image

from ..drawings import GAPS, MAX_LONG_SIDE, MAX_MAP_PIXELS, PANEL_REGIONS, UNDERDRAWINGS, Box, Page, Panels
from ..notes import Note
from .actions import Action, read_action
from .damage import damaged, is_int
from .packing import pack, unpack

FORMAT = "guiding-painter painting"
VERSION = 4  # cells of another kind, more regions than a byte holds, gap and underdrawing
LAST_OF_BYTES = 3  # had panels; version 2 none, and version 1 answers only


@dataclass(frozen=True)
class Opened:
    """How a drawing was opened, see `GuidingPainterPipeline.open`."""

    extract_lines: bool = False
    underdrawing: str = "auto"
    page: Page = "none"
    page_number: int = 1
    reorder: bool = True
    grayscale: bool = False

    def to_json(self) -> dict[str, Any]:
        """What of it a saved painting holds; the first page of a file, whole, is not mentioned, nor a line drawing."""
        written = {"extract_lines": self.extract_lines, "underdrawing": self.underdrawing, "reorder": self.reorder}
        if self.page != "none":
            written["page"] = [list(corner) for corner in self.page]
        if self.grayscale:
            written["grayscale"] = True
        return written | ({} if self.page_number == 1 else {"page_number": self.page_number})


PLAINLY = Opened()


@dataclass(frozen=True)
class SavedPainting:
    """A painting that has been put away.

    Args:
        size: (width, height) of the drawing.
        thumbnail: (32, 32) uint8, the drawing made small, to tell it from another. Not a hash of its pixels: the same
            JPEG decodes a little differently elsewhere, and a drawing saved in another format is still this drawing.
        opened: how the drawing was taken from its file.
        gap: how wide openings in lines were closed, see `drawings.cut_cells`.
        region_map: (h, w) uint16 at the working size. Kept rather than asked of the model again, whose argmax may
            differ in a few pixels on another machine.
        history: every answer and surgery in the order done, undone ones too.
        position: how many of them count; the rest can be redone.
        panels: those of a page that was opened panel by panel.
        is_old: of a version that cut cells otherwise, so that surgery may no longer fit.
    """

    size: tuple[int, int]
    thumbnail: np.ndarray
    opened: Opened
    gap: str
    region_map: np.ndarray
    history: list[Action]
    position: int
    panels: Panels | None = None
    is_old: bool = False

    def to_dict(self) -> dict[str, Any]:
        """JSON-plain: dicts, lists, strings, numbers, booleans and None."""
        height, width = self.region_map.shape
        return {
            "format": FORMAT,
            "version": VERSION,
            "drawing": {"size": list(self.size), "thumbnail": pack(self.thumbnail)},
            **self.opened.to_json(),
            "gap": self.gap,
            "working_size": [width, height],
            "region_map": pack(self.region_map),
            "history": [action.to_json() for action in self.history],
            "position": self.position,
            "panels": self.panels and {"boxes": list(map(list, self.panels.boxes)), "regions": self.panels.regions},
        }

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
            raise damaged("drawing", drawing)
        is_old = state["version"] <= LAST_OF_BYTES
        size = _read_size("drawing size", drawing.get("size"))
        panels = None if state.get("panels") is None else _read_panels(state["panels"], size)
        width, height = _read_size("working_size", state.get("working_size"))
        # That of a page is bounded by its panels: a strip of many is far longer than one of them.
        if width * height > MAX_MAP_PIXELS or (panels is None and max(width, height) > MAX_LONG_SIDE):
            raise damaged("working_size", state["working_size"])
        kind = np.uint8 if is_old else np.uint16
        region_map = unpack("region_map", state.get("region_map"), (height, width), kind).astype(np.uint16)
        history = _read_history(state.get("history"), size)
        position = state.get("position")
        if not is_int(position) or not 0 <= position <= len(history):
            raise damaged("position", position)
        saved = cls(
            size=size,
            thumbnail=unpack("drawing thumbnail", drawing.get("thumbnail"), (32, 32)),
            opened=_read_opened(state, is_old),
            gap="normal" if is_old else _read_choice(state, "gap", GAPS),
            region_map=region_map,
            history=history,
            position=position,
            panels=panels,
            is_old=is_old,
        )
        if panels and saved.last_channel > panels.gutters:
            raise damaged("last region", saved.last_channel)
        return saved

    @cached_property
    def last_channel(self) -> int:
        """The last of the model's channels that the painting has, at first or after an action."""
        return max(
            int(self.region_map.max()), *(action.last_channel(self.region_map.shape) for action in self.history), -1
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


def _read_size(what: str, value: object) -> tuple[int, int]:
    if not isinstance(value, list | tuple) or len(value) != 2 or not all(is_int(side) and side > 0 for side in value):
        raise damaged(what, value)
    return value[0], value[1]


def _read_opened(state: dict[str, Any], is_old: bool) -> Opened:
    extract_lines = state.get("extract_lines")
    if not isinstance(extract_lines, bool):
        raise damaged("extract_lines", extract_lines)
    reorder, grayscale = state.get("reorder", True), state.get("grayscale", False)
    for name, value in (("reorder", reorder), ("grayscale", grayscale)):
        if not isinstance(value, bool):
            raise damaged(name, value)
    # Earlier versions took every line for ink.
    underdrawing = "keep" if is_old else _read_choice(state, "underdrawing", UNDERDRAWINGS)
    page_number = state.get("page_number", 1)
    if not is_int(page_number) or page_number < 1:
        raise damaged("page number", page_number)
    page = _read_page(state.get("page", "none"))
    return Opened(extract_lines, underdrawing, page, page_number, reorder, grayscale)


def _read_page(value: object) -> Page:
    if value == "none":
        return value
    try:
        corners = tuple((float(x), float(y)) for x, y in value)
    except (TypeError, ValueError, OverflowError):
        corners = ()
    if len(corners) != 4 or not all(abs(side) < 1e9 for corner in corners for side in corner):  # nor nan
        raise damaged("page", value)
    return corners


def _read_choice(state: dict[str, Any], name: str, choices: Collection[str]) -> str:
    if (value := state.get(name)) not in tuple(choices):
        raise damaged(name, value)
    return value


def _read_panels(value: object, size: tuple[int, int]) -> Panels:
    match value:
        case {"boxes": [_, _, *_] as boxes, "regions": regions} if (
            is_int(regions) and 1 <= regions and len(boxes) * regions <= PANEL_REGIONS
        ):
            panels = Panels(tuple(_read_box(box, size) for box in boxes), regions)
        case _:
            raise damaged("description of panels", value)
    for number, (left, top, right, bottom) in enumerate(panels.boxes):
        for other in panels.boxes[:number]:
            if left < other[2] and other[0] < right and top < other[3] and other[1] < bottom:
                raise ValueError(f"This saved painting is damaged: its panel {list(other)} overlaps another.")
    return panels


def _read_box(box: object, size: tuple[int, int]) -> Box:
    match box:
        case [left, top, right, bottom] if (
            all(map(is_int, box)) and 0 <= left < right <= size[0] and 0 <= top < bottom <= size[1]
        ):
            return left, top, right, bottom
    raise damaged("panel", box)


def _read_history(entries: object, size: tuple[int, int]) -> list[Action]:
    if not isinstance(entries, list):
        raise damaged("history", entries)
    return [read_action(entry, size) for entry in entries]


def notes_on(drawing: Image.Image, left_out: Sequence[Action]) -> tuple[Note, ...]:
    """Sentences, for people: what was done to a drawing's file, and the saved actions that could not be done again."""
    opening = tuple(drawing.info.get("notes", ()))
    kinds = Counter(type(action).__name__.lower() for action in left_out)
    if not kinds:
        return opening
    what = ", ".join(f"{count} {kind}" + "s" * (count > 1) for kind, count in sorted(kinds.items()))
    return (*opening, Note("left_out", what=what, count=len(left_out)))
