"""Region surgery that needs the drawing: a region split into its connected parts, or cut along a stroke.

A region is only ever divided between its line-bounded cells, or a cell along a stroke, so no border leaves the lines.
"""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from skimage.measure import approximate_polygon

from ..drawings import grow
from .layouts import Change, Layout, Piece, check_region, divided, room_left, with_numbers, with_pieces

MAX_POINTS = 10_000  # of a stroke
MAX_LENGTH = 20  # of a stroke, in widths and heights of the drawing
MIN_PART = 0.0002  # of the drawing: a smaller part of a region is not split off, it goes with the nearest one
STEP = 0.5  # pixels between the points of a path


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
    length = np.hypot(*np.diff(np.array(stroke, dtype=float), axis=0).T).sum()
    if length > MAX_LENGTH * sum(cells.shape):
        raise ValueError(f"The stroke is {length:.0f} pixels long: draw it without going to and fro.")
    path, inside = _path(stroke), None
    if np.hypot(*(path[-1] - path[0])) < 0.2 * length:
        path, inside = _path([*stroke, stroke[0]]), _inside(stroke, cells.shape)
    else:
        path = _to_borders(path, cells, mine, 2 * gap)

    pieces, sides = _pieces(layout, cells, region, path, inside, gap)
    layout = with_pieces(layout, pieces)
    cells = with_numbers(cells, pieces, [piece.cell for piece in pieces])
    mine = layout.owners == region
    whole = mine & (sides == 0)
    if inside is None:
        sides[whole] = _sides(path, cells, len(mine), (2.5, gap / 2, gap))[whole]
    else:
        sides[whole] = 1 + (np.bincount(cells[inside], minlength=len(mine))[whole] > layout.sizes[whole] / 2)
    if not {1, 2} <= set(sides[mine & (layout.sizes > 0)].tolist()):
        raise ValueError(f"The stroke leaves region {region} in one piece: draw it from one border to another.")
    return Change(divided(layout, region, _with_the_nearest(sides, mine, cells[_box(mine[cells])])), pieces)


def _pieces(
    layout: Layout, cells: np.ndarray, region: int, path: np.ndarray, inside: np.ndarray | None, gap: float
) -> tuple[list[Piece], np.ndarray]:
    """What a stroke makes of the cells that it crosses, but for the largest part of each, which remains that cell.

    Args:
        path: (n, 2).
        inside: (H, W) bool, of a closed stroke.

    Returns:
        the new cells; and the side of every cell, the new ones last: 1, 2, or 0 where not known.
    """
    sides = np.zeros(len(layout.owners), dtype=int)
    pieces: list[Piece] = []
    crossed = np.unique(_cells_at(path, cells))
    crossed = crossed[crossed >= 0]
    for cell in crossed[(layout.owners[crossed] == region) & (layout.sizes[crossed] >= 2 * gap**2)]:
        mask = cells == cell
        box = _box(mask)
        fragments, side = _fragments(mask[box], path - (box[1].start, box[0].start), inside, box, gap)
        if {1, 2} <= set(side):
            sides[cell] = side[0]
            for number, piece_side in enumerate(side[1:], 2):
                pieces.append(Piece(len(sides), int(cell), box, np.packbits(fragments == number)))
                sides = np.append(sides, piece_side)
    return pieces, sides


