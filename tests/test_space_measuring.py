"""The scripts that measure the Space, on the tiny painter."""

import json
import os
import re
import sys

import pytest
from conftest import make_painter

from benchmarks.space import clicks, load_test, speed, study

pytest_plugins = ["space_browser"]


@pytest.fixture(autouse=True)
def bundled(monkeypatch) -> None:
    """The scripts load a tiny painter of their own, which they may settle in other numbers."""
    for script in (speed, study):
        monkeypatch.setattr(script.GuidingPainterPipeline, "from_pretrained", lambda model: make_painter(seed=3))


def test_a_study_plays_every_picture_of_a_folder(drawing, tmp_path, monkeypatch, capsys):
    drawing.save(tmp_path / "a.png")
    (tmp_path / "notes.txt").write_text("no picture")
    output = tmp_path / "times.json"
    arguments = ["study.py", str(tmp_path), "--answers", "4", "--output", str(output)]
    monkeypatch.setattr(sys, "argv", arguments)
    study.main()
    (session,) = json.loads(output.read_text())
    assert [step["kind"] for step in session["record"]["steps"]] == ["paint", "paint", "skip", "paint"]
    assert len(session["step_seconds"]) == 4
    assert "1 sessions, 4 interactions" in capsys.readouterr().out


def test_the_table_of_speeds_has_every_alternative(drawing, tmp_path, monkeypatch, capsys):
    drawing.save(tmp_path / "a.png")
    monkeypatch.setattr(speed, "ANSWERS", 2)
    monkeypatch.setattr(speed.torch, "compile", lambda network: network)  # which takes seconds
    monkeypatch.setattr(sys, "argv", ["speed.py", str(tmp_path / "a.png"), "--repeat", "1"])
    speed.main()
    lines = capsys.readouterr().out.splitlines()
    assert {line.count("|") for line in lines} == {6}
    table = "\n".join(lines)
    for alternative in (
        "float32",
        "bfloat16 weights",
        "channels-last",
        "WebP",
        "PNG",
        "JPEG",
        "1 thread each",
        "share",
    ):
        assert alternative in table
    first, half = (next(line for line in lines if name in line) for name in ("autocast", "bfloat16 weights"))
    for line in (first, half):
        assert 0 < float(re.search("differs by ([0-9.]+)", line)[1]) < 3, "these are other pictures"


def test_visitors_one_after_another_and_the_memory_on_the_way(address, drawing, tmp_path, monkeypatch, capsys):
    file = tmp_path / "small.png"
    drawing.save(file)
    monkeypatch.setattr(load_test, "DRAWING", file)
    load_test.play_paintings(address, os.getpid(), 2, 1)
    assert re.fullmatch(r"\d+ MB before the first painting\n\d+ MB after 2 paintings\n", capsys.readouterr().out)


def test_visitors_at_once_are_timed_and_one_who_fails_is_told(address, drawing, tmp_path, monkeypatch, capsys):
    file = tmp_path / "small.png"
    drawing.save(file)
    monkeypatch.setattr(load_test, "DRAWING", file)
    load_test.play_rounds(address, os.getpid(), visitors=3, answers=2, rounds=1)
    assert "3 visitors, 6 answers" in capsys.readouterr().out
    monkeypatch.setattr(load_test, "color_of", lambda number, count: "no color")
    with pytest.raises(SystemExit, match="3 visitors failed.*is no color"):
        load_test.play_rounds(address, os.getpid(), visitors=3, answers=2, rounds=1)


def test_clicks_on_the_page_are_timed(page, address):
    first, shown, answered = clicks.measure(page, address, example=3, clicks=2)
    assert first > 0
    assert len(shown) == len(answered) == 2
    assert all(0 <= milliseconds < answer for milliseconds, answer in zip(shown, answered, strict=True))
