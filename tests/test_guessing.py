"""What a painting knows of colors that nobody has told it: with untrained networks over cells, and with the bundled."""

import json
from pathlib import Path

import numpy as np
import pytest
from conftest import make_cell_painter
from PIL import Image, ImageDraw

from guiding_painter import GuidingPainterPipeline, Painting
from guiding_painter.drawings import prepare
from guiding_painter.painting import Beliefs

EXAMPLES = Path(__file__).parent.parent / "space" / "examples"


@pytest.fixture(scope="module")
def cell_painter() -> GuidingPainterPipeline:
    return make_cell_painter()


@pytest.fixture(scope="module")
def drawing() -> Image.Image:
    """Five areas: the ground and four boxes of different sizes."""
    image = Image.new("L", (300, 200), 255)
    draw = ImageDraw.Draw(image)
    for box in ((10, 10, 140, 110), (160, 10, 280, 80), (160, 100, 230, 180), (30, 130, 110, 185)):
        draw.rectangle(box, outline=0, width=3)
    return image


@pytest.fixture
def painting(cell_painter: GuidingPainterPipeline, drawing: Image.Image) -> Painting:
    return cell_painter.open(drawing)


def with_beliefs(painting: Painting, **changed: object) -> None:
    """Lets the view believe something else of some regions."""
    believed = painting.beliefs
    view = painting._view
    view.beliefs = lambda state: Beliefs(**(believed._asdict() | changed))


def test_every_region_is_one_cell_or_surely_alike_and_has_a_guess(painting: Painting):
    assert len(painting.regions) == len(np.unique(painting.cells)) >= 5
    for region in painting.regions:
        assert 1 <= len(set(region.suggested_colors)) == len(region.suggested_colors) <= 5
        assert region.suggested_colors[0] == region.suggested_color
        assert 0 <= region.confidence <= 1
    assert painting.expected_gain > 0


def test_an_answer_is_kept_exactly_and_the_same_twice(cell_painter: GuidingPainterPipeline, drawing: Image.Image):
    images = []
    for _ in range(2):
        painting = cell_painter.open(drawing)
        region = painting.next_region()
        painting.paint(region, "#e07a5f")
        assert (np.asarray(painting.color())[region.mask] == (0xE0, 0x7A, 0x5F)).all()
        images.append(painting.image.tobytes())
    assert images[0] == images[1]


def test_the_region_whose_answer_helps_most_is_asked_for(painting: Painting, cell_painter, drawing):
    last = painting.regions[-1].index
    with_beliefs(painting, gains={region.index: float(region.index == last) for region in painting.regions})
    assert painting.next_region().index == last
    painting.skip(last)
    assert painting.next_region() == painting.regions[0]  # the rest is equal: the first order
    in_order = cell_painter.open(drawing, reorder=False)
    with_beliefs(in_order, gains={region.index: float(region.index == last) for region in in_order.regions})
    assert in_order.next_region() == in_order.regions[0]
    assert cell_painter.resume(drawing, in_order.to_dict()).next_region().index == in_order.regions[0].index


def test_colors_in_a_list_follow_the_first_order(painting: Painting):
    order = [region.index for region in painting.regions]
    with_beliefs(painting, gains={index: float(place) for place, index in enumerate(order)})
    painting.paint_all(["#ff0000", None, "#0000ff"])
    assert [painting.answers.get(index, "open") for index in order[:3]] == [(255, 0, 0), None, (0, 0, 255)]


def test_unsure_guesses_are_left_white(painting: Painting):
    sure, unsure, answered = (region.index for region in painting.regions[:3])
    painting.paint(answered, "#123456")
    confidences = {region.index: 0.1 for region in painting.regions} | {sure: 0.8}
    with_beliefs(painting, confidences=confidences, colors=painting.beliefs.colors | {sure: ((1, 2, 3),)})
    for mode in ("flat", "painted"):
        color = np.asarray(painting.color(mode, unanswered="paper"))
        assert (color[painting.region_map == unsure] == 255).all()
    color = np.asarray(painting.color(unanswered="paper"))
    assert (color[painting.region_map == sure] == (1, 2, 3)).all()
    assert (color[painting.region_map == answered] == (0x12, 0x34, 0x56)).all()
    with pytest.raises(ValueError, match="unanswered is 'white': choose 'guess' or 'paper'"):
        painting.color(unanswered="white")


def test_what_is_similar_is_answered_in_one_step(painting: Painting):
    first, second, third = (region.index for region in painting.regions[:3])
    painting._view.similar = lambda state, region: [second, third]
    assert [region.index for region in painting.similar(first)] == [second, third]
    painting.paint(third, "#000000")
    painting.paint(first, "#ff8800", similar=True)
    assert painting.answers == {third: (0, 0, 0), first: (255, 136, 0), second: (255, 136, 0)}  # answers stay
    state = json.loads(json.dumps(painting.to_dict()))
    assert state["history"][-1] == {"region": first, "color": "#ff8800", "others": [second]}
    painting.undo()
    assert painting.answers == {third: (0, 0, 0)}