def read_stroke(points: Iterable[Sequence[float]], size: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    """A stroke in whole pixels, without those that are on the way from one to the next.

    Args:
        points: (x, y) in pixels of the drawing; those beside it count as on its edge.
        size: (width, height) of the drawing.

    Raises ValueError for what is no stroke.
    """
    points = list(points)
    if len(points) > MAX_POINTS:
        raise ValueError(f"The stroke has {len(points)} points: give at most {MAX_POINTS}.")
    pixels = np.array([read_point(point) for point in points], dtype=float).reshape(-1, 2)
    pixels = np.floor(np.clip(pixels, 0, np.array(size) - 1))
    if len(np.unique(pixels, axis=0)) < 2:
        raise ValueError(f"The stroke has {len(points)} points: give two or more that are apart.")
    return tuple((int(x), int(y)) for x, y in approximate_polygon(pixels, 0.5))


def read_point(point: Sequence[float]) -> tuple[float, float]:
    """Raises ValueError for what is no (x, y)."""
    try:
        x, y = map(float, point)
    except (TypeError, ValueError, OverflowError):
        x = y = math.nan
    if not (math.isfinite(x) and math.isfinite(y)):
        raise ValueError(f"{point!r} is no point: give (x, y) in pixels of the drawing.")
    return x, y


def _path(stroke: Sequence[Sequence[float]]) -> np.ndarray:
    """(n, 2) points along a stroke, `STEP` apart."""
    points = np.array(stroke, dtype=float)
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    steps = np.linspace(0, along[-1], 1 + math.ceil(along[-1] / STEP))
    return np.stack([np.interp(steps, along, points[:, axis]) for axis in (0, 1)], axis=1)


def _inside(stroke: Sequence[tuple[int, int]], shape: tuple[int, int]) -> np.ndarray:
    """(H, W) bool, what a closed stroke encloses."""
    mask = Image.new("1", shape[::-1])
    ImageDraw.Draw(mask).polygon(stroke, fill=1)
    return np.asarray(mask)


def _fragments(
    cell: np.ndarray, path: np.ndarray, inside: np.ndarray | None, box: tuple[slice, slice], gap: float
) -> tuple[np.ndarray, list[int]]:
    """What a stroke leaves of a cell, the largest first; those smaller than a gap is wide go with their neighbors.

    Args:
        cell: (h, w) bool, in its box.
        path: (n, 2) in the same coordinates.
        inside: (H, W) bool, of a closed stroke.

    Returns:
        (h, w) int32 from 1, 0 beside the cell; and the side, 1 or 2, of each.
    """
    if inside is None:
        labels, count = ndimage.label(cell & ~_on_path(path, cell.shape))
        side = _sides(path, labels, count + 1, (2.5,))
    else:
        labels, outer = ndimage.label(cell & ~inside[box])
        inner_labels, inner = ndimage.label(cell & inside[box])
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


def _on_path(path: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """(h, w) bool, the pixels under a path: each meets the next at a corner at least."""
    columns, rows = np.rint(path).astype(int).T
    within = (rows >= 0) & (rows < shape[0]) & (columns >= 0) & (columns < shape[1])
    mask = np.zeros(shape, dtype=bool)
    mask[rows[within], columns[within]] = True
    return mask


def _to_borders(path: np.ndarray, cells: np.ndarray, mine: np.ndarray, overshoot: float) -> np.ndarray:
    """A path continued straight on at both ends, as far as the cell that it ends in goes, if that is one of mine.

    Where it has left a cell of mine by less than `overshoot` pixels into the next, it ends there instead.
    """
    for _ in range(2):
        path = path[::-1]
        inside = _cells_at(path, cells)
        last = inside[-1]
        if not mine[last]:
            continue
        run = int((inside[::-1] != last).argmax())
        if 0 < run * STEP < overshoot and mine[inside[:-run]].sum() > run:
            path = path[:-run]
            continue
        back = path[-1] - path[-1 - min(len(path) - 1, max(16, len(path) // 10))]
        ahead = path[-1] + np.arange(1, sum(cells.shape) / STEP)[:, None] * STEP * back / max(np.hypot(*back), 1e-9)
        beyond = _cells_at(ahead, cells) != last
        path = np.concatenate([path, ahead[: int(beyond.argmax())]])
    return path


def _cells_at(path: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """(n,) the cell under each point of a path, -1 beside the page."""
    columns, rows = np.rint(path).astype(int).T
    outside = (rows < 0) | (rows >= cells.shape[0]) | (columns < 0) | (columns >= cells.shape[1])
    return np.where(outside, -1, cells[np.where(outside, 0, rows), np.where(outside, 0, columns)])


def _sides(path: np.ndarray, labels: np.ndarray, count: int, offsets: Sequence[float]) -> np.ndarray:
    """(count,) on which side of a path each label lies, 1 or 2, by what is `offsets` beside it; 0 for neither."""
    ahead = np.roll(path, -8, axis=0) - np.roll(path, 8, axis=0)  # smoothed: hands tremble
    ahead[:8] = ahead[min(8, len(path) - 1)] if len(path) > 16 else path[-1] - path[0]
    ahead[-8:] = ahead[-9] if len(path) > 16 else path[-1] - path[0]
    normal = ahead[:, ::-1] * (1, -1) / np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]
    votes = np.zeros(count, dtype=int)
    for offset in offsets:
        for sign in (1, -1):
            beside = _cells_at(path + sign * offset * normal, labels)
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
