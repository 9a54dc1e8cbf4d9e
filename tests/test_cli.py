"""The command line, run in this process on real files: regions, and coloring one drawing."""

import io
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from command_line import Run, enter, runner
from PIL import Image, ImageDraw
from psd_tools import PSDImage

from guiding_painter import GuidingPainterPipeline
from guiding_painter.colors import parse_color
from guiding_painter.files import lay_lines
from guiding_painter.palettes import nearest_color, read_palette, write_palette


@pytest.fixture
def folder(drawing: Image.Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return enter(tmp_path, drawing, monkeypatch)


@pytest.fixture
def run(folder: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(checkpoint, capsys)


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


def test_a_region_too_small_for_its_share_is_not_nothing(run, folder: Path):
    drawing = Image.new("L", (1200, 1200), 255)
    for side in (600, 30):
        ImageDraw.Draw(drawing).rectangle((100, 900 - side, 100 + side, 900), outline=0, width=4)
    drawing.save("speck.png")
    rows = run("regions speck.png --count 99 -o guide.png")[1].splitlines()[:-1]
    assert sum("< 0.1% of the drawing" in row for row in rows) == 1
    assert not any(" 0.0%" in row for row in rows)


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
