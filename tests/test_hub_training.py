"""What a training fetches from the hub and uploads to it, against a hub on this machine; see test_hub.py."""

import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_server import HubServer
from hub_visitors import ROOT, files_of, hub_with, python
from training_pictures import draw_pictures

NETWORK = ("config.json", "diffusion_pytorch_model.safetensors")


@pytest.fixture
def hub(checkpoint: Path) -> Iterator[HubServer]:
    with hub_with(checkpoint) as server:
        yield server


def test_a_training_fetches_the_recipe_and_the_discriminator_too(hub: HubServer, tmp_path: Path):
    hub.repos["user/my-comic"] |= {"training.json": b"{}", "discriminator/config.json": b"{}"}
    code = f"""
        import sys
        sys.path.append({str(ROOT / "train")!r})
        from recipe import TRAINING_FILES
        from guiding_painter.checkpoint import find_checkpoint
        folder = find_checkpoint("user/my-comic", TRAINING_FILES)
        print(*sorted(str(file.relative_to(folder)) for file in folder.rglob("*.*") if file.is_file()))
    """
    files = python(code, tmp_path, hub.endpoint)[-1].split()
    assert "training.json" in files
    assert {"discriminator/config.json", "discriminator/diffusion_pytorch_model.safetensors"} <= set(files)
    assert not [file for file in files if file.endswith((".bin", ".md"))]


TRAINING = f"""
import os
import sys
sys.path.append({str(ROOT / "train")!r})
from pathlib import Path
from accelerate import Accelerator
from dataclasses import replace
from hub import hub_repository, make_repository, upload
from settings import parse_settings
from train_guiding_painter import main

def flags(*more):
    return ["--train_data_dir", "comic", "--pretrained_model_name_or_path", "first", "--output_dir", "My Comic",
            "--resolution", "32", "--train_batch_size", "2", "--max_train_steps", "2", "--validation_steps", "1",
            "--dataloader_num_workers", "0", "--mixed_precision", "no", "--report_to", "none", "--push_to_hub", *more]
"""


@pytest.fixture
def desk(checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with pictures in comic/ and weights in first/."""
    monkeypatch.chdir(tmp_path)
    draw_pictures(Path("comic/train"), 4)
    draw_pictures(Path("comic/validation"), 2)
    shutil.copytree(checkpoint, "first")
    return tmp_path


def test_a_training_uploads_what_it_made(hub: HubServer, desk: Path):
    lines = python(
        f"""
        {textwrap.indent(TRAINING, " " * 8).lstrip()}
        main(flags("--hub_model_id", "studio/mine", "--hub_private"))
        from huggingface_hub import ModelCard
        print(*ModelCard.load("studio/mine").data.tags)
        print(load("studio/mine") == load("My Comic"))
        """,
        desk / "home",
        hub.endpoint,
        HF_TOKEN="hf_right",
        ACCELERATE_USE_CPU="true",
    )
    assert lines[-1] == "True"
    assert "line-art" in lines[-2].split()
    uploaded, local = hub.repos["studio/mine"], files_of(Path("My Comic"))
    assert "studio/mine" in hub.private
    assert f"Uploaded to {hub.endpoint}/studio/mine/commit/{hub.sha('studio/mine')}" in lines
    networks = [f"{name}/{file}" for name in ("segmentation", "colorization", "discriminator") for file in NETWORK]
    about = ["model_index.json", "training.json", "validation.json", "README.md", "good.webp", "bad.webp"]
    assert sorted(uploaded) == sorted([*networks, *about, "sheets/step-000002.png"])  # not that of step 1
    assert b"](good.webp)" in uploaded["README.md"]
    assert b"](bad.webp)" in uploaded["README.md"]
    assert all(local[name] == data for name, data in uploaded.items())
    assert b'from_pretrained("studio/mine")' in uploaded["README.md"]


def test_what_stands_in_the_way_of_an_upload_is_said_before_the_training(hub: HubServer, desk: Path):
    hub.repos["user/open"] = {}
    foreign, invalid, public, default, reader, forgotten, nobody, code = python(
        TRAINING
        + """
def make(*more):
    attempt(make_repository, parse_settings("", flags(*more)))

make("--hub_model_id", "somebody/else")
make("--hub_model_id", "my comic!")
make("--hub_model_id", "open", "--hub_private")
make("--output_dir", "My next!")
os.environ["HF_TOKEN"] = "hf_read"
make("--hub_model_id", "mine")
del os.environ["HF_TOKEN"]
asked = replace(parse_settings("", flags("--hub_private")), push_to_hub=False)
attempt(hub_repository, Accelerator(), asked)
sys.stderr = sys.stdout
try:
    main(flags())
except SystemExit as stop:
    print(stop.code)
""",
        desk / "home",
        hub.endpoint,
        HF_TOKEN="hf_right",
        ACCELERATE_USE_CPU="true",
    )
    assert foreign == "ValueError: --hub_model_id somebody/else is not yours: let it begin with user or studio."
    assert invalid == (
        "ValueError: --hub_model_id 'user/my comic!' is no name for the hub: give one such as user/my-comic."
    )
    assert public.startswith("ValueError: user/open is public already: make it private on the hub, or give another")
    assert default == "user/My-next"
    assert set(hub.repos) == {"user/my-comic", "user/open", "user/My-next"}
    assert reader.startswith("OSError: The hub refuses to make user/mine (")
    assert reader.endswith("): log in with a token that can write.")
    assert "<newline>" not in reader
    assert forgotten.startswith("ValueError: --hub_model_id and --hub_private are for --push_to_hub: give that, too")
    assert nobody == "--push_to_hub needs a login: run `hf auth login`, or set HF_TOKEN, and begin again."
    assert code == "2"
    assert not Path("My Comic").exists()  # before anything was done


def test_a_failed_upload_loses_nothing_and_cards_edited_on_the_hub_stay(hub: HubServer, desk: Path):
    hub.repos["user/full"], hub.repos["user/edited"] = {}, {"README.md": b"# Edited on the hub"}
    Path("out/sheets").mkdir(parents=True)
    for name in ("README.md", "model_index.json", "good.webp", "notes.txt"):
        Path("out", name).write_text("new")
    hub.full = {"user/full"}
    edited, uploaded, failed = python(
        TRAINING
        + """
upload(Path("out"), "user/edited")
attempt(upload, Path("out"), "user/full")
""",
        desk / "home",
        hub.endpoint,
        HF_TOKEN="hf_right",
    )
    assert edited == "The card of user/edited was changed by hand on the hub and stays as it is there."
    assert uploaded.startswith("Uploaded to ")
    assert hub.repos["user/edited"] == {
        "README.md": b"# Edited on the hub", "model_index.json": b"new", "good.webp": b"new",
    }  # fmt: skip
    assert failed.startswith("OSError: The upload to user/full failed (")
    assert "<newline>" not in failed
    assert failed.endswith("hf upload user/full out . --exclude 'checkpoint-*/*' --exclude 'logs/*'")
