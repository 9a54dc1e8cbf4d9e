// What is seen of the picture: how large, which part, and drawing it. Lines stay sharp: they are laid over the colors
// at the size of the screen.
const board = part('board'), brushless = {color: '#ffd84d', edge: '#d6266f'};
const context = board.getContext('2d');
const veil = document.createElement('canvas');
const view = {scale: 1, x: 0, y: 0, fitted: true};
const density = () => Math.min(2, window.devicePixelRatio || 1);
let showBefore = false, trail = null, frameAsked = false;

const fitScale = () => Math.min(board.clientWidth / state.size[0], board.clientHeight / state.size[1]) || 1;

function fit() {
  view.scale = fitScale();
  view.x = (board.clientWidth - view.scale * state.size[0]) / 2;
  view.y = (board.clientHeight - view.scale * state.size[1]) / 2;
  view.fitted = true;
  draw();
}

// Enlarges about a point of the board; never smaller than the whole picture, nor far out of sight.
function zoom(factor, x = board.clientWidth / 2, y = board.clientHeight / 2) {
  const scale = Math.min(Math.max(view.scale * factor, fitScale()), Math.max(16, 4 * fitScale()));
  if (scale <= fitScale() * 1.001) return fit();
  view.x = x - ((x - view.x) * scale) / view.scale;
  view.y = y - ((y - view.y) * scale) / view.scale;
  view.scale = scale;
  view.fitted = false;
  pan(0, 0);
}

// Enlarges a part of the picture, [left, top, right, bottom] in its pixels, to fill the board.
function show([left, top, right, bottom]) {
  const {clientWidth: width, clientHeight: height} = board;
  const scale = Math.min(width / (right - left), height / (bottom - top)) * 0.95;
  view.scale = Math.min(Math.max(scale, fitScale()), Math.max(16, 4 * fitScale()));
  view.x = width / 2 - (view.scale * (left + right)) / 2;
  view.y = height / 2 - (view.scale * (top + bottom)) / 2;
  view.fitted = false;
  pan(0, 0);
}

// Whether the middle of such a part is in sight.
function sees([left, top, right, bottom]) {
  const x = view.x + (view.scale * (left + right)) / 2, y = view.y + (view.scale * (top + bottom)) / 2;
  return x >= 0 && y >= 0 && x <= board.clientWidth && y <= board.clientHeight;
}

function pan(across, down) {
  const keep = (offset, board, picture) =>
    picture <= board ? (board - picture) / 2 : Math.min(0.3 * board, Math.max(0.7 * board - picture, offset));
  view.x = keep(view.x + across, board.clientWidth, view.scale * state.size[0]);
  view.y = keep(view.y + down, board.clientHeight, view.scale * state.size[1]);
  draw();
}

function placeOf(event) {
  const box = board.getBoundingClientRect();
  return {
    x: (event.clientX - box.left - view.x) / view.scale, y: (event.clientY - box.top - view.y) / view.scale,
    left: event.clientX - box.left, top: event.clientY - box.top,
  };
}

function resize() {
  const width = Math.max(1, Math.round(board.clientWidth * density()));
  const height = Math.max(1, Math.round(board.clientHeight * density()));
  if (board.width !== width || board.height !== height) {
    for (const canvas of [board, veil]) Object.assign(canvas, {width, height});
    if (view.fitted) fit();
    else pan(0, 0);
  }
}

function draw() {
  if (frameAsked) return;
  frameAsked = true;
  requestAnimationFrame(() => {
    frameAsked = false;
    render();
  });
}

function render() {
  const [width, height] = state.size, ratio = density();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.globalCompositeOperation = 'source-over';
  context.clearRect(0, 0, board.width, board.height);
  if (!layers.lines) return;
  const place = target => target.setTransform(
    ratio * view.scale, 0, 0, ratio * view.scale, ratio * view.x, ratio * view.y);
  place(context);
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  const shrunk = (ratio * view.scale * width) / map.width < 1;
  if (!showBefore) {
    context.imageSmoothingEnabled = shrunk;
    context.imageSmoothingQuality = 'medium';
    context.drawImage(layers.colors, 0, 0, width, height);
    if (outline) drawLight(place, width, height);
  }
  place(context);
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = shrunk ? 'high' : 'medium';
  context.globalCompositeOperation = 'multiply';
  context.drawImage(layers.lines, 0, 0, width, height);
  context.globalCompositeOperation = 'source-over';
  if (!showBefore && outline) drawOutline(width / map.width);
  if (trail) drawTrail();
}

// Stripes, in the screen's own measure, in the lit regions.
function drawLight(place, width, height) {
  const target = veil.getContext('2d');
  target.setTransform(1, 0, 0, 1, 0, 0);
  target.globalCompositeOperation = 'source-over';
  target.clearRect(0, 0, veil.width, veil.height);
  place(target);
  target.imageSmoothingEnabled = false;
  target.drawImage(layers.lit, 0, 0, width, height);
  target.setTransform(1, 0, 0, 1, 0, 0);
  target.globalCompositeOperation = 'source-in';
  target.fillStyle = stripes();
  target.fillRect(0, 0, veil.width, veil.height);
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.drawImage(veil, 0, 0);
}

const patterns = new Map();
function stripes() {
  const period = Math.round(14 * density());
  if (!patterns.has(period)) {
    const tile = document.createElement('canvas');
    tile.width = tile.height = period;
    const target = tile.getContext('2d');
    target.fillStyle = 'rgba(255, 243, 176, 0.45)';
    target.fillRect(0, 0, period, period);
    target.strokeStyle = brushless.color;
    target.lineWidth = (period * 3) / 7 / Math.SQRT2;
    for (const shift of [-period, 0, period]) {
      target.beginPath();
      target.moveTo(shift - period, period * 2);
      target.lineTo(shift + period * 2, -period);
      target.stroke();
    }
    patterns.set(period, context.createPattern(tile, 'repeat'));
  }
  return patterns.get(period);
}

function drawOutline(pixel) {
  const {path, box} = outline;
  context.save();
  context.scale(pixel, pixel);
  context.lineJoin = context.lineCap = 'round';
  for (const [color, size] of [['white', 4.5], [brushless.edge, 2.2]]) {
    context.strokeStyle = color;
    context.lineWidth = size / view.scale / pixel;
    context.stroke(path);
  }
  const shown = Math.max(box.width, box.height) * pixel * view.scale;
  if (shown < 26) { // a small one gets a ring around it
    context.beginPath();
    context.arc(box.left + box.width / 2, box.top + box.height / 2, 24 / view.scale / pixel, 0, 2 * Math.PI);
    context.stroke();
  }
  context.restore();
}

function drawTrail() {
  const ways = new Path2D();
  trail.points.forEach(([x, y], number) => (number ? ways.lineTo(x, y) : ways.moveTo(x, y)));
  context.lineJoin = context.lineCap = 'round';
  for (const [color, size] of [['white', 6], [trail.color, 3]]) {
    context.strokeStyle = color;
    context.lineWidth = size / view.scale;
    context.stroke(ways);
  }
}
