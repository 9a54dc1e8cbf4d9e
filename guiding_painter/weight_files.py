"""The names under which diffusers saves a network's weights: whole or in shards, plain or as a variant."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import torch
from diffusers.utils import SAFE_WEIGHTS_INDEX_NAME, SAFETENSORS_WEIGHTS_NAME
from safetensors import SafetensorError
from safetensors.torch import load_file

STEM = SAFETENSORS_WEIGHTS_NAME.removesuffix(".safetensors")
INDEX_STEM = SAFE_WEIGHTS_INDEX_NAME.removesuffix(".json")


def check_variant(variant: str | None) -> None:
    """Raises ValueError for what `save_pretrained(variant=...)` does not write."""
    if variant is not None and not (isinstance(variant, str) and re.fullmatch(r"\w[\w-]*", variant)):
        raise ValueError(f"variant is {variant!r}: give a word such as 'fp16', or None.")


def hub_files(files: Sequence[str], variant: str | None) -> list[str]:
    """Patterns of what to fetch for a checkpoint that has `files` when saved whole and plain."""
    patterns = []
    for file in files:
        if not file.endswith(SAFETENSORS_WEIGHTS_NAME):
            patterns.append(file)
            continue
        folder = file.removesuffix(SAFETENSORS_WEIGHTS_NAME)
        whole, index = _names(variant)
        shards = whole.replace(".safetensors", "-*-of-*.safetensors")
        patterns += [f"{folder}{name}" for name in (whole, shards, index)]
    return patterns


def read_weights(folder: Path, variant: str | None = None) -> dict[str, torch.Tensor]:
    """All weights in a folder. Without `variant` the plain ones; where there are none, the only variant there is.

    Raises OSError for files that are missing or broken, ValueError where a variant has to be chosen.
    """
    weights = {}
    for path in weight_files(folder, variant):
        try:
            weights |= load_file(path)
        except FileNotFoundError as error:
            raise OSError(f"{path} is missing; weights are read from safetensors only, never a pickle.") from error
        except (SafetensorError, OSError) as error:
            said = str(error).partition("\n")[0]
            raise OSError(f"{path} is truncated or no safetensors file ({said}).") from error
    return weights


def weight_files(folder: Path, variant: str | None = None) -> list[Path]:
    """The file, or the shards, that `read_weights` reads; a file that is missing is named, too."""
    if variant is None and not any((folder / name).is_file() for name in _names(None)):
        variants = _variants(folder)
        if len(variants) > 1:
            names = " or ".join(f"variant={name!r}" for name in variants)
            raise ValueError(f"{folder} has weights in {len(variants)} variants only: choose {names}.")
        variant = variants[0] if variants else None
    whole, index = (folder / name for name in _names(variant))
    return _shards(index) if index.is_file() and not whole.is_file() else [whole]


def _names(variant: str | None) -> tuple[str, str]:
    """Of the file that holds all weights, and of the index of those in shards."""
    middle = f".{variant}" if variant else ""
    return f"{STEM}{middle}.safetensors", f"{INDEX_STEM}{middle}.json"


def _variants(folder: Path) -> list[str]:
    shard = r"-\d{5}-of-\d{5}\."
    pattern = rf"{STEM}\.(?!.*{shard})(\w[\w-]*)\.safetensors|{re.escape(INDEX_STEM)}\.(\w[\w-]*)\.json"
    matches = (re.fullmatch(pattern, path.name) for path in folder.glob(f"{STEM}.*"))
    return sorted({match[1] or match[2] for match in matches if match})


def _shards(index: Path) -> list[Path]:
    try:
        names = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ValueError(f"{index} does not say which files hold the weights: save the checkpoint again.") from None
    if not names or not all(isinstance(name, str) and re.fullmatch(r"\w[\w.-]*\.safetensors", name) for name in names):
        raise ValueError(f"{index} names files that are no safetensors beside it: save the checkpoint again.")
    return [index.parent / name for name in names]
