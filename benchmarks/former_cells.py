"""Cells as they were cut up to version 3 of saved paintings, for benchmarks/areas.py to compare with."""

import numpy as np
from scipy import ndimage
from skimage.segmentation import watershed

from guiding_painter.drawings import rank_by_size


def line_bounded_cells(drawing: np.ndarray, gap: float = 4.0, ink: float = 0.35) -> np.ndarray:
    """Cuts a drawing into cells, every pixel in exactly one; ink pixels go to a neighboring cell.

    The watershed of the distance to ink (Meyer 1994) grows from the parts of the paper that are further than `gap` / 2
    from any ink, so two areas that meet through a narrower opening stay apart. Areas too thin to have such a part grow
    from themselves.

    Args:
        drawing: (H, W) in [0, 1], 1 = paper.
        gap: width in pixels up to which an opening in a line is closed.
        ink: how dark a pixel must be to count as line, in [0, 1].

    Returns:
        (H, W) int32, cells numbered by size, 0 the largest.
    """
    paper = drawing > 1 - ink
    distance = ndimage.distance_transform_edt(paper)
    markers, count = ndimage.label(distance > gap / 2)
    areas, area_count = ndimage.label(paper)
    cored = np.zeros(area_count + 1, dtype=bool)
    cored[areas[markers > 0]] = True
    sizes = np.bincount(areas.ravel(), minlength=area_count + 1)
    # A speck of a few pixels between strokes is no area to ask about: it goes with a neighbor.
    alone = ~cored & (sizes >= 4)
    alone[0] = False
    markers = np.where(alone[areas], count + areas, markers)
    if not markers.any():
        return np.zeros(drawing.shape, dtype=np.int32)
    cells = watershed(np.where(paper, -distance, 1 - drawing), markers)
    return rank_by_size(cells)
