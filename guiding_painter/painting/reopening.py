"""A saved painting and its drawing found again, and checked against each other."""

from dataclasses import asdict, replace
from typing import Any

from PIL import Image

from ..drawings import Source, open_drawing, open_painting
from .saved import PLAINLY, SavedPainting


def reopen(
    drawing: Source, state: dict[str, Any] | None, max_regions: int, is_grayscale: bool = False
) -> tuple[Image.Image, SavedPainting]:
    """The drawing, "L", and the painting that `Painting.to_dict` or, without a state, `Painting.save` put away.

    Args:
        drawing: as for `open_drawing`; or a .psd or .ora as `Painting.save` wrote it.
        state: what `Painting.to_dict` gave; None to take it from the file.
        max_regions: how many regions the model may find.
        is_grayscale: whether it colors gray pictures.

    Raises ValueError where the state is damaged, or belongs to another drawing, to a model with more regions or to one
    that colors pictures of another kind.
    """
    if state is None:
        opened, state = open_painting(drawing)
        # How the drawing was taken from its first file says nothing of this one.
        saved = SavedPainting.from_dict(state)
        saved = replace(saved, opened=replace(PLAINLY, reorder=saved.opened.reorder))
        _check_kind(saved, is_grayscale)
    else:
        saved = SavedPainting.from_dict(state)
        _check_kind(saved, is_grayscale)
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


def _check_kind(saved: SavedPainting, is_grayscale: bool) -> None:
    if saved.opened.grayscale != is_grayscale:
        kinds = ("a line drawing", "a gray picture")
        raise ValueError(
            f"This painting is of {kinds[saved.opened.grayscale]} and this model colors another kind of picture: "
            "resume it with the model it was started with."
        )
