"""The place where a visitor gives a file: one component of plain JavaScript, in the folder `dropzone`.

gradio's own picture box takes what browsers show as pictures, and no layers, pages or saved paintings. `submit` comes
with the "file", as gradio's uploads are named.
"""

import json
from pathlib import Path
from types import ModuleType

import gradio as gr

from html_components import filled
from uploads import ENDINGS, MAX_MEGABYTES

FOLDER = Path(__file__).parent / "dropzone"


def dropzone_component(texts: ModuleType) -> gr.HTML:
    """The component in the language of these texts."""
    labels = {
        "label": texts.UPLOAD_LABEL, "drop": texts.DROP_HERE, "or": texts.OR_CHOOSE, "camera": texts.CAMERA,
        "take": texts.TAKE_PHOTO, "cancel": texts.CANCEL, "types": ",".join((*ENDINGS, "image/*")),
    }  # fmt: skip
    template = filled((FOLDER / "dropzone.html").read_text(), **labels)
    words = {
        "megabytes": MAX_MEGABYTES, "heavy": texts.TOO_HEAVY.format(megabytes=MAX_MEGABYTES),
        "lost": texts.NOT_ARRIVED, "no_camera": texts.NO_CAMERA,
    }  # fmt: skip
    return gr.HTML(
        html_template=template, css_template=(FOLDER / "dropzone.css").read_text(),
        js_on_load=f"const words = {json.dumps(words)};\n{(FOLDER / 'dropzone.js').read_text()}",
        apply_default_css=False, elem_id="upload",
    )  # fmt: skip
