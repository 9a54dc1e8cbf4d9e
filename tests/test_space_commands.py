"""What a visitor can ask for with a painting, without a browser or a server."""

import json
import threading
import time

import pytest

import asking
import commands
import repairs
from canvas_state import canvas_state
from guiding_painter import Painting
from guiding_painter.painting import Proposal
from orders import MOST_ORDERS, carry_out
from record import Record
from texts import Trouble, en

pytest_plugins = ["space_visits"]


def test_answers_move_on_in_the_order_of_the_model_and_back(own_visit):
    regions = own_visit.painting.regions
    commands.apply_color(own_visit, "#ff0000")
    commands.skip_region(own_visit)
    assert asking.asked(own_visit) is regions[2]
    commands.undo(own_visit)
    assert asking.asked(own_visit) is regions[1]
    commands.redo(own_visit)
    assert asking.asked(own_visit) is regions[2]
    asking.choose_index(own_visit, regions[0].index)
    assert asking.asked(own_visit) is regions[0]
    commands.apply_color(own_visit, "#00ff00")
    assert regions[0].color == "#00ff00"
    assert asking.asked(own_visit) is regions[2]


def test_a_click_chooses_a_region_also_an_answered_one(own_visit):
    region = own_visit.painting.regions[2]
    asking.choose(own_visit, region.center)
    assert asking.asked(own_visit) is region
    commands.apply_color(own_visit, "#ff8800")
    assert asking.asked(own_visit) is own_visit.painting.regions[0]
    asking.choose(own_visit, region.center)
    assert asking.asked(own_visit).color == "#ff8800"
    with pytest.raises(Trouble, match="outside"):
        asking.choose(own_visit, (5000, 3))


def test_swatches_offer_the_suggestion_the_picture_and_the_last_colors(own_visit):
    for color in ("#ff0000", "#00ff00"):
        commands.apply_color(own_visit, color)
    commands.undo(own_visit)
    offered = commands.swatches(own_visit)
    assert offered["suggestions"][0] == asking.asked(own_visit).suggested_color
    assert offered["palette"] == ["#ff0000"]
    assert offered["recent"] == ["#00ff00", "#ff0000"]


def test_the_strip_grows_and_going_back_forgets_only_when_something_new_is_done(own_visit):
    for color in ("#ff0000", "#00ff00", "#0000ff"):
        commands.apply_color(own_visit, color)
    frames = list(own_visit.frames)
    assert len(set(frames)) == 4
    commands.go_to(own_visit, 1)
    assert [region.color for region in own_visit.painting.regions][:2] == ["#ff0000", None]
    assert own_visit.frames == frames
    commands.go_to(own_visit, 3)
    assert [region.color for region in own_visit.painting.regions][:3] == ["#ff0000", "#00ff00", "#0000ff"]
    commands.go_to(own_visit, 1)
    commands.apply_color(own_visit, "#ffffff")
    assert (own_visit.step, len(own_visit.frames), own_visit.frames[:2]) == (2, 3, frames[:2])
    for step in (-1, 3, "1", None):
        with pytest.raises(Trouble, match="no step"):
            commands.go_to(own_visit, step)


def test_the_model_finishes_what_is_left(own_visit):
    commands.apply_color(own_visit, "#ff0000")
    seen = []
    commands.finish(own_visit, lambda done, total: seen.append((done, total)))
    left = len(own_visit.painting.regions) - 1
    assert seen == [(number, left) for number in range(left)]
    assert all(region.color for region in own_visit.painting.regions)
    assert own_visit.painting.regions[0].color == "#ff0000"
    assert (own_visit.step, len(own_visit.frames)) == (2, 3), "it is one step"
    commands.undo(own_visit)
    assert [region.color for region in own_visit.painting.regions] == ["#ff0000", *[None] * left]
    commands.redo(own_visit)
    assert own_visit.painting.next_region() is None
    with pytest.raises(Trouble, match="had its turn"):
        commands.skip_region(own_visit)


def test_what_is_no_point_is_told_apart_from_the_drawing(own_visit):
    before = own_visit.step
    for point in (None, 5, "ab", ["a", "b"], [1], [1, 2, 3], [float("nan"), 1], [1, float("inf")], [10**400, 1]):
        for step in (asking.choose, repairs.split, lambda own_visit, point: repairs.cut(own_visit, point, (5, 5))):
            with pytest.raises(Trouble, match="outside"):
                step(own_visit, point)
    assert own_visit.step == before


