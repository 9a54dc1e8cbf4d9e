"""Our own layered files open again, and the painting in them goes on where it was."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from photos import SHEETS, TABLES, pencil_drawing, photo
from PIL import Image
from psd_tools import PSDImage

from guiding_painter import GuidingPainterPipeline
from guiding_painter.drawings import open_drawing


def pencil(drawing: Image.Image) -> Image.Image:
    """Gray on gray paper, which is not clean: opened twice it would not stay the same."""
    grain = np.random.default_rng(0).normal(0, 4, (drawing.height, drawing.width))
    return Image.fromarray((np.asarray(drawing) * 0.5 + 90 + grain).clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize("name", ["page.psd", "page.ora"])
@pytest.mark.parametrize("kind", ["clean", "pencil"])
def test_a_layered_file_goes_on(painter: GuidingPainterPipeline, drawing, tmp_path: Path, name: str, kind: str):
    source = drawing if kind == "clean" else pencil(drawing)
    painting = painter.open(source, 64)
    painting.paint_all(["#e07a5f", None, "#3d405b"])
    painting.undo()
    painting.save(tmp_path / name)
    resumed = painter.resume(tmp_path / name)
    assert resumed.image.tobytes() == painting.image.tobytes()
    assert resumed.to_dict() == painting.to_dict()
    assert resumed.notes == ("This painting was taken up where it was saved.",)
    assert resumed.redo().color == "#3d405b"
    assert painter.resume(source, resumed.to_dict()).answers == resumed.answers  # the drawing itself goes on, too

    anew = painter.open(tmp_path / name, 64)
    assert anew.answers == {}
    assert anew.notes == (
        "Only the layer of line art was opened.",
        "A painting is saved in this file; resume goes on with it.",
    )
    if kind == "clean":
        assert np.array_equal(anew.drawing, drawing)


@pytest.mark.parametrize("name", ["page.psd", "page.ora"])
@pytest.mark.parametrize("kind", ["faint", "pencil", "photo", "page"])
def test_a_painting_from_a_layered_file_is_put_away_with_that_file(painter, drawing, tmp_path: Path, name: str, kind):
    """However the drawing was taken from its first file: its lines in the layered one are the drawing to the bit."""
    options = {}
    if kind == "photo":
        source = photo(pencil_drawing(), SHEETS["level"], TABLES["oak"], size=(450, 600))
    elif kind == "page":
        file = io.BytesIO()
        drawing.rotate(90, expand=True).save(file, "TIFF", save_all=True, append_images=[drawing])
        source, options = file.getvalue(), {"page_number": 2}
    else:
        source = pencil(drawing) if kind == "pencil" else drawing.point(lambda level: 225 if level < 128 else 255)
    painting = painter.open(source, 64, **options)
    painting.paint_all(["#e07a5f"])
    painting.save(tmp_path / name)
    first = painter.resume(tmp_path / name)
    assert first.drawing.tobytes() == painting.drawing.tobytes()
    first.paint_all(["#3d405b"])
    again = painter.resume(tmp_path / name, first.to_dict())
    assert again.image.tobytes() == first.image.tobytes()
    anew = painter.open(tmp_path / name, 64)
    assert anew.drawing.tobytes() == painting.drawing.tobytes()
    assert painter.resume(tmp_path / name, anew.to_dict()).image.tobytes() == anew.image.tobytes()


def test_what_holds_no_painting(painter: GuidingPainterPipeline, drawing, tmp_path: Path):
    drawing.save(tmp_path / "drawing.png")
    with pytest.raises(ValueError, match="holds no painting to go on with: give a .psd or .ora"):
        painter.resume(tmp_path / "drawing.png")


@pytest.mark.parametrize("painting", [b"", b"x" * 100, b"x\x9c\x03\x00\x00\x00\x00\x01"])
def test_a_damaged_painting_leaves_a_drawing(painter, drawing, tmp_path: Path, painting: bytes):
    opened = painter.open(drawing, 64)
    opened.save(tmp_path / "page.ora")
    file = io.BytesIO()
    with zipfile.ZipFile(tmp_path / "page.ora") as old, zipfile.ZipFile(file, "w") as new:
        for entry in old.infolist():
            new.writestr(entry, painting if "painting" in entry.filename else old.read(entry))
    assert np.array_equal(open_drawing(file.getvalue()), drawing)
    with pytest.raises(ValueError, match="holds no painting"):
        painter.resume(file.getvalue())


def test_other_programs_see_the_same_layers(painter: GuidingPainterPipeline, drawing, tmp_path: Path):
    painting = painter.open(drawing, 64)
    painting.save(tmp_path / "page.psd")
    assert [layer.name for layer in PSDImage.open(tmp_path / "page.psd")] == ["background", "unanswered", "lines"]
