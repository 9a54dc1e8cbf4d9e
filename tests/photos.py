"""Photos of paper on tables, made by code: wood, perspective, shadow, warm light, blur, noise, JPEG."""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from scipy import ndimage

SHEETS = {  # corners as shares of the photo, from the top left, clockwise
    "level": ((0.12, 0.1), (0.88, 0.1), (0.88, 0.9), (0.12, 0.9)),
    "from below": ((0.22, 0.12), (0.80, 0.14), (0.93, 0.90), (0.08, 0.87)),
    "turned": ((0.28, 0.08), (0.90, 0.22), (0.74, 0.93), (0.10, 0.78)),
    "from the left": ((0.10, 0.06), (0.84, 0.19), (0.86, 0.80), (0.13, 0.95)),
    "small": ((0.30, 0.28), (0.68, 0.25), (0.74, 0.72), (0.27, 0.75)),
}
TABLES = {
    "oak": (0.62, 0.43, 0.26),
    "pine": (0.83, 0.68, 0.47),
    "walnut": (0.30, 0.20, 0.13),
    "gray": (0.42, 0.43, 0.45),
}
PAPERS = {"white": (0.97, 0.97, 0.96), "cream": (0.97, 0.92, 0.80), "kraft": (0.86, 0.78, 0.66)}


def pencil_drawing(size: tuple[int, int] = (850, 1200)) -> Image.Image:
    """A house, a sun, a tree and a path in gray lines, "L"."""
    width, height = size
    image = Image.new("L", (2 * width, 2 * height), 255)
    draw = ImageDraw.Draw(image)
    draw.rectangle((400, 900, 1100, 1600), outline=60, width=9)
    draw.polygon([(330, 900), (750, 480), (1170, 900)], outline=60, width=9)
    draw.rectangle((650, 1250, 850, 1600), outline=60, width=9)
    draw.ellipse((1200, 200, 1480, 480), outline=60, width=9)
    draw.ellipse((1220, 900, 1560, 1300), outline=60, width=9)
    draw.line((1390, 1300, 1390, 1700), fill=60, width=9)
    draw.line((650, 1600, 420, 2250), fill=60, width=9)
    draw.line((850, 1600, 1000, 2250), fill=60, width=9)
    return image.resize(size, Image.Resampling.BOX)


def wood(size: tuple[int, int], color: tuple[float, float, float], seed: int) -> np.ndarray:
    """(H, W, 3) in [0, 1]: planks with grain and gaps."""
    width, height = size
    random = np.random.default_rng(seed)
    grain = ndimage.gaussian_filter(random.normal(size=(height, width)), (1.2, 60))
    grain = grain / np.abs(grain).max()
    plank = np.arange(height) // (height // 6)
    tone = random.normal(1, 0.08, plank.max() + 1)[plank][:, None] * (1 + 0.25 * grain)
    tone[np.arange(height) % (height // 6) < 4] *= 0.45
    return tone[:, :, None] * np.array(color)


def photo(
    drawing: Image.Image,
    corners: tuple[tuple[float, float], ...],
    table: tuple[float, float, float],
    paper: tuple[float, float, float] = PAPERS["white"],
    size: tuple[int, int] = (1500, 2000),
    shadow: float = 0.4,
    light: tuple[float, float, float] = (1.0, 0.93, 0.80),
    noise: float = 0.012,
    fade: float = 25,
    blur: float = 0.7,
    seed: int = 0,
) -> Image.Image:
    """A phone's photo, "RGB" from a JPEG, of a drawing on paper on a table; no `noise` is what a phone smoothed.

    `fade` is the width in pixels of the edge of a shadow that falls over the right of it.
    """
    width, height = size
    points = [(x * width, y * height) for x, y in corners]
    target = [(0, 0), (drawing.width, 0), drawing.size, (0, drawing.height)]
    rows = [row for (x, y), (u, v) in zip(points, target, strict=True)
            for row in ((x, y, 1, 0, 0, 0, -u * x, -u * y), (0, 0, 0, x, y, 1, -v * x, -v * y))]  # fmt: skip
    coefficients = np.linalg.solve(np.array(rows), np.array(target, dtype=float).ravel())
    options = (size, Image.Transform.PERSPECTIVE, coefficients.tolist(), Image.Resampling.BICUBIC)
    ink = 1 - np.asarray(drawing.transform(*options, fillcolor=255), dtype=float) / 255
    cover = (
        np.asarray(Image.new("L", drawing.size, 255).transform(*options, fillcolor=0), dtype=float)[:, :, None] / 255
    )
    sheet = np.array(paper) * (1 - 0.85 * ink[:, :, None])
    cast = ndimage.shift(ndimage.gaussian_filter(cover[:, :, 0], 9), (14, 10))[:, :, None]  # of the sheet on the table
    scene = cover * sheet + (1 - cover) * wood(size, table, seed) * (1 - 0.5 * cast)
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    hand = ndimage.gaussian_filter((x + 0.35 * y > 0.95).astype(float), fade)  # the shadow of who takes it
    scene *= ((1 - 0.35 * (x**2 + (1 - y) ** 2) / 2) * (1 - shadow * hand))[:, :, None] * np.array(light)
    scene = ndimage.gaussian_filter(scene, (blur, blur, 0))
    scene += np.random.default_rng(seed).normal(0, noise, scene.shape)
    image = Image.fromarray(np.rint(scene.clip(0, 1) * 255).astype(np.uint8))
    file = io.BytesIO()
    image.filter(ImageFilter.UnsharpMask(1, 60, 2)).save(file, "JPEG", quality=88)
    return Image.open(file).convert("RGB")
