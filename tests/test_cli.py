"""The command line, run in this process on real files; `main` is what the installed command calls."""

import io
import os
import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from psd_tools import PSDImage

from guiding_painter import GuidingPainterPipeline
from guiding_painter.colors import parse_color
from guiding_painter.files import lay_lines, writing
from guiding_painter.palettes import nearest_color, read_palette, write_palette
from guiding_painter.terminal import command as cli

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


def test_paint_leaves_unsure_guesses_white(run, painter: GuidingPainterPipeline):
    assert run("paint drawing.png MODEL --colors '#e07a5f' --unanswered paper --no-lines -o colored.png")[0] == 0
    answered = painter.open("drawing.png", 64).regions[0].mask
    with Image.open("colored.png") as colored:
        pixels = np.asarray(colored)
    assert (pixels[answered] == (0xE0, 0x7A, 0x5F)).all()
    assert (pixels[~answered] == 255).all()  # the tiny painter is never sure


def test_paint_without_what_has_no_answer(run, painter: GuidingPainterPipeline):
    assert run("paint drawing.png MODEL --colors '#e07a5f' --no-lines --transparent -o colored.png")[0] == 0
    with Image.open("colored.png") as colored:
        alpha = np.asarray(colored)[..., 3]
    assert np.array_equal(alpha == 255, painter.open("drawing.png", 64).regions[0].mask)


PALETTE = ["#e07a5f", "#3d405b", "#ffffff"]


@pytest.mark.parametrize("name", ["my.gpl", "my.json", "reference.png"])
def test_paint_from_a_palette(run, folder: Path, painter: GuidingPainterPipeline, name: str):
    palette = [parse_color(color) for color in PALETTE]
    if name == "reference.png":
        stripes = np.repeat(np.repeat(np.uint8([palette]), [30, 20, 10], axis=1), 40, axis=0)
        Image.fromarray(stripes).save(name)
    else:
        write_palette(palette, name)
    code, out, err = run(f"paint drawing.png MODEL --colors '#010203,skip' --palette {name} -o colored.png")
    assert (code, err) == (0, "")
    painting = painter.open("drawing.png", 64)
    painting.paint_all(["#010203", None])
    left = []
    while region := painting.next_region():
        left = left or list(palette)  # every color comes once before any comes again
        left.remove(color := nearest_color(parse_color(region.suggested_color), left))
        painting.paint(region, color)
    with Image.open("colored.png") as colored:
        assert colored.tobytes() == painting.image.tobytes()
    answered = [region.color for region in painting.regions]
    assert answered[:2] == ["#010203", None]
    assert set(answered[2:]) <= set(PALETTE)


def test_paint_keeps_the_palette_of_its_answers(run):
    assert (
        run("paint drawing.png MODEL --colors '#e07a5f,#3d405b,#e07a5f' -o colored.png --save-palette my.gpl")[0] == 0
    )
    assert read_palette("my.gpl") == [(224, 122, 95), (61, 64, 91)]


def test_paint_carries_answers_to_the_next_page(run, folder: Path, painter: GuidingPainterPipeline):
    colors = ["#e07a5f", "#81b29a", "#3d405b"]
    line = f"paint drawing.png MODEL --colors '{','.join(colors)}' -o 1.png --save-answers first.json"
    assert run(line)[0] == 0
    code, out, err = run("paint drawing.png MODEL --answers first.json -o 2.png")
    assert (code, err) == (0, "")
    assert out == "2.png has your color in 3 of 3 regions.\n"
    with Image.open("1.png") as first, Image.open("2.png") as second:
        assert first.tobytes() == second.tobytes()
    # What an earlier source has answered stays: the list, then the other page, then the palette.
    Path("my.json").write_text('["#ffff00"]')
    assert run("paint drawing.png MODEL --colors '#010203' --answers first.json --palette my.json -o 3.psd")[0] == 0
    names = ["background", "03 #3d405b", "02 #81b29a", "01 #010203", "lines"]
    assert [layer.name for layer in PSDImage.open("3.psd")] == names


@pytest.fixture
def page(folder: Path) -> Image.Image:
    page = Image.new("L", (200, 300), 255)
    draw = ImageDraw.Draw(page)
    for top in (10, 160):
        draw.rectangle((10, top, 190, top + 130), outline=0, width=3)
        draw.ellipse((50, top + 30, 120, top + 100), outline=0, width=3)
    page.save("page.png")
    return page


def test_panels(run, page: Image.Image, painter: GuidingPainterPipeline):
    painting = painter.open("page.png", 64, panels=True)
    code, out, err = run("regions page.png MODEL --panels --count 99 -o guide.png")
    assert (code, err) == (0, "")
    assert out.endswith(f"guide.png shows {len(painting.regions)} of {len(painting.regions)} regions.\n")
    assert run("paint page.png MODEL --panels --colors '#e07a5f,#3d405b' -o colored.png")[0] == 0
    painting.paint_all(["#e07a5f", "#3d405b"])
    with Image.open("colored.png") as colored:
        assert colored.tobytes() == painting.image.tobytes()


@pytest.fixture
def pages(folder: Path, drawing: Image.Image) -> list[Path]:
    """Three drawings in pages/, the second of which is none."""
    (folder / "pages").mkdir()
    drawing.save("pages/a.png", dpi=(300, 300))
    Path("pages/b.png").write_text("no picture")
    drawing.rotate(180).save("pages/c.tif")
    return [Path("pages/a.png"), Path("pages/b.png"), Path("pages/c.tif")]


BATCH = "paint pages/a.png pages/b.png pages/c.tif MODEL --colors '#e07a5f' --out flats/today"


