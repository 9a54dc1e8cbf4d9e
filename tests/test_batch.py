"""Many pages by any number of processes: shared, taken over, told, reported."""

import json
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import no_room_beyond
from PIL import Image, ImageDraw

from guiding_painter.palettes import write_palette
from guiding_painter.terminal import command as cli
from guiding_painter.terminal.batch import PageTask, paint_pages, plan_pages
from guiding_painter.terminal.claims import STALE, claim, folder_time

ROOT = Path(__file__).parents[1]


def comic_page(seed: int) -> Image.Image:
    page = Image.new("RGB", (240, 320), "white")
    draw = ImageDraw.Draw(page)
    for top in (10, 165):
        draw.rectangle((10, top, 230, top + 140), outline=0, width=3)
        draw.ellipse((40 + 20 * seed, top + 30, 120 + 20 * seed, top + 110), outline=0, width=3)
    return page


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PDF of four pages in the working folder."""
    pages = [comic_page(seed) for seed in range(4)]
    pages[0].save(tmp_path / "book.pdf", save_all=True, append_images=pages[1:], resolution=72)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "book.pdf"


@pytest.fixture
def run(checkpoint: Path, capsys: pytest.CaptureFixture[str]):
    def run_line(line: str) -> tuple[int, str, str]:
        code = cli.main(shlex.split(line.replace("MODEL", f"--model {checkpoint} --long-side 64")))
        return code, *capsys.readouterr()

    return run_line


def test_two_processes_share_the_pages_of_a_pdf(book: Path, checkpoint: Path):
    pytest.importorskip("pypdfium2")
    words = f"-m guiding_painter paint book.pdf --model {checkpoint} --long-side 64 --colors auto --out flats"
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    started = [
        subprocess.Popen(
            [sys.executable, *words.split(), "--report", f"{name}.json"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True,
        )
        for name in ("one", "two")
    ]  # fmt: skip
    for process in started:
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
    assert sorted(path.name for path in Path("flats").iterdir()) == [f"book-{number}.png" for number in range(1, 5)]
    painted = [
        row["page_number"]
        for name in ("one", "two")
        for row in json.loads(Path(f"{name}.json").read_text())
        if row["outcome"] == "painted"
    ]
    assert sorted(painted) == [1, 2, 3, 4]  # every page once


def test_what_a_dead_process_has_left_is_taken_over(tmp_path: Path):
    target = tmp_path / "a.png"
    old = tmp_path / ".a.png.claim-1"
    old.write_text(json.dumps({"machine": "another", "process": 1}))
    with claim(target) as is_ours:
        assert not is_ours
    os.utime(old, (time.time() - STALE - 5,) * 2)
    with claim(target) as is_ours:
        assert is_ours
        with claim(target) as again:
            assert not again
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_died_on_this_machine_is_noticed_at_once(tmp_path: Path):
    code = f"""
import os
from pathlib import Path
from guiding_painter.terminal.claims import claim
with claim(Path({str(tmp_path / "a.png")!r})):
    os._exit(1)
