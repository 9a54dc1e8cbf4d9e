"""Sheets that show what a model does, in the style of the paper's Fig. 1."""

import torch
import torch.nn.functional as F
from PIL import Image

from answers import Answers
from guiding_painter import GuidingPainterPipeline
from guiding_painter.hints import condition_mask, hint_map, masked_segments
from guiding_painter.sketches import to_pil

ASKED_COLOR = torch.tensor([1.0, 0.1, -0.6])[:, None, None]  # orange
GAP = 2  # pixels between tiles


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
    answers = Answers(painter, batch, ink_aware)
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


def _laid_over(color_image: torch.Tensor, paper: torch.Tensor) -> torch.Tensor:
    """Ink over colors, as of a printed drawing that is tinted with water colors."""
    return (color_image + 1) * paper - 1


def _tile(image: torch.Tensor, size: int) -> torch.Tensor:
    """(3, H, W) -> (3, size + GAP, size + GAP), with a gap of white to the right and below."""
    tile = F.interpolate(image[None].float().cpu(), (size, size), mode="bilinear", antialias=True)[0]
    return F.pad(tile, (0, GAP, 0, GAP), value=1.0)
