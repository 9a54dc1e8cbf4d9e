"""The forms in which a visitor's color comes to the Space."""

import re

import pytest

from css_colors import read_color
from texts import Trouble


@pytest.mark.parametrize(
    ("text", "color"),
    [
        ("#e07a5f", (224, 122, 95)),
        (" #E07A5F ", (224, 122, 95)),
        ("e07a5f", (224, 122, 95)),
        ("#0af", (0, 170, 255)),
        ("#e07a5f80", (224, 122, 95)),
        ("rgb(1, 2, 3)", (1, 2, 3)),
        ("rgb(300,-4,2.6)", (255, 0, 3)),
        ("rgb(100% 50% 0%)", (255, 128, 0)),
        ("rgba(224.4, 121.7, 1e-7, 0.5)", (224, 122, 0)),
        ("hsl(120, 100%, 25%)", (0, 128, 0)),
        ("hsl(-240deg 100% 25% / 50%)", (0, 128, 0)),
        ("hsla(13.2, 67.5%, 62.5%, 1)", (224, 123, 95)),
        (" Red", (255, 0, 0)),
        ("cornflowerblue", (100, 149, 237)),
    ],
)
def test_every_form_of_a_color_is_read(text, color):
    assert read_color(text) == color


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "red-ish",
        "#12",
        "#12345",
        "#ggg",
        "rgb(1,2)",
        "rgb(1,2,3,4,5)",
        "rgb(nan,0,0)",
        "hsv(1,2,3)",
        7,
        ["#fff"],
    ],
)
def test_what_is_no_color_is_named(text):
    with pytest.raises(Trouble, match=re.escape(f"{text!r} is no color")):
        read_color(text)


def test_a_long_color_is_not_repeated_in_full():
    with pytest.raises(Trouble) as caught:
        read_color("9" * 1_000_000)
    assert len(str(caught.value)) < 200
