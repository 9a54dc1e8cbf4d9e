"""Small files of every kind that people bring, made by code: a square of ink on white, and what goes wrong."""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw


def square(size: tuple[int, int] = (64, 48)) -> Image.Image:
    """Black lines around white on white, "L"."""
    image = Image.new("L", size, 255)
    ImageDraw.Draw(image).rectangle((12, 10, size[0] - 14, size[1] - 12), outline=0, width=4)
    return image


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def gray16(white_is_zero: bool = False) -> bytes:
    values = np.asarray(square()).astype(np.uint16) * 257
    tags = {262: 0} if white_is_zero else {}
    data = encoded(Image.fromarray(65535 - values if white_is_zero else values), "TIFF")
    if not tags:
        return data
    at = data.index(struct.pack("<HHI", 262, 3, 1))
    return data[: at + 8] + struct.pack("<H", 0) + data[at + 10 :]


def tiff_pages(count: int = 3) -> bytes:
    pages = [square() if number == 0 else square((80, 60)) for number in range(count)]
    return encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:])


def endless_tiff() -> bytes:
    """The directory of its page points to itself as the next."""
    data = bytearray(encoded(square(), "TIFF"))
    at = struct.unpack_from("<I", data, 4)[0]
    struct.pack_into("<I", data, at + 2 + 12 * struct.unpack_from("<H", data, at)[0], at)
    return bytes(data)


def heic() -> bytes:
    import pillow_heif

    file = io.BytesIO()
    pillow_heif.from_pillow(square().convert("RGB")).save(file, quality=95)
    return file.getvalue()


def jpeg_xl(values: np.ndarray | None = None) -> bytes:
    import imagecodecs

    return imagecodecs.jpegxl_encode(np.asarray(square().convert("RGB")) if values is None else values)


def pdf(count: int = 1) -> bytes:
    pages = [square().convert("RGB") for _ in range(count)]
    return encoded(pages[0], "PDF", save_all=True, append_images=pages[1:], resolution=72)


def drawn_pdf(stream: bytes = b"4 w 14 13 35 23 re S", box: str = "0 0 64 48") -> bytes:
    """A page of lines, not of a picture."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents 4 0 R>>".encode(),
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
    ]
    data = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(data)
    data += b"xref\n0 5\n0000000000 65535 f \n" + table
    return data + b"trailer<</Size 5/Root 1 0 R>>startxref\n%d\n%%%%EOF" % start


def svg(inside: str = "", size: str = 'width="64" height="48"', before: str = "") -> bytes:
    rect = '<rect x="14" y="12" width="35" height="23" fill="none" stroke="black" stroke-width="4"/>'
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"{before}<svg {names} {size}>{inside}{rect}</svg>".encode()


def ora(
    names: tuple[str, ...] = ("color", "Lines"),
    merged: Image.Image | None = None,
    stack: bytes | None = None,
    mimetype: bytes = b"image/openraster",
    compression: int = zipfile.ZIP_STORED,
) -> bytes:
    """Layers from the bottom: gray ones, and the square where the name is one of lines."""
    file = io.BytesIO()
    rows = ""
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", mimetype)
        for number, name in enumerate(names):
            is_line = name.lower().startswith(("line", "ink"))
            layer = square() if is_line else Image.new("L", (64, 48), 160)
            archive.writestr(f"data/{number}.png", encoded(layer.convert("RGBA"), "PNG"), compression)
            rows = f'<layer name="{name}" src="data/{number}.png" x="0" y="0"/>' + rows
        if merged is not None:
            archive.writestr("mergedimage.png", encoded(merged, "PNG"), compression)
        archive.writestr("stack.xml", stack or f'<image w="64" h="48"><stack>{rows}</stack></image>'.encode())
    return file.getvalue()


def kra(
    names: tuple[str, ...] = ("color", "Lines"), space: str = "RGBA", keep: int = 10**6, merged: int = 160
) -> bytes:
    """Layers from the bottom as `ora` has them, their files `keep` bytes long, in a group that is moved by (5, 3)."""
    import imagecodecs

    rows, file = "", io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/x-krita")
        for number, name in enumerate(names):
            page = Image.new("L", (128, 64), 255 if name == "Lines" else 160)
            page.paste(square() if name == "Lines" else 160, (0, 0, 64, 48))
            pixels = np.stack([np.asarray(page)] * (3 if space == "RGBA" else 1) + [np.full((64, 128), 255, np.uint8)])
            data = f"VERSION 2\nTILEWIDTH 64\nTILEHEIGHT 64\nPIXELSIZE {len(pixels)}\nDATA 2\n".encode()
            raw = np.ascontiguousarray(pixels[:, :, 64:].transpose(1, 2, 0)).tobytes()
            packed = imagecodecs.lzf_encode(np.ascontiguousarray(pixels[:, :, :64]).tobytes())
            for x, tile in ((-5, b"\1" + packed), (59, b"\0" + raw)):
                data += f"{x},-3,LZF,{len(tile)}\n".encode() + tile
            archive.writestr(f"a/layers/layer{number}", data[:keep])
            archive.writestr(f"a/layers/layer{number}.defaultpixel", bytes(len(pixels)))
            rows = (
                f'<layer name="{name}" filename="layer{number}" nodetype="paintlayer" visible="1" opacity="255" '
                f'compositeop="normal" colorspacename="{space}" x="5" y="3"/>' + rows
            )
        group = f'<layer name="Group" nodetype="grouplayer"><layers>{rows}</layers></layer>'
        archive.writestr("maindoc.xml", '<DOC xmlns="http://www.calligra.org/DTD/krita"><IMAGE name="a" width="64" '
                         f'height="48"><layers>{group}</layers></IMAGE></DOC>')  # fmt: skip
        whole = square() if merged == 255 else Image.new("L", (64, 48), merged)
        archive.writestr("mergedimage.png", encoded(whole, "PNG"))
    return file.getvalue()


def bomb_ora() -> bytes:
    """A stack.xml of 50 MB in 50 kB."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "image/openraster")
        archive.writestr("stack.xml", b"<image>" + b" " * 50_000_000, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def psd(names: tuple[str, ...] = ("color", "Line art")) -> bytes:
    from psd_tools import PSDImage

    page = PSDImage.new("RGB", (64, 48), color=255)
    for name in names:
        layer = square() if name.lower().startswith(("line", "ink")) else Image.new("L", (64, 48), 160)
        page.create_pixel_layer(layer.convert("RGB"), name=name)
    file = io.BytesIO()
    page.save(file)
    return file.getvalue()


def psd_header(width: int, height: int, channels: int = 3, depth: int = 8) -> bytes:
    return b"8BPS" + struct.pack(">H6xHIIHH", 1, channels, height, width, depth, 3) + bytes(20)


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def transparent() -> Image.Image:
    image = Image.new("RGBA", (64, 48), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), mask=square().point(lambda level: 255 - level))
    return image


