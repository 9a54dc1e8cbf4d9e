"""A drawing cut anew: openings up to another width are closed, the model's regions are others, and answers stay."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ..colors import RGB
from ..drawings import MAX_REGIONS, PreparedDrawing
from .flats import make_flats
from .layouts import Change, Layout, first_layout


def recut(layout: Layout, cells: np.ndarray, prepared: PreparedDrawing, gap: str, model_map: np.ndarray) -> Change:
    """The model's regions of other cells. Each has the answer of the earlier region that most of it lies in, if any.

    Args:
        layout: before it.
        cells: (H, W) int32, those of this layout.
        gap: how wide openings in lines may be to be closed.
        model_map: (h, w) uint16, the model's regions of the cells that are cut so.

    Raises ValueError where there can be no more regions.
    """
    flats = make_flats(prepared.with_gap(gap).cells, prepared.ink, model_map)
    found = first_layout(flats.owners, flats.cells, np.unique(model_map))
    first = max(layout.channels) + 1
    if first + max(found.channels) >= MAX_REGIONS:
        raise ValueError(f"This painting has had {MAX_REGIONS} regions, and there can be no more: undo a change.")
    answers = carried(found.owners[flats.cells], layout.owners[cells], layout.answers)
    return Change(
        replace(
            found,
            owners=(found.owners + first).astype(np.uint16),  # no number is used twice
            order=tuple(index + first for index in found.order),
            channels={**layout.channels, **{index + first: channel for index, channel in found.channels.items()}},
            answers={index + first: answer for index, answer in answers.items()},
        ),
        cells=flats.cells,
    )


def carried(regions: np.ndarray, earlier: np.ndarray, answers: Mapping[int, RGB | None]) -> dict[int, RGB | None]:
    """{region: answer} for each region of which an answered earlier one covers the most, and half at least.

    Args:
        regions, earlier: (H, W) int, the region of every pixel now and before.
        answers: the earlier ones.
    """
    keys, pixels = np.unique(regions.astype(np.int64) * MAX_REGIONS + earlier, return_counts=True)
    found = {}
    for region in np.unique(keys // MAX_REGIONS).tolist():
        mine = keys // MAX_REGIONS == region
        most = int(pixels[mine].argmax())
        before = int(keys[mine][most] % MAX_REGIONS)
        if before in answers and 2 * pixels[mine][most] >= pixels[mine].sum():
            found[region] = answers[before]
    return found
