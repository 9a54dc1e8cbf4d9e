"""What leaves the program: PNG, layered PSD and OpenRaster.

A page opens in paint programs as it is: `krita --export --export-filename page.png page.ora` writes, without showing a
window (under `xvfb-run -a` where there is no screen), the picture that `Artwork.flattened` gives.
"""

import io
import os
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
from PIL import Image, ImageChops

from ..colors import RGB, to_hex
from ..drawings.formats.line_layers import ORA_PAINTING, PSD_PAINTING, SIGNATURE, pack_painting
from .writing import replace_file, save_png

MAX_PSD_SIDE = 30_000  # by the format
THUMBNAIL = 256  # OpenRaster's limit


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
        drawing: "L", 255 = paper; its `info` may hold "dpi" and "icc_profile", which the files keep.
        color: RGB, the color without lines.
        region_map: (H, W) uint8.
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
            yield self._cut_out("unanswered", self._unanswered)
        numbered = list(enumerate(self.answers, 1))
        for number, (index, answer) in reversed(numbered):
            mask = (self.region_map == index).view(np.uint8) * np.uint8(255)
            if answer is not None and mask.any():
                yield self._cut_out(f"{number:02} {to_hex(answer)}", mask)
        yield Layer("lines", self.drawing.convert("RGB"), multiply=True)

    @cached_property
    def _unanswered(self) -> np.ndarray:
        """(H, W) uint8, 255 where no answer is."""
        table = np.full(256, 255, dtype=np.uint8)
        table[[index for index, answer in self.answers if answer is not None]] = 0
        return table[self.region_map]

    def _cut_out(self, name: str, mask: np.ndarray) -> Layer:
        alpha = Image.fromarray(mask)
        box = alpha.getbbox()
        # Nothing is kept under the holes: a region can be told from its layer alone, and the file stays small.
        image = Image.new("RGBA", (box[2] - box[0], box[3] - box[1]))
        alpha = alpha.crop(box)
        image.paste(self.color.crop(box), mask=alpha)
        image.putalpha(alpha)
        return Layer(name, image, box[0], box[1])


def lay_lines(color: Image.Image, drawing: Image.Image) -> Image.Image:
    """RGB color under an "L" drawing (multiply), to the bit as GIMP and Krita do it: rounded, where Pillow cuts off."""
    product = np.asarray(color).astype(np.uint16)  # 255 * 255 + 127 just fits
    product *= np.asarray(drawing)[..., None]
    product += 127
    product //= 255
    return Image.fromarray(product.astype(np.uint8))


def save_artwork(artwork: Artwork, path: str | os.PathLike, lines: bool = True, transparent: bool = False) -> None:
    """Writes .png, .psd or .ora. A file of that name is replaced only by a complete one.

    Args:
        lines, transparent: for .png, lay the lines over the color; leave out what has no answer. Others have layers.

    Raises ValueError for another suffix or what a format cannot hold, OSError where the file cannot be written.
    """
    suffix = Path(path).suffix.lower()
    if suffix == ".png":
        image = artwork.transparent(lines) if transparent else artwork.flattened(lines)
        image.info = _profile(artwork)  # Pillow writes it
        save_png(image, path, artwork.drawing.info.get("dpi"))
    elif suffix == ".psd":
        replace_file(path, _psd(artwork))
    elif suffix == ".ora":
        replace_file(path, _ora(artwork))
    else:
        raise ValueError(f"{path} does not end in .png, .psd or .ora: name one of these.")


