"""How the Space uses the machine that it is on."""

import copy
import ctypes
import importlib.machinery
import sys
import threading
import weakref
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch
from conftest import make_cell_painter
from PIL import Image

import app
import machine
from machine import Cores, borrow_gpu


@pytest.fixture
def network() -> torch.nn.Module:
    return torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.Dropout(0.5))


@pytest.fixture
def zero_gpu(monkeypatch) -> list[str]:
    """A stand-in for the package of ZeroGPU Spaces, with the CPU for a GPU; lists when the GPU was held."""
    held = []

    def lend(duration: int):
        def decorate(work):
            def run(*inputs):
                held.append(f"{work.__name__} for {duration} s")
                return work(*inputs)

            return run

        return decorate

    spaces = ModuleType("spaces")
    spaces.__spec__ = importlib.machinery.ModuleSpec("spaces", None)
    spaces.GPU = lend
    monkeypatch.setitem(sys.modules, "spaces", spaces)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(machine, "GPU", "cpu")
    return held


def test_on_zero_gpu_every_forward_holds_the_gpu_and_gives_the_same(network, zero_gpu):
    image = torch.rand(1, 1, 8, 8)
    network.eval()
    expected = network(image)
    weight = network[0].weight.detach().clone()
    network.train()
    borrow_gpu(network)
    network.eval()
    assert not zero_gpu
    result = network(image)
    assert zero_gpu == [f"forward for {machine.GPU_SECONDS} s"]
    assert torch.equal(result, expected)
    assert not result.requires_grad
    with torch.no_grad():
        network[0].weight.zero_()  # the copy is what runs
    assert torch.equal(network(image), expected)
    assert not torch.equal(network[0].weight, weight)


def test_networks_over_cells_give_on_zero_gpu_what_they_give_elsewhere(zero_gpu):
    lent, kept = make_cell_painter(), make_cell_painter()
    machine.settle(lent)
    drawing = Image.new("L", (64, 48), 255)
    drawing.paste(0, (20, 0, 23, 48))
    pictures = [painter(drawing, colors=["#e07a5f"]).images[0].tobytes() for painter in (lent, kept)]
    assert pictures[0] == pictures[1]
    assert zero_gpu


def test_networks_over_cells_are_not_halved(monkeypatch):
    monkeypatch.setattr(machine, "is_faster_in_bfloat16", lambda network: pytest.fail("measured"))
    painter = make_cell_painter()
    machine.settle(painter)
    assert painter.colorization.dtype == torch.float32


@pytest.mark.parametrize("there", [False, True])
def test_elsewhere_a_network_stays_as_it_is(network, zero_gpu, monkeypatch, there):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: not there)
    if not there:
        monkeypatch.setitem(sys.modules, "spaces", None)  # as where the package is not installed
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    forward = network.forward
    borrow_gpu(network)
    assert network.forward == forward
    network(torch.rand(1, 1, 8, 8))
    assert not zero_gpu


def test_the_app_offers_both_networks_to_the_gpu(painter, monkeypatch):
    offered = []
    monkeypatch.setenv("GRADIO_TEMP_DIR", "")  # which the app changes, and this changes back
    monkeypatch.setattr(sys, "argv", ["app.py"])
    monkeypatch.setattr(app.GuidingPainterPipeline, "from_pretrained", lambda model: painter)
    monkeypatch.setattr(machine, "borrow_gpu", lambda network: bool(offered.append(network) or True))
    monkeypatch.setattr(app.gr.Blocks, "launch", lambda demo, **options: None)
    app.main()
    assert offered == [painter.segmentation, painter.colorization]


def test_the_app_starts_with_the_bundled_model(monkeypatch):
    launched = []
    monkeypatch.setenv("GRADIO_TEMP_DIR", "")
    monkeypatch.setattr(sys, "argv", ["app.py"])
    monkeypatch.setattr(app.gr.Blocks, "launch", lambda demo, **options: launched.append(demo))
    app.main()
    assert len(launched) == 1


@pytest.mark.parametrize("faster", [False, True])
def test_only_the_colorizer_is_halved_and_only_where_that_is_faster(painter, monkeypatch, faster):
    before = copy.deepcopy(painter.colorization).eval()
    monkeypatch.setattr(machine, "is_faster_in_bfloat16", lambda network: faster)
    machine.settle(painter)
    assert painter.segmentation.dtype == torch.float32
    assert painter.colorization.dtype == (torch.bfloat16 if faster else torch.float32)
    picture = painter(Image.new("L", (64, 48), 255), colors=["#e07a5f"]).images[0]
    painter.colorization = before
    expected = painter(Image.new("L", (64, 48), 255), colors=["#e07a5f"]).images[0]
    assert np.array_equal(np.asarray(picture), np.asarray(expected))  # answers are exact in any numbers


@pytest.mark.parametrize(("half", "expected"), [(0.9, False), (0.5, True), (2.0, False)])
def test_what_is_faster_is_measured(painter, monkeypatch, half, expected):
    """A clock that goes by forwards: a half one takes so many times as long as a float32 one."""
    now = [0.0]
    forward = type(painter.colorization).forward

    def timed(network, *inputs):
        now[0] += 1.0 if inputs[0].dtype == torch.float32 else half
        return forward(network, *inputs)

    monkeypatch.setattr(type(painter.colorization), "forward", timed)
    monkeypatch.setattr(machine, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    assert machine.is_faster_in_bfloat16(painter.colorization, side=32) is expected
    assert painter.colorization.dtype == torch.float32


@pytest.mark.parametrize("library", [ctypes.CDLL(None), SimpleNamespace()])
def test_memory_is_given_back_where_the_system_can_take_it(monkeypatch, library):
    monkeypatch.setattr(machine.ctypes, "CDLL", lambda name: library)
    circle = ModuleType("circle")
    circle.circle, gone = circle, weakref.ref(circle)
    del circle
    machine.give_memory_back()
    assert gone() is None


def test_who_works_alone_has_all_cores_and_beside_others_a_part():
    cores, before = Cores(), torch.get_num_threads()
    cores.count = 4
    seen, both, done = {}, threading.Barrier(2), threading.Barrier(2)

    def second() -> None:
        with cores.share():
            seen["second"] = torch.get_num_threads()
            both.wait(30)
            done.wait(30)

    try:
        with cores.share():
            seen["first"] = torch.get_num_threads()
            thread = threading.Thread(target=second)
            thread.start()
            both.wait(30)
            seen["first, still"] = torch.get_num_threads()
            done.wait(30)
            thread.join()
        with pytest.raises(KeyError), cores.share():
            raise KeyError
        with cores.share():
            seen["alone again"] = torch.get_num_threads()
    finally:
        torch.set_num_threads(before)
    assert seen == {"first": 4, "second": 2, "first, still": 4, "alone again": 4}
