"""Pages of Photoshop files (.psd, .psb), which most paint programs write."""

import io
import struct
from typing import Any

from PIL import Image

from ..notes import Note
from .decoding import as_seen, check_size
from .line_layers import MAX_LAYER_PIXELS, MAX_LAYERS, PSD_PAINTING, SIGNATURE, has_ink, is_line_art, lay, read_painting


def read_page(data: bytes, kind: str, page_number: int = 1) -> Image.Image:
    """The line art if a layer is named so, else the merged picture."""
    version, _, channels, height, width, depth, mode = struct.unpack(">H6sHIIHH", data[4:26])
    check_size(width, height)
    if version not in (1, 2) or not 1 <= channels <= 56 or depth not in (1, 8, 16, 32):
        raise OSError("cannot be decoded (no header of a PSD): it may be damaged, save it again.")
    if width * height * channels * depth // 8 > 1_500_000_000:
        raise ValueError("has more pixels in its channels than can be opened: save it as RGB with 8 bits.")
    from psd_tools import PSDImage

    psd = PSDImage.open(io.BytesIO(data))
    page, resources = _line_art(psd), _resources(psd)
    if page is not None and ("painting" in resources or has_ink(page)):  # ours may be faint
        page.info["notes"] = [Note("line_layer")]
    else:
        page = _merged(psd)
    page.info |= resources
    return page


def _line_art(psd: Any) -> Image.Image | None:
    """The visible layers that are named so, and those in groups that are, on white; None if there are none."""
    found = []
    for number, layer in enumerate(psd.descendants()):
        if number == MAX_LAYERS:
            raise ValueError(f"has more than {MAX_LAYERS} layers: merge some of them.")
        if not layer.is_group() and layer.is_visible() and _is_named(layer, psd):
            found.append(layer)
    return _compose(psd, found) if found else None


def _is_named(layer: Any, psd: Any) -> bool:
    while layer is not None and layer is not psd:
        if is_line_art(layer.name):
            return True
        layer = layer.parent
    return False


def _compose(psd: Any, layers: list[Any]) -> Image.Image:
    page = Image.new("RGB", psd.size, "white")
    pixels = 0
    for layer in layers:
        if layer.width <= 0 or layer.height <= 0:
            continue
        pixels += layer.width * layer.height
        if pixels > MAX_LAYER_PIXELS:
            raise ValueError("has more pixels in its layers than can be opened: merge some of them.")
        image = layer.topil(apply_icc=False)
        if image is not None:
            # An opacity of groups above it is left out: line art lies in none as a rule.
            multiply = layer.blend_mode.name == "MULTIPLY"
            lay(page, image.convert("RGBA"), (layer.left, layer.top), layer.opacity / 255, multiply)
    return page


def _merged(psd: Any) -> Image.Image:
    if psd.has_preview():
        image = psd.topil(apply_icc=False)
        if image is not None:
            return as_seen(image)
    layers = [layer for layer in psd.descendants() if not layer.is_group() and layer.is_visible()][:MAX_LAYERS]
    if not layers:
        raise OSError("has no picture in it: save it again with maximized compatibility, or as PNG.")
    return _compose(psd, layers)


def _resources(psd: Any) -> dict[str, Any]:
    """Resolution, color profile and, in a file of ours, the painting, as `info` of a picture holds them."""
    from psd_tools.constants import Resource

    info: dict[str, Any] = {}
    resources = psd.image_resources
    if (profile := resources.get_data(Resource.ICC_PROFILE)) and profile[16:20] == b"RGB ":
        info["icc_profile"] = bytes(profile)
    if resolution := resources.get_data(Resource.RESOLUTION_INFO):
        per_inch = (resolution.horizontal / 2**16, resolution.vertical / 2**16)
        if all(1 <= value < 2**16 for value in per_inch):
            info["dpi"] = per_inch
    data = resources.get_data(Resource(PSD_PAINTING))
    if isinstance(data, bytes) and data.startswith(SIGNATURE):
        painting = read_painting(data.removeprefix(SIGNATURE))
        if painting is not None:
            info["painting"] = painting
    return info
