"""The named architectures: what the networks of a configuration are made with, beyond their own defaults.

Pure data: whether f and g are networks over cells or of pixels; keyword arguments of both, and those of each.
"""

CONFIGURATIONS = {
    "lite": {
        "over_cells": True,
        "networks": {},
        "segmentation": {},
        "colorization": {},
        "discriminator": {"base_channels": 32, "norm": "group"},
    },
    "paper": {"over_cells": False, "networks": {}, "segmentation": {}, "colorization": {}, "discriminator": {}},
}
