"""Loading by hub id, the cache, and push_to_hub, against a hub on this machine.

huggingface_hub reads its environment once, when it is imported: every step is a process of its own.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_server import HubServer
from hub_visitors import files_of, hub_with, python
from huggingface_hub import ModelCard


@pytest.fixture
def hub(checkpoint: Path) -> Iterator[HubServer]:
    with hub_with(checkpoint) as server:
        yield server


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
    assert revision == "OSError: user/my-comic has no revision 'v9' on the hub: name one that it has, or none."
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
