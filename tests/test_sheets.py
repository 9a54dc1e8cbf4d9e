"""Photos of paper on tables become the sheet; what is no photo of paper stays as it is."""

from pathlib import Path

import numpy as np
import pytest
from photos import PAPERS, SHEETS, TABLES, pencil_drawing, photo
from PIL import Image, ImageDraw, ImageFilter

from guiding_painter import GuidingPainterPipeline
from guiding_painter.drawings import looks_colored, open_drawing
from guiding_painter.drawings.page_choice import page_of
from guiding_painter.drawings.sheets import find_sheet
from guiding_painter.drawings.straightening import sheet_size, straighten

SIZE = (750, 1000)
EXAMPLES = Path(__file__).parents[1] / "space" / "examples"

CASES = [
    ("level", "oak", "white"), ("level", "gray", "cream"), ("from below", "pine", "cream"),
    ("from below", "walnut", "white"), ("turned", "oak", "cream"), ("turned", "gray", "kraft"),
    ("from the left", "pine", "white"), ("small", "walnut", "cream"),
]  # fmt: skip


@pytest.fixture(scope="module")
def table() -> Image.Image:
    """The photo that a person takes: pencil on white paper on an oak table, seen from below, a hand's shadow on it."""
    return photo(pencil_drawing(), SHEETS["from below"], TABLES["oak"], size=(1200, 1600), shadow=0.4)


@pytest.mark.parametrize(("sheet", "wood", "paper"), CASES)
def test_a_sheet_is_found_just_inside_its_edges(sheet: str, wood: str, paper: str):
    picture = photo(pencil_drawing(), SHEETS[sheet], TABLES[wood], PAPERS[paper], size=SIZE, shadow=0.3)
    found = find_sheet(picture)
    assert found is not None
    true = np.array(SHEETS[sheet]) * SIZE
    assert np.abs(np.array(found) - true).max() < 0.012 * max(SIZE)
    middle = true.mean(axis=0)
    assert (np.linalg.norm(found - middle, axis=1) < np.linalg.norm(true - middle, axis=1)).all()


@pytest.mark.parametrize(("wood", "seed"), [("pine", 4), ("gray", 10)])
def test_a_table_as_light_as_the_paper_on_one_side_is_left_out(wood: str, seed: int):
    size = (900, 1200)
    picture = photo(pencil_drawing(), SHEETS["level"], TABLES[wood], PAPERS["cream"], size, shadow=0.2, seed=seed)
    assert np.abs(np.array(find_sheet(picture)) - np.array(SHEETS["level"]) * size).max() < 0.012 * max(size)


@pytest.mark.parametrize("wood", TABLES)
def test_a_sheet_is_found_where_the_phone_smoothed_the_grain_of_the_table(wood: str):
    picture = photo(pencil_drawing(), SHEETS["turned"], TABLES[wood], size=SIZE, noise=0, blur=1.2)
    assert np.abs(np.array(find_sheet(picture)) - np.array(SHEETS["turned"]) * SIZE).max() < 0.012 * max(SIZE)


@pytest.mark.parametrize("sheet", ["level", "from below", "turned", "from the left"])
def test_the_edge_of_a_shadow_across_a_sheet_is_no_edge_of_it(sheet: str):
    picture = photo(pencil_drawing(), SHEETS[sheet], TABLES["gray"], size=SIZE, shadow=0.6, fade=1)
    if (found := find_sheet(picture)) is not None:
        assert np.abs(np.array(found) - np.array(SHEETS[sheet]) * SIZE).max() < 0.012 * max(SIZE)


def test_a_sheet_is_found_under_the_edge_of_a_shadow():
    picture = photo(pencil_drawing(), SHEETS["from below"], TABLES["walnut"], size=SIZE, shadow=0.6, fade=1)
    assert np.abs(np.array(find_sheet(picture)) - np.array(SHEETS["from below"]) * SIZE).max() < 0.012 * max(SIZE)


def test_a_sheet_with_nothing_on_it_is_no_drawing():
    blank = Image.new("L", (850, 1200), 255)
    assert find_sheet(photo(blank, SHEETS["turned"], TABLES["oak"], size=SIZE, shadow=0, noise=0.004)) is None


def test_a_photo_opens_as_a_clean_sheet(table: Image.Image):
    drawing = open_drawing(table)
    values = np.asarray(drawing)
    assert (values > 245).mean() > 0.93
    rim = np.concatenate([values[:8].ravel(), values[-8:].ravel(), values[:, :8].ravel(), values[:, -8:].ravel()])
    assert (rim > 200).mean() > 0.98  # no edge of the page
    target = np.asarray(pencil_drawing().resize(drawing.size, Image.Resampling.BOX))
    ink = Image.fromarray(np.uint8(255 * (target < 120))).resize(drawing.size)
    wide = np.asarray(ink.filter(ImageFilter.MaxFilter(21))) > 0
    assert (values[~wide] > 200).mean() > 0.99  # what is far from any line is paper
    assert values[target < 120].mean() < 200
    assert drawing.info["notes"][0].startswith("The sheet of paper was cut out of the photo and straightened")


