"""One drawing being colored: its regions in the order asked, the answers so far, undo, and the picture."""

import os
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from PIL import Image

from ..colors import RGB, Color, parse_color
from ..drawings import PreparedDrawing
from ..files import Artwork, lay_lines, save_artwork
from .actions import Action, Answer, Recut, Take
from .beliefs import Beliefs, View
from .fills import flat_colors, painted_colors
from .packing import pack
from .partition import Partition
from .proposal import Proposal
from .region import Region
from .saved import PLAINLY, Opened, SavedPainting, notes_on, thumbnail

MAX_PROPOSALS = 32  # each takes up to three passes of g for every one of eight regions
CONFIDENT = 0.7  # from here on a guess is shown where only sure ones are
WHITE = (255, 255, 255)
Answers = Sequence[Color | None] | str  # colors in the order asked, None to skip a region; or "auto"


class Painting(Partition):
    """One drawing being colored. `GuidingPainterPipeline.open` makes it.

    Regions are asked for in the model's order, but may be answered in any, and may be split, cut and merged. The
    model is asked what it believes when that is looked at, once after a change, however many there were.

    Args:
        prepared: the drawing; of a page with panels no cell lies in a panel and a gutter.
        model_map: (h, w) uint16 at the working size, the region of every pixel as the model found them.
        view: what the model believes, given the answers.
        opened: how the drawing was opened, as in `SavedPainting`.
        history, position: what to start with, as in `SavedPainting`. Raises ValueError for what cannot be done.
        lenient: leave out of the history what cannot be done any more, and say so in `notes`.
        find_regions: gives the model's map of the drawing where it is cut otherwise; without it the map stays.

    Its `notes` are sentences, for people, about what became of the file when it was opened.
    """

    def __init__(
        self,
        prepared: PreparedDrawing,
        model_map: np.ndarray,
        view: View,
        opened: Opened = PLAINLY,
        history: Sequence[Action] = (),
        position: int = 0,
        lenient: bool = False,
        find_regions: Callable[[PreparedDrawing], np.ndarray] | None = None,
    ):
        super().__init__(prepared, model_map)
        self._view = view
        self.opened = opened
        self._find_regions = find_regions or (lambda prepared: model_map)
        self.notes = notes_on(prepared.drawing, self._history.repeat(history, position, lenient))

    def next_region(self, panel: int | None = None) -> Region | None:
        """The region to ask for: neither answered nor skipped, and whose answer would help the picture most.

        Without `reorder`, or a model that can say, the first one in the first order. None at the end.

        Args:
            panel: of a page of panels, the one to ask about, from 0, see `Region.panel`; where it has no region
                waiting, or by default, the first that has any.
        """
        waiting = [index for index in self.layout.order if index not in self.layout.answers]
        if not waiting:
            return None
        if self.prepared.panels:
            numbers = [self.panel_of(index) for index in waiting]
            asked = panel if panel in numbers else min(numbers)
            waiting = [index for index, number in zip(waiting, numbers, strict=True) if number == asked]
        if not self.opened.reorder:
            return self._region(waiting[0])
        gains = self.beliefs.gains
        return self._region(max(waiting, key=lambda index: gains[index]))  # of equals the first

    def similar(self, region: Region | int) -> list[Region]:
        """The other regions that, as the model believes, share the color of one; in the first order."""
        return [self._region(index) for index in self._view.similar(self._history.state, self._index(region))]

    def paint(self, region: Region | int, color: Color, similar: bool = False) -> None:
        """Answers a region, asked or not, answered before or not. Raises ValueError for a color or region that is none.

        Args:
            region: a region of this painting, or its index.
            color: "#rrggbb", "#rgb" or (r, g, b) in 0..255.
            similar: answer the `similar` regions that have no answer, too; all is one step to undo.
        """
        value, index = parse_color(color), self._index(region)
        others = [other.index for other in self.similar(index)] if similar else []
        self._do(Answer(index, value, tuple(other for other in others if self.layout.answers.get(other) is None)))

    def repaint(self, region: Region | int, color: Color) -> None:
        """Changes an earlier answer; as `paint`, but raises ValueError for a region that has no answer yet."""
        index = self._index(region)
        if self.answers.get(index) is None:
            raise ValueError(f"Region {index} has no color yet: paint it first.")
        self.paint(index, color)

    def skip(self, region: Region | int) -> None:
        """Leaves a region to the model: it is not asked for again, and an answer it had counts no longer."""
        self._do(Answer(self._index(region), None))

    @property
    def expected_gain(self) -> float:
        """dB that the answer to `next_region` is expected to add to the flat picture; 0 where the model cannot say."""
        return self.beliefs.expected_gain

    def proposals(self, count: int = 4) -> list[Proposal]:
        """Whole colorings that go on from the answers so far, each consistent and different from the others.

        The first is the model's own guess. None from networks of pixels; fewer than `count` where no more differ.
        Raises ValueError for a count that is no whole number from 1 to `MAX_PROPOSALS`, 32.
        """
        if type(count) is not int or not 1 <= count <= MAX_PROPOSALS:
            raise ValueError(f"count is {count!r}: ask for 1 to {MAX_PROPOSALS} proposals.")
        found = self._view.proposals(self._history.state, count)
        return [Proposal(self, tuple(colors.items())) for colors in found if colors]

    def take(self, proposal: Proposal) -> None:
        """Makes a proposal the guesses to go on from, one step to undo.

        A guess stays until an answer to its region, or to one like it. Raises ValueError for a proposal of another
        painting, or of regions that are gone.
        """
        if not isinstance(proposal, Proposal):
            raise ValueError(f"{proposal!r} is no proposal: take one of those that `proposals` gives.")
        if proposal.painting is not self:
            raise ValueError("This proposal belongs to another painting: take one of this painting's own.")
        self._do(Take(self.layout.order[0], proposal.colors))

    def paint_all(self, colors: Answers) -> None:
        """Answers the regions still to be asked for: a list of colors in the first order, None to skip; or "auto".

        "auto" accepts the suggestions as they stand: what is guessed from guesses is less often right. Colors beyond
        the last region are not used. Raises ValueError for what is no color; the answers before it stand.
        """
        if isinstance(colors, str) and colors == "auto":
            colors = [region.suggested_color for region in self.regions if region.index not in self.layout.answers]
        elif isinstance(colors, str) or not isinstance(colors, Iterable):
            raise ValueError(f"colors is {colors!r}: give a list of colors, or 'auto'.")
        waiting = [index for index in self.layout.order if index not in self.layout.answers]
        for index, color in zip(waiting, colors, strict=False):
            self._do(Answer(index, None if color is None else parse_color(color)))

    def recut(self, gap: str) -> None:
        """Cuts the drawing anew, and asks the model for the regions of what comes of it: f runs once more.

        A region has the answer of the one before in which most of it lies. Raises ValueError for another gap.

        Args:
            gap: how wide openings in lines may be to be closed: "tight", "normal" or "loose".
        """
        found = self._find_regions(self.prepared.with_gap(gap))
        self._do(Recut(self.layout.order[0], gap, pack(found)))

    @property
    def picture(self) -> Image.Image:
        """What the model paints, RGB at the working size; `image` is made of it. Do not draw on it."""
        return self._view.picture(self._history.state)

    @property
    def beliefs(self) -> Beliefs:
        """What the model believes of every region, given all answers so far; `Region` tells it one by one."""
        return self._view.beliefs(self._history.state)

    @property
    def image(self) -> Image.Image:
        """RGB at the drawing's own size: flat `color`, with the drawing's lines laid on top (multiply)."""
        return lay_lines(self.color(), self.drawing)

    def color(self, mode: str = "flat", unanswered: str = "guess") -> Image.Image:
        """RGB at the drawing's own size, without lines; no color crosses the border of a region.

        Args:
            mode: "flat", each region in exactly its color; "painted", the model's shading around that mean.
            unanswered: "guess", regions without an answer are in their suggestion; "paper", only where at least 70 % of
                such guesses are right, and white elsewhere.

        Raises ValueError for another mode or unanswered.
        """
        if mode not in ("flat", "painted"):
            raise ValueError(f"mode is {mode!r}: choose 'flat' or 'painted'.")
        if unanswered not in ("guess", "paper"):
            raise ValueError(f"unanswered is {unanswered!r}: choose 'guess' or 'paper'.")
        beliefs, hints = self.beliefs, self._hints
        unsure = {index for index, sure in beliefs.confidences.items() if sure < CONFIDENT and index not in hints}
        blank = dict.fromkeys(unsure, WHITE) if unanswered == "paper" else {}
        colors = {index: guesses[0] for index, guesses in beliefs.colors.items()} | hints | blank
        if mode == "flat":
            return flat_colors(self.region_map, colors)
        return painted_colors(self.picture, self.prepared.paper, self._flats, colors)

    def save(
        self,
        path: str | os.PathLike,
        mode: str = "flat",
        lines: bool = True,
        transparent: bool = False,
        unanswered: str = "guess",
    ) -> None:
        """Writes .png, or .psd or .ora with a layer for every answer, with the drawing's dpi and color profile.

        A file of that name is replaced only by a complete one. A .psd or .ora holds the painting, too, to resume it.

        Args:
            mode, unanswered: as for `color`.
            lines, transparent: for .png, lay the lines over the color; leave out what has no answer.

        Raises ValueError for another suffix, mode or unanswered, OSError where the file cannot be written.
        """
        answers = [(region.index, self.layout.answers.get(region.index)) for region in self.regions]
        artwork = Artwork(self.drawing, self.color(mode, unanswered), self.region_map, answers, self.to_dict())
        save_artwork(artwork, path, lines, transparent)

    def to_dict(self) -> dict[str, Any]:
        """All that `GuidingPainterPipeline.resume` needs beside the drawing, as plain JSON; undone answers included."""
        return SavedPainting(
            size=self.drawing.size,
            thumbnail=self._thumbnail,
            opened=self.opened,
            gap=self.prepared.gap,
            region_map=self.model_map,
            history=[step.action for step in self._history.steps],
            position=self._history.position,
            panels=self.prepared.panels,
        ).to_dict()

    @property
    def _hints(self) -> dict[int, RGB]:
        return {index: color for index, color in self.answers.items() if color is not None}

    @cached_property
    def _thumbnail(self) -> np.ndarray:
        return thumbnail(self.drawing)
