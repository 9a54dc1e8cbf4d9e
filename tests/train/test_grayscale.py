"""Gray pictures instead of line drawings: trained, saved, opened, measured; and what does not fit is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import make_cell_painter, make_painter
from huggingface_hub import ModelCard
from PIL import Image
from training_pictures import draw_picture, draw_pictures, forget_accelerator

from guiding_painter import ColorizationNetwork, GuidingPainterPipeline, SegmentationNetwork
from guiding_painter.drawings import extract_line_art, to_color_image, to_pil
from guiding_painter.files import lay_lines
from guiding_painter.metrics import psnr
from measures import evaluate
from measures.answers import answers_of, keep_luminance, pairs_for
from pictures.pairs import TrainingPairs, collate
from preparation import check_kind, load_networks
from settings import Settings, parse_settings
from train_guiding_painter import main

NARROW = ("--model_config", "paper", "--block_out_channels", "8", "8", "16", "--max_hints", "6")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("comic")
    draw_pictures(folder / "train", 6)
    draw_pictures(folder / "validation", 3)
    return folder


@pytest.fixture(scope="module")
def trained(folder, tmp_path_factory) -> Path:
    """What a short training with --input grayscale leaves."""
    forget_accelerator()
    output_dir = tmp_path_factory.mktemp("gray")
    data = ["--train_data_dir", str(folder), "--output_dir", str(output_dir), "--resolution", "32"]
    loader = ["--train_batch_size", "4", "--dataloader_num_workers", "0", "--mixed_precision", "no"]
    new = ["--pretrained_model_name_or_path", "none", *NARROW, "--input", "grayscale"]
    main([*data, *loader, *new, "--max_train_steps", "3", "--report_to", "none"])
    forget_accelerator()
    return output_dir


def parse(start: Path | str, *more: str) -> Settings:
    data = ["--train_data_dir", "comic", "--output_dir", "out"]
    return parse_settings("", [*data, "--pretrained_model_name_or_path", str(start), *more])


def gray_picture() -> Image.Image:
    """A gray photo's like: a picture of the training kind without its colors."""
    return draw_picture(3).convert("L").resize((192, 160))


def test_a_checkpoint_knows_its_kind_of_input(trained):
    for room in ("segmentation", "colorization"):
        assert json.loads((trained / room / "config.json").read_text())["input_kind"] == "grayscale"
    assert GuidingPainterPipeline.from_pretrained(trained).is_grayscale
    assert not make_painter().is_grayscale
    assert not make_cell_painter().is_grayscale
    assert parse(trained).input == "grayscale"  # a fine-tuning goes on with it
    assert parse("none", *NARROW).input == "sketch"


def test_one_that_was_saved_before_there_were_kinds_colors_line_drawings(checkpoint, tmp_path):
    painter = GuidingPainterPipeline.from_pretrained(checkpoint)
    painter.save_pretrained(tmp_path)
    for room in ("segmentation", "colorization"):
        config = json.loads((tmp_path / room / "config.json").read_text())
        del config["input_kind"]
        (tmp_path / room / "config.json").write_text(json.dumps(config))
    assert not GuidingPainterPipeline.from_pretrained(tmp_path).is_grayscale
    assert parse(tmp_path).input == "sketch"


def test_networks_of_two_kinds_are_no_pair():
    size = {"max_hints": 6, "block_out_channels": (8, 8)}
    with pytest.raises(ValueError, match="has input_kind grayscale and the colorization network sketch"):
        GuidingPainterPipeline(SegmentationNetwork(**size, input_kind="grayscale"), ColorizationNetwork(**size))
    with pytest.raises(ValueError, match="input_kind is 'photo'; choose 'sketch' or 'grayscale'"):
        SegmentationNetwork(**size, input_kind="photo")


def test_a_sample_is_a_picture_and_its_luminance(folder):
    pairs = TrainingPairs(sorted(folder.rglob("*.png")), 32, seed=0, grayscale=True)
    sample = pairs[1]
    levels = (sample["color_image"] + 1) * 127.5
    luminance = (levels * torch.tensor([0.299, 0.587, 0.114])[:, None, None]).sum(0)
    assert ((sample["sketch"][0] + 1) * 127.5 - luminance).abs().max() <= 1
    drawn = TrainingPairs(sorted(folder.rglob("*.png")), 32, seed=0)[1]
    assert torch.equal(drawn["color_image"], sample["color_image"])  # the same crop, the same colors
    assert not torch.equal(drawn["sketch"], sample["sketch"])


def test_f_and_g_are_shown_the_luminance_as_it_is(trained):
    painter, seen = GuidingPainterPipeline.from_pretrained(trained), []
    painter.segmentation.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    painter.colorization.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    picture = gray_picture()
    painting = painter.open(picture, long_side=192)
    painting.picture  # noqa: B018
    expected = torch.from_numpy(np.array(picture, dtype=np.float32) / 127.5 - 1)
    assert len(seen) == 2
    width, height = painting.picture.size
    for sketch in seen:
        assert sketch.shape[2:] == (height, width)
        assert (sketch[0, 0] - expected).abs().max() < 0.01
    half = painter.open(picture, long_side=96)
    shrunk = np.asarray(picture.resize((96, 80), Image.Resampling.BOX), dtype=np.float32) / 127.5 - 1
    assert (half.prepared.sketch[0, 0] - torch.from_numpy(shrunk)).abs().max() < 0.01  # lines are not thickened


