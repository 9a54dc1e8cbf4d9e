"""The checkpoint's layout, and all that can be wrong with one."""

import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from conftest import make_painter
from PIL import Image
from safetensors.torch import load_file, save_file

from guiding_painter import (
    ColorizationNetwork,
    GuidingPainterPipeline,
    PatchDiscriminator,
    SegmentationNetwork,
)
from guiding_painter import (
    checkpoint as checkpoint_module,
)

WEIGHTS = "diffusion_pytorch_model.safetensors"
SIDE = 96  # working size: small is fast


@pytest.fixture
def copied(checkpoint: Path, tmp_path: Path) -> Path:
    """A checkpoint that a test may break."""
    return Path(shutil.copytree(checkpoint, tmp_path / "my-comic"))


def test_networks_must_agree_on_the_number_of_regions():
    small = {"block_out_channels": (8, 8), "norm": "group"}
    with pytest.raises(ValueError, match="max_hints 5 and the colorization network 6"):
        GuidingPainterPipeline(SegmentationNetwork(max_hints=5, **small), ColorizationNetwork(max_hints=6, **small))


def test_the_layout_of_a_checkpoint(checkpoint: Path):
    """Other people's files depend on these names."""
    files = sorted(str(path.relative_to(checkpoint)) for path in checkpoint.rglob("*") if path.is_file())
    assert files == [
        f"colorization/{name}" for name in ("config.json", WEIGHTS)
    ] + ["model_index.json"] + [f"segmentation/{name}" for name in ("config.json", WEIGHTS)]  # fmt: skip
    index = json.loads((checkpoint / "model_index.json").read_text())
    del index["_diffusers_version"]
    assert index == {
        "_class_name": "GuidingPainterPipeline",
        "segmentation": ["guiding_painter.segmentation", "SegmentationNetwork"],
        "colorization": ["guiding_painter.colorization", "ColorizationNetwork"],
    }
    shared = {"max_hints": 6, "block_out_channels": [8, 8, 16, 16, 16], "stem_factor": 2, "norm": "group"}
    shared["input_kind"] = "sketch"
    for name, config in {
        "segmentation": {"_class_name": "SegmentationNetwork", **shared},
        "colorization": {"_class_name": "ColorizationNetwork", **shared},
    }.items():
        saved = json.loads((checkpoint / name / "config.json").read_text())
        del saved["_diffusers_version"]
        assert saved == config
    keys = load_file(checkpoint / "segmentation" / WEIGHTS).keys()
    assert {"unet.inc.0.weight", "unet.downs.3.4.bias", "unet.ups.0.0.weight", "unet.head.2.bias"} <= keys


def test_a_checkpoint_gives_the_same_picture(
    painter: GuidingPainterPipeline, checkpoint: Path, drawing: Image.Image, tmp_path: Path
):
    expected = painter(drawing, colors=["#e07a5f"], long_side=SIDE).images[0].tobytes()
    loaded = GuidingPainterPipeline.from_pretrained(str(checkpoint))
    assert loaded(drawing, colors=["#e07a5f"], long_side=SIDE).images[0].tobytes() == expected
    assert not any(network.training for network in loaded.components.values())
    assert loaded.segmentation.config.block_out_channels == [8, 8, 16, 16, 16]
    loaded.save_pretrained(tmp_path / "again")
    for file in filter(Path.is_file, checkpoint.rglob("*")):  # no path of this machine, nothing else that changes
        assert (tmp_path / "again" / file.relative_to(checkpoint)).read_bytes() == file.read_bytes()
    again = GuidingPainterPipeline.from_pretrained(tmp_path / "again")
    assert again(drawing, colors=["#e07a5f"], long_side=SIDE).images[0].tobytes() == expected


def test_networks_load_alone_too(painter: GuidingPainterPipeline, checkpoint: Path):
    network = ColorizationNetwork.from_pretrained(checkpoint, subfolder="colorization", use_safetensors=True)
    expected = painter.colorization.state_dict()
    assert all(torch.equal(value, expected[key]) for key, value in network.state_dict().items())


