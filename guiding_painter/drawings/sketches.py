"""What the networks read, tensors in [-1, 1], made of pictures, and pictures of their tensors."""

import numpy as np
import torch
from PIL import Image
from scipy import ndimage


def working_size(size: tuple[int, int], long_side: int = 512) -> tuple[int, int]:
    """The (width, height) at which the networks see a drawing of `size`: same aspect, `long_side` at most, 1 at least.

    A smaller drawing keeps its size, but one under half of `long_side` is enlarged to half: the networks know no finer.
    """
    width, height = size
    scale = min(max(1, long_side / 2 / max(size)), long_side / max(size))
    return max(1, round(width * scale)), max(1, round(height * scale))


def to_sketch(drawing: Image.Image, size: tuple[int, int] | None = None) -> torch.Tensor:
    """The sketch X of a drawing.

    Args:
        drawing: ink on white; or a gray picture, as its `info` tells ("grayscale"), whose shades are only averaged.
        size: (width, height) of the sketch; the drawing's own by default.

    Returns:
        (1, 1, H, W) float32 in [-1, 1], paper = 1.
    """
    drawing = drawing.convert("L")
    if size is not None and size != drawing.size:
        # Averaged over 8 by 8 pixels a thin line would be a hint of gray. Thickened by half an output pixel first, it
        # keeps half a pixel's worth of ink at least, and thick lines do not get noticeably fatter.
        shrink = [drawing.height / size[1], drawing.width / size[0]]
        if not drawing.info.get("grayscale"):
            window = [1 + int(factor / 2) for factor in shrink]
            drawing = Image.fromarray(ndimage.minimum_filter(np.asarray(drawing), size=window))
        drawing = drawing.resize(size, Image.Resampling.BOX if max(shrink) > 1 else Image.Resampling.BICUBIC)
    return torch.from_numpy(np.array(drawing, dtype=np.float32) / 127.5 - 1)[None, None]


def to_color_image(image: Image.Image) -> torch.Tensor:
    """(1, 3, H, W) float32 in [-1, 1] of a picture."""
    values = torch.from_numpy(np.array(image.convert("RGB"), dtype=np.float32) / 127.5 - 1)  # (H, W, 3)
    return values.permute(2, 0, 1)[None].contiguous()


def to_pil(color_image: torch.Tensor) -> Image.Image:
    """The "RGB" picture of a color image (1, 3, H, W) or (3, H, W) in [-1, 1], on any device, in any float type.

    What lies outside the range is clipped. Raises ValueError for another shape.
    """
    if color_image.ndim == 4 and len(color_image) == 1:
        color_image = color_image[0]
    if color_image.ndim != 3 or len(color_image) != 3:
        raise ValueError(f"A color image of shape {tuple(color_image.shape)} is no single picture: give (3, H, W).")
    values = color_image.detach().float().cpu().clamp(-1, 1).add(1).mul(127.5).round().to(torch.uint8)
    return Image.fromarray(values.permute(1, 2, 0).numpy())
