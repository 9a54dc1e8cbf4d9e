"""Rendered drawings of kinds whose areas are hard to find, with those that a person sees, for benchmarks/areas.py."""

from collections.abc import Callable, Iterable
from functools import partial

import numpy as np
from PIL import Image, ImageDraw

OVERSAMPLED = 2
UNJUDGED = 255  # in the truth, near lines that are drawn twice

Points = Iterable[tuple[float, float]]
Ray = tuple[np.ndarray, np.ndarray]  # where it starts and its way, (2,) each


class Page:
    """A drawing and its areas, while lines are drawn: 500 to 1500 pixels long, in gray or in 1 bit, turned when done.

    Attributes:
        size: (width, height) in pixels; `side` is the smaller.
        pen: width of outlines in pixels, 2 to 4 and more on large pages.
    """

    def __init__(self, rng: np.random.Generator):
        width, ratio = int(rng.integers(500, 1501)), rng.uniform(0.6, 1)
        self.soft, self.turns = rng.random() < 0.5, int(rng.integers(4))
        self.size = width, round(width * ratio)
        self.side, self.pen = self.size[1], rng.uniform(2, 4) * max(1, width / 1000)
        self.image, self.truth = (
            Image.new("L", tuple(OVERSAMPLED * length for length in self.size), value) for value in (255, 0)
        )

    def line(self, points: Points, width: float) -> None:
        ImageDraw.Draw(self.image).line(oversampled(points), 0, max(1, round(width * OVERSAMPLED)), "curve")

    def area(self, points: Points, number: int) -> None:
        """What a closed line through points fences in, over all that is drawn there, without its line."""
        points = oversampled(points)
        for image, value in ((self.image, 255), (self.truth, number)):
            ImageDraw.Draw(image).polygon(points, fill=value)

    def outlined(self, points: Points, number: int) -> None:
        points = [*points]
        self.area(points, number)
        self.line([*points, *points[:2]], self.pen)

    def done(self) -> tuple[Image.Image, np.ndarray]:
        drawing = self.image.resize(self.size, Image.Resampling.BOX)
        if not self.soft:
            drawing = drawing.point(lambda value: 255 * (value > 127))
        truth = np.asarray(self.truth.resize(self.size, Image.Resampling.NEAREST)).astype(np.int64)
        return Image.fromarray(np.rot90(drawing, self.turns)), np.rot90(truth, self.turns)


def oversampled(points: Points) -> list[tuple[float, float]]:
    return [(x * OVERSAMPLED, y * OVERSAMPLED) for x, y in points]


def ellipse(x: float, y: float, width: float, height: float) -> np.ndarray:
    """(n, 2) points around (x, y), of half the width and height given."""
    angle = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    return np.stack([x + width * np.cos(angle), y + height * np.sin(angle)], axis=1)


def box(left: float, top: float, right: float, bottom: float) -> list[tuple[float, float]]:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def speed_lines(rng: np.random.Generator, reach: str, many: bool = False) -> Page:
    """A figure of two areas in a panel, and lines that lead away: up to three groups of 3 to 9, or 12 to 57 all around.

    Args:
        reach: what they begin at, "figure", "frame", "neither" or "both"; they end freely otherwise.
    """
    page = Page(rng)
    (width, height), side = page.size, page.side
    radius, thin = rng.uniform(0.09, 0.14) * side, rng.uniform(1, 4)
    center = np.array([rng.uniform(0.4, 0.6) * width, rng.uniform(0.45, 0.55) * height])
    margin = round(0.04 * side) if rng.random() < 0.7 else 0
    figure = [ellipse(*center + (0, 0.8 * radius), 0.9 * radius, 1.1 * radius)]
    figure.append(ellipse(*center - (0, 0.7 * radius), radius, radius))
    mask = Image.new("L", page.size)
    for part in figure:
        ImageDraw.Draw(mask).polygon([tuple(point) for point in part], fill=255)
    for start, way in many_rays(rng, center) if many else few_rays(rng, center, radius, max(0.02 * side, 4 * thin)):
        points = start + np.arange(2 * width)[:, None] * way
        inside = (points >= margin).all(axis=1) & (points < np.array(page.size) - margin).all(axis=1)
        points = points[: int(inside.argmin())]
        x, y = points.astype(int).T
        within = np.flatnonzero(np.asarray(mask)[y, x])
        if len(within) and len(points) - within[-1] > 0.08 * side:
            page.line(points[[*np.interp(ends(rng, reach), (0, 1), (within[-1], len(points) - 1)).astype(int)]], thin)
    for number, part in enumerate(figure, 1):
        page.outlined(part, number)
    if margin:
        page.line([*(corners := box(margin, margin, width - margin, height - margin)), *corners[:2]], 1.2 * page.pen)
        outside = Image.new("L", page.truth.size, 255)
        ImageDraw.Draw(outside).polygon(oversampled(corners), fill=0)
        page.truth.paste(len(figure) + 1, (0, 0), outside)
    return page


