"""Many pages in one go, alone or together with other processes: what goes where, what is done, what went wrong."""

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .claims import claim, folder_time

WAIT = 1.0  # seconds before looking again at pages that others are painting


@dataclass(frozen=True)
class PageTask:
    """A page of a drawing and the file that will hold its result."""

    drawing: Path
    target: Path
    page_number: int = 1
    pages: int = 1

    def __str__(self) -> str:
        return f"{self.drawing}, page {self.page_number}" if self.pages > 1 else str(self.drawing)


@dataclass
class Outcome:
    """What became of a page.

    Args:
        outcome: "painted", "there already", "painted by another process" or "failed".
        error: one sentence for what failed.
        details: what `paint` returned of a page that it painted.
    """

    page: PageTask
    outcome: str
    seconds: float = 0.0
    error: str | None = None
    details: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As it stands in a report: JSON-plain."""
        row = asdict(self)
        page, details = row.pop("page"), row.pop("details")
        return {
            "drawing": str(page["drawing"]),
            "page_number": page["page_number"],
            "output": str(page["target"]),
            "outcome": self.outcome,
            "seconds": round(self.seconds, 2),
            "error": self.error,
            **details,
        }


def plan_pages(
    drawings: Iterable[Path],
    folder: Path,
    suffix: str,
    count_pages: Callable[[Path], int],
    page_number: int | None = None,
) -> list[PageTask]:
    """Every page of every drawing and its file in the folder; a drawing given twice is there once.

    Pages of one drawing are numbered, book-01.png, book-02.png; with `page_number`, only that one is planned.

    Raises ValueError where two pages would be written to one file, or a page over its drawing.
    """
    planned: dict[str, PageTask] = {}
    for drawing in drawings:
        pages = _pages(drawing, count_pages)
        for number in range(1, pages + 1) if page_number is None else [page_number]:
            name = f"{drawing.stem}-{number:0{len(str(pages))}}" if pages > 1 else drawing.stem
            page = PageTask(drawing, folder / f"{name}{suffix}", number, pages)
            # Some file systems tell Page.png and page.png apart, others do not.
            other = planned.setdefault(page.target.name.casefold(), page)
            if other.drawing.resolve() != drawing.resolve() or other.page_number != number:
                raise ValueError(f"{other} and {page} would both be written to {page.target}: rename one of them.")
            if page.target.resolve() == drawing.resolve():
                raise ValueError(f"{page.target} is the drawing itself: name another folder to write to.")
    return list(planned.values())


def _pages(drawing: Path, count_pages: Callable[[Path], int]) -> int:
    try:
        return count_pages(drawing)
    except (OSError, ValueError):  # it is said when the page is opened
        return 1


def paint_pages(
    pages: Sequence[PageTask], paint: Callable[[PageTask], dict[str, Any]], overwrite: bool = False
) -> list[Outcome]:
    """Calls `paint(page)` for every page that is not there yet and that no other process is at work on.

    Any number of processes, on any machines that see the folder, may do this at once: each page is painted by one of
    them, and what a process that died has left is taken over. All end when the last page is there. A page that fails
    does not stop the others. A progress bar on stderr, where that is a terminal, counts the pages of all.

    Args:
        pages: of one folder.
        overwrite: paint what is there already once more; what another process wrote since this one began stays.
    """
    from tqdm import tqdm

    outcomes: dict[PageTask, Outcome] = {}
    if not pages:
        return []
    began = folder_time(pages[0].target.parent)
    for page in pages:
        if not overwrite and page.target.exists():
            outcomes[page] = Outcome(page, "there already")
    # disable=None: no bar in a log file
    with tqdm(total=len(pages), initial=len(outcomes), unit="page", file=sys.stderr, disable=None) as bar:
        while left := [page for page in pages if page not in outcomes]:
            before = len(outcomes)
            for page in left:
                if outcome := _attempt(page, paint, began if overwrite else None):
                    outcomes[page] = outcome
                    bar.update()
            if len(outcomes) == before:
                bar.set_postfix_str(f"{len(left)} in the hands of others")
                time.sleep(WAIT)
    return [outcomes[page] for page in pages]


def _attempt(page: PageTask, paint: Callable[[PageTask], dict[str, Any]], since: float | None) -> Outcome | None:
    """What became of a page; None while another process is at work on it."""
    elsewhere = Outcome(page, "painted by another process")
    if _is_there(page.target, since):
        return elsewhere
    start = time.monotonic()
    try:
        with claim(page.target) as is_ours:
            if not is_ours:
                return None
            if _is_there(page.target, since):  # finished between the look and the claim
                return elsewhere
            details = paint(page)
    except (OSError, ValueError) as error:
        return Outcome(page, "failed", time.monotonic() - start, str(error))
    return Outcome(page, "painted", time.monotonic() - start, details=details)


def _is_there(target: Path, since: float | None) -> bool:
    try:
        return since is None and target.exists() or since is not None and target.stat().st_mtime > since
    except OSError:
        return False
