"""One drawing being colored: its regions in the order asked, the answers so far, undo, and the picture."""

import os
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from PIL import Image
from scipy import ndimage

from .colors import RGB, Color, parse_color, to_hex
from .flats import flat_colors, make_flats, painted_colors, region_colors
from .layers import Artwork, lay_lines, save_artwork
from .saved import SavedPainting, thumbnail
from .sketches import to_sketch

Answers = Sequence[Color | None] | str  # colors in the order asked, None to skip a region; or "auto"


class Region:
    """One guided region of a painting. It follows the painting: after an answer it tells the new state."""

    def __init__(self, painting: "Painting", index: int, area: float):
        self.painting = painting
        self.index = index  # the model's channel, 0..N_c-1: its place in the order asked
        self.area = area  # share of the drawing, above 0 and at most 1

    @property
    def mask(self) -> np.ndarray:
        """(H, W) bool at the drawing's own size."""
        return self.painting.region_map == self.index

    @property
    def box(self) -> tuple[int, int, int, int]:
        """(left, top, right, bottom) in pixels of the drawing; right and bottom lie outside, as in Pillow."""
        return Image.fromarray(self.mask).getbbox()

    @property
    def center(self) -> tuple[float, float]:
        """(x, y) in pixels of the drawing, a place well inside the region: the farthest from its border."""
        left, top, right, bottom = self.box
        step = max(1, max(right - left, bottom - top) // 512)
        inside = self.mask[top:bottom, left:right]
        if inside[::step, ::step].any():  # not so where the region is only thin lines
            inside = inside[::step, ::step]
        else:
            step = 1
        depth = ndimage.distance_transform_edt(np.pad(inside, 1))[1:-1, 1:-1]
        row, column = divmod(int(depth.argmax()), inside.shape[1])
        return left + column * step + 0.5, top + row * step + 0.5

    @property
    def suggested_color(self) -> str:
        """ "#rrggbb", the mean of the current picture over the region: the model's own guess, better with every answer.

        Ink is left out where the region has any paper, since people answer with clean colors.
        """
        return to_hex(self.painting._suggestions[self.index])

    @property
    def color(self) -> str | None:
        """ "#rrggbb", the answer given for this region, or None."""
        color = self.painting.answers.get(self.index)
        return None if color is None else to_hex(color)

    @property
    def skipped(self) -> bool:
        """Whether the region was skipped: it has no answer and is not asked for again."""
        return self.painting.answers.get(self.index, 0) is None

    def __repr__(self) -> str:
        return f"Region(index={self.index}, area={self.area:.3f}, color={self.color!r}, skipped={self.skipped})"


class Painting:
    """One drawing being colored. `GuidingPainterPipeline.open` makes it.

    Regions are asked for in the model's order, but may be answered in any. The picture is computed when looked at:
    one call of `colorize` for the first, and one after a change of the answers, however many changed.

    Args:
        drawing: "L", at its own size, 255 = paper.
        region_map: (h, w) uint8 at the working size, the region of every pixel.
        colorize: gives the picture, RGB at the working size, that follows from {region index: (r, g, b)}.
        extract_lines: whether the drawing was extracted from a colored picture; kept for `to_dict` only.
        history, position: answers to start with, as in `SavedPainting`. Raises ValueError for one to no region of
            `region_map`.
    """

    def __init__(
        self,
        drawing: Image.Image,
        region_map: np.ndarray,
        colorize: Callable[[dict[int, RGB]], Image.Image],
        extract_lines: bool = False,
        history: Sequence[tuple[int, RGB | None]] = (),
        position: int = 0,
    ):
        self.drawing = drawing
        self._working_map = region_map
        self._colorize = colorize
        self._extract_lines = extract_lines
        self._pictured: tuple[dict[int, RGB], Image.Image] | None = None  # hints and the picture that follows from them
        self._suggested: tuple[Image.Image, dict[int, RGB]] | None = None  # a picture and the suggestions drawn from it
        self._flats = make_flats(drawing, region_map)
        self.region_map = self._flats.region_map  # (H, W) uint8 at the drawing's own size, the region of every pixel
        # Every region that has pixels here, in the order asked, answered ones too
        sizes = np.bincount(self.region_map.ravel()).tolist()
        self.regions = [Region(self, index, size / self.region_map.size) for index, size in enumerate(sizes) if size]
        # A region of the model that the lines leave no place for is not asked for; an answer saved for it is let go.
        gone = set(np.unique(region_map).tolist()) - {region.index for region in self.regions}
        self._history = [(index, answer) for index, answer in history if index not in gone]
        self._position = sum(index not in gone for index, _ in history[:position])
        for index, _ in self._history:
            self._region(index)

    @property
    def answers(self) -> dict[int, RGB | None]:
        """{region index: (r, g, b), or None where skipped}; of several answers to one region the last counts."""
        return dict(self._history[: self._position])

    def next_region(self) -> Region | None:
        """The first region in the model's order that is neither answered nor skipped; None at the end."""
        answers = self.answers
        return next((region for region in self.regions if region.index not in answers), None)

    def paint(self, region: Region | int, color: Color) -> None:
        """Answers a region, asked or not, answered before or not. Raises ValueError for a color or region that is none.

        Args:
            region: a region of this painting, or its index.
            color: "#rrggbb", "#rgb" or (r, g, b) in 0..255.
        """
        self._answer(region, parse_color(color))

    def repaint(self, region: Region | int, color: Color) -> None:
        """Changes an earlier answer; as `paint`, but raises ValueError for a region that has no answer yet."""
        index = self._index(region)
        if self.answers.get(index) is None:
            raise ValueError(f"Region {index} has no color yet: paint it first.")
        self.paint(index, color)

    def skip(self, region: Region | int) -> None:
        """Leaves a region to the model: it is not asked for again, and an answer it had counts no longer."""
        self._answer(region, None)

    def paint_all(self, colors: Answers) -> None:
        """Answers the regions still to be asked for, in order: a list of colors, None to skip; or "auto".

        "auto" accepts each suggestion in turn, at one call of `colorize` a region. Colors beyond the last region are
        not used. Raises ValueError for what is no color; the answers before it stand.
        """
        if isinstance(colors, str):
            if colors != "auto":
                raise ValueError(f"colors is {colors!r}: give a list of colors, or 'auto'.")
            while region := self.next_region():
                self.paint(region, region.suggested_color)
            return
        for color in colors:
            if (region := self.next_region()) is None:
                return
            self._answer(region, None if color is None else parse_color(color))

    def undo(self) -> Region | None:
        """Takes the last answer or skip back. Returns its region, None where nothing is left to undo."""
        if self._position == 0:
            return None
        self._position -= 1
        return self._region(self._history[self._position][0])

    def redo(self) -> Region | None:
        """Brings back what was undone last. Returns its region, None where nothing was undone since the last answer."""
        if self._position == len(self._history):
            return None
        self._position += 1
        return self._region(self._history[self._position - 1][0])

    @property
    def picture(self) -> Image.Image:
        """What the model paints, RGB at the working size; `image` is made of it. Do not draw on it."""
        hints = self._hints
        if self._pictured is None or self._pictured[0] != hints:
            self._pictured = hints, self._colorize(hints)
        return self._pictured[1]

    @property
    def image(self) -> Image.Image:
        """RGB at the drawing's own size: flat `color`, with the drawing's lines laid on top (multiply)."""
        return lay_lines(self.color(), self.drawing)

    def color(self, mode: str = "flat") -> Image.Image:
        """RGB at the drawing's own size, without lines; no color crosses the border of a region.

        Args:
            mode: "flat", each answered region in exactly its color and every other in its suggestion; "painted", the
                model's shading, the mean of each answered region at its answer. Raises ValueError for another.
        """
        hints = self._hints
        if mode == "flat":
            return flat_colors(self.region_map, self._suggestions | hints)
        if mode == "painted":
            return painted_colors(self.picture, self._paper, self._flats, hints)
        raise ValueError(f"mode is {mode!r}: choose 'flat' or 'painted'.")

    def save(self, path: str | os.PathLike, mode: str = "flat", lines: bool = True, transparent: bool = False) -> None:
        """Writes .png, or .psd or .ora with a layer for every answer, with the drawing's dpi and color profile.

        A file of that name is replaced only by a complete one.

        Args:
            mode: as for `color`.
            lines, transparent: for .png, lay the lines over the color; leave out what has no answer.

        Raises ValueError for another suffix or mode, OSError where the file cannot be written.
        """
        given = self.answers
        answers = [(region.index, given.get(region.index)) for region in self.regions]
        save_artwork(Artwork(self.drawing, self.color(mode), self.region_map, answers), path, lines, transparent)

    def to_dict(self) -> dict[str, Any]:
        """All that `GuidingPainterPipeline.resume` needs beside the drawing, as plain JSON; undone answers included."""
        return SavedPainting(
            size=self.drawing.size,
            thumbnail=self._thumbnail,
            extract_lines=self._extract_lines,
            region_map=self._working_map,
            history=self._history,
            position=self._position,
        ).to_dict()

    def _answer(self, region: Region | int, color: RGB | None) -> None:
        self._history[self._position :] = [(self._index(region), color)]
        self._position += 1

    def _index(self, region: Region | int) -> int:
        if isinstance(region, Region):
            if region.painting is not self:
                raise ValueError(f"Region {region.index} belongs to another painting: take it from this one's regions.")
            return region.index
        return self._region(region).index

    def _region(self, index: int) -> Region:
        for region in self.regions:
            if region.index == index:
                return region
        known = ", ".join(str(region.index) for region in self.regions)
        raise ValueError(f"{index!r} is no region of this painting: choose one of {known}.")

    @property
    def _hints(self) -> dict[int, RGB]:
        return {index: color for index, color in self.answers.items() if color is not None}

    @property
    def _suggestions(self) -> dict[int, RGB]:
        """{region index: (r, g, b)}, the mean of the current picture over every region."""
        picture = self.picture
        if self._suggested is None or self._suggested[0] is not picture:
            self._suggested = picture, region_colors(picture, self._paper, self._flats)
        return self._suggested[1]

    @cached_property
    def _thumbnail(self) -> np.ndarray:
        return thumbnail(self.drawing)

    @cached_property
    def _paper(self) -> np.ndarray:
        """(h, w) bool at the working size: neither near black nor a stroke, which is darker than what is around it."""
        sketch = to_sketch(self.drawing, self._working_map.shape[::-1])[0, 0].numpy()  # in [-1, 1]: what the model saw
        return (sketch >= -0.5) & (sketch >= ndimage.maximum_filter(sketch, 5) - 0.2)
