"""The files of other programs and of phones: known by what is in them, decoded in a process of their own."""

from .apart import read_apart
from .kinds import HEAD, KINDS, Kind, kind_of
from .layers import read_entry
from .line_layers import MAX_PAINTING

__all__ = ["HEAD", "KINDS", "MAX_PAINTING", "Kind", "kind_of", "read_apart", "read_entry"]
