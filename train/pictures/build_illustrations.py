"""Build the set of openly licensed illustrations in natural colors, 4,537 pictures in train/ and validation/.

    python train/pictures/build_illustrations.py --output_dir illustrations

illustrations/sources.tsv, beside this file, names repository, path and git object id of every original. Only these
objects are fetched, and git checks the content of each against its id: everybody gets the same pictures. Needs git. An
interrupted run goes on where it stopped.
"""

import argparse
import csv
import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # train/, from which its rooms are imported

from arguments import OneSentenceParser, errors_in_one_sentence
from pictures.credits import SOURCES_DIR, attribution

SOURCES = SOURCES_DIR / "sources.tsv"
HOST = "https://github.com"
LONG_SIDE = {"gutenberg_paintings": 384}  # pixels, by folder
DEFAULT_LONG_SIDE, QUALITY = 448, 78
AT_ONCE = 100  # objects asked for in one request
CREDENTIALS_OFF = {"GIT_TERMINAL_PROMPT": "0"}  # for a repository that is gone, a host asks for a password


class Source(NamedTuple):
    """A line of sources.tsv: the picture in the set, and where its original is."""

    file: str
    repository: str
    path: str
    blob: str


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    with errors_in_one_sentence():
        sources = read_sources(args.sources)
        args.output_dir.mkdir(parents=True, exist_ok=True)
        (args.output_dir / "ATTRIBUTION.md").write_text(attribution(), encoding="utf-8")
        problems = build(sources, args.host, args.output_dir)
        if problems:
            raise OSError("\n".join([*problems, "What is there stays: give the same command again to go on."]))
    print(f"{args.output_dir} is complete: {len(sources)} pictures.")


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = OneSentenceParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output_dir", type=Path, required=True)
    parser.add_argument("--sources", type=Path, default=SOURCES, help="another list of the same form")
    parser.add_argument("--host", default=HOST, help=f"where OWNER/REPOSITORY is looked for, default: {HOST}")
    return parser.parse_args(argv)


def read_sources(path: Path) -> list[Source]:
    """Raises OSError or ValueError for a list that cannot be used."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    if not lines or tuple(lines[0]) != Source._fields:
        raise ValueError(f"{path} does not begin with the columns {', '.join(Source._fields)}: give a list that does.")
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != len(Source._fields) or Path(line[0]).is_absolute() or ".." in Path(line[0]).parts:
            raise ValueError(f"Line {number} of {path} is not a file, a repository, a path and an object id: mend it.")
    return [Source(*line) for line in lines[1:]]


def build(sources: list[Source], host: str, output_dir: Path) -> list[str]:
    """Every picture that is not there yet; a sentence for each repository from which some are missing afterwards."""
    if shutil.which("git") is None:
        raise OSError("git was not found: install it to fetch the originals.")
    by_repository: dict[str, list[Source]] = {}
    for source in sources:
        if not (output_dir / source.file).exists():
            by_repository.setdefault(source.repository, []).append(source)
    problems = []
    with tqdm(total=sum(map(len, by_repository.values())), desc="fetch pictures") as progress:
        for repository, wanted in by_repository.items():
            missing = []
            for source, problem in fetch_all(f"{host}/{repository}", wanted, output_dir):
                progress.update()
                if problem:
                    missing.append(f"{source.path}: {problem}")
            if missing:
                problems.append(f"{repository}: {len(missing)} of {len(wanted)} are missing, such as {missing[0]}.")
    return problems


def fetch_all(url: str, wanted: list[Source], output_dir: Path) -> Iterator[tuple[Source, str]]:
    """Fetches pictures of one repository and scales them: each with what went wrong, "" for nothing."""
    with tempfile.TemporaryDirectory() as folder:
        git(folder, "init", "--quiet", "--bare")
        for first in range(0, len(wanted), AT_ONCE):
            sources = wanted[first : first + AT_ONCE]
            problem = fetch(folder, url, sources)
            problems = [problem] * len(sources)
            if "not our ref" in problem:  # one object that is gone makes a host refuse all of a request
                problems = [fetch(folder, url, [source]) for source in sources]
            for source, trouble in zip(sources, problems, strict=True):
                yield source, trouble or scale(folder, source, output_dir / source.file)


def fetch(folder: str, url: str, sources: list[Source]) -> str:
    """Gets the objects alone, without history or folders. "" or what went wrong."""
    ids = [source.blob for source in sources]
    done = git(folder, "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--depth=1", url, *ids)
    return (done.stderr.decode(errors="replace").strip().splitlines() or ["git failed"])[-1] if done.returncode else ""


def scale(folder: str, source: Source, target: Path) -> str:
    """Writes the picture as a JPEG of the set's size, beside and renamed. "" or what went wrong."""
    try:
        with Image.open(io.BytesIO(git(folder, "cat-file", "blob", source.blob).stdout)) as file:
            picture = file.convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return "it is no picture"
    side = LONG_SIDE.get(target.parent.name, DEFAULT_LONG_SIDE)
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    picture.save(part, "JPEG", quality=QUALITY)
    os.replace(part, target)
    return ""


def git(folder: str, *arguments: str) -> subprocess.CompletedProcess:
    command = ["git", "-C", folder, *arguments]
    return subprocess.run(command, check=False, capture_output=True, env=os.environ | CREDENTIALS_OFF)


if __name__ == "__main__":
    main()
