"""The command line, run in this process on real files; `main` is what the installed command calls."""

import io
import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from psd_tools import PSDImage

from guiding_painter import GuidingPainterPipeline, cli
from guiding_painter.layers import lay_lines

ROOT = Path(__file__).parents[1]


@pytest.fixture
def folder(drawing: Image.Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a drawing in it."""
    drawing.save(tmp_path / "drawing.png", dpi=(300, 300))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(folder: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str]):
    def run_line(line: str) -> tuple[int, str, str]:
        code = cli.main(shlex.split(line.replace("MODEL", f"--model {checkpoint} --long-side 64")))
        return code, *capsys.readouterr()

    return run_line


def test_paint(run, folder: Path, painter: GuidingPainterPipeline):
    code, out, err = run("paint drawing.png MODEL --colors '#e07a5f, skip,#35b' -o colored.png")
    assert (code, err) == (0, "")
    number = len(painter.open("drawing.png", 64).regions)
    assert out == f"colored.png has your color in 2 of {number} regions.\n"
    expected = painter("drawing.png", colors=["#e07a5f", None, "#3355bb"], long_side=64).images[0]
    with Image.open("colored.png") as colored:
        assert colored.tobytes() == expected.tobytes()
        assert colored.info["dpi"] == pytest.approx((300, 300), abs=0.01)


def test_paint_auto(run, painter: GuidingPainterPipeline):
    code, out, err = run("paint drawing.png MODEL --colors auto -o colored.png")
    assert (code, err) == (0, "")
    with Image.open("colored.png") as colored:
        assert colored.tobytes() == painter("drawing.png", colors="auto", long_side=64).images[0].tobytes()


@pytest.mark.parametrize(
    ("options", "mode", "lines"),
    [("", "flat", True), ("--mode painted", "painted", True), ("--mode flat --no-lines", "flat", False)],
)
def test_paint_modes(run, painter: GuidingPainterPipeline, options: str, mode: str, lines: bool):
    assert run(f"paint drawing.png MODEL --colors '#e07a5f' {options} -o colored.png")[0] == 0
    painting = painter.open("drawing.png", 64)
    painting.paint_all(["#e07a5f"])
    color = painting.color(mode)
    with Image.open("colored.png") as colored:
        assert colored.tobytes() == (lay_lines(color, painting.drawing) if lines else color).tobytes()


def test_paint_without_what_has_no_answer(run, painter: GuidingPainterPipeline):
    assert run("paint drawing.png MODEL --colors '#e07a5f' --no-lines --transparent -o colored.png")[0] == 0
    with Image.open("colored.png") as colored:
        alpha = np.asarray(colored)[..., 3]
    assert np.array_equal(alpha == 255, painter.open("drawing.png", 64).regions[0].mask)


@pytest.mark.parametrize("name", ["colored.psd", "colored.ORA"])
def test_paint_in_layers(run, drawing: Image.Image, painter: GuidingPainterPipeline, name: str):
    code, out, err = run(f"paint drawing.png MODEL --colors '#e07a5f,skip,#35b' -o {name}")
    assert (code, err) == (0, "")
    expected = painter("drawing.png", colors=["#e07a5f", None, "#3355bb"], long_side=64).images[0]
    if name.endswith("psd"):
        psd = PSDImage.open(name)
        names, merged = [layer.name for layer in psd], psd.topil(apply_icc=False)
    else:
        with zipfile.ZipFile(name) as archive:
            names = re.findall('name="(.*?)"', archive.read("stack.xml").decode())[::-1]
            merged = Image.open(io.BytesIO(archive.read("mergedimage.png")))
    assert names == ["background", "unanswered", "03 #3355bb", "01 #e07a5f", "lines"]
    assert merged.tobytes() == expected.tobytes()


def test_paint_says_which_colors_were_left_over(run):
    code, out, _ = run(f"paint drawing.png MODEL --colors {'#fff,' * 9}skip -o colored.png")
    assert code == 0
    answered, regions = [int(word) for word in out.split() if word.isdigit()][:2]
    assert answered == regions
    assert out.endswith(f"\n{10 - regions} colors were left over.\n")


def test_paint_extracts_lines(run, folder: Path, painter: GuidingPainterPipeline):
    Image.radial_gradient("L").convert("P", palette=Image.Palette.ADAPTIVE).save("colored.gif")
    assert run("paint colored.gif MODEL --extract-lines --colors auto -o out.png")[0] == 0
    with Image.open("out.png") as out:
        expected = painter("colored.gif", colors="auto", long_side=64, extract_lines=True).images[0]
        assert out.tobytes() == expected.tobytes()


def test_regions(run, drawing: Image.Image, painter: GuidingPainterPipeline):
    code, out, err = run("regions drawing.png MODEL --count 2 -o guide.png")
    assert (code, err) == (0, "")
    painting = painter.open("drawing.png", 64)
    first, second = painting.regions[:2]
    *rows, last = out.splitlines()
    assert [row.split()[:3] for row in rows] == [
        ["1", first.suggested_color, f"{first.area:.1%}"],
        ["2", second.suggested_color, f"{second.area:.1%}"],
    ]
    assert last == f"guide.png shows 2 of {len(painting.regions)} regions."

    with Image.open("guide.png") as file:
        guide = np.asarray(file.convert("RGB"))
    assert guide.shape == (100, 150, 3)
    plain = np.asarray(drawing.convert("RGB"))
    changed = (guide != plain).any(axis=2)
    shown = first.mask | second.mask
    paper = plain[:, :, 0] == 255
    assert (changed & ~shown).sum() < 200  # nothing but parts of the two numbers
    assert (guide[first.mask & paper] != guide[second.mask & paper][0]).any(axis=1).mean() > 0.8
    assert changed[shown & paper].mean() > 0.9
    lines = (plain[:, :, 0] == 0) & ~changed
    assert lines.sum() > 0.9 * (plain[:, :, 0] == 0).sum()


def test_numbers_stand_on_their_regions(run, painter: GuidingPainterPipeline):
    run("regions drawing.png MODEL -o guide.png")
    painting = painter.open("drawing.png", 64)
    biggest = max(painting.regions, key=lambda region: region.area)
    x, y = biggest.center
    with Image.open("guide.png") as guide:
        around = guide.convert("L").crop((int(x) - 6, int(y) - 8, int(x) + 6, int(y) + 8))
        darkest, lightest = around.getextrema()
    assert darkest < 40  # a black number
    assert lightest == 255  # with a white border


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


@pytest.mark.parametrize("line", ["", "draw x.png", "paint drawing.png -o out.png", "paint drawing.png --colors auto"])
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
    code = "import sys; from guiding_painter.cli import parse_args; parse_args(['demo']); print('torch' in sys.modules)"
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
