"""Loading by hub id, the cache, and push_to_hub, against a hub on this machine.

huggingface_hub reads its environment once, when it is imported: every step is a process of its own.
"""

import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_server import HubServer
from huggingface_hub import ModelCard
from training_pictures import draw_pictures

ROOT = Path(__file__).parents[1]
NETWORK = ("config.json", "diffusion_pytorch_model.safetensors")


@pytest.fixture
def hub(checkpoint: Path) -> Iterator[HubServer]:
    """A hub with user/my-comic, which also has what nobody needs to download."""
    with HubServer() as server:
        server.repos["user/my-comic"] = files_of(checkpoint) | {
            "README.md": b"# My comic",
            "discriminator/diffusion_pytorch_model.safetensors": b"large",
            "segmentation/diffusion_pytorch_model.bin": b"a pickle",
        }
        yield server


PRELUDE = """
import hashlib
from PIL import Image
from guiding_painter import GuidingPainterPipeline

def load(name, **options):
    painter = GuidingPainterPipeline.from_pretrained(name, **options)
    image = painter(Image.linear_gradient("L"), colors=["#e07a5f"], long_side=64).images[0]
    return hashlib.sha256(image.tobytes()).hexdigest()

def attempt(step, *arguments, **options):
    try:
        print(step(*arguments, **options))
    except Exception as error:
        print(type(error).__name__, str(error).replace("\\n", "<newline>"), sep=": ")
"""


def python(code: str, home: Path, endpoint: str, **environment: str) -> list[str]:
    """Runs code with `load(name, **options)`, which gives a picture's hash, and `attempt`, which prints the outcome."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "HUGGING"))}
    hub = {
        "HF_HOME": str(home),
        "HF_ENDPOINT": endpoint,
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_XET": "1",
    }
    result = subprocess.run(
        [sys.executable, "-c", PRELUDE + textwrap.dedent(code)],
        env={**kept, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **hub, **environment},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_loading_by_id_then_offline_from_the_cache(hub: HubServer, checkpoint: Path, tmp_path: Path):
    home = tmp_path / "home"
    local, fetched = python(f"attempt(load, {str(checkpoint)!r}); attempt(load, 'user/my-comic')", home, hub.endpoint)
    assert fetched == local
    downloads = [request for request in hub.requests if request.startswith("GET /user/my-comic/resolve/")]
    names = [request.split("/", 5)[5] for request in downloads]
    assert sorted(names) == sorted(files_of(checkpoint))  # once each, and nothing else

    hub.requests.clear()
    hub.repos["user/my-comic"]["README.md"] = b"# Changed"  # a new commit, of which nothing is needed
    assert python("attempt(load, 'user/my-comic')", home, hub.endpoint) == [local]
    assert not any("GET /user/my-comic/resolve" in request for request in hub.requests)  # nothing is fetched twice

    hub.__exit__(None, None, None)
    absent = "OSError: user/my-comic is neither a folder nor whole in the cache, and the hub cannot be reached."
    offline = """
        attempt(load, "user/my-comic")
        attempt(load, "user/my-comic", local_files_only=True)
        attempt(load, "user/my-comic", cache_dir="nothing-here")
    """
    assert python(offline, home, hub.endpoint, HF_HUB_OFFLINE="1") == [local, local, absent]
    assert python(offline, home, hub.endpoint) == [local, local, absent]  # the hub is down and nobody said so


def test_what_the_hub_does_not_have(hub: HubServer, tmp_path: Path):
    del hub.repos["user/my-comic"]["colorization/config.json"]
    hub.repos["user/other"] = {"config.json": b"{}"}
    nothing, revision, incomplete, other = python(
        """
        attempt(load, "user/nothing")
        attempt(load, "user/my-comic", revision="v9")
        attempt(load, "user/my-comic")
        attempt(load, "user/other")
        """,
        tmp_path,
        hub.endpoint,
    )
    assert nothing == "OSError: user/nothing is neither a folder nor on the hub; a private repository needs a token."
    assert revision == "OSError: user/my-comic has no revision 'v9' on the hub."
    assert "colorization/config.json is missing; a checkpoint has the files model_index.json, " in incomplete
    assert "model_index.json is missing; a checkpoint has the files model_index.json, " in other
    assert "<newline>" not in incomplete + other


def test_push_to_hub(hub: HubServer, checkpoint: Path, tmp_path: Path):
    refused, url, same = python(
        f"""
        painter = GuidingPainterPipeline.from_pretrained({str(checkpoint)!r})
        attempt(painter.push_to_hub, "user/refused", token="hf_wrong")
        attempt(painter.push_to_hub, "user/pushed", token="hf_right")
        print(load("user/pushed") == load({str(checkpoint)!r}))
        """,
        tmp_path,
        hub.endpoint,
    )
    assert "401" in refused
    assert "user/refused" not in hub.repos
    assert url == f"{hub.endpoint}/user/pushed/commit/{hub.sha('user/pushed')}"
    assert same == "True"
    pushed = hub.repos["user/pushed"]
    assert set(pushed) == {*files_of(checkpoint), "README.md"}
    assert all(pushed[name] == data for name, data in files_of(checkpoint).items())
    card = ModelCard(pushed["README.md"].decode())
    assert (card.data.library_name, card.data.pipeline_tag) == ("guiding-painter", "image-to-image")
    assert card.data.license is None  # that is for its owner to say
    assert 'GuidingPainterPipeline.from_pretrained("user/pushed")' in card.text
    assert "diffusers" not in card.content


def test_save_pretrained_uploads_with_the_same_card(hub: HubServer, checkpoint: Path, tmp_path: Path):
    python(
        f"""
        painter = GuidingPainterPipeline.from_pretrained({str(checkpoint)!r})
        to_hub = {{"push_to_hub": True, "repo_id": "user/saved", "token": "hf_right"}}
        attempt(painter.save_pretrained, {str(tmp_path / "saved")!r}, **to_hub)
        attempt(painter.push_to_hub, "user/pushed", token="hf_right")
        """,
        tmp_path,
        hub.endpoint,
    )
    saved, pushed = hub.repos["user/saved"], hub.repos["user/pushed"]
    assert saved["README.md"].replace(b"saved", b"pushed") == pushed["README.md"]
    assert saved | {"README.md": b""} == pushed | {"README.md": b""}
    assert b"diffusers" not in saved["README.md"]


def test_push_to_hub_leaves_a_card_that_is_there(hub: HubServer, checkpoint: Path, tmp_path: Path):
    card = b"---\nlicense: mit\nlibrary_name:   diffusers\n---\n\n# My comic \r\n"
    hub.repos["user/my-comic"] = {"README.md": card}
    python(
        f"""
        painter = GuidingPainterPipeline.from_pretrained({str(checkpoint)!r})
        attempt(painter.push_to_hub, "user/my-comic", token="hf_right")
        """,
        tmp_path,
        hub.endpoint,
    )
    assert set(hub.repos["user/my-comic"]) == {*files_of(checkpoint), "README.md"}
    assert hub.repos["user/my-comic"]["README.md"] == card


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
