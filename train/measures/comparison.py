"""What a model is compared with on one set of pictures, and everything that is measured of each."""

from collections.abc import Callable

import numpy as np
import torch

from guiding_painter.hints import num_hints_distribution
from guiding_painter.metrics import psnr
from measures.answers import Answers
from measures.results import differences, summarize
from measures.rivals import bucket_fill, region_statistics
from pictures.pairs import sketch_cells


def ways_to_color(answers: Answers, bucket: bool) -> dict[str, Callable[[int], torch.Tensor]]:
    """What is compared: the name of each row, and what it makes of k hints, (B, 3, H, W).

    Args:
        bucket: also `bucket_fill`, twice.
    """
    sketch, image = answers.sketch, answers.image
    ways = {"model": lambda k: answers.colorize(answers.first(k))}
    if bucket:
        cells = sketch_cells(sketch)
        ways["bucket_fill"] = lambda k: bucket_fill(cells, sketch, image, k)
        ways["bucket_fill_on_white"] = lambda k: bucket_fill(cells, sketch, image, k, rest="paper")
    return ways


class Comparison:
    """Collects, batch by batch, what is told of one set of pictures.

    Args:
        max_hints: N_c.
        stop_prob: p of G, which weights the numbers of hints (Eq. 3).
        importance: also answer every region alone.
        bucket: see `ways_to_color`.
        distance: what the Fréchet distance under G is called, and what makes a new one (`frechet.load_distance`).
    """

    def __init__(
        self,
        max_hints: int,
        stop_prob: float = 0.125,
        importance: bool = False,
        bucket: bool = False,
        distance: tuple[str, Callable] | None = None,
    ):
        self.chances = num_hints_distribution(max_hints, stop_prob).tolist()
        self.stop_prob, self.with_importance = stop_prob, importance
        self.bucket = bucket
        self.distance_name, self.new_distance = distance or (None, None)
        self.curves: dict[str, list[list[float]]] = {}  # of every row, N_c + 1 dB a picture
        self.distances: dict = {}  # of every row, where they are measured
        self.regions: list[dict[str, float]] = []  # of every picture
        self.used = torch.zeros(max_hints, dtype=torch.bool)
        self.importance: list[list[float]] = []  # N_c dB a picture

    @torch.no_grad()
    def add(self, answers: Answers) -> None:
        """Measures the pictures of one batch."""
        ways = ways_to_color(answers, self.bucket)
        for name, way in ways.items():
            self._add_row(name, way, answers.image)
        beyond = ~answers.segments.any(1) * answers.segments.shape[1]  # of what is never asked
        region_maps = (answers.segments.argmax(1) + beyond).cpu().numpy()
        for asked, region_map in zip(answers.asked.cpu(), region_maps, strict=True):
            self.used |= asked
            self.regions.append({"asked": int(asked.sum()), **region_statistics(region_map)})
        if self.with_importance:
            self.importance += answers.importance().tolist()

    def _add_row(self, name: str, way: Callable[[int], torch.Tensor], image: torch.Tensor) -> None:
        if self.new_distance and name not in self.distances:
            self.distances[name] = self.new_distance()
        curve, distance = [], self.distances.get(name)
        before, weight = None, 0.0
        for k, chance in enumerate(self.chances):
            colored = way(k)
            curve.append(psnr(colored, image))
            if distance and before is not None and not torch.equal(colored, before):
                distance.update(before, real=False, weight=weight)
                weight = 0.0
            # Pictures that no further answer changes are looked at once: their features cost more than they do.
            before, weight = colored, weight + chance
        if distance:
            distance.update(before, real=False, weight=weight)
            distance.update(image, real=True)
        self.curves.setdefault(name, []).extend(torch.stack(curve, dim=1).tolist())

    def report(self, thresholds: tuple[float, ...] = ()) -> dict:
        """As JSON values; `thresholds` in dB, for NRI. Raises ValueError where too few pictures were added."""
        if len(self.regions) < (needed := 2 if self.new_distance else 1):
            raise ValueError(f"Only {len(self.regions)} pictures could be measured: give at least {needed}.")
        counts = tuple(range(len(self.chances)))
        rows = {name: summarize(curves, counts, thresholds, self.stop_prob) for name, curves in self.curves.items()}
        for name, distance in self.distances.items():
            rows[name][self.distance_name] = round(distance.compute().item(), 3)
        means = {key: round(float(np.mean([one[key] for one in self.regions])), 4) for key in self.regions[0]}
        report = {"pictures": len(self.regions), "rows": rows, "differences": differences(rows)}
        report["regions"] = means | {"channels_used": int(self.used.sum())}
        if self.with_importance:
            report["importance"] = [round(value, 3) for value in np.mean(self.importance, axis=0).tolist()]
        return report
