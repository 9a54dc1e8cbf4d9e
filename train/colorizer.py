"""What is trained, whichever networks it is: f and g as one network, of which a part may stay as it is."""

from contextlib import AbstractContextManager

import torch
from diffusers import ModelMixin


class Colorizer(torch.nn.Module):
    """f and g, from (sketch, color_image, N_h, ...) to losses and pictures, which have the same names in all kinds.

    Args:
        trained: "both" networks, or only "segmentation" or "colorization".
    """

    def __init__(self, segmentation: ModelMixin, colorization: ModelMixin, trained: str = "both"):
        super().__init__()
        self.segmentation, self.colorization, self.trained = segmentation, colorization, trained
        segmentation.requires_grad_(trained != "colorization")
        colorization.requires_grad_(trained != "segmentation")

    def gradients_of_f(self) -> AbstractContextManager:
        """Around f: there are gradients where it is trained, and else nothing is kept for them."""
        return torch.set_grad_enabled(torch.is_grad_enabled() and self.trained != "colorization")
