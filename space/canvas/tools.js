// What the hand does on the picture: with pointers of any kind, and by keyboard.
const pointers = new Map();
let tool = 'paint', gesture = null, spaceHeld = false;
const DRAWN = {border: '#2563eb', erase: '#dc2626'};
const MOST_POINTS = 400;

const drawsLine = () => tool in DRAWN;
const paints = () => tool === 'paint' && hand.held;

board.addEventListener('pointerdown', event => {
  if (!layers.lines) return;
  board.setPointerCapture(event.pointerId);
  board.focus({preventScroll: true});
  pointers.set(event.pointerId, placeOf(event));
  if (pointers.size === 2) return beginPinch();
  if (pointers.size > 2) return;
  const place = placeOf(event), moves = event.button > 0 || spaceHeld || !(paints() || drawsLine());
  gesture = {kind: moves ? 'pan' : paints() ? 'paint' : 'line', start: place, last: place, moved: false};
  gesture.button = event.button;
  if (gesture.kind === 'paint') {
    stroke.color = hand.color;
    // A finger may be the first of two: it paints when it moves or leaves.
    if (event.pointerType !== 'touch') paintAlong(place, place);
  }
  if (gesture.kind === 'line') trail = {points: [[place.x, place.y]], color: DRAWN[tool]};
  event.preventDefault();
});

board.addEventListener('pointermove', event => {
  if (!pointers.has(event.pointerId)) return;
  const place = placeOf(event);
  pointers.set(event.pointerId, place);
  if (gesture?.kind === 'pinch') return pinch();
  if (!gesture) return;
  const far = Math.hypot(place.left - gesture.start.left, place.top - gesture.start.top) > 5;
  if (!gesture.moved && !far) return;
  if (gesture.kind === 'pan') pan(place.left - gesture.last.left, place.top - gesture.last.top);
  if (gesture.kind === 'paint') paintAlong(gesture.moved ? gesture.last : gesture.start, place);
  if (gesture.kind === 'line') {
    trail.points.push([place.x, place.y]);
    draw();
  }
  gesture.moved = true;
  gesture.last = place;
});

for (const name of ['pointerup', 'pointercancel'])
  board.addEventListener(name, event => {
    if (!pointers.delete(event.pointerId)) return;
    if (gesture?.kind === 'pinch') {
      if (pointers.size === 0) gesture = null;
      return;
    }
    const done = gesture;
    gesture = null;
    if (!done || name === 'pointercancel') return dropStroke();
    if (done.kind === 'paint') {
      if (!stroke.regions.size) paintAlong(done.start, done.last);
      endStroke();
    } else if (done.kind === 'line') endLine();
    else if (!done.moved && done.button === 0) tapped(done.start);
  });

board.addEventListener('contextmenu', event => event.preventDefault());
board.addEventListener('wheel', event => {
  event.preventDefault();
  const place = placeOf(event);
  zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)), place.left, place.top);
}, {passive: false});
board.addEventListener('dblclick', event => {
  event.preventDefault();
  if (!drawsLine()) wholePicture();
});

function beginPinch() {
  dropStroke();
  const [one, two] = [...pointers.values()];
  gesture = {kind: 'pinch', size: Math.hypot(one.left - two.left, one.top - two.top), x: (one.left + two.left) / 2,
    y: (one.top + two.top) / 2};
}

function pinch() {
  const [one, two] = [...pointers.values()];
  if (!two) return;
  const size = Math.hypot(one.left - two.left, one.top - two.top);
  const x = (one.left + two.left) / 2, y = (one.top + two.top) / 2;
  if (gesture.size > 0) zoom(size / gesture.size, x, y);
  if (!view.fitted) pan(x - gesture.x, y - gesture.y);
  Object.assign(gesture, {size, x, y});
}

