"""A checkpoint on the Hugging Face hub: uploading it, with a short card where there is none."""

import os
from pathlib import Path

from huggingface_hub import CommitInfo, HfApi, ModelCardData

CARD = """\
---
{data}
---

# {name}

Model-guided colorization of line drawings, with the Python package `guiding_painter`:

```python
from guiding_painter import GuidingPainterPipeline

painter = GuidingPainterPipeline.from_pretrained("{repo_id}")
```
"""


def short_card(repo_id: str) -> str:
    """A model card that says what the checkpoint is and how to load it; for which to choose a license is left."""
    data = ModelCardData(
        library_name="guiding-painter",
        pipeline_tag="image-to-image",
        tags=["colorization", "line-art", "sketch", "comics", "interactive"],
    )
    return CARD.format(data=data.to_yaml(), name=repo_id.split("/")[-1], repo_id=repo_id)


def upload(
    folder: str | os.PathLike,
    repo_id: str,
    commit_message: str | None = None,
    private: bool | None = None,
    token: str | bool | None = None,
    create_pr: bool = False,
) -> CommitInfo:
    """Uploads a folder; a repository without a card gets the short one, which is then in the folder, too.

    Args:
        folder: which holds a checkpoint.
        repo_id: such as "user/my-comic"; made if it is new.
        commit_message, token, create_pr: as in `huggingface_hub`.
        private: of a new repository; None for the owner's default.

    Raises what `huggingface_hub` does where the hub cannot be reached or refuses.
    """
    api = HfApi(token=token)
    repo_id = api.create_repo(repo_id, private=private, exist_ok=True).repo_id
    card = Path(folder, "README.md")
    if not card.exists() and not api.file_exists(repo_id, card.name):
        card.write_text(short_card(repo_id), encoding="utf-8")
    return api.upload_folder(
        repo_id=repo_id,
        folder_path=folder,
        commit_message=commit_message or "Upload the model",
        create_pr=create_pr,
    )
