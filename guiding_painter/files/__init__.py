"""What leaves the program: pictures, layered files, and writing them so that nothing is ever half written."""

from .artwork import Artwork, lay_lines, save_artwork
from .writing import replace_file, save_png

__all__ = ["Artwork", "lay_lines", "replace_file", "save_artwork", "save_png"]
