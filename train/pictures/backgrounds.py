"""Backgrounds of composed pictures: flat and blended color, patterns, rooms and outlined landscapes."""

import colorsys

import numpy as np
from PIL import Image, ImageDraw

BACKGROUNDS = ("flat", "gradient", "stripes", "dots", "checks", "hills", "room", "sky", "city")


def ink_color(rng: np.random.Generator) -> tuple[int, int, int]:
    """A near-black color of one line."""
    return tuple(int(c) for c in rng.integers(0, 45, 3))


def draw_background(
    size: tuple[int, int], palette: np.ndarray, rng: np.random.Generator, kinds: tuple[str, ...] = BACKGROUNDS
) -> Image.Image:
    """An RGB picture of `size` in colors of `palette` (N, 3), of a kind drawn from `kinds`."""
    large = (2 * size[0], 2 * size[1])  # reduced at the end, as ImageDraw does not smooth edges
    colors = [tuple(int(c) for c in color) for color in palette[rng.permutation(len(palette))]]
    kind = rng.choice(kinds)
    if kind in ("hills", "sky", "city") and rng.uniform() < 0.85:
        colors = natural(colors, rng)
    if kind == "gradient":
        return draw_gradient(size, colors[0], colors[1], rng)
    picture = Image.new("RGB", large, colors[0])
    draw = ImageDraw.Draw(picture)
    ink, line = ink_color(rng), int(rng.integers(2, 7))
    if kind in ("stripes", "dots", "checks"):
        draw_pattern(draw, kind, large, colors, ink if rng.uniform() < 0.5 else None, rng)
        if kind == "stripes":
            picture = rotate_filled(picture, rng.uniform(0, 180))
    elif kind == "hills":
        draw_sky(draw, large, colors, ink, line, rng)
        draw_hills(draw, large, colors, ink, line, rng)
    elif kind == "sky":
        draw_sky(draw, large, colors, ink, line, rng)
    elif kind == "room":
        draw_room(draw, large, colors, ink, line, rng)
    elif kind == "city":
        draw_sky(draw, large, colors, ink, line, rng)
        draw_city(draw, large, colors, ink, line, rng)
    return picture.reduce(2)


def natural(colors: list[tuple], rng: np.random.Generator) -> list[tuple]:
    """`colors` of a landscape with the sky, the sun and the ground of a day out of doors in place of the first ones."""
    hues = [rng.uniform(0.52, 0.6), rng.uniform(0.1, 0.16), *rng.uniform(0.2, 0.4, 6)]  # blue, yellow, greens
    saturations = [rng.uniform(0.15, 0.6), rng.uniform(0.4, 0.9), *rng.uniform(0.3, 0.7, 6)]
    values = [rng.uniform(0.75, 1), rng.uniform(0.9, 1), *rng.uniform(0.4, 0.9, 6)]
    day = [colorsys.hsv_to_rgb(*hsv) for hsv in zip(hues, saturations, values, strict=True)]
    day = [tuple(round(255 * channel) for channel in color) for color in day]
    return [*day[:2], colors[2], *day[2:], *colors[9:]]


def draw_gradient(size: tuple[int, int], first: tuple, second: tuple, rng: np.random.Generator) -> Image.Image:
    """A linear blend between two colors in a random direction."""
    x, y = np.meshgrid(np.linspace(-1, 1, size[0]), np.linspace(-1, 1, size[1]))
    angle = rng.uniform(0, 2 * np.pi)
    blend = np.clip((np.cos(angle) * x + np.sin(angle) * y + 1) / 2, 0, 1)[..., None]
    return Image.fromarray(np.rint(np.array(first) * (1 - blend) + np.array(second) * blend).astype(np.uint8))


def rotate_filled(picture: Image.Image, angle: float) -> Image.Image:
    """`picture` rotated and enlarged so that no empty corner shows."""
    width, height = picture.size
    side = int(np.hypot(width, height)) + 2
    turned = picture.resize((side, side), Image.NEAREST).rotate(angle, Image.BICUBIC)
    left, top = (side - width) // 2, (side - height) // 2
    return turned.crop((left, top, left + width, top + height))


def draw_pattern(draw: ImageDraw.ImageDraw, kind: str, size: tuple, colors: list, ink: tuple | None, rng) -> None:
    """Stripes, dots or checks over the whole of `size`, with outlines where `ink` is given."""
    spacing = int(rng.integers(40, 170))
    if kind == "stripes":
        ratio = rng.uniform(0.25, 0.6)
        for i, x in enumerate(range(0, size[0], spacing)):
            box = (x, -9, x + int(spacing * ratio), size[1] + 9)
            draw.rectangle(box, fill=colors[1 + i % rng.integers(1, 3)], outline=ink, width=3)
        return
    for row, y in enumerate(range(0, size[1] + spacing, spacing)):
        for column, x in enumerate(range(0, size[0] + spacing, spacing)):
            if kind == "dots":
                radius = 0.3 * spacing
                x_shifted = x + (row % 2) * spacing / 2
                box = (x_shifted - radius, y - radius, x_shifted + radius, y + radius)
                draw.ellipse(box, fill=colors[1], outline=ink, width=3)
            elif (row + column) % 2:
                draw.rectangle((x, y, x + spacing, y + spacing), fill=colors[1], outline=ink, width=3)