def few_rays(rng: np.random.Generator, center: np.ndarray, radius: float, apart: float) -> list[Ray]:
    """One to three groups of 3 to 9, away from the center, or side by side: once to twice as far apart as is said."""
    rays, groups, first = [], rng.integers(1, 4), rng.uniform(0, 2 * np.pi)
    for group in range(groups):
        angle, number = first + group * 2 * np.pi / groups, rng.integers(3, 10)
        steps = np.arange(number) - (number - 1) / 2 + rng.uniform(-0.2, 0.2, number)
        if rng.random() < 0.5:
            ways = angle + steps * rng.uniform(0.08, 0.16)
            rays += [(center, np.array([np.cos(way), np.sin(way)])) for way in ways]
        else:
            way, across = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
            pitch = np.clip(2 * radius / number, apart, 2 * apart)
            rays += [(center + step * pitch * across, way) for step in steps]
    return rays


def many_rays(rng: np.random.Generator, center: np.ndarray) -> list[Ray]:
    """12 to 57 that lead from the center to all sides."""
    number = rng.integers(12, 58)
    angles = (np.arange(number) + rng.uniform(-0.3, 0.3, number)) * 2 * np.pi / number
    return [(center, np.array([np.cos(angle), np.sin(angle)])) for angle in angles]


def ends(rng: np.random.Generator, reach: str) -> tuple[float, float]:
    """Where a line begins and ends, 0 at the figure and 1 at the frame."""
    return {
        "figure": (0, rng.uniform(0.35, 0.8)),
        "frame": (rng.uniform(0.2, 0.65), 1),
        "neither": (rng.uniform(0.05, 0.35), rng.uniform(0.5, 0.9)),
        "both": (0, 1),
    }[reach]


def stripes(rng: np.random.Generator) -> Page:
    """A box, or a skirt, of 3 to 9 stripes; their lines end up to a fifth of a stripe before its sides."""
    page = Page(rng)
    width, height = page.size
    number, skirt = int(rng.integers(3, 10)), rng.random() < 0.5
    top, bottom = rng.uniform(0.15, 0.25) * height, rng.uniform(0.75, 0.85) * height
    lower = np.linspace(rng.uniform(0.1, 0.2), rng.uniform(0.8, 0.9), number + 1) * width
    upper = lower.mean() + (lower - lower.mean()) * (0.4 if skirt else 1)
    for stripe in range(number):
        corners = upper[stripe], upper[stripe + 1], lower[stripe + 1], lower[stripe]
        page.area(zip(corners, (top, top, bottom, bottom), strict=True), stripe + 1)
    outline = [(upper[0], top), (upper[-1], top), (lower[-1], bottom), (lower[0], bottom)]
    page.line([*outline, *outline[:2]], page.pen)
    for above, below in zip(upper[1:-1], lower[1:-1], strict=True):
        first, last = rng.uniform(0, 0.2, 2) * np.diff(upper[:2])
        page.line([(above, top + first), (below, bottom - last)], page.pen)
    return page


