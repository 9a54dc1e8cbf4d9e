"""The files of other programs and of phones: known by what is in them, decoded in a process of their own."""

from .apart import read_apart
from .kinds import KINDS, Kind, kind_of

__all__ = ["KINDS", "Kind", "kind_of", "read_apart"]
