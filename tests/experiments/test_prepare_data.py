"""The paper's sets, in small folders of their layouts: divided the same way every time, missing ones named, resumed."""

import io
import json

import datasets
import numpy as np
import pytest
from PIL import Image
from training_pictures import draw_picture

from experiments.data import prepare, sources
from pictures.folders import SPLITS, load_pictures


def draw(path, seed, size=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = draw_picture(seed)
    (picture.resize(size) if size else picture).save(path)
    return path


def run(*words):
    prepare.main([str(word) for word in words])


def refused(capsys, *words):
    capsys.readouterr()
    with pytest.raises(SystemExit) as stop:
        run(*words)
    assert stop.value.code == 2
    message = capsys.readouterr().err.strip()
    assert len(message.splitlines()) == 1
    return message


def names_in(folder):
    return {split: sorted(path.stem for path in (folder / split).iterdir()) for split in SPLITS}


@pytest.fixture
def faces(tmp_path, monkeypatch):
    """CelebA as if it had 20 pictures."""
    monkeypatch.setattr(sources.celeba_folder, "__defaults__", (20,))
    monkeypatch.setattr(sources.celeba_data_set, "__defaults__", (20,))
    for number in range(1, 21):
        draw(tmp_path / "img_align_celeba" / f"{number:06}.jpg", number, (178, 218))
    return tmp_path / "img_align_celeba"


def test_celeba_is_divided_81_9_10_at_256_pixels_and_trains(faces, tmp_path):
    run("celeba", "--folder", faces, "--output_dir", tmp_path / "out")
    found = names_in(tmp_path / "out")
    assert [len(found[split]) for split in SPLITS] == [16, 2, 2]
    assert sorted(sum(found.values(), [])) == [f"{number:06}" for number in range(1, 21)]
    (path, *_) = load_pictures(tmp_path / "out", "validation")
    with Image.open(path) as picture:
        assert picture.size == (256, 256)
        expected = Image.open(faces / f"{path.stem}.jpg").resize((256, 256), Image.Resampling.LANCZOS)
        assert np.array_equal(np.asarray(picture), np.asarray(expected))
    report = json.loads((tmp_path / "out" / "prepared.json").read_text())
    assert report["pictures"] == {"train": 16, "validation": 2, "test": 2}
    assert "non-commercial" in (tmp_path / "out" / "ATTRIBUTION.md").read_text()


def test_missing_pictures_are_named_and_others_keep_their_split(faces, tmp_path, capsys):
    run("celeba", "--folder", faces, "--output_dir", tmp_path / "all")
    (faces / "000007.jpg").unlink()
    (faces / "000011.jpg").write_bytes(b"cut short")
    arguments = ("celeba", "--folder", faces, "--output_dir", tmp_path / "some")
    assert "lacks 1 of 20 pictures (000007)" in refused(capsys, *arguments)
    assert not (tmp_path / "some").exists(), "something was written"
    run(*arguments, "--skip_missing")
    assert "left out: 000011" in capsys.readouterr().out
    report = json.loads((tmp_path / "some" / "prepared.json").read_text())
    assert (report["missing"], list(report["unreadable"])) == (["000007"], ["000011"])
    every, some = names_in(tmp_path / "all"), names_in(tmp_path / "some")
    for split in SPLITS:
        assert some[split] == [name for name in every[split] if name not in ("000007", "000011")]


def test_an_interrupted_run_goes_on_and_another_set_is_refused(faces, tmp_path, capsys):
    arguments = ("celeba", "--folder", faces, "--output_dir", tmp_path / "out")
    run(*arguments)
    first, second, *_ = sorted((tmp_path / "out" / "train").iterdir())
    before, time = first.read_bytes(), second.stat().st_mtime_ns
    first.unlink()
    run(*arguments)
    assert first.read_bytes() == before
    assert second.stat().st_mtime_ns == time, "written once more"
    (tmp_path / "ids.txt").write_text("1\n2\n3\n")
    draw(tmp_path / "danbooru" / "1.png", 1)
    words = ("tag2pix", "--ids", tmp_path / "ids.txt", "--folder", tmp_path / "danbooru", "--skip_missing")
    assert "begun with other pictures" in refused(capsys, *words, "--output_dir", tmp_path / "out")


def test_celeba_of_a_data_set_is_that_of_the_folder_and_not_fetched_unasked(faces, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    features = datasets.Features({"image": datasets.Image(), "celeb_id": datasets.Value("int64")})
    for split, numbers in (("train", range(1, 15)), ("valid", range(15, 18)), ("test", range(18, 21))):
        files = [{"bytes": (faces / f"{i:06}.jpg").read_bytes(), "path": None} for i in numbers]
        columns = {"image": files, "celeb_id": list(numbers)}
        (tmp_path / "hub").mkdir(exist_ok=True)
        datasets.Dataset.from_dict(columns, features).to_parquet(tmp_path / "hub" / f"{split}.parquet")
    run("celeba", "--folder", faces, "--output_dir", tmp_path / "one")
    run("celeba", "--dataset_name", tmp_path / "hub", "--output_dir", tmp_path / "two")
    for split in SPLITS:
        for path in (tmp_path / "one" / split).iterdir():
            assert path.read_bytes() == (tmp_path / "two" / split / path.name).read_bytes()
    words = refused(capsys, "celeba", "--dataset_name", "someone/celeba", "--output_dir", tmp_path / "three")
    assert "--download" in words


def test_tag2pix_finds_danbooru_pictures_in_buckets_and_beside_them(tmp_path, capsys):
    ids = [1234567, 567, 42, 3042, 9000, 9001]
    (tmp_path / "ids.txt").write_text("".join(f"{number} 1girl\n" for number in ids) + "\n42\n")
    for number in ids[:4]:
        draw(tmp_path / "danbooru" / f"{number % 1000:04}" / f"{number}.jpg", number % 99)
    draw(tmp_path / "danbooru" / "9000.png", 3)
    arguments = ("tag2pix", "--ids", tmp_path / "ids.txt", "--folder", tmp_path / "danbooru")
    assert "(9001)" in refused(capsys, *arguments, "--output_dir", tmp_path / "out")
    run(*arguments, "--output_dir", tmp_path / "out", "--skip_missing")
    assert sorted(sum(names_in(tmp_path / "out").values(), [])) == sorted(map(str, ids[:5]))
    (tmp_path / "ids.txt").write_text("12\nhello\n")
    assert "Line 2" in refused(capsys, *arguments, "--output_dir", tmp_path / "other")
    (tmp_path / "ids.txt").unlink()
    assert "ids.txt is not a file: name one" in refused(capsys, *arguments, "--output_dir", tmp_path / "other")


def test_yumi_takes_the_pictures_of_every_episode(tmp_path, capsys):
    for episode in (1, 2):
        for number in (1, 2, 10):
            draw(tmp_path / "yumi" / f"episode{episode:03}" / f"{number}.png", number)
    run("yumi", "--folder", tmp_path / "yumi", "--output_dir", tmp_path / "out")
    names = sum(names_in(tmp_path / "out").values(), [])
    assert sorted(names) == sorted(f"episode{episode:03}_{number}" for episode in (1, 2) for number in (1, 2, 10))
    assert "Naver" in capsys.readouterr().out
    (tmp_path / "empty").mkdir()
    assert "no folders" in refused(capsys, "yumi", "--folder", tmp_path / "empty", "--output_dir", tmp_path / "other")


def test_a_strip_is_cut_where_rows_are_of_one_color_also_across_its_slices(tmp_path):
    rng = np.random.default_rng(0)
    strip = np.full((1000, 80, 3), 255, dtype=np.uint8)
    panels = [(20, 180), (210, 520), (560, 860)]
    for top, bottom in panels:
        strip[top:bottom] = rng.integers(0, 256, (bottom - top, 80, 3))
    strip[400:406] = 255  # a thin band is part of a picture
    strip[900:930, 20:40] = 0  # lettering is none
    folder = tmp_path / "yumi" / "1"
    folder.mkdir(parents=True)
    for number, top in enumerate(range(0, 1000, 250), start=8):  # 8, 9, 10, 11: not in the order of letters
        Image.fromarray(strip[top : top + 250]).save(folder / f"{number}.png")
    pictures = sources.yumi(tmp_path / "yumi", strips=True).pictures
    assert list(pictures) == ["1_000", "1_001", "1_002"]
    for read, (top, bottom) in zip(pictures.values(), panels, strict=True):
        assert np.array_equal(np.asarray(read()), strip[top:bottom])


def test_a_row_of_a_data_set_may_be_a_path(tmp_path):
    path = draw(tmp_path / "a.png", 1)
    read = [
        sources.open_row(row)
        for row in ({"path": str(path), "bytes": None}, {"path": None, "bytes": path.read_bytes()})
    ]
    assert read[0].tobytes() == read[1].tobytes() == Image.open(io.BytesIO(path.read_bytes())).tobytes()
