"""Changing the order by additional learning: how preferences are read and judged, and that f follows them."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from accelerate import debug_launcher
from conftest import make_cell_painter, make_painter
from safetensors.torch import load_file
from training_pictures import draw_pictures, forget_accelerator

from experiments import change_order
from guiding_painter import GuidingPainterPipeline, PatchDiscriminator, SegmentationNetwork

pytestmark = pytest.mark.usefixtures("fresh_accelerator")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("comic")
    draw_pictures(folder / "train", 12)
    draw_pictures(folder / "validation", 3)
    return folder


@pytest.fixture
def model(tmp_path) -> Path:
    make_painter(norm="batch", seed=3).save_pretrained(tmp_path / "model")
    torch.manual_seed(0)
    PatchDiscriminator(8).save_pretrained(tmp_path / "model" / "discriminator")
    return tmp_path / "model"


def flags(folder: Path, model: Path, output_dir: Path, *more: str) -> list[str]:
    start = ["--pretrained_model_name_or_path", str(model), "--train_data_dir", str(folder), "--mixed_precision", "no"]
    return [*start, "--output_dir", str(output_dir), "--small", *more]


def test_regions_get_the_numbers_of_their_points():
    region_map = torch.tensor([[0, 0, 3], [1, 2, 3], [1, 2, 2]])
    apart = change_order.renumbered(region_map, [(2, 2), (0, 2)], 5)  # of regions 2 and 3
    assert apart.tolist() == [[2, 2, 1], [3, 0, 1], [3, 0, 0]]
    shared = change_order.renumbered(region_map, [(2, 2), (0, 2), (2, 1)], 5)  # region 2 has two of them
    assert shared.tolist() == [[3, 3, 1], [4, 2, 1], [4, 2, 0]]


@pytest.mark.parametrize(("stem_factor", "norm"), [(1, "batch"), (2, "group")])
def test_regions_are_permuted_to_what_suits_most_pictures(stem_factor, norm):
    torch.manual_seed(1)
    f = SegmentationNetwork(6, (8, 8), stem_factor, norm).eval()
    torch.nn.init.normal_(f.unet.head.weight if stem_factor == 1 else f.unet.head[-1].weight)  # several regions
    sketch = torch.rand(1, 16, 16) * 2 - 1
    before = change_order.region_maps(f, [(sketch, [])])
    numbers = before.unique().tolist()
    assert len(numbers) > 2
    last_first = [tuple((before[0] == k).nonzero()[0].tolist()) for k in reversed(numbers)]
    preferred = [(sketch, last_first)]
    assert change_order.agreement(before, preferred) == (0.0, 0.0)
    change_order.permute_regions(f, preferred)
    after = change_order.region_maps(f, preferred)
    assert change_order.agreement(after, preferred) == (1.0, 0.0)
    assert all(len(after[before == k].unique()) == 1 for k in numbers)  # borders are where they were


def test_agreement_by_hand():
    maps = torch.tensor([[[0, 1], [2, 2]], [[4, 3], [3, 0]]])
    sketch = torch.zeros(1, 2, 2)
    points = [(0, 0), (0, 1), (1, 0), (1, 1)]
    one_pair = round(1 / 6, 4)  # the last one, and in the other picture that of the middle
    assert change_order.agreement(maps[:1], [(sketch, points)]) == (round(5.5 / 6, 4), one_pair)
    assert change_order.agreement(maps[1:], [(sketch, points)]) == (round(0.5 / 6, 4), one_pair)
    assert change_order.agreement(maps, [(sketch, points)] * 2) == (0.5, one_pair)


def test_f_learns_the_preferred_order_of_pictures_from_a_file(folder, model, tmp_path, capsys):
    preferences = {
        f"train/{path.relative_to(folder / 'train')}": [[0.5, 0.5], [0.15, 0.05]]
        for path in sorted((folder / "train").rglob("*.png"))
    }
    (folder / "preferences.json").write_text(json.dumps(preferences))
    steps = ["--max_train_steps", "40", "--learning_rate", "3e-3", "--lambda_order", "30"]
    change_order.main(flags(folder, model, tmp_path / "out", "--preferences", str(folder / "preferences.json"), *steps))
    report = json.loads(capsys.readouterr().out)
    assert report == json.loads((tmp_path / "out" / "results.json").read_text())
    assert report["pictures"] == {"trained": 9, "held_back": 3, "validation": 3}
    before, after = report["before"], report["after"]
    assert after["agreement"]["trained"] > before["agreement"]["trained"] + 0.1
    assert after["expected_psnr"] > before["expected_psnr"]  # untrained networks learn to color meanwhile
    assert str(tmp_path) not in report["command"]
    assert not GuidingPainterPipeline.from_pretrained(tmp_path / "out").is_grayscale
    assert (tmp_path / "out" / "training.json").is_file()


def weights_of(folder: Path) -> torch.Tensor:
    files = sorted(folder.glob("*/diffusion_pytorch_model.safetensors"))
    return torch.cat([tensor.flatten().float() for file in files for tensor in load_file(file).values()])


def test_two_processes_do_all_updates_as_one_does(folder, tmp_path):
    make_painter(norm="group").save_pretrained(tmp_path / "model")
    torch.manual_seed(0)
    PatchDiscriminator(8, "group").save_pretrained(tmp_path / "model" / "discriminator")
    steps = ["--preferences", "middle_first", "--max_train_steps", "5", "--learning_rate", "1e-3"]
    change_order.main(flags(folder, tmp_path / "model", tmp_path / "one", *steps))
    forget_accelerator()
    halves = flags(folder, tmp_path / "model", tmp_path / "two", *steps, "--train_batch_size", "2")
    debug_launcher(change_order.main, args=(halves,))
    before, one, two = (weights_of(tmp_path / name) for name in ("model", "one", "two"))
    assert (two - one).norm() < 0.1 * (one - before).norm()
    assert (tmp_path / "two" / "results.json").is_file()


def test_a_stopped_tuning_goes_on_bit_by_bit(folder, model, tmp_path):
    more = ["--preferences", "middle_first", "--max_train_steps", "5", "--checkpointing_steps", "3"]
    change_order.main(flags(folder, model, tmp_path / "whole", *more))
    shutil.copytree(tmp_path / "whole" / "checkpoint-3", tmp_path / "stopped" / "checkpoint-3")
    forget_accelerator()
    change_order.main(flags(folder, model, tmp_path / "stopped", *more, "--resume_from_checkpoint"))
    assert torch.equal(weights_of(tmp_path / "whole"), weights_of(tmp_path / "stopped"))
    whole, resumed = (json.loads((tmp_path / name / "results.json").read_text()) for name in ("whole", "stopped"))
    assert (resumed["before"], resumed["after"]) == (whole["before"], whole["after"])
    forget_accelerator()
    with pytest.raises(SystemExit):
        change_order.main(flags(folder, model, tmp_path / "new", *more, "--resume_from_checkpoint", str(folder)))


def test_the_middle_first_stands_for_a_file(folder, model, tmp_path, capsys):
    change_order.main(flags(folder, model, tmp_path / "out", "--preferences", "middle_first"))
    assert json.loads(capsys.readouterr().out)["pictures"]["held_back"] == 3


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ([[0.5, 0.5]], "give two or more [x, y], each from 0 to below 1"),
        ([[0.5, 0.5], [0.5, 1.5]], "give two or more [x, y], each from 0 to below 1"),
        ([[0.5, 0.5], "left"], "give two or more [x, y], each from 0 to below 1"),
        ([[0.01, 0.5], [0.99, 0.5]], "Only 0 pictures have two points in their middle square"),
    ],
)
def test_wrong_preferences_are_one_sentence(points, sentence, folder, model, tmp_path, capsys):
    file = folder / "wrong.json"
    file.write_text(json.dumps({"train/page00.png": points}))
    with pytest.raises(SystemExit) as stop:
        change_order.main(flags(folder, model, tmp_path / "out", "--preferences", str(file)))
    assert stop.value.code == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "sentence"),
    [(None, "There is no file"), ("[1]", "holds no JSON object"), ('{"half', "is no JSON file")],
)
def test_preferences_that_cannot_be_read_are_one_sentence(text, sentence, folder, model, tmp_path, capsys):
    file = tmp_path / "preferences.json"
    if text:
        file.write_text(text)
    with pytest.raises(SystemExit):
        change_order.main(flags(folder, model, tmp_path / "out", "--preferences", str(file)))
    said = capsys.readouterr().err
    assert sentence in said
    assert 'give --preferences {"page.png": [[x, y], [x, y]], ...}, or middle_first.' in said


def test_networks_over_cells_have_no_order_to_learn(folder, tmp_path, capsys):
    make_cell_painter().save_pretrained(tmp_path / "cells")
    with pytest.raises(SystemExit):
        change_order.main(flags(folder, tmp_path / "cells", tmp_path / "out", "--preferences", "middle_first"))
    assert "Networks over cells have no order to learn" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flag", "sentence"),
    [
        (["--streaming"], "The order is learned by f"),
        (["--train", "colorization"], "The order is learned by f"),
        (["--push_to_hub"], "Nothing is uploaded here: leave out --push_to_hub"),
    ],
)
def test_flags_that_would_not_be_followed_are_one_sentence(flag, sentence, folder, model, tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        change_order.main(flags(folder, model, tmp_path / "out", "--preferences", "middle_first", *flag))
    assert stop.value.code == 2
    assert sentence in capsys.readouterr().err
