"""Finding and reading a checkpoint, so that whatever is wrong with it is said in one sentence."""

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import torch
from diffusers import ModelMixin
from diffusers.utils import CONFIG_NAME, SAFETENSORS_WEIGHTS_NAME
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HTTPError, LocalEntryNotFoundError, RepositoryNotFoundError, RevisionNotFoundError

from .weight_files import check_variant, hub_files, read_weights, weight_files

WEIGHTS = Path(__file__).parent / "weights"  # the bundled checkpoint
FILES = ["model_index.json"] + [
    f"{folder}/{file}"
    for folder in ("segmentation", "colorization")
    for file in (CONFIG_NAME, SAFETENSORS_WEIGHTS_NAME)
]

# What only networks of version 0.1 could be: a part of them is in no later version.
RETIRED = ("cells", "coordinates", "fill_hints")
HUB_OPTIONS = ("revision", "cache_dir", "token", "local_files_only", "force_download")

Network = TypeVar("Network", bound=ModelMixin)


def find_checkpoint(
    name: str | os.PathLike | None, files: Sequence[str] = FILES, variant: str | None = None, **hub_options: Any
) -> Path:
    """The folder of a checkpoint: the bundled one for None, a local one, or the local copy of a hub repository.

    Of a hub repository only `files` are fetched, those that it has, in whole or in shards; of a variant only its own.

    Raises OSError where there is none, ValueError for a variant that is no word.
    """
    check_variant(variant)
    if name is None:
        if not (WEIGHTS / FILES[0]).is_file():
            raise OSError(f"The bundled weights are not in {WEIGHTS}: reinstall guiding-painter, or name a checkpoint.")
        return WEIGHTS
    name = os.fspath(name)
    if name and Path(name).expanduser().is_dir():
        return Path(name).expanduser()
    if not re.fullmatch(r"\w[\w.-]*/\w[\w.-]*", name):
        raise OSError(f"{name!r} is neither a folder nor a hub id such as 'user/my-comic'.")
    try:
        return Path(snapshot_download(name, allow_patterns=hub_files(files, variant), **hub_options))
    except RevisionNotFoundError as error:
        raise OSError(
            f"{name} has no revision {hub_options.get('revision')!r} on the hub: name one that it has, or none."
        ) from error
    except RepositoryNotFoundError as error:
        raise OSError(f"{name} is neither a folder nor on the hub; a private repository needs a token.") from error
    except LocalEntryNotFoundError as error:
        raise OSError(f"{name} is neither a folder nor whole in the cache, and the hub cannot be reached.") from error
    except (HTTPError, OSError, ValueError) as error:
        raise OSError(f"{name} could not be fetched from the hub ({_first_line(error)}).") from error


def check_arguments(dtype: object, options: dict[str, Any]) -> torch.dtype:
    """The dtype to load in; takes what belongs to diffusers out of the options for the hub.

    Raises ValueError for what diffusers' `from_pretrained` takes and this one does not.
    """
    if options.pop("use_safetensors", True) not in (True, None):
        raise ValueError("use_safetensors is False, but weights are read from safetensors only: leave it out.")
    if unknown := ", ".join(sorted(options.keys() - set(HUB_OPTIONS))):
        raise ValueError(f"from_pretrained takes no {unknown}: leave it out, or use painter.to(...) afterwards.")
    if not (isinstance(dtype, torch.dtype) and dtype.is_floating_point):
        raise ValueError(f"dtype is {dtype!r}: give one of torch.float32, torch.float16 and torch.bfloat16.")
    return dtype


def load_network(
    network_classes: Sequence[type[Network]], folder: Path, dtype: torch.dtype, variant: str | None = None
) -> Network:
    """A network in evaluation mode, of one of these classes, from config.json and safetensors, see `weight_files`.

    ModelMixin.from_pretrained would only warn of a missing weight and leave it random.

    Raises:
        OSError: a file is missing or broken.
        ValueError: it is no config of these classes, or one of version 0.1 that is no longer read, or the weights are
            not those that the config asks for.
    """
    config_path = folder / CONFIG_NAME
    config = read_json(config_path)
    network_class = next((kind for kind in network_classes if kind.__name__ == config.get("_class_name")), None)
    if network_class is None:
        known = " or ".join(kind.__name__ for kind in network_classes)
        raise ValueError(f"{config_path} describes a {config.get('_class_name')}, not a {known}: name another one.")
    if any(config.pop(option, False) for option in RETIRED):
        raise ValueError(
            f"{config_path} describes a network of version 0.1, which no later version reads: use guiding-painter 0.1 "
            "for it, or train one anew from its pictures."
        )
    try:
        with torch.device("meta"):  # nothing is allocated and no random number drawn for weights replaced below
            network = network_class.from_config(config)
    except Exception as error:  # values from a file can be wrong in any way
        raise ValueError(f"{config_path} does not describe a {network_class.__name__}: {_first_line(error)}") from error

    weights = read_weights(folder, variant)
    _check_weights(network, weights, weight_files(folder, variant)[0], config_path)
    # Copies: the tensors of the file are mapped to it, and the file may be written again.
    copies = {key: value.to(dtype if value.is_floating_point() else None, copy=True) for key, value in weights.items()}
    network.load_state_dict(copies, assign=True)
    return network.eval()


def _check_weights(
    network: ModelMixin, weights: dict[str, torch.Tensor], weights_path: Path, config_path: Path
) -> None:
    """Raises ValueError where weights are not those of a network."""
    expected = network.state_dict()
    missing, foreign = sorted(expected.keys() - weights.keys()), sorted(weights.keys() - expected.keys())
    reshaped = [key for key in expected if key in weights and weights[key].shape != expected[key].shape]
    problems = {"are missing": missing, "are not of this network": foreign, "have other shapes": reshaped}
    for problem, keys in problems.items():
        if keys:
            raise ValueError(
                f"{weights_path} does not fit {config_path}: {len(keys)} weights {problem}, first {keys[0]}; take both "
                "from one checkpoint."
            )


def read_json(path: Path) -> dict[str, Any]:
    """Raises OSError for a missing file and ValueError for one that holds no JSON object."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise OSError(f"{path} is missing; a checkpoint has the files {', '.join(FILES)}.") from error
    except ValueError as error:
        raise ValueError(f"{path} is no JSON file ({_first_line(error)}).") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path} holds no JSON object.")
    return content


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
