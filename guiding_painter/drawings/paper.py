"""Ink on white paper out of what a scanner or a phone made of it: uneven light, toned paper, faint lines, noise."""

import numpy as np
from PIL import Image
from scipy import ndimage
from skimage.morphology import reconstruction

BAND = 64  # rows that grain is looked for in at a time: copies of a whole page take longer to get than to fill
DARK = 0.1  # of 1: a channel is told no finer below
SMALL_SIDE = 256  # long side at which light and paper are judged: both vary slowly


def looks_colored(image: Image.Image, light_on_dark: bool | None = None) -> bool:
    """Whether a picture is colored (a painting, a photo, a comic page) and no drawing, of any ink on any paper.

    True where areas, broader than the strokes of a felt pen, have two hues or more, or one that covers a quarter of the
    picture, be they painted, or of strokes of crayon with paper between them. The paper's own hue, be it cream paper or
    yellow light, counts as none; a drawing, even shaded, in one colored pencil has one.

    Args:
        light_on_dark: what `is_light_on_dark` says of its luminance, if that is known.
    """
    hue = _hue(image, light_on_dark)
    if _filled_by_hand(hue):
        return True
    areas, strokes = _colored_areas(hue)
    if _drawn_with_broad_pens(areas, strokes):
        return False
    return bool(areas.mean() > 0.25 or _other_hues(hue, areas) > 0.01)


def _filled_by_hand(hue: np.ndarray) -> bool:
    """Whether areas of two hues, of pale paint or of strokes with little paper between them, are most of all color."""
    colored = np.pad(np.hypot(*hue) > 0.1, 3)
    colored = ndimage.binary_closing(colored, np.ones((3, 3)))[3:-3, 3:-3]
    areas = ndimage.binary_opening(colored, np.ones((9, 9)))  # broader than the broadest pen
    return bool(areas.sum() > 0.5 * colored.sum() and _other_hues(hue, areas) > 0.02)


def _other_hues(hue: np.ndarray, areas: np.ndarray) -> float:
    """The share of the picture in `areas` whose hue is not nearly the mean one of these."""
    hue = hue[:, areas]
    main = hue.sum(axis=1)
    other = hue.T @ main < np.cos(np.radians(25)) * np.hypot(*hue) * np.hypot(*main)
    return float(other.sum() / areas.size)


def has_broad_pens(image: Image.Image) -> bool:
    """Whether a picture is drawn in strokes as broad as a felt pen's, of any colors."""
    return _drawn_with_broad_pens(*_colored_areas(_hue(image)))


def _drawn_with_broad_pens(areas: np.ndarray, strokes: np.ndarray) -> bool:
    return bool(areas.mean() < 0.25 and strokes.sum() > max(0.6 * areas.sum(), 0.002 * areas.size))


def _hue(image: Image.Image, light_on_dark: bool | None = None) -> np.ndarray:
    """(2, h, w), its direction is the hue beside that of the paper, and its length the chroma."""
    rgb = np.asarray(_small(image).convert("RGB"), dtype=np.float32) / 255
    brightness = rgb.sum(axis=2)
    paper = np.median(rgb[brightness >= np.quantile(brightness, 0.7)], axis=0)
    if paper.min() < DARK:
        if light_on_dark is None:
            light_on_dark = is_light_on_dark(image.convert("L"))
        if light_on_dark:  # there the paper may be of any deep color
            rgb = np.maximum(rgb, DARK)
    red, green, blue = np.moveaxis(rgb / np.maximum(paper, DARK), 2, 0)
    return np.stack([red - (green + blue) / 2, (green - blue) * np.sqrt(0.75)])


