"""The two ways to color in the user study: the model asks for parts, or a person clicks points anywhere (RTUG's way).

Points go to one of two kinds of networks. Over cells, the very networks that ask are told the color of the line-bounded
cell under a point, so that the ways differ in who chooses the place and in nothing else. RTUG itself, which
`experiments/table1.py` trains, is told the color of a small patch.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch
from PIL import Image, ImageDraw

from commands import COMMON
from guiding_painter import ColorizationNetwork, GuidingPainterPipeline, Painting, Region
from guiding_painter.cell_networks import look_at
from guiding_painter.colors import RGB, to_hex
from guiding_painter.drawings import PreparedDrawing, looks_colored, open_picture, sample, to_pil
from guiding_painter.inference import inference
from texts import Trouble
from views import MAX_SIDE, asked_view, fit, picture_view

if TYPE_CHECKING:
    from experiments.methods.rtug import RTUG

REPOSITORY = Path(__file__).resolve().parents[1]

RING = 0.012  # of the longer side of the drawing, the radius of a mark
Point = tuple[int, int]


class Way(Protocol):
    """A drawing being colored in one of the ways. `choose` and `paint` raise Trouble for what cannot be done."""

    asks: bool  # whether the model chooses the place
    chosen: Point | None  # the point that a person chose and has not colored yet

    def choose(self, point: Point) -> None:
        """The place to color next, (x, y) in pixels of the drawing."""

    def paint(self, color: RGB) -> int | None:
        """Colors the place in question; returns the region where there are regions."""

    def skip(self) -> int:
        """Leaves the place in question to the model; returns its region."""

    def undo(self) -> None:
        """Takes the last answer or skip back."""

    def colors(self) -> list[str]:
        """Colors to offer for the place in question, "#rrggbb", the current or likeliest first."""

    def question(self) -> Image.Image:
        """RGB, the drawing with the place in question, or with the points so far."""

    def picture(self) -> Image.Image:
        """RGB, what comes of the answers so far."""

    @property
    def size(self) -> Point:
        """(width, height) of the drawing."""

    @property
    def regions(self) -> int | None:
        """How many the model would ask for; None where the person chooses."""


class Questions:
    """The model asks for regions, one after the other."""

    asks, chosen = True, None

    def __init__(self, painting: Painting, of_pixels: bool):
        self.painting, self._of_pixels = painting, of_pixels
        self.size, self.regions = painting.drawing.size, len(painting.regions)

    def _asked(self) -> Region:
        if (region := self.painting.next_region()) is None:
            raise Trouble("STUDY_ALL_ASKED")
        return region

    def choose(self, point: Point) -> None:
        raise Trouble("STUDY_NO_POINTS")

    def paint(self, color: RGB) -> int:
        region = self._asked()
        self.painting.paint(region, color)
        return region.index

    def skip(self) -> int:
        region = self._asked()
        self.painting.skip(region)
        return region.index

    def undo(self) -> None:
        if self.painting.undo() is None:
            raise Trouble("NOTHING_TO_UNDO")

    def colors(self) -> list[str]:
        region = self.painting.next_region()
        return offered(region.suggested_colors) if region else []

    def question(self) -> Image.Image:
        return asked_view(self.painting, self.painting.next_region())

    def picture(self) -> Image.Image:
        return self.painting.picture if self._of_pixels else picture_view(self.painting)


class Points:
    """What both kinds of points share: those so far with their colors, and the one that waits for its color."""

    asks, regions = False, None

    def __init__(self, drawing: Image.Image):
        self._drawing, self.size = drawing, drawing.size
        self.chosen: Point | None = None
        self._points: list[tuple[Point, RGB]] = []

    def _waiting(self) -> Point:
        if self.chosen is None:
            raise Trouble("STUDY_NO_POINT")
        return self.chosen

    def _colored(self, color: RGB) -> None:
        self._points.append((self._waiting(), color))
        self.chosen = None

    def skip(self) -> int:
        raise Trouble("STUDY_NO_SKIP")

    def undo(self) -> None:
        if not self._points:
            raise Trouble("NOTHING_TO_UNDO")
        self._points.pop()

    def question(self) -> Image.Image:
        return with_points(self._drawing, self._points, self.chosen)


class CellPoints(Points):
    """A person's points color the cells under them, each a region of its own; what the model guesses follows."""

    def __init__(self, painting: Painting):
        super().__init__(painting.drawing)
        self.painting = painting

    def choose(self, point: Point) -> None:
        try:
            self.painting.region_at(point)
        except ValueError:
            raise Trouble("OUTSIDE") from None
        self.chosen = point

    def paint(self, color: RGB) -> int:
        region = self.painting.region_at(self._waiting())
        self.painting.paint(region, color)
        self._colored(color)
        return region.index

    def undo(self) -> None:
        super().undo()
        self.painting.undo()

    def colors(self) -> list[str]:
        return offered(self.painting.region_at(self.chosen).suggested_colors) if self.chosen else []

    def picture(self) -> Image.Image:
        return picture_view(self.painting)


