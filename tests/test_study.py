"""The user study of Table 2: who colors what and how, what is recorded, and the page, in played sessions."""

import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import gradio as gr
import pytest
import torch
from conftest import make_cell_painter
from PIL import ImageChops
from playwright.sync_api import expect
from space_browser import SLOW

import app
from benchmarks.space import play_study
from experiments.methods.rtug import RTUG
from study_page import StudyPage, create_study
from study_sessions import WAYS, Study, plan
from study_ways import load_point_network, open_way
from texts import LANGUAGES, Trouble

pytest_plugins = ["space_browser"]


def make_rtug():
    """A tiny one, untrained, but with weights large enough for points to show."""
    torch.manual_seed(0)
    network = RTUG(8, 3)
    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.reset_parameters()
    return network.eval()


@pytest.fixture
def drawings(drawing, tmp_path):
    """Two sets of one drawing each."""
    for name in ("comic", "faces"):
        (tmp_path / "drawings" / name).mkdir(parents=True)
        drawing.save(tmp_path / "drawings" / name / "one.png")
    return tmp_path / "drawings"


@pytest.fixture
def study(painter, drawings, tmp_path):
    """Points go to RTUG."""
    (tmp_path / "points").mkdir()
    return Study(painter, make_rtug(), drawings, tmp_path / "records", (None, tmp_path / "points"), played=True)


def read_records(study):
    return [json.loads(path.read_text()) for path in sorted(study.records.glob("*.json"))]


def color_one(session):
    if not session.way.asks:
        session.choose((40, 50))
    session.paint((1, 2, 3))
    session.done()


