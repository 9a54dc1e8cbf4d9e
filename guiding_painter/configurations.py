"""The named architectures: what the networks of a configuration are made with, beyond their own defaults.

Pure data: keyword arguments of all networks, and those of each.
"""

CONFIGURATIONS = {
    "lite": {
        "networks": {"block_out_channels": (32, 64, 128, 256, 256), "stem_factor": 2, "norm": "group"},
        "segmentation": {"coordinates": True, "cells": True},
        "colorization": {"fill_hints": True},
        "discriminator": {"base_channels": 32, "norm": "group"},
    },
    "paper": {"networks": {}, "segmentation": {}, "colorization": {}, "discriminator": {}},
}
