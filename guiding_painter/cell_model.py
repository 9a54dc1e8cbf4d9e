"""A drawing as networks over cells see it: cells of one color are a region, and the most telling one is the first."""

import numpy as np
import torch

from .cell_networks import (
    CellColorizationNetwork,
    CellFeatures,
    CellSegmentationNetwork,
    Look,
    guesses,
    look,
    look_at,
)
from .drawings import PreparedDrawing, sample
from .inference import inference
from .painting import CellView, Painting

SPREAD = 96**0.5  # of embeddings of length 1, to numbers of about 1
EDGE = 0.05  # of an edge of the picture: a cell that has so much of one is ground


def groups_of(features: CellFeatures) -> np.ndarray:
    """(K,) int64, which cells of a picture are one region, see `guesses.group`."""
    alike, size, geometry = (value[0].float().cpu() for value in (features.alike, features.size, features.geometry))
    return guesses.group(alike, size, ground=(geometry[:, 8:12] > EDGE).any(1))


class CellModel:
    """f and g put to work on drawings.

    Args:
        segmentation, colorization: trained together.
    """

    # Of `transfer.distances`: up to here, of the area carried from one page to the next, 60 % has the right color.
    alike = 0.814

    def __init__(self, segmentation: CellSegmentationNetwork, colorization: CellColorizationNetwork):
        self.segmentation, self.colorization = segmentation, colorization
        self._looked: tuple[PreparedDrawing, Look] | None = None  # f runs once for a drawing's regions and its view

    @property
    def max_regions(self) -> int:
        """How many regions it may find in a picture: one for every cell that it sees, and one for all others."""
        return self.segmentation.config.max_cells + 1

    def view(self, prepared: PreparedDrawing) -> CellView:
        """What it believes of a painting of this drawing."""
        known = self._looked is not None and self._looked[0] is prepared
        return CellView(prepared, self.segmentation, self.colorization, self._looked[1] if known else None)

    def describe(self, painting: Painting) -> np.ndarray:
        """(number of regions, F), what every region of a painting looks like, in the first order: one forward of f.

        The mean of the embeddings of its cells, of which those of one color lie close.
        """
        layout = painting.layout
        looked = look_at(self.segmentation, painting.prepared, painting.cells)
        embedding = looked.features.embedding[0].float().cpu().numpy()[looked.tokens]  # (cells, F)
        weights = layout.sizes * np.where(looked.own, 1.0, 1e-6)
        means = [
            np.average(embedding[mine], axis=0, weights=weights[mine] + 1e-9)
            for mine in (layout.owners == index for index in layout.order)
        ]
        return SPREAD * np.array(means)

    def find_regions(self, prepared: PreparedDrawing) -> np.ndarray:
        """(h, w) uint16, the regions of a drawing; those of its panels are numbered as `Panels` says."""
        cells = sample(prepared.cells, prepared.shape).seen
        maps = [cells[window] for window in prepared.windows]
        looked = look(self.segmentation, prepared.sketches, maps, int(prepared.cells.max()) + 1)
        self._looked = prepared, looked
        panels, found = prepared.panels, np.zeros(prepared.shape, dtype=np.uint16)
        if panels:
            found[:] = panels.gutters
        first = 0
        for number, (window, seen, features) in enumerate(zip(prepared.windows, maps, looked.pictures, strict=True)):
            ranks = self.ranks(features)
            own = looked.own[seen] & (looked.tokens[seen] >= first) & (looked.tokens[seen] < first + len(ranks))
            regions = np.where(own, ranks[np.where(own, looked.tokens[seen] - first, 0)], ranks.max() + 1)
            if panels:
                regions = np.minimum(regions, panels.regions - 1) + number * panels.regions
            found[window] = regions
            first += len(ranks)
        return found

    def ranks(self, features: CellFeatures) -> np.ndarray:
        """(K,) int64, the region of every token of a picture, numbered in the order asked."""
        alike, size = (value[0].float().cpu() for value in (features.alike, features.size))
        groups, numbers = np.unique(groups_of(features), return_inverse=True)
        g = self.colorization
        with inference(g):
            device = g.device
            nothing = torch.zeros(1, len(size), 3, device=device), torch.zeros(1, len(size)).bool().to(device)
            believed = g(features.tokens, features.bias, features.alike, *nothing)
        error = believed.log_variance[0].float().cpu().exp() * size
        likely = guesses.likeness(alike, torch.from_numpy(numbers), len(groups))
        order = np.argsort(-guesses.gains(error, likely).numpy(), kind="stable")
        ranks = np.empty(len(groups), dtype=np.int64)
        ranks[order] = np.arange(len(groups))
        return ranks[numbers]
