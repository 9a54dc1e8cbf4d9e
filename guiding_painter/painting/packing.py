"""Maps as text, for saved paintings."""

import base64
import zlib

import numpy as np


def pack(values: np.ndarray) -> str:
    """(h, w) whole numbers of one or two bytes, compressed."""
    return base64.b64encode(zlib.compress(values.astype(values.dtype.newbyteorder("<")).tobytes())).decode()


def unpack(what: str, text: object, shape: tuple[int, int], kind: type = np.uint8) -> np.ndarray:
    """(h, w) of a type, as `pack` was given it.

    zlib's checksum tells of any damage; no more is unpacked than the shape can hold.

    Args:
        what: it is, for the sentence that tells of damage.

    Raises ValueError for anything else.
    """
    kind = np.dtype(kind).newbyteorder("<")
    size = shape[0] * shape[1] * kind.itemsize
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(base64.b64decode(text, validate=True), size + 1)
    except (TypeError, ValueError, zlib.error):
        raise ValueError(f"This saved painting is damaged: its {what} cannot be unpacked.") from None
    if len(data) != size or not unpacker.eof:
        raise ValueError(f"This saved painting is damaged: its {what} is not one of {shape[1]}x{shape[0]} pixels.")
    return np.frombuffer(data, kind).reshape(shape)