class NetworkPoints(Points):
    """A person's points are small patches of color in the input of RTUG, which paints the picture."""

    def __init__(self, prepared: PreparedDrawing, network: "RTUG"):
        super().__init__(prepared.drawing)
        self._prepared, self._network = prepared, network
        self._picture = self._paint()

    def choose(self, point: Point) -> None:
        if not all(0 <= value < side for value, side in zip(point, self.size, strict=True)):
            raise Trouble("OUTSIDE")
        self.chosen = point

    def paint(self, color: RGB) -> None:
        self._colored(color)
        self._picture = self._paint()

    def undo(self) -> None:
        super().undo()
        self._picture = self._paint()

    def colors(self) -> list[str]:
        return offered([to_hex(self._picture.getpixel(self._seen(self.chosen)))]) if self.chosen else []

    def picture(self) -> Image.Image:
        return self._picture

    def _seen(self, point: Point) -> Point:
        """Where a point of the drawing is at the working size."""
        (width, height), (h, w) = self.size, self._prepared.shape
        return point[0] * w // width, point[1] * h // height

    def _paint(self) -> Image.Image:
        """RGB at the working size, from all points: one forward of RTUG."""
        network, (h, w) = self._network, self._prepared.shape
        hints, mask = torch.zeros(1, 3, h, w), torch.zeros(1, 1, h, w)  # C and M
        for point, color in self._points:
            column, row = self._seen(point)
            top, left, bottom, right = network.boxes_at(torch.tensor([[row, column]]), (h, w))[0].tolist()
            hints[0, :, top:bottom, left:right] = torch.tensor(color)[:, None, None] / 127.5 - 1
            mask[0, 0, top:bottom, left:right] = 1.0
        with inference(network):
            inputs = (self._prepared.sketch, hints, mask)
            return to_pil(network.paint(*(value.to(network.device, network.dtype) for value in inputs)))


def load_point_network(folder: Path) -> "RTUG":
    """RTUG as `experiments/table1.py` leaves it. Raises OSError or ValueError where the folder holds none."""
    sys.path += [str(REPOSITORY), str(REPOSITORY / "train")]
    try:
        from experiments.methods import open_method  # only here: it brings the training kit along
    except ImportError as error:
        raise OSError(f'--point_model needs what trains it ({error}): pip install "guiding-painter[train]".') from error
    return open_method("rtug", folder)


def open_way(way: str, path: Path, painter: GuidingPainterPipeline, points: "RTUG | None") -> Way:
    """Opens a drawing, or the lines of a colored picture, to be colored by "questions" or by "points".

    Args:
        points: what a person's points are given to; None for the painter's own networks, over cells.

    Raises ValueError or OSError for what is no picture.
    """
    of_pixels = isinstance(painter.colorization, ColorizationNetwork)
    painting = painter.open(path, extract_lines=looks_colored(open_picture(path).convert("RGB")))
    if way == "questions":
        return Questions(painting, of_pixels)
    prepared = painting.prepared
    if points is not None:
        return NetworkPoints(prepared, points)
    tokens = look_at(painter.segmentation, prepared, prepared.cells).tokens
    areas = tokens[sample(prepared.cells, prepared.shape).seen].astype(np.uint16)
    return CellPoints(Painting(prepared, areas, painter.model.view(prepared)))


def check_networks(painter: GuidingPainterPipeline, points: "RTUG | None") -> None:
    """Raises ValueError where points could not be answered."""
    if points is None and isinstance(painter.colorization, ColorizationNetwork):
        raise ValueError("Networks of pixels have no cells that a point could color: name RTUG's with --point_model.")


def offered(own: list[str]) -> list[str]:
    """The colors for a place, and those that are always there."""
    return list(dict.fromkeys([*own, *COMMON]))


def with_points(drawing: Image.Image, points: list[tuple[Point, RGB]], chosen: Point | None) -> Image.Image:
    """RGB, at most MAX_SIDE: the points so far in their colors, and the one that waits for its color."""
    view = fit(drawing, MAX_SIDE).convert("RGB")
    scale = max(view.size) / max(drawing.size)
    draw, radius = ImageDraw.Draw(view), max(3.0, RING * max(view.size))
    for (x, y), color in points:
        x, y = (x + 0.5) * scale, (y + 0.5) * scale
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=color, outline="black", width=2)
    if chosen:
        x, y = ((value + 0.5) * scale for value in chosen)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline="#d6266f", width=3)
        draw.line((x - 2 * radius, y, x + 2 * radius, y), fill="#d6266f", width=1)
        draw.line((x, y - 2 * radius, x, y + 2 * radius), fill="#d6266f", width=1)
    return view
