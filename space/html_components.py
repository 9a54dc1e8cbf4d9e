"""Parts of the page that gradio has no component for, beside the canvas: the examples."""

import html
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import gradio as gr
from PIL import Image

from views import data_uri

EXAMPLES_HTML = """
<span>@title@</span>
<div class="examples">
  ${value.map((example, index) => `<button data-index="${index}">
    <img src="${example.image}" alt="">${example.name}</button>`).join('')}
</div>
"""
EXAMPLES_CSS = """
span { font-size: 14px; color: var(--body-text-color-subdued); }
.examples { display: grid; grid-template-columns: repeat(4, 1fr); gap: 10px; margin-top: 8px; }
button { padding: 6px 6px 8px; border-radius: var(--radius-lg); border: 1px solid var(--border-color-primary);
  background: var(--block-background-fill); color: var(--body-text-color); font-size: 14px; cursor: pointer; }
button:hover { border-color: var(--color-accent); }
button:focus-visible { outline: 3px solid var(--color-accent); }
img { width: 100%; height: 96px; object-fit: contain; background: white; border-radius: var(--radius-md);
  margin-bottom: 6px; }
@media (max-width: 640px) {
  .examples { grid-template-columns: repeat(3, 1fr); }
  img { height: 72px; }
}
"""
EXAMPLES_JS = """
element.addEventListener('click', event => {
  const example = event.target.closest('[data-index]');
  if (example) trigger('submit', {index: Number(example.dataset.index)});
});
"""

TITLE_CSS = """
.title { display: flex; align-items: center; min-height: 36px; justify-content: space-between; gap: 12px; }
h1 { margin: 0; font-size: 24px; font-weight: 700; color: var(--body-text-color); }
a { color: var(--body-text-color); text-decoration: underline; padding: 6px 4px; font-size: 15px; }
a:focus-visible { outline: 3px solid var(--color-accent); }
@media (max-width: 640px) { h1 { font-size: 18px; } }
"""
# What is open, and the theme, go along to the page in another language: the painting's name after the #, which is not
# sent anywhere, and is taken away there.
TITLE_JS = """
element.addEventListener('click', event => {
  const link = event.target.closest('a');
  if (!link) return;
  event.preventDefault();
  const root = location.pathname.replace(new RegExp('/(' + link.dataset.paths + ')/?$'), '/').replace(/[/]*$/, '/');
  location.href = root + link.dataset.path + location.search + '#' + (document.documentElement.dataset.painting || '');
});
const painting = decodeURIComponent(location.hash.slice(1));
if (location.hash) history.replaceState(null, '', location.pathname + location.search);
if (painting) trigger('submit', {painting});
"""


def title_component(texts: ModuleType, languages: Sequence[ModuleType]) -> gr.HTML:
    """The title, and links to the same page in other languages; `submit` comes with the "painting" to go on with."""
    paths = "|".join(other.PATH for other in languages if other.PATH)
    links = "".join(
        f'<a href="#" lang="{other.PATH or "en"}" data-path="{other.PATH}" data-paths="{paths}">{other.LANGUAGE}</a>'
        for other in languages
        if other is not texts
    )
    return gr.HTML(
        html_template=f'<div class="title"><h1>{html.escape(texts.TITLE)}</h1><nav>{links}</nav></div>',
        css_template=TITLE_CSS, js_on_load=TITLE_JS, apply_default_css=False, elem_id="title",
    )  # fmt: skip


def examples_component(texts: ModuleType, paths: Sequence[Path]) -> gr.HTML:
    """The example drawings; `submit` comes with the "index" of the one that was clicked."""
    examples = []
    for path in paths:
        with Image.open(path) as image:
            image.thumbnail((180, 180))
            examples.append({"name": texts.EXAMPLE_NAMES[path.name], "image": data_uri(image.convert("RGB"))})
    return gr.HTML(
        examples, html_template=filled(EXAMPLES_HTML, title=texts.EXAMPLES_LABEL), css_template=EXAMPLES_CSS,
        js_on_load=EXAMPLES_JS, apply_default_css=False, elem_id="examples",
    )  # fmt: skip


def filled(template: str, **words: str) -> str:
    """A template with its words. Not as gradio's own props, which may come after the page's first rendering."""
    for name, word in words.items():
        template = template.replace(f"@{name}@", html.escape(word))
    return template
