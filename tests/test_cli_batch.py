"""The command line over many pages in one go."""

from pathlib import Path

import pytest
from command_line import Run, enter, runner
from PIL import Image

from guiding_painter import GuidingPainterPipeline
from guiding_painter.files import writing

BATCH = "paint pages/a.png pages/b.png pages/c.tif MODEL --colors '#e07a5f' --out flats/today"


@pytest.fixture
def folder(drawing: Image.Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return enter(tmp_path, drawing, monkeypatch)


@pytest.fixture
def run(folder: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(checkpoint, capsys)


@pytest.fixture
def pages(folder: Path, drawing: Image.Image) -> list[Path]:
    """Three drawings in pages/, the second of which is none."""
    (folder / "pages").mkdir()
    drawing.save("pages/a.png", dpi=(300, 300))
    Path("pages/b.png").write_text("no picture")
    drawing.rotate(180).save("pages/c.tif")
    return [Path("pages/a.png"), Path("pages/b.png"), Path("pages/c.tif")]


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
