"""What the Space is made of beside its code: its words, its examples, its card, the model it loads."""

import re
import sys

import pytest
from huggingface_hub import metadata_load
from packaging.requirements import Requirement

import app
from guiding_painter.formats import KINDS
from texts import LANGUAGES, en
from uploads import ENDINGS, EXAMPLES, check_picture

SPACE = app.CSS_FILE.parent


def test_every_language_says_everything():
    for texts in LANGUAGES:
        words = {name: value for name, value in vars(texts).items() if name.isupper()}
        assert words.keys() == {name for name in vars(en) if name.isupper()}
        for name, value in words.items():
            english = getattr(en, name)
            if isinstance(english, dict):
                assert value.keys() == english.keys()
            elif isinstance(english, tuple):
                assert len(value) == len(english)
                assert all(value)
            elif name != "PATH":
                assert value
                assert set(re.findall(r"{\w+}", value)) == set(re.findall(r"{\w+}", english)), name
        assert len(re.findall(r"^\d\. ", texts.HELP, re.MULTILINE)) == 5


def test_every_sentence_of_the_texts_is_used():
    code = "".join(path.read_text() for path in SPACE.glob("*.py")) + (SPACE / "texts" / "__init__.py").read_text()
    for name in vars(en):
        assert not name.isupper() or re.search(rf"\b{name}\b", code), name


def test_every_example_opens_is_small_and_names_its_source():
    credits = (SPACE / "examples" / "README.md").read_text()
    pictures = {path for path in (SPACE / "examples").iterdir() if path.suffix != ".md"}
    assert set(EXAMPLES) == pictures
    assert len(EXAMPLES) >= 6
    for path in EXAMPLES:
        assert path.stat().st_size < 150_000
        (row,) = [line for line in credits.splitlines() if line.startswith(f"| {path.name} ")]
        assert "CC" in row or "public domain" in row
        check_picture(path.read_bytes())
        assert all(path.name in texts.EXAMPLE_NAMES for texts in LANGUAGES)


def test_the_file_picker_offers_every_format_that_is_read_and_the_words_name_it():
    assert {f".{kind}" for kind in KINDS} | {".png", ".jpg", ".webp", ".gif", ".tif", ".bmp", ".zip"} <= set(ENDINGS)
    for texts in LANGUAGES:
        assert all(kind.label in texts.NO_PICTURE for kind in KINDS.values())


def test_a_model_that_cannot_be_loaded_is_named(monkeypatch, capsys, tmp_path):
    for arguments, variable in ((["--model", str(tmp_path / "missing")], ""), ([], str(tmp_path / "missing"))):
        monkeypatch.setattr(sys, "argv", ["app.py", *arguments])
        monkeypatch.setenv("MODEL_ID", variable)
        with pytest.raises(SystemExit):
            app.main()
        assert str(tmp_path / "missing") in capsys.readouterr().err


def test_space_asks_for_the_versions_that_are_tested():
    root = SPACE.parent
    pins = set((root / "constraints.txt").read_text().splitlines())
    card = metadata_load(SPACE / "README.md")
    assert f"gradio=={card['sdk_version']}" in pins
    assert (card["sdk"], card["app_file"], card["python_version"]) == ("gradio", "app.py", "3.12")
    assert len(card["short_description"]) <= 60
    asked = [line for line in (SPACE / "requirements.txt").read_text().splitlines() if line and line[0] != "#"]
    assert set(asked) <= pins
    project = (root / "pyproject.toml").read_text()
    dependencies = re.search(r"^dependencies = \[(.*?)\]", project, re.DOTALL | re.MULTILINE)[1]
    formats = re.search(r"^formats = \[(.*?)\]", project, re.MULTILINE)[1]
    needed = {Requirement(name).name for name in re.findall(r'"([^"]+)"', dependencies + formats)}
    assert {Requirement(line).name for line in asked} == needed
