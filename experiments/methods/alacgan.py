"""AlacGAN: "User-Guided Deep Anime Line Art Colorization with Conditional Adversarial Networks" (Ci et al., 2018).

As there: a U-Net whose hints come in at a quarter of height and width, where a frozen network of local features looks
at the line art and joins the bottleneck, and whose colored picture is compared in features, too.

Differences: the local features are those of EfficientNet-lite0 (ImageNet) instead of the illustration tagger's, whose
weights are no package, and they are the ones in which pictures are compared, instead of VGG's. As they say little of
color, L1 counts beside them. The adversarial loss is the one of GuidingPainter (least squares, 70x70 patches, D sees
the sketch) with its weight, instead of WGAN-GP. Blocks are those of the shared U-Net instead of ResNeXt. Hints are
strokes, upright or level, instead of noise over all pixels, whose share was drawn at random: so that they can be
counted, N_h ~ G.
"""

from dataclasses import replace

import torch
import torch.nn.functional as F
from diffusers.configuration_utils import register_to_config

from experiments.methods.base import NO_LOSSES, LocalHints, boxes_around, true_hints
from guiding_painter.cell_networks.encoder import SketchEncoder, converted_weights
from guiding_painter.losses import LAMBDAS
from guiding_painter.unet import DoubleConv, UNet
from preparation import published_weights

COMPARED = 3  # maps of the encoder, the finest first
LOCAL = 3  # the map of local features, of stride 16
FEATURES_WEIGHT = 0.02
MAX_WIDTH = 3  # pixels, of a stroke
MAX_LENGTH = 0.25  # of the side


class AlacGAN(LocalHints):
    """The colorizer with its frozen encoder.

    Args:
        block_out_channels, norm: of the U-Net, whose bottleneck has a stride of 16 with the five published levels.
        max_hints: N_c, the most strokes that are drawn.
    """

    recipe = replace(NO_LOSSES, lambda_rec=LAMBDAS["rec"], lambda_adv=LAMBDAS["adv"])

    @register_to_config
    def __init__(
        self,
        block_out_channels: tuple[int, ...] = (64, 128, 256, 512, 512),
        norm: str = "batch",
        max_hints: int = 30,
    ):
        super().__init__()
        self.max_hints = max_hints
        self.unet = HintedUNet(tuple(block_out_channels), norm, SketchEncoder.channels[LOCAL])
        self.encoder = SketchEncoder().requires_grad_(False)

    def prepare(self, pictures: object) -> None:
        """The encoder begins, and stays, with its published weights."""
        self.encoder.load_state_dict(converted_weights(published_weights()))

    def train(self, mode: bool = True) -> "AlacGAN":
        super().train(mode)
        self.encoder.eval()
        return self

    def paint(self, sketch: torch.Tensor, hint_map: torch.Tensor, condition_mask: torch.Tensor) -> torch.Tensor:
        """Height and width are multiples of 16."""
        with torch.no_grad():
            features = self.encoder(sketch)[LOCAL]
        share = F.avg_pool2d(condition_mask, 4)
        colors = F.avg_pool2d(hint_map * condition_mask, 4) / share.clamp(min=1e-6)
        return torch.tanh(self.unet(sketch, torch.cat([colors, (share > 0).to(share)], dim=1), features))

    def forward(
        self,
        batch: dict[str, torch.Tensor],
        num_hints: torch.Tensor,
        tau: float,
        pixel_weights: torch.Tensor | None,
        noise: list[torch.Generator],
    ) -> dict:
        image = batch["color_image"]
        boxes = [self.draw(tuple(image.shape[2:]), int(k), one) for k, one in zip(num_hints, noise, strict=True)]
        prediction = self.paint(batch["sketch"], *true_hints(image, boxes))
        with torch.no_grad():
            true = self.encoder(image)[:COMPARED]
        seen = self.encoder(prediction)[:COMPARED]
        features = sum(F.mse_loss(one.float(), other.float()) for one, other in zip(seen, true, strict=True))
        return {"prediction": prediction, "own": {"features": FEATURES_WEIGHT * features}}

    def draw(self, size: tuple[int, int], count: int, generator: torch.Generator) -> torch.Tensor:
        """Strokes of 1 to 3 pixels, up to a quarter of the side long, anywhere."""
        places, lengths, turns = (
            torch.rand(4, count, generator=generator, device=generator.device).cpu().split([2, 1, 1])
        )
        across = (turns[0] * 2 * MAX_WIDTH).long()  # width and direction
        longest = max(2, round(MAX_LENGTH * min(size)))
        sides = torch.stack([1 + across % MAX_WIDTH, 1 + (lengths[0] * longest).long()], dim=1)
        sides = torch.where((across >= MAX_WIDTH)[:, None], sides.flip(1), sides)
        return boxes_around((places.T * torch.tensor(size)).long(), sides, size)

    def boxes_at(self, places: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
        sides = torch.tensor([MAX_WIDTH - 1, max(2, round(MAX_LENGTH * min(size) / 2))])
        return boxes_around(places, sides.expand_as(places), size)


class HintedUNet(UNet):
    """The shared U-Net with hints before its level of stride 4 and local features before its last one."""

    def __init__(self, widths: tuple[int, ...], norm: str, features: int):
        super().__init__(1, 3, widths, norm, stem_factor=1)
        self.downs[1] = DoubleConv(widths[1] + 4, widths[2], widths[2], norm)
        self.downs[-1] = DoubleConv(widths[-2] + features, widths[-1], widths[-1], norm)

    def forward(self, sketch: torch.Tensor, hints: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
        """(B, 1, H, W), (B, 4, H / 4, W / 4), (B, F, H / 16, W / 16) -> (B, 3, H, W)."""
        more = {1: hints, len(self.downs) - 1: features}
        x, skips = self.inc(sketch), []
        for level, down in enumerate(self.downs):
            skips.append(x)
            x = F.max_pool2d(x, 2)
            x = down(torch.cat([x, more[level].to(x)], dim=1) if level in more else x)
        for up in self.ups:
            x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)
            x = up(torch.cat([skips.pop(), x], dim=1))
        return self.head(x)