def test_half_precision_on_disk_is_single_in_memory(checkpoint: Path, tmp_path: Path):
    GuidingPainterPipeline.from_pretrained(checkpoint, dtype=torch.float16).save_pretrained(tmp_path)
    saved = load_file(tmp_path / "segmentation" / WEIGHTS)
    assert {value.dtype for value in saved.values()} == {torch.float16}
    loaded = GuidingPainterPipeline.from_pretrained(tmp_path)
    assert {value.dtype for value in loaded.segmentation.parameters()} == {torch.float32}
    assert all(torch.equal(value.half(), saved[key]) for key, value in loaded.segmentation.state_dict().items())


def test_batch_norm_counters_stay_whole_numbers(tmp_path: Path):
    make_painter(norm="batch").save_pretrained(tmp_path)
    loaded = GuidingPainterPipeline.from_pretrained(tmp_path, dtype=torch.bfloat16)
    kinds = {key.rpartition(".")[2]: value.dtype for key, value in loaded.segmentation.state_dict().items()}
    assert kinds["num_batches_tracked"] == torch.int64
    assert kinds["running_var"] == torch.bfloat16


def test_loading_draws_no_random_numbers_and_keeps_no_file(copied: Path):
    torch.manual_seed(1)
    before = torch.get_rng_state()
    painter = GuidingPainterPipeline.from_pretrained(copied)
    assert torch.equal(torch.get_rng_state(), before)
    weight = painter.segmentation.unet.inc[0].weight
    expected = weight.detach().clone()
    (copied / "segmentation" / WEIGHTS).write_bytes(b"")  # a mapped tensor would now be gone
    assert torch.equal(weight, expected)
    assert weight.requires_grad


def test_paper_networks_of_version_01_load_without_a_word(copied: Path, caplog: pytest.LogCaptureFixture):
    for room, options in (("segmentation", ("coordinates", "cells")), ("colorization", ("fill_hints",))):
        rewrite(lambda content, options=options: content.update(dict.fromkeys(options, False)))(
            copied / room / "config.json"
        )
    painter = GuidingPainterPipeline.from_pretrained(copied)
    assert "cells" not in painter.segmentation.config
    assert not caplog.records


def test_a_checkpoint_of_training_loads(copied: Path):
    PatchDiscriminator(base_channels=8).save_pretrained(copied / "discriminator")
    assert set(GuidingPainterPipeline.from_pretrained(copied).components) == {"segmentation", "colorization"}


def test_the_bundled_weights_load_without_an_argument(drawing: Image.Image):
    painter = GuidingPainterPipeline.from_pretrained()
    assert painter.segmentation.config.max_cells == 256
    assert painter.open(drawing, long_side=128).next_region() is not None


def test_missing_bundled_weights_are_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(checkpoint_module, "WEIGHTS", tmp_path)
    with pytest.raises(OSError, match="The bundled weights are not in .*: reinstall"):
        GuidingPainterPipeline.from_pretrained()


class Bomb:
    """Makes a file when it is unpickled."""

    def __init__(self, marker: Path):
        self.marker = marker

    def __reduce__(self):
        return Path.touch, (self.marker,)


def test_pickles_are_never_read_nor_written(copied: Path, tmp_path: Path, painter: GuidingPainterPipeline):
    bomb = pickle.dumps(Bomb(tmp_path / "exploded"))
    for name in ("diffusion_pytorch_model.bin", "pytorch_model.bin", "diffusion_pytorch_model.pt"):
        (copied / "segmentation" / name).write_bytes(bomb)
    GuidingPainterPipeline.from_pretrained(copied)
    (copied / "segmentation" / WEIGHTS).unlink()
    with pytest.raises(OSError, match="is missing; weights are read from safetensors only, never a pickle"):
        GuidingPainterPipeline.from_pretrained(copied)
    (copied / "segmentation" / WEIGHTS).write_bytes(bomb)
    with pytest.raises(OSError, match="truncated or no safetensors file"):
        GuidingPainterPipeline.from_pretrained(copied)
    assert not (tmp_path / "exploded").exists()
    with pytest.raises(ValueError, match="saved as safetensors only"):
        painter.save_pretrained(tmp_path / "out", safe_serialization=False)
    assert not (tmp_path / "out").exists()
    pickle.loads(bomb)
    assert (tmp_path / "exploded").exists()  # it would have


def rewrite(change: Callable[[dict], object]) -> Callable[[Path], None]:
    def break_it(path: Path) -> None:
        if path.suffix == ".json":
            content = json.loads(path.read_text())
            change(content)
            path.write_text(json.dumps(content))
        else:
            weights = load_file(path)
            change(weights)
            save_file({key: value.clone() for key, value in weights.items()}, path)

    return break_it