def test_lines_stay_as_sharp_as_in_the_photo(table: Image.Image):
    corners = find_sheet(table)
    sheet = straighten(table, corners)
    sides = np.linalg.norm(np.array(corners) - np.roll(corners, -1, axis=0), axis=1)
    assert sheet.width >= max(sides[0], sides[2]) - 1
    assert sheet.height >= max(sides[1], sides[3]) - 1

    def steepest(image: Image.Image) -> float:
        return float(np.quantile(np.abs(np.diff(np.asarray(image.convert("L"), dtype=float), axis=1)), 0.999))

    inner = table.crop((300, 300, 900, 1300))  # paper and lines only
    assert steepest(sheet.crop((150, 150, sheet.width - 150, sheet.height - 150))) > 0.75 * steepest(inner)


def test_pencil_on_paper_on_a_table_has_no_colors(table: Image.Image):
    assert not looks_colored(table)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.[pj][np]g")), ids=lambda path: path.name)
def test_drawings_that_are_no_photos_of_paper_stay_whole(path: Path):
    with Image.open(path) as image:
        assert find_sheet(image.convert("RGB")) is None


def framed() -> Image.Image:
    image = Image.new("RGB", (600, 800), "white")
    ImageDraw.Draw(image).rectangle((40, 40, 560, 760), outline=0, width=12)
    return image


def dark_page() -> Image.Image:
    image = Image.new("RGB", (600, 800), (40, 30, 60))
    draw = ImageDraw.Draw(image)
    draw.rectangle((60, 60, 540, 500), fill="white")
    draw.ellipse((200, 150, 400, 350), outline=0, width=4)
    return image


def turned_dark_page() -> Image.Image:
    page = Image.new("RGB", (900, 1100), (40, 30, 60))
    page.paste(dark_page(), (150, 150))
    return page.rotate(5, Image.Resampling.BICUBIC, fillcolor=(40, 30, 60))


def scan() -> Image.Image:
    values = np.asarray(pencil_drawing((600, 800)), dtype=float) * 0.8 + 40
    values += np.random.default_rng(0).normal(0, 3, values.shape)
    return Image.fromarray(values.clip(0, 255).astype(np.uint8)).convert("RGB")


def noise() -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 255, (500, 400, 3), dtype=np.uint8))


@pytest.mark.parametrize("make", [framed, dark_page, turned_dark_page, scan, noise])
def test_frames_panels_scans_and_noise_are_no_sheets(make):
    assert find_sheet(make()) is None


@pytest.mark.parametrize("size", [(1, 1), (64, 64), (3000, 5), (5, 3000), (200, 64)])
def test_tiny_and_long_pictures_have_no_sheet(size: tuple[int, int]):
    assert find_sheet(Image.new("RGB", size, "white")) is None


def test_corners_may_be_given_in_any_order_or_none_taken(painter: GuidingPainterPipeline, table: Image.Image):
    true = [(x * 1200, y * 1600) for x, y in SHEETS["from below"]]
    given = page_of(table, [true[2], true[0], true[3], true[1]])
    assert np.allclose(given, true)
    assert page_of(table, " ".join(f"{x},{y}" for x, y in true)) == given
    painting = painter.open(table, 64, page=true)
    assert painting.drawing.size == sheet_size(given, table.size)
    whole = painter.open(table, 64, page="none")
    assert whole.drawing.size == table.size
    assert whole.notes == ()


def test_a_painting_of_a_sheet_is_taken_up(painter: GuidingPainterPipeline, table: Image.Image):
    painting = painter.open(table, 64)
    painting.paint_all(["#e07a5f"])
    resumed = painter.resume(table, painting.to_dict())
    assert resumed.image.tobytes() == painting.image.tobytes()


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("all", "page is 'all': give 'auto', 'none' or four corners"),
        ([(1, 2)], "page is .*: give 'auto', 'none' or four corners"),
        (3, "page is 3: give"),
        ("1,2 3,4 5,6 7", "page is '1,2 3,4 5,6 7': give"),
        (np.zeros((3, 2)), "page is .*: give"),
        ([(0, 0), (1, 0), (float("nan"), 1), (0, 1)], "page is .*: give"),
        ([(0, 0), (100, 0), (99999, 100), (0, 100)], "a corner far outside"),
        ([(0, 0), (100, 100), (200, 200), (300, 300)], "page is no figure with four corners"),
        ([(0, 0), (0, 0), (0, 0), (0, 0)], "page is no figure with four corners"),
    ],
)
def test_what_is_no_page(page, says: str):
    with pytest.raises(ValueError, match=says):
        page_of(Image.new("RGB", (500, 500)), page)
