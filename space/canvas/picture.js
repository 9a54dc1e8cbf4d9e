// The painting as the page knows it: what the server said last, and what was done since that it has not answered yet.
const state = {regions: [], asked: null, step: 0, last_step: 0, size: [1, 1], suggestions: []};
const map = {canvas: null, width: 1, height: 1, numbers: new Uint16Array(1), version: -1};
const layers = {colors: document.createElement('canvas'), lit: document.createElement('canvas'), lines: null};
let outline = null; // {path, box}, of the lit region, in pixels of the map
let lit = []; // the regions that are lit
let showGuesses = false;
const stroke = {color: null, regions: new Set()}; // what is being painted right now

const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
const packed = color => {
  const value = parseInt(color.slice(1), 16);
  const red = value >> 16, green = (value >> 8) & 255, blue = value & 255;
  return littleEndian
    ? ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0
    : ((red << 24) | (green << 16) | (blue << 8) | 255) >>> 0;
};
const regionOf = index => state.regions.find(region => region.index === index);
const shownColor = region => {
  if (stroke.regions.has(region.index)) return stroke.color;
  return region.color || (showGuesses || region.sure ? region.guess : '#ffffff');
};

// A picture of the server, decoded without a change to its numbers.
async function decoded(file) {
  const answer = await fetch(file.url);
  if (!answer.ok) throw new Error(`${file.url}: ${answer.status}`);
  return createImageBitmap(await answer.blob(), {colorSpaceConversion: 'none', premultiplyAlpha: 'none'});
}

async function readMap(file, version) {
  const image = await decoded(file);
  const canvas = document.createElement('canvas');
  canvas.width = image.width;
  canvas.height = image.height;
  const context = canvas.getContext('2d', {willReadFrequently: true});
  context.drawImage(image, 0, 0);
  const data = context.getImageData(0, 0, image.width, image.height).data;
  const numbers = new Uint16Array(image.width * image.height);
  for (let pixel = 0; pixel < numbers.length; pixel++) numbers[pixel] = (data[4 * pixel] << 8) | data[4 * pixel + 1];
  Object.assign(map, {width: image.width, height: image.height, numbers, version});
  for (const name of ['colors', 'lit']) {
    layers[name].width = image.width;
    layers[name].height = image.height;
  }
}

// The region under a point in pixels of the drawing, null beside it.
function regionAt(x, y) {
  const column = Math.floor((x * map.width) / state.size[0]), row = Math.floor((y * map.height) / state.size[1]);
  if (column < 0 || row < 0 || column >= map.width || row >= map.height) return null;
  return map.numbers[row * map.width + column];
}

function paintColors() {
  const table = new Uint32Array(65536).fill(packed('#ffffff'));
  for (const region of state.regions) table[region.index] = packed(shownColor(region));
  const context = layers.colors.getContext('2d');
  const image = context.createImageData(map.width, map.height);
  const pixels = new Uint32Array(image.data.buffer), numbers = map.numbers;
  for (let pixel = 0; pixel < numbers.length; pixel++) pixels[pixel] = table[numbers[pixel]];
  context.putImageData(image, 0, 0);
}

// Makes the mask and the outline of the regions that are lit.
function light(indices) {
  lit = indices;
  outline = null;
  const member = new Uint8Array(65536);
  for (const index of indices) member[index] = 1;
  const {width, height, numbers} = map;
  let left = width, top = height, right = -1, bottom = -1;
  for (let y = 0, pixel = 0; y < height; y++) {
    for (let x = 0; x < width; x++, pixel++) {
      if (!member[numbers[pixel]]) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
    }
  }
  const context = layers.lit.getContext('2d');
  context.clearRect(0, 0, width, height);
  if (right < 0) return;
  const box = {left, top, width: right - left + 1, height: bottom - top + 1};
  const inside = (x, y) => x >= left && x <= right && y >= top && y <= bottom && member[numbers[y * width + x]] === 1;
  const image = context.createImageData(box.width, box.height);
  const path = new Path2D();
  for (let y = top; y <= bottom + 1; y++) {
    let began = -1;
    for (let x = left; x <= right + 1; x++) {
      if (inside(x, y)) image.data[4 * ((y - top) * box.width + x - left) + 3] = 255;
      const edge = inside(x, y) !== inside(x, y - 1);
      if (edge && began < 0) began = x;
      if (!edge && began >= 0) {
        path.moveTo(began, y);
        path.lineTo(x, y);
        began = -1;
      }
    }
  }
  for (let x = left; x <= right + 1; x++) {
    let began = -1;
    for (let y = top; y <= bottom + 1; y++) {
      const edge = inside(x, y) !== inside(x - 1, y);
      if (edge && began < 0) began = y;
      if (!edge && began >= 0) {
        path.moveTo(x, began);
        path.lineTo(x, y);
        began = -1;
      }
    }
  }
  context.putImageData(image, left, top);
  outline = {path, box};
}
