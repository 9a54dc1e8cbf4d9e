"""Sheets that show what a model does: in the style of the paper's Fig. 1, and for the model card."""

import colorsys

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from guiding_painter import GuidingPainterPipeline
from guiding_painter.drawings import to_pil
from guiding_painter.hints import condition_mask, hint_map, masked_segments
from measures.answers import Answers, answers_of

ASKED_COLOR = torch.tensor([1.0, 0.1, -0.6])[:, None, None]  # orange
GAP = 2  # pixels between tiles
SHOWN_COUNTS = (1, 3, 5, 10)  # answers, of the pictures on an example sheet
HEADER = 20  # pixels, of the line that names its columns


def progress_sheet(
    painter: GuidingPainterPipeline,
    batch: dict[str, torch.Tensor],
    ink_aware: bool,
    num_hints: int = 8,
    tile_size: int = 128,
) -> Image.Image:
    """Three rows for every picture: the region asked about, the hints so far, the picture so far (Fig. 1 a-c).

    The columns are the answers 0 (nothing asked yet) to `num_hints`, and one with the sketch and the true picture.

    Args:
        batch: "sketch" (B, 1, H, W) and "color_image" (B, 3, H, W) in [-1, 1].
        ink_aware: whether answers leave out ink, see `answers.Answers`.
        num_hints: as many columns, or fewer where the model asks about fewer regions.
        tile_size: of each small picture, in pixels.
    """
    answers = answers_of(painter, batch, ink_aware)
    paper = (answers.sketch + 1) / 2
    columns = []
    for k in range(min(num_hints, int(answers.asked.sum(1).max())) + 1):
        weights = answers.first(k)
        latest = condition_mask(masked_segments(answers.segments, weights & ~answers.first(k - 1)))
        masked = masked_segments(answers.segments, weights)
        hints, hinted = hint_map(answers.colors, masked), condition_mask(masked)
        asked = latest * ASKED_COLOR.to(latest) + 1 - latest
        columns.append((_laid_over(asked, paper), _laid_over(hints + 1 - hinted, paper), answers.colorize(weights)))
    sketch = answers.sketch.expand_as(answers.image)
    columns.append((sketch, torch.ones_like(sketch), answers.image))
    rows = [[column[row][i] for column in columns] for i in range(len(sketch)) for row in range(3)]
    return to_pil(torch.cat([torch.cat([_tile(tile, tile_size) for tile in row], dim=2) for row in rows], dim=1))


def example_sheet(
    painter: GuidingPainterPipeline, batch: dict[str, torch.Tensor], ink_aware: bool, tile_size: int = 160
) -> Image.Image:
    """A row for every picture: the drawing, the first regions asked about, it after some answers, and the true one.

    Args:
        batch, ink_aware, tile_size: as for `progress_sheet`.
    """
    answers = answers_of(painter, batch, ink_aware)
    sketch = answers.sketch.expand_as(answers.image)
    columns = {"gray picture" if painter.is_grayscale else "drawing": sketch, "regions asked": sketch}
    columns |= {f"{k} answer{'s' if k > 1 else ''}": answers.colorize(answers.first(k)) for k in SHOWN_COUNTS}
    columns["original"] = answers.image
    tiles = torch.cat([torch.stack([_tile(one, tile_size) for one in column]) for column in columns.values()], dim=3)
    side = tile_size + GAP
    sheet = Image.new("RGB", (side * len(columns), side * len(sketch) + HEADER), "white")
    sheet.paste(to_pil(torch.cat(list(tiles), dim=1)), (0, HEADER))
    asked = answers.first(max(SHOWN_COUNTS))
    for row in range(len(sketch)):
        sheet.paste(_numbered_regions(answers, asked, row, tile_size), (side, HEADER + row * side))
    write, font = ImageDraw.Draw(sheet), ImageFont.load_default(HEADER * 0.7)
    for column, name in enumerate(columns):
        write.text((side * column + tile_size / 2, HEADER / 2), name, fill="black", font=font, anchor="mm")
    return sheet


def _numbered_regions(answers: Answers, shown: torch.Tensor, picture: int, size: int) -> Image.Image:
    """The regions of one picture that are `shown`, (B, N_c) bool, in colors of their own and numbered as asked."""
    segments, ink = answers.segments[picture].cpu(), answers.sketch[picture].cpu()
    regions = shown[picture].nonzero()[:, 0].tolist()
    hues = [colorsys.hsv_to_rgb(number * 0.382 % 1, 0.4, 1) for number in range(len(regions))]  # the golden angle
    tints = torch.ones_like(answers.image[picture].cpu())
    for region, hue in zip(regions, hues, strict=True):
        tints = torch.where(segments[region] > 0, 2 * torch.tensor(hue)[:, None, None] - 1, tints)
    tile = to_pil(_tile(_laid_over(tints, (ink + 1) / 2), size)[:, :size, :size])
    write, font = ImageDraw.Draw(tile), ImageFont.load_default(size / 12)
    for number, region in enumerate(regions, start=1):
        y, x = deepest_pixel(segments[region].numpy() > 0)
        place = [min(max(at * size / len(ink[0]), size / 16), size * 15 / 16) for at in (x, y)]  # all of it inside
        write.text(place, str(number), fill="black", font=font, anchor="mm", stroke_width=2, stroke_fill="white")
    return tile


def deepest_pixel(region: np.ndarray) -> tuple[int, int]:
    """(row, column) of the pixel of (H, W) bool that is the farthest from the border, where there is most room."""
    depth = ndimage.distance_transform_edt(np.pad(region, 1))[1:-1, 1:-1]
    row, column = np.unravel_index(depth.argmax(), depth.shape)
    return int(row), int(column)


def _laid_over(color_image: torch.Tensor, paper: torch.Tensor) -> torch.Tensor:
    """Ink over colors, as of a printed drawing that is tinted with water colors."""
    return (color_image + 1) * paper - 1


def _tile(image: torch.Tensor, size: int) -> torch.Tensor:
    """(3, H, W) -> (3, size + GAP, size + GAP), with a gap of white to the right and below."""
    tile = F.interpolate(image[None].float().cpu(), (size, size), mode="bilinear", antialias=True)[0]
    return F.pad(tile, (0, GAP, 0, GAP), value=1.0)
