"""What every request shares, from a page and through the API: the queues, and how it is told what is wrong."""

import html
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import gradio as gr

from texts import Trouble

WORK = {"concurrency_id": "painter", "concurrency_limit": 2}  # as wide as the two cores of the free hardware
# One at a time, in a queue of their own: many newcomers must not keep those waiting who are in the middle of it.
OPENING = {"concurrency_id": "opening", "concurrency_limit": 1}
# What nobody waits for.
ASIDE = {"concurrency_id": "aside", "concurrency_limit": 1}


def say_when_full(demo: gr.Blocks, languages: Sequence[ModuleType]) -> None:
    """A page that finds no place in the queue says so in its own language, where gradio has one sentence in English.

    gradio's page shows the words that come with any refusal but its own for a full queue.
    """
    push = demo._queue.push

    async def push_or_say(body: Any, **options: Any) -> tuple[bool, Any, str]:
        found_place, said, state = await push(body=body, **options)
        asked = demo.fns.get(body.fn_index)
        if state != "queue_full" or asked is None or asked.api_visibility != "private":
            return found_place, said, state
        texts = next(texts for texts in languages if texts.PATH == asked.page)
        return False, texts.BUSY, "error"

    demo._queue.push = push_or_say


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
