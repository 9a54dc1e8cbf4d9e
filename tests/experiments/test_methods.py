"""The methods of Table 1: their hints, targets and networks, and that one loop trains and resumes them."""

import json

import pytest
import torch
from conftest import make_painter
from training_pictures import draw_pictures, forget_accelerator

from arguments import OneSentenceParser
from experiments.methods import MAKERS, NETWORKS, LocalHints, flags, open_method, training
from experiments.methods.base import true_hints
from experiments.methods.cic import BITS, CIC, color_table, table_index
from experiments.methods.rtug import MAX_PATCH, RTUG
from guiding_painter import ColorizationNetwork, GuidingPainterPipeline, PatchDiscriminator, SegmentationNetwork
from guiding_painter.cell_networks.lab import to_lab
from pictures.folders import load_pictures
from pictures.pairs import TrainingPairs, collate
from recipe import find_start
from settings import Settings

WIDTHS, MAX_HINTS, SIDE = (8, 8, 8, 8, 8), 3, 32


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> TrainingPairs:
    folder = draw_pictures(tmp_path_factory.mktemp("pictures"), 6)
    return TrainingPairs(load_pictures(folder, "train"), SIDE, seed=0)


@pytest.fixture(scope="module")
def batch(pictures: TrainingPairs) -> dict:
    return collate([pictures[n] for n in range(2)])


def noise(count: int = 2) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed) for seed in range(count)]


@pytest.mark.parametrize("name", MAKERS)
def test_every_weight_that_is_trained_learns(name: str, pictures: TrainingPairs, batch: dict):
    torch.manual_seed(0)
    method = MAKERS[name](WIDTHS, MAX_HINTS)
    method.prepare(pictures)
    output = method.train()(batch, torch.tensor([1, 3]), 1.0, None, noise())
    settings = Settings(output_dir=None, recipe=method.recipe)
    losses = training.method_losses(output, batch, PatchDiscriminator(8), None, settings)
    sum(losses.values()).backward()
    assert all(torch.isfinite(loss) and loss >= 0 for loss in losses.values())
    for key, weight in method.named_parameters():
        if weight.requires_grad:
            assert weight.grad is not None, key
        else:
            assert key.startswith("encoder."), key


@pytest.mark.parametrize("name", MAKERS)
def test_a_saved_method_opens_and_colors_alike(name: str, pictures: TrainingPairs, batch: dict, tmp_path):
    torch.manual_seed(0)
    method = MAKERS[name](WIDTHS, MAX_HINTS).eval()
    method.prepare(pictures)
    training.save_method(method, {"updates": 1}, tmp_path)
    assert json.loads((tmp_path / training.TRAINED_FILE).read_text()) == {"updates": 1}
    assert not list(tmp_path.rglob("*.part")) + list(tmp_path.rglob("*.bin"))
    opened = open_method(name, tmp_path)
    assert opened.max_hints == (0 if name in ("cic", "pix2pix") else MAX_HINTS)
    with torch.no_grad():
        pictures_of_hints = [opened.way(batch, 0)(k) for k in (0, 2, 2)]
        assert all(one.shape == (2, 3, SIDE, SIDE) and one.abs().max() <= 1 for one in pictures_of_hints)
        assert torch.equal(pictures_of_hints[1], pictures_of_hints[2])  # the same hints every time
        assert torch.equal(pictures_of_hints[0], pictures_of_hints[1]) != (opened.max_hints > 0)
        if name.startswith("guiding_painter"):
            assert isinstance(GuidingPainterPipeline.from_pretrained(tmp_path), GuidingPainterPipeline)
            assert find_start(str(tmp_path), "lite").recipe == method.recipe
        else:
            assert torch.equal(method.way(batch, 0)(2), pictures_of_hints[1])


def test_rtug_at_its_published_width():
    with torch.device("meta"):
        assert sum(weight.numel() for weight in RTUG().parameters()) == 34_051_779


def test_rtug_takes_any_size():
    network = RTUG(8).eval()
    sketch, hints, mask = torch.rand(1, 1, 19, 30), torch.rand(1, 3, 19, 30), torch.ones(1, 1, 19, 30)
    with torch.no_grad():
        assert network.paint(sketch, hints, mask).shape == (1, 3, 19, 30)


