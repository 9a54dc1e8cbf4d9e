"""New palettes for drawings, so that a color cannot be guessed from the shape that carries it."""

import colorsys

import numpy as np
from PIL import Image, ImageFilter

INK_MAX = 80  # brightest channel of a color that counts as ink (0..255); ink stays dark
WHITE_MIN = 232  # darkest channel of a color that counts as white


def draw_palette(rng: np.random.Generator, count: int = 12) -> np.ndarray:
    """`count` colors of one mood (shared saturation and brightness, few or all hues), (count, 3) float32 in 0..255."""
    anchors = rng.uniform(size=rng.choice([2, 3, 12], p=[0.1, 0.2, 0.7]))
    saturation = rng.uniform(0.15, 0.75)
    value = rng.uniform(0.65, 1.0) if rng.uniform() < 0.9 else rng.uniform(0.4, 0.65)
    colors: list[np.ndarray] = []
    apart = 60.0  # neighbours must differ, or there is nothing to tell apart by color; lowered while no color fits
    while len(colors) < count:
        hue = (rng.choice(anchors) + rng.normal(0, 0.05)) % 1
        s, v = np.clip([saturation, value] + rng.normal(0, 0.2, 2), [0.03, 0.32], 1)
        color = np.array(colorsys.hsv_to_rgb(hue, s, v)) * 255
        if all(np.linalg.norm(color - other) >= apart for other in colors):
            colors.append(color)
        apart *= 0.97
    return np.array(colors, np.float32)


def main_colors(pixels: np.ndarray, count: int = 10, apart: float = 30) -> np.ndarray:
    """Up to `count` most frequent colors of `pixels` (N, 3), at least `apart` from each other, (K, 3) float32."""
    bins = (pixels[:, 0] >> 4).astype(np.int32) << 8 | (pixels[:, 1] >> 4).astype(np.int32) << 4 | pixels[:, 2] >> 4
    sizes = np.bincount(bins, minlength=4096)
    chosen: list[np.ndarray] = []
    for index in np.argsort(-sizes)[:64]:
        if sizes[index] < max(4, 0.003 * len(pixels)) or len(chosen) == count:
            break
        color = pixels[bins == index].mean(0)
        if all(np.linalg.norm(color - other) >= apart for other in chosen):
            chosen.append(color)
    return np.array(chosen, np.float32).reshape(-1, 3)


def new_colors(old: np.ndarray, palette: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Colors that replace `old` (K, 3): ink stays, the rest stays, turns in hue or is drawn from `palette`.

    Most stay as they are: where colors are drawn at random there is nothing to guess, and a model that never guesses
    suggests gray. The others teach to follow answers, whatever they are.
    """
    new = old.copy()
    keep_white = rng.uniform() < 0.9
    ink = old.max(1) <= INK_MAX
    new[ink] *= rng.uniform(0.2, 1)
    free = ~ink & ~((old.min(1) > WHITE_MIN) & keep_white)
    mode = rng.choice(["keep", "turn", "draw"], p=[0.8, 0.06, 0.14])
    if mode == "turn":
        turn, saturation = rng.uniform(), rng.uniform(0.5, 1.2)
        for i in np.flatnonzero(free):
            h, s, v = colorsys.rgb_to_hsv(*(old[i] / 255))
            new[i] = np.array(colorsys.hsv_to_rgb((h + turn) % 1, min(1, s * saturation), v)) * 255
    elif mode == "draw":
        drawn = palette[rng.permutation(len(palette))[: free.sum()]]
        new[free] = np.clip(drawn + rng.normal(0, 8, drawn.shape), 0, 255)
    return new


def recolor(sprite: Image.Image, palette: np.ndarray, rng: np.random.Generator, outline: bool) -> Image.Image:
    """`sprite` (RGBA) with its main colors replaced; `outline` also draws dark lines between its areas."""
    pixels = np.asarray(sprite)
    shape, alpha = pixels.shape[:2], pixels[..., 3]
    old = main_colors(pixels[alpha > 200][:, :3])
    if not len(old):
        return sprite
    new = new_colors(old, palette, rng)
    # Every pixel is a mix of the main colors near it, so that smooth edges and shading stay smooth in the new colors.
    flat = pixels[..., :3].reshape(-1, 3).astype(np.float32)
    distances = (flat**2).sum(1)[:, None] - 2 * flat @ old.T + (old**2).sum(1)
    weights = 1 / (np.maximum(distances, 0) + 4) ** 1.5
    mixed = (weights @ new) / weights.sum(1, keepdims=True)
    if outline:
        width = 2 if min(shape) < 110 else int(rng.choice([3, 4]))
        ink = area_outlines(distances.argmin(1).reshape(shape), alpha, width)
        ink_color = rng.uniform(0, 45, 3)
        mixed += (ink_color - mixed) * ink.reshape(-1, 1)
        alpha = np.maximum(alpha, 255 * ink)
    result = np.dstack([mixed.reshape(*shape, 3), alpha])
    return Image.fromarray(np.clip(np.rint(result), 0, 255).astype(np.uint8))


def area_outlines(labels: np.ndarray, alpha: np.ndarray, width: int) -> np.ndarray:
    """Ink in 0..1 (H, W) along the borders of the areas of `labels` (H, W), about `width` px wide."""
    areas = Image.fromarray(np.where(alpha > 127, labels + 1, 0).astype(np.uint8)).filter(ImageFilter.ModeFilter(5))
    areas = np.pad(np.asarray(areas), 1, mode="constant")
    center = areas[1:-1, 1:-1]
    border = (center != areas[2:, 1:-1]) | (center != areas[1:-1, 2:])
    lines = Image.fromarray(border.astype(np.uint8) * 255)
    if width > 2:
        lines = lines.filter(ImageFilter.MaxFilter(3))
    lines = lines.filter(ImageFilter.GaussianBlur(0.3 * width - 0.2))
    return np.clip(np.asarray(lines, np.float32) / 255 * 1.3, 0, 1)
