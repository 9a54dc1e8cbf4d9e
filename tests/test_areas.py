"""From a file to its regions: one set of cells, whatever the ink, and what people may say about lines."""

from itertools import pairwise

import numpy as np
import pytest
from conftest import make_cell_painter
from PIL import Image, ImageDraw

from guiding_painter import GuidingPainterPipeline, Painting
from guiding_painter.drawings import resize
from guiding_painter.painting.packing import pack

SIDE = 128


@pytest.fixture(scope="module")
def bucket() -> GuidingPainterPipeline:
    """Real networks over cells that take none of them for alike."""
    return make_cell_painter()


def shapes(
    ink: int | str = 0, paper: int | str = 255, scale: float = 1, mode: str = "L", width: float = 3
) -> Image.Image:
    """Three shapes on a ground, one of them open a little."""
    image = Image.new(mode, (round(300 * scale), round(200 * scale)), paper)
    draw = ImageDraw.Draw(image)

    def box(*corners: int) -> list[float]:
        return [scale * corner for corner in corners]

    line = max(1, round(width * scale))
    draw.rectangle(box(20, 30, 110, 170), outline=ink, width=line)
    draw.ellipse(box(40, 60, 90, 110), outline=ink, width=line)
    draw.arc(box(150, 40, 270, 160), 20, 352, fill=ink, width=line)
    return image


PLACES = ((10, 10), (30, 150), (65, 85), (210, 100))  # in the ground, box, ball and open ball


def indices(painting: Painting, scale: float = 1) -> list[int]:
    return [painting.region_at((scale * x, scale * y)).index for x, y in PLACES]


def test_f_is_given_the_cells_that_flats_are_filled_by(bucket: GuidingPainterPipeline):
    given = []
    hook = bucket.segmentation.register_forward_pre_hook(lambda network, inputs: given.append(inputs[1]))
    painting = bucket.open(shapes(scale=3), SIDE)
    hook.remove()
    assert len(given) == 1
    assert np.array_equal(given[0][0].numpy(), resize(painting.cells, painting.model_map.shape))
    assert np.array_equal(painting.cells, painting.prepared.cells)


def test_every_cell_lies_in_one_region(bucket: GuidingPainterPipeline):
    painting = bucket.open(shapes(scale=3), SIDE)
    for labels, regions in (
        (painting.cells, painting.region_map),
        (resize(painting.cells, painting.model_map.shape), painting.model_map),
    ):
        pairs = np.unique(np.stack([labels.ravel(), regions.ravel()]), axis=1)
        assert len(np.unique(pairs[0])) == pairs.shape[1]
    assert len(set(indices(painting, 3))) == 4


def test_every_panel_is_given_its_part_of_the_same_cells(bucket: GuidingPainterPipeline):
    page = Image.new("L", (400, 600), 255)
    for top in (20, 310):
        ImageDraw.Draw(page).rectangle((20, top, 380, top + 270), outline=0, width=3)
        page.paste(shapes(), (50, top + 30))
    given = []
    hook = bucket.segmentation.register_forward_pre_hook(lambda network, inputs: given.append(inputs[1][0].numpy()))
    painting = bucket.open(page, SIDE, panels=True)
    hook.remove()
    cells = resize(painting.cells, painting.model_map.shape)
    assert len(given) == len(painting.prepared.windows) == 2
    for seen, window in zip(given, painting.prepared.windows, strict=True):
        mine = cells[window]
        pairs = np.unique(np.stack([mine.ravel(), seen.ravel()]), axis=1)
        assert len(np.unique(mine)) == len(np.unique(seen)) == pairs.shape[1]


@pytest.mark.parametrize("percent", [8, 12, 20, 35, 60, 80, 100])
def test_the_number_of_regions_does_not_depend_on_the_ink(bucket: GuidingPainterPipeline, percent: int):
    painting = bucket.open(shapes(round(255 * (1 - percent / 100))), SIDE)
    assert len(painting.regions) == len(set(indices(painting))) == 4


@pytest.mark.parametrize("scale", [0.5, 1, 2, 4])
@pytest.mark.parametrize(("ink", "paper"), [(255, 0), (100, 30), (200, 90)])
def test_the_number_of_regions_does_not_depend_on_polarity(
    bucket: GuidingPainterPipeline, ink: int, paper: int, scale: float
):
    painting = bucket.open(shapes(ink, paper, scale), SIDE)
    assert len(painting.regions) == len(set(indices(painting, scale))) == 4
    assert np.asarray(painting.drawing).mean() > 200


@pytest.mark.parametrize("scale", [0.5, 1, 2, 4])
def test_regions_are_the_same_at_any_scale(bucket: GuidingPainterPipeline, scale: float):
    painting = bucket.open(shapes(scale=scale), SIDE)
    assert len(painting.regions) == 4
    assert indices(painting, scale) == indices(bucket.open(shapes(), SIDE))


@pytest.mark.parametrize("scale", [1, 3, 8])
def test_lines_of_a_pixel_bound_regions_at_any_size(bucket: GuidingPainterPipeline, scale: float):
    painting = bucket.open(shapes(scale=scale, width=1 / scale), SIDE)
    assert len(set(indices(painting, scale))) == 4


