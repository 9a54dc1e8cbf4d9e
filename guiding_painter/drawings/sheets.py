"""A sheet of paper in a photo, found on whatever it lies on.

Found is the largest four-sided part that is lighter, or less colored, than what is around it, at several thresholds.
It counts as a sheet only if its sides are straight, stand out, have the grain of a photo around them and mostly paper
between them: a panel of a comic page, or the white in the middle of a painting, is none.
"""

from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage
from scipy.spatial import ConvexHull, QhullError
from skimage.filters import threshold_multiotsu

from .paper import looks_colored
from .straightening import Corners, area, clockwise, turns

SMALL = 320  # long side in pixels at which sheets are looked for
FINE = 1280  # long side at which their sides are measured
MIN_AREA, MAX_AREA = 0.12, 0.97  # of the photo
ALIKE = 0.8  # of a candidate that reaches the border of the photo has one that is taken in its place
MIN_FILL = 0.94  # of a quadrilateral by what is in it
MIN_CONTRAST = 0.1  # between both sides of an edge, of the range from black to white
MIN_LIGHTER = 0.05  # is paper than what it lies on, in the channel that is darkest
MIN_STRAIGHT = 0.7  # of an edge must lie on one line
MIN_PAPER = 0.6  # of the sheet must be empty paper
MAX_FLAT = 0.5  # of the surroundings may be of exactly one tone, as they are in what was drawn on a screen
TONE = 33  # pixels wide is what is of one tone: JPEG makes one of a block or two, of 8, in the dark of a photo
UPRIGHT = 0.2  # degrees: no hand holds a phone as straight over a sheet as a panel lies on a page


def find_sheet(picture: Image.Image) -> Corners | None:
    """The corners of the sheet of paper in an "RGB" or "L" photo, slightly inside its edges; None if it shows none."""
    if min(picture.size) < 64:
        return None
    scale = max(1.0, max(picture.size) / SMALL)
    small = _closed(picture, scale)
    candidates = sorted(_quadrilaterals(small), key=lambda found: -area(found))
    found: list[np.ndarray] = []
    for number, corners in enumerate(candidates):
        if any(np.abs(corners - other).max() < 4 for other in candidates[:number]):
            continue
        if (sheet := _measured(picture, corners * scale)) is not None and not _is_framed(picture, sheet):
            found.append(sheet)
            if not _reaches_border(sheet, picture.size):
                break
    # Light along one border may join the table to the sheet: nearly as large a one with four edges is the sheet.
    if len(found) > 1 and (_reaches_border(found[-1], picture.size) or area(found[-1]) < ALIKE * area(found[0])):
        found = found[:1]
    return tuple(map(tuple, found[-1].tolist())) if found else None


def _closed(picture: Image.Image, scale: float) -> np.ndarray:
    """(h, w, 3) in [0, 1], small, without noise and thin strokes."""
    size = tuple(max(1, round(side / scale)) for side in picture.size)
    small = np.asarray(picture.resize(size, Image.Resampling.BOX).convert("RGB"), np.float32) / 255
    small = ndimage.gaussian_filter(small, (1, 1, 0))
    return ndimage.grey_closing(small, size=(7, 7, 1))


def _quadrilaterals(small: np.ndarray) -> Iterator[np.ndarray]:
    """(4, 2) corners of what is light, of what has little color, and of what has no sharp edge in it."""
    height, width = small.shape[:2]
    for mask in _masks(small):
        labels, count = ndimage.label(ndimage.binary_opening(mask, np.ones((5, 5))))
        if count == 0:
            continue
        part = ndimage.binary_fill_holes(labels == 1 + int(np.bincount(labels.ravel())[1:].argmax()))
        pixels = part.sum()
        if not MIN_AREA < pixels / part.size < MAX_AREA:
            continue
        corners = _four_corners(part)
        if corners is not None and pixels > MIN_FILL * area(np.clip(corners, 0, (width, height))):
            yield corners


