"""Claims on pages, so that processes on any machines that write to one folder do no page twice.

A claim is a file beside the target, `.page.png.claim-1`, made by whoever comes first; its holder renews its time of
change while it works. A claim not renewed for STALE seconds is of a process that died: whoever makes claim 2 first
takes the page over. No file is ever taken away from another, so two can never both believe they were first.
"""

import contextlib
import json
import os
import platform
import re
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path

STALE = 120.0  # seconds without a sign of life
BEAT = 15.0  # seconds between signs of life; a machine that swaps may miss a few


@contextlib.contextmanager
def claim(target: Path) -> Iterator[bool]:
    """Whether the page that goes to `target` is this process's to do, while the context lasts.

    Raises OSError, in one sentence, where the folder cannot be written.
    """
    number = _free_number(target)
    path = target.with_name(f".{target.name}.claim-{number}")
    if not number or not _is_first(path):
        yield False
        return
    stopped = threading.Event()
    beat = threading.Thread(target=_renew, args=(path, stopped), daemon=True)
    beat.start()
    try:
        yield True
    finally:
        stopped.set()
        beat.join()
        for other in range(1, number + 1):
            target.with_name(f".{target.name}.claim-{other}").unlink(missing_ok=True)


def _is_first(path: Path) -> bool:
    """Whether this process makes the claim. One that cannot be written whole, on a full disk, is not left to others."""
    try:
        file = path.open("x")
        try:
            with file:
                json.dump({"machine": _machine(), "process": os.getpid()}, file)
        except OSError:
            path.unlink(missing_ok=True)
            raise
    except FileExistsError:
        return False
    except OSError as error:
        raise OSError(
            f"The folder {path.parent} cannot be written to ({error.strerror}): choose another place or make room."
        ) from error
    return True


def folder_time(folder: Path) -> float:
    """Now, by the clock that gives files in a folder their times: that of a network drive is not this machine's.

    Raises OSError, in one sentence, where nothing can be written there.
    """
    path = folder / f".{secrets.token_hex(8)}.time"
    try:
        try:
            path.touch(exist_ok=False)
            return path.stat().st_mtime
        finally:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise OSError(f"The folder {folder} cannot be written to ({error.strerror}): choose another place.") from error


def _free_number(target: Path) -> int:
    """The number of a claim that may be made; 0 while somebody holds the page."""
    pattern = re.escape(f".{target.name}.claim-") + r"(\d+)"
    taken = [int(match[1]) for name in os.listdir(target.parent) if (match := re.fullmatch(pattern, name))]
    if not taken:
        return 1
    last = target.with_name(f".{target.name}.claim-{max(taken)}")
    return max(taken) + 1 if _is_abandoned(last) else 0


def _is_abandoned(path: Path) -> bool:
    try:
        renewed = path.stat().st_mtime
        text = path.read_text()
    except OSError:  # given up a moment ago: the next look will tell
        return False
    if folder_time(path.parent) - renewed > STALE:
        return True
    try:
        holder = json.loads(text)
        return holder["machine"] == _machine() and not _runs(holder["process"])
    except (ValueError, TypeError, KeyError):  # not written whole yet
        return False


def _machine() -> str:
    """This machine, and the container on it, within which numbers of processes mean something."""
    try:
        return f"{platform.node()} {os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return platform.node()


def _runs(process: int) -> bool:
    if os.name != "posix":  # elsewhere to ask is to end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True


def _renew(path: Path, stopped: threading.Event) -> None:
    while not stopped.wait(BEAT):
        with contextlib.suppress(OSError):
            os.utime(path)
