"""The regions that a model asks about, answered with the true colors: what evaluation and validation measure."""

from collections.abc import Iterator

import torch
from torch.utils.data import DataLoader, Dataset
from tqdm.auto import tqdm

from guiding_painter import GuidingPainterPipeline
from guiding_painter.hints import condition_mask, hint_map, masked_segments, mean_colors, one_hot
from guiding_painter.metrics import psnr
from pictures.pairs import collate


class Answers:
    """A batch of sketches with the regions that a model asks about and the true answers.

    Args:
        painter: the model.
        batch: "sketch" (B, 1, H, W) and "color_image" (B, 3, H, W), in [-1, 1].
        ink_aware: ink pixels do not count in an answer: people answer with clean colors.
    """

    @torch.no_grad()
    def __init__(self, painter: GuidingPainterPipeline, batch: dict[str, torch.Tensor], ink_aware: bool):
        self.painter = painter
        self.sketch, self.image = batch["sketch"].to(painter.device), batch["color_image"].to(painter.device)
        self.pixel_weights = (self.sketch + 1) / 2 if ink_aware else None
        self.segments = one_hot(painter.segmentation(self.sketch))  # (B, N_c, H, W)
        self.colors = mean_colors(self.image, self.segments, self.pixel_weights)
        self.asked = self.segments.flatten(2).any(2)  # (B, N_c)

    def first(self, k: int) -> torch.Tensor:
        """hint_weights after the first k answers, (B, N_c) bool."""
        return self.asked & (self.asked.cumsum(1) <= k)

    @torch.no_grad()
    def colorize(self, hint_weights: torch.Tensor, segments: torch.Tensor | None = None) -> torch.Tensor:
        """The pictures (B, 3, H, W) when only these regions, (B, N_c), have been answered."""
        masked = masked_segments(self.segments, hint_weights)
        segments = self.segments if segments is None else segments
        return self.painter.colorization(self.sketch, segments, hint_map(self.colors, masked), condition_mask(masked))

    def curve(self, counts: tuple[int, ...]) -> torch.Tensor:
        """PSNR in dB after each number of answers, (B, len(counts))."""
        return torch.stack([psnr(self.colorize(self.first(k)), self.image) for k in counts], dim=1)

    def importance(self) -> torch.Tensor:
        """PSNR in dB when region i comes first and is the only one answered (Sec. 4.5, Fig. 5), (B, N_c)."""
        scores = []
        for i in range(self.segments.shape[1]):
            only = torch.zeros_like(self.asked).index_fill_(1, torch.tensor([i], device=self.asked.device), True)
            in_front = torch.cat([self.segments[:, i : i + 1], self.segments[:, :i], self.segments[:, i + 1 :]], dim=1)
            scores.append(psnr(self.colorize(only, in_front), self.image))
        return torch.stack(scores, dim=1)


def all_answers(
    painter: GuidingPainterPipeline, pictures: Dataset, ink_aware: bool, batch_size: int, skipped: list[str]
) -> Iterator[Answers]:
    """`Answers` of one batch after the other. What is wrong with unusable pictures is added to `skipped`."""
    for batch in tqdm(DataLoader(pictures, batch_size, collate_fn=collate), desc="measuring", leave=False):
        skipped += batch["skipped"]
        if "sketch" in batch:
            yield Answers(painter, batch, ink_aware)


def measure(
    painter: GuidingPainterPipeline, pictures: Dataset, ink_aware: bool, counts: tuple[int, ...], batch_size: int = 16
) -> dict[str, list]:
    """What training watches: "psnr" (len(counts) dB) and "regions" asked of each picture, "skipped" pictures."""
    results: dict[str, list] = {"psnr": [], "regions": [], "skipped": []}
    for answers in all_answers(painter, pictures, ink_aware, batch_size, results["skipped"]):
        results["psnr"] += answers.curve(counts).tolist()
        results["regions"] += answers.asked.sum(1).tolist()
    return results
