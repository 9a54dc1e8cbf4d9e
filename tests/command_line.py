"""The command line, run in this process in a folder with a drawing: what its tests share."""

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from guiding_painter.terminal import command as cli

Run = Callable[[str], tuple[int, str, str]]


def enter(folder: Path, drawing: Image.Image, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Makes a folder the working folder, with a drawing in it."""
    drawing.save(folder / "drawing.png", dpi=(300, 300))
    monkeypatch.chdir(folder)
    return folder


def runner(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a line, in which MODEL stands for the checkpoint: the exit code, what is printed, and the errors."""

    def run_line(line: str) -> tuple[int, str, str]:
        code = cli.main(shlex.split(line.replace("MODEL", f"--model {checkpoint} --long-side 64")))
        return code, *capsys.readouterr()

    return run_line
