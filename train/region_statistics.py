"""Whether a person could name the regions that a model asks about: in how many parts and specks they lie."""

import numpy as np
from skimage.measure import label

SPECK = 0.0005  # of the picture's area; a connected part below it is a speck


def region_statistics(region_map: np.ndarray) -> dict[str, float]:
    """Of one picture's regions, (H, W) integers from 0; all pixels belong to regions that are asked about.

    Pixels are connected that touch, be it at a corner.

    Returns:
        "parts_per_region": the mean number of connected parts of a region; "speck_share": the share of the picture's
        pixels that lie in specks.
    """
    parts = label(region_map, background=-1, connectivity=2)
    sizes = np.bincount(parts.ravel())[1:]  # labels begin at 1
    specks = sizes[sizes < SPECK * region_map.size]
    return {
        "parts_per_region": len(sizes) / len(np.unique(region_map)),
        "speck_share": float(specks.sum() / region_map.size),
    }
