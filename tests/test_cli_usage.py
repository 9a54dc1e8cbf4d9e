"""What the command line says: mistakes, wrong usage, help, and the demo."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Run, enter, runner
from PIL import Image

from guiding_painter.terminal import command as cli

ROOT = Path(__file__).parents[1]


@pytest.fixture
def folder(drawing: Image.Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return enter(tmp_path, drawing, monkeypatch)


@pytest.fixture
def run(folder: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(checkpoint, capsys)


def run_unread(arguments: list, folder: Path) -> subprocess.CompletedProcess:
    """The command as a process of its own, whose output nobody reads any more."""
    read, write = os.pipe()
    os.close(read)
    try:
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "guiding_painter", *arguments]
        return subprocess.run(command, stdout=write, stderr=subprocess.PIPE, cwd=folder, env=environment, text=True)
    finally:
        os.close(write)


def test_a_reader_that_goes_away_is_no_error(folder: Path, checkpoint: Path):
    result = run_unread(["regions", "drawing.png", "--model", checkpoint, "-o", "guide.png"], folder)
    assert (result.returncode, result.stderr) == (141, "")
    assert (folder / "guide.png").exists()
    assert run_unread(["--help"], folder).stderr == ""


@pytest.mark.parametrize("module", ["guiding_painter", "guiding_painter.terminal.command"])
def test_the_command_is_a_module_too(module: str, folder: Path):
    command = [sys.executable, "-m", module, "paint", "nothing.png", "--colors", "auto", "-o", "drawing.txt"]
    result = subprocess.run(
        command, capture_output=True, text=True, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "guiding-painter: drawing.txt does not end in .png or .psd or .ora: name such a file.\n"
    result = subprocess.run([*command[:3], "--help"], capture_output=True, text=True, cwd=folder)
    assert result.stdout.startswith("usage: guiding-painter")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("paint nothing.png MODEL --colors auto -o out.png", "nothing.png does not exist"),
        ("paint drawing.png MODEL --colors '#e07a5f,red' -o out.png", "'red' is no color: give '#rrggbb'"),
        ("paint drawing.png MODEL --colors '' -o out.png", "'' is no color"),
        ("paint drawing.png MODEL --colors auto -o out.jpg", "out.jpg does not end in .png or .psd or .ora"),
        ("paint drawing.png MODEL --colors auto -o drawing.png", "drawing.png is the drawing itself"),
        ("paint drawing.png MODEL --colors auto -o missing/out.png", "missing/out.png cannot be written"),
        ("paint drawing.png MODEL --colors auto --long-side 9 -o out.png", "long_side is 9: choose 64 to 4096"),
        ("paint drawing.png --model ./nope --colors auto -o out.png", "'./nope' is neither a folder nor a hub id"),
        ("paint text.png MODEL --colors auto -o out.png", "text.png"),
        (
            "paint drawing.png MODEL --palette none.gpl -o out.png",
            "none.gpl cannot be read (No such file",
        ),
        ("paint drawing.png MODEL --palette none.png -o out.png", "The palette none.png cannot be read (No such file"),
        ("paint drawing.png MODEL --palette text.png -o out.png", "text.png holds no palette: give a GIMP palette"),
        (
            "paint drawing.png MODEL --palette drawing.png --palette-size 0 -o out.png",
            "--palette-size is 0: choose 1 to 256",
        ),
        ("paint drawing.png MODEL --answers text.png -o out.png", "text.png holds no answers: give a file that"),
        (
            "paint drawing.png MODEL --colors auto -o out.png --save-palette p.png",
            "p.png does not end in .gpl",
        ),
        ("paint drawing.png MODEL --colors auto -o out.png --save-answers p.gpl", "p.gpl does not end in .json"),
        ("paint drawing.png text.png MODEL --colors auto --out text.png", "The folder text.png cannot be made"),
        ("paint drawing.png sub/drawing.png MODEL --colors auto --out o", "would both be written to o/drawing.png"),
        ("paint drawing.png MODEL --colors auto --out .", "drawing.png is the drawing itself: name another folder"),
        ("regions drawing.png MODEL --count 0 -o out.png", "--count is 0: show at least 1 region"),
        ("regions drawing.png MODEL -o out.tif", "out.tif does not end in .png"),
        ("regions drawing.png MODEL -o out.psd", "out.psd does not end in .png"),
    ],
)
def test_mistakes_get_one_sentence(run, folder: Path, line: str, says: str):
    (folder / "text.png").write_text("no picture")
    drawing = (folder / "drawing.png").read_bytes()
    code, out, err = run(line)
    assert (code, out) == (2, "")
    assert err.startswith("guiding-painter: ")
    assert err.count("\n") == 1
    assert says in err
    assert not (folder / "out.png").exists()
    assert (folder / "drawing.png").read_bytes() == drawing


@pytest.mark.parametrize(
    "line",
    [
        "",
        "draw x.png",
        "paint drawing.png -o out.png",
        "paint drawing.png --colors auto",
        "paint a.png b.png --colors auto -o out.png",
        "paint a.png --colors auto -o out.png --out flats",
        "paint a.png --colors auto -o out.png --format psd",
        "paint a.png --colors auto -o out.png --overwrite",
        "paint a.png --colors auto --out flats --save-palette my.gpl",
        "paint a.png --colors auto --out flats --save-answers my.json",
    ],
)
def test_wrong_usage(line: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as stopped:
        cli.main(shlex.split(line))
    assert stopped.value.code == 2
    assert "usage: guiding-painter" in capsys.readouterr().err


def test_help_shows_examples_that_parse(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["--help"])
    assert stopped.value.code == 0
    text = capsys.readouterr().out
    examples = [line.strip() for line in text.splitlines() if line.startswith("  guiding-painter ")]
    assert len(examples) >= 4
    for example in examples:
        cli.parse_args(shlex.split(example)[1:])
    for command in ("regions", "paint", "demo"):
        assert f"guiding-painter {command}" in text


def test_help_does_not_wait_for_torch():
    code = "import sys; from guiding_painter.terminal import command; command.parse_args(['demo']); "
    code += "print('torch' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert result.stdout == "False\n", result.stderr


def test_demo_starts_the_app_of_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    (tmp_path / "space").mkdir()
    app = tmp_path / "space" / "app.py"
    app.write_text(
        "import pathlib, sys\npathlib.Path(__file__).with_name('args').write_text(' '.join(sys.argv[1:]))\nsys.exit(3)"
    )
    assert cli.main(["demo", "--model", "user/my-comic"]) == 3
    assert (tmp_path / "space" / "args").read_text() == "--model user/my-comic"
    assert cli.main(["demo"]) == 3
    assert (tmp_path / "space" / "args").read_text() == ""


def test_demo_without_the_app_or_gradio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    assert cli.main(["demo"]) == 2
    assert "demo runs from a checkout of the project" in capsys.readouterr().err
    (tmp_path / "space").mkdir()
    (tmp_path / "space" / "app.py").touch()
    monkeypatch.setattr(cli, "find_spec", lambda name: None)
    assert cli.main(["demo"]) == 2
    assert "demo needs Gradio" in capsys.readouterr().err
