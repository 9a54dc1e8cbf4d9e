"""The files that a painting is saved to, whole or not at all."""

import io
import os
import tempfile
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from conftest import no_room_beyond
from PIL import Image
from psd_tools import PSDImage

from guiding_painter.files import lay_lines
from guiding_painter.painting import Painting

pytest_plugins = ["flat_painting"]


@pytest.mark.parametrize("dpi", [(300, 300), None, (0, 0), (float("nan"), 1), (72.5, 100)])
def test_save(painting: Painting, tmp_path: Path, dpi: tuple | None):
    if dpi:
        painting.drawing.info["dpi"] = dpi
    painting.save(tmp_path / "out.PNG")
    with Image.open(tmp_path / "out.PNG") as saved:
        assert saved.tobytes() == painting.image.tobytes()
        assert saved.info.get("dpi") == (pytest.approx(dpi, abs=0.02) if dpi and dpi[0] >= 1 else None)
    assert [path.name for path in tmp_path.iterdir()] == ["out.PNG"]


def test_save_follows_a_link_and_keeps_permissions_ordinary(painting: Painting, tmp_path: Path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "link.png").symlink_to(tmp_path / "kept" / "out.png")
    painting.save(tmp_path / "link.png")
    assert (tmp_path / "link.png").is_symlink()
    ordinary = tmp_path / "ordinary"
    ordinary.touch()
    assert (tmp_path / "kept" / "out.png").stat().st_mode == ordinary.stat().st_mode


@pytest.mark.parametrize("name", ["out.psd", "out.ora"])
def test_save_in_layers(painting: Painting, tmp_path: Path, name: str):
    painting.drawing.info["dpi"] = (300, 300)
    painting.paint(4, "#0080ff")
    painting.paint(0, "#e07a5f")
    painting.save(tmp_path / name, "flat")
    names = ["background", "unanswered", "03 #0080ff", "01 #e07a5f", "lines"]
    if name == "out.psd":
        psd = PSDImage.open(tmp_path / name)
        assert [layer.name for layer in psd] == names
        merged, lowest = psd.topil(apply_icc=False), psd[3].topil()
    else:
        with zipfile.ZipFile(tmp_path / name) as archive:
            layers = ElementTree.fromstring(archive.read("stack.xml")).findall("stack/layer")
            assert [layer.get("name") for layer in reversed(layers)] == names
            merged = Image.open(io.BytesIO(archive.read("mergedimage.png")))
            lowest = Image.open(io.BytesIO(archive.read(layers[1].get("src"))))
    assert merged.tobytes() == lay_lines(painting.color("flat"), painting.drawing).tobytes()
    assert lowest.getcolors() == [(painting.regions[0].mask.sum(), (224, 122, 95, 255))]


def test_save_png_without_lines_and_what_has_no_answer(painting: Painting, tmp_path: Path):
    painting.paint(0, "#e07a5f")
    painting.save(tmp_path / "out.png", "flat", lines=False, transparent=True)
    with Image.open(tmp_path / "out.png") as saved:
        image = np.asarray(saved)
    mask = painting.regions[0].mask
    assert (image[mask] == (224, 122, 95, 255)).all()
    assert not image[~mask][:, 3].any()


@pytest.mark.parametrize("name", ["out", "out.jpg", "out.psb"])
def test_save_knows_its_formats(painting: Painting, tmp_path: Path, name: str):
    with pytest.raises(ValueError, match=f"{name} does not end in .png, .psd or .ora"):
        painting.save(tmp_path / name)
    assert not any(tmp_path.iterdir())


def test_save_to_a_name_with_a_null_character(painting: Painting, tmp_path: Path):
    with pytest.raises(ValueError, match="holds a null character, which no file's name may: leave it out"):
        painting.save(f"{tmp_path}/a\0.png")


def test_save_where_there_is_no_folder(painting: Painting, tmp_path: Path):
    with pytest.raises(OSError, match="missing/out.png cannot be written"):
        painting.save(tmp_path / "missing" / "out.png")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(OSError, match="folder.png cannot be written"):
        painting.save(tmp_path / "folder.png")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.png"]


def test_save_on_a_full_disk_leaves_the_old_file(painting: Painting, tmp_path: Path):
    target = tmp_path / "out.png"
    target.write_bytes(b"old")
    with no_room_beyond(100), pytest.raises(OSError, match="out.png cannot be written"):
        painting.save(target)
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.png"]


def test_save_in_a_read_only_folder_leaves_the_old_file(painting: Painting):
    with tempfile.TemporaryDirectory() as folder:  # not tmp_path, which only its owner may enter
        target = Path(folder) / "out.png"
        target.write_bytes(b"old")
        os.chmod(folder, 0o555)
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)  # root may write anywhere
        try:
            with pytest.raises(OSError, match="out.png cannot be written .Permission denied"):
                painting.save(target)
        finally:
            os.seteuid(user)
            os.chmod(folder, 0o755)
        assert target.read_bytes() == b"old"
        assert len(list(Path(folder).iterdir())) == 1