def test_a_colored_gray_picture_keeps_its_luminance(trained, tmp_path):
    picture = gray_picture()
    painting = GuidingPainterPipeline.from_pretrained(trained).open(picture)
    painting.paint(painting.next_region(), "#c87832")
    colored = painting.image
    assert np.abs(np.asarray(colored.convert("L")).astype(int) - np.asarray(picture)).mean() < 4
    assert np.ptp(np.asarray(colored).astype(int), axis=2).max() > 20
    painting.save(tmp_path / "out.png")
    with Image.open(tmp_path / "out.png") as saved:
        assert np.array_equal(np.asarray(saved), np.asarray(colored))
    with pytest.raises(ValueError, match="a gray picture has none: name a .png file"):
        painting.save(tmp_path / "out.psd")


def test_line_art_is_refused_by_networks_of_gray_pictures(trained, drawing):
    painter = GuidingPainterPipeline.from_pretrained(trained)
    for lines in (drawing, extract_line_art(draw_picture(2)).point(lambda v: 255 if v > 128 else 0)):
        with pytest.raises(ValueError, match="This is line art on white paper and this model colors gray pictures"):
            painter.open(lines)
    with pytest.raises(ValueError, match="leave extract_lines out"):
        painter.open(gray_picture(), extract_lines=True)
    shaded = drawing.copy()
    shaded.paste(180, (20, 25, 60, 70))  # with a shade of gray it is a picture
    painter.open(shaded)
    make_painter().open(gray_picture())  # networks of line drawings make a drawing of anything


def test_a_painting_is_resumed_by_networks_of_its_kind(trained):
    painter, picture = GuidingPainterPipeline.from_pretrained(trained), gray_picture()
    painting = painter.open(picture)
    painting.paint(painting.next_region(), "#c87832")
    state = json.loads(json.dumps(painting.to_dict()))
    assert state["grayscale"] is True
    assert painter.resume(picture, state).image.tobytes() == painting.image.tobytes()
    of_lines = make_painter(seed=3)
    with pytest.raises(ValueError, match="is of a gray picture and this model colors another kind"):
        of_lines.resume(picture, state)
    drawn = of_lines.open(picture).to_dict()
    assert "grayscale" not in drawn
    with pytest.raises(ValueError, match="is of a line drawing and this model colors another kind"):
        painter.resume(picture, drawn)
    with pytest.raises(ValueError, match="damaged: its grayscale is 1"):
        painter.resume(picture, state | {"grayscale": 1})


def test_its_card_speaks_of_gray_pictures(trained):
    text = (trained / "README.md").read_text()
    card = ModelCard(text)
    assert "Model-guided colorization of gray pictures" in text
    assert 'painter("gray.png"' in text
    assert "From the left: the gray picture" in text
    for words in ("line drawing is", "drawing.png", "line art", "lines that a program", ".psd"):
        assert words not in text, words
    assert card.data.tags == ["colorization", "grayscale", "interactive"]
    assert {result.task_name for result in card.data.eval_results} == {"Grayscale colorization"}


def test_it_is_measured_on_gray_pictures(trained, folder, capsys):
    weights = ["--pretrained_model_name_or_path", str(trained), "--data_dir", str(folder)]
    evaluate.main([*weights, "--split", "validation", "--resolution", "32"])
    report = json.loads(capsys.readouterr().out)
    assert report["settings"]["ink_aware"] is False  # a dark area is no ink
    assert report["sets"][folder.name]["pictures"] == 3
    pairs = pairs_for(GuidingPainterPipeline.from_pretrained(trained), sorted(folder.rglob("*.png")), 32)
    assert pairs.grayscale
    with pytest.raises(SystemExit):
        evaluate.main([*weights, "--split", "validation", "--resolution", "32", "--rival"])
    assert "--rival fills what lines enclose" in capsys.readouterr().err


def test_any_color_gets_a_luminance_as_in_saved_pictures():
    rng = np.random.default_rng(0)
    color, gray = (Image.fromarray(rng.integers(0, 256, shape, dtype=np.uint8)) for shape in ((32, 32, 3), (32, 32)))
    shown = keep_luminance(to_color_image(color), to_color_image(gray.convert("RGB"))[:, :1])
    gray.info["grayscale"] = True
    difference = np.asarray(lay_lines(color, gray)).astype(int) - np.asarray(to_pil(shown))
    assert np.abs(difference).max() <= 3  # of rounding to 8 bits there, three times


def test_it_is_measured_as_it_is_shown(trained, folder):
    """With the luminance of the gray picture, which people see kept, and not with that of what g paints."""
    painter = GuidingPainterPipeline.from_pretrained(trained)
    batch = collate([pairs_for(painter, sorted(folder.rglob("*.png")), 32)[i] for i in range(3)])
    answers, painted = answers_of(painter, batch, False), []
    painter.colorization.register_forward_hook(lambda *call: painted.append(call[2]))
    shown = answers.colorize(answers.first(2))
    assert torch.equal(shown, keep_luminance(painted[0], batch["sketch"]))
    assert (shown - painted[0]).abs().mean() > 0.1
    assert answers.curve((2,))[:, 0].tolist() == psnr(shown, batch["color_image"]).tolist()


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (("--input", "grayscale"), "--input grayscale is for networks of pixels: add --model_config paper."),
        ((*NARROW, "--input", "grayscale", "--ink_aware"), "gray pictures have no ink: add --no-ink_aware."),
        ((*NARROW, "--input", "grayscale", "--sketch_column", "lines"), "--sketch_column is for line drawings"),
    ],
)
def test_flags_that_do_not_go_with_gray_pictures(flags, sentence):
    with pytest.raises(ValueError, match=sentence):
        load_networks(parse("none", *flags))


def test_weights_of_one_kind_are_not_tuned_for_the_other(trained, checkpoint):
    for start, kind in ((trained, "sketch"), (checkpoint, "grayscale")):
        with pytest.raises(ValueError, match=f"--input {kind} does not fit these weights"):
            check_kind(parse(start, "--input", kind))