def test_what_is_no_method_of_the_name_is_told(tmp_path):
    make_painter().save_pretrained(tmp_path / "painter")  # as those that were trained with points once are
    CIC(WIDTHS).save_pretrained(tmp_path / "cic")
    for folder, sentence in (("painter", "holds a painter"), ("none", "no network"), ("cic", "describes a CIC, not a")):
        with pytest.raises((OSError, ValueError), match=sentence):
            open_method("rtug", tmp_path / folder)


def test_painters_of_gray_pictures_are_not_compared(tmp_path):
    sizes = {"max_hints": MAX_HINTS, "block_out_channels": WIDTHS, "input_kind": "grayscale"}
    networks = SegmentationNetwork(**sizes), ColorizationNetwork(**sizes)
    GuidingPainterPipeline(*networks).save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="colors gray pictures and is compared on line drawings"):
        open_method("lite", tmp_path)


def test_rtug_draws_patches_around_the_middle():
    boxes = RTUG(8).draw((64, 96), 2000, torch.Generator().manual_seed(0))
    sides, middles = boxes[:, 2:] - boxes[:, :2], (boxes[:, 2:] + boxes[:, :2]) / 2
    assert (sides[:, 0] == sides[:, 1]).all()
    assert sides[:, 0].unique().tolist() == list(range(1, MAX_PATCH + 1))
    assert (boxes >= 0).all()
    assert (boxes[:, 2:] <= torch.tensor([64, 96])).all()
    assert torch.allclose(middles.mean(0), torch.tensor([32.0, 48.0]), atol=1.5)
    # A normal distribution of a quarter of the side, cut off at the edges, has a deviation of 0.22 of the side.
    assert torch.allclose(middles.std(0) / torch.tensor([64, 96]), torch.tensor([0.22, 0.22]), atol=0.02)


def test_alacgan_draws_strokes_anywhere():
    boxes = MAKERS["alacgan"](WIDTHS, MAX_HINTS).draw((64, 64), 2000, torch.Generator().manual_seed(0))
    sides = (boxes[:, 2:] - boxes[:, :2]).sort(dim=1).values
    assert sides[:, 0].max() == 3
    assert sides[:, 1].max() == 16
    assert (boxes >= 0).all()
    assert boxes.max() == 64
    upright = (boxes[:, 2] - boxes[:, 0] > boxes[:, 3] - boxes[:, 1]).float().mean()
    assert 0.3 < upright < 0.6


def test_later_boxes_lie_over_earlier_ones_and_the_rest_stays_without_hint():
    image = torch.rand(2, 3, 12, 12) * 2 - 1
    hints, mask = true_hints(image, [torch.tensor([[2, 3, 5, 6], [4, 5, 6, 7]]), torch.empty(0, 4, dtype=torch.int64)])
    assert torch.allclose(hints[0, :, 2, 3], image[0, :, 2:5, 3:6].mean((1, 2)))
    assert torch.allclose(hints[0, :, 4, 5], image[0, :, 4:6, 5:7].mean((1, 2)))
    assert mask.sum() == 9 + 4 - 1
    assert torch.equal(hints.ne(0).any(1), mask[:, 0] > 0)


@pytest.mark.parametrize("name", ["alacgan", "rtug"])
def test_hints_are_the_true_colors_of_their_boxes(name: str, batch: dict):
    class Seen(type(MAKERS[name](WIDTHS, MAX_HINTS))):
        def paint(self, sketch, hint_map, condition_mask):
            return torch.where(condition_mask > 0, hint_map, 5.0)

    method = Seen()
    assert isinstance(method, LocalHints)
    places = torch.tensor([[10, 12], [31, 0]])
    boxes = method.boxes_at(places, (SIDE, SIDE))
    shown = method.color_boxes(batch, [boxes, boxes[:0]])
    assert (shown[1] == 5).all()
    for (row, column), (top, left, bottom, right) in zip(places.tolist(), boxes.tolist(), strict=True):
        assert top <= row < bottom
        assert left <= column < right
        mean = batch["color_image"][0, :, top:bottom, left:right].mean((1, 2))
        assert torch.allclose(shown[0, :, row, column], mean, atol=1e-5)


