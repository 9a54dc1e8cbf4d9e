"""Where the answers of a whole drawing come from: a list of colors, another page, a palette, the model."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..colors import RGB, parse_color
from ..palettes import open_palette, paint_from_palette

if TYPE_CHECKING:
    from ..painting import Answers, Painting
    from ..pipeline import GuidingPainterPipeline
    from ..transfer import Appearance


@dataclass(frozen=True)
class Sources:
    """Colors for drawings; each source answers what the one before has left open.

    Args:
        colors: answers in the order asked, None to skip; or "auto", the model's suggestions, which come last of all.
        examples: answered regions of another page, see `transfer.carry_answers`.
        palette: see `palettes.paint_from_palette`.
    """

    colors: "Answers" = ()
    examples: Sequence[tuple["Appearance", RGB]] = ()
    palette: Sequence[RGB] = ()

    @classmethod
    def read(
        cls,
        colors: str | None,
        answers: str | os.PathLike | None = None,
        palette: str | os.PathLike | None = None,
        palette_size: int = 12,
    ) -> "Sources":
        """Reads all of it before any drawing is opened, from the words and files that a command line gives.

        Args:
            colors: "#e07a5f,skip,#3d405b", or "auto".
            answers: a file that `transfer.save_answers` wrote.
            palette, palette_size: as for `palettes.open_palette`.

        Raises ValueError or OSError for what is no color or no such file.
        """
        given: Answers = colors or []
        if colors not in (None, "auto"):
            words = [word.strip() for word in colors.split(",")]
            given = [None if word == "skip" else parse_color(word) for word in words]
        examples = []
        if answers:
            from ..transfer import read_answers

            examples = read_answers(answers)
        return cls(given, examples, open_palette(palette, palette_size) if palette else [])

    def paint(self, painter: "GuidingPainterPipeline", painting: "Painting") -> None:
        """Answers the regions of a painting."""
        if self.colors != "auto":
            painting.paint_all(self.colors)
        if self.examples:
            from ..transfer import carry_answers

            carry_answers(painter, painting, self.examples)
        if self.palette:
            paint_from_palette(painting, self.palette)
        if self.colors == "auto":
            painting.paint_all("auto")
