"""Data sets that are read as streams, all offline: order, workers, what breaks off, and going on."""

import shutil
import zipfile
from pathlib import Path

import datasets
import pytest
import torch
from conftest import make_painter
from local_data_sets import HELD_BACK, damaged, keep_offline, numbers_of, png, samples_equal, write_parquet, write_tar
from torch.utils.data import DataLoader
from training_pictures import draw_picture, draw_pictures, forget_accelerator

from guiding_painter import PatchDiscriminator
from pictures.data_sets import Stream, stream_dataset_pictures
from pictures.pairs import TrainingPairs, collate
from train_guiding_painter import main


@pytest.fixture(autouse=True)
def offline(tmp_path_factory, monkeypatch):
    keep_offline(tmp_path_factory.mktemp("cache"), monkeypatch)


@pytest.mark.parametrize("kind", ["parquet", "tar", "pictures", "zip"])
def test_a_stream_holds_back_its_first_pictures_and_shuffles_the_others_anew_every_round(kind, tmp_path):
    source, column, count = tmp_path / "comic", "image", 10
    source.mkdir()
    if kind == "parquet":
        for part in range(2):
            write_parquet(source / f"pages{part}.parquet", range(5 * part, 5 * part + 5))
    elif kind == "tar":
        source, column = write_tar(source / "comic.tar", count), "png"
    elif kind == "pictures":
        draw_pictures(source, count)
    else:
        with zipfile.ZipFile(source / "comic.zip", "w") as archive:
            for i in range(count):
                archive.writestr(f"{i:03}.png", png(draw_picture(i)))
    train, validation = stream_dataset_pictures(str(source), image_column=column, seed=0, max_validation=200)
    held_back = numbers_of(validation, count)
    rounds = [numbers_of([train[n] for n in range(start, start + 6)], count) for start in (0, 6, 12)]
    assert len(held_back) == HELD_BACK
    assert all(sorted(held_back + numbers) == list(range(count)) for numbers in rounds)
    assert len({tuple(numbers) for numbers in rounds}) > 1
    assert numbers_of(validation, count) == held_back  # and may be opened again


@pytest.fixture
def stream(tmp_path) -> Stream:
    write_parquet(tmp_path / "pages.parquet", range(20))
    return stream_dataset_pictures(str(tmp_path), seed=5, max_validation=1)[0]


def test_a_sample_of_a_stream_is_a_function_of_seed_and_number(stream, tmp_path):
    pairs = TrainingPairs(stream, 32, seed=5)
    samples = [pairs[n] for n in range(60)]
    resumed = TrainingPairs(stream_dataset_pictures(str(tmp_path), seed=5, max_validation=1)[0], 32, seed=5)
    assert all(samples_equal(resumed[n], samples[n]) for n in (37, 38, 45, 59, 58, 3))  # also back, near and far
    other = TrainingPairs(stream_dataset_pictures(str(tmp_path), seed=6, max_validation=1)[0], 32, seed=6)
    assert not samples_equal(other[37], samples[37])


def test_the_order_of_a_stream_is_not_that_of_a_worker_in_another_round(stream, tmp_path):
    names = [stream[n].image.name for n in range(30)]
    other = stream_dataset_pictures(str(tmp_path), seed=5, max_validation=1)[0]
    other.dataset.set_epoch(3)  # as a worker that is further on does: they share the memory of it
    assert [other[n].image.name for n in range(30)] == names


def test_processes_and_workers_see_together_what_one_would_see(stream):
    pairs = TrainingPairs(stream, 32, seed=5)
    alone = [pairs[n] for n in range(4, 28)]
    for process in range(2):
        batches = [range(4 + 3 * i, 7 + 3 * i) for i in range(process, 8, 2)]  # as accelerate deals them out
        loader = DataLoader(pairs, batch_sampler=batches, num_workers=2, collate_fn=collate)
        for numbers, batch in zip(batches, loader, strict=True):
            assert batch["seed"].tolist() == [alone[n - 4]["seed"] for n in numbers]
            assert torch.equal(batch["color_image"], torch.stack([alone[n - 4]["color_image"] for n in numbers]))


def test_a_stream_that_breaks_off_says_so_in_one_sentence(tmp_path):
    write_parquet(tmp_path / "pages1.parquet", range(6))
    (tmp_path / "pages2.parquet").write_bytes((tmp_path / "pages1.parquet").read_bytes()[:-300])
    with pytest.raises(OSError, match=r"cannot be read to its end \(.*\): check files and network.") as error:
        stream_dataset_pictures(str(tmp_path), seed=0, max_validation=1)[0][0]
    assert "\n" not in str(error.value)


def test_a_stream_of_nothing_usable_ends_instead_of_running_on(tmp_path, monkeypatch):
    monkeypatch.setattr("pictures.pairs.MAX_TRIES", 30)
    features = datasets.Features({"image": datasets.Image()})
    files = [file for i, file in enumerate(damaged(12)) if i % 4 < 3]
    datasets.Dataset.from_dict({"image": files}, features).to_parquet(tmp_path / "pages.parquet")
    pairs = TrainingPairs(stream_dataset_pictures(str(tmp_path), seed=0, max_validation=1)[0], 32, seed=0)
    with pytest.raises(ValueError, match="None of the 30 training pictures can be used"):
        pairs[0]
    monkeypatch.setattr("pictures.data_sets.HELD_BACK", 200)
    with pytest.raises(ValueError, match="has no pictures to train on: give more, or leave --streaming out"):
        stream_dataset_pictures(str(tmp_path), seed=0, max_validation=1)[0][0]


def test_a_training_on_a_stream_goes_on_where_it_was_interrupted(tmp_path, capsys):
    make_painter().save_pretrained(tmp_path / "model")
    PatchDiscriminator(8, "group").save_pretrained(tmp_path / "model" / "discriminator")
    pages = write_parquet(tmp_path / "pages.parquet", range(12))

    def train(output_dir: Path, *words: str) -> bytes:
        forget_accelerator()
        values = {
            "dataset_name": pages, "pretrained_model_name_or_path": tmp_path / "model", "output_dir": output_dir,
            "resolution": 32, "train_batch_size": 3, "max_train_steps": 4, "checkpointing_steps": 2,
            "mixed_precision": "no", "report_to": "none",
        }  # fmt: skip
        main(["--streaming", *(word for item in values.items() for word in (f"--{item[0]}", str(item[1]))), *words])
        return b"".join(path.read_bytes() for path in sorted(output_dir.glob("*/diffusion_pytorch_model.safetensors")))

    uninterrupted = train(tmp_path / "whole")
    shutil.copytree(tmp_path / "whole", tmp_path / "resumed", ignore=shutil.ignore_patterns("checkpoint-4"))
    for path in (tmp_path / "resumed").glob("*/*.safetensors"):
        if "checkpoint" not in str(path):
            path.unlink()
    assert train(tmp_path / "resumed", "--resume_from_checkpoint") == uninterrupted
    assert len(uninterrupted) > 10_000