def test_alacgan_keeps_its_encoder_as_it_is(pictures: TrainingPairs):
    method = MAKERS["alacgan"](WIDTHS, MAX_HINTS)
    method.prepare(pictures)
    method.train()
    assert method.training
    assert not method.encoder.training
    assert method.encoder.stem.conv.weight.std() > 0.1  # published weights, not those of a new network


def test_colors_are_mixtures_of_near_bins():
    bins, nearest, shares = color_table()
    assert 150 < len(bins) < 400
    assert torch.allclose(shares.sum(1), torch.ones(len(shares)))
    for color in ([1.0, 1, 1], [-1, -1, -1], [0.5, -0.5, 0]):
        index = table_index(torch.tensor(color)[None, :, None, None])[0, 0, 0]
        lab = to_lab(torch.tensor(color))
        distances = (bins - lab).norm(dim=1)
        assert nearest[index, 0] == distances.argmin()
        assert (shares[index].diff() <= 0).all()
    white = table_index(torch.ones(1, 3, 1, 1))[0, 0, 0]
    assert white == (1 << 3 * BITS) - 1
    assert torch.allclose(bins[nearest[white, 0]], torch.tensor([100.0, 0, 0]))


def test_rare_colors_count_more(pictures: TrainingPairs):
    cic = CIC(WIDTHS)
    assert (cic.rebalancing == 1).all()
    cic.prepare(pictures)
    shown = torch.stack([pictures[n]["color_image"] for n in range(len(pictures))])
    counts = cic.nearest[table_index(shown)][..., 0].flatten().bincount(minlength=len(cic.bins))
    assert cic.rebalancing.max() > 2 * cic.rebalancing[counts.argmax()]
    assert cic.rebalancing[counts == 0].mean() > 1.2 * cic.rebalancing[counts > 0].mean()


def test_cic_shows_the_annealed_mean():
    cic = CIC(WIDTHS).eval()

    class Logits(torch.nn.Module):
        def forward(self, sketch):
            return torch.log(weights)[None, :, None, None].expand(1, -1, 8, 8)

    # White at two thirds and black at one: annealed at 0.38, white has 86 %.
    weights = torch.full((len(cic.bins),), 1e-9)
    weights[(cic.bins == torch.tensor([100.0, 0, 0])).all(1)] = 2 / 3
    weights[(cic.bins == 0).all(1)] = 1 / 3
    cic.unet = Logits()
    shown = cic.way({"sketch": torch.ones(1, 1, 8, 8)}, 0)(0)
    share = 2 ** (1 / 0.38) / (1 + 2 ** (1 / 0.38))
    assert torch.allclose(to_lab(shown[0, :, 0, 0]), torch.tensor([100 * share, 0.0, 0.0]), atol=0.2)


def test_a_training_that_was_stopped_goes_on_to_the_same_weights(pictures, tmp_path, monkeypatch):
    def train(folder, resume=None):
        parser = OneSentenceParser(prog="table1.py")
        flags.add_training_flags(parser)
        steps = ["--max_train_steps=3", "--checkpointing_steps=1", "--train_batch_size=2", "--mixed_precision=no"]
        args = parser.parse_args([*steps, "--dataloader_num_workers=0", "--train_data_dir=none"])
        args.output_dir, args.resume_from_checkpoint = folder, resume
        settings = flags.training_settings(args)
        object.__setattr__(settings, "batch_size", 2)
        torch.manual_seed(0)
        forget_accelerator()
        training.train_method(MAKERS["pix2pix"](WIDTHS, MAX_HINTS), pictures, {}, 8, settings)
        return open_method("pix2pix", folder).state_dict()

    whole, step, calls = train(tmp_path / "whole"), training.train_step, []

    def stopped(*args):
        calls.append(args)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return step(*args)

    monkeypatch.setattr(training, "train_step", stopped)
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "stopped")
    assert [path.name for path in sorted((tmp_path / "stopped").iterdir())] == ["checkpoint-1", "checkpoint-2"]
    resumed = train(tmp_path / "stopped", "latest")
    assert len(calls) == 4
    assert all(torch.equal(value, resumed[key]) for key, value in whole.items())
    assert not list((tmp_path / "stopped").glob("checkpoint-*"))


def test_networks_are_found_by_the_names_of_their_rows():
    assert {kind.__name__.lower() for kind in NETWORKS} < MAKERS.keys()
