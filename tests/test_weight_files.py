"""What save_pretrained writes, with any of its arguments, from_pretrained opens."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from diffusers import DiffusionPipeline

from guiding_painter import GuidingPainterPipeline
from guiding_painter.weight_files import hub_files

NETWORKS = ("segmentation", "colorization")


@pytest.mark.parametrize(
    "options", [{"variant": "fp16"}, {"max_shard_size": "20KB"}, {"variant": "a-b", "max_shard_size": "20KB"}]
)
def test_variants_and_shards_load_again(painter: GuidingPainterPipeline, tmp_path: Path, options: dict):
    painter.save_pretrained(tmp_path, **options)
    assert not (tmp_path / "segmentation" / "diffusion_pytorch_model.safetensors").exists()
    for variant in {None, options.get("variant")}:
        loaded = GuidingPainterPipeline.from_pretrained(tmp_path, variant=variant)
        for name in NETWORKS:
            ours, theirs = loaded.components[name].state_dict(), painter.components[name].state_dict()
            assert ours.keys() == theirs.keys()
            assert all(torch.equal(ours[key], theirs[key]) for key in ours)


def test_the_plain_weights_come_first_and_of_two_variants_one_is_chosen(painter, checkpoint: Path, tmp_path: Path):
    shutil.copytree(checkpoint, tmp_path / "both")
    painter.save_pretrained(tmp_path / "both", variant="fp16")
    assert GuidingPainterPipeline.from_pretrained(tmp_path / "both")
    with pytest.raises(OSError, match=r"diffusion_pytorch_model\.ema\.safetensors is missing; weights are read from"):
        GuidingPainterPipeline.from_pretrained(tmp_path / "both", variant="ema")
    for variant in ("fp16", "ema"):
        painter.save_pretrained(tmp_path / "two", variant=variant)
    with pytest.raises(ValueError, match=r"weights in 2 variants only: choose variant='ema' or variant='fp16'\."):
        GuidingPainterPipeline.from_pretrained(tmp_path / "two")


def test_arguments_of_diffusers_are_taken_or_refused_in_a_sentence(checkpoint: Path):
    load = GuidingPainterPipeline.from_pretrained
    assert load(checkpoint, torch_dtype=torch.bfloat16, use_safetensors=True).segmentation.dtype == torch.bfloat16
    for options, says in (
        ({"device_map": "auto"}, r"takes no device_map: leave it out"),
        ({"use_safetensors": False}, r"read from safetensors only: leave it out\.$"),
        ({"torch_dtype": "float16"}, r"dtype is 'float16': give one of torch\.float32"),
        ({"dtype": torch.int8}, r"dtype is torch\.int8: give one of"),
        ({"variant": "../x"}, r"variant is '\.\./x': give a word such as 'fp16'"),
    ):
        with pytest.raises(ValueError, match=says):
            load(checkpoint, **options)


@pytest.mark.parametrize(
    "index", [{}, {"weight_map": {}}, {"weight_map": {"a": "../b.safetensors"}}, {"weight_map": {"a": 1}}, []]
)
def test_an_index_that_names_no_files_beside_it(checkpoint: Path, tmp_path: Path, index):
    folder = shutil.copytree(checkpoint, tmp_path / "copy") / "segmentation"
    (folder / "diffusion_pytorch_model.safetensors").unlink()
    (folder / "diffusion_pytorch_model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(ValueError, match=r"index\.json .*: save the checkpoint again\.$"):
        GuidingPainterPipeline.from_pretrained(tmp_path / "copy")


def test_of_the_hub_only_one_variant_is_fetched():
    files = ["model_index.json", "segmentation/diffusion_pytorch_model.safetensors"]
    plain, fp16 = hub_files(files, None), hub_files(files, "fp16")
    assert plain[:2] == files
    assert fp16 == [
        "model_index.json",
        "segmentation/diffusion_pytorch_model.fp16.safetensors",
        "segmentation/diffusion_pytorch_model.fp16-*-of-*.safetensors",
        "segmentation/diffusion_pytorch_model.safetensors.index.fp16.json",
    ]


def test_diffusers_own_pipeline_loads_it_with_two_lines(checkpoint: Path, tmp_path: Path):
    """As docs/arguments.md says."""
    (tmp_path / "pipeline.py").write_text("from guiding_painter import GuidingPainterPipeline  # noqa: F401\n")
    painter = DiffusionPipeline.from_pretrained(str(checkpoint), custom_pipeline=str(tmp_path), trust_remote_code=True)
    assert isinstance(painter, GuidingPainterPipeline)