def test_every_drawing_comes_both_ways_and_half_of_them_first_with_questions(tmp_path):
    sets = {"a": [tmp_path / f"{i}.png" for i in range(5)], "b": [tmp_path / f"{i}.png" for i in range(3)]}
    plans = [plan(sets, number, seed=number // 2) for number in range(4)]
    for tasks in plans:
        one, other = ({task[:2]: task.way for task in half} for half in (tasks[:8], tasks[8:]))
        assert len(one) == len(other) == 8
        assert all({one[drawing], other[drawing]} == set(WAYS) for drawing in one)
        assert list(one.values()).count("questions") == 4
        assert [task[:2] for task in tasks[:8]] != [task[:2] for task in tasks[8:]]
    assert all(a.way != b.way for a, b in zip(plans[0], plans[1], strict=True)), "the next person has it the other way"
    assert [task[:2] for task in plans[0]] != [task[:2] for task in plans[2]], "order is not random"


def test_a_point_colors_its_cell_with_the_same_networks_over_cells(drawing, tmp_path):
    drawing.save(tmp_path / "one.png")
    way = open_way("points", tmp_path / "one.png", make_cell_painter(), None)
    with pytest.raises(Trouble, match="Click a place"):
        way.paint((255, 0, 0))
    with pytest.raises(Trouble, match="outside"):
        way.choose((500, 10))
    before = way.picture()
    way.choose((40, 50))  # in the box
    assert way.colors()[0] == "#{:02x}{:02x}{:02x}".format(*before.getpixel((40, 50)))
    way.paint((250, 10, 20))
    assert way.picture().getpixel((40, 50)) == (250, 10, 20)
    assert way.question().getpixel((40, 50)) == (250, 10, 20), "the mark has the color"
    way.undo()
    assert way.picture().tobytes() == before.tobytes()
    with pytest.raises(Trouble, match="nothing to undo"):
        way.undo()


def test_a_point_is_a_patch_in_the_input_of_rtug(painter, drawing, tmp_path, monkeypatch):
    drawing.save(tmp_path / "one.png")
    make_rtug().save_pretrained(tmp_path / "rtug")
    network, seen = load_point_network(tmp_path / "rtug"), []
    way = open_way("points", tmp_path / "one.png", painter, network)
    paint = network.paint
    monkeypatch.setattr(network, "paint", lambda *inputs: seen.append(inputs) or paint(*inputs))
    way.choose((40, 50))
    before = way.picture()
    way.paint((255, 0, 127))
    ((sketch, hints, mask),) = seen
    assert mask.sum() == 25
    y, x = (int(values.float().mean()) for values in mask[0, 0].nonzero(as_tuple=True))
    height, width = sketch.shape[2:]
    assert (x, y) == (40 * width // 150, 50 * height // 100)
    assert hints[0, :, y, x].tolist() == pytest.approx([1, -1, 0], abs=0.01)
    assert ImageChops.difference(way.picture(), before).getbbox()


def test_a_network_that_cannot_answer_points_is_refused(painter, drawings, tmp_path):
    with pytest.raises(ValueError, match="--point_model"):
        Study(painter, None, drawings, tmp_path / "records", (None, None))
    painter.save_pretrained(tmp_path / "painter")  # such as one that was trained with points before
    with pytest.raises(OSError, match="holds a painter: name a folder with rtug as experiments/table1.py"):
        load_point_network(tmp_path / "painter")


def test_a_played_session_leaves_a_record_of_every_interaction(study):
    play_study.play(study, answers=2)
    (record,) = read_records(study)
    assert (record["played"], record["finished"], record["model"], record["points"]) == (
        True,
        True,
        "bundled",
        "points",
    )
    assert record["convenience"] == {"questions": 3, "points": 3}
    assert sorted((one["set"], one["way"]) for one in record["pictures"]) == [
        (name, way) for name in ("comic", "faces") for way in sorted(WAYS)
    ]
    for picture in record["pictures"]:
        kinds = [step["kind"] for step in picture["steps"]]
        assert kinds == (["paint"] * 2 if picture["way"] == "questions" else ["point", "paint"] * 2) + ["done"]
        assert all({"person_seconds", "server_seconds"} <= step.keys() for step in picture["steps"])
    assert not list(study.records.glob(".*")), "something half written was left"


def test_a_session_is_kept_from_its_first_picture_on_and_takes_no_score_that_is_none(study):
    session = study.start()
    with pytest.raises(Trouble, match="Nothing is colored"):
        session.done()
    color_one(session)
    for score in (0, 6, None, "3", True):
        with pytest.raises(Trouble, match="1 to 5"):
            study.rate(session, score)
    study.rate(session, 4)
    (record,) = read_records(study)
    assert not record["finished"]
    assert [one["quality"] for one in record["pictures"]] == [4]
    assert session.stage == "paint", "the next picture is open"


def test_what_is_over_or_not_there_yet_cannot_be_asked_for(study):
    session = study.start()
    with pytest.raises(Trouble, match="did not hear that"):
        study.finish(session, dict.fromkeys(WAYS, 3))
    with pytest.raises(Trouble, match="did not hear that"):
        study.rate(session, 3)
    color_one(session)
    session.done()  # as by a double click
    kinds = [command["kind"] for command in session.record.commands]
    for late in (session.undo, session.skip, lambda: session.choose((1, 1)), lambda: session.paint((1, 2, 3))):
        with pytest.raises(Trouble, match="did not hear that"):
            late()
    assert kinds[-1] == "done"
    assert [command["kind"] for command in session.record.commands] == kinds


def test_an_answer_that_cannot_be_saved_can_be_given_again(study, capsys):
    session, records = study.start(), study.records
    color_one(session)
    records.rmdir()
    with pytest.raises(Trouble, match="cannot be saved on the server"):
        study.rate(session, 3)
    assert "No such file or directory" in capsys.readouterr().err
    assert (session.stage, session.results) == ("quality", [])
    records.mkdir()
    study.rate(session, 4)
    while session.stage == "paint":
        color_one(session)
        study.rate(session, 5)
    before = read_records(study)
    study.records = records / "gone"
    with pytest.raises(Trouble, match="cannot be saved on the server"):
        study.finish(session, dict.fromkeys(WAYS, 2))
    study.records = records
    assert (session.stage, read_records(study)) == ("convenience", before)
    study.finish(session, dict.fromkeys(WAYS, 2))
    (record,) = read_records(study)
    assert record["finished"]
    assert [one["quality"] for one in record["pictures"]] == [4, 5, 5, 5]


def test_a_drawing_that_vanished_stops_nobody_for_good(study, drawings, drawing, capsys):
    with gr.Blocks():
        page = StudyPage(study, LANGUAGES[0])
    session = study.start()
    color_one(session)
    path = session.tasks[1].path
    path.unlink()
    with pytest.raises(gr.Error, match=r"one.png cannot be opened on the server: .*press again"):
        page.rate(session.name, 3)
    assert str(path) in capsys.readouterr().err
    assert [one["quality"] for one in read_records(study)[0]["pictures"]] == [3], "the answer is kept"
    assert page._picture not in page.resume(session.name), "it still asks how good the last one is"
    drawing.save(path)
    page.rate(session.name, 4)
    assert [one["quality"] for one in read_records(study)[0]["pictures"]] == [4], "an answer counts twice"
    assert session.stage == "paint"
    color_one(session)


def test_a_page_loaded_anew_waits_while_the_next_drawing_opens(study, monkeypatch):
    with gr.Blocks():
        page = StudyPage(study, LANGUAGES[0])
    session = study.start()
    color_one(session)
    opening, opened = threading.Event(), threading.Event()
    open_next = study._open
    monkeypatch.setattr(study, "_open", lambda one: (opening.set(), opened.wait(SLOW / 1000), open_next(one))[-1])
    with ThreadPoolExecutor(2) as threads:
        rated = threads.submit(page.rate, session.name, 3)
        opening.wait(SLOW / 1000)
        resumed = threads.submit(page.resume, session.name)
        time.sleep(0.2)
        opened.set()
        assert resumed.result()[page._place] == rated.result()[page._place] == "Picture 2 of 4"


def test_a_person_goes_through_the_study_in_the_browser(study, browser, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "gradio"))
    del study.sets["faces"]
    _, address, _ = (demo := create_study(study)).launch(prevent_thread_lock=True, quiet=True, **app.LAUNCH)
    page = browser.new_page(viewport={"width": 1100, "height": 950})
    page.set_default_timeout(SLOW)
    page.goto(address)
    page.click("#study-begin")
    for number in (1, 2):
        expect(page.locator("#study-place")).to_have_text(f"Picture {number} of 2")
        if number == 2:
            page.reload()  # goes on where it was
            expect(page.locator("#study-place")).to_have_text("Picture 2 of 2")
        if "Click a place" in page.locator("#study-ask h3").inner_text():
            page.locator("#study-drawing img").click()
            expect(page.locator("#study-ask")).to_contain_text("the place you clicked")
        before = page.locator("#study-drawing img").get_attribute("src")
        page.locator("#study-swatches button").nth(3).click()
        expect(page.locator("#study-drawing img")).not_to_have_attribute("src", before)
        page.click("#study-done")
        page.locator("#study-qs label").nth(number).click()
        page.click("#study-next")
    for way in WAYS:
        page.locator(f"#study-cs-{way} label").nth(1 + WAYS.index(way)).click()
    page.click("#study-finish")
    expect(page.locator("#study-end")).to_contain_text("Thank you")
    page.close()
    demo.close()
    (record,) = read_records(study)
    assert record["finished"]
    assert [one["quality"] for one in record["pictures"]] == [2, 3]
    assert record["convenience"] == {"questions": 2, "points": 3}


@pytest.mark.parametrize(("folder", "words"), [("none", "is not a folder"), ("bad", "notes.png")])
def test_a_study_without_drawings_ends_with_one_sentence(folder, words, tmp_path, monkeypatch, capsys):
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "notes.png").write_text("no picture")
    monkeypatch.setattr(sys, "argv", ["app.py", "--study", str(tmp_path / folder)])
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        app.main()
    assert words in capsys.readouterr().err
