"""Line-bounded cells: the paper areas that lines fence in, which a person would fill with one click of a bucket."""

import numpy as np
from scipy import ndimage
from skimage.segmentation import watershed

MAX_CELLS = 256


def line_bounded_cells(
    drawing: np.ndarray, gap: float = 4.0, ink: float = 0.35, max_cells: int = MAX_CELLS
) -> np.ndarray:
    """Cuts a drawing into cells, every pixel in exactly one; ink pixels go to a neighbouring cell.

    The watershed of the distance to ink (Meyer 1994) grows from the parts of the paper that are further than `gap` / 2
    from any ink, so two areas that meet through a narrower opening stay apart. Areas too thin to have such a part grow
    from themselves.

    Args:
        drawing: (H, W) in [0, 1], 1 = paper.
        gap: width in pixels up to which an opening in a line is closed.
        ink: how dark a pixel must be to count as line, in [0, 1].
        max_cells: at most so many cells; the smallest ones beyond it become one.

    Returns:
        (H, W) int64, cells numbered by size, 0 the largest.
    """
    paper = drawing > 1 - ink
    distance = ndimage.distance_transform_edt(paper)
    markers, count = ndimage.label(distance > gap / 2)
    areas, area_count = ndimage.label(paper)
    cored = np.zeros(area_count + 1, dtype=bool)
    cored[areas[markers > 0]] = True
    sizes = np.bincount(areas.ravel(), minlength=area_count + 1)
    # A speck of a few pixels between strokes is no area to ask about: it goes with a neighbour.
    alone = ~cored & (sizes >= 4)
    alone[0] = False
    markers = np.where(alone[areas], count + areas, markers)
    if not markers.any():
        return np.zeros(drawing.shape, dtype=np.int64)
    cells = watershed(np.where(paper, -distance, 1 - drawing), markers)
    return rank_by_size(cells, max_cells)


def rank_by_size(labels: np.ndarray, max_cells: int = MAX_CELLS) -> np.ndarray:
    """Numbers labels 0, 1, ... from the largest to the smallest; those from `max_cells` - 1 on share that number."""
    _, index, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    rank = np.empty(len(sizes), dtype=np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return np.minimum(rank, max_cells - 1)[index].reshape(labels.shape)
