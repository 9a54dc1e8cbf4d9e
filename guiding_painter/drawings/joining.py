"""Which basins are one area to a person: openings judged by what they connect, and by the wall they are a gap in."""

from dataclasses import dataclass

import numpy as np

from .basins import Borders
from .edge import END, PASSING

DRAWN = 0.5  # at least so much of a border must be drawn for an opening in it to be a gap
RIM_DRAWN = 0.7
WHOLE = 0.92  # so much of a border that is drawn is an outline, and the only opening in it more likely a gap
POCKET = 4  # times as wide as paper between dots: so narrow an area they may have cut off of a tone
MOST = 0.9  # of the smaller area's width: so wide an opening is never closed
ENDS = 2  # times as eagerly are openings closed that a line ends at shortly before the picture's edge
MORE = 0.1  # of the smaller area's width: so much more is closed there


@dataclass(frozen=True)
class Closing:
    """How eagerly openings are closed.

    Args:
        ratio: an opening narrower than this share of the smaller area's greatest width may be a gap in a line.
        width: in pixels; so narrow an opening is a gap in a line however small the areas are.
        rim: in pixels; a line that ends farther from the picture's edge does not mean to reach it.
        wide: in pixels; of openings at least so wide more are closed where all else of the border is drawn.
    """

    ratio: float
    width: float
    rim: float
    wide: float


class Forest:
    """Sets that are joined one with another, each known by one of its members."""

    def __init__(self, count: int):
        self.parents = list(range(count))

    def root(self, member: int) -> int:
        parents = self.parents
        while parents[member] != member:
            parents[member] = member = parents[parents[member]]
        return member

    def roots(self) -> np.ndarray:
        """(count,) int64, for each member the one its set is known by."""
        return np.array([self.root(member) for member in range(len(self.parents))], dtype=np.int64)


def join_hills(borders: Borders, peaks: np.ndarray, ratio: float, chosen: np.ndarray) -> np.ndarray:
    """Joins what a shallow saddle parts, widest first: the unevenness of one and the same area.

    Args:
        peaks: (count,) the greatest distance to ink in each basin.
        ratio: of the saddle to the lower hill, from which on there is no opening to speak of.
        chosen: (n,) bool, saddles that may join.

    Returns:
        (count,) int64, a number of the area of each basin.
    """
    order = _widest_first(borders)
    order = order[chosen[order]]
    forest, peaks = Forest(len(peaks)), peaks.tolist()
    columns = (values[order].tolist() for values in (*borders.pairs.T, borders.opening))
    for a, b, saddle in zip(*columns, strict=True):
        a, b = forest.root(a), forest.root(b)
        if a != b and saddle >= ratio * min(peaks[a], peaks[b]):
            forest.parents[b] = a
            peaks[a] = max(peaks[a], peaks[b])
    return forest.roots()


def join_openings(
    borders: Borders,
    peaks: np.ndarray,
    closing: Closing,
    line: float,
    ends: np.ndarray,
    usual: np.ndarray,
    dotted: np.ndarray,
) -> np.ndarray:
    """Joins areas, widest opening first, unless the opening is a gap in the wall between the two.

    It is one if it is narrow beside the smaller area, and most of the border is drawn. Where next to nothing of it is
    (a leg into a foot), a way however narrow joins. So does one between dots of a tone that is no narrower than between
    all others, into what they may have cut off: between two broad tones it is a gap in their outline.

    Args:
        peaks: (count,) the greatest distance to ink in each area.
        line: width of a line in pixels: so much ink lies at the two ends of any opening, and is no wall.
        ends: (n,) int, what each border ends at that reaches the picture's edge, see `edge.find_ends`.
        usual, dotted: (count,), (count,) of `texture.find_dotted`.

    Returns:
        (count,) int64, a number of the area of each.
    """
    touching, order = _touching(borders, len(peaks), line), _widest_first(borders)
    forest, peaks, usual, dotted = Forest(len(peaks)), peaks.tolist(), usual.tolist(), dotted.tolist()
    columns = (values[order].tolist() for values in (*borders.pairs.T, *_widths(borders, ends, closing), ends))
    for a, b, saddle, rim, end in zip(*columns, strict=True):
        if (a := forest.root(a)) == (b := forest.root(b)):
            continue
        smaller, between = min(peaks[a], peaks[b]), max(usual[a], usual[b])
        among = (dotted[a] or dotted[b]) and smaller <= POCKET * between and saddle >= closing.ratio * between
        if not among and saddle < smaller * closed_below(saddle, *touching[a][b], rim, end == END, closing):
            continue
        if len(touching[a]) < len(touching[b]):
            a, b = b, a
        forest.parents[b] = a
        peaks[a], usual[a], dotted[a] = max(peaks[a], peaks[b]), between, dotted[a] or dotted[b]
        _merge(touching, a, b)
    return forest.roots()


def _widest_first(borders: Borders) -> np.ndarray:
    """(m,) the borders with an opening."""
    order = np.argsort(-borders.opening, kind="stable")
    return order[borders.opening[order] > 0]


def _widths(borders: Borders, ends: np.ndarray, closing: Closing) -> tuple[np.ndarray, np.ndarray]:
    """(n,) half the width of each opening as a gap, infinite where it is none; (n,) bool, those at the picture's edge.

    Args:
        ends: (n,) of `edge.find_ends`.
    """
    # A line's end near the edge leaves half of its mirrored way.
    rims = borders.rim | (ends == END)
    widths = np.where(rims & (borders.opening < closing.rim), 0.5, 1) * borders.opening
    widths[rims & (borders.opening >= closing.rim)] = np.inf
    widths[borders.rim & (ends == PASSING) & (borders.opening > closing.width)] = np.inf
    return widths, rims


def closed_below(saddle: float, open_: float, wall: float, rim: bool, end: bool, closing: Closing) -> float:
    """The share of the smaller area's width below which an opening is closed.

    Args:
        open_, wall: how many pixels of the border lie on paper and in ink.
        rim: whether the opening is at the picture's edge, where a stray end points more often than a wall stops short.
        end: whether a line ends there.
    """
    drawn = wall / (wall + open_)
    certainty = min(max((drawn - RIM_DRAWN if rim else drawn - DRAWN) / 0.25, 0), 1)
    if 2 * saddle <= closing.width:
        return MOST if certainty > 0 else 0
    if end:
        return min(ENDS * certainty**2 * closing.ratio, MOST)
    if 2 * saddle >= closing.wide and not rim:
        return certainty * closing.ratio + MORE * min(max((drawn - WHOLE) / 0.03 + 1, 0), 1)
    return certainty * closing.ratio


def _touching(borders: Borders, count: int, line: float) -> list[dict[int, tuple[float, float]]]:
    """For each area how many pixels of the border to every other lie on paper and in ink, less that at openings."""
    touching: list[dict[int, tuple[float, float]]] = [{} for _ in range(count)]
    walls = np.maximum(borders.wall - np.where(borders.opening > 0, 2 * line, 0), 0)
    # By columns: a list for every row would have Python look for garbage again and again.
    columns = (values.tolist() for values in (*borders.pairs.T, borders.open, walls))
    for a, b, open_, wall in zip(*columns, strict=True):
        touching[a][b] = touching[b][a] = (open_, wall)
    return touching


def _merge(touching: list[dict[int, tuple[float, float]]], a: int, b: int) -> None:
    """What touches b touches a instead."""
    for other, (open_, wall) in touching[b].items():
        del touching[other][b]
        if other != a:
            old = touching[a].get(other, (0, 0))
            touching[a][other] = touching[other][a] = (old[0] + open_, old[1] + wall)
    touching[b] = {}
