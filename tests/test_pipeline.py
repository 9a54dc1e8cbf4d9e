"""GuidingPainterPipeline: opening drawings, the checkpoint's layout, and all that can be wrong with a checkpoint."""

import ast
import json
import pickle
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import make_painter
from PIL import Image, ImageDraw
from safetensors.torch import load_file, save_file

from guiding_painter import (
    ColorizationNetwork,
    GuidingPainterPipeline,
    Painting,
    PatchDiscriminator,
    SegmentationNetwork,
)
from guiding_painter import (
    checkpoint as checkpoint_module,
)
from guiding_painter.colors import to_hex
from guiding_painter.drawings import resize, to_sketch

WEIGHTS = "diffusion_pytorch_model.safetensors"
SIDE = 96  # working size of most tests: small is fast


@pytest.fixture
def copied(checkpoint: Path, tmp_path: Path) -> Path:
    """A checkpoint that a test may break."""
    return Path(shutil.copytree(checkpoint, tmp_path / "my-comic"))


def test_open_finds_regions_at_the_drawings_own_size(painter: GuidingPainterPipeline, drawing: Image.Image):
    painting = painter.open(drawing, long_side=96)
    assert isinstance(painting, Painting)
    assert len(painting.regions) >= 3
    assert painting.model_map.shape == (64, 96)
    assert painting.region_map.shape == (100, 150)
    assert painting.image.size == (150, 100)
    assert sum(region.mask.astype(int) for region in painting.regions).tolist() == [[1] * 150] * 100


def test_f_runs_once_and_g_once_an_answer(
    painter: GuidingPainterPipeline, drawing: Image.Image, forwards: Callable[[], tuple[int, int]]
):
    painting = painter.open(drawing, SIDE)
    assert forwards() == (1, 0)
    for number in range(2):
        region = painting.next_region()
        assert region.suggested_color
        assert painting.image
        assert forwards() == (1, number + 1)
        painting.paint(region, "#e07a5f")
    assert painting.image
    assert painting.regions[0].suggested_color
    assert forwards() == (1, 3)
    painting.skip(painting.regions[2])
    assert painting.image
    assert forwards() == (1, 3)


def test_answers_reach_the_picture(painter: GuidingPainterPipeline, drawing: Image.Image):
    painting = painter.open(drawing, SIDE)
    pictures = [painting.picture.tobytes()]
    region = painting.next_region()
    for color in ("#ff0000", "#0000ff"):
        painting.paint(region, color)
        pictures.append(painting.picture.tobytes())
    assert len(set(pictures)) == 3
    painting.undo()
    assert painting.picture.tobytes() == pictures[1]


def test_g_is_given_equations_5_to_8(painter: GuidingPainterPipeline, drawing: Image.Image):
    inputs = []
    hook = painter.colorization.register_forward_hook(lambda network, args, output: inputs.append((args, output)))
    painting = painter.open(drawing, SIDE)
    painting.paint(painting.regions[0], "#ff0080")
    painting.skip(painting.regions[1])
    picture = painting.picture
    hook.remove()
    (sketch, segments, hint_map, condition_mask), output = inputs[0]
    height, width = painting.model_map.shape
    assert sketch.shape == condition_mask.shape == (1, 1, height, width)
    regions = torch.tensor(resize(painting.region_map, (height, width)))
    first = regions == painting.regions[0].index
    for index in range(6):
        assert torch.equal(segments[0, index] == 1, regions == index)
    assert torch.equal(condition_mask[0, 0], first.float())
    color = torch.tensor([255, 0, 128]) / 127.5 - 1
    assert torch.allclose(hint_map[0], color[:, None, None] * first, atol=1e-6)
    assert np.abs(np.asarray(picture) - (output[0].permute(1, 2, 0).numpy() + 1) * 127.5).max() <= 0.51


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (33, 17)])
def test_drawings_of_any_size(painter: GuidingPainterPipeline, size: tuple[int, int]):
    painting = painter.open(Image.new("L", size, 255), long_side=64)
    painting.paint_all("auto")
    assert painting.image.size == size
    assert painting.next_region() is None


