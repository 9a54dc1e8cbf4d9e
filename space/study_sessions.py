"""The user study of Table 2: who colors what in which way and order, and the record that is written of it."""

import itertools
import json
import random
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from guiding_painter import GuidingPainterPipeline
from guiding_painter.colors import to_hex
from guiding_painter.drawings import open_picture
from guiding_painter.files import replace_file
from machine import Cores
from record import Record
from study_ways import Point, Way, check_networks, open_way
from texts import Trouble

if TYPE_CHECKING:
    from experiments.methods.rtug import RTUG

WAYS = ("questions", "points")
SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".tif", ".tiff", ".bmp"}
FORMAT, VERSION = "guiding-painter study", 1
SCORES = range(1, 6)
BUNDLED, SAME = "bundled", "cells of the same model"  # what models are called in the record where none was named


class Task(NamedTuple):
    """A drawing to be colored, of the set of this name, in one of WAYS."""

    set: str
    path: Path
    way: str


@dataclass
class Session:
    """One person's part in the study, from the start to the last question.

    Args:
        name: hard to guess; who has it goes on with the session, and its record is called so.
        number: counts the sessions; with the seed it decides order and ways, see `plan`.
        tasks: all of them, in order; those that `results` has are done.
        results: of every picture that was rated, as it stands in the record.
        stage: "paint", "quality", "convenience" or "end".
        way, record: of the picture that is being colored, or was, until it is rated.
    """

    name: str
    number: int
    seed: int
    tasks: list[Task]
    results: list[dict[str, Any]] = field(default_factory=list)
    stage: str = "paint"
    way: Way | None = None
    record: Record | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def task(self) -> Task:
        """The one that is being done."""
        return self.tasks[len(self.results)]

    # What a person does with the picture

    def choose(self, point: Point) -> None:
        """The place to color next, where the person chooses it."""
        self.check_stage("paint")
        began = time.monotonic()
        self.way.choose(point)
        self.record.add("point", began, point=point)

    def paint(self, color: tuple[int, int, int]) -> None:
        self._do("paint", lambda: self.way.paint(color), to_hex(color))

    def skip(self) -> None:
        self._do("skip", self.way.skip)

    def undo(self) -> None:
        self._do("undo", self.way.undo)

    def _do(self, kind: str, action: Callable[[], int | None], color: str | None = None) -> None:
        self.check_stage("paint")
        began = time.monotonic()
        region = action()
        self.way.picture()  # waited for
        self.record.add(kind, began, region, color)

    def done(self) -> None:
        """The picture is as the person wants it. Raises Trouble where nothing was colored."""
        if self.stage == "quality":
            return  # the button was clicked twice
        self.check_stage("paint")
        if not any(command["kind"] == "paint" for command in self.record.commands):
            raise Trouble("STUDY_NOTHING_DONE")
        self.record.add("done", time.monotonic())
        self.stage = "quality"

    def rated(self, quality: int) -> list[dict[str, Any]]:
        """What `results` are with QS of the picture that is done; the session stays as it is until `go_on`."""
        self.check_stage("quality")
        about = {"set": self.task.set, "drawing": self.task.path.name, "way": self.task.way, "quality": quality}
        done = self.record.to_dict()
        return [*self.results, about | {name: done[name] for name in ("drawing_size", "regions", "steps")}]

    def go_on(self, results: list[dict[str, Any]], way: Way | None) -> None:
        """With so many results, to the next picture, or to the last questions where there is none."""
        self.results, self.way = results, way
        self.record = Record(way.size, way.regions) if way else None
        self.stage = "paint" if way else "convenience"

    def check_stage(self, stage: str) -> None:
        """Raises Trouble where a page asks for what is over, or not there yet."""
        if self.stage != stage:
            raise Trouble("LOST")


