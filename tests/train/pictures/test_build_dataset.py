"""The open training set: splits, repeatability, resuming, crashes of the renderer, comic tiles. No network, no npm."""

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from tqdm import tqdm

from pictures import build_dataset
from pictures import sprites as sprite_library
from pictures.compose import KINDS, SIZES, compose, in_natural_colors
from pictures.doodles import THINGS, fir
from pictures.pen import Pen
from pictures.recolor import draw_palette, recolor
from pictures.skin import gold_share
from pictures.sprites import open_sprite

FAKE_RENDERER = """
import json, os, sys
for index, job in enumerate(json.load(open(sys.argv[1]))):
    print(index, flush=True)
    if "bad" in job["path"]:
        os.abort()
    open(job["path"], "w").write("png")
"""


def draw_sprite(path: Path, fill: tuple[int, int, int]) -> Path:
    sprite = Image.new("RGBA", (96, 96))
    draw = ImageDraw.Draw(sprite)
    draw.ellipse((4, 4, 92, 92), fill=fill, outline=(10, 10, 10), width=5)
    draw.rectangle((30, 40, 60, 70), fill=fill[::-1], outline=(10, 10, 10), width=4)
    path.parent.mkdir(parents=True, exist_ok=True)
    sprite.save(path)
    return path


@pytest.fixture(scope="module")
def sprites_dir(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("sprites")
    for source in ("adventurer", "noto", "openclipart-png"):
        for i in range(40):
            draw_sprite(folder / source / f"drawing-{i}x.png", (250, 40 + 5 * i, 90))
    return folder


@pytest.fixture
def build(sprites_dir, monkeypatch):
    """build_dataset's main without the renderer, on the drawings of this test."""
    monkeypatch.setattr(build_dataset, "render_sprites", lambda folder, num_workers: [])

    def run(output_dir: Path, *more: str) -> dict[str, bytes]:
        counts = ["--num_train=6", "--num_validation=2", "--num_test=3", "--num_workers=1"]
        build_dataset.main([f"--output_dir={output_dir}", f"--sprites_dir={sprites_dir}", *counts, *more])
        return {str(p.relative_to(output_dir)): p.read_bytes() for p in sorted(output_dir.rglob("*.png"))}

    return run


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_are_colored_sized_and_repeatable(kind, sprites_dir):
    paths = sorted((sprites_dir / "adventurer").glob("*.png"))

    def pick(rng: np.random.Generator) -> tuple[Path, Image.Image, bool]:
        path = paths[rng.integers(len(paths))]
        return path, open_sprite(path), False

    def picture(seed: int) -> Image.Image:
        return compose(kind, pick, np.random.default_rng(seed))

    pictures = [picture(seed) for seed in range(4)]
    for seed, made in enumerate(pictures):
        assert made.mode == "RGB"
        assert set(made.size) <= set(SIZES)
        assert np.asarray(made).std() > 5
        assert made.tobytes() == picture(seed).tobytes()
    assert len({made.tobytes() for made in pictures}) == 4


def test_single_drawing_keeps_its_colors_mostly_on_white(tmp_path):
    path, white = draw_sprite(tmp_path / "sprite.png", (250, 200, 90)), 0
    picked = path, open_sprite(path), True
    for seed in range(12):
        picture = np.asarray(compose("single", lambda rng: picked, np.random.default_rng(seed)))
        assert (np.abs(picture.astype(int) - (250, 200, 90)).sum(2) < 6).mean() > 0.15
        white += (picture[0] == 255).all()
    assert 8 <= white <= 12


def test_recolor_changes_fills_and_leaves_lines_dark(tmp_path):
    sprite = Image.open(draw_sprite(tmp_path / "sprite.png", (250, 200, 90)))
    colors = set()
    for seed in range(12):
        rng = np.random.default_rng(seed)
        changed = np.asarray(recolor(sprite, draw_palette(rng), rng, outline=False))
        assert changed[48, 6, :3].max() < 60  # on the outline
        assert changed[0, 0, 3] == 0
        colors.add(tuple(changed[20, 48, :3]))
    assert len(colors) > 6


def test_outline_surrounds_every_area():
    sprite = Image.new("RGBA", (80, 80), (220, 60, 60, 255))
    sprite.paste((60, 60, 220, 255), (40, 0, 80, 80))
    rng = np.random.default_rng(0)
    palette = np.array([[200, 200, 90], [90, 200, 200]], np.float32)
    row = np.asarray(recolor(sprite, palette, rng, outline=True))[40, :, :3].max(1)
    assert row[36:44].min() < 70
    assert row[15:30].min() > 80
    assert row[50:70].min() > 80


def test_palette_colors_differ():
    for seed in range(20):
        palette = draw_palette(np.random.default_rng(seed))
        apart = np.linalg.norm(palette[:, None] - palette[None], axis=2)[np.triu_indices(len(palette), 1)]
        assert apart.min() > 5
        assert np.median(apart) > 50


def test_layout_split_and_attribution(build, sprites_dir, tmp_path):
    files = build(tmp_path)
    assert sum(name.startswith("train/") for name in files) == 6
    assert sum(name.startswith("validation/") for name in files) == 2
    assert sum(name.startswith("test/clipart_") for name in files) == 1
    assert sum(name.startswith("test/") for name in files) == 4
    attribution = (tmp_path / "ATTRIBUTION.md").read_text()
    assert "Lisa Wischofsky" in attribution
    assert "Pablo Stanley" not in attribution  # no drawing of that source was used
    split = build_dataset.list_sprites(sprites_dir)
    seen = [path for by_source in split.values() for paths in by_source.values() for path in paths]
    assert len(seen) == len(set(seen)) == 120
    assert all(any(by_source.values()) for by_source in split.values())


def test_versions_of_one_drawing_stay_in_one_split():
    for job in range(50):
        names = [f"woman-job{job}", f"man-job{job}", f"job{job}-1", f"job{job}-2"]
        assert len({sprite_library.split_of(Path("noto") / f"{name}.png") for name in names}) == 1


def test_interrupted_run_goes_on_to_the_same_set(build, tmp_path):
    whole = build(tmp_path / "whole")
    build(tmp_path / "cut")
    kept, *lost = sorted((tmp_path / "cut" / "train").glob("*.png"))
    before = kept.stat().st_mtime_ns
    for path in lost:
        path.unlink()
    lost[0].with_suffix(".part").write_bytes(b"half a picture")
    assert build(tmp_path / "cut") == whole
    assert kept.stat().st_mtime_ns == before


def test_other_seed_is_another_set_and_needs_another_folder(build, tmp_path, capsys):
    first = build(tmp_path / "a")
    assert not set(first.values()) & set(build(tmp_path / "b", "--seed=1").values())
    with pytest.raises(SystemExit, match="2"):
        build(tmp_path / "a", "--seed=1")
    assert "was begun with --seed 0, not 1: give that seed" in capsys.readouterr().err.splitlines()[-1]


def test_renderer_crash_loses_one_drawing(tmp_path):
    script = tmp_path / "fake.py"
    script.write_text(FAKE_RENDERER)
    names = ["a", "bad-1", "b", "bad-2", "bad-3", "c"]
    jobs = [{"path": str(tmp_path / "out" / f"{name}.png")} for name in names]
    with tqdm(total=len(jobs), disable=True) as progress:
        broken = sprite_library.render(jobs, [sys.executable, str(script)], progress)
        assert [Path(job["path"]).stem for job in broken] == ["bad-1", "bad-2", "bad-3"]
        assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.png", "b.png", "c.png"]
        # A second run only tries what is missing.
        (tmp_path / "out" / "a.png").write_text("kept")
        sprite_library.render(jobs, [sys.executable, str(script)], progress)
        assert (tmp_path / "out" / "a.png").read_text() == "kept"
        with pytest.raises(OSError, match="ended with code 3"):
            sprite_library.render([{"path": str(tmp_path / "d.png")}], [sys.executable, "-c", "exit(3)"], progress)


def test_comic_pages_become_tiles_with_content(build, tmp_path):
    rng = np.random.default_rng(0)
    for split in ("train", "validation"):
        (tmp_path / "comic" / split).mkdir(parents=True)
        page = np.full((900, 800, 3), 255, np.uint8)
        page[:450] = rng.integers(0, 255, (450, 800, 3))  # the lower half is an empty gutter
        Image.fromarray(page).save(tmp_path / "comic" / split / f"page-{split}.jpg")
    files = build(tmp_path / "out", f"--comic_dir={tmp_path / 'comic'}", "--tiles_per_page=5")
    tiles = [tmp_path / "out" / name for name in files if "/comic_" in name]
    assert {path.parent.name for path in tiles} == {"train", "validation"}
    assert 4 <= len(tiles) <= 10
    for path in tiles:
        tile = Image.open(path)
        assert set(tile.size) <= set(SIZES)
        assert np.asarray(tile.convert("L")).std() > 25


def test_photos_silhouettes_and_empty_pictures_are_no_drawings(tmp_path):
    drawing = Image.open(draw_sprite(tmp_path / "sprite.png", (250, 60, 60)))
    assert sprite_library.is_colored_drawing(drawing)
    assert not sprite_library.is_colored_drawing(Image.new("RGBA", (96, 96)))
    silhouette = Image.new("RGBA", (96, 96))
    ImageDraw.Draw(silhouette).ellipse((8, 8, 88, 88), fill=(0, 0, 0, 255))
    assert not sprite_library.is_colored_drawing(silhouette)
    photo = np.random.default_rng(0).integers(0, 255, (96, 96, 4)).astype(np.uint8)
    photo[:, :70, 3] = 255
    assert not sprite_library.is_colored_drawing(Image.fromarray(photo))


def test_missing_folder_is_named(build, tmp_path, capsys):
    with pytest.raises(SystemExit):
        build(tmp_path / "out", "--comic_dir=nowhere")
    (said,) = capsys.readouterr().err.splitlines()
    assert "nowhere is not a folder: give an existing one" in said


def test_the_set_is_packed_into_shards_beside_it(build, tmp_path):
    build(tmp_path / "set", "--shards", "2")
    packed = sorted(path.name for path in (tmp_path / "set-shards").glob("*.parquet"))
    assert packed == [
        "test-00000-of-00001.parquet", "train-00000-of-00002.parquet", "train-00001-of-00002.parquet",
        "validation-00000-of-00001.parquet",
    ]  # fmt: skip


def draw_emoji(path: Path) -> Path:
    """A yellow head with a shaded ear and a blue hat, and where they are."""
    sprite = Image.new("RGBA", (96, 96))
    draw = ImageDraw.Draw(sprite)
    draw.ellipse((4, 20, 92, 92), fill=(252, 194, 27))
    draw.rectangle((40, 60, 56, 80), fill=(226, 172, 24))
    draw.rectangle((20, 4, 76, 30), fill=(40, 90, 200))
    path.parent.mkdir(parents=True, exist_ok=True)
    sprite.save(path)
    return path


def test_people_get_a_natural_skin_and_nothing_else_changes(tmp_path):
    path = draw_emoji(tmp_path / "noto" / "woman-farmer.png")
    before, light = np.asarray(Image.open(path)), []
    for seed in range(30):
        after = np.asarray(in_natural_colors(path, open_sprite(path), np.random.default_rng(seed))).astype(int)
        skin, shade = after[50, 20, :3], after[70, 44, :3]  # the empty margin of 4 pixels is cut
        assert gold_share(Image.fromarray(after.astype(np.uint8))) < 0.05
        assert skin[0] > skin[1] > skin[2]
        assert shade.sum() < skin.sum()
        assert (after[10, 40] == (40, 90, 200, 255)).all()
        light.append(skin.mean())
    assert min(light) < 110 < 190 < max(light)  # from dark to light
    for name in ("noto/star.png", "openclipart-png/people-woman.png"):
        other = draw_emoji(tmp_path / name)
        after = in_natural_colors(other, open_sprite(other), np.random.default_rng(0))
        assert after.getpixel((20, 50)) == (252, 194, 27, 255)
    assert (before[70, 48, :3] == (226, 172, 24)).all()


def test_gold_things_are_rare_but_for_people(tmp_path):
    gold, red = draw_emoji(tmp_path / "noto" / "star.png"), draw_sprite(tmp_path / "noto" / "apple.png", (220, 40, 40))
    person = draw_emoji(tmp_path / "noto" / "girl.png")
    by_source = {source.name: [] for source in sprite_library.SOURCES} | {"noto": [gold, red, person]}
    rng = np.random.default_rng(0)
    picked = [build_dataset.pick_sprite(rng, by_source, clipart=False)[0] for _ in range(300)]
    assert 0 < picked.count(gold) < 40
    assert picked.count(red) > 100
    assert picked.count(person) > 100


def test_a_sprite_is_opened_once(tmp_path, monkeypatch):
    red = draw_sprite(tmp_path / "noto" / "apple.png", (220, 40, 40))
    sprites = {"train": {source.name: [] for source in sprite_library.SOURCES} | {"noto": [red]}}
    (tmp_path / "train").mkdir()
    opened, opening = [], Image.open
    monkeypatch.setattr(Image, "open", lambda file: opened.append(file) or opening(file))
    for index in range(5):
        build_dataset.compose_one(("train", index, "single", False), sprites, 0, tmp_path)
    assert opened == [red] * 5


@pytest.mark.parametrize("thing", THINGS)
def test_doodles_are_outlined_and_colored(thing):
    for seed in range(3):
        rng = np.random.default_rng(seed)
        pen = Pen((300, 280), rng)
        thing(pen, rng)
        picture = np.asarray(pen.finished()).astype(int)
        assert picture.shape == (280, 300, 3)
        assert 0.003 < (picture.max(2) < 60).mean() < 0.25  # ink
        assert 0.01 < (np.ptp(picture, axis=2) > 12).mean()


def test_a_doodle_has_the_color_of_what_it_shows():
    for seed in range(5):
        rng = np.random.default_rng(seed)
        pen = Pen((200, 200), rng)
        fir(pen, rng)
        picture = np.asarray(pen.finished()).astype(int)
        red, green, blue = picture[(np.ptp(picture, axis=2) > 30) & (picture.max(2) > 80)].mean(0)
        assert green > max(red, blue) + 20
