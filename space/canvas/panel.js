// What is beside the picture: the question, colors to choose, tools and buttons.
const hand = {color: '#ffffff', held: false}; // the color to paint with; held once a person has picked it
const bench = element.querySelector('.bench');
const COLOR = /^#[0-9a-f]{6}$/i;
const EMPTY = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';

function pick(color) {
  hand.color = color;
  hand.held = true;
  useTool('paint');
  showHand();
}

function putDown() {
  hand.held = false;
  if (state.suggestions.length) hand.color = state.suggestions[0].color;
  useTool('paint');
  showHand();
}

// Between questions, what is suggested or was answered is in the color field, unless a person holds a color.
function offer(region) {
  if (hand.held || !region) return;
  hand.color = region.color || (state.suggestions[0] || {color: region.guess}).color;
}

function showHand() {
  part('hex').value = hand.color;
  if (COLOR.test(hand.color)) part('color').value = hand.color;
  part('apply').style.setProperty('--hand', hand.color);
  for (const swatch of element.querySelectorAll('.swatch'))
    swatch.setAttribute('aria-pressed', hand.held && swatch.dataset.color === hand.color);
  bench.dataset.held = hand.held;
  showHint();
}

function showHint() {
  const painting = hand.held ? words.hint_held.replace('{color}', nameOf(hand.color)) : words.tools.paint[1];
  part('hint').textContent = tool === 'paint' ? painting : words.tools[tool][1];
}

const nameOf = color => state.names?.[color] || color;

function useTool(name) {
  tool = name;
  bench.dataset.tool = name;
  for (const button of element.querySelectorAll('button[data-tool]'))
    button.setAttribute('aria-checked', button.dataset.tool === name);
  showHint();
}

function swatches(group, colors, label) {
  const row = element.querySelector(`.group.${group} .row`);
  row.replaceChildren(...colors.map(({color, name}) => {
    const swatch = document.createElement('button');
    swatch.type = 'button';
    swatch.className = 'swatch';
    swatch.dataset.color = color;
    swatch.style.background = color;
    swatch.title = `${name}, ${color}`;
    swatch.setAttribute('aria-label', `${label}: ${name}`);
    if (group === 'suggestion') swatch.disabled = state.asked === null;
    return swatch;
  }));
  row.parentElement.hidden = !colors.length;
}

// How much of some regions has its answer, in whole percent.
function percentColored(regions) {
  const answered = regions.reduce((sum, region) => sum + (region.color || region.skipped ? region.area : 0), 0);
  const whole = regions.reduce((sum, region) => sum + region.area, 0) || 1;
  return Math.floor((100 * answered) / whole + 1e-6);
}

function showPanel() {
  const asking = state.asked !== null, region = regionOf(state.asked);
  part('question').textContent = state.question;
  const gutters = state.boxes?.length; // of a page, which are white from the start
  const percent = percentColored(state.regions.filter(region => !gutters || region.panel !== gutters));
  part('bar').style.width = `${percent}%`;
  part('meter').setAttribute('aria-valuenow', percent);
  part('progress').textContent = words.progress.replace('{percent}', percent);
  for (const group of ['suggestion', 'palette', 'own', 'recent', 'common'])
    swatches(group, state.swatches?.[group] || [], words.groups[group]);
  part('similar-switch').hidden = !state.similar?.length;
  part('similar-words').textContent = words.similar.replace('{count}', (state.similar?.length || 0) + 1);
  showProposals();
  offer(region);
  showHand();
  for (const id of ['apply', 'skip']) part(id).disabled = !asking;
  part('undo').disabled = state.step === 0;
  part('redo').disabled = state.step >= state.last_step;
  part('model').disabled = !state.left;
  part('model').textContent = running ? words.stop : words.model;
  part('paper').checked = showGuesses;
  part('gap').value = ['tight', 'normal', 'loose'].indexOf(state.gap);
  bench.dataset.step = state.step;
  bench.dataset.asked = state.asked ?? '';
  bench.dataset.regions = state.regions.length;
  part('corners-open').hidden = !state.is_photo;
  showMap();
  showStrip();
}

// Whole colorings to begin with; until they are made, their places, so that nothing moves when they come.
function showProposals() {
  const pictures = state.proposals || (proposing ? Array(4).fill(EMPTY) : []);
  const group = element.querySelector('.proposals');
  group.hidden = state.step !== 0 || !pictures.length;
  group.querySelector('.row').replaceChildren(...pictures.map((picture, number) => {
    const button = document.createElement('button'), image = document.createElement('img');
    button.type = 'button';
    button.disabled = picture === EMPTY;
    button.dataset.proposal = number;
    button.title = words.proposal.replace('{number}', number + 1);
    button.setAttribute('aria-label', button.title);
    image.alt = '';
    image.style.aspectRatio = state.size.join(' / ');
    image.src = picture;
    button.append(image);
    return button;
  }));
}

