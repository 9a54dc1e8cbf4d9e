"""A saved painting and its drawing found again, and checked against each other."""

from dataclasses import asdict, replace
from typing import Any

from PIL import Image

from ..drawings import Source, open_drawing, open_painting
from .saved import PLAINLY, SavedPainting


def reopen(drawing: Source, state: dict[str, Any] | None, max_regions: int) -> tuple[Image.Image, SavedPainting]:
    """The drawing, "L", and the painting that `Painting.to_dict` or, without a state, `Painting.save` put away.

    Args:
        drawing: as for `open_drawing`; or a .psd or .ora as `Painting.save` wrote it.
        state: what `Painting.to_dict` gave; None to take it from the file.
        max_regions: how many regions the model may find.

    Raises ValueError where the state is damaged, or belongs to another drawing or to a model with more regions.
    """
    if state is None:
        opened, state = open_painting(drawing)
        # How the drawing was taken from its first file says nothing of this one.
        saved = SavedPainting.from_dict(state)
        saved = replace(saved, opened=replace(PLAINLY, reorder=saved.opened.reorder))
    else:
        saved = SavedPainting.from_dict(state)
        taken = asdict(saved.opened)
        del taken["reorder"]  # which says nothing of the file
        opened = open_drawing(drawing, **taken)
    saved.check_drawing(opened)
    last = saved.panels.regions - 1 if saved.panels else saved.last_channel
    if last >= max_regions:
        raise ValueError(
            f"This painting has a region {last}{' in each panel' if saved.panels else ''} and this model has only "
            f"{max_regions} regions: resume it with the model it was started with."
        )
    return opened, saved
