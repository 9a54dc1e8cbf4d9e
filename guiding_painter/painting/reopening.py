"""A saved painting and its drawing found again, and checked against each other."""

from dataclasses import asdict, replace
from typing import Any

from PIL import Image

from ..drawings import Source, open_drawing, open_painting
from .saved import PLAINLY, SavedPainting


def reopen(drawing: Source, state: dict[str, Any] | None, max_hints: int) -> tuple[Image.Image, SavedPainting]:
    """The drawing, "L", and the painting that `Painting.to_dict` or, without a state, `Painting.save` put away.

    Args:
        drawing: as for `open_drawing`; or a .psd or .ora as `Painting.save` wrote it.
        state: what `Painting.to_dict` gave; None to take it from the file.
        max_hints: how many regions the model knows.

    Raises ValueError where the state is damaged, or belongs to another drawing or to a model with more regions.
    """
    if state is None:
        opened, state = open_painting(drawing)
        # How the drawing was taken from its first file says nothing of this one.
        saved = replace(SavedPainting.from_dict(state), opened=PLAINLY)
    else:
        saved = SavedPainting.from_dict(state)
        opened = open_drawing(drawing, **asdict(saved.opened))
    saved.check_drawing(opened)
    last = saved.panels.regions - 1 if saved.panels else saved.last_channel
    if last >= max_hints:
        raise ValueError(
            f"This painting has a region {last}{' in each panel' if saved.panels else ''} and this model has only "
            f"{max_hints} regions: resume it with the model it was started with."
        )
    return opened, saved