"""
    subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert len(list(tmp_path.iterdir())) == 1
    with claim(tmp_path / "a.png") as is_ours:
        assert is_ours


def test_a_claim_that_a_full_disk_does_not_take_keeps_nobody_waiting(tmp_path: Path):
    refused = pytest.raises(OSError, match=r"^The folder .* cannot be written to \(File too large\): choose")
    with no_room_beyond(5), refused, claim(tmp_path / "a.png"):
        pytest.fail("claimed")
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_another_finished_meanwhile_is_not_painted_again(tmp_path: Path):
    page = PageTask(tmp_path / "a.tif", tmp_path / "out.png")
    other = tmp_path / ".out.png.claim-1"
    other.write_text(json.dumps({"machine": "another", "process": 1}))
    looks = []

    class Folder(type(tmp_path)):
        """The target, which is there at the third look."""

        def exists(self, **options) -> bool:
            looks.append(self)
            return len(looks) > 2

    (outcome,) = paint_pages([PageTask(page.drawing, Folder(page.target))], lambda page: pytest.fail("painted twice"))
    assert outcome.outcome == "painted by another process"


def test_overwriting_leaves_what_another_process_has_just_written(tmp_path: Path):
    pages = [PageTask(Path("a"), tmp_path / "a.png"), PageTask(Path("b"), tmp_path / "b.png")]
    for page in pages:
        page.target.write_bytes(b"old")
        os.utime(page.target, (time.time() - 60,) * 2)

    def paint(page: PageTask) -> dict:
        assert page is pages[0]
        for other in pages:
            other.target.write_bytes(b"new")
            os.utime(other.target, (time.time() + 1,) * 2)
        return {}

    outcomes = paint_pages(pages, paint, overwrite=True)
    assert [outcome.outcome for outcome in outcomes] == ["painted", "painted by another process"]


def test_pages_get_names_that_sort(tmp_path: Path):
    counts = {"book.pdf": 12, "one.png": 1}
    pages = plan_pages(map(Path, counts), tmp_path, ".psd", lambda path: counts[path.name])
    assert [page.target.name for page in pages][:2] == ["book-01.psd", "book-02.psd"]
    assert pages[-1].target.name == "one.psd"
    assert str(pages[1]) == "book.pdf, page 2"
    (third,) = plan_pages([Path("book.pdf")], tmp_path, ".psd", lambda path: 12, page_number=3)
    assert third.target.name == "book-03.psd"
    with pytest.raises(ValueError, match=r"book\.pdf, page 1 and book-01\.png would both be written to"):
        plan_pages(
            map(Path, ("book.pdf", "book-01.png")), tmp_path, ".psd", lambda path: 12 if "pdf" in path.name else 1
        )


def test_a_report_tells_all(run, book: Path):
    comic_page(0).save("a.png")
    Path("b.png").write_text("no picture")
    frames = [comic_page(seed).convert("L") for seed in range(2)]
    frames[0].save("c.tif", save_all=True, append_images=frames[1:])
    code, out, err = run("paint a.png b.png c.tif MODEL --colors '#e07a5f' --out flats --report report.json")
    assert (code, out) == (1, "3 of 4 pages were painted to flats.\n")
    rows = json.loads(Path("report.json").read_text())
    assert [(row["drawing"], row["page_number"], row["output"], row["outcome"]) for row in rows] == [
        ("a.png", 1, "flats/a.png", "painted"),
        ("b.png", 1, "flats/b.png", "failed"),
        ("c.tif", 1, "flats/c-1.png", "painted"),
        ("c.tif", 2, "flats/c-2.png", "painted"),
    ]
    assert rows[0]["answered"] == 1
    assert rows[1]["error"].startswith("b.png is no PNG")
    assert rows[3]["notes"] == ["This is page 2 of 2; page_number opens another."]
    assert run("paint a.png MODEL --colors auto -o o.png --report r.json")[0] == 0
    assert json.loads(Path("r.json").read_text())[0]["output"] == "o.png"


@pytest.mark.parametrize("kind", ["png", "psd", "ora"])
@pytest.mark.parametrize("palette", ["p.gpl", "p.json", "p.ase", "picture.png"])
def test_every_format_with_every_palette(run, book: Path, kind: str, palette: str):
    comic_page(0).save("a.png")
    Image.linear_gradient("L").save("picture.png")
    if palette != "picture.png":
        write_palette([(224, 122, 95), (61, 64, 91)], palette)
    assert run(f"paint a.png MODEL --colors auto --palette {palette} --format {kind} --out flats")[0] == 0
    assert Path(f"flats/a.{kind}").exists()
    assert run(f"paint a.png MODEL --palette {palette} --format {kind} -o one")[0] == 0
    assert Path(f"one.{kind}").exists()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("paint a.png MODEL --colors auto -o none/out.png", "none/out.png cannot be written (there is no folder none)"),
        ("paint a.png MODEL --colors auto -o out.png --report none/r.json", "none/r.json cannot be written"),
        ("paint a.png MODEL --colors auto -o out.png --report r.txt", "r.txt does not end in .json"),
        ("paint a.png MODEL --colors auto -o out.png --page-number 2", "a.png has 1 page: page 2 is not there"),
        ("paint a.png MODEL --colors auto -o out.png --page '1,1 2,1 2,2 1,2'", "page is no figure with four corners"),
    ],
)
def test_mistakes_are_told_before_anything_is_painted(run, book: Path, line: str, says: str):
    comic_page(0).save("a.png")
    code, out, err = run(line)
    assert (code, out) == (2, "")
    assert says in err
    assert not Path("out.png").exists()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("paint -a.png --colors auto -o out.png", "put -- before names that begin with a dash, or write ./-a.png"),
        ("paint a.png --colors auto -o out.png --format psd", "--format says psd and out.png ends otherwise"),
        ("paint a.png --colors auto -o out.png --page 1,2", "'1,2' is neither auto, none nor four corners x,y"),
    ],
)
def test_usage_that_is_explained(book: Path, capsys, line: str, says: str):
    comic_page(0).save("-a.png")
    with pytest.raises(SystemExit):
        cli.main(shlex.split(line))
    assert says in capsys.readouterr().err


def test_names_with_a_dash_after_two_dashes(run, book: Path):
    comic_page(0).save("-a.png")
    assert run("paint MODEL --colors auto -o out.png -- -a.png")[0] == 0


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(self: Path, **options) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "touch", refuse)
    with pytest.raises(OSError, match=r"cannot be written to \(Permission denied\): choose another place\.$"):
        folder_time(tmp_path)
