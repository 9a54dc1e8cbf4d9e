"""The settings of a training: where their defaults come from, what --help shows of them, and that they stay."""

import json
from dataclasses import FrozenInstanceError, asdict, replace
from pathlib import Path

import pytest
import torch
from conftest import make_cell_painter, make_painter

from guiding_painter import CellColorizationNetwork, CellSegmentationNetwork
from preparation import counted, load_networks, number_of_steps, published_weights
from recipe import CELLS_RECIPE, PAPER_RECIPE, Start
from settings import Settings, parse_settings


def parse(*more: str) -> Settings:
    return parse_settings("", ["--train_data_dir", "comic", "--output_dir", "out", *more])


def start_from(folder: Path | str, *more: str) -> Settings:
    return parse("--pretrained_model_name_or_path", str(folder), *more)


@pytest.fixture
def models(tmp_path: Path) -> dict[str, Path]:
    for kind, make in (("cells", make_cell_painter), ("plain", make_painter)):
        make().save_pretrained(tmp_path / kind)
    return {kind: tmp_path / kind for kind in ("cells", "plain")}


def test_losses_default_to_what_suits_the_networks(models):
    assert start_from("none", "--model_config", "paper").recipe == PAPER_RECIPE
    assert start_from("none").recipe == start_from(models["cells"]).recipe == CELLS_RECIPE
    assert start_from(models["plain"]).recipe == PAPER_RECIPE
    assert CELLS_RECIPE.lambda_color > 0
    changed = start_from(models["cells"], "--no-ink_aware", "--lambda_tv", "5").recipe
    assert changed == replace(CELLS_RECIPE, ink_aware=False, lambda_tv=5.0)


def test_a_recipe_is_taken_up_from_the_file_beside_the_weights(models):
    recipe = replace(PAPER_RECIPE, lambda_tv=2.5, gan_loss="log")
    (models["plain"] / "training.json").write_text(json.dumps(asdict(recipe) | {"training": [{"data": "first"}]}))
    settings = start_from(models["plain"], "--stop_prob", "0.25")
    assert settings.recipe == replace(recipe, stop_prob=0.25)
    assert settings.start.recipe == recipe
    assert settings.start.training == ({"data": "first"},)


@pytest.mark.parametrize(("kind", "weight"), [("cells", "1.0"), ("plain", "0.0")])
def test_help_shows_the_defaults_of_the_weights_that_it_starts_from(kind, weight, models, capsys):
    with pytest.raises(SystemExit) as stop:
        parse_settings("", ["--help", f"--pretrained_model_name_or_path={models[kind]}"])
    assert stop.value.code == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert f"which color of the palette (default: {weight})" in shown


def test_a_mistake_is_told_before_weights_are_looked_for(capsys):
    with pytest.raises(SystemExit) as stop:
        start_from("./nowhere", "--no_such_flag")
    assert stop.value.code == 2
    assert "unrecognized arguments: --no_such_flag" in capsys.readouterr().err


def test_settings_stay_as_they_were_made():
    settings = parse()
    for name in ("max_train_steps", "anything"):
        with pytest.raises(FrozenInstanceError):
            setattr(settings, name, 1)
    with pytest.raises(FrozenInstanceError):
        settings.recipe.lambda_tv = 1


def test_n_c_is_that_of_the_weights_and_a_choice_for_new_networks(models):
    assert start_from(models["plain"]).max_hints == 6
    assert start_from(models["cells"]).max_hints == 30
    assert start_from("none", "--max_hints", "7").max_hints == 7


def test_new_networks_are_the_papers_or_the_lite_ones():
    f, g, d = load_networks(start_from("none", "--model_config", "paper", "--max_hints", "7"))
    assert (f.config.max_hints, f.config.norm, g.config.norm, d.config.norm) == (7, "batch", "batch", "batch")
    f, g, d = load_networks(start_from("none"))
    assert [type(network) for network in (f, g)] == [CellSegmentationNetwork, CellColorizationNetwork]
    assert d.config.norm == "group"
    published = published_weights()["_conv_stem.weight"]
    assert torch.equal(f.encoder.stem.conv.weight, published)
    f, _, _ = load_networks(start_from("none", "--encoder_weights", "none"))
    assert not torch.equal(f.encoder.stem.conv.weight, published)


def test_new_networks_of_pixels_may_be_narrower(models, capsys):
    narrow = ("--model_config", "paper", "--block_out_channels", "8", "16", "24")
    f, g, d = load_networks(start_from("none", *narrow))
    assert f.config.block_out_channels == g.config.block_out_channels == (8, 16, 24)
    assert f.unet.downs[-1][0].out_channels == 24
    assert (f.config.norm, d.config.base_channels, d.layers[0].out_channels) == ("batch", 8, 8)
    with pytest.raises(ValueError, match="--block_out_channels is for networks of pixels: add --model_config paper."):
        load_networks(start_from("none", *narrow[2:]))
    with pytest.raises(SystemExit):
        start_from(models["plain"], *narrow)
    assert "--block_out_channels is for new networks" in capsys.readouterr().err


def test_the_number_of_steps(tmp_path, monkeypatch):
    def steps(model, *more):
        return number_of_steps(start_from(model, *more), pictures=10, batch_size=4)

    assert steps("none") == 500  # the paper's 200 epochs
    assert steps("none", "--num_train_epochs", "2") == 5
    assert steps("none", "--max_train_steps", "7") == 7
    monkeypatch.setattr("settings.find_start", lambda *_: Start(tmp_path))
    assert steps("a/model") == 2000


def test_counting_pictures_gives_updates_their_size_and_the_recipe_a_new_entry():
    flags = ("--train_batch_size", "3", "--gradient_accumulation_steps", "2", "--num_train_epochs", "6")
    settings = counted(start_from("none", *flags), pictures=24, num_processes=2)
    assert (settings.batch_size, settings.max_train_steps) == (12, 12)
    (stage,) = settings.training
    assert (stage["start"], stage["data"], stage["pictures"]) == ("new networks", "comic", 24)
    assert (stage["updates"], stage["batch_size"]) == (12, 12)
