"""Loading by hub id, the cache, and push_to_hub, against a hub on this machine.

huggingface_hub reads its environment once, when it is imported: every step is a process of its own.
"""

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_server import HubServer

ROOT = Path(__file__).parents[1]


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


def test_a_training_fetches_the_recipe_and_the_discriminator_too(hub: HubServer, tmp_path: Path):
    hub.repos["user/my-comic"] |= {"training.json": b"{}", "discriminator/config.json": b"{}"}
    code = f"""
        import sys
        sys.path.append({str(ROOT / "train")!r})
        from arguments import TRAINING_FILES
        from guiding_painter.checkpoint import find_checkpoint
        folder = find_checkpoint("user/my-comic", TRAINING_FILES)
        print(*sorted(str(file.relative_to(folder)) for file in folder.rglob("*.*") if file.is_file()))
    """
    files = python(code, tmp_path, hub.endpoint)[-1].split()
    assert "training.json" in files
    assert {"discriminator/config.json", "discriminator/diffusion_pytorch_model.safetensors"} <= set(files)
    assert not [file for file in files if file.endswith((".bin", ".md"))]
