"""Opening any picture that people have: of cameras, scanners, browsers and paint programs."""

import contextlib
import io
import os
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from ..formats import HEAD, KINDS, kind_of, read_apart
from ..formats.decoding import MAX_PIXELS, frame_as_seen
from ..formats.tiff_pages import tiff_pages
from ..notes import Note

Source = str | os.PathLike | bytes | BinaryIO | Image.Image

# Uploads are untrusted: only these decoders of Pillow's many are let near them.
PILLOW_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP")
KNOWN = "PNG, JPEG, WebP, GIF, TIFF, BMP, " + ", ".join(kind.label for kind in KINDS.values())
MAX_BYTES = 500_000_000  # of a TIFF, whose pages are counted by its bytes
FOUND = {"notes": list, "page_number": int, "pages": int, "painting": dict}  # in a file beside its picture


def open_picture(source: Source, page_number: int = 1) -> Image.Image:
    """Opens a picture as a person sees it, known by what is in the file, whatever its name.

    Upright by its EXIF rotation, transparency over white, the first frame of an animation; palettes, CMYK and gray of
    1, 16 or 32 bits converted. Of a PSD or ORA the layer of line art, if one is named so, else the merged picture. All
    but six formats are decoded in a process of their own, see `formats.apart`.

    Args:
        source: a path, the bytes of a file, an open binary file (left open) or a picture already open. One that this
            function gave keeps its `info`.
        page_number: of a PDF or TIFF, from 1.

    Returns:
        an "RGB" image; its `info` holds "dpi" and, where it is one for RGB of at most 2 MB, "icc_profile"; "notes", a
        list of sentences, where something was left out; "page_number" and "pages" where there is more than one;
        "painting" where the file is ours, see `Painting.to_dict`.

    Raises:
        OSError: missing, unreadable, truncated, of no known format, or of one whose library is not installed.
        ValueError: nothing that `source` may be, no pixels, more than MAX_PIXELS or too many bytes, all known before
            decoding; or no such page.
    """
    name = _name(source)
    if type(page_number) is not int or page_number < 1:
        raise ValueError(f"page_number is {page_number!r}: the first page is 1.")
    if isinstance(source, Image.Image):
        picture = _with_pillow(source, name, page_number)
        known = {key: source.info[key] for key, kind in FOUND.items() if isinstance(source.info.get(key), kind)}
        picture.info |= known  # a text in a PNG may have such a name, but is no list, number or dict
        return picture
    try:
        with _opened(source) as file:
            kind, head = _look(file)
            if kind is None:
                return _with_pillow(file, name, page_number, head[:2] in (b"II", b"MM"))
            picture = read_apart(_read(file, KINDS[kind].max_bytes), kind, page_number)
    except (OSError, ValueError) as error:
        raise _about(name, error) from None
    return _noted(picture, name, page_number, picture.info.pop("pages", 1))


def count_pages(source: Source) -> int:
    """How many pages a PDF or TIFF has; 1 for any other file. Raises OSError or ValueError as `open_picture`."""
    if isinstance(source, Image.Image):
        return 1
    try:
        with _opened(source) as file:
            kind, head = _look(file)
            if kind == "pdf":
                return read_apart(_read(file, KINDS[kind].max_bytes), kind, count_only=True)
            return max(1, len(tiff_pages(_read(file, MAX_BYTES)))) if head[:2] in (b"II", b"MM") else 1
    except (OSError, ValueError) as error:
        raise _about(_name(source), error) from None


def _name(source: Source) -> str:
    name = source if isinstance(source, str | os.PathLike) else getattr(source, "name", None)
    return str(name or "The picture")


@contextlib.contextmanager
def _opened(source: Source):
    if isinstance(source, bytes | bytearray | memoryview):
        yield io.BytesIO(source)
    elif isinstance(source, str | os.PathLike):
        with open(source, "rb") as file:
            yield file
    elif isinstance(source, io.TextIOBase) or not all(hasattr(source, name) for name in ("read", "seek", "tell")):
        raise ValueError(f"is a {type(source).__name__}: give a path, bytes, a file open in binary, or a PIL image.")
    else:
        yield source


def _look(file: BinaryIO) -> tuple[str | None, bytes]:
    """The kind of a file and its first bytes; the file is where it was."""
    at = file.tell()
    head = file.read(HEAD)
    file.seek(at)
    return kind_of(head), head


def _read(file: BinaryIO, most: int) -> bytes:
    at = file.tell()
    data = file.read(most + 1)
    file.seek(at)
    if len(data) > most:
        raise ValueError(f"is larger than {most // 1_000_000} MB: save it smaller, or as PNG.")
    return data


def _with_pillow(source: BinaryIO | Image.Image, name: str, page_number: int, is_tiff: bool = False) -> Image.Image:
    is_open = isinstance(source, Image.Image)
    pages = (tiff_pages(_read(source, MAX_BYTES)) or [0]) if is_tiff else [0]
    if page_number > len(pages):
        plural = "s" * (len(pages) > 1)
        raise ValueError(f"{name} has {len(pages)} page{plural}: page {page_number} is not there.")
    try:
        with contextlib.nullcontext(source) if is_open else Image.open(source, formats=PILLOW_FORMATS) as image:
            if pages[page_number - 1]:
                image.seek(pages[page_number - 1])
            if 0 < image.width * image.height <= MAX_PIXELS:
                return _noted(frame_as_seen(image), name, page_number, len(pages))
            size = image.size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        size = MAX_PIXELS, 2
    except UnidentifiedImageError:
        raise OSError(f"{name} is no {_listed()} file: save it as one of these.") from None
    except Exception as error:  # damaged files raise nearly anything: SyntaxError, struct.error, IndexError, ...
        said = " ".join(str(error).split())[:200]
        raise OSError(f"{name} cannot be decoded ({said}): it may be cut short, save or download it again.") from error
    if 0 in size:
        raise ValueError(f"{name} has no pixels: give a picture at least one pixel wide and high.")
    raise ValueError(f"{name} has more than {MAX_PIXELS // 1_000_000} megapixels: scale it down.")


def _listed() -> str:
    first, _, last = KNOWN.rpartition(", ")
    return f"{first} or {last}"


def _noted(picture: Image.Image, name: str, page_number: int, pages: int) -> Image.Image:
    if pages > 1:
        note = Note("page", page=page_number, pages=pages)
        picture.info |= {"notes": [note, *picture.info.get("notes", ())], "page_number": page_number, "pages": pages}
    return picture


def _about(name: str, error: OSError | ValueError) -> OSError | ValueError:
    """The error with its subject: what the system or a reader said, as one sentence."""
    if isinstance(error, FileNotFoundError):
        return FileNotFoundError(f"{name} does not exist: check the path.")
    if isinstance(error, IsADirectoryError):
        return IsADirectoryError(f"{name} is a folder: name a picture in it.")
    if isinstance(error, PermissionError):
        return PermissionError(f"{name} may not be read: ask for the permission to read it.")
    if isinstance(error, OSError) and error.strerror:
        return OSError(f"{name} cannot be read ({error.strerror}): check the path.")
    text = str(error)
    if "embedded null" in text:
        return ValueError(f"{name!r} is no name of a file: check the path.")
    return type(error)(text if text.startswith(name) else f"{name} {text}")
