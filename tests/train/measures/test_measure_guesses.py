"""What is measured of guesses: curves that end where all is answered, and figures of pictures kept apart."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import make_cell_painter
from PIL import Image, ImageDraw

from measures import measure_guesses
from measures.guesser import Guesser, open_cells


def draw(path: Path, ground: str = "#8090c0") -> Path:
    """Two like discs and a box on a ground, and the drawing of them beside it."""
    picture, lines = Image.new("RGB", (96, 64), ground), Image.new("L", (96, 64), 255)
    for canvas, fills in ((picture, ("#d04030", "#d04030", "#f0d060")), (lines, (255, 255, 255))):
        pen = ImageDraw.Draw(canvas)
        pen.ellipse((6, 6, 30, 30), fill=fills[0], outline=0, width=2)
        pen.ellipse((60, 30, 84, 54), fill=fills[1], outline=0, width=2)
        pen.rectangle((50, 4, 80, 20), fill=fills[2], outline=0, width=2)
    path.parent.mkdir(exist_ok=True)
    picture.save(path)
    lines.save(path.with_suffix(".lines.png"))
    return path


@pytest.fixture
def guesser(tmp_path: Path) -> Guesser:
    model = make_cell_painter().model
    return Guesser(model, open_cells(model, draw(tmp_path / "a.png")))


def test_true_colors_of_cells_leave_ink_out(guesser: Guesser):
    true = torch.tensor([(128, 144, 192), (208, 64, 48), (240, 208, 96)])
    found = (guesser.of.colors + 1) * 127.5
    apart = torch.cdist(found, true.float())
    assert apart.min(1).values.max() < 10  # only where the picture was scaled did a line mix with its neighbours
    assert set(apart.argmin(1).tolist()) == {0, 1, 2}


def test_pictures_are_flat_painted_and_true(guesser: Guesser, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(guesser.g, "paint", lambda sketch, flat: flat * 0.5)
    pictures = guesser.pictures(len(guesser.of.size))
    ink = torch.from_numpy(guesser.of.paper)[None, None] < 0.1
    assert ink.any()
    assert pictures["flat"].masked_select(ink.expand(-1, 3, -1, -1)).max() < -0.7
    paper = (torch.from_numpy(guesser.of.paper)[None, None] == 1).expand(-1, 3, -1, -1)
    assert torch.allclose(pictures["painted"][paper], pictures["flat"][paper] / 2)
    assert (pictures["flat"] - pictures["true"])[paper].abs().mean() < 0.03  # all is answered


def test_all_curves_end_where_everything_is_answered(guesser: Guesser):
    curves = guesser.curves("size")
    assert {len(curve) for curve in curves.values()} == {31}
    ends = [curve[-1] for curve in curves.values()]
    assert ends == pytest.approx([ends[0]] * 3)
    assert curves["mean"][0] > curves["white"][0]
    assert (np.diff(curves["white"]) >= -1e-6).all()  # true colors never hurt white paper here


def test_limits_are_those_of_true_colors_and_of_the_true_mean(guesser: Guesser, monkeypatch: pytest.MonkeyPatch):
    curves, believed = guesser.curves("size"), guesser.ask(torch.zeros(len(guesser.of.size), dtype=torch.bool))
    gray = believed._replace(mean=torch.full_like(believed.mean, 0.2))  # knows nothing but, when moved, the tone
    monkeypatch.setattr(guesser, "ask", lambda known: gray)
    every, tone = guesser.limits().values()
    assert every == pytest.approx(curves["ours"][-1])
    assert tone == pytest.approx(curves["mean"][0])


def test_a_like_cell_is_right_where_its_color_is_first_or_of_five(guesser: Guesser, monkeypatch: pytest.MonkeyPatch):
    red = torch.tensor([208, 64, 48]) / 127.5 - 1
    for colors, first, five in (([red, -red], 1, 1), ([-red, red], 0, 1), ([-red, -red], 0, 0)):
        count = len(guesser.of.size)
        offered = torch.stack(colors).expand(count, -1, -1), torch.ones(count, 2, dtype=torch.bool)
        monkeypatch.setattr(guesser, "suggest", lambda known, count=5, offered=offered: offered)
        found = guesser.like_pairs()
        shares = [part / whole for part, whole in found.values()]
        assert shares == pytest.approx([first, five])


def test_pairs_are_joined_rightly_where_they_are_of_one_color(guesser: Guesser):
    red = (guesser.of.colors[:, 0] > 0.5) & (guesser.of.colors[:, 1] < 0)
    assert red.sum() == 2
    disc_and_box = guesser.of.colors[:, 0] > 0.5
    disc_and_box[int(red.nonzero()[0])] = False
    everything = torch.ones_like(red)  # but no figure is joined with the ground
    features = guesser.of.look.features
    cases = (red, 1.0, 1.0), (disc_and_box, 0.0, 0.0), (everything, 0.4, 1.0), (~everything, None, 0.0)
    for alike, rightly, of_all in cases:
        judged = torch.where(alike & alike[:, None], 9.0, -9.0)[None]
        guesser.of = guesser.of._replace(look=guesser.of.look._replace(features=features._replace(alike=judged)))
        right, found = guesser.joined().values()
        assert found[0] / found[1] == pytest.approx(of_all)
        assert (right[0] / right[1] if right[1] else None) == pytest.approx(rightly, abs=0.07)


def test_one_command_measures_sets_of_pictures(tmp_path: Path, capsys: pytest.CaptureFixture):
    make_cell_painter().save_pretrained(tmp_path / "model")
    for number, ground in enumerate(("#8090c0", "#309060")):
        draw(tmp_path / "set" / f"{number}.png", ground)
    flags = ["--pretrained_model_name_or_path", str(tmp_path / "model"), "--set", f"mine={tmp_path / 'set'}"]
    measure_guesses.main([*flags, "--output", str(tmp_path / "out.json")])
    figures = json.loads((tmp_path / "out.json").read_text())["mine"]
    assert figures["pictures"] == 2  # drawings beside them are none
    assert 0 <= figures["one of five right after 3"] <= 1
    assert f"| expected ours | {figures['expected ours']:.2f} |" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        measure_guesses.main([*flags[:2], "--set", f"none={tmp_path / 'model'}"])
    assert "holds no pictures" in capsys.readouterr().err
