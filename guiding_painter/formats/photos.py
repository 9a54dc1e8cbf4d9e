"""Pictures of phones and browsers: HEIC, AVIF and JPEG XL."""

import io

from PIL import Image, features

from ..notes import Note
from .decoding import as_seen, check_size, frame_as_seen


def read_page(data: bytes, kind: str, page_number: int = 1) -> Image.Image:
    """The picture, as `decoding.frame_as_seen` gives it; its size is known before it is decoded."""
    return _jpeg_xl(data) if kind == "jxl" else _heif(data, kind)


def _heif(data: bytes, kind: str) -> Image.Image:
    if kind == "avif" and not features.check("avif"):
        raise OSError("is an AVIF file, which this Pillow was built without: save it as PNG.")
    if kind == "heic":
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
    with Image.open(io.BytesIO(data), formats=("HEIF" if kind == "heic" else "AVIF",)) as image:
        check_size(*image.size)
        return frame_as_seen(image)


def _jpeg_xl(data: bytes) -> Image.Image:
    import imagecodecs
    import numpy as np

    check_size(*jpeg_xl_size(data))
    values = imagecodecs.jpegxl_decode(data, numthreads=1)
    moves = values.ndim == 4
    if moves:
        values = values[0]
    if values.dtype == np.uint16:
        values = (values >> 8).astype(np.uint8)
    elif values.dtype != np.uint8:
        values = np.rint(np.clip(np.nan_to_num(values), 0, 1) * 255).astype(np.uint8)
    if values.ndim == 3 and values.shape[2] == 1:
        values = values[:, :, 0]
    picture = as_seen(Image.fromarray(values))
    if moves:
        picture.info["notes"] = [Note("animation")]
    return picture


def jpeg_xl_size(data: bytes) -> tuple[int, int]:
    """(width, height) from the SizeHeader of a JPEG XL file (ISO/IEC 18181-1, D.2), bare or in boxes."""
    at = 0 if data[:2] == b"\xff\x0a" else _codestream(data)
    if data[at : at + 2] != b"\xff\x0a":
        raise OSError("cannot be decoded (no picture in it): it may be cut short, save it again.")
    bits = int.from_bytes(data[at + 2 : at + 18], "little")

    def take(count: int) -> int:
        nonlocal bits
        value, bits = bits & ((1 << count) - 1), bits >> count
        return value

    small = take(1)

    def side() -> int:
        return 8 * (take(5) + 1) if small else take((9, 13, 18, 30)[take(2)]) + 1

    height = side()
    ratio = take(3)
    if ratio == 0:
        return side(), height
    across, down = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))[ratio - 1]
    return height * across // down, height


def _codestream(data: bytes) -> int:
    """Where the first box with pixels begins."""
    at = 0
    while at + 8 <= len(data):
        length, name, header = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], 8
        if length == 1:
            length, header = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        if name in (b"jxlc", b"jxlp"):
            return at + header + (4 if name == b"jxlp" else 0)  # a part begins with its number
        if length < header:
            break
        at += length
    return len(data)
