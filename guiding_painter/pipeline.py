"""GuidingPainterPipeline: the two networks together, loaded, saved, and put to work on drawings."""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import DiffusionPipeline, ModelMixin
from diffusers.utils import BaseOutput
from huggingface_hub import CommitInfo
from PIL import Image

from .cell_model import CellModel
from .cell_networks import CellColorizationNetwork, CellSegmentationNetwork
from .checkpoint import check_arguments, find_checkpoint, load_network, read_json
from .colorization import ColorizationNetwork
from .drawings import Page, PreparedDrawing, find_ink, open_drawing, prepare
from .drawings import Source as Drawing
from .hub import upload
from .painting import Answers, Opened, Painting, reopen
from .pixel_model import PixelModel
from .segmentation import SegmentationNetwork

KINDS: dict[str, tuple[type[ModelMixin], ...]] = {  # of networks that a checkpoint may have
    "segmentation": (CellSegmentationNetwork, SegmentationNetwork),
    "colorization": (CellColorizationNetwork, ColorizationNetwork),
}


@dataclass
class GuidingPainterOutput(BaseOutput):
    """What a one-shot call gives, one of each per drawing.

    Args:
        images: RGB at the drawing's own size.
        region_maps: (H, W) uint16 at the drawing's own size, the region of every pixel; a lower one is asked earlier.
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

    segmentation: SegmentationNetwork | CellSegmentationNetwork
    colorization: ColorizationNetwork | CellColorizationNetwork

    def __init__(
        self,
        segmentation: SegmentationNetwork | CellSegmentationNetwork,
        colorization: ColorizationNetwork | CellColorizationNetwork,
    ):
        super().__init__()
        for kind in ("width",) if isinstance(segmentation, CellSegmentationNetwork) else ("max_hints", "input_kind"):
            asked, answered = segmentation.config.get(kind), colorization.config.get(kind)
            if asked != answered:
                raise ValueError(
                    f"The segmentation network has {kind} {asked} and the colorization network {answered}: "
                    "take two that were trained together."
                )
        self.register_modules(segmentation=segmentation, colorization=colorization)

    @property
    def is_grayscale(self) -> bool:
        """Whether the networks color gray pictures, which they take by their luminance as it is, and no drawings."""
        return self.segmentation.config.get("input_kind") == "grayscale"

    @property
    def model(self) -> PixelModel | CellModel:
        """The two networks put to work on drawings."""
        kind = CellModel if isinstance(self.segmentation, CellSegmentationNetwork) else PixelModel
        return kind(self.segmentation, self.colorization)

    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike | None = None,
        *,
        dtype: torch.dtype = torch.float32,
        torch_dtype: torch.dtype | None = None,
        variant: str | None = None,
        **options: Any,
    ) -> "GuidingPainterPipeline":
        """Loads a checkpoint; only safetensors are read, never a pickle.

        Args:
            pretrained_model_name_or_path: a folder or a hub id such as "user/my-comic"; the bundled weights by default,
                without a network.
            dtype: of the networks in memory, whatever it is on disk; `torch_dtype` is its older name.
            variant: such as "fp16", the weights that `save_pretrained(variant="fp16")` wrote; by default the plain
                ones or, in a folder without them, the only variant there is.
            options: revision, cache_dir, token, local_files_only, force_download, for a hub id, as in
                `huggingface_hub`.

        Raises:
            OSError: a file or the hub repository is missing, cannot be reached or is broken; the sentence names it.
            ValueError: the files are whole but not those of a GuidingPainterPipeline, or an argument is none of these.
        """
        dtype = check_arguments(dtype if torch_dtype is None else torch_dtype, options)
        folder = find_checkpoint(pretrained_model_name_or_path, variant=variant, **options)
        index = read_json(folder / cls.config_name)
        if index.get("_class_name") != cls.__name__:
            raise ValueError(
                f"{folder / cls.config_name} describes a {index.get('_class_name')}, not a {cls.__name__}: name "
                "a folder or hub id that holds one."
            )
        return cls(**{room: load_network(KINDS[room], folder / room, dtype, variant) for room in KINDS})

    def save_pretrained(
        self,
        save_directory: str | os.PathLike,
        safe_serialization: bool = True,
        push_to_hub: bool = False,
        repo_id: str | None = None,
        commit_message: str | None = None,
        private: bool | None = None,
        token: str | bool | None = None,
        create_pr: bool = False,
        **kwargs: Any,
    ) -> None:
        """Writes model_index.json, segmentation/ and colorization/, as in diffusers, but refuses to write a pickle.

        Args:
            push_to_hub: upload the folder, too, as `push_to_hub` does with the arguments after it; it keeps the card.
            repo_id: by default named as the folder, in one's own namespace.
        """
        if not safe_serialization:
            raise ValueError(
                "safe_serialization is False, but a checkpoint is saved as safetensors only: leave it out."
            )
        super().save_pretrained(save_directory, **kwargs)
        if push_to_hub:
            repo_id = repo_id or Path(save_directory).resolve().name
            upload(save_directory, repo_id, commit_message, private, token, create_pr)

    def push_to_hub(
        self,
        repo_id: str,
        commit_message: str | None = None,
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
        with tempfile.TemporaryDirectory() as folder:
            self.save_pretrained(folder)
            return upload(folder, repo_id, commit_message, private, token, create_pr)

    def open(
        self,
        drawing: Drawing,
        long_side: int = 512,
        extract_lines: bool = False,
        panels: bool = False,
        gap: str = "normal",
        underdrawing: str = "auto",
        page: Page = "auto",
        page_number: int = 1,
        reorder: bool = True,
    ) -> Painting:
        """Opens a drawing to be colored. f runs once, here; every answer then costs one forward of g.

        With panels, f looks at each panel of a page by itself, and the regions of the first panel are asked for first.
        The gutters are the last region of all, white from the start. A page of one panel is opened as without.

        Args:
            drawing: a file, its bytes, or a PIL image; not line art where the networks color gray pictures.
            long_side: 64 to 4096 pixels, of the working size or of the largest panel in it; the drawing keeps its own.
            extract_lines: make line art of a colored picture first.
            panels: look for the panels of a page and give each its own regions.
            gap: how wide openings in lines may be to be closed: "tight", "normal" or "loose", see `drawings.cut_cells`.
            underdrawing: of pale colored lines under the ink, and lines of ruled paper: "auto", "keep" or "drop".
            page: the sheet of paper in a photo: "auto" looks for it, "none" does not; or its corners (x, y) in pixels.
            page_number: of a PDF or TIFF, from 1.
            reorder: ask for the region that helps most given all answers; False keeps the first order.

        Raises ValueError or OSError for what is no picture, see `open_drawing`, another gap, and more than 80 panels.
        """
        model, gray = self.model, self.is_grayscale
        drawing = open_drawing(drawing, extract_lines, underdrawing, page, page_number, gray)
        prepared = prepare(drawing, long_side, model.max_regions if panels else None, gap)
        opened = Opened(extract_lines, underdrawing, reorder=reorder, grayscale=gray, **drawing.info["opened"])
        painting = Painting(
            prepared, model.find_regions(prepared), model.view(prepared), opened, find_regions=model.find_regions
        )
        if prepared.panels and painting.regions[-1].index == prepared.panels.gutters:
            painting.paint(prepared.panels.gutters, "#ffffff")
        return painting

    def resume(self, drawing: Drawing, state: dict[str, Any] | None = None) -> Painting:
        """Takes up a painting that was put away; with the same model the picture is identical.

        Args:
            drawing: the one it was started with; or a .psd or .ora as `Painting.save` wrote it, without a state.
            state: what `Painting.to_dict` gave.

        Raises ValueError where the state is damaged, or belongs to another drawing, to a model with more regions or to
        one that colors pictures of another kind.
        """
        model = self.model
        drawing, saved = reopen(drawing, state, model.max_regions, self.is_grayscale)
        prepared = PreparedDrawing(drawing, saved.region_map.shape, find_ink(drawing), saved.panels, saved.gap)
        return Painting(
            prepared,
            saved.region_map,
            model.view(prepared),
            saved.opened,
            saved.history,
            saved.position,
            lenient=saved.is_old,
            find_regions=model.find_regions,
        )

    def __call__(
        self,
        drawings: Drawing | Sequence[Drawing],
        colors: Answers | Sequence[Answers | None] | None = None,
        long_side: int = 512,
        extract_lines: bool = False,
        panels: bool = False,
        gap: str = "normal",
        underdrawing: str = "auto",
        page: Page = "auto",
        page_number: int = 1,
    ) -> GuidingPainterOutput:
        """Colors one drawing, or a list of them, in one go.

        Args:
            drawings: a file, its bytes or a PIL image, or a list of them.
            colors: the answers in the order asked, e.g. ["#e07a5f", None, (61, 64, 91)] where None skips a region;
                "auto" accepts the model's own suggestions for all regions; by default there is no answer.
                For a list of drawings, a list of those. Colors beyond the last region are not used.
            long_side, extract_lines, panels, gap, underdrawing, page, page_number: as in `open`.
        """
        if not isinstance(drawings, list | tuple):
            drawings, colors = [drawings], [colors]
        elif colors is None or isinstance(colors, str):
            colors = [colors] * len(drawings)
        elif len(colors) != len(drawings):
            raise ValueError(f"colors has {len(colors)} lists for {len(drawings)} drawings: give one for each.")

        output = GuidingPainterOutput(images=[], region_maps=[])
        for drawing, answers in zip(drawings, colors, strict=True):
            painting = self.open(
                drawing, long_side, extract_lines, panels, gap, underdrawing, page=page, page_number=page_number
            )
            if answers is not None:
                painting.paint_all(answers)
            output.images.append(painting.image)
            output.region_maps.append(painting.region_map)
        return output
