"""Region surgery that needs the drawing: a region split into its connected parts, or cut along a stroke.

A region is only ever divided between its line-bounded cells, or a cell along a stroke, so no border leaves the lines.
"""

import math
from collections.abc import Sequence

import numpy as np
from scipy import ndimage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ..drawings import grow
from .layouts import Change, Layout, Piece, check_region, divided, room_left, with_numbers, with_pieces
from .strokes import STEP, cells_at, follow, on_path

MIN_PART = 0.0002  # of the drawing: a smaller part of a region is not split off, it goes with the nearest one


def split(layout: Layout, cells: np.ndarray, region: int, ink: np.ndarray, gap: float) -> Layout:
    """A region has been split into its connected parts.

    Cells are connected where they meet on paper over more than a gap in a line is wide. Parts that are small beside
    the others, such as what lies between hatches, go with the nearest.

    Args:
        cells: (H, W) int32.
        ink: (H, W) bool.
        gap: in pixels.

    Raises ValueError for a region in one piece.
    """
    check_region(layout, region)
    room = room_left(layout)
    box = _box((layout.owners == region)[cells])
    mine, crop, paper = np.flatnonzero(layout.owners == region), cells[box], ~ink[box]
    paper &= layout.owners[crop] == region
    pairs = []
    for one, two in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])):
        meet = (crop[one] != crop[two]) & paper[one] & paper[two]
        pairs.append(np.stack([crop[one][meet], crop[two][meet]]))
    (a, b), contact = np.unique(np.sort(np.concatenate(pairs, axis=1), axis=0), axis=1, return_counts=True)
    a, b = a[contact > gap], b[contact > gap]
    count = len(layout.owners)
    _, component = connected_components(coo_array((np.ones(len(a)), (a, b)), shape=(count, count)), directed=False)
    component = np.unique(component[mine], return_inverse=True)[1]
    areas = np.bincount(component, layout.sizes[mine])
    large = areas >= min(MIN_PART * cells.size, areas.max() / 2)
    if large.sum() < 2:
        raise ValueError(f"Region {region} is in one piece: cut it with a stroke instead.")
    ranked = np.argsort(-np.where(large, areas, -1), kind="stable")[: min(large.sum(), room + 1)]
    part = np.zeros(len(areas), dtype=int)  # 1, 2, ... and 0 for the small ones
    part[ranked] = np.arange(1, len(ranked) + 1)
    parts = np.zeros(count, dtype=int)
    parts[mine] = part[component]
    return divided(layout, region, _with_the_nearest(parts, layout.owners == region, crop))


def cut(layout: Layout, cells: np.ndarray, region: int, stroke: Sequence[tuple[int, int]], gap: float) -> Change:
    """A region has been cut in two along a stroke; a closed one, which ends near where it starts, cuts out its inside.

    An open stroke is continued straight on to the border of the cell it ends in, and cuts every cell of the region that
    it crosses. Cells that it does not touch go with the nearest side.

    Args:
        cells: (H, W) int32.
        gap: in pixels.

    Raises ValueError for a stroke that leaves the region in one piece.
    """
    check_region(layout, region)
    room_left(layout)
    mine = layout.owners == region
    path, inside = follow(stroke, cells.shape)
    if inside is None:
        path = _to_borders(path, cells, mine, 2 * gap)
    pieces, sides = pieces_along(layout, cells, region, path, inside, gap)
    layout = with_pieces(layout, pieces)
    cells = with_numbers(cells, pieces, [piece.cell for piece in pieces])
    mine = layout.owners == region
    whole = mine & (sides == 0)
    if inside is None:
        sides[whole] = _sides(path, cells, len(mine), (2.5, gap / 2, gap))[whole]
    else:
        sides[whole] = sides_of_ring(layout, cells, inside)[whole]
    if not {1, 2} <= set(sides[mine & (layout.sizes > 0)].tolist()):
        raise ValueError(f"The stroke leaves region {region} in one piece: draw it from one border to another.")
    return Change(divided(layout, region, _with_the_nearest(sides, mine, cells[_box(mine[cells])])), pieces)


