"""GuidingPainterPipeline: the two networks together, loaded, saved, and put to work on drawings."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch
from diffusers import DiffusionPipeline
from diffusers.utils import BaseOutput
from huggingface_hub import CommitInfo, HfApi, ModelCardData
from PIL import Image

from .checkpoint import check_arguments, find_checkpoint, load_network, read_json
from .colorization import ColorizationNetwork
from .drawings.sheets import Page
from .drawings.sketches import open_drawing, open_painting, to_pil, to_sketch, working_size
from .hints import region_segments
from .painting.model_view import Colorize
from .painting.painting import Answers, Painting
from .painting.saved import MAX_LONG_SIDE, SavedPainting
from .panels import panel_colorizer, panel_sketches
from .segmentation import SegmentationNetwork

Drawing = str | os.PathLike | bytes | BinaryIO | Image.Image


@dataclass
class GuidingPainterOutput(BaseOutput):
    """What a one-shot call gives, one of each per drawing.

    Args:
        images: RGB at the drawing's own size.
        region_maps: (H, W) uint8 at the drawing's own size, the region of every pixel; a lower one is asked earlier.
    """

    images: list[Image.Image]
    region_maps: list[np.ndarray]


class GuidingPainterPipeline(DiffusionPipeline):
    """Model-guided colorization of line drawings.

    Inference is deterministic: regions by argmax, networks in evaluation mode, no noise.

    Args:
        segmentation: f, where and in which order to ask (Eq. 1).
        colorization: g, the picture that follows from the answers (Eq. 9).
    """

    segmentation: SegmentationNetwork
    colorization: ColorizationNetwork

    def __init__(self, segmentation: SegmentationNetwork, colorization: ColorizationNetwork):
        super().__init__()
        asked, answered = segmentation.config.max_hints, colorization.config.max_hints
        if asked != answered:
            raise ValueError(
                f"The segmentation network has max_hints {asked} and the colorization network {answered}: "
                "take two that were trained together."
            )
        self.register_modules(segmentation=segmentation, colorization=colorization)

    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike | None = None,
        *,
        dtype: torch.dtype = torch.float32,
        torch_dtype: torch.dtype | None = None,
        variant: str | None = None,
        use_safetensors: bool = True,
        revision: str | None = None,
        cache_dir: str | os.PathLike | None = None,
        token: str | bool | None = None,
        local_files_only: bool = False,
        force_download: bool = False,
        **unknown: Any,
    ) -> "GuidingPainterPipeline":
        """Loads a checkpoint; only safetensors are read, never a pickle.

        Args:
            pretrained_model_name_or_path: a folder or a hub id such as "user/my-comic"; the bundled weights by default,
                without a network.
            dtype: of the networks in memory, whatever it is on disk; `torch_dtype` is its older name.
            variant: such as "fp16", the weights that `save_pretrained(variant="fp16")` wrote; by default the plain
                ones or, in a folder without them, the only variant there is.
            use_safetensors: may be given, as in diffusers, but not as False.
            revision, cache_dir, token, local_files_only, force_download: for a hub id, as in `huggingface_hub`.

        Raises:
            OSError: a file or the hub repository is missing, cannot be reached or is broken; the sentence names it.
            ValueError: the files are whole but not those of a GuidingPainterPipeline, or an argument is none of these.
        """
        dtype = check_arguments(dtype if torch_dtype is None else torch_dtype, use_safetensors, unknown)
        folder = find_checkpoint(
            pretrained_model_name_or_path,
            variant=variant,
            revision=revision,
            cache_dir=cache_dir,
            token=token,
            local_files_only=local_files_only,
            force_download=force_download,
        )
        index = read_json(folder / cls.config_name)
        if index.get("_class_name") != cls.__name__:
            raise ValueError(
                f"{folder / cls.config_name} describes a {index.get('_class_name')}, not a {cls.__name__}."
            )
        return cls(
            segmentation=load_network(SegmentationNetwork, folder / "segmentation", dtype, variant),
            colorization=load_network(ColorizationNetwork, folder / "colorization", dtype, variant),
        )

    def save_pretrained(
        self, save_directory: str | os.PathLike, safe_serialization: bool = True, **kwargs: Any
    ) -> None:
        """Writes model_index.json, segmentation/ and colorization/, as in diffusers, but refuses to write a pickle."""
        if not safe_serialization:
            raise ValueError(
                "safe_serialization is False, but a checkpoint is saved as safetensors only: leave it out."
            )
        super().save_pretrained(save_directory, **kwargs)

    def push_to_hub(
        self,
        repo_id: str,
        commit_message: str = "Upload the model",
        private: bool | None = None,
        token: str | bool | None = None,
        create_pr: bool = False,
    ) -> CommitInfo:
        """Uploads the checkpoint. A repository without a card gets a short one, for which to choose a license is left.

        Args:
            repo_id: such as "user/my-comic"; made if it is new.
            commit_message, token, create_pr: as in `huggingface_hub`.
            private: of a new repository; None for the owner's default.

        Raises what `huggingface_hub` does where the hub cannot be reached or refuses.
        """
        api = HfApi(token=token)
        repo_id = api.create_repo(repo_id, private=private, exist_ok=True).repo_id
        with tempfile.TemporaryDirectory() as folder:
            self.save_pretrained(folder)
            if not api.file_exists(repo_id, "README.md"):
                data = ModelCardData(
                    library_name="guiding-painter",
                    pipeline_tag="image-to-image",
                    tags=["colorization", "line-art", "sketch", "comics", "interactive"],
                )
                Path(folder, "README.md").write_text(
                    f"---\n{data.to_yaml()}\n---\n\n# {repo_id.split('/')[-1]}\n\n"
                    "Model-guided colorization of line drawings, with the Python package `guiding_painter`:\n\n"
                    "```python\nfrom guiding_painter import GuidingPainterPipeline\n\n"
                    f'painter = GuidingPainterPipeline.from_pretrained("{repo_id}")\n```\n',
                    encoding="utf-8",
                )
            return api.upload_folder(
                repo_id=repo_id, folder_path=folder, commit_message=commit_message, create_pr=create_pr
            )

    def open(
        self,
        drawing: Drawing,
        long_side: int = 512,
        extract_lines: bool = False,
        page: Page = "auto",
        page_number: int = 1,
    ) -> Painting:
        """Opens a drawing to be colored. f runs once, here; every answer then costs one forward of g.

        Args:
            drawing: a file, its bytes, or a PIL image.
            long_side: of the working size, in pixels, 64 to 4096; the drawing keeps its own size and aspect.
            extract_lines: make line art of a colored picture first.
            page: "auto" takes the sheet of paper out of a photo, "none" leaves a photo as it is; or the four corners
                (x, y) of the sheet in pixels of the photo.
            page_number: of a PDF or TIFF, from 1.

        What was done to the file is in `Painting.notes`. Raises ValueError or OSError for what is no picture, see
        `sketches.open_drawing`.
        """
        if not 64 <= long_side <= MAX_LONG_SIDE:
            raise ValueError(f"long_side is {long_side}: choose 64 to {MAX_LONG_SIDE} pixels.")
        drawing = open_drawing(drawing, extract_lines, page, page_number)
        sketch = to_sketch(drawing, working_size(drawing.size, long_side))
        return Painting(drawing, self.find_regions(sketch), self.colorizer(sketch), extract_lines)

    def resume(self, drawing: Drawing, state: dict[str, Any] | None = None) -> Painting:
        """Takes up a painting that was put away; with the same model the picture is identical.

        Args:
            drawing: the one it was started with; or a .psd or .ora that `Painting.save` wrote, which holds the
                painting itself. Such a file that another program has saved anew holds none any more.
            state: what `Painting.to_dict` gave; None to take it from the file.

        Raises ValueError where there is no state, it is damaged, or belongs to another drawing or to a model with more
        regions.
        """
        if state is None:
            drawing, state = open_painting(drawing)
            saved = SavedPainting.from_dict(state)
            drawing.info["opened"] = {"page": saved.page, "page_number": saved.page_number}
        else:
            saved = SavedPainting.from_dict(state)
            drawing = open_drawing(drawing, saved.extract_lines, saved.page, saved.page_number)
        saved.check_drawing(drawing)
        shape, panels = saved.region_map.shape, saved.panels
        last = panels.regions - 1 if panels else int(saved.region_map.max())
        if last >= self.colorization.config.max_hints:
            raise ValueError(
                f"This painting has a region {last}{' in each panel' if panels else ''} and this model has only "
                f"{self.colorization.config.max_hints} regions: resume it with the model it was started with."
            )
        if panels:
            colorize = panel_colorizer(self, drawing.size, panels, shape, panel_sketches(drawing, panels, shape))
        else:
            colorize = self.colorizer(to_sketch(drawing, shape[::-1]))
        return Painting(drawing, saved.region_map, colorize, saved.extract_lines, saved.history, saved.position, panels)

    def __call__(
        self,
        drawings: Drawing | Sequence[Drawing],
        colors: Answers | Sequence[Answers | None] | None = None,
        long_side: int = 512,
        extract_lines: bool = False,
        page: Page = "auto",
        page_number: int = 1,
    ) -> GuidingPainterOutput:
        """Colors one drawing, or a list of them, in one go.

        Args:
            drawings: a file, its bytes or a PIL image, or a list of them.
            colors: the answers in the order asked, e.g. ["#e07a5f", None, (61, 64, 91)] where None skips a region;
                "auto" accepts the model's own suggestion for every region in turn; by default there is no answer.
                For a list of drawings, a list of those. Colors beyond the last region are not used.
            long_side, extract_lines, page, page_number: as in `open`.
        """
        if not isinstance(drawings, list | tuple):
            drawings, colors = [drawings], [colors]
        elif colors is None or isinstance(colors, str):
            colors = [colors] * len(drawings)
        elif len(colors) != len(drawings):
            raise ValueError(f"colors has {len(colors)} lists for {len(drawings)} drawings: give one for each.")

        output = GuidingPainterOutput(images=[], region_maps=[])
        for drawing, answers in zip(drawings, colors, strict=True):
            painting = self.open(drawing, long_side, extract_lines, page, page_number)
            if answers is not None:
                painting.paint_all(answers)
            output.images.append(painting.image)
            output.region_maps.append(painting.region_map)
        return output

    def find_regions(self, sketch: torch.Tensor) -> np.ndarray:
        """(h, w) uint8, the region of every pixel of a sketch, (1, 1, h, w): one forward of f."""
        network = self.segmentation
        with _inference(network):
            segment_logits = network(sketch.to(network.device, network.dtype))  # (1, N_c, h, w)
        return segment_logits[0].argmax(dim=0).to(torch.uint8).cpu().numpy()

    def colorizer(self, sketch: torch.Tensor) -> Colorize:
        """The function that colors this sketch, (1, 1, h, w), see `Painting`: one forward of g a call."""
        network = self.colorization

        def colorize(channels: np.ndarray, hints: np.ndarray, hinted: np.ndarray) -> Image.Image:
            mask = torch.from_numpy(hinted)[None, None].float()  # M, Eq. 8
            hint_map = (torch.from_numpy(hints).permute(2, 0, 1)[None] / 127.5 - 1) * mask  # C, Eq. 7
            segments = region_segments(torch.from_numpy(channels)[None], network.config.max_hints)
            with _inference(network):
                device, dtype = network.device, network.dtype  # diffusers walks through the network for each
                inputs = (value.to(device, dtype) for value in (sketch, segments, hint_map, mask))
                return to_pil(network(*inputs))

        return colorize


@contextmanager
def _inference(network: torch.nn.Module) -> Iterator[None]:
    """Evaluation mode and no gradients; a network that was being trained goes on in training mode afterwards."""
    training = network.training
    network.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        network.train(training)
