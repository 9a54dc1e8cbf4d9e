"""RTUG: "Real-Time User-Guided Image Colorization with Learned Deep Priors" (Zhang et al., SIGGRAPH 2017).

As there: the network of ten blocks (34 M parameters at 64 channels, the default), hints that are patches of 1 to 9
pixels around normally distributed places, each of its mean color, all of the picture as a hint in one sample of a
hundred, and the Huber loss.

Differences: the input is a sketch and hints are RGB colors, for there is no lightness to start from; weights are new
instead of those of CIC; N_h ~ G, their geometric distribution (p = 1/8) up to N_c, so that all methods get equally
many hints; the network of global hints and the palette of suggestions are left out.
"""

import torch
import torch.nn.functional as F
from diffusers.configuration_utils import register_to_config
from torch import nn

from experiments.methods.base import LocalHints, boxes_around, true_hints
from guiding_painter.unet import init_weights

MAX_PATCH = 9  # pixels
DOWN_FACTOR = 8
DELTA = 1 / 110  # of the Huber loss: 1 of 110, in which they measure a and b
ALL_REVEALED = 0.01  # chance of a sample whose hint is the whole picture


class RTUG(LocalHints):
    """The local hints network.

    Args:
        base_channels: of the first block; 64 as published.
        max_hints: N_c, the most hints that are drawn.
    """

    @register_to_config
    def __init__(self, base_channels: int = 64, max_hints: int = 30):
        super().__init__()
        self.max_hints = max_hints
        c = base_channels
        self.conv1 = block(1 + 3 + 1, c, 2)
        self.conv2, self.conv3, self.conv4 = block(c, 2 * c, 2), block(2 * c, 4 * c, 3), block(4 * c, 8 * c, 3)
        self.conv5, self.conv6, self.conv7 = (
            block(8 * c, 8 * c, 3, 2),
            block(8 * c, 8 * c, 3, 2),
            block(8 * c, 8 * c, 3),
        )
        self.up8, self.up9, self.up10 = up(8 * c, 4 * c), up(4 * c, 2 * c), up(2 * c, 2 * c)
        self.short8, self.short9 = nn.Conv2d(4 * c, 4 * c, 3, padding=1), nn.Conv2d(2 * c, 2 * c, 3, padding=1)
        self.short10 = nn.Conv2d(c, 2 * c, 3, padding=1)
        self.conv8, self.conv9 = block(4 * c, 4 * c, 2), block(2 * c, 2 * c, 1)
        self.conv10 = nn.Sequential(nn.Conv2d(2 * c, 2 * c, 3, padding=1), nn.LeakyReLU(0.2))
        self.out = nn.Conv2d(2 * c, 3, 1)
        self.apply(init_weights)

    def paint(self, sketch: torch.Tensor, hint_map: torch.Tensor, condition_mask: torch.Tensor) -> torch.Tensor:
        height, width = sketch.shape[2:]
        given = torch.cat([sketch, hint_map, condition_mask], dim=1)
        padded = F.pad(given, (0, -width % DOWN_FACTOR, 0, -height % DOWN_FACTOR), mode="replicate")
        one = self.conv1(padded)
        two = self.conv2(one[..., ::2, ::2])
        three = self.conv3(two[..., ::2, ::2])
        x = self.conv7(self.conv6(self.conv5(self.conv4(three[..., ::2, ::2]))))
        x = self.conv8(F.relu(self.up8(x) + self.short8(three)))
        x = self.conv9(F.relu(self.up9(x) + self.short9(two)))
        x = self.conv10(F.relu(self.up10(x) + self.short10(one)))
        return torch.tanh(self.out(x))[..., :height, :width]

    def forward(
        self,
        batch: dict[str, torch.Tensor],
        num_hints: torch.Tensor,
        tau: float,
        pixel_weights: torch.Tensor | None,
        noise: list[torch.Generator],
    ) -> dict:
        sketch, image = batch["sketch"], batch["color_image"]
        size = tuple(sketch.shape[2:])
        boxes = [self.draw(size, int(k), one) for k, one in zip(num_hints, noise, strict=True)]
        boxes = [
            torch.tensor([[0, 0, *size]]) if torch.rand((), generator=one, device=one.device) < ALL_REVEALED else own
            for own, one in zip(boxes, noise, strict=True)
        ]
        hints, mask = true_hints(image, boxes)
        revealed = mask.flatten(1).all(1)[:, None, None, None]
        prediction = self.paint(sketch, torch.where(revealed, image, hints), mask)
        return {"own": {"huber": F.huber_loss(prediction.float(), image, delta=DELTA) / DELTA}}

    def draw(self, size: tuple[int, int], count: int, generator: torch.Generator) -> torch.Tensor:
        """Square patches of 1 to 9 pixels around N(middle, a quarter of height and width)."""
        device = generator.device
        sides = torch.randint(1, MAX_PATCH + 1, (count, 1), generator=generator, device=device).cpu().expand(-1, 2)
        places = 0.5 + 0.25 * torch.randn(count, 2, generator=generator, device=device).cpu()
        return boxes_around((places.clamp(0, 1) * torch.tensor(size)).long(), sides, size)

    def boxes_at(self, places: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
        return boxes_around(places, torch.full_like(places, MAX_PATCH // 2 + 1), size)


def block(in_channels: int, out_channels: int, convolutions: int, dilation: int = 1) -> nn.Sequential:
    """3x3 convolutions with ReLU, and BatchNorm at the end."""
    layers: list[nn.Module] = []
    for i in range(convolutions):
        before = in_channels if i == 0 else out_channels
        layers += [nn.Conv2d(before, out_channels, 3, padding=dilation, dilation=dilation), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers, nn.BatchNorm2d(out_channels))


def up(in_channels: int, out_channels: int) -> nn.ConvTranspose2d:
    """To twice the height and width."""
    return nn.ConvTranspose2d(in_channels, out_channels, 4, stride=2, padding=1)
