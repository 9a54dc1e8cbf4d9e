"""A drawing as networks of pixels see it, as published: regions by argmax, a picture from hints (Eqs. 1 and 9)."""

import numpy as np
import torch
from PIL import Image

from .colorization import ColorizationNetwork
from .drawings import MAX_REGIONS, PreparedDrawing, sample, to_pil, to_sketch, working_size
from .hints import region_segments
from .inference import inference
from .painting import Colorize, ModelView, Painting, colorize_panels
from .segmentation import SegmentationNetwork


class PixelModel:
    """f and g put to work on drawings.

    Args:
        segmentation, colorization: trained together, with one N_c.
    """

    # Of `transfer.distances`: up to here a region is nearly always the same one, drawn again, moved or cropped.
    alike = 0.2

    def __init__(self, segmentation: SegmentationNetwork, colorization: ColorizationNetwork):
        self.segmentation, self.colorization = segmentation, colorization

    @property
    def max_regions(self) -> int:
        """How many regions it may find in a picture: N_c."""
        return self.colorization.config.max_hints

    def find_regions(self, prepared: PreparedDrawing) -> np.ndarray:
        """(h, w) uint16, the regions of a drawing; those of its panels are numbered as `Panels` says."""
        if (panels := prepared.panels) is None:
            return self.regions_of(prepared.sketch)
        region_map = np.full(prepared.shape, panels.gutters, dtype=np.uint16)
        for number, (window, sketch) in enumerate(zip(prepared.windows, prepared.sketches, strict=True)):
            found = self.regions_of(sketch)
            region_map[window] = np.minimum(found, panels.regions - 1) + number * panels.regions
        return region_map

    def view(self, prepared: PreparedDrawing) -> ModelView:
        """What it believes of a painting of this drawing."""
        colorizers = [self.colorizer(sketch) for sketch in prepared.sketches]
        return ModelView(prepared, colorize_panels(prepared, colorizers) if prepared.panels else colorizers[0])

    def describe(self, painting: Painting) -> np.ndarray:
        """(number of regions, F), what every region of a painting looks like, in the first order: one forward of f.

        The mean over the region of the segment_logits, each with mean 0 and deviation 1 over the drawing.
        """
        network = self.segmentation
        width, height = working_size(painting.drawing.size)
        sketch = to_sketch(painting.drawing, (width, height)).to(network.device, network.dtype)
        with inference(network):
            features = network(sketch)[0].float().cpu().numpy()  # (F, h, w)
        deviation = np.maximum(features.std(axis=(1, 2), keepdims=True), 1e-6)
        features = (features - features.mean(axis=(1, 2), keepdims=True)) / deviation
        # A region too thin to lie in the middle of any pixel looks like the pixels that it lies in.
        sampled = sample(painting.region_map, (height, width))
        labels = np.concatenate([sampled.seen.ravel(), sampled.hidden])
        pixels = np.concatenate([np.arange(height * width), sampled.places])
        counts = np.maximum(np.bincount(labels, minlength=MAX_REGIONS), 1)
        values = features.reshape(len(features), -1)[:, pixels]
        means = np.stack([np.bincount(labels, value, MAX_REGIONS) for value in values], axis=1) / counts[:, None]
        return means[[region.index for region in painting.regions]]

    def regions_of(self, sketch: torch.Tensor) -> np.ndarray:
        """(h, w) uint16, the region of every pixel of a sketch (1, 1, h, w): one forward of f."""
        network = self.segmentation
        with inference(network):
            segment_logits = network(sketch.to(network.device, network.dtype))  # (1, N_c, h, w)
        return segment_logits[0].argmax(dim=0).cpu().numpy().astype(np.uint16)

    def colorizer(self, sketch: torch.Tensor) -> Colorize:
        """The function that colors this sketch, (1, 1, h, w), see `ModelView`: one forward of g a call."""
        network = self.colorization

        def colorize(channels: np.ndarray, hints: np.ndarray, hinted: np.ndarray) -> Image.Image:
            mask = torch.from_numpy(hinted)[None, None].float()  # M, Eq. 8
            hint_map = (torch.from_numpy(hints).permute(2, 0, 1)[None] / 127.5 - 1) * mask  # C, Eq. 7
            segments = region_segments(torch.from_numpy(channels.astype(np.int64))[None], network.config.max_hints)
            with inference(network):
                device, dtype = network.device, network.dtype  # diffusers walks through the network for each
                inputs = (value.to(device, dtype) for value in (sketch, segments, hint_map, mask))
                return to_pil(network(*inputs))

        return colorize
