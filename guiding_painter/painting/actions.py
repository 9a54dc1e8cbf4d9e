"""What people do to a painting: the nine actions, each with what it needs, what it does and its saved form.

A tenth is one more class here, in `KINDS`, and the method of `Painting` that does it.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from ..colors import RGB, parse_color, to_hex
from ..drawings import GAPS, PreparedDrawing
from . import borders
from .damage import damaged, is_int
from .layouts import Change, Layout, answered, check_region, merged, moved
from .packing import unpack
from .recutting import recut
from .strokes import MAX_POINTS
from .surgery import cut, split

Point = tuple[int, int]  # (x, y) in pixels of the drawing


@dataclass(frozen=True)
class Action(ABC):
    """Something done to a region.

    Args:
        region: what it was done to.
    """

    region: int

    @abstractmethod
    def change(self, layout: Layout, cells: np.ndarray, prepared: PreparedDrawing) -> Change:
        """What comes of it. Changes nothing; raises ValueError for what cannot be done.

        Args:
            layout: before it.
            cells: (H, W) int32, those of this layout.
            prepared: the drawing.
        """

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """The saved form."""

    @classmethod
    @abstractmethod
    def from_json(cls, entry: object, size: Point) -> Self | None:
        """The action of a saved form; None for that of another kind. Raises ValueError for a damaged one.

        Args:
            size: (width, height) of the drawing.
        """

    def last_channel(self, shape: tuple[int, int]) -> int:
        """The last of the model's channels that it brings along for a working size of (h, w); -1 for none."""
        return -1

    def result(self, layout: Layout) -> int:
        """The region that it was done to, as it is in the layout afterwards."""
        return self.region


@dataclass(frozen=True)
class Split(Action):
    """A region falls into its connected parts."""

    def change(self, layout: Layout, cells: np.ndarray, prepared: PreparedDrawing) -> Change:
        return Change(split(layout, cells, self.region, prepared.ink, prepared.gap_width))

    def to_json(self) -> dict[str, Any]:
        return {"split": self.region}

    @classmethod
    def from_json(cls, entry: object, size: Point) -> Self | None:
        match entry:
            case {"split": region} if is_int(region):
                return cls(region)
        return None


@dataclass(frozen=True)
class Merge(Action):
    """Two regions become one."""

    other: int

    def change(self, layout: Layout, cells: np.ndarray, prepared: PreparedDrawing) -> Change:
        return Change(merged(layout, self.region, self.other))

    def to_json(self) -> dict[str, Any]:
        return {"merge": [self.region, self.other]}

    @classmethod
    def from_json(cls, entry: object, size: Point) -> Self | None:
        match entry:
            case {"merge": [region, other]} if is_int(region) and is_int(other):
                return cls(region, other)
        return None

    def result(self, layout: Layout) -> int:
        return self.region if self.region in layout.order else self.other  # either may be gone


@dataclass(frozen=True)
class Stroke(Action):
    """Something done along a stroke; saved under a name of its kind."""

    stroke: tuple[Point, ...]
    name: ClassVar[str]

    def to_json(self) -> dict[str, Any]:
        return {self.name: self.region, "stroke": [list(point) for point in self.stroke]}

    @classmethod
    def from_json(cls, entry: object, size: Point) -> Self | None:
        match entry:
            case {"stroke": [*points]} if is_int(entry.get(cls.name)) and 2 <= len(points) <= MAX_POINTS:
                return cls(entry[cls.name], tuple(_read_point(point, size) for point in points))
        return None


class Cut(Stroke):
    """A region is cut in two."""

    name = "cut"

    def change(self, layout: Layout, cells: np.ndarray, prepared: PreparedDrawing) -> Change:
        return cut(layout, cells, self.region, self.stroke, prepared.gap_width)


class Border(Stroke):
    """A border is drawn. The region is that in which it begins; those that it parts are found anew."""

    name = "border"

    def change(self, layout: Layout, cells: np.ndarray, prepared: PreparedDrawing) -> Change:
        return borders.draw(layout, cells, prepared.ink, self.stroke, prepared.gap_width)


class Open(Stroke):
    """Borders are opened: what the stroke runs through goes to the region in which it begins."""

    name = "open"

    def change(self, layout: Layout, cells: np.ndarray, prepared: PreparedDrawing) -> Change:
        return Change(borders.open_(layout, cells, prepared.ink, self.stroke))


