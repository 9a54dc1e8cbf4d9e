"""The layout of a painting: which cells make which region, and what becomes of it by answers and surgery."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from ..colors import RGB
from ..drawings import MAX_REGIONS


@dataclass(frozen=True)
class Layout:
    """Which regions there are, what they are made of, and their answers.

    Args:
        owners: (number of cells,) uint16, the region of every cell.
        sizes: (number of cells,) int64, the pixels of every cell, at the drawing's own size.
        order: the regions that have pixels, in the order asked.
        channels: the model's channel of every region that there ever was. Parts of a region share its channel.
        answers: {region: (r, g, b), or None where skipped}.
        taken: {region: (r, g, b)}, the guesses of a proposal that was taken.
    """

    owners: np.ndarray
    sizes: np.ndarray
    order: tuple[int, ...]
    channels: Mapping[int, int]
    answers: Mapping[int, RGB | None]
    taken: Mapping[int, RGB] = field(default_factory=dict)

    def area(self, region: int) -> int:
        """In pixels of the drawing."""
        return int(self.sizes[self.owners == region].sum())


class Piece(NamedTuple):
    """A part of a cell that became a cell of its own."""

    cell: int
    origin: int
    box: tuple[slice, slice]
    bits: np.ndarray  # its mask in the box, packed: undo must not hold the page once more for every cut

    @property
    def size(self) -> int:
        """In pixels."""
        return int(np.unpackbits(self.bits).sum())


class Change(NamedTuple):
    """What an action makes of a painting: another layout; cells that are parts of earlier ones, or all cells anew."""

    layout: Layout
    pieces: Sequence[Piece] = ()
    cells: np.ndarray | None = None  # (H, W) int32


def with_numbers(cells: np.ndarray, pieces: Sequence[Piece], numbers: Sequence[int]) -> np.ndarray:
    """A copy of (H, W) cells in which the pixels of each piece have this number: its own, or that of its origin."""
    cells = cells.copy()
    for piece, number in zip(pieces, numbers, strict=True):
        box = cells[piece.box]
        box[np.unpackbits(piece.bits, count=box.size).reshape(box.shape).view(bool)] = number
    return cells


def first_layout(owners: np.ndarray, cells: np.ndarray, channels: np.ndarray) -> Layout:
    """The model's: its regions with pixels, in its order, and no answer.

    Args:
        owners: as in `Layout`.
        cells: (H, W) int32.
        channels: of all the model's regions, with pixels or not.
    """
    sizes = np.bincount(cells.ravel(), minlength=len(owners))
    numbers = channels.tolist()
    return Layout(
        owners, sizes, tuple(np.unique(owners[sizes > 0]).tolist()), dict(zip(numbers, numbers, strict=True)), {}
    )


def check_region(layout: Layout, region: object) -> None:
    """Raises ValueError for what is no region of a layout."""
    if isinstance(region, bool) or region not in layout.order:
        known = ", ".join(map(str, layout.order))
        raise ValueError(f"{region!r} is no region of this painting: choose one of {known}.")


def answered(layout: Layout, region: int, color: RGB | None) -> Layout:
    """A region has been answered, or skipped. Raises ValueError for one that there is not."""
    check_region(layout, region)
    return replace(layout, answers={**layout.answers, region: color})


def merged(layout: Layout, region: int, other: int) -> Layout:
    """Two regions have become the one that is asked first; the answer is the larger one's, where it has one.

    Raises ValueError for one region given twice.
    """
    check_region(layout, region)
    check_region(layout, other)
    if region == other:
        raise ValueError(f"Region {region} cannot be merged with itself: choose another one.")
    first, second = sorted((region, other), key=layout.order.index)
    large, small = sorted((region, other), key=layout.area, reverse=True)
    answers = {index: answer for index, answer in layout.answers.items() if index not in (first, second)}
    colors = [layout.answers[index] for index in (large, small) if layout.answers.get(index)]
    if colors:
        answers[first] = colors[0]
    elif {first, second} <= layout.answers.keys():
        answers[first] = None
    owners = np.where(layout.owners == second, first, layout.owners).astype(np.uint16)
    order = tuple(index for index in layout.order if index != second)
    return replace(layout, owners=owners, order=order, answers=answers)


def moved(layout: Layout, cell: int, region: int) -> Layout:
    """A cell has gone to another region. A region that loses its last pixel is gone.

    Raises ValueError where the cell is in the region already.
    """
    check_region(layout, region)
    source = int(layout.owners[cell])
    if source == region:
        raise ValueError(f"This cell is in region {region} already: choose a cell of another one.")
    owners = layout.owners.copy()
    owners[cell] = region
    layout = replace(layout, owners=owners)
    if layout.area(source):
        return layout
    answers = {index: answer for index, answer in layout.answers.items() if index != source}
    return replace(layout, order=tuple(index for index in layout.order if index != source), answers=answers)


def with_pieces(layout: Layout, pieces: Sequence[Piece]) -> Layout:
    """Cells have been divided: pieces are numbered on from the last cell, and stay with the region."""
    sizes = list(layout.sizes)
    for piece in pieces:
        sizes.append(piece.size)
        sizes[piece.origin] -= sizes[-1]
    owners = np.concatenate([layout.owners, layout.owners[[piece.origin for piece in pieces]]])
    return replace(layout, owners=owners, sizes=np.array(sizes, dtype=np.int64))


def room_left(layout: Layout) -> int:
    """How many more regions there can be. Raises ValueError where there is none."""
    room = MAX_REGIONS - 1 - max(layout.channels)
    if room < 1:
        raise ValueError(f"This painting has had {MAX_REGIONS} regions, and there can be no more: undo a split or cut.")
    return room


def divided(layout: Layout, region: int, parts: np.ndarray) -> Layout:
    """The cells of a region become parts 1, 2, ..., the largest of which remains that region.

    All keep its answer and are asked in its place, the larger first.
    """
    mine = layout.owners == region
    areas = np.bincount(parts[mine], layout.sizes[mine])
    first = max(layout.channels) + 1
    numbers = [region, *range(first, first + np.count_nonzero(areas) - 1)]
    table = np.zeros(len(areas), dtype=np.uint16)
    table[np.argsort(-areas, kind="stable")[: len(numbers)]] = numbers
    owners = layout.owners.copy()
    owners[mine] = table[parts[mine]]
    place = layout.order.index(region)
    order = (*layout.order[:place], *numbers, *layout.order[place + 1 :])
    channels = {**layout.channels, **dict.fromkeys(numbers, layout.channels[region])}
    answers = dict(layout.answers)
    if region in answers:
        answers |= dict.fromkeys(numbers, answers[region])
    return replace(layout, owners=owners, order=order, channels=channels, answers=answers)
