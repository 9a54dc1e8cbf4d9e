"""Gradients in a training: clipped, scaled, and left out where they are not finite."""

from pathlib import Path

import pytest
import torch
from accelerate import Accelerator, debug_launcher
from safetensors.torch import load_file
from tiny_trainings import TINY, flags, weights_of
from training_pictures import forget_accelerator

import checkpoints
import train_guiding_painter
from guided_colorizer import GuidedColorizer
from guiding_painter import ColorizationNetwork, PatchDiscriminator, SegmentationNetwork
from pictures.pairs import TrainingPairs, collate
from settings import parse_settings
from train_guiding_painter import main
from updates import train_step

pytestmark = pytest.mark.usefixtures("fresh_accelerator")


def test_gradients_of_g_are_clipped_and_those_of_d_are_not(tiny_comic):
    torch.manual_seed(0)
    generator = GuidedColorizer(SegmentationNetwork(**TINY, norm="group"), ColorizationNetwork(**TINY, norm="group"))
    networks = generator, PatchDiscriminator(8, "group")
    before = [torch.nn.utils.parameters_to_vector(network.parameters()).clone() for network in networks]
    accelerator = Accelerator(cpu=True)
    optimizers = [torch.optim.SGD(network.parameters(), lr=1.0) for network in networks]
    prepared = accelerator.prepare(*networks, *optimizers)
    changes = {"model_config": "paper", "max_hints": 6, "max_grad_norm": 0.01}
    settings = parse_settings("", flags(tiny_comic, "none", Path("unused"), **changes))
    batch = collate([TrainingPairs(sorted(tiny_comic.rglob("*.png")), 32, seed=0)[n] for n in range(2)])
    train_step(batch, prepared[:2], prepared[2:], accelerator, 1.0, settings)
    moved = [
        (torch.nn.utils.parameters_to_vector(network.parameters()) - old).norm().item()
        for network, old in zip(networks, before, strict=True)
    ]
    assert moved[0] == pytest.approx(0.01, rel=1e-3)
    assert moved[1] > 0.02
    assert all(p.requires_grad and p.grad is None for network in networks for p in network.parameters())


@pytest.mark.parametrize(("scale", "overflow"), [(2.0**12, False), (2.0**120, True)])
def test_scaled_losses_make_the_same_updates_unless_they_overflow(scale, overflow, tiny_comic):
    """What fp16 does to gradients, by the loss scaler of a CPU; networks are float32, so that nothing else differs."""

    def updates(scaler: torch.amp.GradScaler | None) -> list[torch.Tensor]:
        forget_accelerator()
        torch.manual_seed(0)
        network = {**TINY, "norm": "group"}
        generator = GuidedColorizer(SegmentationNetwork(**network), ColorizationNetwork(**network))
        networks = generator, PatchDiscriminator(8, "group")
        before = [torch.nn.utils.parameters_to_vector(network.parameters()).detach() for network in networks]
        accelerator = Accelerator(cpu=True)
        accelerator.scaler = scaler
        prepared = accelerator.prepare(*networks, *(torch.optim.SGD(n.parameters(), lr=1.0) for n in networks))
        if scaler:
            accelerator.native_amp, accelerator.state._mixed_precision = True, "fp16"
        train_step(batch, prepared[:2], prepared[2:], accelerator, 1.0, settings)
        after = [torch.nn.utils.parameters_to_vector(network.parameters()).detach() for network in networks]
        return [new - old for new, old in zip(after, before, strict=True)]

    changes = {"model_config": "paper", "max_hints": 6, "max_grad_norm": 0.01}
    settings = parse_settings("", flags(tiny_comic, "none", Path("unused"), **changes))
    batch = collate([TrainingPairs(sorted(tiny_comic.rglob("*.png")), 32, seed=0)[n] for n in range(2)])
    scaler = torch.amp.GradScaler("cpu", init_scale=scale)
    expected, found = updates(None), updates(scaler)
    assert all(update.norm() > 0.009 for update in expected)
    assert (found[1] - expected[1]).norm() < 1e-3 * expected[1].norm()
    if overflow:
        assert not found[0].any()
        assert scaler.get_scale() == scale / 2
    else:
        assert (found[0] - expected[0]).norm() < 1e-3 * expected[0].norm()
        assert scaler.get_scale() == scale


