"""Many drawings in one go: where each result goes, what is done already, and what went wrong."""

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path


def plan_outputs(drawings: Iterable[Path], folder: Path, suffix: str) -> dict[Path, Path]:
    """{drawing: the file in the folder that will hold its result}; a drawing given twice is there once.

    Raises ValueError where two drawings would be written to one file, or a drawing over itself.
    """
    planned: dict[Path, Path] = {}
    taken: dict[str, Path] = {}
    for drawing in drawings:
        target = folder / f"{drawing.stem}{suffix}"
        # Some file systems tell Page.png and page.png apart, others do not.
        other = taken.setdefault(target.name.casefold(), drawing)
        if other.resolve() != drawing.resolve():
            raise ValueError(f"{other} and {drawing} would both be written to {target}: rename one of them.")
        if target.resolve() == drawing.resolve():
            raise ValueError(f"{target} is the drawing itself: name another folder to write to.")
        planned.setdefault(other, target)
    return planned


def paint_pages(pages: Mapping[Path, Path], paint: Callable[[Path, Path], None]) -> dict[Path, str]:
    """Calls `paint(drawing, target)` for every page, with a progress bar on stderr where that is a terminal.

    A page that fails does not stop the others. Returns {drawing: the one sentence that says what is wrong with it}.
    """
    from tqdm import tqdm

    failures = {}
    # disable=None: no bar in a log file
    for drawing, target in tqdm(pages.items(), unit="page", file=sys.stderr, disable=None):
        try:
            paint(drawing, target)
        except (OSError, ValueError) as error:
            failures[drawing] = str(error)
    return failures