class Study:
    """A study on one server. Its methods may be called from several threads.

    Args:
        painter: the model that asks.
        points: see `study_ways.open_way`.
        drawings: a folder of drawings, or of folders of them, each a set.
        records: where the records go; made where it is missing.
        names: of the model, a folder or hub id, and of what points are given to, a folder; None for the bundled
            networks and for the model itself. For the record.
        played: whether nobody takes part, but a script or a trial; records say so.

    Raises ValueError or OSError where it cannot be held.
    """

    def __init__(
        self,
        painter: GuidingPainterPipeline,
        points: "RTUG | None",
        drawings: Path,
        records: Path,
        names: tuple[str | None, Path | None],
        played: bool = False,
    ):
        check_networks(painter, points)
        self.painter, self.points, self.played = painter, points, played
        model, point_model = (Path(name).name if name and Path(name).exists() else name for name in names)
        self.names = model or BUNDLED, point_model or SAME
        self.sets = find_sets(drawings)
        for path in itertools.chain.from_iterable(self.sets.values()):
            open_picture(path)  # now, and not in the middle of a session
        self.records = records
        records.mkdir(parents=True, exist_ok=True)
        self.cores = Cores()
        self._sessions: dict[str, Session] = {}
        self._numbers = len(list(records.glob("*.json")))
        self._lock = threading.Lock()

    def start(self) -> Session:
        """A session for another person, with its first drawing open."""
        with self._lock:
            number, seed = self._numbers, secrets.randbits(32)
            self._numbers += 1
        session = Session(secrets.token_urlsafe(16), number, seed, plan(self.sets, number, seed))
        session.go_on([], self._open(session.task))
        self._sessions[session.name] = session
        return session

    def session(self, name: object) -> Session | None:
        """The session of a name; None where there is none, as after the server was started anew."""
        return self._sessions.get(name) if isinstance(name, str) else None

    def rate(self, session: Session, quality: object) -> None:
        """QS, 1 to 5, of the picture that is done; goes on to the next one.

        Raises Trouble for another number, and where the record cannot be written or the next drawing not be opened: the
        session is where it was then, to be rated again.
        """
        check_score(quality)
        results = session.rated(quality)
        self._write(session, results, {})  # before the next one: whoever gives up at a drawing has rated the others
        session.go_on(results, self._open(session.tasks[len(results)]) if len(results) < len(session.tasks) else None)

    def finish(self, session: Session, convenience: dict[str, object]) -> None:
        """CS, 1 to 5, of both ways; the session is over.

        Raises Trouble for another number, and where the record cannot be written: it can be tried again then.
        """
        for way in WAYS:
            check_score(convenience.get(way))
        session.check_stage("convenience")
        self._write(session, session.results, {way: convenience[way] for way in WAYS})
        session.stage = "end"

    def _open(self, task: Task) -> Way:
        with self.cores.share(), told_to_both("STUDY_NOT_OPENED", drawing=task.path.name):
            way = open_way(task.way, task.path, self.painter, self.points)
            way.picture()
        return way

    def _write(self, session: Session, results: list[dict[str, Any]], convenience: dict[str, int]) -> None:
        """The record with these results, and with CS of both ways once the session is over."""
        model, points = self.names
        record = {
            "format": FORMAT, "version": VERSION, "played": self.played, "finished": bool(convenience),
            "model": model, "points": points, "number": session.number, "seed": session.seed,
            "convenience": convenience, "pictures": results,
        }  # fmt: skip
        with told_to_both("STUDY_NOT_WRITTEN"):
            replace_file(self.records / f"{session.name}.json", (json.dumps(record, indent=1) + "\n").encode())


@contextmanager
def told_to_both(sentence: str, **values: object) -> Iterator[None]:
    """What goes wrong on the server: the person is told by a sentence of the texts, who runs it by the reason."""
    try:
        yield
    except (OSError, ValueError) as error:
        print(f"study: {error}", file=sys.stderr)
        raise Trouble(sentence, **values) from error


def find_sets(folder: Path) -> dict[str, list[Path]]:
    """The drawings of each folder in this one by its name; those that lie in it directly are a set of its own name.

    Raises OSError where there are none.
    """
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is not a folder: name one of drawings, or of folders of them.")
    sets = {}
    for place in [folder, *sorted(path for path in folder.iterdir() if path.is_dir())]:
        if found := sorted(path for path in place.iterdir() if path.suffix.lower() in SUFFIXES):
            sets[place.resolve().name] = found
    if not sets:
        raise FileNotFoundError(f"{folder} has no pictures: put PNG, JPEG, WebP, GIF, TIFF or BMP files into it.")
    return sets


def plan(sets: dict[str, list[Path]], number: int, seed: int) -> list[Task]:
    """Every drawing in one way, in random order, and then every drawing in the other way, in another random order.

    Half of the drawings come first with questions, and in the next session, by its number, the other half.
    """
    rng = random.Random(seed)
    drawings = [(name, path) for name, paths in sorted(sets.items()) for path in paths]
    first = {drawing: (place + number) % 2 for place, drawing in enumerate(drawings)}
    tasks = []
    for round_ in (0, 1):
        rng.shuffle(drawings)
        tasks += [Task(*drawing, WAYS[(first[drawing] + round_) % 2]) for drawing in drawings]
    return tasks


def check_score(score: object) -> None:
    """Raises Trouble for what is not one of SCORES."""
    if type(score) is not int or score not in SCORES:
        raise Trouble("STUDY_NO_SCORE")
