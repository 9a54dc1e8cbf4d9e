"""Decoding in a process of its own, which has little memory and little time, and may crash without harm.

Decoders of other programs' formats are large, and files from strangers find their bugs: what hangs is ended, what
grows is refused, what crashes takes nobody along. To start one costs about 0.3 s.
"""

import base64
import importlib
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

from PIL import Image, UnidentifiedImageError

from ..notes import Note
from .kinds import KINDS

OWN = ("has ", "is ", "takes ", "cannot be ")  # how sentences of ours begin, that lack only their subject
SECONDS = 50  # to decode a page; 80 megapixels of HEIC take about 10
MEMORY = 2_500_000_000  # bytes that the process may take


def read_apart(data: bytes, kind: str, page_number: int = 1, count_only: bool = False) -> Image.Image | int:
    """A page of a file of one of KINDS, or how many pages it has.

    Args:
        data: the file.
        page_number: from 1.
        count_only: give the number of pages and decode nothing.

    Returns:
        an "RGB" image as `decoding.as_seen` gives it; its `info` also holds "notes", a list of sentences, "pages", how
        many there are, and in a file of ours "painting", what `Painting.to_dict` gave.

    Raises OSError or ValueError, each with a sentence without its subject.
    """
    known = KINDS[kind]
    if known.needs and find_spec(known.needs) is None:
        raise OSError(
            f"is a {known.label} file, which needs a library that is not installed: "
            "run `pip install 'guiding-painter[formats]'`, or save it as PNG."
        )
    if len(data) > known.max_bytes:
        raise ValueError(f"is larger than {known.max_bytes // 1_000_000} MB: save it smaller, or as PNG.")
    answer, pixels = _ask(data, kind, page_number, count_only)
    if "error" in answer:
        raise (ValueError if answer["is_value"] else OSError)(answer["error"])
    if count_only:
        return answer["pages"]
    image = Image.frombuffer("RGB", tuple(answer["size"]), pixels, "raw", "RGB", 0, 1).copy()
    image.info = answer["info"]
    if "dpi" in image.info:
        image.info["dpi"] = tuple(image.info["dpi"])
    if "notes" in image.info:
        image.info["notes"] = [Note(key, **values) for key, values in image.info["notes"]]
    if "icc_profile" in image.info:
        image.info["icc_profile"] = base64.b64decode(image.info["icc_profile"])
    return image


def _ask(data: bytes, kind: str, page_number: int, count_only: bool) -> tuple[dict[str, Any], memoryview]:
    """The answer of a new process, and the bytes that follow it."""
    command = [sys.executable, "-m", __name__, kind, str(page_number), str(int(count_only))]
    # It imports what this process would; threads and their memory would count against its limits.
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "MALLOC_ARENA_MAX"), "1")
    environment = os.environ | one | {"PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, env=environment)
    except subprocess.TimeoutExpired:
        raise ValueError(f"takes longer than {SECONDS} seconds to decode: save it simpler, or as PNG.") from None
    end = done.stdout.find(b"\n")
    try:
        return json.loads(done.stdout[: max(end, 0)]), memoryview(done.stdout)[end + 1 :]
    except ValueError:
        raise OSError("cannot be decoded (the decoder failed): it may be damaged, save it again or as PNG.") from None


def decode(data: bytes, kind: str, page_number: int, count_only: bool) -> Image.Image | int:
    """What the process does: as `read_apart`, here and now. Raises anything at all for a damaged file."""
    reader = importlib.import_module(f"{__package__}.{KINDS[kind].reader}")
    if count_only:
        return reader.count_pages(data) if hasattr(reader, "count_pages") else 1
    if page_number != 1 and not hasattr(reader, "count_pages"):
        raise ValueError(f"has only 1 page: page {page_number} is not there.")
    return reader.read_page(data, kind, page_number)


def sentence(error: BaseException) -> tuple[str, bool]:
    """What went wrong as a sentence without its subject, and whether it is a ValueError's."""
    text = " ".join(str(error).split())[:200] or type(error).__name__
    if isinstance(error, MemoryError):
        return "takes more memory to decode than it may: scale it down, or save it as PNG.", True
    if isinstance(error, UnidentifiedImageError):
        text = "no whole picture"
    if isinstance(error, ValueError | OSError) and text.startswith(OWN) and text.endswith("."):
        return text, isinstance(error, ValueError)
    return f"cannot be decoded ({text}): it may be damaged, save it again or as PNG.", False


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows; the time is limited from outside
        return
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def main() -> None:
    """Reads a file from the standard input, and writes a line of JSON and the pixels to the standard output."""
    _limit()
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a decoder prints
    kind, page_number, count_only = sys.argv[1], int(sys.argv[2]), bool(int(sys.argv[3]))
    pixels = b""
    try:
        page = decode(sys.stdin.buffer.read(), kind, page_number, count_only)
        if count_only:
            answer = {"pages": page}
        else:
            info = dict(page.info)
            if "icc_profile" in info:
                info["icc_profile"] = base64.b64encode(info["icc_profile"]).decode()
            if "notes" in info:
                info["notes"] = [(note.key, note.values) for note in info["notes"]]
            answer, pixels = {"size": page.size, "info": info}, page.tobytes()
    except BaseException as error:  # a Rust decoder's panic is no Exception
        answer = dict(zip(("error", "is_value"), sentence(error), strict=True))
    output.write(json.dumps(answer).encode() + b"\n")
    output.write(pixels)
    output.flush()  # should a decoder crash when it cleans up, all is said


if __name__ == "__main__":
    main()