def test_batch_goes_on_after_an_error_and_says_so_at_the_end(run, pages: list[Path], painter: GuidingPainterPipeline):
    code, out, err = run(BATCH)
    assert (code, out) == (1, "2 of 3 pages were painted to flats/today.\n")
    first, second = err.splitlines()
    assert first == "guiding-painter: 1 of 3 pages could not be painted:"
    assert second.startswith("  pages/b.png is no PNG, JPEG")
    assert sorted(path.name for path in Path("flats/today").iterdir()) == ["a.png", "c.png"]
    for page, name in ((pages[0], "a.png"), (pages[2], "c.png")):
        with Image.open(Path("flats/today", name)) as colored:
            assert colored.tobytes() == painter(page, ["#e07a5f"], long_side=64).images[0].tobytes()


def test_batch_goes_on_where_it_was_stopped(run, pages: list[Path], forwards, monkeypatch: pytest.MonkeyPatch):
    opened = []
    real = GuidingPainterPipeline.open

    def stop_at_the_last(self, drawing: Path, *args, **options):
        opened.append(drawing.name)
        if drawing.name == "c.tif" and len(opened) <= 3:
            raise KeyboardInterrupt
        return real(self, drawing, *args, **options)

    monkeypatch.setattr(GuidingPainterPipeline, "open", stop_at_the_last)
    assert run(BATCH) == (130, "", "guiding-painter: stopped; every file written so far is whole.\n")
    assert [path.name for path in Path("flats/today").iterdir()] == ["a.png"]
    pages[1].unlink()
    Image.new("L", (70, 70), 255).save(pages[1])
    written = Path("flats/today/a.png").stat().st_mtime_ns
    code, out, err = run(BATCH)
    assert (code, err) == (0, "")
    assert out == (
        "2 of 3 pages were painted to flats/today.\n1 were there already (--overwrite paints them once more).\n"
    )
    assert opened[3:] == ["b.png", "c.tif"]
    assert Path("flats/today/a.png").stat().st_mtime_ns == written
    assert run(BATCH)[1].startswith("0 of 3 pages were painted")
    assert run(f"{BATCH} --overwrite")[1] == "3 of 3 pages were painted to flats/today.\n"
    assert Path("flats/today/a.png").stat().st_mtime_ns > written


@pytest.mark.parametrize("suffix", ["psd", "ora"])
def test_batch_in_layers(run, pages: list[Path], suffix: str):
    assert (
        run(f"paint pages/a.png pages/a.png pages/c.tif MODEL --colors '#e07a5f' --format {suffix} --out flats")[0] == 0
    )
    assert sorted(path.name for path in Path("flats").iterdir()) == [f"a.{suffix}", f"c.{suffix}"]


def test_batch_on_a_full_disk_leaves_the_old_files(run, pages: list[Path], monkeypatch: pytest.MonkeyPatch):
    Path("flats").mkdir()
    Path("flats/a.png").write_bytes(b"old")

    def full(self: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing.Path, "write_bytes", full)
    code, out, err = run("paint pages/a.png pages/c.tif MODEL --colors '#e07a5f' --out flats --overwrite")
    assert (code, out) == (1, "0 of 2 pages were painted to flats.\n")
    assert err.splitlines()[1:] == [
        f"  pages/{page}: flats/{name} cannot be written (No space left on device): choose another place or make room "
        "there."
        for page, name in (("a.png", "a.png"), ("c.tif", "c.png"))
    ]
    assert Path("flats/a.png").read_bytes() == b"old"
    assert [path.name for path in Path("flats").iterdir()] == ["a.png"]


def test_names_that_differ_in_case_only_clash(run, pages: list[Path]):
    code, out, err = run("paint pages/a.png pages/A.jpg MODEL --colors auto --out flats")
    assert (code, out) == (2, "")
    assert err == (
        "guiding-painter: pages/a.png and pages/A.jpg would both be written to flats/A.png: rename one of them.\n"
    )


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


def test_gutters_are_no_question(run, painter, tmp_path):
    page = Image.new("L", (200, 300), 255)
    for top in (10, 160):
        ImageDraw.Draw(page).rectangle((10, top, 190, top + 130), outline=0, width=3)
        ImageDraw.Draw(page).ellipse((60, top + 30, 140, top + 100), outline=0, width=3)
    page.save("page.png")
    painting = painter.open("page.png", 64, panels=True)
    questions = len(painting.regions) - 1
    assert painting.regions[-1].color == "#ffffff"
    for more, said in ((0, ""), (1, "1 color was left over.\n"), (2, "2 colors were left over.\n")):
        colors = ",".join(["#e07a5f"] * (questions + more))
        command = f"paint page.png MODEL --long-side 64 --panels --colors {colors} -o out.png --save-palette out.gpl"
        code, out, _ = run(command)
        assert (code, out) == (0, f"out.png has your color in {questions} of {questions} regions.\n{said}")
    assert read_palette("out.gpl") == [(224, 122, 95)]


def test_a_palette_and_answers_are_not_written_to_one_file(run):
    code, out, err = run(
        "paint drawing.png MODEL --colors auto -o out.png --save-palette x.json --save-answers ./x.json"
    )
    assert (code, out) == (2, "")
    assert err == "guiding-painter: The palette and the answers would both be written to x.json: name two files.\n"
    assert not Path("out.png").exists()


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
        (
            "paint drawing.png MODEL --palette none.gpl -o out.png",
            "none.gpl cannot be read (No such file",
        ),
        ("paint drawing.png MODEL --palette none.png -o out.png", "The palette none.png cannot be read (No such file"),
        ("paint drawing.png MODEL --palette text.png -o out.png", "text.png holds no palette: give a GIMP palette"),
        ("paint drawing.png MODEL --palette drawing.png --palette-size 0 -o out.png", "choose 1 to 256 colors"),
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
