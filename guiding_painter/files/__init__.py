"""What leaves the program: pictures, layered files, and writing them so that nothing is ever half written."""

from .artwork import SUFFIXES, save_artwork
from .layers import Artwork, lay_lines
from .writing import replace_file, save_png

__all__ = ["SUFFIXES", "Artwork", "lay_lines", "replace_file", "save_artwork", "save_png"]
