"""The illustrations, from repositories that the tests make: fetched by object id, scaled, gone on with. No network."""

import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image
from training_pictures import draw_picture

from pictures.build_illustrations import SOURCES, Source, main, read_sources
from pictures.credits import PAGE, attribution, page

ROOT = Path(__file__).parents[3]


@pytest.fixture
def host(tmp_path) -> Path:
    """A host with one repository: a large picture, a small one with alpha, and a text that calls itself one."""
    folder = tmp_path / "host" / "books" / "cats"
    (folder / "images").mkdir(parents=True)
    draw_picture(1).resize((960, 800)).save(folder / "images" / "cat one.jpg")
    draw_picture(2).convert("RGBA").save(folder / "images" / "two.png")
    (folder / "images" / "three.jpg").write_text("no picture")
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "cats"]):
        identity = ["-c", "user.name=cat", "-c", "user.email=cat@example.com"]
        subprocess.run(["git", "-C", str(folder), *identity, *command], check=True)
    return tmp_path / "host"


def id_of(host: Path, path: str) -> str:
    command = ["git", "-C", str(host / "books" / "cats"), "rev-parse", f"HEAD:{path}"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def build(host: Path, tmp_path: Path, *sources: Source) -> Path:
    """main() on a list of these sources."""
    lines = ["\t".join(line) for line in (Source._fields, *sources)]
    (tmp_path / "sources.tsv").write_text("\n".join(lines) + "\n")
    main([f"--output_dir={tmp_path / 'set'}", f"--sources={tmp_path / 'sources.tsv'}", f"--host=file://{host}"])
    return tmp_path / "set"


def one(host: Path) -> Source:
    return Source("train/cats/one.jpg", "books/cats", "images/cat one.jpg", id_of(host, "images/cat one.jpg"))


def two(host: Path, folder: str = "train/gutenberg_paintings") -> Source:
    return Source(f"{folder}/two.jpg", "books/cats", "images/two.png", id_of(host, "images/two.png"))


def test_pictures_are_fetched_by_their_ids_and_scaled(host, tmp_path, capsys):
    folder = build(host, tmp_path, one(host), two(host))
    with Image.open(folder / "train" / "cats" / "one.jpg") as picture:
        assert (picture.format, picture.size, picture.mode) == ("JPEG", (448, 373), "RGB")
        assert picture.resize((1, 1)).getpixel((0, 0)) == pytest.approx(
            draw_picture(1).resize((1, 1)).getpixel((0, 0)), abs=6
        )
    with Image.open(folder / "train" / "gutenberg_paintings" / "two.jpg") as picture:
        assert (picture.size, picture.mode) == ((96, 80), "RGB")  # never made larger
    assert (folder / "ATTRIBUTION.md").read_text() == attribution()
    assert "2 pictures" in capsys.readouterr().out
    assert not list(folder.rglob("*.part"))


def test_an_older_version_is_found_after_the_repository_has_gone_on(host, tmp_path):
    old = one(host)
    draw_picture(3).save(host / "books" / "cats" / "images" / "cat one.jpg")
    identity = ["-c", "user.name=cat", "-c", "user.email=cat@example.com"]
    subprocess.run(["git", "-C", str(host / "books" / "cats"), *identity, "commit", "-qam", "another cat"], check=True)
    assert id_of(host, "images/cat one.jpg") != old.blob
    with Image.open(build(host, tmp_path, old) / "train" / "cats" / "one.jpg") as picture:
        assert picture.size == (448, 373)


def test_it_goes_on_where_it_stopped(host, tmp_path):
    sources = one(host), two(host)
    build(host, tmp_path, sources[0])
    first = tmp_path / "set" / "train" / "cats" / "one.jpg"
    first.write_bytes(b"kept as it is")
    folder = build(host, tmp_path, *sources)
    assert first.read_bytes() == b"kept as it is"
    assert (folder / "train" / "gutenberg_paintings" / "two.jpg").exists()
    shutil.rmtree(host)
    build(host, tmp_path, *sources)  # complete: nothing is asked for


def test_what_is_missing_is_told_and_the_rest_is_there(host, tmp_path, capsys):
    gone = Source("train/cats/gone.jpg", "books/cats", "images/gone.jpg", "1234" * 10)
    text = Source("train/cats/three.jpg", "books/cats", "images/three.jpg", id_of(host, "images/three.jpg"))
    nowhere = Source("train/dogs/one.jpg", "books/dogs", "one.jpg", "5678" * 10)
    with pytest.raises(SystemExit) as end:
        build(host, tmp_path, gone, one(host), text, nowhere)
    assert end.value.code == 2
    cats, dogs, advice = capsys.readouterr().err.strip().splitlines()[-3:]
    assert cats.startswith("books/cats: 2 of 3 are missing, such as images/gone.jpg: ")
    assert dogs.startswith("books/dogs: 1 of 1 are missing, such as one.jpg: ")
    assert "same command again" in advice
    assert [path.name for path in (tmp_path / "set").rglob("*.jpg")] == ["one.jpg"]
    with pytest.raises(SystemExit):
        build(host, tmp_path, text)
    assert "images/three.jpg: it is no picture" in capsys.readouterr().err


def test_without_git_it_says_so(host, tmp_path, monkeypatch, capsys):
    source = one(host)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit):
        build(host, tmp_path, source)
    assert capsys.readouterr().err == "git was not found: install it to fetch the originals.\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("file\tpath\n", "does not begin with the columns file, repository, path, blob"),
        ("file\trepository\tpath\tblob\na.jpg\tbooks/cats\n", "Line 2 of"),
        ("file\trepository\tpath\tblob\n../a.jpg\tbooks/cats\ta.jpg\t12\n", "Line 2 of"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused(text, sentence, tmp_path):
    (tmp_path / "list.tsv").write_text(text)
    with pytest.raises(ValueError, match=sentence):
        read_sources(tmp_path / "list.tsv")


def test_the_list_is_whole_and_its_credits_are_in_the_documentation():
    sources = read_sources(SOURCES)
    assert len({source.file for source in sources}) == len(sources) == 4537
    assert sum(source.file.startswith("train/") for source in sources) == 4161
    assert all(len(source.blob) == 40 for source in sources)
    assert (ROOT / PAGE).read_text() == page()
