"""What the picture on the page is told of a painting: all of it that it does not have yet, as JSON and two files."""

import secrets
import zlib
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

from asking import asked
from color_names import color_name
from commands import open_alike, swatches
from guiding_painter import Painting, Region
from guiding_painter.drawings import find_panels
from guiding_painter.painting import CONFIDENT
from reopening import is_photo, photo_of
from texts import Said
from views import fit, new_file
from visits import MAX_PANELS, Visit

MAP_SIDE = 2048  # of the map of regions that goes to the page
PHOTO_SIDE = 1280  # of the photo in which corners are shown
LINES_SIDE = 4096  # of the lines over it
ALIKE = 12  # levels: swatches that differ by less are one


def canvas_state(
    visit: Visit,
    texts: ModuleType,
    folder: str,
    known: dict[str, Any] | None = None,
    said: Sequence[Said] = (),
) -> dict[str, Any]:
    """The value of the canvas.

    Args:
        folder: gradio's, from which it serves files.
        known: what the page has, {"opening": number, "map": version, "strip": ids of frames or None, "photo": whether
            it wants the photo}; None, or another opening, where it has nothing.
        said: what else there is to tell.
    """
    opening = opening_of(visit)
    known = known if known and known.get("opening") == opening else None
    value = _answered(visit, texts) | {
        "reply": secrets.token_hex(4),  # two that are alike would not reach the page
        "opening": opening,
        "notes": [words.words(texts) for words in said],
    }
    if known is None:
        value["drawing"] = _file(fit(visit.painting.drawing, LINES_SIDE), folder, "drawing.webp", quality=90, method=0)
        value |= _opened(visit)
        value["notes"] = notes(visit, texts) + value["notes"]
    version = visit.version_of_map()
    if known is None or known.get("map") != version:
        picture = map_picture(visit.painting)
        value |= {"map": _file(picture, folder, "map.png", compress_level=1), "map_version": version}
    if known is not None and known.get("photo") is True:
        value["photo"] = _photo(visit, folder)
    if known is not None and isinstance(known.get("strip"), list):
        value |= _strip(visit, known["strip"])
    return value


def map_picture(painting: Painting) -> Image.Image:
    """RGB, at most `MAP_SIDE`: the region of every pixel, its index in red (the high byte) and green (the low one)."""
    image = Image.fromarray(painting.region_map)
    if (longest := max(image.size)) > MAP_SIDE:
        size = tuple(max(1, round(side * MAP_SIDE / longest)) for side in image.size)
        image = image.resize(size, Image.Resampling.NEAREST)
    numbers = np.asarray(image).astype(np.uint16)
    bytes_ = np.zeros((*numbers.shape, 3), dtype=np.uint8)
    bytes_[..., 0], bytes_[..., 1] = numbers >> 8, numbers & 255
    return Image.fromarray(bytes_)


def question(visit: Visit, texts: ModuleType) -> str:
    """The question, or what to do at the end."""
    region = asked(visit)
    if region is None:
        return texts.ALL_ASKED
    words = texts.ANSWERED if region.color else texts.SKIPPED if region.skipped else texts.QUESTION
    area = texts.UNDER_ONE if region.area < 0.01 else f"{region.area:.0%}"
    asking = words.format(area=area, color=region.color and color_name(region.color, texts))
    panels = visit.painting.prepared.panels
    if panels is None or region.panel == len(panels.boxes):
        return asking
    return f"{texts.PANEL.format(number=region.panel + 1, count=len(panels.boxes))} {asking}"


def notes(visit: Visit, texts: ModuleType) -> list[str]:
    """What is said once, when a drawing is opened."""
    found = [texts.NOTES[note.key].format(**note.values) for note in visit.painting.notes]
    return found + [texts.BLANK] * bool(visit.painting.prepared.cells.max() == 0)


def opening_of(visit: Visit) -> int:
    """A number that is another where the drawing has been opened anew in another way."""
    painting = visit.painting
    return zlib.crc32(repr((painting.opened, painting.prepared.panels)).encode())


def _answered(visit: Visit, texts: ModuleType) -> dict[str, Any]:
    """What an answer may change: all regions, the question, and the colors to offer for it."""
    painting, region = visit.painting, asked(visit)
    named = _named(swatches(visit), texts)
    return {
        "painting": visit.name,
        "size": list(painting.drawing.size),
        "regions": [_listed(other) for other in painting.regions],
        "asked": region and region.index,
        "question": question(visit, texts),
        "suggestions": named["suggestion"],
        "swatches": named,
        "step": visit.step,
        "last_step": visit.last_step,
        "left": sum(other.index not in painting.answers for other in painting.regions),
        "gap": visit.gap,
        "similar": [other.index for other in open_alike(visit, region)] if region else [],
        "panel": region and region.panel,
    }


def _listed(region: Region) -> list[Any]:
    """A region as the script takes it apart: by place."""
    sure = region.confidence >= CONFIDENT
    return [
        region.index, round(region.area, 6), region.color, region.skipped, region.suggested_color, sure, region.panel,
    ]  # fmt: skip


def _strip(visit: Visit, known: list) -> dict[str, Any]:
    """The ids of all frames in order, and those frames whose ids the page does not have."""
    frames = [(zlib.crc32(frame.encode()), frame) for frame in visit.frames]
    had = {id_ for id_ in known if isinstance(id_, int)}
    return {
        "strip": [id_ for id_, _ in frames],
        "frames": {str(id_): frame for id_, frame in frames if id_ not in had},
    }


def _opened(visit: Visit) -> dict[str, Any]:
    """What stays until the drawing is opened anew: the boxes of panels, and what it may be opened as."""
    prepared = visit.painting.prepared
    boxes = prepared.panels.boxes if prepared.panels else ()
    return {
        "boxes": list(map(list, boxes)),
        "is_page": 2 <= len(boxes or find_panels(prepared.ink)) <= MAX_PANELS,
        "is_photo": is_photo(visit.painting),
    }


def _photo(visit: Visit, folder: str) -> dict[str, Any]:
    """The whole photo, small, and the corners of the paper in it."""
    picture, corners = photo_of(visit)
    picture.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
    return {"file": _file(picture, folder, "photo.webp", quality=80, method=0), "corners": corners}


def _named(offered: dict[str, list[str]], texts: ModuleType) -> dict[str, list[dict[str, str]]]:
    """The colors by group with their names, each in one group of those that change with the picture.

    Common ones are always there, where a hand has learned that they are.
    """
    groups, seen = {"suggestion": _unlike(offered["suggestions"]), "common": offered["common"]}, set()
    offered = offered | {"palette": _unlike(offered["palette"])}
    for group in ("palette", "own", "recent"):
        groups[group] = [color for color in dict.fromkeys(offered[group]) if color not in seen]
        seen.update(groups[group])
    return {
        group: [{"color": color, "name": color_name(color, texts)} for color in colors]
        for group, colors in groups.items()
    }


def _unlike(colors: list[str]) -> list[str]:
    """The colors without those that look like one before them."""
    kept: dict[str, bytes] = {}
    for color in colors:
        levels = bytes.fromhex(color[1:])
        if all(max(abs(a - b) for a, b in zip(levels, other, strict=True)) >= ALIKE for other in kept.values()):
            kept[color] = levels
    return list(kept)


def _file(image: Image.Image, folder: str, name: str, **options: Any) -> dict[str, Any]:
    """Writes a picture, see `new_file`; returns it in the form in which gradio serves it."""
    with new_file(folder, name) as path:
        image.save(path, **options)
    return gr.FileData(path=str(path)).model_dump()
