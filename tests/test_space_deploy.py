"""The Space put together for the hub: complete, and starting from that folder alone."""

import subprocess
import sys
from pathlib import Path

import pytest

import deploy

STARTS = """
import sys
sys.path = [{folder!r}, *(path for path in sys.path if path not in ("", {root!r}, {root!r} + "/space"))]
import app, guiding_painter
from guiding_painter import GuidingPainterPipeline
app.create_demo(GuidingPainterPipeline.from_pretrained())
print(guiding_painter.__file__)
"""


def test_a_space_put_together_starts_from_its_folder(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "space"
    monkeypatch.setattr(sys, "argv", ["deploy.py", "--dry_run", str(folder)])
    deploy.main()
    assert "nothing was uploaded" in capsys.readouterr().out
    for name in ("app.py", "README.md", "requirements.txt", "canvas/wire.js", "texts/ko.py", "examples/dog.png"):
        assert (folder / name).exists()
    assert not list(folder.rglob("__pycache__"))
    script = STARTS.format(folder=str(folder), root=str(deploy.SPACE.parent))
    ran = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert Path(ran.stdout.splitlines()[-1]).is_relative_to(folder)
    monkeypatch.setattr(sys, "argv", ["deploy.py", "--dry_run", str(folder)])
    with pytest.raises(SystemExit):
        deploy.main()
    assert "is not empty" in capsys.readouterr().err


def test_uploading_names_the_space_and_deletes_what_is_gone(tmp_path, monkeypatch):
    calls = []

    class Hub:
        def create_repo(self, *args, **options):
            calls.append(("create", args, options))

        def upload_folder(self, **options):
            calls.append(("upload", options))

    monkeypatch.setattr(deploy, "HfApi", Hub)
    assert deploy.upload(tmp_path, "me/it") == "https://huggingface.co/spaces/me/it"
    assert calls[0] == ("create", ("me/it",), {"repo_type": "space", "space_sdk": "gradio", "exist_ok": True})
    assert calls[1][1]["repo_id"] == "me/it"
    assert calls[1][1]["delete_patterns"] == "*"
