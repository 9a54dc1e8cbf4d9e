"""Training pictures through `datasets`, all offline: folders with metadata, parquet, webdataset, archives."""

import json
from pathlib import Path

import datasets
import numpy as np
import pytest
from local_data_sets import (
    HELD_BACK,
    damaged,
    keep_offline,
    line_art,
    numbers_of,
    png,
    samples_equal,
    write_parquet,
    write_tar,
)
from PIL import Image
from training_pictures import draw_picture, draw_pictures

from pictures.data_sets import load_dataset_pictures, stream_dataset_pictures
from pictures.pairs import SketchColorPairs, TrainingPairs
from preparation import load_data, number_of_steps
from settings import parse_settings


@pytest.fixture(autouse=True)
def offline(tmp_path_factory, monkeypatch):
    keep_offline(tmp_path_factory.mktemp("cache"), monkeypatch)


@pytest.mark.parametrize("kind", ["parquet file", "parquet folder", "tar", "pictures"])
def test_a_data_set_of_any_kind_is_divided_the_same_way_every_time(kind, tmp_path):
    column = "image"
    if kind == "tar":
        source, column = write_tar(tmp_path / "comic.tar", 12), "png"
    elif kind == "pictures":
        source = draw_pictures(tmp_path / "comic", 12)
    else:
        (tmp_path / "comic").mkdir()
        source = write_parquet(tmp_path / "comic" / "pages.parquet", range(12))
        source = source if kind == "parquet file" else source.parent
    train, validation = load_dataset_pictures(str(source), image_column=column)
    assert (len(train), len(validation)) == (10, 1)  # 81:9:10
    numbers = numbers_of(train, 12) + numbers_of(validation, 12)
    assert len(set(numbers)) == 11
    again = load_dataset_pictures(str(source), image_column=column)
    assert numbers == numbers_of(again[0], 12) + numbers_of(again[1], 12)


@pytest.mark.parametrize("streaming", [False, True])
def test_a_data_set_with_a_validation_split_is_taken_as_it_is(streaming, tmp_path):
    write_parquet(tmp_path / "train.parquet", range(5))
    write_parquet(tmp_path / "validation.parquet", range(5, 8))
    if streaming:
        train, validation = stream_dataset_pictures(str(tmp_path), seed=0, max_validation=2)
        assert sorted(numbers_of([train[n] for n in range(5)], 8)) == [0, 1, 2, 3, 4]
        assert numbers_of(validation, 8) == [5, 6]
    else:
        train, validation = load_dataset_pictures(str(tmp_path))
        assert numbers_of(train, 8) == [0, 1, 2, 3, 4]
        assert numbers_of(validation, 8) == [5, 6, 7]


@pytest.mark.parametrize("streaming", [False, True])
def test_pictures_that_cannot_be_used_are_replaced_and_told_of(streaming, tmp_path):
    features = datasets.Features({"image": datasets.Image()})
    for split, count in (("train", 12), ("validation", 4)):
        files = {"image": damaged(count)}
        datasets.Dataset.from_dict(files, features).to_parquet(tmp_path / f"{split}.parquet")
    if streaming:
        pictures = stream_dataset_pictures(str(tmp_path), seed=0, max_validation=1)[0]
    else:
        pictures = load_dataset_pictures(str(tmp_path))[0]
    pairs = TrainingPairs(pictures, 32, seed=0)
    samples = [pairs[n] for n in range(24)]
    assert all(sample["color_image"].isfinite().all() for sample in samples)
    skipped = {reason for sample in samples for reason in sample["skipped"]}
    assert sum("cannot be decoded" in reason for reason in skipped) == 3
    assert sum("has only 8 by 8 pixels" in reason for reason in skipped) == 3
    assert sum("is no PNG" in reason for reason in skipped) in (1, 3)  # nothing is nothing, whatever its number
    assert all(f"of {tmp_path}" in reason for reason in skipped)


def markers(picture: Image.Image) -> Image.Image:
    """A "drawing" whose pixels can be told from each other: black where the picture is red enough."""
    return picture.split()[0].point(lambda red: 0 if red > 128 else 255)


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("scale", [1, 2])
def test_a_drawing_by_hand_is_cut_and_turned_as_its_picture(streaming, scale, tmp_path, monkeypatch):
    """Red and blue fields, the drawing black where red: as in the picture, so in every sample."""
    monkeypatch.setattr("pictures.pairs.jitter_colors", lambda picture, rng: picture)
    lines = []
    for split, count in (("train", 6), ("validation", 2)):
        (tmp_path / split).mkdir()
        for i in range(count):
            fields = np.random.default_rng(i).random((10, 12)) > 0.5
            picture = Image.fromarray(np.where(fields[..., None], [255, 0, 0], [0, 0, 255]).astype(np.uint8))
            picture = picture.resize((240, 200), Image.Resampling.NEAREST)
            picture.save(tmp_path / split / f"{i}.png")
            size = (240 * scale, 200 * scale)
            markers(picture).resize(size, Image.Resampling.NEAREST).save(tmp_path / split / f"{i}-lines.png")
            lines.append({"file_name": f"{i}.png", "lines_file_name": f"{i}-lines.png"})
        (tmp_path / split / "metadata.jsonl").write_text("\n".join(map(json.dumps, lines[-count:])))
    load = stream_dataset_pictures if streaming else load_dataset_pictures
    options = {"seed": 0, "max_validation": 2} if streaming else {}
    train, validation = load(str(tmp_path), sketch_column="lines", **options)
    samples = [TrainingPairs(train, 48, seed=1)[n] for n in range(12)]
    held_back = SketchColorPairs(validation, 48, with_cells=True)
    assert len(held_back) == 2
    for sample in samples + [held_back[0], held_back[1]]:
        is_red = sample["color_image"][0] > 0
        assert 0.05 < is_red.float().mean() < 0.95
        assert ((sample["sketch"][0] < 0) == is_red).float().mean() > 0.93  # all but the rims, where ink is thickened
    assert len({sample["sketch"].numpy().tobytes() for sample in samples}) == 12