@pytest.mark.parametrize("long_side", [0, 63, 4097])
def test_working_sizes_have_limits(painter: GuidingPainterPipeline, drawing: Image.Image, long_side: int):
    with pytest.raises(ValueError, match=f"long_side is {long_side}: choose 64 to 4096 pixels"):
        painter.open(drawing, long_side=long_side)


def test_one_shot(painter: GuidingPainterPipeline, drawing: Image.Image, tmp_path: Path):
    drawing.save(tmp_path / "drawing.png")
    output = painter(str(tmp_path / "drawing.png"), colors=["#e07a5f", None, (61, 64, 91)], long_side=SIDE)
    painting = painter.open(drawing, SIDE)
    first, _, third = painting.regions[:3]
    painting.paint(first, "#e07a5f")
    painting.paint(third, "#3d405b")
    assert len(output.images) == len(output.region_maps) == 1
    assert output.images[0].tobytes() == painting.image.tobytes()
    assert output["region_maps"][0].dtype == np.uint16
    assert np.array_equal(output.region_maps[0], painting.region_map)


def test_one_shot_costs_one_forward_of_g(
    painter: GuidingPainterPipeline, drawing: Image.Image, forwards: Callable[[], tuple[int, int]]
):
    painter(drawing, colors=["#111", "#222", "#333"], long_side=SIDE)
    assert forwards() == (1, 1)


def test_one_shot_of_several_drawings(painter: GuidingPainterPipeline, drawing: Image.Image):
    turned = drawing.transpose(Image.Transpose.ROTATE_90)
    output = painter([drawing, turned], colors=[["#e07a5f"], "auto"], long_side=SIDE)
    assert [image.size for image in output.images] == [(150, 100), (100, 150)]
    assert output.images[0].tobytes() == painter(drawing, colors=["#e07a5f"], long_side=SIDE).images[0].tobytes()
    assert output.images[1].tobytes() == painter(turned, colors="auto", long_side=SIDE).images[0].tobytes()
    plain = painter([drawing, turned], long_side=SIDE)
    assert (
        plain.images[0].tobytes() == painter(drawing, long_side=SIDE).images[0].tobytes() != output.images[0].tobytes()
    )


def test_colors_beyond_the_last_region_are_not_used(painter: GuidingPainterPipeline, drawing: Image.Image):
    number = len(painter.open(drawing, SIDE).regions)
    colors = [f"#{index:02x}80ff" for index in range(number + 20)]
    assert (
        painter(drawing, colors, long_side=SIDE).images[0].tobytes()
        == painter(drawing, colors[:number], long_side=SIDE).images[0].tobytes()
    )


def test_one_list_of_colors_for_each_drawing(painter: GuidingPainterPipeline, drawing: Image.Image):
    with pytest.raises(ValueError, match="colors has 1 lists for 2 drawings: give one for each"):
        painter([drawing, drawing], colors=[["#fff"]], long_side=SIDE)
    with pytest.raises(ValueError, match="give a list of colors, or 'auto'"):
        painter(drawing, colors="#fff", long_side=SIDE)


def test_training_goes_on_in_training_mode_and_leaves_no_trace(drawing: Image.Image):
    painter = make_painter(norm="batch")
    evaluated = painter(drawing, colors=["#e07a5f"], long_side=SIDE).images[0].tobytes()
    for network in painter.components.values():
        network.train()
    before = {key: value.clone() for key, value in painter.colorization.state_dict().items()}
    assert painter(drawing, colors=["#e07a5f"], long_side=SIDE).images[0].tobytes() == evaluated
    assert all(network.training for network in painter.components.values())
    after = painter.colorization.state_dict()
    assert all(torch.equal(value, after[key]) for key, value in before.items())


