"""The sets that guesses are measured on: what is chosen for them, and how it is laid on paper. No network, no npm."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pictures import build_measuring_sets
from pictures.build_dataset import tiles_of_page
from pictures.sprites import split_of

SVG = '<svg id="emoji" viewBox="0 0 72 72"><g id="{}"/></svg>'


@pytest.fixture
def rendered(monkeypatch):
    """The jobs that would be rendered; OpenMoji is a package of six entries."""
    jobs = []

    def install(package_dir: Path) -> None:
        package = package_dir / "node_modules" / "openmoji"
        entries = [("A1", "objects", ""), ("A2", "flags", ""), ("A3", "people-body", ""), ("A4", "people-body", "3"),
                   ("A5", "symbols", ""), ("A6", "food-drink", "")]  # fmt: skip
        (package / "data").mkdir(parents=True)
        listed = [{"hexcode": code, "group": group, "skintone": tone} for code, group, tone in entries]
        (package / "data" / "openmoji.json").write_text(json.dumps(listed))
        for kind in ("color", "black"):
            (package / kind / "svg").mkdir(parents=True)
            for code, *_ in entries:
                (package / kind / "svg" / f"{code}.svg").write_text(SVG.format(f"{kind} {code}"))

    monkeypatch.setattr(build_measuring_sets, "install_packages", install)
    monkeypatch.setattr(build_measuring_sets, "render", lambda new, command, progress: jobs.extend(new) or [])
    return jobs


def test_emoji_have_their_own_lines_and_white_paper(rendered, tmp_path):
    build_measuring_sets.main([f"--output_dir={tmp_path}"])
    assert [Path(job["path"]).name for job in rendered] == [
        "A1.png", "A1.lines.png", "A3.png", "A3.lines.png", "A6.png", "A6.lines.png"]  # fmt: skip
    for job, kind in zip(rendered[:2], ("color", "black"), strict=True):
        start, rest = job["svg"].split(build_measuring_sets.PAPER)
        assert start == '<svg id="emoji" viewBox="0 0 72 72">'
        assert f"{kind} A1" in rest


def test_emoji_are_evenly_spread(rendered, tmp_path):
    build_measuring_sets.main([f"--output_dir={tmp_path}", "--limit=2"])
    assert {Path(job["path"]).name[:2] for job in rendered} == {"A1", "A6"}


def test_an_emoji_that_cannot_be_rendered_is_named(rendered, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(build_measuring_sets, "render", lambda jobs, command, progress: jobs[:1])
    with pytest.raises(SystemExit):
        build_measuring_sets.main([f"--output_dir={tmp_path}"])
    assert "A1.png could not be rendered" in capsys.readouterr().err


def test_clip_art_of_the_test_split_lies_on_white(rendered, tmp_path):
    clipart = tmp_path / "clipart" / "animals"
    clipart.mkdir(parents=True)
    for number in range(40):
        sprite = Image.new("RGBA", (200, 160))
        draw = ImageDraw.Draw(sprite)
        draw.ellipse((20, 20, 180, 140), fill=(230, 90, 40), outline=(0, 0, 0), width=8)
        sprite.save(clipart / f"cat {number}.png")
    build_measuring_sets.main([f"--output_dir={tmp_path / 'sets'}", f"--clipart_dir={clipart.parent}"])
    found = sorted((tmp_path / "sets" / "clipart").glob("*.png"))
    assert 0 < len(found) < 20
    assert all(split_of(Path("openclipart-png") / path.name) == "test" for path in found)
    picture = Image.open(found[0])
    assert picture.mode == "RGB"
    assert picture.getpixel((0, 0)) == (255, 255, 255)
    assert picture.getpixel((picture.width // 2, picture.height // 2)) == (230, 90, 40)


def test_every_fourth_tile_of_later_pages(rendered, tmp_path):
    pages = tmp_path / "comic" / "validation"
    pages.mkdir(parents=True)
    noise = np.random.default_rng(0).integers(0, 255, (40, 30, 3), dtype=np.uint8)
    Image.fromarray(noise).resize((600, 800), Image.Resampling.NEAREST).save(pages / "page.png")
    build_measuring_sets.main([f"--output_dir={tmp_path / 'sets'}", f"--comic_dir={tmp_path / 'comic'}"])
    tiles = list(tiles_of_page(pages / "page.png", 16, 0))
    found = sorted((tmp_path / "sets" / "comic").glob("*.png"))
    assert [path.name for path in found] == [f"page_{number:02d}.png" for number in (0, 4, 8, 12)]
    for path, number in zip(found, (0, 4, 8, 12), strict=True):
        assert np.array_equal(np.asarray(Image.open(path)), np.asarray(tiles[number]))


def test_pages_without_validation_are_refused_in_one_sentence(tmp_path, capsys):
    with pytest.raises(SystemExit):
        build_measuring_sets.main([f"--output_dir={tmp_path}", f"--comic_dir={tmp_path}"])
    assert f"{tmp_path / 'validation'} is not a folder" in capsys.readouterr().err
