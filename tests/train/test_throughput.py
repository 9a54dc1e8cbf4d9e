"""How fast a training is: operations counted once, their share of the peak, and flags that change speed alone."""

import pytest
import torch
from conftest import make_cell_painter, make_painter

from guiding_painter import PatchDiscriminator
from preparation import arrange
from settings import parse_settings
from throughput import Throughput

CPU = torch.device("cpu")


def settings(*flags: str):
    return parse_settings("", ["--train_data_dir", "comic", "--output_dir", "out", *flags])


@pytest.mark.parametrize(("compiled", "counted"), [(False, 0), (True, 1)])
def test_one_step_is_counted_and_is_compared_with_the_peak(compiled, counted):
    throughput = Throughput(CPU, "no", pictures=4, compiled=compiled)
    assert throughput.share(1.0) == 0
    for step in range(3):
        with throughput.count_once():
            torch.rand(10 + step, 20) @ torch.rand(20, 30)
    operations = 2 * (10 + counted) * 20 * 30
    assert throughput.operations(rate=8.0) == 8 * operations / 4
    assert throughput.share(8.0) == pytest.approx(2 * operations / throughput.peak)
    assert throughput.peak > 1e8
    throughput.peak = 4 * operations
    sentence = throughput.sentence(rate=8.0, devices=2)
    assert sentence.startswith("8.00 pictures a second on each of 2 devices: ")
    assert sentence.endswith("50% of what a matrix product reaches there in float32.")


def test_channels_last_is_all_through_the_networks_and_changes_no_result():
    painter, discriminator = make_painter(), PatchDiscriminator(8, "group")
    networks = painter.segmentation, painter.colorization, discriminator
    sketch, image = torch.rand(2, 1, 64, 64), torch.rand(2, 3, 64, 64)
    calls = (sketch,), (sketch, torch.rand(2, 6, 64, 64), image, sketch), (image, sketch)
    before = [network(*inputs) for network, inputs in zip(networks, calls, strict=True)]
    arrange(networks, settings("--channels_last"))
    laid_out = []
    for network in networks:
        for module in network.modules():
            if isinstance(module, torch.nn.Conv2d) and module.out_channels > 1:
                module.register_forward_hook(
                    lambda _, inputs, output: laid_out.append(output.is_contiguous(memory_format=torch.channels_last))
                )
    after = [network(*inputs) for network, inputs in zip(networks, calls, strict=True)]
    assert len(laid_out) > 30
    assert all(laid_out)
    for old, new in zip(before, after, strict=True):
        assert torch.allclose(old, new, atol=1e-4)


def test_compile_is_for_what_has_the_same_shape_in_every_step(monkeypatch):
    compiled = []
    monkeypatch.setattr(torch.nn.Module, "compile", lambda network: compiled.append(network))
    pixels, cells, discriminator = make_painter(), make_cell_painter(), PatchDiscriminator(8, "group")
    arrange((pixels.segmentation, pixels.colorization, discriminator), settings())
    assert compiled == []
    arrange((pixels.segmentation, pixels.colorization, discriminator), settings("--compile"))
    assert compiled == [pixels.segmentation, pixels.colorization, discriminator]
    compiled.clear()
    arrange((cells.segmentation, cells.colorization, discriminator), settings("--compile"))
    assert compiled == [cells.segmentation.encoder, discriminator]
