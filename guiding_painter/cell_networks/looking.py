"""What f sees of a drawing's own cells, in one picture or in several panels, and which cells it has no token for."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch

from ..drawings import PreparedDrawing, rank_by_size, sample
from ..inference import inference
from .segmentation import CellFeatures, CellSegmentationNetwork

ROUNDS = 8  # how many cells without a token may lie between one and the next with a token


class Look(NamedTuple):
    """What f knows of a drawing.

    Args:
        features: of all pictures as of one, (1, K, ...).
        pictures: of each of them by itself.
        tokens: (number of cells,) int64, the token that speaks for every cell: its own, or that of a neighbour.
        own: (number of cells,) bool, which cells have a token of their own.
    """

    features: CellFeatures
    pictures: list[CellFeatures]
    tokens: np.ndarray
    own: np.ndarray


def look(
    network: CellSegmentationNetwork,
    sketches: Sequence[torch.Tensor],
    maps: Sequence[np.ndarray],
    count: int,
) -> Look:
    """One forward of f for each picture of a drawing: the whole of it, or each of its panels.

    Args:
        sketches: each (1, 1, h, w) in [-1, 1], paper = 1.
        maps: of each, (h, w), the number of the cell of every pixel.
        count: how many cells the drawing has. Some may lie in none of the pictures.
    """
    tokens, found = np.full(count, -1, dtype=np.int64), []
    device, dtype = network.device, network.dtype  # once: diffusers goes through all modules for each
    with inference(network):
        for sketch, cells in zip(sketches, maps, strict=True):
            ranked = rank_by_size(cells)
            numbers = np.zeros(int(ranked.max()) + 1, dtype=np.int64)
            numbers[ranked] = cells
            first, known = sum(part.tokens.shape[1] for part in found), min(len(numbers), network.config.max_cells)
            free = tokens[numbers[:known]] < 0  # of a cell in two panels the first speaks
            tokens[numbers[:known][free]] = first + np.flatnonzero(free)
            inputs = torch.from_numpy(ranked.astype(np.int64))[None].to(device)
            found.append(network(sketch.to(device, dtype), inputs))
        features = network.together(found) if len(found) > 1 else found[0]
    own = tokens >= 0
    for cells in maps:
        _ask_neighbours(tokens, cells)
    tokens[tokens < 0] = 0  # of the largest cell: for what lies beside every picture
    return Look(features, found, tokens, own)


def look_at(network: CellSegmentationNetwork, prepared: PreparedDrawing, cells: np.ndarray) -> Look:
    """One forward of f for each picture of a prepared drawing, whose cells, (H, W) int32, may have been changed."""
    seen = sample(cells, prepared.shape).seen
    return look(network, prepared.sketches, [seen[window] for window in prepared.windows], int(cells.max()) + 1)


def _ask_neighbours(tokens: np.ndarray, cells: np.ndarray) -> None:
    """Gives each cell of a picture without a token, in place, that of the neighbour along which most of it lies."""
    sides = [(cells[1:], cells[:-1]), (cells[:, 1:], cells[:, :-1])]
    one, other = (np.concatenate([pair[side].ravel() for pair in sides]).astype(np.int64) for side in (0, 1))
    apart = (one != other) & ((tokens[one] < 0) | (tokens[other] < 0))
    one, other = one[apart], other[apart]
    keys, lengths = np.unique(
        np.concatenate([one * len(tokens) + other, other * len(tokens) + one]), return_counts=True
    )
    mine, theirs = np.divmod(keys, len(tokens))
    for _ in range(ROUNDS):
        asking = (tokens[mine] < 0) & (tokens[theirs] >= 0)
        if not asking.any():
            return
        cell, neighbour = mine[asking], theirs[asking]
        order = np.lexsort((-neighbour, lengths[asking], cell))  # of each cell, the longest last
        tokens[cell[order]] = tokens[neighbour[order]]
