"""Maps as text, for saved paintings, and as stretches, to be taken up again."""

import base64
import zlib
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Stretches:
    """A map of areas, row by row, as stretches of one number each: a small part of the room, and quick to go back to.

    Args:
        shape: (h, w).
        lengths: (n,) int32, in pixels.
        numbers: (n,) of the map's type.
    """

    shape: tuple[int, int]
    lengths: np.ndarray
    numbers: np.ndarray

    @classmethod
    def of(cls, labels: np.ndarray) -> "Stretches":
        """Of (h, w) whole numbers."""
        flat = labels.reshape(-1)
        starts = np.append(0, np.flatnonzero(flat[1:] != flat[:-1]) + 1)
        return cls(labels.shape, np.diff(starts, append=flat.size).astype(np.int32), flat[starts])

    @property
    def labels(self) -> np.ndarray:
        """(h, w), as it was."""
        return np.repeat(self.numbers, self.lengths).reshape(self.shape)