function showStrip() {
  const strip = element.querySelector('.strip');
  const pictures = (state.strip || []).filter(id => frames.has(id));
  strip.replaceChildren(...pictures.map((id, number) => {
    const button = document.createElement('button'), image = document.createElement('img');
    button.type = 'button';
    button.dataset.step = number;
    button.className = number === state.step ? 'now' : number > state.step ? 'undone' : '';
    if (number === state.step) button.setAttribute('aria-current', 'step');
    button.title = number ? words.frame.replace('{number}', number) : words.beginning;
    button.setAttribute('aria-label', button.title);
    image.alt = '';
    image.src = frames.get(id);
    button.append(image);
    return button;
  }));
  const now = strip.querySelector('.now');
  if (now) now.querySelector('img').decode().catch(() => {}).then(() => {
    strip.scrollLeft = now.offsetLeft - (strip.clientWidth - now.offsetWidth) / 2;
  });
}

let saying = 0;
function say(text) {
  const note = part('note');
  note.textContent = text;
  note.hidden = false;
  clearTimeout(saying);
  saying = setTimeout(() => (note.hidden = true), 6000);
}

const PRESSED = {
  apply: () => {
    const color = part('hex').value.trim();
    hand.held = false;
    if (state.asked !== null) answer([state.asked], color);
  },
  skip: () => state.asked !== null && act({do: 'skip'}),
  undo: () => stepAhead() > 0 && act({do: 'undo'}),
  redo: () => stepAhead() < state.last_step && act({do: 'redo'}),
  model: () => (running ? stopModel() : startModel()),
  'zoom-in': () => zoom(1.4),
  'zoom-out': () => zoom(1 / 1.4),
  fit: () => wholePicture(),
  finish: () => whenDone(() => trigger('select')),
  'start-over': () => whenDone(() => {
    remembered.painting = '';
    trigger('clear');
  }),
  'help-open': () => part('help').showModal(),
  'help-close': () => part('help').close(),
  'put-down': putDown,
  'corners-open': () => askForPhoto(),
  'corners-use': () => useCorners(corners),
  'corners-whole': () => useCorners(null),
  'corners-cancel': () => part('corners').close(),
  'choose-palette': () => part('palette-file').click(),
};
const press = id => part(id).disabled || PRESSED[id]();

element.addEventListener('click', event => {
  const button = event.target.closest('button');
  if (!button || button.disabled) return;
  if (button.closest('.suggestion')) return state.asked !== null && answer([state.asked], button.dataset.color);
  if (button.matches('.swatch')) return pick(button.dataset.color);
  if (button.dataset.proposal) {
    part('paper').checked = true;
    letGuessesShow(true);
    return act({do: 'take', number: Number(button.dataset.proposal)});
  }
  if (button.dataset.panel) return goToPanel(Number(button.dataset.panel));
  if (button.dataset.tool) return useTool(button.dataset.tool);
  if (button.dataset.step) return act({do: 'go_to', step: Number(button.dataset.step)});
  if (PRESSED[button.id]) PRESSED[button.id]();
});
element.addEventListener('input', event => {
  const {id, value} = event.target;
  if (id === 'color' || (id === 'hex' && COLOR.test(value))) {
    hand.color = value.toLowerCase();
    hand.held = true;
    if (id === 'color') part('hex').value = value;
    else part('color').value = value;
    part('apply').style.setProperty('--hand', hand.color);
    bench.dataset.held = true;
    showHint();
  }
  if (id === 'similar') refresh();
  if (id === 'paper') {
    letGuessesShow(event.target.checked);
    refresh();
  }
});
element.addEventListener('change', event => {
  if (event.target.id === 'by-panel') act({do: 'by_panel', on: event.target.checked});
  if (event.target.id === 'gap') act({do: 'recut', gap: ['tight', 'normal', 'loose'][event.target.value]});
  if (event.target.id === 'palette-file') takePalette(event.target.files[0]);
});
element.addEventListener('keydown', event => {
  if (event.key !== 'Enter' || event.target.id !== 'hex') return;
  event.preventDefault();
  press('apply');
});
const beforeButton = part('before');
for (const name of ['pointerdown', 'keydown'])
  beforeButton.addEventListener(name, event => (name === 'pointerdown' || event.key === ' ') && before(true));
for (const name of ['pointerup', 'pointerleave', 'keyup', 'blur']) beforeButton.addEventListener(name, () => before(false));
part('strip').addEventListener('toggle', () => part('strip').open && act({do: 'look'}));

// A palette or a picture that is dropped gives its colors.
for (const name of ['dragover', 'drop'])
  element.addEventListener(name, event => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    if (name === 'drop') takePalette(event.dataTransfer.files[0]);
  });
async function takePalette(file) {
  if (!file) return;
  part('palette-file').value = '';
  try {
    act({do: 'palette', file: {path: (await upload(file)).path}});
  } catch {
    say(words.lost);
  }
}