def test_underdrawing_is_left_out_kept_or_found(bucket: GuidingPainterPipeline):
    picture = shapes("black", "white", mode="RGB")
    ImageDraw.Draw(picture).ellipse((35, 120, 95, 160), outline="#a0c8ff", width=2)
    count = {kind: len(bucket.open(picture, SIDE, underdrawing=kind).regions) for kind in ("auto", "drop", "keep")}
    assert count == {"auto": 4, "drop": 4, "keep": 5}
    with pytest.raises(ValueError, match="underdrawing is 'no': give one of auto, keep, drop"):
        bucket.open(picture, SIDE, underdrawing="no")


def test_underdrawing_and_gap_are_kept_in_saved_paintings(bucket: GuidingPainterPipeline):
    picture = shapes("black", "white", mode="RGB")
    ImageDraw.Draw(picture).ellipse((35, 120, 95, 160), outline="#a0c8ff", width=2)
    painting = bucket.open(picture, SIDE, underdrawing="keep", gap="loose")
    state = painting.to_dict()
    assert (state["underdrawing"], state["gap"]) == ("keep", "loose")
    again = bucket.resume(picture, state)
    assert np.array_equal(again.cells, painting.cells)
    assert again.to_dict() == state


def test_gap_says_how_wide_openings_may_be(bucket: GuidingPainterPipeline):
    picture = shapes()
    ImageDraw.Draw(picture).rectangle((60, 25, 79, 36), fill=255)
    apart = {gap: len(set(indices(bucket.open(picture, SIDE, gap=gap)))) == 4 for gap in ("tight", "normal", "loose")}
    assert apart == {"tight": False, "normal": True, "loose": True}
    with pytest.raises(ValueError, match="gap is 'wide': give one of tight, normal, loose"):
        bucket.open(picture, SIDE, gap="wide")


def test_a_drawing_cut_anew_keeps_its_answers_and_is_one_undo(bucket: GuidingPainterPipeline):
    picture = shapes()
    ImageDraw.Draw(picture).rectangle((60, 25, 79, 36), fill=255)
    painting = bucket.open(picture, SIDE, gap="tight")
    answers = {place: f"#{number:02x}2030" for number, place in enumerate(PLACES)}
    for place, color in answers.items():
        painting.paint(painting.region_at(place), color)
    before = painting.region_map.copy(), painting.answers
    painting.recut("normal")
    assert painting.region_at(PLACES[0]).index != painting.region_at(PLACES[1]).index
    for place in PLACES[2:]:
        assert painting.region_at(place).color == answers[place]
    state = painting.to_dict()
    again = bucket.resume(picture, state)
    assert np.array_equal(again.region_map, painting.region_map)
    assert again.to_dict() == state
    painting.undo()
    assert np.array_equal(painting.region_map, before[0])
    assert painting.answers == before[1]


@pytest.mark.parametrize(
    ("region_map", "says"),
    [(pack(np.full((85, 128), 40_000, np.uint16)), "has a region 40000 and"), ("AAAA", "damaged")],
)
def test_a_painting_cut_anew_by_another_model_is_refused(bucket: GuidingPainterPipeline, region_map: str, says: str):
    painting = bucket.open(shapes(), SIDE)
    painting.recut("loose")
    state = painting.to_dict()
    assert state["working_size"] == [128, 85]
    state["history"][-1]["region_map"] = region_map
    with pytest.raises(ValueError, match=says):
        bucket.resume(shapes(), state)


def test_a_page_with_3000_leaves_keeps_its_background_apart(bucket: GuidingPainterPipeline):
    image = Image.new("L", (1650, 1500), 255)
    draw = ImageDraw.Draw(image)
    rng = np.random.default_rng(0)
    middles = [(x, y) for x in range(30, 1630, 29) for y in range(30, 1480, 27)]
    assert len(middles) > 3000
    for x, y in middles:
        width, height = rng.integers(7, 12, 2)
        draw.ellipse((x - width, y - height, x + width, y + height), outline=0, width=2)
    painting = bucket.open(image)
    background = painting.region_at((3, 3))
    assert not background.mask[tuple(np.array(middles).T[::-1])].any()
    assert background.mask[15::27, 5].all()
    ground = np.asarray(image) > 0
    ground &= painting.cells == painting.cells[3, 3]
    assert background.mask[ground].all()
    assert background.mask.mean() > 0.5


def test_regions_of_a_page_are_not_capped_at_a_byte(bucket: GuidingPainterPipeline):
    page = Image.new("L", (1200, 1800), 255)
    draw = ImageDraw.Draw(page)
    for y in range(30, 1680, 150):
        for x in range(30, 1050, 150):
            draw.rectangle((x, y, x + 120, y + 120), outline=0, width=4)
            for left, top in ((15, 15), (65, 20), (40, 70)):
                draw.ellipse((x + left, y + top, x + left + 40, y + top + 40), outline=0, width=3)
    painting = bucket.open(page, 64, panels=True)
    assert len(painting.regions) > 256
    assert all(one.index < other.index for one, other in pairwise(painting.regions))
    last = painting.regions[-2]
    painting.paint(last, "#123456")
    assert painting.region_map.dtype == np.uint16
    assert (np.asarray(painting.color())[last.mask] == (0x12, 0x34, 0x56)).all()
