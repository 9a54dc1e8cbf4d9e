"""Training pictures composed from sprites: single ones as they are, figures, scenes, comic panels; and plain doodles.

Every picture is a function of its random generator and the list of sprites, nothing else.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pictures.backgrounds import draw_background, ink_color
from pictures.doodles import draw_doodle
from pictures.recolor import draw_palette, recolor
from pictures.skin import is_person, with_natural_skin

SIZES = (256, 288, 320, 352, 384)
KINDS = {"single": 0.36, "figure": 0.18, "scene": 0.24, "panels": 0.12, "doodle": 0.1}
WORDS = ["OH", "NO", "HEY", "WAIT", "WHAT", "LOOK", "HERE", "COME", "ON", "NOW", "YES", "THE", "CAT", "RUN",
         "AND", "WHO", "ARE", "YOU", "AHA", "HMM", "GO", "WE", "CAN", "TEA", "MOON"]  # fmt: skip

# Draws one sprite: its path, what `open_sprite` makes of it, and whether it has outlines of its own.
PickSprite = Callable[[np.random.Generator], tuple[Path, Image.Image, bool]]


def compose(kind: str, pick_sprite: PickSprite, rng: np.random.Generator) -> Image.Image:
    """One RGB picture of `kind` (a key of KINDS), both sides in SIZES."""
    size = tuple(int(side) for side in rng.choice(SIZES, 2))
    if kind == "doodle":
        return draw_doodle(size, rng)
    composed = {"single": compose_single, "figure": compose_figure, "scene": compose_scene, "panels": compose_panels}
    return composed[kind](size, pick_sprite, rng)


def compose_single(size: tuple[int, int], pick_sprite: PickSprite, rng: np.random.Generator) -> Image.Image:
    """One whole drawing in its own colors, with some margin, mostly on white: what people bring to be colored."""
    path, sprite, _ = pick_sprite(rng)
    sprite = in_natural_colors(path, sprite, rng)
    factor = min(side / own for side, own in zip(size, sprite.size, strict=True)) * rng.uniform(0.72, 0.97)
    sprite = sprite.resize([max(1, round(side * factor)) for side in sprite.size], Image.LANCZOS)
    ground = 255 - rng.uniform(0, 1, 3) * rng.uniform(10, 110) * (rng.uniform() < 0.12)
    picture = Image.new("RGB", size, tuple(int(value) for value in ground))
    corner = [int(rng.integers(0, side - own + 1)) for side, own in zip(size, sprite.size, strict=True)]
    picture.paste(sprite, corner, sprite)
    return picture


def compose_figure(size: tuple[int, int], pick_sprite: PickSprite, rng: np.random.Generator) -> Image.Image:
    """One large drawing on a plain or simple ground."""
    palette = draw_palette(rng)
    if rng.uniform() < 0.6:
        picture = Image.new("RGB", size, "white")
    else:
        picture = draw_background(size, palette, rng, kinds=("flat", "flat", "gradient", "stripes", "dots", "hills"))
    if rng.uniform() < 0.25:
        draw_shape(picture, palette, rng, radius=0.4 * min(size))
    place_sprite(picture, pick_sprite, palette, rng, scale=rng.uniform(0.75, 1.25), center=rng.uniform(0.42, 0.58, 2))
    return picture


def compose_scene(size: tuple[int, int], pick_sprite: PickSprite, rng: np.random.Generator) -> Image.Image:
    """Several drawings over a background, far ones first; sometimes plain objects and a speech bubble."""
    palette = draw_palette(rng)
    picture = draw_background(size, palette, rng)
    for _ in range(rng.integers(0, 4)):
        draw_shape(picture, palette, rng, radius=min(size) * rng.uniform(0.05, 0.25))
    scales = np.exp(rng.uniform(np.log(0.18), np.log(0.95), rng.integers(1, 7)))
    for scale in [*np.sort(scales), rng.uniform(0.4, 1.05)]:
        place_sprite(picture, pick_sprite, palette, rng, scale, center=rng.uniform(0.05, 0.95, 2))
    if rng.uniform() < 0.25:
        picture = shade(picture, rng)
    if rng.uniform() < 0.3:
        draw_bubble(picture, rng)
    return picture


def compose_panels(size: tuple[int, int], pick_sprite: PickSprite, rng: np.random.Generator) -> Image.Image:
    """Two to six comic panels with borders and gutters, each a small scene."""
    gutter, border = int(rng.integers(4, 13)), int(rng.integers(1, 4))
    paper = (255, 255, 255) if rng.uniform() < 0.8 else tuple(int(c) for c in draw_palette(rng, 1)[0])
    page = Image.new("RGB", size, paper)
    draw = ImageDraw.Draw(page)
    margin = int(rng.integers(0, 10))
    for left, top, right, bottom in split_panels((margin, margin, size[0] - margin, size[1] - margin), gutter, rng):
        palette = draw_palette(rng)
        panel = draw_background((right - left, bottom - top), palette, rng)
        for _ in range(rng.integers(1, 4)):
            place_sprite(panel, pick_sprite, palette, rng, rng.uniform(0.35, 1.1), center=rng.uniform(0.15, 0.85, 2))
        if rng.uniform() < 0.35:
            draw_bubble(panel, rng)
        page.paste(panel, (left, top))
        draw.rectangle((left, top, right - 1, bottom - 1), outline=ink_color(rng), width=border)
    return page


def split_panels(box: tuple[int, int, int, int], gutter: int, rng: np.random.Generator, depth: int = 0) -> list[tuple]:
    """Cut `box` (left, top, right, bottom) into 2 to 6 panels with `gutter` px between them."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    if max(width, height) < 150 or depth >= 3 or (depth > 0 and rng.uniform() < 0.35):
        return [box]
    at = rng.uniform(0.35, 0.65)
    if width > height * rng.uniform(0.7, 1.4):
        cut = left + int(at * width)
        halves = (left, top, cut, bottom), (cut + gutter, top, right, bottom)
    else:
        cut = top + int(at * height)
        halves = (left, top, right, cut), (left, cut + gutter, right, bottom)
    return [panel for half in halves for panel in split_panels(half, gutter, rng, depth + 1)]


