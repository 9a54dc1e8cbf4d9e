"""How many pages a TIFF has. Pillow would read every page for that, and a file of a few MB can claim millions."""

import struct

MAX_PAGES = 10_000
SUBFILE_TYPE, REDUCED = 254, 1


def tiff_pages(data: bytes) -> list[int]:
    """The numbers, from 0, of the images in a TIFF that are pages, not small copies of one; none for a damaged file."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None:
        return []
    try:
        (version,) = struct.unpack_from(order + "H", data, 2)
        # Classic TIFF counts in 2 bytes and points with 4; BigTIFF in 8 and 8.
        count, entry, pointer, first = ("H", 12, "I", 4) if version == 42 else ("Q", 20, "Q", 8)
        (at,) = struct.unpack_from(order + pointer, data, first)
        pages, seen = [], set()
        while at and at not in seen and len(seen) < MAX_PAGES:
            seen.add(at)
            (entries,) = struct.unpack_from(order + count, data, at)
            if not _is_reduced(data, at + struct.calcsize(count), min(entries, 1000), entry, order):
                pages.append(len(seen) - 1)
            (at,) = struct.unpack_from(order + pointer, data, at + struct.calcsize(count) + entries * entry)
        return pages
    except (struct.error, OverflowError):  # places beyond the file, or beyond any
        return []


def _is_reduced(data: bytes, at: int, entries: int, entry: int, order: str) -> bool:
    for number in range(entries):
        (tag,) = struct.unpack_from(order + "H", data, at + number * entry)
        if tag == SUBFILE_TYPE:
            (value,) = struct.unpack_from(order + "I", data, at + number * entry + (8 if entry == 12 else 12))
            return bool(value & REDUCED)
        if tag > SUBFILE_TYPE:  # tags come in order
            return False
    return False
