"""A sheet of paper seen at an angle, straightened by its four corners."""

import numpy as np
from PIL import Image

from ..formats.decoding import MAX_PIXELS

Point = tuple[float, float]
Corners = tuple[Point, Point, Point, Point]  # (x, y) in pixels from the top left corner, clockwise


def straighten(picture: Image.Image, corners: Corners) -> Image.Image:
    """The sheet between four corners as seen from straight above, no smaller than it is in the photo."""
    size = sheet_size(corners, picture.size)
    coefficients = sheet_to_photo(corners, size).ravel()[:8].tolist()
    info = picture.info
    sheet = picture.transform(size, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC)
    sheet.info = {key: value for key, value in info.items() if key != "dpi"}  # which was the photo's, if any
    return sheet


def sheet_to_photo(corners: Corners, size: tuple[int, int]) -> np.ndarray:
    """(3, 3), what takes (x, y, 1) of a straightened sheet, of this (width, height), to its place in the photo.

    The place is (u / w, v / w) for the (u, v, w) that comes of it.
    """
    width, height = size
    target = np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=float)
    rows, values = [], []
    for (x, y), (u, v) in zip(target, corners, strict=True):
        rows += [(x, y, 1, 0, 0, 0, -u * x, -u * y), (0, 0, 0, x, y, 1, -v * x, -v * y)]
        values += [u, v]
    return np.append(np.linalg.solve(np.array(rows, dtype=float), np.array(values, dtype=float)), 1.0).reshape(3, 3)


def sheet_size(corners: Corners, photo_size: tuple[int, int]) -> tuple[int, int]:
    """(width, height) in pixels for the sheet between four corners, in the proportions of the paper itself.

    They follow from the perspective, if the photo was not cropped (Zhang and He, "Whiteboard scanning and image
    enhancement", 2007); where that gives nothing sensible, from the lengths of the sides.
    """
    points = np.array(corners)
    sides = np.linalg.norm(points - np.roll(points, -1, axis=0), axis=1)  # top, right, bottom, left
    width, height = max(sides[0], sides[2]), max(sides[1], sides[3])
    seen = (sides[0] + sides[2]) / (sides[1] + sides[3])
    aspect = _aspect(points - np.array(photo_size) / 2, max(photo_size))
    if aspect is None or not 0.6 < aspect / seen < 1.7:
        aspect = seen
    width = max(width, height * aspect)
    width = min(width, (MAX_PIXELS * aspect) ** 0.5 - 1)
    return max(1, round(width)), max(1, round(width / aspect))


def _aspect(points: np.ndarray, side: float) -> float | None:
    top_left, top_right, bottom_right, bottom_left = (np.append(point / side, 1.0) for point in points)
    diagonal = np.cross(top_left, bottom_right)
    across = np.dot(diagonal, bottom_left) / np.dot(np.cross(top_right, bottom_right), bottom_left) * top_right
    down = np.dot(diagonal, top_right) / np.dot(np.cross(bottom_left, bottom_right), top_right) * bottom_left
    across, down = across - top_left, down - top_left
    if min(abs(across[2]), abs(down[2])) < 0.02:  # hardly any perspective
        return None
    focal = -(across[:2] @ down[:2]) / (across[2] * down[2])  # squared, in units of the long side
    if not 0.25 < focal < 9:
        return None
    across, down = (np.sqrt(side[:2] @ side[:2] / focal + side[2] ** 2) for side in (across, down))
    return float(across / down)


def clockwise(corners: np.ndarray) -> np.ndarray:
    """Four points clockwise, as seen, from the one nearest to the top left."""
    middle = corners.mean(axis=0)
    corners = corners[np.argsort(np.arctan2(*(corners - middle).T[::-1]))]
    return np.roll(corners, -int(corners.sum(axis=1).argmin()), axis=0)


def turns(corners: np.ndarray) -> np.ndarray:
    """How far it goes to the right at each corner; all above 0 where they are those of a convex figure."""
    sides = np.roll(corners, -1, axis=0) - corners
    following = np.roll(sides, -1, axis=0)
    return sides[:, 0] * following[:, 1] - sides[:, 1] * following[:, 0]


def area(corners: np.ndarray) -> float:
    """In square pixels."""
    x, y = corners.T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2
