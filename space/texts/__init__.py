"""Every word that the Space shows, one file a language: to translate it, copy en.py and name the copy here."""

from types import ModuleType
from typing import Any, NamedTuple

from . import en, ko

LANGUAGES: tuple[ModuleType, ...] = (en, ko)  # the first is the main page and the language of the API


class Said(NamedTuple):
    """What is told to a visitor: the name of a sentence in the texts, and what belongs into it."""

    name: str
    values: dict[str, Any]

    def words(self, texts: ModuleType) -> str:
        """In a language of the page."""
        return getattr(texts, self.name).format(**self.values)


class Trouble(ValueError):
    """What is wrong with a visitor's input: the name of a sentence in the texts, and what belongs into it.

    `str` gives it in English, `words` in a language of the page.
    """

    def __init__(self, name: str, **values: object):
        self._said = Said(name, values)
        super().__init__(self.words(en))

    def words(self, texts: ModuleType) -> str:
        return self._said.words(texts)
