"""What every request shares, from a page and through the API: the queues, and how it is told what is wrong."""

import html
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import gradio as gr

from texts import Trouble

WORK = {"concurrency_id": "painter", "concurrency_limit": 2}  # as wide as the two cores of the free hardware
# One at a time, in a queue of their own: many newcomers must not keep those waiting who are in the middle of it.
OPENING = {"concurrency_id": "opening", "concurrency_limit": 1}
# What nobody waits for.
ASIDE = {"concurrency_id": "aside", "concurrency_limit": 1}


@contextmanager
def troubles_told(texts: ModuleType) -> Iterator[None]:
    """What is wrong with a visitor's input becomes a message in the language of these texts; the server goes on."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise gr.Error(what_is_wrong(error, texts), print_exception=False) from error


def what_is_wrong(error: Exception, texts: ModuleType) -> str:
    """The sentence for it. gradio shows messages as HTML, and they may quote what a visitor sent."""
    words = error.words(texts) if isinstance(error, Trouble) else str(error)
    return html.escape(words, quote=False)
