"""A tiny real painter and small drawings, shared by the tests."""

import io
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from guiding_painter import (
    CellColorizationNetwork,
    CellSegmentationNetwork,
    ColorizationNetwork,
    GuidingPainterPipeline,
    Painting,
    SegmentationNetwork,
)
from guiding_painter.drawings import PreparedDrawing, find_ink
from guiding_painter.painting import ModelView
from guiding_painter.painting.saved import SavedPainting

torch.set_num_threads(1)
pytest.register_assert_rewrite("flat_painting", "hub_visitors", "sample_pictures", "space_browser", "space_visits")

# Drawings that are no part of the checkout, in a folder beside it or beside what holds it.
SHARED = (folder / "shared" / "faults" for folder in Path(__file__).resolve().parents)
FAULTS = next((folder for folder in SHARED if folder.is_dir()), None)
collect_ignore = [] if FAULTS else ["test_faults.py"]


def make_painter(max_hints: int = 6, norm: str = "group", seed: int = 0) -> GuidingPainterPipeline:
    """Real networks of 10,000 parameters each. Untrained, but with weights large enough for answers to show."""
    torch.manual_seed(seed)
    config = {"max_hints": max_hints, "block_out_channels": (8, 8, 16, 16, 16), "stem_factor": 2, "norm": norm}
    painter = GuidingPainterPipeline(SegmentationNetwork(**config), ColorizationNetwork(**config))
    for network in painter.components.values():
        for module in network.modules():
            if isinstance(module, torch.nn.Conv2d):
                module.reset_parameters()
    return painter


def make_cell_painter(max_cells: int = 64, seed: int = 0, dropout: float = 0.1) -> GuidingPainterPipeline:
    """Untrained networks over cells, the encoder of full size, with a palette of some pure colors."""
    torch.manual_seed(seed)
    config = {"width": 32, "heads": 2, "num_layers": 1, "dropout": dropout}
    f = CellSegmentationNetwork(**config, max_cells=max_cells)
    g = CellColorizationNetwork(**config, palette_size=8, block_out_channels=(8, 8, 16))
    g.palette.copy_(torch.tensor([[r, g, b] for r in (-1.0, 1) for g in (-1.0, 1) for b in (-1.0, 1)]))
    f.alike_shift.data.fill_(-20.0)  # untrained, it would take all cells for one color
    return GuidingPainterPipeline(f.eval(), g.eval())


def boxes_and_circle() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """400x300: a closed box, a box with a wall in the middle, and a circle, on open paper; and what draws on it."""
    page = Image.new("L", (400, 300), 255)
    draw = ImageDraw.Draw(page)
    draw.rectangle((30, 40, 130, 140), outline=0, width=3)
    draw.rectangle((200, 40, 360, 140), outline=0, width=3)
    draw.line((260, 40, 260, 140), fill=0, width=3)
    draw.ellipse((60, 180, 140, 260), outline=0, width=3)
    return page, draw


def make_painting(drawing: Image.Image, model_map: np.ndarray, colorize: Callable, *rest: object) -> Painting:
    """A painting without networks: the model has found these regions, and `colorize` is its picture."""
    prepared = PreparedDrawing(drawing, model_map.shape, find_ink(drawing))
    return Painting(prepared, model_map.astype(np.uint16), ModelView(prepared, colorize), *rest)


def reopened(drawing: Image.Image, saved: SavedPainting, colorize: Callable) -> Painting:
    """A saved painting, with all its steps, on its drawing."""
    return make_painting(drawing, saved.region_map, colorize, saved.opened, saved.history, saved.position)


@contextmanager
def no_room_beyond(size: int) -> Iterator[None]:
    """As on a full disk: no file may grow beyond so many bytes."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.fixture(scope="session")
def painter() -> GuidingPainterPipeline:
    return make_painter(seed=3)  # which finds three regions in the drawing at least, at any working size


@pytest.fixture(scope="session")
def checkpoint(painter: GuidingPainterPipeline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The painter, saved. Copy it before changing anything in it."""
    folder = tmp_path_factory.mktemp("checkpoint")
    painter.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_comic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures to train on. Copy them before changing anything."""
    from tiny_trainings import draw_comic  # needs what only trainings need

    return draw_comic(tmp_path_factory.mktemp("comic"))


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Checkpoints to train on, by kind. Copy them before changing anything."""
    from tiny_trainings import save_models

    return save_models(tmp_path_factory.mktemp("models"))


@pytest.fixture
def fresh_accelerator() -> Iterator[None]:
    """Neither finds anything of a training before it, nor leaves anything."""
    from training_pictures import forget_accelerator

    forget_accelerator()
    yield
    forget_accelerator()


@pytest.fixture
def drawing() -> Image.Image:
    """A box, a ball and a stroke, 150x100, black ink on white."""
    image = Image.new("L", (150, 100), 255)
    draw = ImageDraw.Draw(image)
    draw.rectangle((15, 20, 70, 80), outline=0, width=3)
    draw.ellipse((80, 25, 140, 85), outline=0, width=3)
    draw.line((75, 5, 145, 15), fill=0, width=2)
    return image


def file_bytes(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    """A picture as it is uploaded."""
    data = io.BytesIO()
    image.save(data, kind, **options)
    return data.getvalue()


@pytest.fixture
def forwards(painter: GuidingPainterPipeline) -> "Callable[[], tuple[int, int]]":
    """Counts how often f and g have run since the test began."""
    counts = {"segmentation": 0, "colorization": 0}

    def count(name: str) -> None:
        counts[name] += 1

    hooks = [
        network.register_forward_hook(lambda *_, name=name: count(name)) for name, network in painter.components.items()
    ]
    yield lambda: tuple(counts.values())
    for hook in hooks:
        hook.remove()