FIRST = "unet.inc.0.weight"


@pytest.mark.parametrize(
    ("name", "break_it", "kind", "says"),
    [
        ("model_index.json", Path.unlink, OSError, "is missing; a checkpoint has the files"),
        ("model_index.json", lambda path: path.write_text("{"), ValueError, "is no JSON file"),
        ("model_index.json", lambda path: path.write_bytes(b"\xff\xfe"), ValueError, "is no JSON file"),
        ("model_index.json", lambda path: path.write_text("[]"), ValueError, "holds no JSON object"),
        (
            "model_index.json",
            rewrite(lambda content: content.update(_class_name="StableDiffusionPipeline")),
            ValueError,
            "describes a StableDiffusionPipeline, not a GuidingPainterPipeline: name a folder or hub id",
        ),
        ("segmentation/config.json", Path.unlink, OSError, "is missing; a checkpoint has the files"),
        (
            "segmentation/config.json",
            rewrite(lambda content: content.update(_class_name="UNet2DModel")),
            ValueError,
            "describes a UNet2DModel, not a CellSegmentationNetwork or SegmentationNetwork: name another",
        ),
        (
            "segmentation/config.json",
            rewrite(lambda content: content.update(norm="layer")),
            ValueError,
            "does not describe a SegmentationNetwork: norm is 'layer'",
        ),
        (
            "segmentation/config.json",
            rewrite(lambda content: content.update(block_out_channels="wide")),
            ValueError,
            "does not describe a SegmentationNetwork",
        ),
        (
            "segmentation/config.json",
            rewrite(lambda content: content.update(coordinates=False, cells=True)),
            ValueError,
            "describes a network of version 0.1, which no later version reads: use guiding-painter 0.1",
        ),
        (
            "colorization/config.json",
            rewrite(lambda content: content.update(fill_hints=True)),
            ValueError,
            "describes a network of version 0.1",
        ),
        (
            "colorization/config.json",
            rewrite(lambda content: content.update(max_hints=30)),
            ValueError,
            "does not fit .*config.json: 2 weights have other shapes, first .*; take both from one checkpoint",
        ),
        (
            "colorization/config.json",
            rewrite(lambda content: content.update(block_out_channels=[10**6, 10**6])),
            ValueError,
            "does not fit .*config.json",
        ),
        (f"colorization/{WEIGHTS}", Path.unlink, OSError, "is missing; weights are read from safetensors only"),
        (
            f"colorization/{WEIGHTS}",
            lambda path: path.write_bytes(path.read_bytes()[:-1000]),
            OSError,
            "is truncated or no safetensors file",
        ),
        (f"colorization/{WEIGHTS}", lambda path: path.write_bytes(b""), OSError, "is truncated or no safetensors file"),
        (
            f"colorization/{WEIGHTS}",
            lambda path: path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
            OSError,
            "is truncated or no safetensors file",
        ),
        (
            f"colorization/{WEIGHTS}",
            rewrite(lambda weights: weights.pop(FIRST)),
            ValueError,
            f"1 weights are missing, first {FIRST}",
        ),
        (
            f"colorization/{WEIGHTS}",
            rewrite(lambda weights: weights.update(extra=torch.ones(1))),
            ValueError,
            "1 weights are not of this network, first extra",
        ),
        (
            f"colorization/{WEIGHTS}",
            rewrite(lambda weights: weights.update({FIRST: weights[FIRST][:4]})),
            ValueError,
            f"1 weights have other shapes, first {FIRST}",
        ),
    ],
)
def test_broken_checkpoints_are_named_in_one_sentence(
    copied: Path, name: str, break_it: Callable[[Path], object], kind: type[Exception], says: str
):
    break_it(copied / name)
    with pytest.raises(kind, match=says) as raised:
        GuidingPainterPipeline.from_pretrained(copied)
    assert str(copied / name) in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["./nope", "/nope/at/all", "nope", "a/b/c", "~/nope", "", "model index.json"])
def test_names_that_are_neither_folder_nor_hub_id(name: str):
    with pytest.raises(OSError, match="is neither a folder nor a hub id such as 'user/my-comic'"):
        GuidingPainterPipeline.from_pretrained(name)
