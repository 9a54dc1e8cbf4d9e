"""The drawing of Dark Snail: a spiral of rectangles, and how regions that were found in it are judged and shown."""

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from scipy.stats import spearmanr

INK = 0  # label of the outlines; rectangles are 1, 2, ... from the largest, the paper left in the middle comes last


def rectangles(size: int, count: int) -> list[tuple[int, int, int, int]]:
    """(left, top, right, bottom) of a clockwise spiral: left half, upper half of the rest, right half of that, ..."""
    left, top, right, bottom = 0, 0, size, size
    boxes = []
    for i in range(count):
        x, y = (left + right) // 2, (top + bottom) // 2
        box, left, top, right, bottom = [
            ((left, top, x, bottom), x, top, right, bottom),
            ((left, top, right, y), left, y, right, bottom),
            ((x, top, right, bottom), left, top, x, bottom),
            ((left, y, right, bottom), left, top, right, y),
        ][i % 4]
        boxes.append(box)
    return boxes


def draw_labels(size: int, count: int) -> torch.Tensor:
    """What each pixel belongs to, (H, W) int64. Neighbours share an outline of one pixel."""
    image = Image.new("L", (size, size), count + 1)
    draw = ImageDraw.Draw(image)
    boxes = [(a, b, min(c, size - 1), min(d, size - 1)) for a, b, c, d in rectangles(size, count)]
    for label, box in enumerate(boxes, start=1):
        draw.rectangle(box, fill=label)
    for box in boxes:
        draw.rectangle(box, outline=INK)
    return torch.from_numpy(np.array(image, dtype=np.int64))


def draw_sketch(labels: torch.Tensor) -> torch.Tensor:
    """X: the outlines alone, (1, 1, H, W) in [-1, 1]."""
    return torch.where(labels == INK, -1.0, 1.0)[None, None]


def color_randomly(labels: torch.Tensor, batch_size: int) -> torch.Tensor:
    """Y: every rectangle in a random color, (B, 3, H, W) in [-1, 1]; outlines are black, the paper in the middle white.

    Any amount of red, green and blue: were it one of three pure colors, a single mean over all rectangles would give
    every color away, since their areas differ by powers of two.
    """
    colors = torch.rand(batch_size, int(labels.max()) + 1, 3) * 2 - 1
    colors[:, INK], colors[:, -1] = -1.0, 1.0
    return colors[:, labels].permute(0, 3, 1, 2).contiguous()


def turns_of(region_map: torch.Tensor, labels: torch.Tensor) -> list[int]:
    """For every rectangle from the largest on, the number (from 1) of the region that holds most of its pixels."""
    return [int(region_map[labels == label].mode().values) + 1 for label in range(1, int(labels.max()))]


def order_correlation(turns: list[int]) -> float:
    """Spearman's rank correlation of turns with sizes, for turns given from the largest rectangle on.

    1 where larger rectangles come first, -1 where they come last, 0 without any order, as if all share one region.
    """
    return 0.0 if np.ptp(turns) == 0 else float(spearmanr(turns, range(len(turns))).statistic)


def purity(region_map: torch.Tensor, labels: torch.Tensor) -> float:
    """Share of rectangle pixels that lie in a region of which their rectangle makes up most."""
    is_rectangle = (labels != INK) & (labels != labels.max())
    regions, owners = region_map[is_rectangle], labels[is_rectangle]
    pure = sum(int(owners[regions == region].bincount().max()) for region in regions.unique())
    return pure / len(owners)


def draw_figure(labels: torch.Tensor, region_maps: dict[str, torch.Tensor], scale: int = 2) -> Image.Image:
    """Fig. 4: sketch and a colored example, then a row of regions in the order asked for each map."""
    torch.manual_seed(0)
    side, gap = scale * len(labels), 8 * scale
    example = color_randomly(labels, 1)[0].permute(1, 2, 0)  # (H, W, 3)
    sketch = draw_sketch(labels)[0].permute(1, 2, 0).expand(-1, -1, 3)
    rows = [("sketch and an example", [sketch, example])]
    for name, region_map in region_maps.items():
        faint = 0.85 + 0.15 * sketch
        regions = [(region_map == region)[..., None] for region in region_map.unique()]
        rows.append((name, [torch.where(region, example, faint) for region in regions]))
    columns = max(len(tiles) for _, tiles in rows)
    figure = Image.new("RGB", (columns * (side + gap) + gap, len(rows) * (side + 3 * gap) + gap), "white")
    draw, font = ImageDraw.Draw(figure), ImageFont.load_default(6 * scale)
    for row, (name, tiles) in enumerate(rows):
        top = gap + row * (side + 3 * gap)
        draw.text((gap, top), name, fill="black", font=font)
        for column, tile in enumerate(tiles):
            pixels = ((tile + 1) * 127.5).round().byte().numpy()
            image = Image.fromarray(pixels).resize((side, side), Image.Resampling.NEAREST)
            corner = (gap + column * (side + gap), top + gap)
            figure.paste(image, corner)
            draw.rectangle((corner[0] - 1, corner[1] - 1, corner[0] + side, corner[1] + side), outline=(170, 170, 170))
    return figure
