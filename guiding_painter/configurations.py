"""The named architectures: whether f and g are networks over cells or of pixels, and the keyword arguments of D.

Pure data. What f and g are made of are their classes' own defaults.
"""

CONFIGURATIONS = {
    "lite": {"over_cells": True, "discriminator": {"base_channels": 32, "norm": "group"}},
    "paper": {"over_cells": False, "discriminator": {}},
}