function paintAlong(from, to) {
  const steps = Math.max(1, Math.ceil(Math.hypot(to.left - from.left, to.top - from.top) / 2));
  let grown = false;
  for (let step = 0; step <= steps; step++) {
    const share = step / steps;
    const index = regionAt(from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share);
    if (index === null || stroke.regions.has(index) || !regionOf(index)) continue;
    stroke.regions.add(index);
    grown = true;
  }
  if (grown) {
    paintColors();
    if (stroke.regions.has(state.asked)) light([]);
    render();
    performance.mark('guiding-painter-colored');
  }
}

function endStroke() {
  const color = stroke.color, regions = [...stroke.regions].filter(index => regionOf(index)?.color !== color);
  stroke.regions.clear();
  if (regions.length) answer(regions, color);
}

function dropStroke() {
  stroke.regions.clear();
  trail = null;
  if (layers.lines) refresh();
}

function endLine() {
  const points = trail.points;
  trail = null;
  draw();
  if (points.length < 2) return say(words.draw_a_line);
  const every = Math.ceil(points.length / MOST_POINTS);
  const kept = points.filter((point, number) => number % every === 0 || number === points.length - 1);
  const whole = ([x, y]) => [clamp(Math.floor(x), state.size[0]), clamp(Math.floor(y), state.size[1])];
  act({do: tool, stroke: kept.map(whole)});
}

const clamp = (value, size) => Math.min(Math.max(value, 0), size - 1);

function tapped(place) {
  const index = regionAt(place.x, place.y);
  if (index === null || !regionOf(index)) return;
  const point = [Math.floor(place.x), Math.floor(place.y)];
  if (tool === 'paint') choose(index);
  else if (state.asked === null && tool !== 'split') choose(index); // nothing is lit that could change: now it is
  else act({do: tool, point});
}

// Keys count wherever nothing else of the page wants them.
document.addEventListener('keydown', event => {
  if (!element.offsetParent || element.querySelector('dialog[open]')) return;
  const writing = event.target.matches?.('input[type=text], textarea, select, [contenteditable]');
  const key = event.key.toLowerCase(), control = event.ctrlKey || event.metaKey;
  if (control && (key === 'z' || key === 'y')) {
    if (writing) return;
    event.preventDefault();
    return press(key === 'y' || event.shiftKey ? 'redo' : 'undo');
  }
  if (control || event.altKey || (writing && event.key !== 'Escape')) return;
  if (event.target.matches?.('input') && (event.key === ' ' || event.key.startsWith('Arrow'))) return;
  const onBoard = event.target === board || event.target === document.body;
  const does = KEYS[event.key === ' ' ? 'space' : key];
  if (!does || (!onBoard && event.target.closest?.('button, summary, a, [role=button]') && BUTTON_KEYS.has(key))) return;
  event.preventDefault();
  does(event);
});
document.addEventListener('keyup', event => {
  if (event.key === ' ') spaceHeld = false;
  if (event.key.toLowerCase() === 'b') before(false);
});
window.addEventListener('blur', () => {
  spaceHeld = false;
  before(false);
});

// All of the picture; the view then stays so.
function wholePicture() {
  following = false;
  fit();
}

const BUTTON_KEYS = new Set(['enter', ' ']);
const KEYS = {
  enter: () => press('apply'), s: () => press('skip'), b: event => event.repeat || before(true), f: () => wholePicture(),
  arrowright: () => neighbor(1), arrowdown: () => neighbor(1), arrowleft: () => neighbor(-1),
  arrowup: () => neighbor(-1), '+': () => zoom(1.4), '=': () => zoom(1.4), '-': () => zoom(1 / 1.4), 0: () => wholePicture(),
  escape: () => putDown(), '?': () => press('help-open'), space: () => (spaceHeld = true),
};

// Asks about the next region in the order, or the one before.
function neighbor(by) {
  if (!state.regions.length) return;
  const place = state.regions.findIndex(region => region.index === state.asked);
  const count = state.regions.length;
  choose(state.regions[place < 0 ? (by > 0 ? 0 : count - 1) : (place + by + count) % count].index);
}

function before(shown) {
  if (showBefore === shown) return;
  showBefore = shown;
  part('before').setAttribute('aria-pressed', shown);
  if (layers.lines) render();
}