def in_natural_colors(path: Path, sprite: Image.Image, rng: np.random.Generator) -> Image.Image:
    """The RGBA drawing that lies at this path; people in the gold of emoji get a natural skin."""
    return with_natural_skin(sprite, rng) if is_person(path) else sprite


def place_sprite(
    picture: Image.Image,
    pick_sprite: PickSprite,
    palette: np.ndarray,
    rng: np.random.Generator,
    scale: float,
    center: np.ndarray,
) -> None:
    """Paste one drawn sprite into `picture`, its longer side `scale` times the picture's shorter one."""
    path, sprite, lined = pick_sprite(rng)
    sprite = in_natural_colors(path, sprite, rng)
    factor = scale * min(picture.size) / max(sprite.size)
    sprite = sprite.resize([max(8, round(side * factor)) for side in sprite.size], Image.LANCZOS)
    sprite = recolor(sprite, palette, rng, outline=not lined and min(sprite.size) > 40 and rng.uniform() < 0.7)
    if rng.uniform() < 0.5:
        sprite = sprite.transpose(Image.FLIP_LEFT_RIGHT)
    turned = rng.uniform() < 0.4
    if turned:
        sprite = sprite.rotate(rng.normal(0, 20) if rng.uniform() < 0.8 else rng.uniform(0, 360), Image.BICUBIC, True)
    corner = [round(c * side - own / 2) for c, side, own in zip(center, picture.size, sprite.size, strict=True)]
    if not turned and rng.uniform() < 0.4:
        corner[1] = picture.height - sprite.height  # heads and shoulders end at the lower edge
    picture.paste(sprite, corner, sprite)


def shade(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """`picture` under soft uneven light: areas of one color are rarely of exactly one color in print and paint."""
    light = Image.fromarray(rng.uniform(0.75, 1.1, (2, 3)).astype(np.float32)).resize(picture.size, Image.BICUBIC)
    return Image.fromarray(np.clip(np.asarray(picture) * np.asarray(light)[..., None], 0, 255).astype(np.uint8))


def draw_shape(picture: Image.Image, palette: np.ndarray, rng: np.random.Generator, radius: float) -> None:
    """An outlined disc, box, polygon or blob of about `radius` px: areas of any size that show nothing known."""
    angles = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(3, 8)))
    if rng.uniform() < 0.6:
        angles = np.linspace(0, 2 * np.pi, rng.choice([4, 5, 6, 48]), endpoint=False) + rng.uniform(0, 2)
    waves = 1 + rng.choice([0, 0.15]) * np.sin(angles * rng.integers(2, 7) + rng.uniform(0, 6))
    points = np.stack([np.cos(angles), np.sin(angles) * rng.uniform(0.5, 1)], 1) * (waves * radius)[:, None]
    points += rng.uniform(0.1, 0.9, 2) * picture.size
    # Drawn twice as large and reduced: ImageDraw does not smooth edges.
    large = picture.resize([2 * side for side in picture.size], Image.NEAREST)
    draw = ImageDraw.Draw(large)
    outline = [tuple(point) for point in 2 * points]
    draw.polygon(outline, fill=tuple(int(c) for c in palette[rng.integers(len(palette))]))
    draw.line([*outline, *outline[:2]], fill=ink_color(rng), width=int(rng.integers(2, 7)), joint="curve")
    picture.paste(large.reduce(2))


def draw_bubble(picture: Image.Image, rng: np.random.Generator) -> None:
    """A speech bubble with outline, tail and a few words."""
    large = picture.resize([2 * side for side in picture.size], Image.NEAREST)
    draw, ink = ImageDraw.Draw(large), ink_color(rng)
    font = ImageFont.load_default(int(rng.integers(18, 34) * min(1, min(picture.size) / 220)) + 4)
    lines = [" ".join(rng.choice(WORDS, rng.integers(1, 4))) for _ in range(rng.integers(1, 4))]
    text = "\n".join(lines) + rng.choice(["!", "?", "...", ""])
    _, _, width, height = draw.multiline_textbbox((0, 0), text, font=font, align="center")
    half = np.array([0.72 * width + 12, 0.8 * height + 12])
    center = rng.uniform(0.2, 0.8, 2) * large.size * (1, 0.6)
    box = [*(center - half), *(center + half)]
    fill = (255, 255, 255) if rng.uniform() < 0.85 else (255, 246, 190)
    tip = center + (rng.uniform(-0.8, 0.8), rng.uniform(1.4, 2.2)) * half
    root = center + (tip - center) * 0.2
    tail = [tuple(root - (12, 0)), tuple(tip), tuple(root + (12, 0))]
    line = int(rng.integers(2, 6))
    oval = rng.uniform() < 0.6
    shape = draw.ellipse if oval else lambda box, **style: draw.rounded_rectangle(box, 20, **style)
    draw.line(tail, fill=ink, width=2 * line, joint="curve")
    shape([box[0] - line, box[1] - line, box[2] + line, box[3] + line], fill=ink)
    shape(box, fill=fill)
    draw.polygon(tail, fill=fill)
    draw.multiline_text(tuple(center - (width / 2, height / 2)), text, font=font, fill=ink, align="center")
    picture.paste(large.reduce(2))