def dots(rng: np.random.Generator, size: tuple[int, int], darkness: np.ndarray | float) -> np.ndarray:
    """(height, width) bool: a tone of round dots 5 to 12 pixels apart, at one of six angles, so dark (0..1)."""
    x, y = np.meshgrid(*(np.arange(length) / OVERSAMPLED for length in size))
    turned = (x + 1j * y) * np.exp(1j * np.radians(rng.choice([0, 15, 30, 45, 60, 75]))) / rng.uniform(5, 12)
    turned += rng.random() + 1j * rng.random()
    distance = np.hypot(turned.real % 1 - 0.5, turned.imag % 1 - 0.5)
    shares = np.linspace(0, 1, 201)
    return distance < np.interp(darkness, shares, np.quantile(distance[::3, ::3], shares))


def two_tones(rng: np.random.Generator, line: float, darkness: tuple[float, float]) -> Page:
    """Two areas of tones with a line so wide in pixels between, in one of five one tone on both sides."""
    page = Page(rng)
    page.pen = line
    width, height = page.size
    left, top, right, bottom = 0.12 * width, 0.12 * height, 0.88 * width, 0.88 * height
    page.outlined(box(left, top, right, bottom), 1)
    if rng.random() < 0.5:
        middle = rng.uniform(0.4, 0.6, 2) * width
        page.outlined([(middle[0], top), (right, top), (right, bottom), (middle[1], bottom)], 2)
    else:
        page.outlined(ellipse(width / 2, height / 2, *rng.uniform(0.15, 0.28, 2) * page.side), 2)
    truth, ink = np.asarray(page.truth), np.asarray(page.image) == 0
    first, second = (dots(rng, page.image.size, rng.uniform(*darkness)) for _ in range(2))
    if rng.random() < 0.2:
        second = first
    ink = ink | (first & (truth == 1)) | (second & (truth == 2))
    page.image = Image.fromarray(np.where(ink, 0, 255).astype(np.uint8))
    return page


def one_tone(rng: np.random.Generator, darkest: float, gradient: bool) -> Page:
    """An outlined disc of a tone of 5 % to so much, or of one that grows so dark from side to side."""
    page = Page(rng)
    width, height = page.size
    page.outlined(ellipse(width / 2, height / 2, *rng.uniform(0.25, 0.4, 2) * page.side), 1)
    truth, ink = np.asarray(page.truth), np.asarray(page.image) == 0
    darkness = rng.uniform(0.05, darkest)
    if gradient:
        inside = np.flatnonzero(truth.any(axis=0))
        darkness = np.interp(np.arange(truth.shape[1]), inside[[0, -1]], (0.05, darkest))
    ink = ink | (dots(rng, page.image.size, darkness) & (truth == 1))
    page.image = Image.fromarray(np.where(ink, 0, 255).astype(np.uint8))
    return page


def two_strokes(rng: np.random.Generator) -> Page:
    """A house and the sun, every line in two strokes of a pencil, with slits up to three strokes wide."""
    page = Page(rng)
    (width, height), pen = page.size, rng.uniform(1, 6)
    left, right = rng.uniform(0.15, 0.25) * width, rng.uniform(0.6, 0.7) * width
    top, bottom = rng.uniform(0.45, 0.55) * height, rng.uniform(0.8, 0.9) * height
    middle, third = (left + right) / 2, (bottom - top) / 3
    shapes = [
        box(left, top, right, bottom),
        [(left, top), (middle, rng.uniform(0.12, 0.25) * height), (right, top)],
        box(left + third / 2, top + third, left + 1.5 * third, bottom),
        box(right - 1.5 * third, top + third / 2, right - third / 2, top + 1.5 * third),
        [*ellipse(0.83 * width, 0.2 * height, *[rng.uniform(0.08, 0.12) * page.side] * 2)],
    ]
    for number, shape in enumerate(shapes, 1):
        page.area(shape, number)
    for shape in shapes:
        pieces = zip(shape, [*shape[1:], shape[0]], strict=True) if len(shape) < 5 else [[*shape, shape[0]]]
        for piece in pieces:
            ImageDraw.Draw(page.truth).line(oversampled(piece), UNJUDGED, round(6 * pen * OVERSAMPLED))
            for _ in range(2):
                off = rng.uniform(-1.4, 1.4, (2 if len(shape) < 5 else 1, 2))
                page.line(np.array(piece) + off * pen, pen)
    return page


