"""The paintings that visitors have open: kept small, found by a secret name, put away and let go in time."""

import secrets
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from guiding_painter import GuidingPainterPipeline, Painting
from guiding_painter.drawings import Box, find_ink, find_panels, is_framed
from guiding_painter.painting import Proposal
from machine import Cores, give_memory_back
from record import Record
from texts import Trouble

KEPT_SECONDS = 3600  # how long a painting without an answer stays
MOST_KEPT = 400  # visits
MOST_BYTES = 1_000_000_000  # of these together, mostly the files that were uploaded
MAX_PANELS = 24  # of a page
PANEL_SIDE = 800  # pixels at which they are counted
MOST_OPEN = 24  # paintings with all their pixels in memory; the others are taken up again when they are answered
MOST_PIXELS = 120_000_000  # of these together, at about 12 bytes each; one painting may be larger


class UndoStep(NamedTuple):
    """What one undo takes back: so many actions of the painting, how wide gaps are closed after it, and who did it."""

    actions: int
    gap: str
    by_model: bool = False


@dataclass
class Visit:
    """One visitor's painting.

    Args:
        name: hard to guess; who has it may go on with the painting.
        original: the file that was uploaded.
        painter: opened it.
        painting: None where it has been put away, which `Visits.using` undoes.
        saved: as `Painting.to_dict` gave it when it was put away.
        stem: what its files are called, after the drawing.
        frames: the strip, a data URI for the beginning and for every step, undone ones too.
        steps: what was done, undone ones too.
        step: how many of them lead to the painting as it is, and so which of the frames shows it; see `commands`.
        selected: the region that was chosen out of order, or None for the model's order.
        panel: of a page of panels, the one to go on in, or None for the first that has a question left.
        recent: the colors used last, the latest first.
        palette: the colors that the visitor brought.
        proposals: the whole colorings that were offered.
    """

    name: str
    original: bytes
    painter: GuidingPainterPipeline
    painting: Painting | None
    record: Record
    saved: dict[str, Any] = field(default_factory=dict)
    stem: str = "drawing"
    frames: list[str] = field(default_factory=list)
    steps: list[UndoStep] = field(default_factory=list)
    step: int = 0
    selected: int | None = None
    panel: int | None = None
    recent: list[str] = field(default_factory=list)
    palette: list[str] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    used: float = 0.0
    lock: threading.RLock = field(default_factory=threading.RLock)
    _map: Any = None  # a weak reference to the map of the version below
    _map_version: int = 0

    @property
    def last_step(self) -> int:
        """How far redo can go."""
        return len(self.frames) - 1

    @property
    def gap(self) -> str:
        """How wide the openings in lines are that are closed now."""
        return self.steps[self.step - 1].gap if self.step else self.painting.prepared.gap

    def version_of_map(self) -> int:
        """Rises whenever the painting's map of regions may have changed."""
        region_map = self.painting.region_map
        if self._map is None or self._map() is not region_map:
            self._map = weakref.ref(region_map)
            self._map_version += 1
        return self._map_version

    @property
    def kept_bytes(self) -> int:
        """What a visit that has been put away takes."""
        return len(self.original) + sum(map(len, self.frames)) + len(self.saved.get("region_map", ""))


