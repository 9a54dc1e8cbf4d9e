"""Hints as marks on a sketch, and pictures in columns with names above them (Fig. 3)."""

import torch
from PIL import Image, ImageDraw, ImageFont

from measures.sheets import deepest_pixel

GAP = 2  # pixels between tiles
HEADER = 36  # pixels, of the names above columns, in two lines
MARK = "#e8430e"


def points_in_regions(segments: torch.Tensor) -> torch.Tensor:
    """The pixel of every region that lies deepest inside: (N_c, H, W) -> (regions with pixels, 2), row and column."""
    points = [deepest_pixel(region) for region in segments.cpu().numpy() > 0 if region.any()]
    return torch.tensor(points, dtype=torch.int64).reshape(-1, 2)


def draw_marks(sketch: Image.Image, places: torch.Tensor, size: int) -> Image.Image:
    """A sketch of this size with the places (count, 2), row and column of its pixels, numbered in their order."""
    tile = sketch.convert("RGB").resize((size, size), Image.Resampling.LANCZOS)
    draw, font = ImageDraw.Draw(tile), ImageFont.load_default(size / 10)
    radius = size / 40
    for number, (row, column) in enumerate(places.tolist(), start=1):
        x, y = (column + 0.5) * size / sketch.width, (row + 0.5) * size / sketch.height
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=MARK, outline="white")
        side = -1 if x > size / 2 else 1  # the number stands towards the middle
        at = (x + side * 3 * radius, y)
        draw.text(at, str(number), fill=MARK, font=font, anchor="mm", stroke_width=2, stroke_fill="white")
    return tile


def labelled_grid(columns: dict[str, list[Image.Image]], size: int) -> Image.Image:
    """Columns of pictures, each with its name above."""
    rows = len(next(iter(columns.values())))
    grid = Image.new("RGB", (len(columns) * (size + GAP), HEADER + rows * (size + GAP)), "white")
    draw, font = ImageDraw.Draw(grid), ImageFont.load_default(HEADER / 3)
    for place, (name, pictures) in enumerate(columns.items()):
        left = place * (size + GAP)
        draw.multiline_text(
            (left + size / 2, HEADER / 2), name.replace(", ", ",\n"), "black", font, "mm", align="center"
        )
        for row, picture in enumerate(pictures):
            tile = picture.convert("RGB").resize((size, size), Image.Resampling.LANCZOS)
            grid.paste(tile, (left, HEADER + row * (size + GAP)))
    return grid
