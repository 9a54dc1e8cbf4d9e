"""The numbers of benchmarks/areas.py on cells and pictures whose right ones are known."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from benchmarks import areas, hard_drawings
from benchmarks.area_drawings import TEXTURES, render


@pytest.mark.parametrize(
    "kind",
    [
        {"opening": 10},
        {"pencil": True},
        *({"texture": texture} for texture in TEXTURES),
        {"scale": 0.5},
        {"shift": 0.5},
    ],
    ids=str,
)
def test_drawings_are_rendered_with_the_areas_that_a_person_sees(kind: dict):
    drawing, truth = render(0, **kind)
    assert drawing.size == truth.shape[::-1] == ((256, 256) if "scale" in kind else (512, 512))
    assert np.unique(truth).tolist() == [0, 1, 2, 3, 4]
    assert 0.01 < (np.asarray(drawing) < 128).mean() < 0.5
    assert np.array_equal(drawing, render(0, **kind)[0])


AREAS = {
    "two strokes for every line": {5},
    "figures that the edge cuts off": {2},
    "stripes of a box or a skirt": set(range(3, 10)),
}


@pytest.mark.parametrize("kind", hard_drawings.KINDS)
def test_hard_drawings_are_rendered_with_the_areas_that_a_person_sees(kind: str):
    drawing, truth = hard_drawings.render(kind, 1)
    again = hard_drawings.render(kind, 1)
    other = hard_drawings.render(kind, 2)[0]
    assert np.array_equal(drawing, again[0])
    assert np.array_equal(truth, again[1])
    assert not np.array_equal(drawing, other)
    assert 300 <= min(drawing.size) <= max(drawing.size) <= 1500
    assert drawing.size == truth.shape[::-1]
    areas_seen = np.setdiff1d(truth, [hard_drawings.UNJUDGED])
    assert areas_seen.tolist() == list(range(len(areas_seen)))
    number = len(areas_seen) - 1  # without the ground
    default = {2, 3} if "speed lines" in kind else {2} if kind.startswith("tones") else {1}
    assert number in AREAS.get(kind, default)
    assert 0 < (np.asarray(drawing) < 128).mean() < 0.6


def test_areas_are_recovered_or_leak_or_are_split():
    truth = np.repeat([0, 1, 2, 3], 100).reshape(20, 20)
    assert areas.score(truth, truth).tolist() == [4, 4, 0, 0]
    assert areas.score(np.where(truth == 3, 2, truth), truth).tolist() == [4, 2, 2, 0]
    halves = truth.copy()
    halves[-2:] = 4
    assert areas.score(halves, truth).tolist() == [4, 3, 0, 1]
    specks = truth.copy()
    specks[-1, -2:] = 4
    assert areas.score(specks, truth).tolist() == [4, 4, 0, 0]


def test_a_drawing_is_right_or_joined_or_in_pieces():
    truth = np.repeat([0, 1, 2, hard_drawings.UNJUDGED], 100).reshape(20, 20)
    cells = np.where(truth == hard_drawings.UNJUDGED, 2, truth)
    assert areas.judge(cells, truth) == (True, False, False)
    assert areas.judge(np.where(cells == 2, 1, cells), truth) == (False, True, False)
    split = cells.copy()
    split[0, :10] = 3  # a tenth of an area
    assert areas.judge(split, truth) == (False, False, True)
    slit = cells.copy()
    slit[-1, -1:] = 3  # where nothing is judged, but over 0.05 % of the drawing
    assert areas.judge(slit, truth) == (False, False, True)
    assert areas.judge(np.zeros_like(cells), truth) == (False, True, False)


def test_the_command_prints_a_row_a_hard_kind(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    kinds = {kind: hard_drawings.KINDS[kind] for kind in ("ground that lines pass by", "speed lines from a frame")}
    monkeypatch.setattr(hard_drawings, "KINDS", kinds)
    areas.main(["hard", "--seeds", "1"])
    rows = capsys.readouterr().out.splitlines()[1:]
    assert [row[:36].strip() for row in rows] == list(kinds)
    assert [row.split()[-7] for row in rows] == ["1", "1"]


def test_cells_are_alike_where_a_person_sees_no_difference():
    first = np.repeat([0, 1, 2, 3], 100).reshape(20, 20)
    other = first.copy()
    other[5, :4] = 0
    assert areas.alike(first, first[::-1].copy())  # numbers say nothing
    assert areas.alike(first, other)
    assert not areas.alike(first, np.where(first == 3, 2, first))
    assert not areas.alike(first, np.roll(first, 3, axis=0))


def test_former_cells_close_small_openings_only():
    cells = [areas.former_cells(render(0, opening)[0]) for opening in (0, 20)]
    assert [areas.score(found, render(0)[1])[2] > 0 for found in cells] == [False, True]


def test_true_colors_of_more_cells_are_worth_more():
    color = np.zeros((20, 20, 3), np.uint8)
    color[:10], color[10:] = (200, 30, 30), (30, 30, 200)
    paper = np.full((20, 20), 255, np.uint8)
    one, two = np.zeros((20, 20), np.int32), np.repeat([0, 1], 200).reshape(20, 20)
    assert areas.expected_psnr(one, color, paper) < areas.expected_psnr(two, color, paper)
    # Before the first answer the two are the same; after it nothing is wrong.
    assert areas.expected_psnr(two, color, paper) > 0.8 * 10 * np.log10(255**2 / 1e-9)


def test_the_command_prints_a_line_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    picture = Image.new("RGB", (120, 90), "#f2e8cf")
    ImageDraw.Draw(picture).ellipse((20, 20, 80, 70), fill="#c1121f", outline="black", width=3)
    picture.save(tmp_path / "one.png")
    areas.main(["pictures", str(tmp_path)])
    printed = capsys.readouterr().out
    assert "1 pictures, former" in printed
    assert "dB, no loss on" in printed


def test_a_page_is_measured():
    assert "512x512" in areas.measure_size("512x512")
