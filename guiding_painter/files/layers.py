"""A colored drawing in its parts, and the layers and pictures that files hold of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from PIL import Image, ImageChops
from scipy import ndimage

from ..colors import RGB, to_hex


@dataclass(frozen=True)
class Layer:
    """A picture at its place on the page: RGBA where it has holes, of alpha 0 or 255 only, else RGB."""

    name: str
    image: Image.Image
    left: int = 0
    top: int = 0
    multiply: bool = False


@dataclass(frozen=True)
class Artwork:
    """A colored drawing in its parts, all at the drawing's own size.

    Args:
        drawing: "L", 255 = paper; its `info` may hold "dpi" and "icc_profile", which the files keep, and "grayscale",
            for a gray picture and no drawing.
        color: RGB, the color without lines.
        region_map: (H, W) uint16.
        answers: (region, its answer or None) for every region, in the order asked.
        painting: what `Painting.to_dict` gave, kept in layered files to go on with it.
    """

    drawing: Image.Image
    color: Image.Image
    region_map: np.ndarray
    answers: Sequence[tuple[int, RGB | None]]
    painting: dict[str, Any] | None = None

    def flattened(self, lines: bool = True) -> Image.Image:
        """RGB, the drawing laid over the color (multiply), or only the color."""
        return lay_lines(self.color, self.drawing) if lines else self.color.copy()

    def transparent(self, lines: bool = True) -> Image.Image:
        """RGBA in which what has no answer is see-through, but for the lines: over white it looks as on paper."""
        image = self.flattened(lines)
        unanswered = Image.fromarray(self._unanswered)
        alpha = ImageChops.invert(unanswered)
        if lines:
            image.paste((0, 0, 0), mask=unanswered)
            alpha = ImageChops.lighter(alpha, ImageChops.invert(self.drawing))
        image.putalpha(alpha)
        return image

    def layers(self) -> Iterator[Layer]:
        """From the bottom: background, unanswered, the answered regions with the first asked on top, lines."""
        yield Layer("background", Image.new("RGB", self.color.size, "white"))
        if self._unanswered.any():
            rows, columns = ndimage.find_objects(self._unanswered // 255)[0]
            yield self._cut_out("unanswered", self._unanswered[rows, columns], columns.start, rows.start)
        boxes = dict(enumerate(ndimage.find_objects(self.region_map.astype(np.int32) + 1)))
        numbered = list(enumerate(self.answers, 1))
        for number, (index, answer) in reversed(numbered):
            if answer is not None and (box := boxes.get(index)):
                mask = (self.region_map[box] == index).view(np.uint8) * np.uint8(255)
                yield self._cut_out(f"{number:02} {to_hex(answer)}", mask, box[1].start, box[0].start)
        yield Layer("lines", self.drawing.convert("RGB"), multiply=True)

    @cached_property
    def _unanswered(self) -> np.ndarray:
        """(H, W) uint8, 255 where no answer is."""
        given = [index for index, answer in self.answers if answer is not None]
        table = np.full(max(int(self.region_map.max()), *given, 0) + 1, 255, dtype=np.uint8)
        table[given] = 0
        return table[self.region_map]

    @property
    def profile(self) -> dict[str, bytes]:
        """The drawing's color profile, as Pillow writes it: {"icc_profile": ...}, or {}."""
        profile = self.drawing.info.get("icc_profile")
        return {"icc_profile": profile} if profile else {}

    @property
    def dpi(self) -> tuple[float, float] | None:
        """The drawing's. Files may claim any, 0 and nan included; what a PSD cannot hold, 65,536 and up, is none."""
        dpi = self.drawing.info.get("dpi")
        return dpi if dpi and all(1 <= value < 2**16 for value in dpi) else None

    def _cut_out(self, name: str, mask: np.ndarray, left: int, top: int) -> Layer:
        alpha = Image.fromarray(mask)
        # Nothing is kept under the holes: a region can be told from its layer alone, and the file stays small.
        image = Image.new("RGBA", alpha.size)
        image.paste(self.color.crop((left, top, left + alpha.width, top + alpha.height)), mask=alpha)
        image.putalpha(alpha)
        return Layer(name, image, left, top)


def lay_lines(color: Image.Image, drawing: Image.Image) -> Image.Image:
    """RGB color under an "L" drawing (multiply), to the bit as GIMP and Krita do it: rounded, where Pillow cuts off.

    A gray picture, as its `info` tells, keeps its luminance, and takes only hue and chroma from the color.
    """
    if drawing.info.get("grayscale"):
        return Image.merge("YCbCr", (drawing, *color.convert("YCbCr").split()[1:])).convert("RGB")
    product = np.asarray(color).astype(np.uint16)  # 255 * 255 + 127 just fits
    product *= np.asarray(drawing)[..., None]
    product += 127
    product //= 255
    return Image.fromarray(product.astype(np.uint8))
