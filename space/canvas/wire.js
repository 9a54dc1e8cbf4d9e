// Between the page and the server. What a person does is shown at once and sent in order, one message on its way at a
// time; every answer of the server is the whole truth, and what it does not know yet is laid over it again.
const SILENCE = 60_000; // ms after which a message counts as lost
const frames = new Map(); // of the strip, by id
let waiting = [], onWay = null, running = false, after = null, slow = 0, dead = 0, losses = 0, line = Promise.resolve(), painting = null;
const remembered = document.documentElement.dataset; // what outlives this canvas, as long as the page is open
let proposing = false; // whole colorings to begin with are being made

function act(order) {
  if (order.do !== 'model') running = false;
  waiting.push(order);
  send();
}

function send() {
  if (onWay || !waiting.length) return;
  onWay = waiting.splice(0, 100);
  clearTimeout(slow);
  slow = setTimeout(() => bench.classList.add('busy'), 350);
  clearTimeout(dead);
  dead = setTimeout(lost, SILENCE);
  const open = part('strip').open;
  trigger('submit', {
    orders: onWay, map: map.version, strip: open ? [...frames.keys()] : null, painting, photo: photoWanted,
    opening: layers.lines ? state.opening : null,
  });
  photoWanted = false;
}

// The step once the server has done what it was told: who holds a key down stops at the beginning.
function stepAhead() {
  const moves = {undo: -1, look: 0, choose: 0, panel: 0, palette: 0};
  return [...(onWay || []), ...waiting].reduce((step, order) => step + (moves[order.do] ?? 1), state.step);
}

function settled() {
  onWay = null;
  clearTimeout(slow);
  clearTimeout(dead);
  bench.classList.remove('busy');
}

// Shows an answer before the server has it; an answer to the lit part goes to all parts like it, where that is chosen.
function answer(regions, color) {
  const similar = regions.length === 1 && regions[0] === state.asked && alike().length > 0;
  const order = {do: 'paint', regions, color, similar};
  if (similar) regions = [...regions, ...alike()];
  if (COLOR.test(color)) {
    lay(regions, color);
    if (regions.includes(state.asked)) state.asked = null; // which is next, the server says
    refresh();
  }
  act(order);
}

// The parts that an answer goes to beside the lit one.
const alike = () => (part('similar').checked ? state.similar || [] : []);
const toLight = () => (state.asked === null ? [] : [state.asked, ...alike()]);

function lay(regions, color) {
  for (const index of regions) {
    const region = regionOf(index);
    if (region) Object.assign(region, {color, skipped: false});
  }
}

function choose(index) {
  state.asked = index;
  light([index]);
  draw();
  act({do: 'choose', region: index});
}

function refresh() {
  paintColors();
  light(toLight());
  render();
  drawMap();
  performance.mark('guiding-painter-colored');
}

function letGuessesShow(on) {
  showGuesses = on;
  remembered.guesses = on ? painting : ''; // of this one alone
}

function startModel() {
  running = true;
  act({do: 'model', begin: true});
  showPanel();
}

function stopModel() {
  running = false;
  showPanel();
}

// Does something that leaves the page once the server knows everything.
function whenDone(next) {
  running = false;
  if (onWay || waiting.length) after = next;
  else next();
}

async function receive(value) {
  if (value.drawing) {
    [layers.lines] = await Promise.all([decoded(value.drawing), readMap(value.map, value.map_version)]);
    frames.clear();
    waiting = [];
    state.proposals = null;
    proposing = false;
    Object.assign(hand, {held: false});
    showGuesses = remembered.guesses === value.painting;
    useTool('paint');
  } else if (value.map) await readMap(value.map, value.map_version);
  const {photo, ...told} = value, panel = state.panel;
  for (const [id, picture] of Object.entries(value.frames || {})) frames.set(Number(id), picture);
  const strip = value.strip || state.strip;
  Object.assign(state, told, {strip, names: Object.fromEntries(
    Object.values(value.swatches).flat().map(({color, name}) => [color, name]))});
  state.regions = value.regions.map(([index, area, color, skipped, guess, sure, panel]) => (
    {index, area, color, skipped, guess, sure, panel}));
  painting = remembered.painting = value.painting;
  losses = 0;
  settled();
  for (const order of waiting) if (order.do === 'paint' && COLOR.test(order.color)) lay(order.regions, order.color);
  if (waiting.some(order => order.do === 'paint' && order.regions.includes(state.asked))) state.asked = null;
  if (stroke.regions.size) paintColors();
  refresh();
  if (value.drawing) {
    bench.dataset.size = value.size.join('x');
    resize();
    wholePicture();
    scrollTo(0, 0); // from where the page was left for another drawing
    if (document.activeElement === document.body) board.focus({preventScroll: true});
  }
  if (running && value.left) act({do: 'model'});
  else running = false;
  propose();
  follow(panel);
  showPanel();
  if (value.notes?.length) say(value.notes.join(' '));
  if (photo) await showCorners(photo);
  if (waiting.length) send();
  else if (after) [after, onWay] = [after(), null];
}

// At the beginning; where an answer came first, again when that is taken back.
function propose() {
  if (state.step !== 0 || state.proposals || proposing) return;
  proposing = true;
  trigger('input', {painting, opening: state.opening});
}

function proposed() {
  const made = props.proposed;
  if (made?.painting !== painting || made.opening !== state.opening || !proposing) return;
  proposing = false;
  state.proposals = made.pictures;
  showProposals();
}

function lost() {
  if (!onWay) return;
  settled();
  running = false;
  waiting = [];
  after = null;
  say(words.lost);
  if (++losses < 3) act({do: 'look'}); // what the server has; a painting that is gone there is not asked for for ever
}

function arrived() {
  const value = props.value;
  if (!value?.regions) return;
  line = line.then(() => receive(value)).catch(error => {
    console.warn(error);
    settled();
    say(words.lost);
  });
}
watch('value', arrived);
watch('proposed', proposed);
arrived(); // where this is shown again, the value is there before the script is
window.addEventListener('guiding-painter-lost', () => setTimeout(lost, 1500));
new ResizeObserver(() => resize()).observe(board);
