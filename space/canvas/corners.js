// The paper's corners in a photo, to be dragged: shares of its width and height, clockwise from the top left.
let corners = [], photoWanted = false, held = null;
const handles = [...element.querySelectorAll('.corner')];

function askForPhoto() {
  photoWanted = true;
  act({do: 'look'});
}

async function showCorners({file, corners: found}) {
  const photo = part('photo');
  photo.src = file.url;
  await photo.decode();
  corners = found.map(point => point.map(inside));
  placeCorners();
  if (!part('corners').open) part('corners').showModal();
}

const inside = share => Math.min(1, Math.max(0, share));

function placeCorners() {
  handles.forEach((handle, number) => {
    const [x, y] = corners[number];
    Object.assign(handle.style, {left: `${100 * x}%`, top: `${100 * y}%`});
  });
  part('sheet').setAttribute('points', corners.map(([x, y]) => `${100 * x},${100 * y}`).join(' '));
}

function useCorners(chosen) {
  part('corners').close();
  act({do: 'corners', corners: chosen});
}

for (const [number, handle] of handles.entries()) {
  const move = (x, y) => {
    corners[number] = [inside(x), inside(y)];
    placeCorners();
  };
  handle.addEventListener('pointerdown', event => {
    handle.setPointerCapture(event.pointerId);
    handle.focus();
    const box = part('photo').getBoundingClientRect(), [x, y] = corners[number];
    held = {x: x - event.clientX / box.width, y: y - event.clientY / box.height}; // it does not jump to the finger
    event.preventDefault();
  });
  handle.addEventListener('pointermove', event => {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const box = part('photo').getBoundingClientRect();
    move(held.x + event.clientX / box.width, held.y + event.clientY / box.height);
  });
  handle.addEventListener('keydown', event => {
    const ways = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
    if (!ways[event.key]) return;
    event.preventDefault();
    const step = event.shiftKey ? 0.05 : 0.005, [across, down] = ways[event.key], [x, y] = corners[number];
    move(x + step * across, y + step * down);
  });
}