def sides_of_ring(layout: Layout, cells: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """(number of cells,) 2 for each cell most of which lies inside a ring, (H, W) bool, and 1 for the others."""
    return 1 + (np.bincount(cells[inside], minlength=len(layout.sizes)) > layout.sizes / 2)


def pieces_along(
    layout: Layout,
    cells: np.ndarray,
    region: int,
    path: np.ndarray,
    inside: np.ndarray | None,
    gap: float,
    walls: np.ndarray | None = None,
) -> tuple[list[Piece], np.ndarray]:
    """What a stroke makes of the cells that it crosses, but for the largest part of each, which remains that cell.

    Args:
        path: (n, 2).
        inside: (H, W) bool, of a closed stroke.
        walls: (H, W) bool, what parts a cell as the stroke does.

    Returns:
        the new cells; and the side of every cell, the new ones last: 1, 2, or 0 where not known.
    """
    sides = np.zeros(len(layout.owners), dtype=int)
    pieces: list[Piece] = []
    crossed = np.unique(cells_at(path, cells))
    crossed = crossed[crossed >= 0]
    for cell in crossed[(layout.owners[crossed] == region) & (layout.sizes[crossed] >= 2 * gap**2)]:
        mask = cells == cell
        box = _box(mask)
        open_ = mask[box] if walls is None else mask[box] & ~walls[box]
        fragments, side = _fragments(mask[box], open_, path - (box[1].start, box[0].start), inside, box, gap)
        if {1, 2} <= set(side):
            sides[cell] = side[0]
            for number, piece_side in enumerate(side[1:], 2):
                pieces.append(Piece(len(sides), int(cell), box, np.packbits(fragments == number)))
                sides = np.append(sides, piece_side)
    return pieces, sides


def _fragments(
    cell: np.ndarray,
    open_: np.ndarray,
    path: np.ndarray,
    inside: np.ndarray | None,
    box: tuple[slice, slice],
    gap: float,
) -> tuple[np.ndarray, list[int]]:
    """What a stroke leaves of a cell, the largest first; those smaller than a gap is wide go with their neighbors.

    Args:
        cell: (h, w) bool, in its box.
        open_: (h, w) bool, what of it is connected.
        path: (n, 2) in the same coordinates.
        inside: (H, W) bool, of a closed stroke.

    Returns:
        (h, w) int32 from 1, 0 beside the cell; and the side, 1 or 2, of each.
    """
    if inside is None:
        labels, count = ndimage.label(open_ & ~on_path(path, cell.shape))
        side = _sides(path, labels, count + 1, (2.5,))
    else:
        labels, outer = ndimage.label(open_ & ~inside[box])
        inner_labels, inner = ndimage.label(open_ & inside[box])
        labels = np.where(inner_labels > 0, inner_labels + outer, labels)
        side = np.repeat([0, 1, 2], [1, outer, inner])
    areas = np.bincount(labels.ravel(), minlength=len(side))
    areas[0] = 0
    order = np.argsort(-areas, kind="stable")
    order = order[(areas[order] >= gap**2) & (side[order] > 0)]
    table = np.zeros(len(side), dtype=np.int32)
    table[order] = np.arange(1, len(order) + 1)
    labels = np.pad(table[labels], 1)
    grow(labels, np.pad(cell, 1))
    return labels[1:-1, 1:-1], side[order].tolist()


def _to_borders(path: np.ndarray, cells: np.ndarray, mine: np.ndarray, overshoot: float) -> np.ndarray:
    """A path continued straight on at both ends, as far as the cell that it ends in goes, if that is one of mine.

    Where it has left a cell of mine by less than `overshoot` pixels into the next, it ends there instead.
    """
    for _ in range(2):
        path = path[::-1]
        inside = cells_at(path, cells)
        last = inside[-1]
        if not mine[last]:
            continue
        run = int((inside[::-1] != last).argmax())
        if 0 < run * STEP < overshoot and mine[inside[:-run]].sum() > run:
            path = path[:-run]
            continue
        back = path[-1] - path[-1 - min(len(path) - 1, max(16, len(path) // 10))]
        ahead = path[-1] + np.arange(1, sum(cells.shape) / STEP)[:, None] * STEP * back / max(np.hypot(*back), 1e-9)
        beyond = cells_at(ahead, cells) != last
        path = np.concatenate([path, ahead[: int(beyond.argmax())]])
    return path


def _sides(path: np.ndarray, labels: np.ndarray, count: int, offsets: Sequence[float]) -> np.ndarray:
    """(count,) on which side of a path each label lies, 1 or 2, by what is `offsets` beside it; 0 for neither."""
    ahead = np.roll(path, -8, axis=0) - np.roll(path, 8, axis=0)  # smoothed: hands tremble
    ahead[:8] = ahead[min(8, len(path) - 1)] if len(path) > 16 else path[-1] - path[0]
    ahead[-8:] = ahead[-9] if len(path) > 16 else path[-1] - path[0]
    normal = ahead[:, ::-1] * (1, -1) / np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]
    votes = np.zeros(count, dtype=int)
    for offset in offsets:
        for sign in (1, -1):
            beside = cells_at(path + sign * offset * normal, labels)
            votes += sign * np.bincount(beside[beside >= 0], minlength=count)
    return np.select([votes > 0, votes < 0], [1, 2], 0)


def _box(mask: np.ndarray) -> tuple[slice, slice]:
    """Around all that is True."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _with_the_nearest(parts: np.ndarray, mine: np.ndarray, crop: np.ndarray) -> np.ndarray:
    """(number of cells,) parts in which my cells without one, 0, have that of the nearest one that has.

    Args:
        crop: (h, w) cells, in a box around mine.
    """
    unknown = mine & (parts == 0)
    if not unknown.any():
        return parts
    step = math.ceil(max(crop.shape) / 800)
    known = np.where(mine, parts, 0)
    if not known[crop[::step, ::step]].any():
        step = 1
    crop = crop[::step, ::step]
    nearest = ndimage.distance_transform_edt(known[crop] == 0, return_distances=False, return_indices=True)
    near, here = known[crop][tuple(nearest)], unknown[crop]
    count = int(parts.max()) + 1
    votes = np.bincount(crop[here].astype(np.int64) * count + near[here], minlength=len(parts) * count)
    votes = votes.reshape(-1, count)
    votes[:, 1] += votes.sum(axis=1) == 0  # too small to be seen at this step
    return np.where(unknown, votes.argmax(axis=1), parts)
