"""A pen that draws filled shapes with outlines, a little unevenly, as a hand does."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

SHARPER = 2  # drawn so much larger and reduced: ImageDraw does not smooth edges

Color = tuple[int, int, int]


class Pen:
    """Draws into one RGB picture, in units of about a 320th of its shorter side, from a foot point upwards (y < 0).

    Args:
        size: width and height of the picture in pixels; it is white.
    """

    def __init__(self, size: tuple[int, int], rng: np.random.Generator):
        self.rng = rng
        self.size = size
        self.picture = Image.new("RGB", [SHARPER * side for side in size], "white")
        self._draw = ImageDraw.Draw(self.picture)
        self._width = int(rng.integers(2, 5)) * SHARPER // 2 + 1
        self._unevenness = rng.uniform(0, 2)
        self._ink = tuple(int(value) for value in rng.uniform(0, 35, 3))
        self.move(size[0] / 2, 0.95 * size[1])

    def move(self, x: float, y: float, scale: float = 1.0) -> None:
        """What follows stands at (x, y), in pixels, `scale` times as large."""
        self._foot = np.array([x, y])
        self._scale = scale * min(self.size) / 320

    def pick(self, colors: Sequence[Color] | Color, spread: float = 9) -> Color:
        """One of some colors, or the one, a little off."""
        color = np.atleast_2d(np.asarray(colors, dtype=float))
        color = color[self.rng.integers(len(color))] + self.rng.normal(0, spread, 3)
        return tuple(int(value) for value in np.clip(color, 0, 255))

    def area(self, points, fill: Color) -> None:
        """A closed shape with an outline; long straight edges waver."""
        points = np.asarray(points, dtype=float)
        ends = np.roll(points, -1, axis=0)
        steps = np.maximum(np.hypot(*(ends - points).T) // 30, 1).astype(int)
        wavering = [
            start + (end - start) * np.linspace(0, 1, count, endpoint=False)[:, None]
            for start, end, count in zip(points, ends, steps, strict=True)
        ]
        outline = np.concatenate(wavering)
        self._fill(outline + self.rng.normal(0, self._unevenness, outline.shape), fill)

    def oval(self, center, radii, fill: Color, turn: float = 0) -> None:
        """An ellipse with an outline, turned by `turn` radians."""
        angles = np.linspace(0, 2 * np.pi, 60, endpoint=False)
        uneven = 1 + self.rng.normal(0, 0.01 * self._unevenness) * np.sin(2 * angles + self.rng.uniform(0, 6))
        x, y = radii[0] * np.cos(angles) * uneven, radii[1] * np.sin(angles) * uneven
        turned = [x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)]
        self._fill(np.stack(turned, 1) + np.asarray(center, dtype=float), fill)

    def line(self, points) -> None:
        self._draw.line(self._place(points), fill=self._ink, width=self._width, joint="curve")

    def dot(self, x: float, y: float, radius: float) -> None:
        corners = self._place([(x - radius, y - radius), (x + radius, y + radius)])
        self._draw.ellipse(corners, fill=self._ink)

    def ground(self, horizon: float, sky: Color, grass: Color) -> None:
        """Sky and grass all over the picture; `horizon` in pixels from above."""
        width, height = (SHARPER * side for side in self.size)
        slope = self.rng.normal(0, 12, 2) + SHARPER * horizon
        self._draw.rectangle((0, 0, width, height), fill=sky)
        self._draw.polygon([(0, slope[0]), (width, slope[1]), (width, height), (0, height)], fill=grass)
        self._draw.line([(0, slope[0]), (width, slope[1])], fill=self._ink, width=self._width)

    def finished(self) -> Image.Image:
        return self.picture.reduce(SHARPER)

    def _fill(self, outline: np.ndarray, fill: Color) -> None:
        points = self._place(outline)
        self._draw.polygon(points, fill=fill)
        self._draw.line([*points, *points[:2]], fill=self._ink, width=self._width, joint="curve")

    def _place(self, points) -> list[tuple[float, float]]:
        placed = SHARPER * (self._foot + self._scale * np.asarray(points, dtype=float))
        return [tuple(point) for point in placed]
