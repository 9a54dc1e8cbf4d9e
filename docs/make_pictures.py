"""Makes docs/growing.png with the bundled model: `python docs/make_pictures.py`. Needs the package's demo extra."""

import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "space")]

from guiding_painter import GuidingPainterPipeline  # noqa: E402
from views import asked_view, picture_view  # noqa: E402

DRAWING = ROOT / "space" / "examples" / "portrait.png"
# One person's answers: places in the drawing, (x, y) in pixels, whenever the model asks about the region there
COLORS = {
    (179, 705): "#bfe3f2", (552, 311): "#bfe3f2", (427, 589): "#f6d3b3", (316, 117): "#f4a6b8", (322, 61): "#8bbf7a",
    (633, 450): "#f6d3b3", (136, 105): "#e5707e", (315, 591): "#e5707e", (199, 149): "#8bbf7a", (388, 105): "#fdf3d8",
    (291, 307): "#f6d3b3", (409, 329): "#f6d3b3", (420, 439): "#ffffff",
}  # fmt: skip
SHOWN = (1, 3, 4, 7, 8, 11)  # answers
TILE, GAP = 220, 8


def growing(painter: GuidingPainterPipeline) -> Image.Image:
    """The drawing, then for some answers the region in question above the picture that follows (the paper's Fig. 1)."""
    painting = painter.open(DRAWING)
    columns = [(asked_view(painting, None), picture_view(painting))]
    colors = {painting.region_at(place).index: color for place, color in COLORS.items()}
    for number in range(1, SHOWN[-1] + 1):
        region = painting.next_region()
        question = asked_view(painting, region)
        painting.paint(region, colors.get(region.index, region.suggested_color))
        if number in SHOWN:
            columns.append((question, picture_view(painting)))
    sheet = Image.new("RGB", (len(columns) * (TILE + GAP) - GAP, 2 * (TILE + GAP) - GAP), "white")
    for column, pair in enumerate(columns):
        for row, picture in enumerate(pair):
            picture.thumbnail((TILE, TILE), Image.Resampling.LANCZOS)
            left = column * (TILE + GAP) + (TILE - picture.width) // 2
            sheet.paste(picture, (left, row * (TILE + GAP) + (TILE - picture.height) // 2))
    return sheet


def main() -> None:
    painter = GuidingPainterPipeline.from_pretrained()
    growing(painter).save(ROOT / "docs" / "growing.png", optimize=True)


if __name__ == "__main__":
    main()