RED = json.dumps({"colors": ["e07a5f"]})

# name: (the file, what opening it gives: its size, or the beginning of what is said after its name)
PICTURES: dict[str, tuple[Callable[[], bytes], tuple[int, int] | str]] = {
    "PNG": (lambda: encoded(square(), "PNG"), (64, 48)),
    "PNG, transparent": (lambda: encoded(transparent(), "PNG"), (64, 48)),
    "PNG, 1 bit": (lambda: encoded(square().convert("1"), "PNG"), (64, 48)),
    "PNG, 16 bits": (lambda: encoded(Image.fromarray(np.asarray(square()).astype(np.uint16) * 257), "PNG"), (64, 48)),
    "PNG, palette": (lambda: encoded(square().convert("P"), "PNG"), (64, 48)),
    "JPEG": (lambda: encoded(square(), "JPEG", quality=95), (64, 48)),
    "JPEG, CMYK": (lambda: encoded(square().convert("RGB").convert("CMYK"), "JPEG", quality=95), (64, 48)),
    "WebP": (lambda: encoded(square(), "WEBP", lossless=True), (64, 48)),
    "GIF": (lambda: encoded(square(), "GIF"), (64, 48)),
    "BMP": (lambda: encoded(square(), "BMP"), (64, 48)),
    "TIFF": (lambda: encoded(square(), "TIFF"), (64, 48)),
    "TIFF, 16 bits": (gray16, (64, 48)),
    "TIFF, 16 bits, min is white": (lambda: gray16(True), (64, 48)),
    "TIFF, fax": (lambda: encoded(square().convert("1"), "TIFF", compression="group4"), (64, 48)),
    "TIFF, three pages": (tiff_pages, (64, 48)),
    "TIFF, an endless ring of pages": (endless_tiff, (64, 48)),
    "HEIC": (heic, (64, 48)),
    "AVIF": (lambda: encoded(square(), "AVIF", quality=95), (64, 48)),
    "JPEG XL": (jpeg_xl, (64, 48)),
    "JPEG XL, gray": (lambda: jpeg_xl(np.asarray(square())), (64, 48)),
    "JPEG XL, 16 bits": (lambda: jpeg_xl(np.asarray(square()).astype(np.uint16) * 257), (64, 48)),
    "PDF of a scan": (pdf, (64, 48)),
    "PDF of lines, with JavaScript": (drawn_pdf, (267, 200)),
    "PDF of two pages": (lambda: pdf(2), (64, 48)),
    "SVG": (svg, (2048, 1536)),
    "SVG by its view box": (lambda: svg(size='viewBox="0 0 64 48"'), (2048, 1536)),
    "SVG with declarations": (lambda: svg(before='<?xml version="1.0"?>\n<!-- a --><!DOCTYPE svg>\n'), (2048, 1536)),
    "SVG in millimeters": (lambda: svg(size='width="640mm" height="480mm" viewBox="0 0 64 48"'), (2419, 1814)),
    "SVG in UTF-16": (lambda: svg().decode().encode("utf-16"), (2048, 1536)),
    "SVG with a script and an address": (lambda: svg('<script>a</script><image href="http://a/b.png"/>'), (2048, 1536)),
    "SVG that wants a file": (lambda: svg('<image xlink:href="/etc/passwd" width="9" height="9"/>'), (2048, 1536)),
    "PSD with line art": (psd, (64, 48)),
    "PSD, merged": (lambda: psd(("lines",)), (64, 48)),
    "ORA with lines": (ora, (64, 48)),
    "ORA, merged": (lambda: ora(("color",), square().convert("RGB")), (64, 48)),
    "ORA, no merged picture": (lambda: ora(("color", "inks 2")), (64, 48)),
    "KRA": (lambda: ora((), square(), mimetype=b"application/x-krita"), (64, 48)),
    "KRA with lines": (kra, (64, 48)),
    "KRA with gray lines": (lambda: kra(space="GRAYA"), (64, 48)),
    "KRA with lines in CMYK": (lambda: kra(space="CMYK", merged=255), (64, 48)),
    "KRA, a layer cut": (lambda: kra(keep=200, merged=255), (64, 48)),
    "nothing": (bytes, "is no PNG, JPEG"),
    "a letter": (lambda: b"Dear sir or madam", "is no PNG, JPEG"),
    "a web page": (lambda: b"<!DOCTYPE html><html>" + svg() + b"</html>", "is no PNG, JPEG"),
    "a zip": (lambda: b"PK\3\4" + bytes(90), "is no PNG, JPEG"),
    "PNG, cut": (lambda: encoded(square(), "PNG")[:60], "cannot be decoded"),
    "PNG of 100 gigapixels": (lambda: png_header(400_000, 250_000), "has more than 80 megapixels"),
    "JPEG, cut": (lambda: encoded(square(), "JPEG")[:300], "cannot be decoded"),
    "HEIC, cut": (lambda: heic()[:300], "cannot be decoded"),
    "AVIF, cut": (lambda: encoded(square(), "AVIF")[:200], "cannot be decoded"),
    "JPEG XL, cut": (lambda: jpeg_xl()[:20], "cannot be decoded"),
    "JPEG XL of gigapixels": (lambda: b"\xff\x0a" + bytes.fromhex("fcffffff7ffcffffff7f") + bytes(9), "has more than"),
    "PDF, cut": (lambda: b"%PDF-1.7\n%%EOF", "cannot be decoded (no whole PDF)"),
    "PDF, as large as a house": (lambda: drawn_pdf(box="0 0 90000 90000"), "has a page of no sensible size"),
    "SVG, cut": (lambda: svg()[:-9], "cannot be decoded"),
    "SVG, a thousand times as wide": (lambda: svg(size='width="90000" height="9"'), "is more than 1000 times"),
    "SVG of 400 gigapixels": (lambda: svg(size='width="800000" height="500000"'), "has more than 80 megapixels"),
    "SVG, a billion laughs": (
        lambda: svg("&i;", before='<!DOCTYPE svg [<!ENTITY a "hahaha">' + "".join(
            f'<!ENTITY {b} "{f"&{a};" * 20}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)) + "]>"),
        "cannot be decoded",
    ),
    "SVG, groups in groups": (lambda: svg("<g>" * 5000 + "</g>" * 5000), "has more than 200000"),
    "PSD, only a header": (lambda: psd_header(64, 48), "cannot be decoded"),
    "PSD of 900 megapixels": (lambda: psd_header(30_000, 30_000), "has more than 80 megapixels"),
    "PSD with 56 deep channels": (lambda: psd_header(8000, 8000, 56, 32), "has more pixels in its channels"),
    "ORA, cut": (lambda: ora()[:-40], "cannot be decoded"),
    "ORA, a zip bomb": (bomb_ora, "has a stack.xml larger than 5 MB"),
    "ORA without layers": (lambda: ora(stack=b"<image/>"), "has no pixels"),
    "ORA, 5000 layers": (
        lambda: ora(stack=b'<image w="9" h="9"><stack>' + b'<layer src="data/0.png"/>' * 5000 + b"</stack></image>"),
        "has more than 2000 layers",
    ),
    "KRA without a picture": (lambda: ora(("a",), mimetype=b"application/x-krita"), "has no merged picture in it"),
}  # fmt: skip
