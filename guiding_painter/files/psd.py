"""Layered Photoshop files.

The low-level classes of psd_tools: the others render all layers anew, in floats, to make the merged picture that we
have.
"""

import io
from typing import TYPE_CHECKING

from ..formats.line_layers import PSD_PAINTING, SIGNATURE, pack_painting
from .layers import Artwork, Layer

if TYPE_CHECKING:  # it takes a while to import, and most files are no .psd
    from psd_tools.psd.image_resources import ImageResources
    from psd_tools.psd.layer_and_mask import ChannelDataList, LayerRecord

MAX_SIDE = 30_000  # by the format
BITS = 8  # of a channel


def psd_bytes(artwork: Artwork) -> bytes:
    """A .psd of an artwork. Raises ValueError for one that is too large for the format."""
    from psd_tools.constants import Compression
    from psd_tools.psd import PSD, ChannelImageData, LayerInfo, LayerRecords
    from psd_tools.psd.header import FileHeader
    from psd_tools.psd.image_data import ImageData
    from psd_tools.psd.layer_and_mask import LayerAndMaskInformation

    width, height = artwork.color.size
    if max(width, height) > MAX_SIDE:
        raise ValueError(f"PSD holds at most {MAX_SIDE} pixels a side, not {width}x{height}: save an .ora instead.")
    header = FileHeader(channels=3, width=width, height=height, depth=BITS)
    records, channels = LayerRecords(), ChannelImageData()
    for layer in artwork.layers():
        record, data = _layer(layer)
        records.append(record)
        channels.append(data)
    merged = ImageData(Compression.RLE)
    merged.set_data([plane.tobytes() for plane in artwork.flattened().split()], header)
    file = io.BytesIO()
    PSD(
        header=header,
        image_resources=_resources(artwork),
        layer_and_mask_information=LayerAndMaskInformation(LayerInfo(len(records), records, channels)),
        image_data=merged,
    ).write(file)
    return file.getvalue()


def _layer(layer: Layer) -> "tuple[LayerRecord, ChannelDataList]":
    from psd_tools.constants import BlendMode, ChannelID, Compression
    from psd_tools.psd.layer_and_mask import ChannelData, ChannelDataList, ChannelInfo, LayerRecord

    planes = dict(enumerate(layer.image.split()))
    if 3 in planes:
        planes[ChannelID.TRANSPARENCY_MASK] = planes.pop(3)
    record = LayerRecord(
        top=layer.top,
        left=layer.left,
        bottom=layer.top + layer.image.height,
        right=layer.left + layer.image.width,
        blend_mode=BlendMode.MULTIPLY if layer.multiply else BlendMode.NORMAL,
        name=layer.name,
    )
    data = ChannelDataList()
    for channel, plane in planes.items():
        packed = ChannelData(Compression.RLE)
        packed.set_data(plane.tobytes(), *plane.size, BITS)
        record.channel_info.append(ChannelInfo(ChannelID(channel), len(packed.data) + 2))
        data.append(packed)
    return record, data


def _resources(artwork: Artwork) -> "ImageResources":
    from psd_tools.constants import Resource
    from psd_tools.psd.image_resources import ImageResource, ImageResources, ResoulutionInfo

    resources = ImageResources.new()
    if dpi := artwork.dpi:
        per_inch = [round(value * 2**16) for value in dpi]  # 16.16 fixed point; unit 1 is the inch
        info = io.BytesIO()
        ResoulutionInfo(per_inch[0], 1, 1, per_inch[1], 1, 1).write(info)
        resources[Resource.RESOLUTION_INFO] = ImageResource(key=Resource.RESOLUTION_INFO, data=info.getvalue())
    for profile in artwork.profile.values():
        resources[Resource.ICC_PROFILE] = ImageResource(key=Resource.ICC_PROFILE, data=profile)
    if artwork.painting:
        data = SIGNATURE + pack_painting(artwork.painting)
        resources[Resource(PSD_PAINTING)] = ImageResource(key=Resource(PSD_PAINTING), data=data)
    return resources
