"""The paintings that the Space keeps: put away, taken up again, let go."""

import os
import time
import weakref
from types import SimpleNamespace

import pytest
from conftest import file_bytes

import app
import commands
import visits as visits_module
from texts import Trouble
from visits import Visits


@pytest.fixture
def visits(painter) -> Visits:
    return Visits(painter)


def test_paintings_are_put_away_and_taken_up_again(visits, drawing, monkeypatch):
    monkeypatch.setattr(visits_module, "MOST_OPEN", 2)
    names = [visits.start(file_bytes(drawing), drawing) for _ in range(4)]
    kept = []
    for number, name in enumerate(names):
        with visits.using(name) as visit:
            commands.begin(visit)
            commands.apply_color(visit, f"#0000{number}0")
            kept.append(visit)
    assert [visit.painting is not None for visit in kept] == [False, False, True, True]
    assert all(visit.kept_bytes < 100_000 for visit in kept)
    with visits.using(names[0]) as visit:
        assert visit.painting.regions[0].color == "#000000"
        commands.undo(visit)
        assert visit.painting.regions[0].color is None
    assert kept[2].painting is None


def test_paintings_are_put_away_after_mistakes_too(visits, drawing, monkeypatch):
    monkeypatch.setattr(visits_module, "MOST_OPEN", 1)
    names, kept = [visits.start(file_bytes(drawing), drawing) for _ in range(3)], []

    def make_a_mistake(name: str) -> None:
        with visits.using(name) as visit:
            kept.append(visit)
            commands.undo(visit)

    for name in names:
        with pytest.raises(Trouble, match="nothing to undo"):
            make_a_mistake(name)
    assert [visit.painting is not None for visit in kept] == [False, False, True]


def test_a_painting_that_is_put_away_leaves_memory_at_once(visits, drawing, monkeypatch):
    monkeypatch.setattr(visits_module, "MOST_OPEN", 1)
    first, second = (visits.start(file_bytes(drawing), drawing) for _ in range(2))
    with visits.using(first) as visit:
        commands.begin(visit)
        painting = weakref.ref(visit.painting)
    assert painting() is not None
    with visits.using(second):
        pass
    assert painting() is None


def test_paintings_expire(visits, drawing, monkeypatch):
    opened = visits.start(file_bytes(drawing), drawing)
    assert visits.has(opened)
    with visits.using(opened) as visit:
        kept = weakref.ref(visit)
    del visit
    assert kept() is not None
    later = time.monotonic() + visits_module.KEPT_SECONDS + 1
    # For this module alone: a server of another test may be setting its own alarms by the real clock.
    monkeypatch.setattr(visits_module, "time", SimpleNamespace(monotonic=lambda: later))
    visits.expire()
    assert kept() is None
    assert not visits.has(opened)
    for name in (opened, None, 5, {"a": 1}):
        with pytest.raises(Trouble, match="no longer here"), visits.using(name):
            pass


def test_no_more_visits_are_kept_than_there_is_room_for(visits, drawing, monkeypatch):
    monkeypatch.setattr(visits_module, "MOST_KEPT", 2)
    names = [visits.start(file_bytes(drawing), drawing) for _ in range(3)]
    assert [visits.has(name) for name in names] == [False, True, True]


def test_no_more_bytes_are_kept_than_there_is_room_for(visits, drawing, monkeypatch):
    heavy = file_bytes(drawing) + bytes(1_000_000)
    monkeypatch.setattr(visits_module, "MOST_BYTES", 2_500_000)
    names = [visits.start(heavy, drawing) for _ in range(3)]
    assert [visits.has(name) for name in names] == [False, True, True]


def test_old_files_and_empty_folders_are_deleted(tmp_path):
    now = time.time()
    for name, age in (("a/old", 100), ("a/b/old", 100), ("c/new", 0), ("c/old", 100), ("d/e/new", 0)):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (now - age, now - age))
    app.delete_old(tmp_path, 50)
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"c/new", "d/e/new"}
    for path in tmp_path.rglob("*"):
        os.utime(path, (now - 100, now - 100))
    for _ in range(3):  # a folder is as old as what was last deleted in it
        app.delete_old(tmp_path, 50)
        for path in tmp_path.rglob("*"):
            os.utime(path, (now - 100, now - 100))
    assert not list(tmp_path.iterdir())