def _colored_areas(hue: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(h, w) bool where a colored area, no line, is, and which of that is but a broad stroke."""
    colored = np.hypot(*hue) > 0.15
    areas = ndimage.binary_erosion(colored, np.ones((5, 5)))
    return areas, areas & ~ndimage.binary_dilation(ndimage.binary_erosion(colored, np.ones((9, 9))), np.ones((9, 9)))


def is_light_on_dark(image: Image.Image) -> bool:
    """Whether an "L" picture is light lines on a darker ground (chalk, scratchboard, blueprint) of any width, contrast.

    True where it is dark up to the border and what is light is less than a third of it, and thin: an ink drawing with
    large blacks has broad areas of paper.
    """
    light = _light_marks(image)
    if not 0 < np.count_nonzero(light) <= 0.3 * light.size:
        return False
    scale = max(1, round(max(image.size) / SMALL_SIDE))
    # One line of a pixel in a block of many is a mark there, but no broad one.
    share = np.asarray(Image.fromarray(light).convert("L").reduce(scale), dtype=np.float32) / 255
    margin = 1 + max(share.shape) // 50
    inside = np.zeros(share.shape, dtype=bool)
    inside[margin:-margin, margin:-margin] = True
    if share[~inside].mean() > 0.1:
        return False
    broad = ndimage.binary_erosion(share > 0.9, np.ones((7, 7))).sum() / max(share.sum(), 1)
    return bool(broad < 0.5)


def _light_marks(image: Image.Image) -> np.ndarray:
    """(H, W) bool: what is plainly lighter than the ground, most of an "L" picture; hardly anything may be darker."""
    counts = np.array(image.histogram())
    share = np.cumsum(counts) / counts.sum()
    ground = int(np.searchsorted(share, 0.5))
    # Grain lies as far above the ground as below it; a thousandth of the picture is enough of a drawing.
    grain = ground - int(np.searchsorted(share, 0.001))
    lightest = int(np.searchsorted(share, 0.9995))
    contrast = lightest - ground
    if contrast < (max(10, 1.5 * grain) if ground > 24 else 16):
        return np.zeros(image.size[::-1], dtype=bool)
    return np.asarray(image) > ground + contrast / 2


def has_underdrawing(picture: Image.Image) -> bool:
    """Whether an "RGB" picture has pale lines of one hue, blue or red, below the black ones of the drawing."""
    rgb = np.asarray(picture)[:: 1 + picture.height // 1500, :: 1 + picture.width // 1500].astype(np.int16)
    darkest, lightest = rgb.min(axis=2), rgb.max(axis=2)
    chroma = lightest - darkest
    black = (lightest < 110) & (chroma < 40)
    pale = (chroma > 30) & (lightest > 200) & (darkest > 60)
    if black.sum() < max(20, 0.3 * pale.sum()) or pale.sum() < max(20, 0.03 * black.sum()):
        return False
    strong = (chroma > 60) & ~pale & (lightest > 110)
    red, green, blue = np.moveaxis(rgb[pale], 1, 0)
    one_hue = max(np.mean(blue >= np.maximum(red, green)), np.mean(red >= np.maximum(green, blue))) > 0.9
    areas = ndimage.binary_erosion(pale, np.ones((9, 9)))
    return bool(one_hue and strong.sum() < 0.2 * pale.sum() and areas.sum() < 0.05 * pale.sum())


def is_clean(image: Image.Image) -> bool:
    """Whether an "L" picture has white paper without grain: drawn on a screen, or scanned and cleaned already.

    Grain is a pixel neither white nor dark that nearly, but not exactly, equals its neighbors; the gray of anti-aliased
    lines is steeper, that of flat fills exactly equal.
    """
    gray, white, grain = np.asarray(image), 0, 0
    for top in range(0, len(gray), BAND):
        # With a row more above and below, if there is one
        band, inner = gray[max(0, top - 1) : top + BAND + 1], slice(min(top, 1), min(top, 1) + BAND)
        spread = (_extreme(band, np.maximum) - _extreme(band, np.minimum))[inner]
        band = band[inner]
        white += np.count_nonzero(band >= 250)
        grain += np.count_nonzero((band > 60) & (band < 250) & (spread > 0) & (spread <= 12))
    return bool(white >= 0.05 * gray.size and grain < 0.03 * gray.size)


def _extreme(gray: np.ndarray, choose: np.ufunc) -> np.ndarray:
    """(H, W), of each pixel and its eight neighbors the largest or smallest; ten times as fast as a filter of SciPy."""
    rows = np.pad(gray, 1, mode="edge")
    columns = choose(choose(rows[:-2], rows[1:-1]), rows[2:])
    return choose(choose(columns[:, :-2], columns[:, 1:-1]), columns[:, 2:])


def flatten(drawing: Image.Image, thickest: float = 1 / 16) -> Image.Image:
    """Divides a drawing by its paper and stretches what is left from ink = 0 to paper = 255.

    The paper under the ink is the picture with all strokes closed and all darker islands filled: what is dark without
    reaching the border is drawn, what shades the paper from the border on is light. Each channel has its own paper, and
    the darkest quotient counts, so that cream paper is white and a yellow pencil is ink.

    Args:
        drawing: "RGB" or "L".
        thickest: stroke there may be that reaches the border, as a share of the long side; what is wider is shade.

    Returns:
        an "L" image of the same size.
    """
    width, height = drawing.size
    quotient = np.full((height, width), np.inf, dtype=np.float32)
    for channel in drawing.split():
        paper = ndimage.gaussian_filter(np.asarray(_small(channel), dtype=np.float32), 1)
        stroke = 1 + int(max(paper.shape) * thickest)
        paper = ndimage.grey_closing(paper, size=(stroke, stroke))
        islands = np.full_like(paper, paper.max())
        islands[[0, -1], :], islands[:, [0, -1]] = paper[[0, -1], :], paper[:, [0, -1]]
        paper = ndimage.gaussian_filter(reconstruction(islands, paper, method="erosion"), 2)
        # What is far darker than most paper is ink, or the desk beneath: divided by itself it would be bright noise.
        paper = np.maximum(paper, max(0.3 * np.quantile(paper, 0.95), 1)).astype(np.float32)
        paper = np.asarray(Image.fromarray(paper).resize((width, height), Image.Resampling.BICUBIC))
        np.minimum(quotient, np.asarray(channel) / paper, out=quotient)

    sample = quotient[:: 1 + height // 1000, :: 1 + width // 1000]
    light = sample[sample > 0.8]  # paper and its noise: by the division it lies around 1
    middle = np.median(light) if light.size else 1
    grain = 1.5 * np.median(sample[sample >= middle] - middle) if light.size else 0  # deviation on the side without ink
    white = middle - 2.5 * grain
    ink = sample[sample < white - max(3 * grain, 0.05)]
    black = min(np.quantile(ink, 0.1), white - 0.25) if ink.size else white - 0.5
    quotient -= black
    quotient *= 255 / (white - black)
    return Image.fromarray(np.rint(np.clip(quotient, 0, 255, out=quotient), out=quotient).astype(np.uint8))


def _small(image: Image.Image) -> Image.Image:
    return image.reduce(max(1, round(max(image.size) / SMALL_SIDE)))
