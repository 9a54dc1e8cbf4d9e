"""Rendered drawings with known areas, for benchmarks/areas.py."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

OVERSAMPLED = 2
SIDE = 512  # of a drawing at scale 1, in pixels
TEXTURES = ("hatching", "crosshatching", "dots", "grain")


def render(
    seed: int, opening: float = 0, texture: str = "none", pencil: bool = False, scale: float = 1, shift: float = 0
) -> tuple[Image.Image, np.ndarray]:
    """A drawing of a few outlined shapes on a ground, and (H, W) int the areas that a person sees, 0 the ground.

    Args:
        opening: in 512ths of the side, in every outline; at most a fifth of a shape's width.
        texture: of `TEXTURES`, in every shape.
        shift: in pixels of the drawing.
    """
    rng = np.random.default_rng(seed)
    side = round(SIDE * scale)
    unit = side * OVERSAMPLED / SIDE
    image, truth = (Image.new("L", (side * OVERSAMPLED,) * 2, color) for color in (255, 0))
    draw, width = ImageDraw.Draw(image), max(1, round(rng.uniform(2, 5) * unit))
    for number, (x, y) in enumerate([(1, 1), (3, 1), (1, 3), (3, 3)], 1):
        radius = rng.uniform(55, 105)
        points = blob(rng, (x * 128 + rng.uniform(-10, 10), y * 128 + rng.uniform(-10, 10)), radius)
        pixels = [tuple(point) for point in points * unit + shift * OVERSAMPLED]
        ImageDraw.Draw(truth).polygon(pixels, fill=number)
        inside = Image.new("L", image.size)
        ImageDraw.Draw(inside).polygon(pixels, fill=255)
        image.paste(pattern(texture, rng, image.size, unit), (0, 0), inside)
        outline(draw, pixels, min(opening, radius * 2 / 5) * unit, rng, width, pencil, unit)
    for _ in range(3):  # strokes with free ends
        start = rng.uniform(20, 480, 2)
        ends = np.stack([start, start + rng.uniform(-25, 25, 2)]) * unit + shift * OVERSAMPLED
        draw.line(ends.ravel().tolist(), fill=0, width=width)
    drawing = image.filter(ImageFilter.GaussianBlur(0.5 * OVERSAMPLED)).resize((side, side), Image.Resampling.BOX)
    return drawing, np.asarray(truth.resize((side, side), Image.Resampling.NEAREST)).astype(np.int64)


def blob(rng: np.random.Generator, center: tuple[float, float], radius: float) -> np.ndarray:
    """(n, 2) points of a smooth outline with up to four waves."""
    angle = np.linspace(0, 2 * np.pi, 361)
    waves = sum(rng.uniform(0, 0.12) * np.sin(k * angle + rng.uniform(0, 6)) for k in (2, 3, 4))
    return np.array(center) + (radius * (1 + waves))[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def outline(
    draw: ImageDraw.ImageDraw,
    points: list[tuple[float, float]],
    opening: float,
    rng: np.random.Generator,
    width: int,
    pencil: bool,
    unit: float,
) -> None:
    """A closed line through points but for an opening so wide; of pencil: several strokes, each a little off."""
    steps = np.hypot(*np.diff(np.array(points), axis=0).T)
    keep = len(points)
    if opening:
        opening += width  # the ends of a thick line are round or not, but take half its width each
        keep = int(np.searchsorted(np.cumsum(steps), steps.sum() - opening)) + 1
    start = int(rng.integers(len(points) - 1))
    line = (points[start:-1] + points[: start + 1])[:keep]
    if not pencil:
        draw.line(line, fill=0, width=width, joint="curve")
        return
    for first in range(0, len(line), 40):
        for _ in range(2):
            piece = np.array(line[max(0, first - 6) : first + 46]) + rng.normal(0, 1.2 * unit, 2)
            draw.line([tuple(point) for point in piece], fill=int(rng.integers(60, 130)), width=max(1, width // 2))


def pattern(texture: str, rng: np.random.Generator, size: tuple[int, int], unit: float) -> Image.Image:
    """A page of one texture."""
    page = Image.new("L", size, 255)
    draw, pitch = ImageDraw.Draw(page), rng.uniform(4.5, 8) * unit
    if texture in ("hatching", "crosshatching"):
        for slope in (1, -1)[: 1 + (texture == "crosshatching")]:
            for offset in np.arange(-size[0], 2 * size[0], pitch * 1.4):
                draw.line([offset, 0, offset + slope * size[1], size[1]], fill=0, width=max(1, round(unit)))
    elif texture == "dots":
        radius = pitch * rng.uniform(0.2, 0.45)
        for y in np.arange(0, size[1], pitch):
            for x in np.arange(0, size[0], pitch):
                draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=0)
    elif texture == "grain":
        along = np.linspace(0, size[0], 60)
        for offset in np.arange(0, size[1], pitch):
            draw.line(
                [*zip(along, offset + pitch / 4 * np.sin(along / 20 / unit), strict=True)], fill=0, width=round(unit)
            )
    return page
