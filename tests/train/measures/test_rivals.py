"""Rivals and summaries of an evaluation, by hand."""

from pathlib import Path

import numpy as np
import pytest
import torch
from measured_pictures import batch_of, draw_with_damage

from guiding_painter.metrics import psnr
from measures.answers import Answers
from measures.comparison import ways_to_color
from measures.results import differences, runs, sentences, summarize, table
from measures.rivals import bucket_fill, region_statistics
from pictures.pairs import sketch_cells


@pytest.fixture
def batch(tmp_path: Path) -> dict:
    return batch_of(draw_with_damage(tmp_path / "pictures"))


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        (
            "mean",
            {
                0: [0.12, 0.12, -1, 0.12, 0.12, 0.12],  # the mean of all but ink
                1: [0.3, 0.3, -1, 0.0, 0.0, 0.0],
                2: [0.3, 0.3, -1, -0.3, -0.3, 0.6],
                30: [0.3, 0.3, -1, -0.3, -0.3, 0.6],
            },
        ),
        (
            "paper",
            {
                0: [1, 1, -1, 1, 1, 1],
                1: [0.3, 0.3, -1, 1, 1, 1],
                2: [0.3, 0.3, -1, -0.3, -0.3, 1],
                3: [0.3, 0.3, -1, -0.3, -0.3, 0.6],
                30: [0.3, 0.3, -1, -0.3, -0.3, 0.6],
            },
        ),
    ],
)
def test_bucket_fill_by_hand(rest, expected):
    cells = torch.tensor([[[0, 0, 0, 1, 1, 2]]])
    gray = torch.tensor([[0.2, 0.4, 0.9, -0.2, -0.4, 0.6]])
    image = gray.expand(3, 1, 6)[None]
    sketch = torch.tensor([[[[1.0, 1.0, -1.0, 1.0, 1.0, 1.0]]]])  # the third pixel is ink
    for k, colors in expected.items():
        fill = bucket_fill(cells, sketch, image, k, rest)
        assert fill.shape == image.shape
        assert fill[0, 0, 0].tolist() == pytest.approx(colors, abs=1e-6)


def test_the_rival_gets_better_with_every_cell(batch):
    cells = sketch_cells(batch["sketch"])
    scores = [
        psnr(bucket_fill(cells, batch["sketch"], batch["color_image"], k), batch["color_image"]) for k in (0, 1, 3)
    ]
    assert (scores[0] < scores[1]).all()
    assert (scores[1] < scores[2]).all()


def test_a_summary_by_hand():
    report = summarize([[8.0, 12.0, 20.0], [10.0, 14.0, 16.0]], (0, 1, 2), (12.0, 18.0))
    assert report["psnr"] == {0: 9.0, 1: 13.0, 2: 18.0}
    assert report["nri"] == {12.0: 1.0, 18.0: 2.5}  # the second picture never reaches 18 dB: N_c + 1 = 3
    assert report["expected_psnr"] == round(9 * 0.125 + 13 * 0.109375 + 18 * 0.765625, 3)
    assert summarize([[8.0, 12.0, 20.0]], (0, 1, 2), stop_prob=0.5)["expected_psnr"] == 4 + 3 + 5
    assert set(summarize([[8.0, 20.0]], (0, 2))) == {"psnr"}  # without all prefixes there is no expectation
    with pytest.raises(ValueError, match="Not one picture could be measured"):
        summarize([], (0, 1, 2))


def row(*curve: float, nri: dict[float, float]) -> dict:
    return {"psnr": dict(enumerate(curve)), "expected_psnr": sum(curve) / len(curve), "nri": nri}


def test_differences_by_hand():
    rows = {
        "model": row(8, 12, 20, 22, nri={12.0: 1.5, 18.0: 2.0}) | {"fid": 25.5},
        "bucket_fill": row(9, 12, 16, 17, nri={12.0: 3.0, 18.0: 0.0}) | {"fid": 31.0},
    }
    found = differences(rows)
    assert found == {"bucket_fill": {"expected_psnr": 2.0, "nri_ratio": {12.0: 0.5, 18.0: None}, "ahead_at": [2, 3]}}
    regions = {"asked": 2.5, "channels_used": 3, "parts_per_region": 1.5, "speck_share": 0.0125}
    first, second = sentences({"differences": found, "regions": regions}).splitlines()
    assert first == (
        "model beside bucket fill: +2.00 dB expected, 0.50 (12 dB), - (18 dB) of its NRI, ahead at 2-3 hints"
    )
    assert second == (
        "regions: 2.5 asked for, 3 channels used in all, 1.50 connected parts each, 1.25% of the pixels in specks"
    )
    header, *lines = table(rows).splitlines()
    assert header.split() == "0 hints 1 hints 3 hints expected NRI 12 NRI 18 fid".split()
    assert lines[0].split() == "model 8.00 12.00 22.00 15.50 1.50 2.00 25.50".split()
    assert lines[1].split() == "bucket fill 9.00 12.00 17.00 13.50 3.00 0.00 31.00".split()
    assert len({len(line) for line in (header, *lines)}) == 1


def test_runs_of_numbers_are_shortened():
    assert runs([]) == ""
    assert runs([4]) == "4"
    assert runs([0, 2, 3, 4, 7, 8]) == "0, 2-4, 7-8"


def test_region_statistics_by_hand():
    regions = np.zeros((50, 100), dtype=np.int64)  # a speck has fewer than 2.5 of these 5000 pixels
    regions[:, 50:] = 2  # regions 0 and 2, of one part each; 1 has no pixels
    regions[10, 10] = regions[11, 11] = regions[12, 12] = 2  # three pixels that touch at corners: a part, not a speck
    regions[30, 80:82] = regions[40, 90] = 0  # two specks
    found = region_statistics(regions)
    assert found == {"parts_per_region": 5 / 2, "speck_share": 3 / 5000}


def test_every_way_starts_with_the_first_hints_and_does_not_depend_on_the_batch(painter, batch):
    together = ways_to_color(Answers(painter, batch, True), bucket=True)
    assert list(together) == ["model", "bucket_fill", "bucket_fill_on_white"]
    last = {name: value[2:] for name, value in batch.items()}
    alone = ways_to_color(Answers(painter, last, True), bucket=True)
    for name, way in together.items():
        assert torch.allclose(way(2)[2:], alone[name](2), atol=1e-5), name
        assert not torch.allclose(way(0), way(6), atol=1e-3), name
