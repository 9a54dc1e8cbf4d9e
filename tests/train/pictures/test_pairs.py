"""The training pictures: splits, samples that are a function of their number, pictures that cannot be used."""

from pathlib import Path

import pytest
import torch
from training_pictures import draw_picture, draw_pictures

from pictures.folders import load_pictures
from pictures.pairs import SketchColorPairs, TrainingPairs, collate, sketch_cells


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return draw_pictures(tmp_path / "comic", 12)


def names(pictures: list[Path]) -> list[str]:
    return [path.name for path in pictures]


def test_a_folder_without_splits_is_divided_the_same_way_every_time(folder):
    parts = [names(load_pictures(folder, split)) for split in ("train", "validation", "test")]
    assert [len(part) for part in parts] == [10, 1, 1]  # 81:9:10
    assert sorted(sum(parts, [])) == [f"page{i:02}.png" for i in range(12)]
    assert parts == [names(load_pictures(folder, split)) for split in ("train", "validation", "test")]


def test_a_folder_with_train_only_is_divided_too(tmp_path):
    draw_pictures(tmp_path / "train", 12)
    (tmp_path / "train" / "._page.png").write_bytes(b"what macOS leaves on foreign disks")
    assert [len(load_pictures(tmp_path, split)) for split in ("train", "validation", "test")] == [10, 1, 1]


def test_the_division_depends_on_names_only(folder, tmp_path):
    folder.rename(tmp_path / "moved")
    moved = names(load_pictures(tmp_path / "moved", "validation"))
    assert moved == names(load_pictures(draw_pictures(tmp_path / "again", 12), "validation"))


def test_a_folder_with_splits_is_taken_as_it_is(tmp_path):
    draw_pictures(tmp_path / "train", 5)
    draw_pictures(tmp_path / "validation", 2)
    assert len(load_pictures(tmp_path, "train")) == 5
    assert sorted(names(load_pictures(tmp_path, "validation"))) == ["page00.png", "page01.png"]
    with pytest.raises(ValueError, match="has train, validation but not test"):
        load_pictures(tmp_path, "test")


def test_folders_without_pictures_are_refused_in_one_sentence(tmp_path):
    with pytest.raises(OSError, match="nowhere is not a folder"):
        load_pictures(tmp_path / "nowhere", "train")
    with pytest.raises(OSError, match="holds no pictures"):
        load_pictures(tmp_path, "train")
    (tmp_path / "notes.txt").write_text("no picture")
    with pytest.raises(OSError, match="holds no pictures"):
        load_pictures(tmp_path, "train")
    draw_pictures(tmp_path, 2)
    with pytest.raises(ValueError, match="has only 2 pictures: give at least 3"):
        load_pictures(tmp_path, "train")


def test_a_pair_is_the_picture_with_its_lines(folder):
    pair = SketchColorPairs(load_pictures(folder, "train"), 64, with_cells=True)[0]
    assert pair["sketch"].shape == (1, 64, 64)
    assert pair["color_image"].shape == (3, 64, 64)
    for image in (pair["sketch"], pair["color_image"]):
        assert -1 <= image.min() < -0.5 < 0.5 < image.max() <= 1
    assert torch.equal(pair["cells"], sketch_cells(pair["sketch"][None])[0])
    assert pair["cells"].max() >= 2


def test_a_sample_is_a_function_of_seed_and_number(folder):
    pictures = load_pictures(folder, "train")
    first, second = (TrainingPairs(pictures, 32, seed=3) for _ in range(2))
    later = first[25]
    for n in (0, 12):
        first[n]
    again = second[25]
    assert torch.equal(later["color_image"], again["color_image"])
    assert torch.equal(later["sketch"], again["sketch"])
    assert later["seed"] == again["seed"]
    other = TrainingPairs(pictures, 32, seed=4)[25]
    assert later["seed"] != other["seed"]
    assert not torch.equal(later["color_image"], other["color_image"])


def test_every_picture_comes_once_an_epoch_and_in_another_order(folder):
    pairs = TrainingPairs(load_pictures(folder, "train"), 32, seed=0)
    epochs = [[pairs.picture_of(n) for n in range(start, start + 10)] for start in (0, 10, 20)]
    assert all(sorted(epoch) == list(range(10)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 3


def test_one_picture_gives_many_crops_colors_and_lines(tmp_path):
    for split in ("train", "validation"):
        draw_pictures(tmp_path / split, 1)
    pairs = TrainingPairs(load_pictures(tmp_path, "train"), 32, seed=0)
    samples = [pairs[n] for n in range(8)]
    assert len({sample["color_image"].numpy().tobytes() for sample in samples}) == 8
    assert len({sample["sketch"].numpy().tobytes() for sample in samples}) == 8
    assert len({sample["seed"] for sample in samples}) == 8


def damage(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:300])


def test_pictures_that_cannot_be_used_are_replaced_and_told_of(tmp_path):
    folder = draw_pictures(tmp_path / "train", 6)
    draw_pictures(tmp_path / "validation", 1)
    damage(folder / "page02.png")
    draw_picture(0).resize((31, 90)).save(folder / "page04.png")
    pairs = TrainingPairs(load_pictures(tmp_path, "train"), 32, seed=0)
    samples = [pairs[n] for n in range(6)]
    assert all(sample["color_image"].isfinite().all() for sample in samples)
    skipped = {reason for sample in samples for reason in sample["skipped"]}
    assert len(skipped) == 2
    assert any("page02.png cannot be decoded" in reason for reason in skipped)
    assert any("page04.png has only 31 by 90 pixels" in reason for reason in skipped)


def test_held_back_pictures_that_cannot_be_used_are_left_out(tmp_path):
    folder = draw_pictures(tmp_path / "test", 3)
    damage(folder / "page02.png")
    pairs = SketchColorPairs(load_pictures(tmp_path, "test"), 32)
    batch = collate([pairs[i] for i in range(3)])
    assert batch["sketch"].shape == (2, 1, 32, 32)
    assert len(batch["skipped"]) == 1
    bad = next(i for i in range(3) if pairs[i]["skipped"])
    assert collate([pairs[bad]]) == {"skipped": batch["skipped"]}


def test_a_folder_without_one_good_picture_is_refused(tmp_path):
    folder = draw_pictures(tmp_path / "comic", 4)
    for path in folder.rglob("*.png"):
        damage(path)
    pairs = TrainingPairs(load_pictures(folder, "train"), 32, seed=0)
    with pytest.raises(ValueError, match=r"None of the 2 training pictures can be used, for example: .*page0"):
        pairs[0]
