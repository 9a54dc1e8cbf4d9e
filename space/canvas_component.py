"""The picture to paint on, with all that belongs to it: one component of plain JavaScript, in the folder `canvas`.

Its value is what `canvas_state.canvas_state` gives. Its events: `submit` comes with "orders", see `orders`, `select`
is to finish, `clear` to take another drawing, `input` to have whole colorings made, which come as "proposed".
"""

import html
import json
from pathlib import Path
from types import ModuleType

import gradio as gr

FOLDER = Path(__file__).parent / "canvas"
SCRIPTS = ("picture.js", "view.js", "panel.js", "pagemap.js", "corners.js", "tools.js", "wire.js")
PALETTE_TYPES = ".gpl,.json,.aco,.ase,.hex,.pal,.txt,image/*"
START = "const part = id => element.querySelector('#' + id);\n"


def canvas_component(texts: ModuleType) -> gr.HTML:
    """The component in the language of these texts."""
    template = (FOLDER / "workbench.html").read_text()
    for name, words in _labels(texts).items():
        template = template.replace(f"@{name}@", words)
    scripts = "\n".join((FOLDER / name).read_text() for name in SCRIPTS)
    return gr.HTML(
        None, html_template=template, css_template=(FOLDER / "workbench.css").read_text(),
        js_on_load=f"{START}const words = {json.dumps(_words(texts))};\n{scripts}", apply_default_css=False,
        elem_id="canvas", proposed=None,
    )  # fmt: skip


def _words(texts: ModuleType) -> dict[str, object]:
    """What the script says."""
    return {
        "tools": texts.TOOLS, "hint_held": texts.HINT_HELD, "progress": texts.PROGRESS, "model": texts.FINISH_AUTO,
        "stop": texts.STOP, "frame": texts.STRIP_FRAME, "beginning": texts.STRIP_START, "lost": texts.LOST,
        "draw_a_line": texts.DRAW_A_LINE, "similar": texts.SIMILAR,
        "proposal": texts.PROPOSAL, "panel": texts.MAP_PANEL,
        "groups": {
            "suggestion": texts.SUGGESTION, "palette": texts.PALETTE, "own": texts.OWN_PALETTE,
            "recent": texts.RECENT, "common": texts.COMMON,
        },
    }  # fmt: skip


def _labels(texts: ModuleType) -> dict[str, str]:
    """What is written on the parts, as HTML, by their names in the template."""
    labels = {
        "board": texts.BOARD, "zoom_in": texts.ZOOM_IN, "zoom_out": texts.ZOOM_OUT, "fit": texts.FIT,
        "before": texts.BEFORE, "progress_label": texts.PROGRESS_LABEL, "suggestion": texts.SUGGESTION,
        "color": texts.COLOR_LABEL, "hex": texts.HEX_LABEL, "apply": texts.APPLY, "palette": texts.PALETTE,
        "own": texts.OWN_PALETTE, "recent": texts.RECENT, "common": texts.COMMON, "undo": texts.UNDO,
        "redo": texts.REDO, "skip": texts.SKIP, "put_down": texts.PUT_DOWN, "tool": texts.TOOL_LABEL,
        "gap": texts.GAP, "gap_help": texts.GAP_HELP, "tight": texts.GAP_TIGHT, "loose": texts.GAP_LOOSE,
        "guesses": texts.GUESSES, "choose_palette": texts.CHOOSE_PALETTE, "palette_types": PALETTE_TYPES,
        "model": texts.FINISH_AUTO, "finish": texts.FINISH, "start_over": texts.START_OVER,
        "help_title": texts.HELP_TITLE,
        "strip": texts.STRIP_LABEL, "proposals": texts.PROPOSALS, "close": texts.CLOSE,
        "by_panel": texts.BY_PANEL, "page_map": texts.PAGE_MAP, "corners": texts.CORNERS,
        "corners_title": texts.CORNERS.rstrip("…"),
        "corners_help": texts.CORNERS_HELP, "use_corners": texts.USE_CORNERS, "whole_photo": texts.WHOLE_PHOTO,
        "cancel": texts.CANCEL,
    }  # fmt: skip
    filled = {name: html.escape(words) for name, words in labels.items()}
    tools = "".join(
        f'<button type="button" role="radio" aria-checked="{"true" if name == "paint" else "false"}" '
        f'data-tool="{name}" title="{html.escape(hint)}">{html.escape(label)}</button>'
        for name, (label, hint) in texts.TOOLS.items()
    )
    keys = "".join(f"<dt>{html.escape(key)}</dt><dd>{html.escape(does)}</dd>" for key, does in texts.KEYS.items())
    steps = "".join(f"<li>{html.escape(step)}</li>" for step in texts.HELP_PAINT.strip().splitlines())
    corners = "".join(
        f'<button type="button" class="corner" aria-label="{html.escape(name)}"></button>'
        for name in texts.CORNER_NAMES
    )
    return filled | {"tools": tools, "help": f"<ol>{steps}</ol><dl>{keys}</dl>", "handles": corners}