def test_a_scanned_drawing_is_cleaned_and_one_of_another_shape_is_skipped(tmp_path):
    drawing = np.asarray(line_art(0), dtype=np.float32)
    scan = Image.fromarray((drawing * 0.6 + 60 + np.random.default_rng(0).normal(0, 4, drawing.shape)).astype(np.uint8))
    files = {
        "image": [{"bytes": png(draw_picture(0)), "path": f"{i}.png"} for i in range(2)],
        "sketch": [{"bytes": png(scan), "path": None}, {"bytes": png(scan.resize((96, 60))), "path": None}],
    }
    features = datasets.Features({"image": datasets.Image(), "sketch": datasets.Image()})
    for split in ("train", "validation"):
        datasets.Dataset.from_dict(files, features).to_parquet(tmp_path / f"{split}.parquet")
    pairs = SketchColorPairs(load_dataset_pictures(str(tmp_path), sketch_column="sketch")[0], 80)
    sketch = pairs[0]["sketch"]
    assert (sketch > 0.9).float().mean() > 0.6  # paper is white
    assert sketch.min() < -0.8
    assert pairs[1] == {"skipped": ["1.png has 96 by 80 pixels but its drawing 96 by 60: crop them alike."]}


@pytest.mark.parametrize("streaming", [False, True])
def test_mistakes_end_with_one_sentence(streaming, tmp_path):
    def refused(name: Path | str, kind: type[Exception], sentence: str, **columns: str) -> None:
        load = stream_dataset_pictures if streaming else load_dataset_pictures
        with pytest.raises(kind, match=sentence) as error:
            load(str(name), **columns, **({"seed": 0, "max_validation": 9} if streaming else {}))
        assert "\n" not in str(error.value)

    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and nothing more")
    write_parquet(tmp_path / "pages.parquet", range(6), sketches=True)
    (tmp_path / "test").mkdir()
    write_parquet(tmp_path / "test" / "test.parquet", range(3))
    pages = tmp_path / "pages.parquet"
    refused(tmp_path / "empty", OSError, "empty cannot be read")
    refused(tmp_path / "broken.parquet", OSError, "broken.parquet cannot be loaded")
    refused("nobody/nothing-at-all", OSError, "neither a folder or file nor a data set within reach on the hub")
    refused("./no such:name", OSError, "neither a folder or file nor a data set within reach on the hub")
    refused(pages, ValueError, "no column 'picture': give --image_column one of image, page", image_column="picture")
    refused(pages, ValueError, "no column 'sketch': give --sketch_column one of image, page", sketch_column="sketch")
    refused(pages, ValueError, "column 'page' of .* holds no pictures", sketch_column="page")
    refused(tmp_path / "test", ValueError, "has the splits test but not train")


def arguments(*words: str) -> object:
    always = ("--pretrained_model_name_or_path", "none", "--output_dir", "unused", "--resolution", "32")
    return parse_settings("", [*always, *words])


def test_the_flags_choose_the_source(tmp_path):
    pages = str(write_parquet(tmp_path / "pages.parquet", range(20), sketches=True))
    whole, held_back = load_data(arguments("--dataset_name", pages, "--max_validation_pictures", "1"))
    assert (len(whole), len(held_back)) == (16, 1)
    assert whole[0]["color_image"].shape == (3, 32, 32)
    words = ("--dataset_name", pages, "--streaming", "--sketch_column", "lines", "--seed", "3")
    stream, held_back = load_data(arguments(*words))
    assert len(held_back) == HELD_BACK
    again = load_data(arguments(*words))[0]
    assert samples_equal(stream[7], again[7])
    assert {"sketch", "cells"} <= set(stream[7])
    assert number_of_steps(arguments(*words), None, 12) == 2000


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--train_data_dir", "comic", "--streaming"), "--streaming is for data sets"),
        (("--train_data_dir", "comic", "--sketch_column", "lines"), "--sketch_column is for data sets"),
        (("--dataset_name", "comic", "--streaming", "--num_train_epochs", "3"), "A stream has no known length"),
    ],
)
def test_flags_that_do_not_go_together_are_refused(words, sentence):
    with pytest.raises(ValueError, match=sentence):
        load_data(arguments(*words))


@pytest.mark.parametrize("words", [(), ("--train_data_dir", "comic", "--dataset_name", "comic")])
def test_one_source_it_must_be(words, capsys):
    with pytest.raises(SystemExit):
        arguments(*words)
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "--train_data_dir" in error
    assert "--dataset_name" in error