def _masks(small: np.ndarray) -> Iterator[np.ndarray]:
    darkest, lightest = small.min(axis=2), small.max(axis=2)
    for feature in (darkest, darkest / np.maximum(lightest, 0.05) * (lightest > 0.15)):
        for threshold in _thresholds(feature):
            yield feature > threshold
    # The shadow of a hand may be darker than the table, but its edge is soft.
    light = np.log(small + 0.05)
    step = (ndimage.maximum_filter(light, (3, 3, 1)) - ndimage.minimum_filter(light, (3, 3, 1))).max(axis=2)
    for threshold in (0.12, 0.2, 0.3):
        calm = step < threshold
        labels, count = ndimage.label(calm)
        middle = labels[len(labels) // 4 : -len(labels) // 4, labels.shape[1] // 4 : -labels.shape[1] // 4]
        inside = np.bincount(middle.ravel(), minlength=count + 1)
        inside[0] = 0
        if inside.any():  # the largest one in the middle of the photo
            yield ndimage.binary_dilation(labels == int(inside.argmax()), np.ones((3, 3)), iterations=2)


def _thresholds(feature: np.ndarray) -> list[float]:
    values: list[float] = []
    for classes in (2, 3, 4):
        try:
            values += threshold_multiotsu(feature, classes, nbins=64).tolist()
        except ValueError:  # fewer tones than classes
            break
    return values


def _four_corners(part: np.ndarray) -> np.ndarray | None:
    """The corners of the smallest figure with four around a mask: sides that add least are taken off its hull."""
    rim = part & ~ndimage.binary_erosion(part, border_value=0)
    y, x = np.nonzero(rim)
    points = np.concatenate([np.stack([x + dx, y + dy], 1) for dx in (0, 1) for dy in (0, 1)]).astype(float)
    try:
        hull = list(points[ConvexHull(points).vertices])
    except QhullError:
        return None
    while len(hull) > 4:
        best = None
        for at in range(len(hull)):
            before, start, end, after = (hull[(at + step) % len(hull)] for step in (-1, 0, 1, 2))
            meeting = _meeting(before, start, after, end)
            if meeting is None:
                continue
            added = abs(np.cross(np.append(end - start, 0), np.append(meeting - start, 0))[2])
            if best is None or added < best[0]:
                best = added, at, meeting
        if best is None:
            return None
        _, at, meeting = best
        hull[at] = meeting
        del hull[(at + 1) % len(hull)]
    return clockwise(np.array(hull)) if len(hull) == 4 else None


def _meeting(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> np.ndarray | None:
    """Where the line from a through b meets that from c through d, beyond b and d."""
    matrix = np.stack([b - a, c - d], axis=1)
    if abs(np.linalg.det(matrix)) < 1e-6:
        return None
    along, other = np.linalg.solve(matrix, c - a)
    return a + along * (b - a) if along >= 1 and other >= 1 else None


def _measured(picture: Image.Image, corners: np.ndarray) -> np.ndarray | None:
    """The corners moved to where the edges of a sheet are; None where these are no edges of one."""
    scale = max(1.0, max(picture.size) / FINE)
    size = tuple(max(1, round(side / scale)) for side in picture.size)
    fine = np.asarray(picture.resize(size, Image.Resampling.BOX).convert("RGB"), np.float32) / 255
    corners, lines = corners / scale, []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if _on_border(start, end, size):
            lines.append((start, end))
        elif (line := _edge(fine, start, end)) is None:
            return None
        else:
            lines.append(line)
    if sum(not _on_border(start, end, size) for start, end in lines) < 3:
        return None
    if any(_goes_on(fine, *line) or _goes_on(fine, *line[::-1], -1) for line in lines if not _on_border(*line, size)):
        return None
    inner = _inside(lines)
    if inner is None or not _is_paper(fine, inner) or _is_drawn(np.asarray(picture.convert("L")), inner * scale):
        return None
    return inner * scale


def _reaches_border(corners: np.ndarray, size: tuple[int, int]) -> bool:
    return any(_on_border(*side, size) for side in zip(corners, np.roll(corners, -1, axis=0), strict=True))


def _on_border(start: np.ndarray, end: np.ndarray, size: tuple[int, int]) -> bool:
    near = 0.015 * max(size)
    return any(
        start[axis] < near and end[axis] < near or start[axis] > size[axis] - near and end[axis] > size[axis] - near
        for axis in (0, 1)
    )


def _edge(fine: np.ndarray, start: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """The straight edge near a side, moved inwards past its blur; None where it is not straight or hardly stands out.

    Inside is to the right of the way from start to end, as it is clockwise.
    """
    length = np.linalg.norm(end - start)
    if length < 40:
        return None
    along = (end - start) / length
    inwards = np.array([-along[1], along[0]])
    reach = round(0.025 * max(fine.shape[:2]))
    places = np.linspace(0.04, 0.96, 96)[:, None] * (end - start) + start
    steps = np.arange(-reach - 8, reach + 9)
    grid = places[:, None] + steps[None, :, None] * inwards  # (96, steps, 2)
    samples = [
        ndimage.map_coordinates(fine[:, :, c], [grid[..., 1], grid[..., 0]], order=1, mode="nearest") for c in range(3)
    ]
    profile = ndimage.uniform_filter1d(np.stack(samples, axis=2), 5, axis=1)  # (96, steps, 3)
    change = np.linalg.norm(profile[:, 8:] - profile[:, :-8], axis=2)  # between both sides of every step
    found = change.argmax(axis=1)
    offset = steps[found + 4].astype(float)
    at = np.linspace(0.04, 0.96, 96)
    slope, level = _robust_line(at, offset)
    residual = np.abs(offset - slope * at - level)
    straight = (residual < max(2.5, 0.004 * length)) & (change.max(axis=1) > MIN_CONTRAST)
    if straight.mean() < MIN_STRAIGHT:
        return None
    darkest, which = profile.min(axis=2), np.arange(len(found))
    if np.median(darkest[which, found + 8] - darkest[which, found]) < MIN_LIGHTER:
        return None  # a dark picture on a light page
    # As much as the edge is bent, and its blur
    margin = np.quantile((offset - slope * at - level)[straight], 0.95) + 4
    return start + (level + margin) * inwards, end + (level + slope + margin) * inwards


def _goes_on(fine: np.ndarray, start: np.ndarray, end: np.ndarray, turn: int = 1) -> bool:
    """Whether what is light to the right of a side (`turn` 1, to the left -1) goes on past its end.

    It does not at the corner of a sheet, but where the edge of a shadow crosses it: light falls alike on both sides of
    an edge, and paper is as many times lighter than the table beyond a shadow's edge.
    """
    inwards = turn * np.array([start[1] - end[1], end[0] - start[0]]) / np.linalg.norm(end - start)

    def times(parts: np.ndarray) -> np.ndarray:
        places = parts[:, None] * (end - start) + start
        places = places[((places > 20) & (places < np.array(fine.shape[1::-1]) - 20)).all(axis=1)]
        inside, outside = (
            np.mean([fine[tuple((places + step * inwards).round().astype(int).T[::-1])] for step in steps], axis=0)
            for steps in (range(0, 7, 2), range(-16, -9, 2))
        )
        return (inside.min(axis=1) + 0.02) / (outside.min(axis=1) + 0.02)

    before, beyond = times(np.linspace(0.7, 0.95, 32)), times(np.linspace(1.04, 1.25, 32))
    if len(before) < 16 or len(beyond) < 16:
        return False
    return bool((beyond > 1 + 0.6 * (np.median(before) - 1)).mean() > 0.8)


def _robust_line(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """(slope, level) of the line that most points lie on (the median of the slopes between distant pairs)."""
    half = len(x) // 2
    slopes = (y[half:] - y[:half]) / (x[half:] - x[:half])
    slope = float(np.median(slopes))
    kept = np.abs(y - slope * x - np.median(y - slope * x)) < 6
    if kept.sum() > half:
        slope, level = np.polyfit(x[kept], y[kept], 1)
        return float(slope), float(level)
    return slope, float(np.median(y - slope * x))


def _inside(lines: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray | None:
    """(4, 2), where each line meets the next."""
    corners = []
    for (a, b), (c, d) in zip([lines[-1], *lines[:-1]], lines, strict=True):
        matrix = np.stack([b - a, c - d], axis=1)
        if abs(np.linalg.det(matrix)) < 1e-6:
            return None
        corners.append(a + np.linalg.solve(matrix, c - a)[0] * (b - a))
    corners = np.array(corners)
    return corners if turns(corners).min() > 0 else None


def _is_paper(fine: np.ndarray, corners: np.ndarray) -> bool:
    """Whether most of what is between the corners is as light as the paper around it: lines, not pictures or none."""
    mask = _mask(fine.shape[:2], corners)[::4, ::4]
    gray = fine.mean(axis=2)[::4, ::4]
    paper = ndimage.gaussian_filter(ndimage.grey_closing(np.where(mask, gray, 0), size=(15, 15)), 4)
    empty, blank = gray > 0.88 * paper, gray > 0.94 * paper
    return bool(empty[mask].mean() > MIN_PAPER and not blank[mask].all() and (~mask).mean() > 1 - MAX_AREA)


def _is_drawn(gray: np.ndarray, corners: np.ndarray) -> bool:
    """Whether what surrounds the corners is of flat tones, in the "L" pixels of the picture itself.

    Around upright corners a pixel that equals its neighbor is of one; elsewhere a phone may have smoothed the grain.
    """
    outside = ~_mask(gray.shape, corners)
    if _tilt(corners) < UPRIGHT:
        return bool((gray[:, 1:] == gray[:, :-1])[outside[:, 1:]].mean() > MAX_FLAT)
    flat = ndimage.maximum_filter(gray, TONE) == ndimage.minimum_filter(gray, TONE)
    return bool(flat[outside].mean() > MAX_FLAT)


def _is_framed(picture: Image.Image, corners: np.ndarray) -> bool:
    """Whether this is colored art in an upright frame: part of a scanned page, which nobody laid on a table."""
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return bool(_tilt(corners) < 1.5 and looks_colored(picture.crop((int(left), int(top), int(right), int(bottom)))))


def _tilt(corners: np.ndarray) -> float:
    """Degrees by which the side that is least upright or level is off."""
    sides = np.abs(np.roll(corners, -1, axis=0) - corners)
    return float(np.degrees(np.arctan2(sides.min(axis=1), sides.max(axis=1))).max())


def _mask(shape: tuple[int, int], corners: np.ndarray) -> np.ndarray:
    image = Image.new("1", shape[::-1])
    ImageDraw.Draw(image).polygon([tuple(point) for point in corners.tolist()], fill=1)
    return np.asarray(image)
