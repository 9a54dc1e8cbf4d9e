"""The numbers of benchmarks/flats_quality.py on a picture whose right ones are known."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from benchmarks import flats_quality
from guiding_painter import GuidingPainterPipeline, metrics
from guiding_painter.drawings import extract_line_art, to_color_image

SIZE = (160, 120)


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    """A red box and a blue ball with black outlines on a pale ground."""
    image = Image.new("RGB", SIZE, "#f2e8cf")
    draw = ImageDraw.Draw(image)
    draw.rectangle((15, 20, 70, 90), fill="#c1121f", outline="black", width=3)
    draw.ellipse((85, 30, 145, 90), fill="#3d5a80", outline="black", width=3)
    return image


@pytest.fixture(scope="module")
def result(painter: GuidingPainterPipeline, picture: Image.Image) -> dict:
    return flats_quality.measure(painter, picture)


def test_flat_color_from_true_answers_comes_closer_than_an_untrained_model(result: dict):
    last = {name: curve[-1] for name, curve in result["curves"].items()}
    assert last["flat"] > last["model"] + 1
    assert last["flat"] > last["flat_without_lines"] + 1  # these lines the artist drew, too


def test_curves_have_a_value_for_every_number_of_answers(result: dict, painter: GuidingPainterPipeline):
    assert {len(curve) for curve in result["curves"].values()} == {painter.segmentation.config.max_hints + 1}
    curve = result["curves"]["flat"]
    assert curve[0] < curve[result["regions"]] == curve[-1]


def test_every_pixel_is_filled_with_an_expected_color(result: dict):
    assert (result["unfilled"], result["stray"]) == (0, 0)
    assert result["colors"] <= result["regions"]
    assert result["across"] < 0.01


def test_true_colors_leave_ink_out(painter: GuidingPainterPipeline, picture: Image.Image):
    drawing = Image.new("L", SIZE, 255)
    ImageDraw.Draw(drawing).rectangle((40, 40, 59, 59), fill=0)
    painting = painter.open(drawing)
    color = Image.new("RGB", SIZE, (200, 100, 50))
    color.paste((0, 0, 0), (40, 40, 60, 60))
    mostly_paper = painting.region_at((0, 0))
    assert flats_quality.true_colors(color, painting)[mostly_paper.index] == (200, 100, 50)


def test_stray_colors_are_counted(painter: GuidingPainterPipeline, picture: Image.Image):
    painting = painter.open(extract_line_art(picture))
    painting.paint(painting.next_region(), "#123456")
    flat = painting.color("flat")
    assert flats_quality.stray_colors(flat, painting) == 0
    noisy = flat.copy()
    for i in range(len(painting.regions)):
        noisy.putpixel((i, 0), (i, 255, 0))
    assert flats_quality.stray_colors(noisy, painting) > 0
    assert flats_quality.stray_colors(Image.new("RGB", SIZE), painting) == 1  # the answer is missing


def test_psnr_is_that_of_the_package(picture: Image.Image):
    noise = np.random.default_rng(0).integers(0, 256, (*SIZE[::-1], 3), dtype=np.uint8)
    expected = metrics.psnr(to_color_image(Image.fromarray(noise)), to_color_image(picture)).item()
    assert flats_quality.psnr(Image.fromarray(noise), picture) == pytest.approx(expected, abs=1e-9)
    assert flats_quality.psnr(picture, picture) == np.inf


def test_psnr_of_some_pixels_does_not_see_the_others(picture: Image.Image):
    changed = picture.copy()
    changed.paste((0, 0, 0), (0, 0, 10, 10))
    where = np.ones(SIZE[::-1], dtype=bool)
    where[:10, :10] = False
    assert flats_quality.psnr(changed, picture, where) == np.inf > flats_quality.psnr(changed, picture, ~where)


def test_pictures_are_spread_over_the_folder():
    paths = [Path(str(i)) for i in range(10)]
    assert [int(path.name) for path in flats_quality.spread(paths, 3)] == [0, 3, 6]
    assert flats_quality.spread(paths, 20) == paths


def test_the_command_prints_one_table_a_folder(
    checkpoint: Path, picture: Image.Image, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    for name in ("first", "second"):
        (tmp_path / name / "test").mkdir(parents=True)
        for i in range(2):
            picture.save(tmp_path / name / "test" / f"{i}.png")
    folders = [str(tmp_path / name) for name in ("first", "second")]
    flags = ["--pretrained_model_name_or_path", str(checkpoint), "--max_pictures", "1", "--thresholds", "14"]
    flats_quality.main(["--data_dir", *folders, *flags])
    printed = capsys.readouterr().out
    for part in (
        "first, 1 pictures",
        "second, 1 pictures",
        "NRI 14",
        "painted without lines",
        "flat on paper beside model",
        "0 pixels unfilled",
    ):
        assert part in printed


def test_a_missing_folder_is_one_sentence(checkpoint: Path, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as stop:
        flats_quality.main(["--pretrained_model_name_or_path", str(checkpoint), "--data_dir", "nowhere"])
    assert stop.value.code == 2
    assert "nowhere is not a folder" in capsys.readouterr().err
