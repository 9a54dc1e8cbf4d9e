"""What was done to a file when it was opened, said to people."""

from typing import Any

SENTENCES = {
    "page": "This is page {page} of {pages}; page_number opens another.",
    "line_layer": "Only the layer of line art was opened.",
    "animation": "Of this animation only the first picture was opened.",
    "outside_svg": "Pictures or scripts that are not in the SVG itself were left out.",
    "sheet": "The sheet of paper was cut out of the photo and straightened; page='none' leaves it as it is.",
    "ruling": "The lines that the paper is printed with were left out; underdrawing='keep' keeps them.",
    "holds_painting": "A painting is saved in this file; resume goes on with it.",
    "resumed": "This painting was taken up where it was saved.",
    "left_out": "Areas are found in another way than when this painting was saved; left out: {what}.",
}


class Note(str):
    """A sentence in English; its `key` in `SENTENCES` and its `values` say the same in no language, to translate it."""

    key: str
    values: dict[str, Any]

    def __new__(cls, key: str, **values: Any) -> "Note":
        note = super().__new__(cls, SENTENCES[key].format(**values))
        note.key, note.values = key, values
        return note

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        return (self.key,), self.values  # to be copied
