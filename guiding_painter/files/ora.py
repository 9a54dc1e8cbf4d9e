"""Layered OpenRaster files, which Krita, GIMP and MyPaint open.

`krita --export --export-filename page.png page.ora` writes, without showing a window (under `xvfb-run -a` where there
is no screen), the picture that `Artwork.flattened` gives.
"""

import io
import zipfile
from xml.etree import ElementTree

from PIL import Image

from ..formats.line_layers import ORA_PAINTING, pack_painting
from .layers import Artwork

THUMBNAIL = 256  # the format's limit


def ora_bytes(artwork: Artwork) -> bytes:
    """OpenRaster 0.0.3: a zip of PNGs whose first entry, not compressed, says what it is."""
    width, height = artwork.color.size
    page = ElementTree.Element("image", {"version": "0.0.3", "w": str(width), "h": str(height)})
    if dpi := artwork.dpi:
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
    image.save(data, "PNG", compress_level=3, **artwork.profile)  # flats pack well at any level
    return data.getvalue()
