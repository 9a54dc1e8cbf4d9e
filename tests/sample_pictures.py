"""Pictures made here for the tests of opening and sketches: drawings, photos of them, a cartoon, broken files."""

import io
import struct
import zlib

import numpy as np
from PIL import Image, ImageChops, ImageDraw


def encode(image: Image.Image, format: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def png_with_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"\0"))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


def ink_drawing(size: tuple[int, int] = (300, 400)) -> Image.Image:
    """Anti-aliased black lines on white: "L"."""
    width, height = size
    image = Image.new("L", (4 * width, 4 * height), 255)
    draw = ImageDraw.Draw(image)
    for cx, cy, r in ((0.35, 0.3, 0.22), (0.6, 0.65, 0.3), (0.3, 0.75, 0.12)):
        box = [4 * (cx * width - r * width), 4 * (cy * height - r * width)]
        draw.ellipse([*box, box[0] + 8 * r * width, box[1] + 8 * r * width], outline=0, width=10)
    draw.line([(40, 60), (4 * width - 80, 400)], fill=0, width=8)
    return image.resize(size, Image.Resampling.BOX)


def photograph(
    drawing: Image.Image,
    paper: tuple[float, float, float] = (0.97, 0.93, 0.84),
    ink: tuple[float, float, float] = (0.12, 0.11, 0.13),
    strength: float = 1.0,
    falloff: float = 0.5,
    noise: float = 0.015,
) -> Image.Image:
    """What a phone makes of a drawing: colored paper, light that falls off to one corner, noise, JPEG."""
    amount = strength * (1 - np.asarray(drawing, dtype=np.float64) / 255)[:, :, None]
    color = amount * np.array(ink) + (1 - amount) * np.array(paper)
    y, x = np.mgrid[0 : 1 : drawing.height * 1j, 0 : 1 : drawing.width * 1j]
    light = 1 - falloff * (x**2 + y**2) / 2
    color = color * light[:, :, None] + np.random.default_rng(0).normal(0, noise, color.shape)
    image = Image.fromarray(np.rint(color.clip(0, 1) * 255).astype(np.uint8))
    return Image.open(io.BytesIO(encode(image, "JPEG", quality=85)))


def cartoon(size: int = 256) -> Image.Image:
    """Flat colors with dark outlines, one large dark area, and red beside green of the same luminance."""
    image = Image.new("RGB", (size, size), (200, 225, 255))
    draw = ImageDraw.Draw(image)
    draw.rectangle([0, 150, size, size], fill=(40, 45, 90))  # dark ground, no outline
    draw.ellipse([40, 30, 140, 130], fill=(250, 210, 170), outline=(30, 20, 20), width=3)
    draw.rectangle([160, 40, 200, 120], fill=(230, 30, 30))
    draw.rectangle([200, 40, 240, 120], fill=(30, 136, 30))  # luminance 92, as the red
    return image


def assert_ink_on_white(opened: Image.Image, drawing: Image.Image, black: int = 90) -> None:
    """Where the drawing has solid ink there is ink, and away from its lines nearly everything is white."""
    opened, drawing = np.asarray(opened), np.asarray(drawing)
    assert opened.dtype == np.uint8
    assert opened.shape == drawing.shape
    from_lines = np.asarray(Image.fromarray(drawing).resize(drawing.shape[::-1])) < 255
    from_lines = np.pad(from_lines, 2)
    near = np.any([np.roll(from_lines, (dy, dx), (0, 1)) for dy in range(-2, 3) for dx in range(-2, 3)], axis=0)[
        2:-2, 2:-2
    ]
    assert np.mean(opened[~near] >= 245) > 0.98
    assert np.median(opened[drawing < 40]) < black


def child_drawing(
    size: tuple[int, int],
    filled_with: str | None,
    pen: int,
    colors: tuple[str, ...] = ("#e4572e", "#6faf3c", "#669bbc", "#f3a712", "#8f2d56"),
) -> Image.Image:
    """House, tree, sun and pond, scanned, 1200 wide in units: outlined with a `pen`, filled by hand; in black for 0.

    Crayon leaves paper between its strokes, watercolor is pale, a marker covers.
    """
    scale = size[0] / 1200
    shapes = [(120, 400, 420, 700), (520, 260, 760, 520), (960, 60, 1120, 220), (620, 620, 1060, 840)]
    picture = Image.new("RGB", size, "#fdfaf0")
    for number, box in enumerate(shapes):
        inside, strokes = Image.new("L", size), Image.new("L", size)
        draw_shape = ("rectangle", "ellipse", "ellipse", "ellipse")[number]
        scaled, color = [scale * side for side in box], colors[number % len(colors)]
        getattr(ImageDraw.Draw(inside), draw_shape)(scaled, fill=255)
        if filled_with == "crayon":
            for y in np.arange(-size[1], size[1], 10 * scale):
                end = (size[0], y + size[0] * (0.3 + 0.1 * number))
                ImageDraw.Draw(strokes).line((0, y, *end), fill=220, width=max(1, round(7 * scale)))
        elif filled_with:
            strokes.paste({"watercolor": 110, "marker": 240}[filled_with], (0, 0, *size))
        picture.paste(color, mask=ImageChops.darker(inside, strokes))
        outline = {"outline": color, "width": round(pen * scale)} if pen else {"outline": "black", "width": 3}
        getattr(ImageDraw.Draw(picture), draw_shape)(scaled, **outline)
    grain = np.random.default_rng(0).normal(0, 5, (size[1], size[0], 1))
    return Image.fromarray((np.asarray(picture) + grain).clip(0, 255).astype(np.uint8))