def test_to_another_precision(checkpoint: Path, drawing: Image.Image):
    painter = GuidingPainterPipeline.from_pretrained(checkpoint)
    exact = painter.open(drawing, SIDE)
    painter.to("cpu", torch.bfloat16)
    assert painter.dtype == torch.bfloat16
    painting = painter.open(drawing, SIDE)
    assert (painting.region_map == exact.region_map).mean() > 0.9
    resumed = painter.resume(drawing, exact.to_dict())  # the same regions
    exact_painter = GuidingPainterPipeline.from_pretrained(checkpoint)
    full = exact_painter.resume(drawing, exact.to_dict())
    for each in (resumed, full):
        each.paint(each.regions[0], "#e07a5f")
    difference = np.asarray(resumed.picture).astype(int) - np.asarray(full.picture)
    assert 0 < np.abs(difference).mean() < 4


def test_resume_gives_the_identical_picture_without_f(
    painter: GuidingPainterPipeline, drawing: Image.Image, forwards: Callable[[], tuple[int, int]]
):
    painting = painter.open(drawing, long_side=100)
    painting.paint(painting.regions[1], "#e07a5f")
    painting.skip(painting.regions[0])
    painting.paint(painting.regions[2], "#3d405b")
    painting.undo()
    image = painting.image.tobytes()
    before = forwards()
    resumed = painter.resume(drawing, json.loads(json.dumps(painting.to_dict())))
    assert forwards() == before
    assert resumed.image.tobytes() == image
    assert resumed.answers == painting.answers
    assert resumed.to_dict() == painting.to_dict()
    resumed.redo()
    painting.redo()
    assert resumed.image.tobytes() == painting.image.tobytes() != image


def test_resume_extracts_lines_where_open_did(painter: GuidingPainterPipeline):
    colored = Image.new("RGB", (120, 90), "#8ecae6")
    ImageDraw.Draw(colored).ellipse((20, 20, 90, 70), fill="#fb8500")
    painting = painter.open(colored, SIDE, extract_lines=True)
    assert painting.drawing.getpixel((2, 2)) > 250  # paper, where the picture is blue
    resumed = painter.resume(colored, painting.to_dict())
    assert resumed.drawing.tobytes() == painting.drawing.tobytes()
    assert resumed.image.tobytes() == painting.image.tobytes()


def test_resume_refuses_what_does_not_belong(painter: GuidingPainterPipeline, drawing: Image.Image):
    state = painter.open(drawing, SIDE).to_dict()
    with pytest.raises(ValueError, match="belongs to another drawing"):
        painter.resume(Image.new("L", drawing.size, 255), state)
    with pytest.raises(ValueError, match="This is no saved painting"):
        painter.resume(drawing, {"region_map": state["region_map"]})
    with pytest.raises(ValueError, match="has a region [345] and this model has only 3 regions"):
        make_painter(max_hints=3).resume(drawing, state)


def test_what_other_rooms_build_on_is_public(painter: GuidingPainterPipeline, drawing: Image.Image):
    painting = painter.open(drawing, SIDE)
    sketch = to_sketch(painting.drawing, painting.picture.size)
    region_map = painter.model.regions_of(sketch)
    assert (region_map.dtype, region_map.shape) == (np.uint16, painting.picture.size[::-1])
    hinted = region_map == painting.regions[0].index
    picture = painter.model.colorizer(sketch)(region_map, np.full((*hinted.shape, 3), 9, np.uint8), hinted)
    assert (picture.mode, picture.size) == ("RGB", painting.picture.size)
    assert np.array_equal(painting.layout.owners[painting.cells], painting.region_map)
    assert {to_hex(colors[0]) for colors in painting.beliefs.colors.values()} == {
        region.suggested_color for region in painting.regions
    }