class Visits:
    """All visits of one server. Its methods may be called from several threads."""

    def __init__(self, painter: GuidingPainterPipeline):
        self.painter = painter
        self.cores = Cores()
        self._kept: OrderedDict[str, Visit] = OrderedDict()  # the one used last at the end
        self._lock = threading.Lock()

    def start(self, original: bytes, picture: Image.Image, stem: str = "drawing", **options: Any) -> str:
        """Opens a drawing; returns the visit's name. Raises ValueError or OSError for what is none.

        Args:
            original: the file, which is kept to go on later.
            picture: what is in it, see `uploads.check_picture`.
            stem: what its files are called.
            options: of `GuidingPainterPipeline.open`.
        """
        with self.cores.share():
            return self._keep(original, self.painter.open(picture, **options), stem)

    def resume(self, original: bytes, state: dict[str, Any] | None, stem: str = "drawing") -> str:
        """Takes up a painting that was saved; returns the visit's name. Raises Trouble for what is none.

        Args:
            original: the file of the drawing, or with the painting in it.
            state: None where it is in the file.
            stem: what the files made of it are called.
        """
        try:
            with self.cores.share():
                return self._keep(original, self.painter.resume(original, state), stem)
        except (ValueError, OSError):
            raise Trouble("NO_SAVED") from None

    def has(self, name: object) -> bool:
        """Whether `using` would find it."""
        with self._lock:
            self._expire()
            return isinstance(name, str) and name in self._kept

    @contextmanager
    def using(self, name: object) -> Iterator[Visit]:
        """The visit of this name with its painting open, for one at a time. Raises Trouble where there is none."""
        with self._lock:
            self._expire()
            if not isinstance(name, str) or name not in self._kept:
                raise Trouble("EXPIRED")
            visit = self._kept[name]
            visit.used = time.monotonic()
            self._kept.move_to_end(name)
        try:
            with visit.lock, self.cores.share():
                if visit.painting is None:
                    visit.painting = self.painter.resume(visit.original, visit.saved)
                yield visit
        finally:
            self._put_away(but=visit)

    def expire(self) -> None:
        """Lets go what has been there for too long; where nobody comes, nothing else does."""
        with self._lock:
            self._expire()

    def _keep(self, original: bytes, painting: Painting, stem: str) -> str:
        record = Record(size=painting.drawing.size, regions=len(painting.regions))
        visit = Visit(
            secrets.token_urlsafe(16), original, self.painter, painting, record, used=time.monotonic(), stem=stem
        )
        with self._lock:
            self._kept[visit.name] = visit
            self._expire()
        return visit.name

    def _expire(self) -> None:
        oldest = time.monotonic() - KEPT_SECONDS
        size = sum(visit.kept_bytes for visit in self._kept.values())
        while self._kept:
            visit = next(iter(self._kept.values()))
            if len(self._kept) <= MOST_KEPT and size <= MOST_BYTES and visit.used >= oldest:
                break
            size -= visit.kept_bytes
            del self._kept[visit.name]

    def _put_away(self, but: Visit) -> None:
        """Puts paintings away, the one used longest ago first, until few enough are open."""
        with self._lock:
            visits = [visit for visit in reversed(self._kept.values()) if visit is not but]
        count, pixels, away = 1, _pixels(but), False
        for visit in visits:
            count += visit.painting is not None
            pixels += _pixels(visit)
            # One that is being answered right now is left for another time.
            if (count > MOST_OPEN or pixels > MOST_PIXELS) and visit.lock.acquire(blocking=False):
                try:
                    if visit.painting is not None:
                        pixels -= _pixels(visit)
                        count -= 1
                        visit.saved, visit.painting, away = visit.painting.to_dict(), None, True
                        visit.proposals = []
                finally:
                    visit.lock.release()
        if away:
            give_memory_back()


def is_page(picture: Image.Image) -> bool:
    """Whether a picture is plainly a page of panels: at least half of them have frames, and they are not too many."""
    ink, boxes = _panels_of(picture)
    return len(boxes) <= MAX_PANELS and sum(is_framed(ink, box) for box in boxes) >= max(2, len(boxes) / 2)


def check_panels(picture: Image.Image) -> None:
    """Raises Trouble for a page of too many panels to look at one by one."""
    if len(_panels_of(picture)[1]) > MAX_PANELS:
        raise Trouble("MANY_PANELS", most=MAX_PANELS)


def _panels_of(picture: Image.Image) -> tuple[np.ndarray, list[Box]]:
    """The ink of a picture, small, and its panels."""
    small = picture.convert("L")
    small.thumbnail((PANEL_SIDE, PANEL_SIDE))
    ink = find_ink(small)
    return ink, find_panels(ink)


def _pixels(visit: Visit) -> int:
    painting = visit.painting
    return 0 if painting is None else painting.drawing.width * painting.drawing.height