def test_tools_change_regions_and_are_undone_like_answers(own_visit):
    count = len(own_visit.painting.regions)
    first, second = own_visit.painting.regions[:2]
    asking.choose(own_visit, first.center)
    repairs.merge(own_visit, second.center)
    assert len(own_visit.painting.regions) == count - 1
    commands.undo(own_visit)
    assert len(own_visit.painting.regions) == count
    asking.choose_index(own_visit, first.index)
    point = second.center
    repairs.move_cell(own_visit, point)
    assert own_visit.painting.region_at(point) is first
    assert asking.asked(own_visit) is first
    assert (own_visit.step, len(own_visit.frames)) == (1, 2)
    with pytest.raises(Trouble, match="in the lit part already"):
        repairs.move_cell(own_visit, point)
    with pytest.raises(Trouble, match="no region 99"):
        asking.choose_index(own_visit, 99)


def test_split_and_cut_ask_about_a_part(own_visit):
    asking.choose(own_visit, (3, 50))
    repairs.merge(own_visit, (42, 50))  # the paper around the box and what is in it, which do not touch
    count = len(own_visit.painting.regions)
    with pytest.raises(Trouble, match="click the region that it should become one with"):
        repairs.merge(own_visit, (42, 50))
    repairs.split(own_visit, (42, 50))
    with pytest.raises(Trouble, match="in one piece"):
        repairs.split(own_visit, (42, 50))
    assert len(own_visit.painting.regions) > count
    assert asking.asked(own_visit) is own_visit.painting.region_at((42, 50))
    count = len(own_visit.painting.regions)
    repairs.cut(own_visit, (42, 21), (42, 79))
    assert len(own_visit.painting.regions) > count
    assert own_visit.painting.region_at((39, 50)) is not own_visit.painting.region_at((45, 50))


def test_the_record_counts_as_the_user_study_does(own_visit):
    time.sleep(0.02)
    commands.apply_color(own_visit, "#ff0000")
    commands.skip_region(own_visit)
    commands.undo(own_visit)
    commands.apply_color(own_visit, "#00ff00")
    with pytest.raises(Trouble):
        commands.apply_color(own_visit, "junk")
    record = json.loads(json.dumps(own_visit.record.to_dict()))
    assert (record["interactions"], record["skips"], record["undos"]) == (2, 1, 1)
    assert [step["kind"] for step in record["steps"]] == ["paint", "skip", "undo", "paint"]
    assert record["steps"][0]["person_seconds"] >= 0.02
    first, last = record["steps"][0], record["steps"][3]
    total = sum(step["person_seconds"] + step["server_seconds"] for step in (first, last))
    assert record["seconds_per_interaction"] == pytest.approx(total / 2, abs=0.002)
    assert Record((1, 1), 1).to_dict()["seconds_per_interaction"] is None


PAL = "JASC-PAL\n0100\n2\n255 0 0\n0 255 0\n"


GPL = "GIMP Palette\nName: mine\n#\n255 0 0\tred\n0 255 0\tgreen\n"


@pytest.mark.parametrize(("name", "text"), [("mine.hex", "ff0000\n00ff00\n"), ("mine.pal", PAL), ("mine.gpl", GPL)])
def test_a_palette_of_any_program_is_taken(name, text, own_visit, tmp_path):
    (tmp_path / name).write_text(text)
    commands.take_palette(own_visit, tmp_path / name)
    assert own_visit.palette == ["#ff0000", "#00ff00"]


def test_orders_are_carried_out_up_to_the_first_mistake(own_visit):
    first, second, third = (region.index for region in own_visit.painting.regions[:3])
    paint = {"do": "paint", "regions": [first, third], "color": "#ff0000"}
    with pytest.raises(Trouble, match="no color"):
        carry_out(own_visit, [paint, {"do": "paint", "regions": [second], "color": "junk"}, {"do": "skip"}])
    assert (own_visit.step, [region.color for region in own_visit.painting.regions[:3]]) == (
        1,
        ["#ff0000", None, "#ff0000"],
    )
    assert asking.asked(own_visit).index == second
    carry_out(own_visit, [{"do": "undo"}])
    assert own_visit.painting.answers == {}
    for junk in (None, "paint", [None], [{"do": "nothing"}], [{"do": "look"}] * (MOST_ORDERS + 1), [{"do": ["paint"]}]):
        with pytest.raises(Trouble, match="did not hear"):
            carry_out(own_visit, junk)
    for order in (
        {"do": "paint", "regions": None}, {"do": "paint", "regions": [{}], "color": "#fff"}, {"do": "go_to"},
        {"do": "paint", "regions": [True], "color": "#fff"}, {"do": "choose", "region": "a"}, {"do": "recut", "gap": 5},
        {"do": "border", "stroke": [[1, 2]]}, {"do": "border", "stroke": "ab"}, {"do": "erase", "stroke": [[1], [2]]},
        {"do": "border", "stroke": [[1, 2]] * 5000}, {"do": "split"}, {"do": "palette", "file": {"path": "/etc/hosts"}},
    ):  # fmt: skip
        with pytest.raises(ValueError, match="."):
            carry_out(own_visit, [order])
    assert own_visit.step == 0


