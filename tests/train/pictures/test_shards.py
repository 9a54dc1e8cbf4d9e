"""Shards: every picture once, in a mix, and each process of a training reads shards of its own."""

import datasets
import pytest
from accelerate import Accelerator, debug_launcher
from conftest import make_painter
from pyarrow import parquet
from training_pictures import draw_picture, draw_pictures, forget_accelerator

import train_guiding_painter
from guiding_painter import PatchDiscriminator
from pictures import shards
from pictures.data_sets import stream_dataset_pictures
from pictures.pairs import TrainingPairs


@pytest.fixture(autouse=True)
def offline(tmp_path_factory, monkeypatch):
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path_factory.mktemp("cache"))
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    datasets.disable_progress_bars()


@pytest.fixture
def comic(tmp_path):
    draw_pictures(tmp_path / "comic" / "train", 14)
    draw_pictures(tmp_path / "comic" / "validation", 3)
    (tmp_path / "comic" / "ATTRIBUTION.md").write_text("by hand")
    return tmp_path / "comic"


def pack(comic, count, *more):
    target = comic.with_name("packed")
    shards.main(["--data_dir", str(comic), "--output_dir", str(target), "--shards", str(count), *more])
    return target


def names_in(file):
    return [row["path"] for row in parquet.read_table(file)["image"].to_pylist()]


def test_shards_hold_every_picture_once_as_it_is_and_stream(comic):
    target = pack(comic, 4)
    files = sorted(target.glob("train-*.parquet"))
    assert [file.name for file in files] == [f"train-{i:05}-of-00004.parquet" for i in range(4)]
    names = [name for file in files for name in names_in(file)]
    assert sorted(names) == sorted(path.relative_to(comic).as_posix() for path in (comic / "train").rglob("*.png"))
    assert names != sorted(names), "not mixed"
    row = parquet.read_table(files[2])["image"].to_pylist()[1]
    assert row["bytes"] == (comic / row["path"]).read_bytes()
    assert (target / "ATTRIBUTION.md").read_text() == "by hand"

    stream, held_back = stream_dataset_pictures(str(target), seed=0, max_validation=9, batch_size=4)
    assert len(held_back) == 3
    assert sorted({stream[n].image.name for n in range(16)}) == sorted(names)
    opened = stream[5].open()[0]
    assert opened.size == draw_picture(0).size


def test_an_interrupted_run_goes_on_and_another_plan_is_refused(comic, capsys):
    target = pack(comic, 3)
    before = {file.name: file.read_bytes() for file in target.glob("*.parquet")}
    (target / "train-00001-of-00003.parquet").unlink()
    times = {file.name: file.stat().st_mtime_ns for file in target.glob("*.parquet")}
    pack(comic, 3)
    assert {file.name: file.read_bytes() for file in target.glob("*.parquet")} == before
    assert all((target / name).stat().st_mtime_ns == time for name, time in times.items()), "written once more"
    for arguments, words in (((4,), "begun with other pictures"), ((40,), "at most so many --shards")):
        with pytest.raises(SystemExit):
            pack(comic, *arguments)
        assert words in capsys.readouterr().err


def test_a_stream_of_lanes_is_the_same_whoever_reads_it(comic):
    target = pack(comic, 4)
    stream, again = (stream_dataset_pictures(str(target), seed=3, max_validation=1, batch_size=4)[0] for _ in range(2))
    names = [stream[n].image.name for n in range(40)]
    assert [again[n].image.name for n in range(2, 40, 4)] == names[2::4]
    assert [again[n].image.name for n in range(40)] == names
    for lane in range(4):
        of_lane = names[lane::4]
        assert len(set(of_lane)) in (3, 4), "a lane is a shard"
        assert of_lane[:3] != of_lane[3:6] or of_lane[3:6] != of_lane[6:9], "rounds are all alike"


def test_two_processes_read_disjoint_shards(comic, tmp_path):
    target = pack(comic, 4)
    make_painter().save_pretrained(tmp_path / "model")
    PatchDiscriminator(8, "group").save_pretrained(tmp_path / "model" / "discriminator")
    values = {
        "dataset_name": target, "pretrained_model_name_or_path": tmp_path / "model", "output_dir": tmp_path / "out",
        "resolution": 32, "train_batch_size": 2, "max_train_steps": 4, "dataloader_num_workers": 0,
        "mixed_precision": "no", "report_to": "none",
    }  # fmt: skip

    def recorded_main(argv):
        get = TrainingPairs.__getitem__

        def recorded(self, n):
            rank = Accelerator().process_index
            with open(tmp_path / f"read{rank}", "a") as file:
                print(self.pictures[n].image.name, file=file)
            return get(self, n)

        TrainingPairs.__getitem__ = recorded  # in this process only
        train_guiding_painter.main(argv)

    forget_accelerator()
    argv = ["--streaming", *(word for item in values.items() for word in (f"--{item[0]}", str(item[1])))]
    debug_launcher(recorded_main, args=(argv,))
    forget_accelerator()
    shard_of = {name: i for i, file in enumerate(sorted(target.glob("train-*"))) for name in names_in(file)}
    seen = [{shard_of[name] for name in (tmp_path / f"read{rank}").read_text().split()} for rank in (0, 1)]
    assert [len(own) for own in seen] == [2, 2]
    assert not seen[0] & seen[1]