def cut_off(rng: np.random.Generator) -> Page:
    """A tree or a leg that the lower edge cuts off, 4.5 to 16 % of the side wide; its lines end up to 3.2 % before."""
    page = Page(rng)
    (width, height), side = page.size, page.side
    x, half = rng.uniform(0.4, 0.6) * width, rng.uniform(0.0225, 0.08) * side
    top, lean = 0.45 * height, rng.uniform(-0.03, 0.03, 2) * side
    left, right = (x - half, top), (x + half, top)
    feet = (x - half + lean[0], height), (x + half + lean[1], height)
    page.area([left, right, *feet[::-1]], 1)
    for start, foot in zip((left, right), feet, strict=True):
        end = 1 - rng.uniform(0, 0.032) * side / (height - top)
        page.line([start, tuple(np.array(start) + end * (np.array(foot) - start))], page.pen)
    page.outlined(ellipse(x, 0.35 * height, *rng.uniform(0.12, 0.2, 2) * side + 0.05 * side), 2)
    return page


def passed_by(rng: np.random.Generator) -> Page:
    """Ground beside an outline that comes within 0.8 to 5 % of two opposite edges."""
    page = Page(rng)
    (width, height), side = page.size, page.side
    near = rng.uniform(0.008, 0.05, 2) * side + page.pen
    x, y, half = (near[0] + width - near[1]) / 2, rng.uniform(0.4, 0.6) * height, (width - near.sum()) / 2
    sides = ellipse(x, y, half, rng.uniform(0.15, 0.3) * height)
    page.outlined(sides if rng.random() < 0.5 else sides[::30], 1)
    return page


def strokes_at_the_edge(rng: np.random.Generator) -> Page:
    """A disc, four to eight strokes that end up to 5 % before the edge, and every other time one from the disc."""
    page = Page(rng)
    (width, height), side = page.size, page.side
    radius, middle = rng.uniform(0.15, 0.22) * side, np.array([width, height]) / 2
    for _ in range(rng.integers(4, 9)):
        along, before = rng.uniform(0.1, 0.9), rng.uniform(0, 0.05) * side
        end = np.array((along * width, before) if rng.random() < 0.5 else (before, along * height))
        if rng.random() < 0.5:
            end = 2 * middle - end  # at the other edge
        way = (middle - end) / np.hypot(*(middle - end))
        page.line([end, end + rng.uniform(0.1, 0.25) * side * way], page.pen)
    if rng.random() < 0.5:
        page.line([tuple(middle), (rng.uniform(0.3, 0.7) * width, rng.uniform(0, 0.05) * side)], page.pen)
    page.outlined(ellipse(*middle, radius, radius), 1)
    return page


KINDS: dict[str, Callable[[np.random.Generator], Page]] = {
    "speed lines from a frame": partial(speed_lines, reach="frame"),
    "speed lines from a figure": partial(speed_lines, reach="figure"),
    "speed lines from neither": partial(speed_lines, reach="neither"),
    "speed lines from figure to frame": partial(speed_lines, reach="both"),
    "12 to 57 speed lines from a frame": partial(speed_lines, reach="frame", many=True),
    "stripes of a box or a skirt": stripes,
    "tones of 55 to 80 %, line of 2": partial(two_tones, line=2, darkness=(0.55, 0.8)),
    "tones of 55 to 80 %, line of 3": partial(two_tones, line=3, darkness=(0.55, 0.8)),
    "tones of 55 to 80 %, line of 4": partial(two_tones, line=4, darkness=(0.55, 0.8)),
    "tones of 5 to 50 %, line of 3": partial(two_tones, line=3, darkness=(0.05, 0.5)),
    "one tone of 5 to 80 %": partial(one_tone, darkest=0.8, gradient=False),
    "a tone from 5 to 95 %": partial(one_tone, darkest=0.95, gradient=True),
    "two strokes for every line": two_strokes,
    "figures that the edge cuts off": cut_off,
    "ground that lines pass by": passed_by,
    "ground with strokes at the edge": strokes_at_the_edge,
}


def render(kind: str, seed: int) -> tuple[Image.Image, np.ndarray]:
    """A drawing of `KINDS`, and (H, W) int the areas that a person sees, the ground 0; `UNJUDGED` belongs to none."""
    return KINDS[kind](np.random.default_rng([seed, *kind.encode()])).done()
