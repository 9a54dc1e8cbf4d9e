"""Every word that the Space shows, one file a language: to translate it, copy en.py and name the copy here."""

from types import ModuleType

from . import en, ko

LANGUAGES: tuple[ModuleType, ...] = (en, ko)  # the first is the main page and the language of the API


class Trouble(ValueError):
    """What is wrong with a visitor's input: the name of a sentence in the texts, and what belongs into it.

    `str` gives it in English, `words` in a language of the page.
    """

    def __init__(self, name: str, **values: object):
        self.name, self.values = name, values
        super().__init__(self.words(en))

    def words(self, texts: ModuleType) -> str:
        return getattr(texts, self.name).format(**self.values)
