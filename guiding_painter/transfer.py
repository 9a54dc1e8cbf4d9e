"""Colors carried from one page to the next: each region takes the color of the region there that looks most like it."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .colors import RGB, parse_color, to_hex
from .files import replace_file

if TYPE_CHECKING:  # networks take seconds to import, and reading answers needs none
    from .painting import Painting
    from .pipeline import GuidingPainterPipeline

FORMAT = "guiding-painter answers"
VERSION = 1
FEATURES, SIZE, PLACE = 1.0, 0.5, 0.7  # what a unit of each counts, see `distances`


@dataclass(frozen=True)
class Appearance:
    """What a region looks like to the segmentation network.

    Args:
        features: (F,), what the model knows of it, numbers of about 1.
        size: the natural logarithm of the region's share of the drawing, at least -12.
        place: (x, y) of its middle in [0, 1].
    """

    features: np.ndarray
    size: float
    place: tuple[float, float]


def appearances(painter: "GuidingPainterPipeline", painting: "Painting") -> list[Appearance]:
    """What every region of a painting looks like, in the first order. One forward of f."""
    places = _middles(painting.region_map)
    return [
        Appearance(features, float(np.log(max(region.area, np.exp(-12)))), tuple(places[region.index].tolist()))
        for region, features in zip(painting.regions, painter.model.describe(painting), strict=True)
    ]


def _middles(region_map: np.ndarray) -> np.ndarray:
    """(regions, 2), the mean (x, y) of the pixels of every region, in widths and heights of the (H, W) map."""
    height, width = region_map.shape
    count, columns = int(region_map.max()) + 1, (np.arange(width) + 0.5) / width
    sums = np.zeros((3, count))  # of x, y and 1
    for row, regions in enumerate(region_map):  # the places of all pixels at once would take a page's room many times
        pixels = np.bincount(regions, minlength=count)
        sums += np.bincount(regions, columns, count), pixels * ((row + 0.5) / height), pixels
    return (sums[:2] / np.maximum(sums[2], 1)).T


def distances(appearance: Appearance, others: Sequence[Appearance]) -> np.ndarray:
    """How little a region looks like each of others, 0 and up: (len(others),).

    The root of the weighted sum of squares of: the root mean square difference of the features, the difference in size
    in powers of e, and that in place in widths and heights of the drawing.
    """
    features = np.stack([other.features for other in others]) - appearance.features
    sizes = np.array([other.size for other in others]) - appearance.size
    places = np.array([other.place for other in others]) - appearance.place
    squares = FEATURES**2 * (features**2).mean(axis=1), SIZE**2 * sizes**2, PLACE**2 * (places**2).sum(axis=1)
    return np.sqrt(sum(squares))


def carry_answers(
    painter: "GuidingPainterPipeline", painting: "Painting", examples: Sequence[tuple[Appearance, RGB]]
) -> int:
    """Answers every region that is still to be asked for and looks like an answered one of another page.

    Args:
        examples: what `read_answers` gives, kept with the same model.

    Returns how many regions it has answered. Raises ValueError where the answers were kept with another model.
    """
    answered = painting.answers
    found = list(zip(painting.regions, appearances(painter, painting), strict=True))
    others, colors = zip(*examples, strict=True)
    if len(others[0].features) != len(found[0][1].features):
        raise ValueError(
            f"These answers were kept with a model of {len(others[0].features)} features and this one has "
            f"{len(found[0][1].features)}: give the model that they were kept with."
        )
    carried = 0
    for region, appearance in found:
        away = distances(appearance, others)
        if region.index not in answered and away.min() <= painter.model.alike:
            painting.paint(region, colors[int(away.argmin())])
            carried += 1
    return carried


def save_answers(painter: "GuidingPainterPipeline", painting: "Painting", path: str | os.PathLike) -> None:
    """Keeps the answers of a painting, and what their regions look like, as .json for `read_answers`.

    Raises ValueError for a painting without an answer, OSError where the file cannot be written.
    """
    answers = [
        {
            "color": to_hex(color),
            "size": round(appearance.size, 4),
            "place": [round(value, 4) for value in appearance.place],
            "features": [round(value, 4) for value in appearance.features.tolist()],
        }
        for region, appearance in zip(painting.regions, appearances(painter, painting), strict=True)
        if (color := painting.answers.get(region.index)) is not None
    ]
    if not answers:
        raise ValueError(f"There is no answer to keep in {path}: answer a region first.")
    state = {"format": FORMAT, "version": VERSION, "answers": answers}
    replace_file(path, json.dumps(state).encode())


def read_answers(path: str | os.PathLike) -> list[tuple[Appearance, RGB]]:
    """What answered regions look like, and their colors, from a file that `save_answers` wrote.

    Raises ValueError for another file, OSError where it cannot be read.
    """
    try:
        state = json.loads(Path(path).read_bytes())
    except OSError as error:
        raise OSError(f"{path} cannot be read ({error.strerror}): check the path.") from error
    except ValueError:
        state = None
    try:
        if (state["format"], state["version"]) != (FORMAT, VERSION):
            raise ValueError
        examples = [
            (
                Appearance(np.array(answer["features"], dtype=float), float(answer["size"]), _pair(answer["place"])),
                parse_color(answer["color"]),
            )
            for answer in state["answers"]
        ]
        if {appearance.features.shape for appearance, _ in examples} != {(len(examples[0][0].features),)}:
            raise ValueError
    except (KeyError, IndexError, TypeError, ValueError):
        raise ValueError(f"{path} holds no answers: give a file that --save-answers wrote.") from None
    return examples


def _pair(values: Sequence[float]) -> tuple[float, float]:
    x, y = values
    return float(x), float(y)
