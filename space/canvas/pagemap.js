// The small map of a page of panels: the one in question is lit, and how much of each is colored; a click goes on there.
let following = false; // whether the view goes along from panel to panel
const MAP_HEIGHT = 120; // pixels

function showMap() {
  const boxes = state.boxes || [];
  part('page-map').hidden = !boxes.length;
  part('by-panel-switch').hidden = !state.is_page;
  part('by-panel').checked = boxes.length > 0;
  bench.dataset.panel = boxes.length ? state.panel ?? '' : '';
  const holder = part('page-map').querySelector('.panels');
  if (holder.childElementCount !== boxes.length)
    holder.replaceChildren(...boxes.map((_, number) => panelButton(number)));
  boxes.forEach((box, number) => {
    const button = holder.children[number];
    const percent = percentColored(state.regions.filter(region => region.panel === number));
    placeIn(button, box);
    button.setAttribute('aria-label', words.panel.replace('{number}', number + 1).replace('{percent}', percent));
    button.title = button.getAttribute('aria-label');
    button.setAttribute('aria-current', number === state.panel);
    button.firstChild.style.width = `${percent}%`;
  });
  drawMap();
}

function panelButton(number) {
  const button = document.createElement('button');
  button.type = 'button';
  button.dataset.panel = number;
  button.append(document.createElement('i'));
  return button;
}

function placeIn(button, [left, top, right, bottom]) {
  const [width, height] = state.size;
  Object.assign(button.style, {
    left: `${(100 * left) / width}%`, top: `${(100 * top) / height}%`,
    width: `${(100 * (right - left)) / width}%`, height: `${(100 * (bottom - top)) / height}%`,
  });
}

// Of all colors and lines, small.
function drawMap() {
  if (!state.boxes?.length || !layers.lines) return;
  const canvas = part('page-map').querySelector('canvas'), [width, height] = state.size;
  const scale = Math.min(MAP_HEIGHT / height, (1.2 * MAP_HEIGHT) / width);
  part('page-map').style.width = `${Math.round(scale * width)}px`;
  canvas.width = Math.round(2 * scale * width);
  canvas.height = Math.round(2 * scale * height);
  const target = canvas.getContext('2d');
  target.imageSmoothingQuality = 'medium';
  target.drawImage(layers.colors, 0, 0, canvas.width, canvas.height);
  target.globalCompositeOperation = 'multiply';
  target.drawImage(layers.lines, 0, 0, canvas.width, canvas.height);
}

function goToPanel(number) {
  following = true;
  show(state.boxes[number]);
  board.focus({preventScroll: true});
  act({do: 'panel', number});
}

// Goes along to the panel of the next question, where the view was on one and that is out of sight.
function follow(before) {
  const box = state.boxes?.[state.panel];
  if (following && box && state.panel !== before && !sees(box)) show(box);
}
