"""What a model over cells makes of one picture whose colors are known: its cells, guesses and figures of these."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image

from guiding_painter.cell_model import CellModel, groups_of
from guiding_painter.cell_networks import CellColors, Look, guesses, look
from guiding_painter.cell_networks.lab import delta_e
from guiding_painter.drawings import open_drawing, open_picture, prepare
from guiding_painter.inference import inference

LONG_SIDE, ANSWERS = 512, 30
EVERY_COLOR = "every color known"
WHITE, SAME, LIKE = 8.0, 6.0, 12.0  # dE: as good as white; true colors of like cells; of a color that was carried
COUNTS = (0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 25, 30)  # answers after which g is asked; between them it is straight


class Cells(NamedTuple):
    """The cells of one picture that f has a token for, K of them, and what is true of them.

    Args:
        look: what f knows.
        cells: (h, w) int64, the token that speaks for every pixel.
        image: (h, w, 3) float in 0..255.
        paper: (h, w) in [0, 1].
        colors: (K, 3) in [-1, 1], true means, ink left out.
        size: (K,) share of the picture that is no ink.
    """

    look: Look
    cells: np.ndarray
    image: np.ndarray
    paper: np.ndarray
    colors: torch.Tensor
    size: torch.Tensor


def open_cells(model: CellModel, path: Path) -> Cells:
    picture = open_picture(path).convert("RGB")
    picture.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    lines = path.with_suffix(".lines.png")
    drawing = open_drawing(lines) if lines.exists() else open_drawing(picture, extract_lines=True)
    if drawing.size != picture.size:
        drawing = drawing.resize(picture.size, Image.Resampling.LANCZOS)
    prepared = prepare(drawing, LONG_SIDE)
    picture = picture.resize(prepared.shape[::-1], Image.Resampling.LANCZOS)
    found = np.asarray(Image.fromarray(prepared.cells).resize(prepared.shape[::-1], Image.Resampling.NEAREST))
    looked = look(model.segmentation, [prepared.sketch], [found], int(prepared.cells.max()) + 1)
    cells, count = looked.tokens[found], looked.features.tokens.shape[1]
    image, paper = np.asarray(picture, dtype=np.float64), (prepared.sketch[0, 0].numpy() + 1.0) / 2
    weights = np.where(looked.own[found], paper, 0).ravel()
    sums = [np.bincount(cells.ravel(), weights * image[..., c].ravel(), count) for c in range(3)]
    total = np.bincount(cells.ravel(), weights, count)
    colors = np.stack(sums, axis=1) / np.maximum(total, 1e-3)[:, None] / 127.5 - 1
    size = np.where(total >= 2, total, 0) / cells.size
    return Cells(looked, cells, image, paper, *(torch.from_numpy(v).float() for v in (colors, size)))


class Guesser:
    """What the two networks make of one picture."""

    def __init__(self, model: CellModel, of: Cells):
        self.g, self.of = model.colorization, of
        self.palette = self.g.palette.float()
        self.alike = of.look.features.alike[0]
        self.white = delta_e(of.colors, torch.ones(1, 3))[:, 0] < WHITE

    def ask(self, known: torch.Tensor) -> CellColors:
        features = self.of.look.features
        with inference(self.g):
            believed = self.g(features.tokens, features.bias, features.alike, self.of.colors[None], known[None])
        return CellColors(*(value[0] for value in believed))

    def psnr(self, fill: torch.Tensor) -> float:
        """Of cells filled with (K, 3) under the ink."""
        colors = ((fill + 1) * 127.5).clamp(0, 255).numpy()[self.of.cells] * self.of.paper[..., None]
        return float(10 * np.log10(255**2 / max(((np.rint(colors) - self.of.image) ** 2).mean(), 1e-2)))

    def pictures(self, number: int) -> dict[str, torch.Tensor]:
        """(1, 3, h, w) in [-1, 1]: "flat" and "painted" after `number` answers, and the "true" one."""
        fill = self.ask(self.largest(number)).mean.clamp(-1, 1)
        flat = fill[torch.from_numpy(self.of.cells)].permute(2, 0, 1)[None]
        paper = torch.from_numpy(self.of.paper).float()[None, None]
        with inference(self.g):
            painted = self.g.paint(paper * 2 - 1, flat)
        true = torch.from_numpy(self.of.image).float().permute(2, 0, 1)[None] / 127.5 - 1
        return {"flat": (flat + 1) * paper - 1, "painted": painted, "true": true}

    def limits(self) -> dict[str, float]:
        """PSNR of flats in all true colors, and of what g expects with no answer, moved to the true mean color."""
        weights = (self.of.size / self.of.size.sum().clamp(min=1e-9))[:, None]
        expected = self.ask(torch.zeros(len(self.of.size), dtype=torch.bool)).mean
        moved = expected + ((self.of.colors - expected) * weights).sum(0)
        return {EVERY_COLOR: self.psnr(self.of.colors), "no answer, tone known": self.psnr(moved)}

    def next(self, order: str, known: torch.Tensor) -> int:
        if order == "size":
            scores = self.of.size.clone()
        else:
            error = self.ask(known).log_variance.exp() * self.of.size * ~known
            likely = guesses.likeness(self.alike, torch.arange(len(error)), len(error))
            scores = guesses.gains(error, likely) if order == "gain" else error
        return int(scores.masked_fill(known | (self.of.size == 0), -1).argmax())

    def curves(self, order: str) -> dict[str, np.ndarray]:
        """PSNR after 0..30 answers: of ours, of a bucket on white, and of one with the true mean of the rest."""
        known, colors, size = torch.zeros(len(self.of.size), dtype=torch.bool), self.of.colors, self.of.size
        points: dict[str, list[float]] = {"ours": [], "white": [], "mean": []}
        for answers in range(ANSWERS + 1):
            if answers in COUNTS:
                rest = (size * ~known)[:, None]
                mean = (colors * rest).sum(0) / rest.sum().clamp(min=1e-9)
                fills = {"ours": self.ask(known).mean, "white": torch.ones(3), "mean": mean}
                for name, fill in fills.items():
                    points[name].append(self.psnr(torch.where(known[:, None], colors, fill)))
            known[self.next(order, known)] |= bool((size * ~known).sum() > 0)
        return {name: np.interp(range(ANSWERS + 1), COUNTS, values) for name, values in points.items()}

    def suggest(self, known: torch.Tensor, count: int = 5) -> tuple[torch.Tensor, torch.Tensor]:
        """What a person is offered after answers to the cells `known`: (K, count, 3), and which of them are there."""
        given, likely = self.of.colors[known], torch.sigmoid(self.alike.float())
        probability = guesses.agree(self.ask(known).log_probability.exp(), likely, self.of.size, known)
        seen = torch.cat([torch.ones(1, 3), given])
        colors, masses = guesses.suggest((probability + 1e-7).log(), self.palette, count, seen)
        if not len(given) or count == 1:
            return colors, masses > 0
        return guesses.offer(colors, masses > 0, given, likely[:, known])

    def largest(self, number: int) -> torch.Tensor:
        known = torch.zeros(len(self.of.size), dtype=torch.bool)
        known[self.of.size.argsort(descending=True)[:number]] = True
        return known & (self.of.size > 0)

    def hits(self, number: int) -> dict[str, tuple[float, float]]:
        """Area of cells, not white, whose color is right after `number` answers, first or among five; and all area."""
        known = self.largest(number)
        colors, present = self.suggest(known)
        right = (_apart(colors, self.of.colors) < guesses.APART) & present
        weight = self.of.size * ~known * ~self.white
        total = float(weight.sum())
        return {
            f"first color right after {number}": (float((weight * right[:, 0]).sum()), total),
            f"one of five right after {number}": (float((weight * right.any(1)).sum()), total),
        }

    def like_pairs(self, most: int = 12) -> dict[str, tuple[float, float]]:
        """After only one of two like cells is answered: whether the other's color is first, or of five."""
        able = (self.of.size > 0) & ~self.white
        same = (delta_e(self.of.colors, self.of.colors) < SAME) & able & able[:, None]
        first = five = total = 0.0
        for cell in (self.of.size * able).argsort(descending=True)[:most].tolist():
            others = same[cell].clone()
            others[cell] = False
            if not able[cell] or not others.any():
                continue
            known = torch.zeros_like(able)
            known[cell] = True
            colors, present = self.suggest(known)
            right = (_apart(colors, self.of.colors) < LIKE) & present
            weight = self.of.size.sqrt() * others
            first += float((weight * right[:, 0]).sum())
            five += float((weight * right.any(1)).sum())
            total += float(weight.sum())
        return {"like cell's color first": (first, total), "like cell's color of five": (five, total)}

    def joined(self) -> dict[str, tuple[float, float]]:
        """Pairs that become one region, by the smaller of the two: how many rightly, and how many of those alike."""
        able = (self.of.size > 0) & (self.of.size > 0)[:, None] & ~torch.eye(len(self.of.size), dtype=torch.bool)
        weight = torch.minimum(self.of.size, self.of.size[:, None]) * able
        same = delta_e(self.of.colors, self.of.colors) < LIKE
        groups = torch.from_numpy(groups_of(self.of.look.features))
        joined = groups == groups[:, None]
        hit = float((weight * (joined & same)).sum())
        return {
            "joined rightly": (hit, float((weight * joined).sum())),
            "of all alike": (hit, float((weight * same).sum())),
        }

    def colorfulness(self) -> tuple[float, float]:
        guessed = self.suggest(torch.zeros(len(self.of.size), dtype=torch.bool), 1)[0][:, 0]
        return _colorfulness(guessed, self.of.size), _colorfulness(self.of.colors, self.of.size)


def _apart(colors: torch.Tensor, true: torch.Tensor) -> torch.Tensor:
    """dE of (K, S, 3) from (K, 3): (K, S)."""
    return delta_e(colors, true[:, None])[..., 0]


def _colorfulness(colors: torch.Tensor, size: torch.Tensor) -> float:
    """Hasler and Süsstrunk (2003), of cells' colors (K, 3) in [-1, 1] by their shares (K,)."""
    red, green, blue = ((colors + 1) * 127.5).clamp(0, 255).unbind(1)
    weight = size / size.sum().clamp(min=1e-9)
    opponents = torch.stack([red - green, (red + green) / 2 - blue])
    means = (opponents * weight).sum(1)
    variances = ((opponents - means[:, None]).square() * weight).sum(1)
    return float(variances.sum().sqrt() + 0.3 * means.square().sum().sqrt())
