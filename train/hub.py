"""The hub repository of a training: made before it begins, and filled when it has ended."""

import shlex
from pathlib import Path

from accelerate import Accelerator
from accelerate.utils import broadcast_object_list
from huggingface_hub import HfApi, hf_hub_download
from huggingface_hub.errors import EntryNotFoundError, HTTPError, LocalTokenNotFoundError
from huggingface_hub.utils import validate_repo_id

from arguments import first_line
from card.examples import EXAMPLE_FILES
from card.file import CARD_FILE, changed_by_hand, slug
from progress import REPORT_FILE
from recipe import TRAINING_FILES
from settings import Settings


def hub_repository(accelerator: Accelerator, settings: Settings) -> str | None:
    """The hub repository that the training will be uploaded to, made now if it is new; None without --push_to_hub.

    Made before the training begins, so that a missing right shows now. Raises OSError or ValueError.
    """
    if (settings.hub_model_id or settings.hub_private) and not settings.push_to_hub:
        raise ValueError("--hub_model_id and --hub_private are for --push_to_hub: give that, too, or leave them out.")
    outcome: list[str | None] = [None, None]
    if accelerator.is_main_process:
        try:
            outcome[0] = make_repository(settings) if settings.push_to_hub else None
        except (OSError, ValueError) as error:
            outcome[1] = str(error)
    repository, problem = broadcast_object_list(outcome)  # or the other processes would wait for this one
    if problem:
        raise OSError(problem)
    return repository


def make_repository(settings: Settings) -> str:
    """Raises OSError where nobody is logged in or may write there, ValueError for a name that cannot be one."""
    api = HfApi()
    try:
        user = api.whoami()
    except LocalTokenNotFoundError as error:
        raise OSError("--push_to_hub needs a login: run `hf auth login`, or set HF_TOKEN, and begin again.") from error
    except (HTTPError, OSError) as error:
        raise OSError(f"--push_to_hub cannot log in to the hub ({first_line(error)}).") from error
    name = settings.hub_model_id or slug(settings.output_dir.resolve().name)
    name = name if "/" in name else f"{user['name']}/{name}"
    try:
        validate_repo_id(name)
    except ValueError as error:
        raise ValueError(f"--hub_model_id {name!r} is no name for the hub: give one such as user/my-comic.") from error
    spaces = [user["name"], *(group["name"] for group in user.get("orgs", []))]
    if name.split("/")[0] not in spaces:
        raise ValueError(f"--hub_model_id {name} is not yours: let it begin with {' or '.join(spaces)}.")
    try:
        api.create_repo(name, private=settings.hub_private or None, exist_ok=True)
        private = api.model_info(name).private
    except (HTTPError, OSError) as error:
        raise OSError(
            f"The hub refuses to make {name} ({first_line(error)}): log in with a token that can write."
        ) from error
    if settings.hub_private and not private:
        raise ValueError(f"{name} is public already: make it private on the hub, or give another --hub_model_id.")
    return name


def upload(folder: Path, repository: str) -> None:
    """Checkpoint, card with its pictures, measurements, last sheet. A card that was changed by hand on the hub stays.

    Raises OSError, with the sentence that says how to do it by hand.
    """
    last = sorted((folder / "sheets").glob("step-*.png"))[-1:]
    files = [*TRAINING_FILES, REPORT_FILE, *EXAMPLE_FILES.values(), *(f"sheets/{sheet.name}" for sheet in last)]
    try:
        if not is_card_changed_on_hub(repository):
            files.append(CARD_FILE)
        else:
            print(f"The card of {repository} was changed by hand on the hub and stays as it is there.")
        commit = HfApi().upload_folder(
            repo_id=repository, folder_path=folder, allow_patterns=files, commit_message="Upload the trained model"
        )
        print(f"Uploaded to {commit.commit_url}")
    except Exception as error:  # whatever it is, the training is done and its files are there
        by_hand = ["hf", "upload", repository, str(folder), ".", "--exclude", "checkpoint-*/*", "--exclude", "logs/*"]
        raise OSError(
            f"The upload to {repository} failed ({first_line(error)}), but nothing is lost: all of it is in {folder}, "
            f"and this uploads it by hand: {shlex.join(by_hand)}"
        ) from error


def is_card_changed_on_hub(repository: str) -> bool:
    """Whether somebody put words of their own into the card there."""
    try:
        return changed_by_hand(Path(hf_hub_download(repository, CARD_FILE)).read_text(encoding="utf-8"))
    except EntryNotFoundError:  # none there yet
        return False