def test_the_model_goes_on_with_its_step_while_nothing_comes_between(own_visit):
    model = {"do": "model", "begin": True}
    commands.finish(own_visit, seconds=0)
    assert (own_visit.step, len(own_visit.painting.answers)) == (1, 1)
    commands.finish(own_visit, seconds=0, goes_on=True)
    assert (own_visit.step, len(own_visit.painting.answers), len(own_visit.frames)) == (1, 2, 2)
    carry_out(own_visit, [{"do": "undo"}])
    assert own_visit.painting.answers == {}
    commands.apply_color(own_visit, "#ff0000")
    commands.finish(own_visit, seconds=0, goes_on=True)
    assert (own_visit.step, own_visit.steps[0].by_model) == (2, False)
    for _ in own_visit.painting.regions:  # each time as many as are done in a third of a second, one at least
        carry_out(own_visit, [model])
    assert own_visit.painting.next_region() is None
    before = own_visit.step
    carry_out(own_visit, [model])
    assert own_visit.step == before, "there was nothing left to do"


def test_a_painting_has_no_more_steps_than_may_be_saved(own_visit, monkeypatch):
    monkeypatch.setattr(commands, "MAX_STEPS", 2)
    for color in ("#ff0000", "#00ff00"):
        commands.apply_color(own_visit, color)
    for full in (
        lambda: commands.skip_region(own_visit), lambda: commands.apply_color(own_visit, "#fff"),
        lambda: commands.finish(own_visit), lambda: repairs.cut(own_visit, (42, 21), (42, 79)),
    ):  # fmt: skip
        with pytest.raises(Trouble, match="as many as can be kept"):
            full()
    assert own_visit.step == 2
    commands.undo(own_visit)
    commands.apply_color(own_visit, "#0000ff")


def test_an_answer_goes_to_all_parts_like_it_in_one_step(own_visit, monkeypatch, tmp_path):
    first, second, third = own_visit.painting.regions[:3]
    commands.paint_regions(own_visit, [second.index], "#00ff00")
    monkeypatch.setattr(own_visit.painting, "similar", lambda region: [second, third])
    assert canvas_state(own_visit, en, str(tmp_path))["similar"] == [third.index], "what has an answer keeps it"
    carry_out(own_visit, [{"do": "paint", "regions": [first.index], "color": "#ff0000", "similar": True}])
    assert [region.color for region in (first, second, third)] == ["#ff0000", "#00ff00", "#ff0000"]
    commands.undo(own_visit)
    assert [region.color for region in (first, second, third)] == [None, "#00ff00", None]


def test_a_whole_coloring_is_taken_to_go_on_from(visits, own_visit, monkeypatch):
    painting = own_visit.painting
    proposal = Proposal(painting, tuple((region.index, (1, 2, 3)) for region in painting.regions))
    monkeypatch.setattr(painting, "proposals", lambda count: [proposal])
    (picture,) = commands.propose(visits, own_visit.name)
    assert picture.startswith("data:image/webp")
    for junk in (None, 1, -1, "0", True):
        with pytest.raises(Trouble, match="no longer offered"):
            commands.take(own_visit, junk)
    carry_out(own_visit, [{"do": "take", "number": 0}])
    assert (own_visit.step, painting.answers) == (1, {})
    assert commands.propose(visits, own_visit.name) is None, "they are for the start"
    commands.undo(own_visit)
    assert own_visit.step == 0


def test_an_answer_does_not_wait_for_whole_colorings_and_leaves_none_that_go_on_from_it(visits, opened, monkeypatch):
    def answer() -> None:
        with visits.using(opened) as own_visit:
            commands.apply_color(own_visit, "#ff0000")

    def proposals(painting, count):
        other = threading.Thread(target=answer)
        other.start()
        other.join(timeout=60)
        assert not other.is_alive(), "the answer waits"
        return [Proposal(painting, ((region.index, (1, 2, 3)),)) for region in painting.regions[1:]]

    monkeypatch.setattr(Painting, "proposals", proposals)
    assert commands.propose(visits, opened) is None
    with visits.using(opened) as own_visit:
        assert (own_visit.step, own_visit.proposals) == (1, [])


@pytest.mark.parametrize("similar", ["x", 1, None])
def test_what_is_alike_is_asked_for_by_true_or_false(own_visit, similar):
    with pytest.raises(Trouble, match=f"^similar is {similar!r}: give true or false.$"):
        commands.apply_color(own_visit, "#ff0000", similar)
    assert not own_visit.painting.answers
