"""Every method measured on the same pictures: with no hint, and in the expectation under G (Secs. 4.2 and 4.3)."""

from collections.abc import Callable

import torch
from torch.utils.data import DataLoader
from tqdm.auto import tqdm

from experiments.methods.base import Measured
from guiding_painter.hints import num_hints_distribution
from guiding_painter.metrics import psnr
from measures.results import summarize
from measures.rivals import bucket_fill
from pictures.folders import load_pictures
from pictures.pairs import SketchColorPairs, collate

BATCH_SIZE = 16


class Bucket:
    """What a person has who fills the largest line-bounded cells, see `measures.rivals.bucket_fill`.

    Args:
        max_hints: the most answers that are measured.
        rest: "mean" or "paper", what the others show.
    """

    def __init__(self, max_hints: int, rest: str):
        self.max_hints, self.rest = max_hints, rest

    def way(self, batch: dict[str, torch.Tensor], first: int) -> Callable[[int], torch.Tensor]:
        """See `Measured.way`."""
        return lambda k: bucket_fill(batch["cells"], batch["sketch"], batch["color_image"], k, self.rest)


def held_back(folder: str, split: str, resolution: int, most: int | None) -> SketchColorPairs:
    """Pictures to measure on, `most` at most, evenly spread, with their cells.

    Raises OSError or ValueError where there are none.
    """
    return SketchColorPairs(load_pictures(folder, split, most), resolution, with_cells=True)


@torch.no_grad()
def measure_method(
    method: Measured,
    pairs: SketchColorPairs,
    max_hints: int,
    thresholds: tuple[float, ...],
    distance: tuple[str, Callable] | None,
    device: torch.device,
) -> dict:
    """Means over pictures: "without_hints", and "with_hints" of an interactive method, as from `summarize`.

    Args:
        max_hints: N_c: the numbers of hints are 0 to it, those that an automatic method ignores only 0.
        thresholds: in dB, for NRI.
        distance: what the Fréchet distance is called, and what makes a new one.

    Raises ValueError where too few pictures can be measured.
    """
    takes_hints = method.max_hints > 0
    counts = tuple(range(max_hints + 1)) if takes_hints else (0,)
    name, new_distance = distance or ("", lambda: None)
    bare, expected, curves = new_distance(), new_distance() if takes_hints else None, []
    for batch in tqdm(DataLoader(pairs, BATCH_SIZE, collate_fn=collate), desc="measuring", leave=False):
        if "sketch" in batch:
            batch = {key: value.to(device) for key, value in batch.items() if torch.is_tensor(value)}
            way = method.way(batch, len(curves))
            curves += curves_of(way, batch["color_image"], counts, max_hints, bare, expected)
    if len(curves) < 2:
        raise ValueError(f"Only {len(curves)} pictures could be measured: give at least 2.")
    row = {"pictures": len(curves), "without_hints": {"psnr": summarize(curves, counts)["psnr"][0]}}
    if takes_hints:
        row["with_hints"] = summarize(curves, counts, thresholds)
    for part, one in (("without_hints", bare), ("with_hints", expected)):
        if one:
            row[part][name] = round(one.compute().item(), 3)
    return row


def curves_of(way: Callable, image: torch.Tensor, counts: tuple, max_hints: int, bare, expected) -> list[list[float]]:
    """PSNR in dB of every picture after each number of hints; what is colored is added to the distances there are."""
    curve = []
    for k, chance in zip(counts, num_hints_distribution(max_hints).tolist(), strict=False):
        colored = way(k)
        curve.append(psnr(colored, image))
        if bare and k == 0:
            bare.update(colored, real=False)
        if expected:
            expected.update(colored, real=False, weight=chance)
    for one in filter(None, (bare, expected)):
        one.update(image, real=True)
    return torch.stack(curve, dim=1).tolist()
