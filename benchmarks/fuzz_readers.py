"""Damages files of every kind and opens them: nothing may come of it but a picture or one sentence.

    nice python benchmarks/fuzz_readers.py --minutes 10

Each file is read by a process of its own without the limits that `formats.apart` sets, so that what they would hide is
seen: an exception other than ValueError and OSError, a sentence of two lines, a crash, more than 1 GB, more than 20 s.
Prints every such file's seed, then how many files were opened and refused; ends with 1 if there was any.
"""

import argparse
import os
import pickle
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from input_files import PICTURES, RED  # noqa: E402

from guiding_painter.drawings.pictures import open_picture  # noqa: E402
from guiding_painter.formats import apart, kind_of  # noqa: E402
from guiding_painter.palette_files import palette_colors  # noqa: E402

MEMORY, SECONDS = 1_000_000_000, 20
PALETTES = {
    "gpl": b"GIMP Palette\nName: a\nColumns: 4\n#\n224 122  95 Skin\n61 64 91\n",
    "aco": bytes.fromhex("000100020000e0e07a7a5f5f000000003d3d40405b5b0000"),
    "ase": bytes.fromhex(
        "415345460001000000000001000100000014000100005247422 03f60c49c3ef4bc6a3ebef9db0000".replace(" ", "")
    ),
    "json": RED.encode(),
    "hex": b"e07a5f\n3d405b\n",
}


def damaged(data: bytes, random: np.random.Generator) -> bytes:
    """Cut, flipped, swapped, doubled, or with numbers set to extremes."""
    data = bytearray(data)
    for _ in range(int(random.integers(1, 6))):
        if not data:
            break
        one, other = sorted(random.integers(0, len(data), 2).tolist())
        match int(random.integers(0, 6)):
            case 0:
                del data[other:]
            case 1:
                data[one] ^= 1 << int(random.integers(0, 8))
            case 2:
                data[one], data[other] = data[other], data[one]
            case 3:
                data[one : one + 4] = random.choice(
                    [b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\0\0\xff\xff"]
                )
            case 4:
                data[one:one] = data[one : min(other, one + 500)]
            case 5:
                del data[one : min(other, one + 50)]
    return bytes(data)


def read(name: str, data: bytes) -> str:
    """Opens a file here and now, as the process of its own would. Returns "opened" or "refused"."""
    if name in PALETTES:
        return "opened" if palette_colors(data) else "refused"
    try:
        kind = kind_of(data[:4096])
        if kind is None:
            open_picture(data)
        else:
            try:
                apart.decode(data, kind, 1, False)
            except BaseException as error:
                text, _ = apart.sentence(error)
                raise OSError(text) from None
    except (OSError, ValueError) as error:
        if "\n" in str(error) or not str(error).endswith("."):
            raise AssertionError(f"not one sentence: {error!r}") from None
        return "refused"
    return "opened"


def in_a_child(name: str, data: bytes) -> tuple[str, float, int]:
    """(what came of it, seconds, bytes of memory) of `read` in a forked process."""
    incoming, outgoing = os.pipe()
    start = time.monotonic()
    child = os.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        signal.alarm(3 * SECONDS)
        try:
            outcome = read(name, data)
        except BaseException:
            outcome = traceback.format_exc()[-1500:]
        os.write(outgoing, pickle.dumps((outcome, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)))
        os.kill(os.getpid(), signal.SIGKILL)
    os.close(outgoing)
    with os.fdopen(incoming, "rb") as file:
        answer = file.read()
    _, status = os.waitpid(child, 0)
    outcome, memory = pickle.loads(answer) if answer else (f"crashed with signal {os.WTERMSIG(status)}", 0)
    return outcome, time.monotonic() - start, memory


def main() -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0, help="of the first file")
    args = parser.parse_args()
    files = {name: make() for name, (make, _) in PICTURES.items()} | PALETTES
    names, counts, faults = sorted(files), Counter(), Counter()
    end, seed, most = time.monotonic() + 60 * args.minutes, args.seed, 0
    while time.monotonic() < end:
        random = np.random.default_rng(seed)
        name = names[seed % len(names)]
        outcome, seconds, memory = in_a_child(name, damaged(files[name], random))
        counts[outcome if outcome in ("opened", "refused") else "fault"] += 1
        most = max(most, memory)
        slow = "" if seconds < SECONDS else f"{seconds:.0f} s"
        large = "" if memory < MEMORY else f"{memory / 1e6:.0f} MB"
        if outcome not in ("opened", "refused") or slow or large:
            faults[name] += 1
            print(f"seed {seed}, {name}: {slow} {large} {outcome}", flush=True)
        seed += 1
    print(f"{seed - args.seed} files: {dict(counts)}; at most {most / 1e6:.0f} MB; faults: {dict(faults)}")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
