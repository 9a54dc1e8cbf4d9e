"""A hub with a checkpoint on it, and new processes that load from it: what the tests of the hub share."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub_server import HubServer

ROOT = Path(__file__).parents[1]


@contextmanager
def hub_with(checkpoint: Path) -> Iterator[HubServer]:
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