def _psd(artwork: Artwork) -> bytes:
    # The low-level classes: the others render all layers anew, in floats, to make the merged picture that we have.
    from psd_tools.constants import BlendMode, ChannelID, Compression, Resource
    from psd_tools.psd import PSD, ChannelImageData, LayerInfo, LayerRecords
    from psd_tools.psd.header import FileHeader
    from psd_tools.psd.image_data import ImageData
    from psd_tools.psd.image_resources import ImageResource, ImageResources, ResoulutionInfo
    from psd_tools.psd.layer_and_mask import (
        ChannelData,
        ChannelDataList,
        ChannelInfo,
        LayerAndMaskInformation,
        LayerRecord,
    )

    width, height = artwork.color.size
    if max(width, height) > MAX_PSD_SIDE:
        raise ValueError(f"PSD holds at most {MAX_PSD_SIDE} pixels a side, not {width}x{height}: save an .ora instead.")
    header = FileHeader(channels=3, width=width, height=height)

    records, channels = LayerRecords(), ChannelImageData()
    for layer in artwork.layers():
        planes = dict(enumerate(layer.image.split()))
        if 3 in planes:
            planes[ChannelID.TRANSPARENCY_MASK] = planes.pop(3)
        record = LayerRecord(
            top=layer.top,
            left=layer.left,
            bottom=layer.top + layer.image.height,
            right=layer.left + layer.image.width,
            blend_mode=BlendMode.MULTIPLY if layer.multiply else BlendMode.NORMAL,
            name=layer.name,
        )
        data = ChannelDataList()
        for channel, plane in planes.items():
            packed = ChannelData(Compression.RLE)
            packed.set_data(plane.tobytes(), *plane.size, header.depth)
            record.channel_info.append(ChannelInfo(ChannelID(channel), len(packed.data) + 2))
            data.append(packed)
        records.append(record)
        channels.append(data)

    resources = ImageResources.new()
    if dpi := _dpi(artwork):
        per_inch = [round(value * 2**16) for value in dpi]  # 16.16 fixed point; unit 1 is the inch
        info = io.BytesIO()
        ResoulutionInfo(per_inch[0], 1, 1, per_inch[1], 1, 1).write(info)
        resources[Resource.RESOLUTION_INFO] = ImageResource(key=Resource.RESOLUTION_INFO, data=info.getvalue())
    for profile in _profile(artwork).values():
        resources[Resource.ICC_PROFILE] = ImageResource(key=Resource.ICC_PROFILE, data=profile)

    if artwork.painting:
        data = SIGNATURE + pack_painting(artwork.painting)
        resources[Resource(PSD_PAINTING)] = ImageResource(key=Resource(PSD_PAINTING), data=data)

    merged = ImageData(Compression.RLE)
    merged.set_data([plane.tobytes() for plane in artwork.flattened().split()], header)
    file = io.BytesIO()
    PSD(
        header=header,
        image_resources=resources,
        layer_and_mask_information=LayerAndMaskInformation(LayerInfo(len(records), records, channels)),
        image_data=merged,
    ).write(file)
    return file.getvalue()


def _ora(artwork: Artwork) -> bytes:
    """OpenRaster 0.0.3: a zip of PNGs whose first entry, not compressed, says what it is."""
    width, height = artwork.color.size
    page = ElementTree.Element("image", {"version": "0.0.3", "w": str(width), "h": str(height)})
    if dpi := _dpi(artwork):
        page.attrib.update(xres=str(round(dpi[0])), yres=str(round(dpi[1])))
    stack = ElementTree.SubElement(page, "stack")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:  # PNGs are packed already
        archive.writestr("mimetype", "image/openraster")
        for number, layer in enumerate(artwork.layers()):
            source = f"data/layer{number:02}.png"
            archive.writestr(source, _png(layer.image, artwork))
            element = ElementTree.Element(
                "layer", name=layer.name, src=source, x=str(layer.left), y=str(layer.top), opacity="1.0"
            )
            element.set("visibility", "visible")
            element.set("composite-op", "svg:multiply" if layer.multiply else "svg:src-over")
            stack.insert(0, element)  # the top one comes first
        merged = artwork.flattened()
        archive.writestr("mergedimage.png", _png(merged, artwork))
        merged.thumbnail((THUMBNAIL, THUMBNAIL))
        archive.writestr("Thumbnails/thumbnail.png", _png(merged, artwork))
        if artwork.painting:
            archive.writestr(ORA_PAINTING, pack_painting(artwork.painting))
        archive.writestr("stack.xml", ElementTree.tostring(page, "UTF-8", xml_declaration=True))
    return file.getvalue()


def _png(image: Image.Image, artwork: Artwork) -> bytes:
    data = io.BytesIO()
    image.save(data, "PNG", compress_level=3, **_profile(artwork))  # flats pack well at any level
    return data.getvalue()


def _profile(artwork: Artwork) -> dict[str, bytes]:
    profile = artwork.drawing.info.get("icc_profile")
    return {"icc_profile": profile} if profile else {}


def _dpi(artwork: Artwork) -> tuple[float, float] | None:
    """Files may claim any dpi, 0 and nan included; PSD holds less than 65,536."""
    dpi = artwork.drawing.info.get("dpi")
    return dpi if dpi and all(1 <= value < 2**16 for value in dpi) else None
