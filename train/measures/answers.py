"""The regions that a model asks about, answered with the true colors: what evaluation and validation measure."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset
from tqdm.auto import tqdm

from cell_colorizer import fill_cells
from guiding_painter import CellSegmentationNetwork, GuidingPainterPipeline
from guiding_painter.cell_networks import CellFeatures
from guiding_painter.hints import condition_mask, hint_map, masked_segments, mean_colors, one_hot, region_segments
from guiding_painter.metrics import psnr
from pictures.pairs import Example, SketchColorPairs, collate

LUMINANCE = torch.tensor([0.299, 0.587, 0.114])[:, None, None]  # of red, green and blue, ITU-R BT.601
QUESTIONS = 30  # of networks over cells, which have no N_c: later ones are not asked, as G ends there, too


class Answers:
    """A batch of sketches with the regions that a model asks about and the true answers.

    `sketch` and `image` are the batch's, `segments` (B, N_c, H, W) the regions in the order asked, `colors` (B, N_c, 3)
    the answers, `asked` (B, N_c) which regions there are, and `pixel_weights` what ink counts in an answer.

    Args:
        painter: the model.
        batch: "sketch" (B, 1, H, W) and "color_image" (B, 3, H, W), in [-1, 1]; and for a model over cells "cells".
        ink_aware: ink pixels do not count in an answer: people answer with clean colors.
    """

    @torch.no_grad()
    def __init__(self, painter: GuidingPainterPipeline, batch: dict[str, torch.Tensor], ink_aware: bool):
        self.painter = painter
        self.sketch, self.image = batch["sketch"].to(painter.device), batch["color_image"].to(painter.device)
        self.pixel_weights = (self.sketch + 1) / 2 if ink_aware else None
        self.segments = self.regions(batch)
        self.colors = mean_colors(self.image, self.segments, self.pixel_weights)
        self.asked = self.segments.flatten(2).any(2)

    def regions(self, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        """`segments`: f looks at the sketches."""
        return one_hot(self.painter.segmentation(self.sketch))

    def first(self, k: int) -> torch.Tensor:
        """hint_weights after the first k answers, (B, N_c) bool."""
        return self.asked & (self.asked.cumsum(1) <= k)

    @torch.no_grad()
    def colorize(self, hint_weights: torch.Tensor) -> torch.Tensor:
        """The pictures (B, 3, H, W) when only these regions, (B, N_c), have been answered.

        They are what g paints, and of a gray picture what is shown to people: hue and chroma of that alone.
        """
        return self._colorize(hint_weights, self.segments)

    def _colorize(self, hint_weights: torch.Tensor, segments: torch.Tensor) -> torch.Tensor:
        masked = masked_segments(self.segments, hint_weights)
        hints = hint_map(self.colors, masked), condition_mask(masked)
        painted = self.painter.colorization(self.sketch, segments, *hints)
        return keep_luminance(painted, self.sketch) if self.painter.is_grayscale else painted

    def curve(self, counts: tuple[int, ...]) -> torch.Tensor:
        """PSNR in dB after each number of answers, (B, len(counts))."""
        return torch.stack([psnr(self.colorize(self.first(k)), self.image) for k in counts], dim=1)

    @torch.no_grad()
    def importance(self) -> torch.Tensor:
        """PSNR in dB when region i comes first and is the only one answered (Sec. 4.5, Fig. 5), (B, N_c)."""
        scores = [psnr(self.colorize_only(i), self.image) for i in range(self.segments.shape[1])]
        return torch.stack(scores, dim=1)

    def colorize_only(self, i: int) -> torch.Tensor:
        """The pictures when region i comes first and is the only one answered."""
        in_front = torch.cat([self.segments[:, i : i + 1], self.segments[:, :i], self.segments[:, i + 1 :]], dim=1)
        return self._colorize(self.only(i), in_front)

    def only(self, i: int) -> torch.Tensor:
        """hint_weights of region i alone, (B, N_c) bool."""
        return torch.zeros_like(self.asked).index_fill_(1, torch.tensor([i], device=self.asked.device), True)


class CellAnswers(Answers):
    """The same of a model over cells: colored are all cells, flat under the ink, in the means that g believes in.

    Regions are asked in their first order, which answers would change in use.
    """

    def regions(self, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        self.cells = batch["cells"].to(self.sketch.device)
        self.features = self.painter.segmentation(self.sketch, self.cells)
        ranks = torch.full(self.features.size.shape, QUESTIONS, device=self.cells.device)  # (B, K)
        for i, size in enumerate(self.features.size):
            found = self.painter.model.ranks(picture_of(self.features, i, int((size > 0).sum())))
            ranks[i, : len(found)] = torch.from_numpy(found).to(ranks)
        self.ranks = ranks.clamp(max=QUESTIONS)
        numbers = F.pad(self.ranks, (0, 1), value=QUESTIONS)  # of cells without a token
        of_pixels = numbers.gather(1, self.cells.clamp(max=self.ranks.shape[1]).flatten(1)).view_as(self.cells)
        return region_segments(of_pixels, QUESTIONS + 1)[:, :QUESTIONS]

    def _colorize(self, hint_weights: torch.Tensor, segments: torch.Tensor) -> torch.Tensor:
        known = F.pad(hint_weights, (0, 1)).gather(1, self.ranks)
        numbers = self.ranks.clamp(max=QUESTIONS - 1)[..., None].expand(-1, -1, 3)
        features, colors = self.features, self.colors.gather(1, numbers)
        beliefs = self.painter.colorization(features.tokens, features.bias, features.alike, colors, known)
        return (fill_cells(beliefs.mean, self.cells) + 1) * (self.sketch + 1) / 2 - 1


def keep_luminance(painted: torch.Tensor, gray: torch.Tensor) -> torch.Tensor:
    """Hue and chroma of colors (B, 3, H, W) with another luminance, (B, 1, H, W), all in [-1, 1].

    As `painting.image` shows gray pictures, see `guiding_painter.files.lay_lines`. Where both do not go together, as
    white and blue do not, the color comes as near as it can.
    """
    luminance = (painted * LUMINANCE.to(painted)).sum(1, keepdim=True)
    return (painted + gray - luminance).clamp(-1, 1)  # in YCbCr, Y is added to every channel alike


def picture_of(features: CellFeatures, i: int, count: int) -> CellFeatures:
    """What f knows of the first `count` cells, all that it has, of picture i of a batch."""
    own = CellFeatures(*(value[i : i + 1] for value in features))
    tokens, size, geometry, embedding = (own[name][:, :count] for name in (0, 3, 4, 5))
    return CellFeatures(tokens, own.bias[..., :count, :count], own.alike[:, :count, :count], size, geometry, embedding)


def answers_of(painter: GuidingPainterPipeline, batch: dict[str, torch.Tensor], ink_aware: bool) -> Answers:
    """As the painter's networks ask, see `Answers`."""
    return (CellAnswers if is_over_cells(painter) else Answers)(painter, batch, ink_aware)


