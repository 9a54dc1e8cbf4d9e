"""Puts a complete Space together and uploads it, or writes it to a folder to look at first.

`python space/deploy.py user/space-name` uploads, with the token of `hf auth login`; `--dry_run FOLDER` writes only.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError

SPACE = Path(__file__).resolve().parent
PACKAGE = SPACE.parent / "guiding_painter"
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "deploy.py", ".*")


def put_together(folder: Path) -> None:
    """Writes the Space, with the package and its weights beside the app, into a folder that is new or empty.

    Raises ValueError for another folder, and where the weights are missing.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ValueError(f"{folder} is not empty: give a new folder.")
    if not list(PACKAGE.glob("weights/**/*.safetensors")):
        raise ValueError(f"{PACKAGE / 'weights'} has no weights: fetch them with the rest of the repository.")
    shutil.copytree(SPACE, folder, ignore=LEFT_OUT, dirs_exist_ok=True)
    shutil.copytree(PACKAGE, folder / PACKAGE.name, ignore=LEFT_OUT)


def upload(folder: Path, name: str) -> str:
    """Makes or updates the Space of this name; returns its address. What is no longer in the folder is deleted there.

    Raises OSError where the hub refuses it.
    """
    api = HfApi()
    api.create_repo(name, repo_type="space", space_sdk="gradio", exist_ok=True)
    api.upload_folder(
        folder_path=folder, repo_id=name, repo_type="space", commit_message="Update the Space", delete_patterns="*"
    )
    return f"https://huggingface.co/spaces/{name}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="?", help="user/space-name on the hub")
    parser.add_argument("--dry_run", type=Path, metavar="FOLDER", help="write the Space there and upload nothing")
    args = parser.parse_args()
    if (args.name is None) == (args.dry_run is None):
        parser.error("give the name of a Space, or --dry_run with a folder")
    try:
        if args.dry_run:
            put_together(args.dry_run)
            print(f"{args.dry_run} holds the Space; nothing was uploaded")
            return
        with tempfile.TemporaryDirectory() as folder:
            put_together(Path(folder))
            print(upload(Path(folder), args.name))
    except (ValueError, HfHubHTTPError, OSError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
