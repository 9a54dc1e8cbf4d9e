"""What networks over cells believe of a painting: f has looked at its cells, g is asked after every answer."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image

from ..cell_networks import CellColorizationNetwork, CellColors, CellSegmentationNetwork, Look, guesses, look_at
from ..cell_networks.lab import delta_e
from ..colors import RGB
from ..drawings import PreparedDrawing, sample, to_pil
from ..inference import inference
from .beliefs import Beliefs
from .fills import flat_colors
from .history import Latest, State

SUGGESTIONS = 5
SAMPLED = 8  # regions of a proposal whose colors are drawn; the others follow from them
TRIES = 3  # colorings drawn for each that is wanted: some come out alike
VISIBLE = 0.1  # of the area that is guessed: so much has another color in another proposal, where there is one
BOLD = 1.5  # colors are drawn by their probabilities to this power, so that nothing odd is


class Seen(NamedTuple):
    """A painting's cells and regions as tensors, R regions and K tokens.

    Args:
        look: what f knows of the cells.
        order: the regions, in the first order; rows below are in this order.
        regions: (K,) int64, the row of every token's region.
        shares: (R, K), how much each token says of a region; rows have sum 1.
        size: (K,), the share of the drawing that each token speaks for, other cells than its own too.
        areas: (R,), of every region, in pixels of the drawing.
        likeness: (R, K), how likely each token has the color of each region.
        alike: (R, R), how likely each region has the color of each other one.
    """

    look: Look
    order: tuple[int, ...]
    regions: torch.Tensor
    shares: torch.Tensor
    size: torch.Tensor
    areas: torch.Tensor
    likeness: torch.Tensor
    alike: torch.Tensor


class CellView:
    """What the two networks believe of one painting.

    Args:
        prepared: the drawing.
        segmentation, colorization: f and g.
        looked: what f knows of the drawing's own cells, where it has looked already.
    """

    def __init__(
        self,
        prepared: PreparedDrawing,
        segmentation: CellSegmentationNetwork,
        colorization: CellColorizationNetwork,
        looked: Look | None = None,
    ):
        self._prepared = prepared
        self._segmentation, self._colorization = segmentation, colorization
        self._first = looked
        self._looked: Latest[Look] = Latest()
        self._seen: Latest[Seen] = Latest()
        self._believed: Latest[Beliefs] = Latest()
        self._pictured: Latest[Image.Image] = Latest()

    def beliefs(self, state: State) -> Beliefs:
        return self._believed.of(state.version, lambda: self._believe(state))

    def picture(self, state: State) -> Image.Image:
        return self._pictured.of(state.version, lambda: self._paint(state))

    def similar(self, state: State, region: int) -> list[int]:
        seen = self._see(state)
        likely = (seen.alike[:, seen.order.index(region)] >= guesses.SIMILAR).tolist()
        return [other for other, follows in zip(seen.order, likely, strict=True) if follows and other != region]

    def proposals(self, state: State, count: int) -> list[dict[int, RGB]]:
        found: list[dict[int, RGB]] = []
        alike: list[dict[int, RGB]] = []
        for seed in range(TRIES * count):
            if len(found) < count and (colors := self._propose(state, seed)) not in found + alike:
                differs = all(self._apart(state, colors, other) >= VISIBLE for other in found)
                (found if differs else alike).append(colors)
        return (found + alike)[:count]

    def _look(self, state: State) -> Look:
        # Flats may have split a cell in which f found regions of two panels: it has not seen those parts.
        if self._first and state.cells_version == 0 and len(state.layout.owners) == len(self._first.tokens):
            return self._first
        return self._looked.of(state.cells_version, lambda: look_at(self._segmentation, self._prepared, state.cells))

    def _see(self, state: State) -> Seen:
        def make() -> Seen:
            looked, layout = self._look(state), state.layout
            tokens, count = looked.features.tokens.shape[1], len(layout.order)
            rows = np.zeros(max(layout.order) + 1, dtype=np.int64)
            rows[list(layout.order)] = np.arange(count)
            pixels = layout.sizes.astype(np.float64)
            row_of_cell = np.where(pixels > 0, rows[np.minimum(layout.owners, len(rows) - 1)], 0)
            # A region that has tokens is judged by them; only what has none is judged by its neighbours.
            weights = pixels * np.where(looked.own, 1.0, 1e-6)
            shares = np.bincount(row_of_cell * tokens + looked.tokens, weights, count * tokens).reshape(count, tokens)
            regions = np.zeros(tokens, dtype=np.int64)
            regions[looked.tokens[looked.own]] = row_of_cell[looked.own]
            size = np.bincount(looked.tokens, pixels, tokens) / pixels.sum()
            shares /= np.maximum(shares.sum(1, keepdims=True), 1e-12)
            rows_of_tokens = torch.from_numpy(regions)
            areas = np.bincount(row_of_cell, pixels, count)
            shares, size, areas = (torch.from_numpy(values.astype(np.float32)) for values in (shares, size, areas))
            likeness = guesses.likeness(looked.features.alike[0].cpu(), rows_of_tokens, count)
            return Seen(looked, layout.order, rows_of_tokens, shares, size, areas, likeness, shares @ likeness.T)

        return self._seen.of(state.regions_version, make)

    def _ask(self, seen: Seen, colors: Mapping[int, RGB]) -> CellColors:
        """One pass of g, all on the CPU: what it believes of the K tokens, given colors of some regions."""
        g, features = self._colorization, seen.look.features
        table = torch.zeros(len(seen.order), 3)
        for row, index in enumerate(seen.order):
            if index in colors:
                table[row] = torch.tensor(colors[index]) / 127.5 - 1
        answered = torch.tensor([index in colors for index in seen.order])
        device = features.tokens.device
        given, known = (values[seen.regions][None].to(device) for values in (table, answered))
        with inference(g):
            believed = g(features.tokens, features.bias, features.alike, given, known)
        return CellColors(*(value[0].float().cpu() for value in believed))

    def _believe(self, state: State) -> Beliefs:
        seen = self._see(state)
        answers = {index: color for index, color in state.layout.answers.items() if color is not None}
        given = self._given(seen, answers, state.layout.taken)
        believed = self._ask(seen, given)
        colors, confidences = self._suggest(seen, believed, given, answers)
        for index, color in given.items():
            if index not in answers:
                row = seen.order.index(index)
                colors[row] = [color, *(other for other in colors[row] if other != color)][:SUGGESTIONS]
        answered = torch.tensor([index in answers for index in seen.order])
        error = believed.log_variance.exp() * seen.size * ~answered[seen.regions]
        gains = guesses.gains(error, seen.likeness) * ~answered
        # A region without a token has the error of those that speak for it, and teaches nothing of others.
        gains = torch.maximum(gains, 1e-3 * (seen.shares @ error) * ~answered)
        best = guesses.expected_gain(float(error.sum()), float(gains.max()) if len(gains) else 0.0)
        return Beliefs(
            {index: tuple(row) for index, row in zip(seen.order, colors, strict=True)},
            dict(zip(seen.order, confidences, strict=True)),
            dict(zip(seen.order, gains.tolist(), strict=True)),
            best,
        )

    def _suggest(
        self, seen: Seen, believed: CellColors, given: Mapping[int, RGB], answers: Mapping[int, RGB]
    ) -> tuple[list[list[RGB]], list[float]]:
        """Of every region up to five colors, the likeliest first, and how likely the first is right."""
        config = self._colorization.config
        log_probability, colors, masses = self._mix(seen, believed, given, answers)
        present = masses > 0
        scale, shift = config.confidence_scale, config.confidence_shift
        confidences = guesses.confidence(log_probability, self._palette, colors[:, 0], scale, shift)
        if asked := [index for index in answers if index in seen.order]:
            likely = seen.alike[:, [seen.order.index(index) for index in asked]]
            answered = torch.tensor([answers[index] for index in asked]) / 127.5 - 1
            colors, present = guesses.offer(colors, present, answered, likely)
        found = []
        for row, ones in zip(_to_bytes(colors), present.tolist(), strict=True):
            found.append(list(dict.fromkeys(color for color, is_one in zip(row, ones, strict=True) if is_one)))
        return found, confidences.tolist()

    def _given(self, seen: Seen, answers: Mapping[int, RGB], taken: Mapping[int, RGB]) -> dict[int, RGB]:
        """What g is told: the answers, and those colors of a proposal that no answer to a like region contradicts."""
        taken = {index: color for index, color in taken.items() if index not in answers and index in seen.order}
        if not taken:
            return dict(answers)
        changed = [seen.order.index(index) for index in answers if index in seen.order]
        overruled = (seen.alike[:, changed] >= guesses.SIMILAR).any(1).tolist()
        kept = {index: color for index, color in taken.items() if not overruled[seen.order.index(index)]}
        return kept | dict(answers)

    def _propose(self, state: State, seed: int) -> dict[int, RGB]:
        """A whole coloring: colors of the largest regions are drawn, each taken as an answer by the next."""
        seen = self._see(state)
        generator = torch.Generator().manual_seed(seed)
        given = {index: color for index, color in state.layout.answers.items() if color is not None}
        open_ = [index for index in seen.order if index not in state.layout.answers]
        for index in sorted(open_, key=state.layout.area, reverse=True)[:SAMPLED]:
            row = seen.order.index(index)
            _, colors, masses = self._mix(seen, self._ask(seen, given), given, given, slice(row, row + 1))
            chosen = int(torch.multinomial(masses[0].pow(BOLD), 1, generator=generator)) if seed else 0
            given[index] = _to_bytes(colors)[0][chosen]
        _, colors, _ = self._mix(seen, self._ask(seen, given), given, given)
        guessed = {index: row[0] for index, row in zip(seen.order, _to_bytes(colors[:, :1]), strict=True)}
        return {index: given.get(index, guessed[index]) for index in open_}

    def _apart(self, state: State, one: Mapping[int, RGB], other: Mapping[int, RGB]) -> float:
        """The share of the regions of two proposals, by area, whose colors differ visibly."""
        areas = torch.tensor([float(state.layout.area(index)) for index in one])
        colors = (torch.tensor(list(each)) / 127.5 - 1 for each in (one.values(), (other[index] for index in one)))
        differ = delta_e(*(each[:, None] for each in colors))[:, 0, 0] > guesses.APART
        return float((areas * differ).sum() / areas.sum().clamp(min=1e-9))

    def _mix(
        self,
        seen: Seen,
        believed: CellColors,
        given: Mapping[int, RGB],
        answers: Mapping[int, RGB],
        rows: slice = slice(None),
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Of all or some regions (R, P) log probabilities, and colors and masses of suggestions.

        Args:
            given: what g was told; suggestions that come close to one of `answers` become it.
        """
        known = torch.tensor([index in given for index in seen.order])
        shares = guesses.agree(seen.shares, seen.alike, seen.areas, known, rows)  # before colors, which are more
        log_probability = (shares @ believed.log_probability.exp() + 1e-7).log()
        suggested = guesses.suggest(log_probability, self._palette, SUGGESTIONS, _clean(list(answers.values())))
        return log_probability, *suggested

    @property
    def _palette(self) -> torch.Tensor:
        return self._colorization.palette.float().cpu()

    def _paint(self, state: State) -> Image.Image:
        """What the U-Net of g makes of the colors, answered and guessed, at the working size."""
        believed, g = self.beliefs(state), self._colorization
        colors = {index: state.layout.answers.get(index) or row[0] for index, row in believed.colors.items()}
        seen = sample(state.cells, self._prepared.shape).seen
        flat = np.asarray(flat_colors(state.layout.owners[seen], colors))
        flat = torch.from_numpy(flat.copy()).permute(2, 0, 1)[None].float() / 127.5 - 1
        with inference(g):
            inputs = (value.to(g.device, g.dtype) for value in (self._prepared.sketch, flat))
            return to_pil(g.paint(*inputs))


def _clean(answers: list[RGB]) -> torch.Tensor:
    """(N, 3) in [-1, 1], what a suggestion that comes close to it becomes: an answer, or the white of paper."""
    return torch.tensor([(255, 255, 255), *answers]) / 127.5 - 1


def _to_bytes(colors: torch.Tensor) -> list[list[RGB]]:
    """(R, S, 3) in [-1, 1] as rows of (r, g, b) in 0..255."""
    values = ((colors + 1) * 127.5).clamp(0, 255).round().int()
    return [[tuple(color) for color in row] for row in values.tolist()]