def is_over_cells(painter: GuidingPainterPipeline) -> bool:
    return isinstance(painter.segmentation, CellSegmentationNetwork)


def pairs_for(painter: GuidingPainterPipeline, pictures: Sequence[Path | Example], resolution: int) -> SketchColorPairs:
    """Pictures as this painter's networks are measured on them: with cells, or in gray, where they work on those."""
    return SketchColorPairs(pictures, resolution, is_over_cells(painter), painter.is_grayscale)


def number_of_questions(painter: GuidingPainterPipeline) -> int:
    """N_c, the most answers that are measured."""
    return painter.segmentation.config.get("max_hints", QUESTIONS)


def all_answers(
    painter: GuidingPainterPipeline, pictures: Dataset, ink_aware: bool, batch_size: int, skipped: list[str]
) -> Iterator[Answers]:
    """`Answers` of one batch after the other. What is wrong with unusable pictures is added to `skipped`."""
    for batch in tqdm(DataLoader(pictures, batch_size, collate_fn=collate), desc="measuring", leave=False):
        skipped += batch["skipped"]
        if "sketch" in batch:
            yield answers_of(painter, batch, ink_aware)


def measure(
    painter: GuidingPainterPipeline, pictures: Dataset, ink_aware: bool, counts: tuple[int, ...], batch_size: int = 16
) -> dict[str, list]:
    """What training watches: "psnr" (len(counts) dB) and "regions" asked of each picture, "skipped" pictures."""
    results: dict[str, list] = {"psnr": [], "regions": [], "skipped": []}
    for answers in all_answers(painter, pictures, ink_aware, batch_size, results["skipped"]):
        results["psnr"] += answers.curve(counts).tolist()
        results["regions"] += answers.asked.sum(1).tolist()
    return results