@dataclass(frozen=True)
class Move(Action):
    """The cell under a point goes to a region."""

    point: Point

    def change(self, layout: Layout, cells: np.ndarray, prepared: PreparedDrawing) -> Change:
        x, y = self.point
        return Change(moved(layout, int(cells[y, x]), self.region))

    def to_json(self) -> dict[str, Any]:
        return {"move_cell": list(self.point), "region": self.region}

    @classmethod
    def from_json(cls, entry: object, size: Point) -> Self | None:
        match entry:
            case {"move_cell": point, "region": region} if is_int(region):
                return cls(region, _read_point(point, size))
        return None


@dataclass(frozen=True)
class Answer(Action):
    """A region gets a color, or None: it is skipped. So do others that share its color."""

    color: RGB | None
    others: tuple[int, ...] = ()

    def change(self, layout: Layout, cells: np.ndarray, prepared: PreparedDrawing) -> Change:
        for region in (self.region, *self.others):
            layout = answered(layout, region, self.color)
        return Change(layout)

    def to_json(self) -> dict[str, Any]:
        entry = {"region": self.region, "color": self.color and to_hex(self.color)}
        return entry | ({"others": list(self.others)} if self.others else {})

    @classmethod
    def from_json(cls, entry: object, size: Point) -> Self | None:
        match entry:
            case {"region": region, "color": color}:
                if not is_int(region):
                    raise damaged("answered region", region)
                others = entry.get("others", [])
                if not isinstance(others, list) or not all(map(is_int, others)):
                    raise damaged("answered regions", others)
                try:
                    return cls(region, None if color is None else parse_color(color), tuple(others))
                except ValueError:
                    raise damaged("answer", color) from None
        return None


@dataclass(frozen=True)
class Take(Action):
    """A proposal becomes the guesses to go on from.

    Args:
        region: the one that was asked for first.
        colors: of regions.
    """

    colors: tuple[tuple[int, RGB], ...]

    def change(self, layout: Layout, cells: np.ndarray, prepared: PreparedDrawing) -> Change:
        for region, _ in self.colors:
            check_region(layout, region)
        return Change(replace(layout, taken=dict(self.colors)))

    def to_json(self) -> dict[str, Any]:
        return {"take": [[region, to_hex(color)] for region, color in self.colors], "region": self.region}

    @classmethod
    def from_json(cls, entry: object, size: Point) -> Self | None:
        match entry:
            case {"take": [*colors], "region": region} if is_int(region):
                return cls(region, tuple(map(_read_color, colors)))
        return None


@dataclass(frozen=True)
class Recut(Action):
    """The drawing is cut anew.

    Args:
        region: the one that was asked for first before it.
        gap: how wide openings in lines may be to be closed.
        model_map: the packed map of the model's regions of the cells that are cut so.
    """

    gap: str
    model_map: str

    def change(self, layout: Layout, cells: np.ndarray, prepared: PreparedDrawing) -> Change:
        return recut(layout, cells, prepared, self.gap, self._map(prepared.shape))

    def to_json(self) -> dict[str, Any]:
        return {"recut": self.gap, "region": self.region, "region_map": self.model_map}

    @classmethod
    def from_json(cls, entry: object, size: Point) -> Self | None:
        match entry:
            case {"recut": gap, "region": region, "region_map": str(model_map)} if is_int(region) and gap in GAPS:
                return cls(region, gap, model_map)
        return None

    def last_channel(self, shape: tuple[int, int]) -> int:
        return int(self._map(shape).max())

    def result(self, layout: Layout) -> int:
        return layout.order[0]

    def _map(self, shape: tuple[int, int]) -> np.ndarray:
        return unpack("region_map", self.model_map, shape, np.uint16)


KINDS: tuple[type[Action], ...] = (Split, Merge, Cut, Border, Open, Move, Take, Recut, Answer)


def read_action(entry: object, size: tuple[int, int]) -> Action:
    """The action that was saved for a drawing of size (width, height). Raises ValueError for what is none."""
    for kind in KINDS:
        if (action := kind.from_json(entry, size)) is not None:
            return action
    raise damaged("history entry", entry)


def _read_color(pair: object) -> tuple[int, RGB]:
    match pair:
        case [region, str(color)] if is_int(region):
            try:
                return region, parse_color(color)
            except ValueError:
                pass
    raise damaged("taken color", pair)


def _read_point(point: object, size: Point) -> Point:
    match point:
        case [x, y] if is_int(x) and is_int(y) and 0 <= x < size[0] and 0 <= y < size[1]:
            return x, y
    raise damaged("point", point)