def test_proposals_differ_repeat_and_can_be_taken_and_undone(painting, cell_painter, drawing):
    answered = painting.regions[0].index
    painting.paint(answered, "#336699")
    proposals = painting.proposals(3)
    assert len({proposal.colors for proposal in proposals}) == 3
    assert [other.colors for other in painting.proposals(3)] == [proposal.colors for proposal in proposals]
    taken = dict(proposals[2].colors)
    assert taken.keys() == {region.index for region in painting.regions} - {answered}
    painting._view.similar = lambda state, region: []
    painting.take(proposals[2])
    assert painting.answers == {answered: (0x33, 0x66, 0x99)}  # guesses, not answers
    resumed = cell_painter.resume(drawing, json.loads(json.dumps(painting.to_dict())))
    assert resumed.image.tobytes() == painting.image.tobytes()
    assert proposals[2].image.size == drawing.size
    painting.undo()
    assert not painting.layout.taken
    with pytest.raises(ValueError, match="belongs to another painting"):
        cell_painter.open(drawing).take(proposals[0])


def test_proposals_that_look_alike_come_last(painting, monkeypatch):
    largest, *_, smallest = sorted((region.index for region in painting.regions), key=painting.layout.area)[::-1]
    white = {region.index: (255, 255, 255) for region in painting.regions}
    odd, dark, gray = white | {smallest: (200, 0, 0)}, white | {largest: (20, 20, 60)}, white | {largest: (150,) * 3}
    drawn = [white, odd, dark, white, gray]
    monkeypatch.setattr(painting._view, "_propose", lambda state, seed: drawn[seed % len(drawn)])
    for count, expected in ((1, [white]), (2, [white, dark]), (3, [white, dark, gray]), (4, [white, dark, gray, odd])):
        assert [dict(proposal.colors) for proposal in painting.proposals(count)] == expected


@pytest.mark.parametrize("taken", [[[0]], [["a", "#ffffff"]], [[0, "blue-ish"]], 3])
def test_a_damaged_proposal_in_a_saved_painting_is_named(painting, cell_painter, drawing, taken):
    state = painting.to_dict() | {"history": [{"take": taken, "region": 0}], "position": 1}
    with pytest.raises(ValueError, match="damaged|history entry|taken color"):
        cell_painter.resume(drawing, state)


def test_cells_cut_by_hand_are_looked_at_again(painting: Painting):
    region = max(painting.regions, key=lambda region: region.area)
    left, top, right, bottom = region.box
    parts = painting.cut(region, [((left + right) / 2, top + 1), ((left + right) / 2, bottom - 1)])
    assert len(parts) >= 2
    assert all(part.suggested_color for part in parts)


def test_a_cell_that_flats_split_is_looked_at_again(cell_painter: GuidingPainterPipeline, drawing: Image.Image):
    """As between two panels: f has looked at the cells before flats were made of its regions."""
    model, prepared = cell_painter.model, prepare(drawing)
    found = model.find_regions(prepared)
    found[:, 150:] = np.where(found == found[0, 0], found.max() + 1, found)[:, 150:]  # the ground's right half
    painting = Painting(prepared, found, model.view(prepared))
    assert len(painting.layout.owners) > prepared.cells.max() + 1
    region = painting.next_region()
    painting.paint(region, "#306090")
    assert painting.beliefs.colors.keys() >= {region.index}


def test_panels_are_asked_one_after_the_other_and_resume(cell_painter: GuidingPainterPipeline):
    page = Image.new("L", (220, 120), 255)
    draw = ImageDraw.Draw(page)
    for left in (6, 116):
        draw.rectangle((left, 6, left + 96, 112), outline=0, width=3)
        draw.ellipse((left + 20, 30, left + 70, 90), outline=0, width=3)
    painting = cell_painter.open(page, panels=True)
    assert painting.prepared.panels
    per_panel, asked = painting.prepared.panels.regions, []
    while region := painting.next_region():
        asked.append(region.index // per_panel)
        painting.paint(region, region.suggested_color)
    assert asked == sorted(asked)
    assert set(asked) == {0, 1}
    assert cell_painter.resume(page, painting.to_dict()).image.tobytes() == painting.image.tobytes()


def test_a_checkpoint_of_them_is_saved_and_loaded(cell_painter, drawing, tmp_path):
    cell_painter.save_pretrained(tmp_path)
    again = GuidingPainterPipeline.from_pretrained(tmp_path)
    assert again.open(drawing).image.tobytes() == cell_painter.open(drawing).image.tobytes()


def test_networks_of_pixels_have_one_suggestion_and_no_confidence(
    painter: GuidingPainterPipeline, drawing: Image.Image
):
    painting = painter.open(drawing, 64)
    region = painting.next_region()
    assert region == painting.regions[0]
    assert region.suggested_colors == [region.suggested_color]
    assert (region.confidence, painting.expected_gain) == (0, 0)
    assert painting.similar(region) == painting.proposals() == []


def test_the_bundled_networks_guess_colors():
    painting = GuidingPainterPipeline.from_pretrained().open(EXAMPLES / "comic-panel.png")
    color = np.asarray(painting.color()).astype(int)
    assert (color.max(axis=2) - color.min(axis=2)).mean() > 20  # far from gray