@pytest.mark.parametrize("folder", ["guiding_painter", "benchmarks"])
def test_no_room_reads_the_private_names_of_another(folder: str):
    for path in sorted((Path(__file__).parents[1] / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [name.name for name in node.names] if isinstance(node, ast.ImportFrom) else []
            if isinstance(node, ast.Attribute) and getattr(node.value, "id", None) not in ("self", "cls"):
                names = [node.attr]
            assert not [name for name in names if re.match("_[a-z]", name)], f"{path.name}, line {node.lineno}"


def test_networks_must_agree_on_the_number_of_regions():
    small = {"block_out_channels": (8, 8), "norm": "group"}
    with pytest.raises(ValueError, match="max_hints 5 and the colorization network 6"):
        GuidingPainterPipeline(SegmentationNetwork(max_hints=5, **small), ColorizationNetwork(max_hints=6, **small))


def test_the_layout_of_a_checkpoint(checkpoint: Path):
    """Other people's files depend on these names."""
    files = sorted(str(path.relative_to(checkpoint)) for path in checkpoint.rglob("*") if path.is_file())
    assert files == [
        f"colorization/{name}" for name in ("config.json", WEIGHTS)
    ] + ["model_index.json"] + [f"segmentation/{name}" for name in ("config.json", WEIGHTS)]  # fmt: skip
    index = json.loads((checkpoint / "model_index.json").read_text())
    del index["_diffusers_version"]
    assert index == {
        "_class_name": "GuidingPainterPipeline",
        "segmentation": ["guiding_painter.segmentation", "SegmentationNetwork"],
        "colorization": ["guiding_painter.colorization", "ColorizationNetwork"],
    }
    shared = {"max_hints": 6, "block_out_channels": [8, 8, 16, 16, 16], "stem_factor": 2, "norm": "group"}
    shared["input_kind"] = "sketch"
    for name, config in {
        "segmentation": {"_class_name": "SegmentationNetwork", **shared},
        "colorization": {"_class_name": "ColorizationNetwork", **shared},
    }.items():
        saved = json.loads((checkpoint / name / "config.json").read_text())
        del saved["_diffusers_version"]
        assert saved == config
    keys = load_file(checkpoint / "segmentation" / WEIGHTS).keys()
    assert {"unet.inc.0.weight", "unet.downs.3.4.bias", "unet.ups.0.0.weight", "unet.head.2.bias"} <= keys


def test_a_checkpoint_gives_the_same_picture(
    painter: GuidingPainterPipeline, checkpoint: Path, drawing: Image.Image, tmp_path: Path
):
    expected = painter(drawing, colors=["#e07a5f"], long_side=SIDE).images[0].tobytes()
    loaded = GuidingPainterPipeline.from_pretrained(str(checkpoint))
    assert loaded(drawing, colors=["#e07a5f"], long_side=SIDE).images[0].tobytes() == expected
    assert not any(network.training for network in loaded.components.values())
    assert loaded.segmentation.config.block_out_channels == [8, 8, 16, 16, 16]
    loaded.save_pretrained(tmp_path / "again")
    for file in filter(Path.is_file, checkpoint.rglob("*")):  # no path of this machine, nothing else that changes
        assert (tmp_path / "again" / file.relative_to(checkpoint)).read_bytes() == file.read_bytes()
    again = GuidingPainterPipeline.from_pretrained(tmp_path / "again")
    assert again(drawing, colors=["#e07a5f"], long_side=SIDE).images[0].tobytes() == expected


def test_networks_load_alone_too(painter: GuidingPainterPipeline, checkpoint: Path):
    network = ColorizationNetwork.from_pretrained(checkpoint, subfolder="colorization", use_safetensors=True)
    expected = painter.colorization.state_dict()
    assert all(torch.equal(value, expected[key]) for key, value in network.state_dict().items())


def test_half_precision_on_disk_is_single_in_memory(checkpoint: Path, tmp_path: Path):
    GuidingPainterPipeline.from_pretrained(checkpoint, dtype=torch.float16).save_pretrained(tmp_path)
    saved = load_file(tmp_path / "segmentation" / WEIGHTS)
    assert {value.dtype for value in saved.values()} == {torch.float16}
    loaded = GuidingPainterPipeline.from_pretrained(tmp_path)
    assert {value.dtype for value in loaded.segmentation.parameters()} == {torch.float32}
    assert all(torch.equal(value.half(), saved[key]) for key, value in loaded.segmentation.state_dict().items())


def test_batch_norm_counters_stay_whole_numbers(tmp_path: Path):
    make_painter(norm="batch").save_pretrained(tmp_path)
    loaded = GuidingPainterPipeline.from_pretrained(tmp_path, dtype=torch.bfloat16)
    kinds = {key.rpartition(".")[2]: value.dtype for key, value in loaded.segmentation.state_dict().items()}
    assert kinds["num_batches_tracked"] == torch.int64
    assert kinds["running_var"] == torch.bfloat16


def test_loading_draws_no_random_numbers_and_keeps_no_file(copied: Path):
    torch.manual_seed(1)
    before = torch.get_rng_state()
    painter = GuidingPainterPipeline.from_pretrained(copied)
    assert torch.equal(torch.get_rng_state(), before)
    weight = painter.segmentation.unet.inc[0].weight
    expected = weight.detach().clone()
    (copied / "segmentation" / WEIGHTS).write_bytes(b"")  # a mapped tensor would now be gone
    assert torch.equal(weight, expected)
    assert weight.requires_grad


def test_paper_networks_of_version_01_load_without_a_word(copied: Path, caplog: pytest.LogCaptureFixture):
    for room, options in (("segmentation", ("coordinates", "cells")), ("colorization", ("fill_hints",))):
        rewrite(lambda content, options=options: content.update(dict.fromkeys(options, False)))(
            copied / room / "config.json"
        )
    painter = GuidingPainterPipeline.from_pretrained(copied)
    assert "cells" not in painter.segmentation.config
    assert not caplog.records


def test_a_checkpoint_of_training_loads(copied: Path):
    PatchDiscriminator(base_channels=8).save_pretrained(copied / "discriminator")
    assert set(GuidingPainterPipeline.from_pretrained(copied).components) == {"segmentation", "colorization"}


def test_the_bundled_weights_load_without_an_argument(drawing: Image.Image):
    painter = GuidingPainterPipeline.from_pretrained()
    assert painter.segmentation.config.max_cells == 256
    assert painter.open(drawing, long_side=128).next_region() is not None


def test_missing_bundled_weights_are_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(checkpoint_module, "WEIGHTS", tmp_path)
    with pytest.raises(OSError, match="The bundled weights are not in .*: reinstall"):
        GuidingPainterPipeline.from_pretrained()


class Bomb:
    """Makes a file when it is unpickled."""

    def __init__(self, marker: Path):
        self.marker = marker

    def __reduce__(self):
        return Path.touch, (self.marker,)


def test_pickles_are_never_read_nor_written(copied: Path, tmp_path: Path, painter: GuidingPainterPipeline):
    bomb = pickle.dumps(Bomb(tmp_path / "exploded"))
    for name in ("diffusion_pytorch_model.bin", "pytorch_model.bin", "diffusion_pytorch_model.pt"):
        (copied / "segmentation" / name).write_bytes(bomb)
    GuidingPainterPipeline.from_pretrained(copied)
    (copied / "segmentation" / WEIGHTS).unlink()
    with pytest.raises(OSError, match="is missing; weights are read from safetensors only, never a pickle"):
        GuidingPainterPipeline.from_pretrained(copied)
    (copied / "segmentation" / WEIGHTS).write_bytes(bomb)
    with pytest.raises(OSError, match="truncated or no safetensors file"):
        GuidingPainterPipeline.from_pretrained(copied)
    assert not (tmp_path / "exploded").exists()
    with pytest.raises(ValueError, match="saved as safetensors only"):
        painter.save_pretrained(tmp_path / "out", safe_serialization=False)
    assert not (tmp_path / "out").exists()
    pickle.loads(bomb)
    assert (tmp_path / "exploded").exists()  # it would have


def rewrite(change: Callable[[dict], object]) -> Callable[[Path], None]:
    def break_it(path: Path) -> None:
        if path.suffix == ".json":
            content = json.loads(path.read_text())
            change(content)
            path.write_text(json.dumps(content))
        else:
            weights = load_file(path)
            change(weights)
            save_file({key: value.clone() for key, value in weights.items()}, path)

    return break_it


FIRST = "unet.inc.0.weight"


@pytest.mark.parametrize(
    ("name", "break_it", "kind", "says"),
    [
        ("model_index.json", Path.unlink, OSError, "is missing; a checkpoint has the files"),
        ("model_index.json", lambda path: path.write_text("{"), ValueError, "is no JSON file"),
        ("model_index.json", lambda path: path.write_bytes(b"\xff\xfe"), ValueError, "is no JSON file"),
        ("model_index.json", lambda path: path.write_text("[]"), ValueError, "holds no JSON object"),
        (
            "model_index.json",
            rewrite(lambda content: content.update(_class_name="StableDiffusionPipeline")),
            ValueError,
            "describes a StableDiffusionPipeline, not a GuidingPainterPipeline",
        ),
        ("segmentation/config.json", Path.unlink, OSError, "is missing; a checkpoint has the files"),
        (
            "segmentation/config.json",
            rewrite(lambda content: content.update(_class_name="UNet2DModel")),
            ValueError,
            "describes a UNet2DModel, not a CellSegmentationNetwork or SegmentationNetwork",
        ),
        (
            "segmentation/config.json",
            rewrite(lambda content: content.update(norm="layer")),
            ValueError,
            "does not describe a SegmentationNetwork: norm is 'layer'",
        ),
        (
            "segmentation/config.json",
            rewrite(lambda content: content.update(block_out_channels="wide")),
            ValueError,
            "does not describe a SegmentationNetwork",
        ),
        (
            "segmentation/config.json",
            rewrite(lambda content: content.update(coordinates=False, cells=True)),
            ValueError,
            "describes a network of version 0.1, which no later version reads: use guiding-painter 0.1",
        ),
        (
            "colorization/config.json",
            rewrite(lambda content: content.update(fill_hints=True)),
            ValueError,
            "describes a network of version 0.1",
        ),
        (
            "colorization/config.json",
            rewrite(lambda content: content.update(max_hints=30)),
            ValueError,
            "does not fit .*config.json: 2 weights have other shapes",
        ),
        (
            "colorization/config.json",
            rewrite(lambda content: content.update(block_out_channels=[10**6, 10**6])),
            ValueError,
            "does not fit .*config.json",
        ),
        (f"colorization/{WEIGHTS}", Path.unlink, OSError, "is missing; weights are read from safetensors only"),
        (
            f"colorization/{WEIGHTS}",
            lambda path: path.write_bytes(path.read_bytes()[:-1000]),
            OSError,
            "is truncated or no safetensors file",
        ),
        (f"colorization/{WEIGHTS}", lambda path: path.write_bytes(b""), OSError, "is truncated or no safetensors file"),
        (
            f"colorization/{WEIGHTS}",
            lambda path: path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
            OSError,
            "is truncated or no safetensors file",
        ),
        (
            f"colorization/{WEIGHTS}",
            rewrite(lambda weights: weights.pop(FIRST)),
            ValueError,
            f"1 weights are missing, first {FIRST}",
        ),
        (
            f"colorization/{WEIGHTS}",
            rewrite(lambda weights: weights.update(extra=torch.ones(1))),
            ValueError,
            "1 weights are not of this network, first extra",
        ),
        (
            f"colorization/{WEIGHTS}",
            rewrite(lambda weights: weights.update({FIRST: weights[FIRST][:4]})),
            ValueError,
            f"1 weights have other shapes, first {FIRST}",
        ),
    ],
)
def test_broken_checkpoints_are_named_in_one_sentence(
    copied: Path, name: str, break_it: Callable[[Path], object], kind: type[Exception], says: str
):
    break_it(copied / name)
    with pytest.raises(kind, match=says) as raised:
        GuidingPainterPipeline.from_pretrained(copied)
    assert str(copied / name) in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["./nope", "/nope/at/all", "nope", "a/b/c", "~/nope", "", "model index.json"])
def test_names_that_are_neither_folder_nor_hub_id(name: str):
    with pytest.raises(OSError, match="is neither a folder nor a hub id such as 'user/my-comic'"):
        GuidingPainterPipeline.from_pretrained(name)