def draw_sky(draw: ImageDraw.ImageDraw, size: tuple, colors: list, ink: tuple, line: int, rng) -> None:
    """An outlined sun or moon and some clouds."""
    if rng.uniform() < 0.6:
        radius = rng.uniform(0.06, 0.2) * min(size)
        x, y = rng.uniform(0.1, 0.9) * size[0], rng.uniform(0.05, 0.4) * size[1]
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colors[1], outline=ink, width=line)
    for _ in range(rng.integers(1, 5)):
        x, y = rng.uniform(0, 1) * size[0], rng.uniform(0, 0.6) * size[1]
        radius = rng.uniform(0.04, 0.12) * min(size)
        puffs = [(x + dx * radius, y + dy * radius, r * radius) for dx, dy, r in
                 [(-1.5, 0.2, 0.8), (-0.5, -0.4, 1.0), (0.7, -0.2, 0.9), (1.6, 0.3, 0.7), (0, 0.4, 0.9)]]  # fmt: skip
        for grow, fill in ((line, ink), (0, (255, 255, 255) if rng.uniform() < 0.6 else colors[2])):
            for px, py, r in puffs:
                draw.ellipse((px - r - grow, py - r - grow, px + r + grow, py + r + grow), fill=fill)


def draw_hills(draw: ImageDraw.ImageDraw, size: tuple, colors: list, ink: tuple, line: int, rng) -> None:
    """Two to four waves of ground, the nearest last."""
    x = np.linspace(-10, size[0] + 10, 80)
    for i, level in enumerate(np.sort(rng.uniform(0.4, 0.95, rng.integers(2, 5)))):
        wave = np.sin(x / size[0] * rng.uniform(2, 9) + rng.uniform(0, 6)) * rng.uniform(0.02, 0.12)
        points = list(zip(x, (level + wave) * size[1], strict=True))
        draw.polygon([*points, (size[0] + 10, size[1] + 10), (-10, size[1] + 10)], fill=colors[3 + i])
        draw.line(points, fill=ink, width=line, joint="curve")


def draw_room(draw: ImageDraw.ImageDraw, size: tuple, colors: list, ink: tuple, line: int, rng) -> None:
    """Wall and floor, with boards, a window, a picture or a door."""
    floor = int(rng.uniform(0.55, 0.85) * size[1])
    draw.rectangle((-9, floor, size[0] + 9, size[1] + 9), fill=colors[1], outline=ink, width=line)
    if rng.uniform() < 0.5:
        vanish = rng.uniform(0.2, 0.8) * size[0]
        for x in np.arange(-1, 2, rng.uniform(0.15, 0.4)) * size[0]:
            draw.line((vanish + 0.6 * (x - vanish), floor, vanish + 1.6 * (x - vanish), size[1]), fill=ink, width=line)
    for i in range(rng.integers(0, 4)):
        width, height = rng.uniform(0.12, 0.35, 2) * min(size)
        x, y = rng.uniform(0, 0.8) * size[0], rng.uniform(0.05, 0.35) * floor
        bottom = floor if rng.uniform() < 0.3 else min(y + height, floor)
        draw.rectangle((x, y, x + width, bottom), fill=colors[2 + i], outline=ink, width=line)
        inset = 0.12 * width
        if bottom - y > 3 * inset:
            inner = (x + inset, y + inset, x + width - inset, bottom - inset)
            draw.rectangle(inner, fill=colors[5 + i], outline=ink, width=line)


def draw_city(draw: ImageDraw.ImageDraw, size: tuple, colors: list, ink: tuple, line: int, rng) -> None:
    """A row of houses with windows and roofs on a street."""
    ground = int(rng.uniform(0.75, 0.95) * size[1])
    x = -rng.uniform(0, 0.1) * size[0]
    while x < size[0]:
        width = rng.uniform(0.15, 0.35) * size[0]
        top = ground - rng.uniform(0.2, 0.6) * size[1]
        wall, roof, glass = (colors[i] for i in rng.choice(np.arange(3, 10), 3, replace=False))
        draw.rectangle((x, top, x + width, ground), fill=wall, outline=ink, width=line)
        if rng.uniform() < 0.6:
            gable = [(x - 6, top), (x + width / 2, top - 0.4 * width), (x + width + 6, top)]
            draw.polygon(gable, fill=roof, outline=ink, width=line)
        pane = width / rng.choice([4, 5, 7])
        for left in np.arange(x + pane / 2, x + width - pane, 1.5 * pane):
            for upper in np.arange(top + pane / 2, ground - pane, 1.7 * pane):
                draw.rectangle(
                    (left, upper, left + pane, upper + pane), fill=glass, outline=ink, width=max(2, line // 2)
                )
        x += width
    draw.rectangle((-9, ground, size[0] + 9, size[1] + 9), fill=colors[10], outline=ink, width=line)