def test_an_overflow_skips_the_step_of_one_network_and_the_loss_scale_falls_until_there_is_none(tiny_comic):
    """What fp16 does from update to update, both networks having one scale."""
    torch.manual_seed(0)
    generator = GuidedColorizer(SegmentationNetwork(**TINY, norm="group"), ColorizationNetwork(**TINY, norm="group"))
    networks = generator, PatchDiscriminator(8, "group")
    accelerator = Accelerator(cpu=True)
    accelerator.scaler = scaler = torch.amp.GradScaler("cpu", init_scale=2.0**126)
    prepared = accelerator.prepare(*networks, *(torch.optim.SGD(n.parameters(), lr=1e-3) for n in networks))
    accelerator.native_amp, accelerator.state._mixed_precision = True, "fp16"
    settings = parse_settings("", flags(tiny_comic, "none", Path("unused"), model_config="paper", max_hints=6))
    batch = collate([TrainingPairs(sorted(tiny_comic.rglob("*.png")), 32, seed=0)[n] for n in range(2)])
    history = []
    while len(history) < 20 and (not history or any(history[-1])):
        scale = scaler.get_scale()
        before = [torch.nn.utils.parameters_to_vector(network.parameters()).detach() for network in networks]
        train_step(batch, prepared[:2], prepared[2:], accelerator, 1.0, settings)
        after = [torch.nn.utils.parameters_to_vector(network.parameters()).detach() for network in networks]
        skipped = [optimizer.step_was_skipped for optimizer in prepared[2:]]
        assert [torch.equal(old, new) for old, new in zip(before, after, strict=True)] == skipped
        assert all(new.isfinite().all() for new in after)
        assert scaler.get_scale() == scale / 2 ** sum(skipped)
        history.append(tuple(skipped))
    assert {(True, True), (True, False), (False, False)} >= set(history) >= {(True, False), (False, False)}


def spoil(monkeypatch, spoiled: set[int], rank: int = 0) -> None:
    """Some batches of one process hold pictures that make NaN of all that the networks make of them."""
    seen = []

    def spoiled_step(batch, networks, optimizers, accelerator, *rest):
        seen.append(batch)
        if len(seen) in spoiled and accelerator.process_index == rank:
            batch["color_image"] = torch.full_like(batch["color_image"], torch.nan)
        return train_step(batch, networks, optimizers, accelerator, *rest)

    monkeypatch.setattr(train_guiding_painter, "train_step", spoiled_step)


def all_finite(folder: Path) -> bool:
    return all(tensor.isfinite().all() for file in folder.rglob("*.safetensors") for tensor in load_file(file).values())


def test_a_training_without_finite_gradients_ends_with_one_sentence(
    tiny_comic, tiny_models, tmp_path, monkeypatch, capsys
):
    spoil(monkeypatch, set(range(4, 99)))
    with pytest.raises(SystemExit) as stop:
        main(
            flags(
                tiny_comic, tiny_models["paper"], tmp_path, max_train_steps=90, checkpointing_steps=3, report_to="none"
            )
        )
    assert stop.value.code == 2
    assert "20 updates of G in a row had gradients that are not finite" in capsys.readouterr().err.splitlines()[-1]
    assert all_finite(tmp_path)
    assert checkpoints.checkpoints(tmp_path)


def test_a_training_goes_on_after_gradients_that_are_not_finite_in_one_of_its_processes(
    tiny_comic, tiny_models, tmp_path, monkeypatch, capfd
):
    spoil(monkeypatch, {3}, rank=1)  # the first half of the second update
    changes = {"train_batch_size": 2, "gradient_accumulation_steps": 2, "max_validation_pictures": 1}
    debug_launcher(main, args=(flags(tiny_comic, tiny_models["paper"], tmp_path, report_to="none", **changes),))
    printed = capfd.readouterr().out
    for name in "GD":
        assert printed.count(f"Updates of {name} left out, because gradients were not finite: 1.\n") == 1
    assert all_finite(tmp_path)
    assert weights_of(tmp_path) != weights_of(tiny_models["paper"])
