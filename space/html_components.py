"""Parts of the page that gradio has no component for: examples, where a color is answered, the strip of pictures."""

import html
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

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

ANSWER_HTML = """
<div class="now">
  <input type="color" id="color" value="${value.color}" aria-label="@color@" title="@color@"
    ${value.asking ? '' : 'disabled'}>
  <input type="text" id="hex" value="${value.color}" aria-label="@hex@" title="@hex@" spellcheck="false"
    autocomplete="off" ${value.asking ? '' : 'disabled'}>
  <button id="apply" ${value.asking ? '' : 'disabled'}>@apply@</button>
</div>
<div class="groups">
  ${[['suggestion', "@suggestion@", [value.suggestion]], ['palette', "@palette@", value.palette],
     ['recent', "@recent@", value.recent], ['common', "@common@", value.common]]
    .map(([group, label, colors]) => `<div class="group ${group}" role="group" aria-label="${label}">
      <span>${label}</span>${colors.map(color => `<button class="swatch" data-color="${color}"
        style="background:${color}" aria-label="${label}: ${color}" title="${color}"
        ${value.asking ? '' : 'disabled'}></button>`).join('')}</div>`).join('')}
</div>
"""
# Nothing moves from question to question: every group keeps its line, and a long palette scrolls in it.
ANSWER_CSS = """
.now { display: flex; gap: 8px; height: 44px; }
#color { flex: 0 0 64px; height: 44px; padding: 2px; border: 1px solid var(--border-color-primary);
  border-radius: var(--radius-md); background: var(--input-background-fill); cursor: pointer; }
#hex { flex: 1 1 90px; min-width: 0; height: 44px; padding: 0 10px; font-family: var(--font-mono);
  border: 1px solid var(--border-color-primary); border-radius: var(--radius-md);
  background: var(--input-background-fill); color: var(--body-text-color); }
#apply { flex: 2 1 120px; height: 44px; padding: 0 8px; border-radius: var(--radius-md); font-weight: 600;
  background: var(--button-primary-background-fill); color: var(--button-primary-text-color); cursor: pointer; }
#apply:hover { background: var(--button-primary-background-fill-hover); }
button:disabled, input:disabled { opacity: 0.45; cursor: default; }
button:focus-visible, input:focus-visible { outline: 3px solid var(--color-accent); outline-offset: 2px; }
.groups { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 2px 12px; margin-top: 6px; }
.common.group { grid-column: 1 / -1; order: 1; height: auto; flex-wrap: wrap; }
.recent { grid-column: 1 / -1; }
.group { display: flex; align-items: center; gap: 5px; height: 38px; overflow-x: auto; scrollbar-width: none;
  padding: 0 4px; }
.group span { flex: none; font-size: 12px; color: var(--body-text-color-subdued); min-width: 5em; }
.swatch { flex: none; width: 28px; height: 28px; border-radius: 6px; border: 1px solid var(--border-color-primary);
  box-shadow: inset 0 0 0 1px #fff6; cursor: pointer; }
.palette span { min-width: 0; }
@media (max-width: 640px) {
  .group span { min-width: 0; font-size: 11px; }
  .swatch { width: 26px; height: 26px; }
}
"""
# Enter accepts. A result takes the focus to the button, unless a person moves through the page by keyboard; where
# nothing has the focus, as after an upload, the whole page listens.
ANSWER_JS = """
const field = id => element.querySelector('#' + id);
const answer = color => { if (props.value.asking) trigger('submit', {color}); };
element.addEventListener('click', event => {
  const swatch = event.target.closest('.swatch');
  if (swatch && !swatch.disabled) answer(swatch.dataset.color);
  else if (event.target.closest('#apply')) answer(field('hex').value);
});
element.addEventListener('input', event => {
  if (event.target.id === 'color') field('hex').value = event.target.value;
  else if (/^#[0-9a-f]{6}$/i.test(event.target.value)) field('color').value = event.target.value;
});
element.addEventListener('keydown', event => {
  if (event.key !== 'Enter' || event.target.tagName !== 'INPUT') return;
  event.preventDefault();
  answer(field('hex').value);
});
document.addEventListener('keydown', event => {
  if (event.key === 'Enter' && document.activeElement === document.body && element.offsetParent)
    answer(field('hex').value);
});
watch('value', () => {
  const active = document.activeElement;
  if (!active || active === document.body || !active.matches(':focus-visible'))
    field('apply').focus({preventScroll: true});
});
"""

