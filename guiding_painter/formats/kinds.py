"""Which kind of file it is, by its first bytes: people rename files, and browsers send them without a name."""

import re
from dataclasses import dataclass

HEAD = 4096  # bytes that are enough to know a file


@dataclass(frozen=True)
class Kind:
    """A format that Pillow alone does not read.

    Args:
        label: its name among people.
        reader: the module of this folder that reads it.
        max_bytes: of the file; a larger one is refused unread.
        needs: the module that decodes it, which the extra `[formats]` brings along; None where all have it.
    """

    label: str
    reader: str
    max_bytes: int
    needs: str | None = None


KINDS = {
    "heic": Kind("HEIC", "photos", 100_000_000, "pillow_heif"),
    "avif": Kind("AVIF", "photos", 100_000_000, None),
    "jxl": Kind("JPEG XL", "photos", 100_000_000, "imagecodecs"),
    "psd": Kind("PSD", "photoshop", 500_000_000),
    "ora": Kind("ORA", "layers", 500_000_000),
    "kra": Kind("KRA", "krita", 500_000_000),
    "pdf": Kind("PDF", "documents", 200_000_000, "pypdfium2"),
    "svg": Kind("SVG", "vectors", 20_000_000, "resvg_py"),
}

# The first element is <svg>, whatever declarations and comments come before. No part is tried twice (`?>` and `*+`):
# there are 2 ** n ways to read n comments.
_SVG = re.compile(
    rb"(?:\xef\xbb\xbf)?(?>\s++|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*+(?:\[.*?\]\s*+)?>)*+<(?:[\w.-]+:)?svg[\s/>]",
    re.DOTALL | re.IGNORECASE,
)


def kind_of(head: bytes) -> str | None:
    """The key in KINDS of a file that begins with `head`, HEAD bytes or all of it; None for any other."""
    if head[:4] == b"8BPS":
        return "psd"
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head[:2] == b"\xff\x0a" or head[:12] == b"\0\0\0\x0cJXL \r\n\x87\n":
        return "jxl"
    if head[4:8] == b"ftyp":
        return _brand(head)
    if head[:4] == b"PK\x03\x04" and head[30:38] == b"mimetype":
        return {b"image/openraster": "ora", b"application/x-kr": "kra"}.get(head[38:54])
    text = head.replace(b"\0", b"").lstrip(b"\xff\xfe") if head[:2] in (b"\xff\xfe", b"\xfe\xff") else head
    return "svg" if _SVG.match(text) else None


def _brand(head: bytes) -> str | None:
    brands = [head[8:12]] + [head[at : at + 4] for at in range(16, min(int.from_bytes(head[:4], "big"), 256), 4)]
    if b"avif" in brands or b"avis" in brands:
        return "avif"
    return "heic" if {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"} & set(brands) else None
