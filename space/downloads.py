"""The files that a visitor can take home."""

import io
import json
from pathlib import Path

from guiding_painter.colors import parse_color
from guiding_painter.palettes import write_palette
from texts import Trouble
from uploads import pack_painting
from views import new_file, picture_view
from visits import Visit

NAMES = {  # after the name of the drawing
    "png": "-colored.png",
    "psd": ".psd",
    "ora": ".ora",
    "palette": ".gpl",
    "resume": "-to-go-on.zip",
    "film": "-film.webp",
    "record": "-times.json",
}
FILM_SIDE, FRAME_MS, LAST_MS = 480, 350, 2500


def make_file(
    visit: Visit,
    kind: object,
    folder: Path,
    mode: object = "flat",
    lines: bool = True,
    transparent: bool = False,
    unanswered: object = "guess",
) -> str:
    """Writes a file of a kind in NAMES into a folder of its own in `folder`; returns its path.

    Args:
        mode, lines, transparent, unanswered: as `Painting.save` takes them; lines and transparent count for "png" only.
    """
    if not isinstance(kind, str) or kind not in NAMES:
        raise Trouble("NO_KIND", kind=repr(kind)[:60], known=", ".join(NAMES))
    if mode not in ("flat", "painted"):
        raise Trouble("NO_MODE", mode=repr(mode)[:60])
    if unanswered not in ("guess", "paper"):
        raise Trouble("NO_UNANSWERED", unanswered=repr(unanswered)[:60])
    with new_file(folder, visit.stem + NAMES[kind]) as path:
        if kind in ("png", "psd", "ora"):
            visit.painting.save(
                path, mode=mode, lines=bool(lines), transparent=bool(transparent), unanswered=unanswered
            )
        elif kind == "palette":
            colors = dict.fromkeys(region.color or region.suggested_color for region in visit.painting.regions)
            write_palette([parse_color(color) for color in colors], path)
        elif kind == "resume":
            path.write_bytes(pack_painting(visit))
        elif kind == "film":
            path.write_bytes(film(visit))
        else:
            path.write_text(json.dumps(visit.record.to_dict(), indent=1))
    return str(path)


def film(visit: Visit) -> bytes:
    """An animated WebP of the picture growing, from the bare drawing over every action to the painting as it is."""
    pictures = [picture_view(visit.painting, FILM_SIDE)]
    undone = 0
    try:
        while visit.painting.undo() is not None:
            undone += 1
            pictures.append(picture_view(visit.painting, FILM_SIDE, guesses=False))
    finally:
        for _ in range(undone):
            visit.painting.redo()
    pictures.reverse()
    data = io.BytesIO()
    durations = [FRAME_MS] * (len(pictures) - 1) + [LAST_MS]
    options = {"save_all": True, "append_images": pictures[1:], "duration": durations, "loop": 0}
    pictures[0].save(data, "WEBP", quality=80, method=2, **options)
    return data.getvalue()