STRIP_HTML = """
<span>@title@</span>
<div class="strip">
  ${value.frames.map((frame, number) => `<button data-step="${number}"
    class="${number === value.step ? 'now' : number > value.step ? 'undone' : ''}"
    ${number === value.step ? 'aria-current="step"' : ''}
    aria-label="${number ? "@frame@".replace('{number}', number) : "@start@"}"
    title="${number ? "@frame@".replace('{number}', number) : "@start@"}"><img src="${frame}" alt=""></button>`)
    .join('')}
</div>
"""
STRIP_CSS = """
span { font-size: 14px; color: var(--body-text-color-subdued); }
.strip { display: flex; gap: 6px; overflow-x: auto; padding: 6px 4px 12px; position: relative; }
button { flex: none; padding: 3px; border-radius: 6px; border: 2px solid transparent; cursor: pointer;
  background: var(--background-fill-secondary); }
button:hover { border-color: var(--border-color-accent); }
button:focus-visible { outline: 3px solid var(--color-accent); }
.now { border-color: var(--color-accent); }
.undone img { opacity: 0.35; }
img { display: block; max-width: none; }
"""
STRIP_JS = """
element.addEventListener('click', event => {
  const frame = event.target.closest('[data-step]');
  if (frame) trigger('submit', {step: Number(frame.dataset.step)});
});
// Frames have no width before they are decoded, and so no place to scroll to.
watch('value', async () => {
  await Promise.allSettled([...element.querySelectorAll('img')].map(image => image.decode()));
  const strip = element.querySelector('.strip'), now = strip.querySelector('.now');
  if (now) strip.scrollLeft = now.offsetLeft - (strip.clientWidth - now.offsetWidth) / 2;
});
"""


def examples_component(texts: ModuleType, paths: Sequence[Path]) -> gr.HTML:
    """The example drawings; `submit` comes with the "index" of the one that was clicked."""
    examples = []
    for path in paths:
        with Image.open(path) as image:
            image.thumbnail((180, 180))
            examples.append({"name": texts.EXAMPLE_NAMES[path.name], "image": data_uri(image.convert("RGB"))})
    return gr.HTML(
        examples, html_template=_filled(EXAMPLES_HTML, title=texts.EXAMPLES_LABEL), css_template=EXAMPLES_CSS,
        js_on_load=EXAMPLES_JS, apply_default_css=False, elem_id="examples",
    )  # fmt: skip


def answer_component(texts: ModuleType) -> gr.HTML:
    """Where a color is answered. Its value is `commands.swatches`; `submit` comes with the "color" of the answer."""
    nothing: dict[str, Any] = {"asking": False, "color": "#ffffff", "suggestion": "#ffffff"}
    template = _filled(
        ANSWER_HTML, color=texts.COLOR_LABEL, hex=texts.HEX_LABEL, apply=texts.APPLY, suggestion=texts.SUGGESTION,
        palette=texts.PALETTE, recent=texts.RECENT, common=texts.COMMON,
    )  # fmt: skip
    return gr.HTML(
        nothing | {"palette": [], "recent": [], "common": []}, html_template=template, css_template=ANSWER_CSS,
        js_on_load=ANSWER_JS, apply_default_css=False, elem_id="answer",
    )  # fmt: skip


def strip_component(texts: ModuleType) -> gr.HTML:
    """The strip. Its value is {"frames": data URIs, "step": the one shown}; `submit` comes with the "step" clicked."""
    template = _filled(STRIP_HTML, title=texts.STRIP_LABEL, frame=texts.STRIP_FRAME, start=texts.STRIP_START)
    return gr.HTML(
        {"frames": [], "step": 0}, html_template=template, css_template=STRIP_CSS, js_on_load=STRIP_JS,
        apply_default_css=False, elem_id="strip",
    )  # fmt: skip


def _filled(template: str, **words: str) -> str:
    """A template with its words. Not as gradio's own props, which may come after the page's first rendering."""
    for name, word in words.items():
        template = template.replace(f"@{name}@", html.escape(word))
    return template
