"""The three networks: published shapes, any size of picture, saving and loading."""

import json

import pytest
import torch
from diffusers import ModelMixin
from torch import nn

from guiding_painter.colorization import ColorizationNetwork
from guiding_painter.discriminator import PatchDiscriminator
from guiding_painter.segmentation import SegmentationNetwork

MAX_HINTS = 4
SIZES = [(1, 1), (7, 13), (33, 50), (32, 32), (5, 64)]
TINY = [
    {"block_out_channels": (8, 8, 16, 16, 16), "stem_factor": 1, "norm": "group"},
    {"block_out_channels": (8, 8, 16, 16, 16), "stem_factor": 2, "norm": "group"},
    {"block_out_channels": (8, 8, 16, 16, 16), "stem_factor": 1, "norm": "batch"},
    {"block_out_channels": (8, 16), "stem_factor": 4, "norm": "group"},
]


def num_parameters(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def random_images(batch: int, channels: int, height: int, width: int) -> torch.Tensor:
    return torch.rand(batch, channels, height, width, generator=torch.Generator().manual_seed(0)) * 2 - 1


def color_inputs(height: int, width: int, batch: int = 2, max_hints: int = MAX_HINTS) -> tuple[torch.Tensor, ...]:
    """sketch, segments, hint_map, condition_mask."""
    return tuple(random_images(batch, channels, height, width) for channels in (1, max_hints, 3, 1))


def trained_like(network: nn.Module) -> nn.Module:
    """Weights of ordinary size: with N(0, 0.02) everything is so close to 0 that a wrong input would not show."""
    torch.manual_seed(0)
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.reset_parameters()
    return network


# The published networks


@pytest.fixture(scope="module")
def published() -> dict[str, nn.Module]:
    return {"f": SegmentationNetwork(), "g": ColorizationNetwork(), "D": PatchDiscriminator()}


def test_published_parameter_counts(published):
    millions = {name: round(num_parameters(network) / 1e6, 1) for name, network in published.items()}
    assert millions == {"f": 17.3, "g": 17.3, "D": 2.8}


@pytest.mark.parametrize(("name", "in_channels", "out_channels"), [("f", 1, 30), ("g", 1 + 30 + 3 + 1, 3)])
def test_published_layer_shapes(published, name, in_channels, out_channels):
    convolutions = [m for m in published[name].modules() if isinstance(m, nn.Conv2d)]
    assert [(m.in_channels, m.out_channels) for m in convolutions] == [
        (in_channels, 64), (64, 64),
        (64, 128), (128, 128), (128, 256), (256, 256), (256, 512), (512, 512), (512, 512), (512, 512),  # down
        (512 + 512, 512), (512, 256), (256 + 256, 256), (256, 128), (128 + 128, 128), (128, 64),  # up
        (64 + 64, 64), (64, 64),
        (64, out_channels),
    ]  # fmt: skip
    assert [m.kernel_size for m in convolutions] == [(3, 3)] * 18 + [(1, 1)]
    assert sum(isinstance(m, nn.BatchNorm2d) for m in published[name].modules()) == 18


def test_published_configuration(published):
    shared = {"max_hints": 30, "block_out_channels": (64, 128, 256, 512, 512), "stem_factor": 1, "norm": "batch"}
    shared["input_kind"] = "sketch"
    configs = {n: {key: v for key, v in net.config.items() if key[0] != "_"} for n, net in published.items()}
    assert configs == {
        "f": shared,
        "g": shared,
        "D": {"base_channels": 64, "norm": "batch"},
    }


def test_published_features_shrink_four_times(published):
    """And come back: the sizes at which every level works, at 64 pixels."""
    unet, sizes = published["f"].unet.eval(), []
    hooks = [m.register_forward_hook(lambda _, __, out: sizes.append(out.shape[-1])) for m in [*unet.downs, *unet.ups]]
    with torch.no_grad():
        unet(torch.zeros(1, 1, 64, 64))
    for hook in hooks:
        hook.remove()
    assert sizes == [32, 16, 8, 4, 8, 16, 32, 64]


@pytest.mark.parametrize("name", ["f", "g", "D"])
def test_published_initialisation(published, name):
    for module in published[name].modules():
        if isinstance(module, nn.Conv2d):
            assert module.weight.detach().std() == pytest.approx(0.02, rel=0.1)
            assert module.bias is None or not module.bias.any()
        if isinstance(module, nn.BatchNorm2d):
            assert module.weight.detach().mean() == pytest.approx(1.0, abs=0.01)
            assert module.weight.detach().std() == pytest.approx(0.02, rel=0.4)
            assert not module.bias.any()


# Any size of picture, and what comes out


@pytest.mark.parametrize("config", TINY)
@pytest.mark.parametrize(("height", "width"), SIZES)
def test_any_size_goes_in_and_comes_out(config, height, width):
    f = trained_like(SegmentationNetwork(MAX_HINTS, **config)).eval()
    g = trained_like(ColorizationNetwork(MAX_HINTS, **config)).eval()
    with torch.no_grad():
        logits, colors = f(random_images(2, 1, height, width)), g(*color_inputs(height, width))
    assert logits.shape == (2, MAX_HINTS, height, width)
    assert colors.shape == (2, 3, height, width)
    assert logits.isfinite().all()
    assert colors.abs().max() < 1


@pytest.mark.parametrize("name", ["f", "g"])
def test_published_networks_take_odd_sizes(published, name):
    network, size = published[name].eval(), (17, 31)
    with torch.no_grad():
        out = network(random_images(1, 1, *size)) if name == "f" else network(*color_inputs(*size, 1, 30))
    assert out.shape[-2:] == size


def test_padding_continues_the_border():
    """A picture that needs padding gives what the same picture with its border repeated gives."""
    f = trained_like(SegmentationNetwork(MAX_HINTS, **TINY[1])).eval()
    sketch = random_images(1, 1, 30, 27)
    repeated = torch.cat([sketch, sketch[..., -1:].expand(-1, -1, -1, 5)], dim=3)
    repeated = torch.cat([repeated, repeated[..., -1:, :].expand(-1, -1, 2, -1)], dim=2)
    with torch.no_grad():
        torch.testing.assert_close(f(sketch), f(repeated)[..., :30, :27])


def test_colors_are_a_tanh():
    """Outputs fill (-1, 1) however large the last layer is."""
    g = trained_like(ColorizationNetwork(MAX_HINTS, **TINY[0])).eval()
    inputs = color_inputs(16, 16)
    with torch.no_grad():
        raw = g.unet(torch.cat(inputs, dim=1))
        torch.testing.assert_close(g(*inputs), raw.tanh())
        g.unet.head.weight.mul_(1000)
        assert 0.99 < g(*inputs).abs().max() <= 1


def test_every_input_matters():
    """Sketch, segments, hint map and mask: each changes the colors."""
    g = trained_like(ColorizationNetwork(MAX_HINTS, **TINY[1])).eval()
    inputs = color_inputs(16, 16)
    with torch.no_grad():
        colors = g(*inputs)
        for i in range(4):
            changed = [image.flip(-1) if i == j else image for j, image in enumerate(inputs)]
            assert (g(*changed) - colors).abs().max() > 1e-3


def test_stem_head_sees_the_input_at_full_resolution():
    """What the body gives is upsampled and cannot show a line of one pixel; the head must see the sketch itself."""
    f = trained_like(SegmentationNetwork(MAX_HINTS, **TINY[1])).eval()
    sketch = torch.ones(1, 1, 32, 32)
    sketch[..., 8] = -1
    with torch.no_grad():
        f.unet.head[0].weight[:, :8] = 0  # the body's part
        logits = f(sketch)
    changed = (logits - logits[..., 16:17]).abs().amax((0, 1, 2))
    assert changed[1:31].nonzero().flatten().tolist() == [6, 7, 8]  # of columns 1-30: 7, 8, 9, a 3x3 convolution


# The discriminator


def test_discriminator_looks_at_patches_of_70_pixels():
    discriminator = trained_like(PatchDiscriminator(8)).eval()
    color_image, sketch = random_images(1, 3, 128, 128).requires_grad_(), random_images(1, 1, 128, 128).requires_grad_()
    logits = discriminator(color_image, sketch)
    assert logits.shape == (1, 1, 14, 14)
    logits[0, 0, 7, 7].backward()
    for gradient in (color_image.grad, sketch.grad):
        seen = gradient[0].abs().sum(0) > 0
        rows, columns = seen.any(1).nonzero().flatten(), seen.any(0).nonzero().flatten()
        assert rows.max() - rows.min() + 1 == columns.max() - columns.min() + 1 == 70


@pytest.mark.parametrize(("size", "patches"), [((256, 256), (30, 30)), ((24, 24), (1, 1)), ((64, 40), (6, 3))])
def test_discriminator_gives_a_logit_a_patch(size, patches):
    discriminator = PatchDiscriminator(4).eval()
    with torch.no_grad():
        assert discriminator(random_images(1, 3, *size), random_images(1, 1, *size)).shape == (1, 1, *patches)


def test_discriminator_layers(published):
    convolutions = [m for m in published["D"].modules() if isinstance(m, nn.Conv2d)]
    shapes = [(m.in_channels, m.out_channels, m.stride[0]) for m in convolutions]
    assert shapes == [(4, 64, 2), (64, 128, 2), (128, 256, 2), (256, 512, 1), (512, 1, 1)]
    assert {m.kernel_size for m in convolutions} == {(4, 4)}


# Training


@pytest.mark.parametrize("config", TINY)
def test_gradients_reach_every_parameter(config):
    f, g = (trained_like(network(MAX_HINTS, **config)) for network in (SegmentationNetwork, ColorizationNetwork))
    with torch.no_grad():
        sketch, _, hint_map, mask = color_inputs(64, 64)
    colors = g(sketch, f(sketch).softmax(1), hint_map, mask)
    (colors - hint_map).abs().mean().backward()
    for network in (f, g):
        for name, parameter in network.named_parameters():
            assert parameter.grad is not None, name
            assert parameter.grad.isfinite().all(), name
            assert parameter.grad.any(), name


@pytest.mark.parametrize("norm", ["batch", "group"])
def test_gradients_reach_every_parameter_of_the_discriminator(norm):
    discriminator = trained_like(PatchDiscriminator(8, norm))
    discriminator(random_images(2, 3, 64, 64), random_images(2, 1, 64, 64)).square().mean().backward()
    assert all(parameter.grad.any() for parameter in discriminator.parameters())


def test_group_norm_behaves_the_same_in_training_and_inference():
    f = trained_like(SegmentationNetwork(MAX_HINTS, **TINY[1]))
    sketch = random_images(2, 1, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(f.train()(sketch), f.eval()(sketch))
        torch.testing.assert_close(f(sketch)[:1], f(sketch[:1]))  # a picture does not depend on its batch


@pytest.mark.parametrize("network", [SegmentationNetwork, ColorizationNetwork, PatchDiscriminator])
def test_unknown_norm(network):
    with pytest.raises(ValueError, match="'layer'.*'batch'.*'group'"):
        network(norm="layer")


# Saving and loading


@pytest.mark.parametrize("norm", ["batch", "group"])
@pytest.mark.parametrize(
    ("network", "config"),
    [
        (SegmentationNetwork, {"max_hints": 5, "block_out_channels": (8, 16), "stem_factor": 2}),
        (ColorizationNetwork, {"max_hints": 5, "block_out_channels": (8, 16), "stem_factor": 2}),
        (PatchDiscriminator, {"base_channels": 4}),
    ],
)
def test_saving_and_loading(network, config, norm, tmp_path):
    saved = trained_like(network(**config, norm=norm))
    inputs = {
        SegmentationNetwork: (random_images(2, 1, 32, 32),),
        ColorizationNetwork: color_inputs(32, 32, max_hints=5),
        PatchDiscriminator: (random_images(2, 3, 32, 32), random_images(2, 1, 32, 32)),
    }[network]
    saved(*inputs)  # moves BatchNorm's running statistics, which must be saved too
    saved.eval().save_pretrained(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"config.json", "diffusion_pytorch_model.safetensors"}
    written = json.loads((tmp_path / "config.json").read_text())
    assert written.pop("_class_name") == network.__name__
    written.pop("_diffusers_version")
    assert written.pop("input_kind", "sketch") == "sketch"
    assert written == {key: list(v) if isinstance(v, tuple) else v for key, v in (config | {"norm": norm}).items()}

    loaded = network.from_pretrained(tmp_path, use_safetensors=True)
    assert isinstance(loaded, ModelMixin)
    assert not loaded.training
    with torch.no_grad():
        assert torch.equal(loaded(*inputs), saved(*inputs))


@pytest.mark.parametrize("name", ["f", "g"])
def test_saved_names(name):
    """Other people's files hold these names."""
    network = (SegmentationNetwork if name == "f" else ColorizationNetwork)(MAX_HINTS, (8, 16), 2, "group")
    assert set(network.state_dict()) == {
        *(f"unet.{block}.{layer}.weight" for block in ("inc", "downs.0", "ups.0") for layer in (0, 1, 3, 4)),
        *(f"unet.{block}.{layer}.bias" for block in ("inc", "downs.0", "ups.0") for layer in (1, 4)),
        *(f"unet.head.{layer}.{kind}" for layer in (0, 2) for kind in ("weight", "bias")),
    }
