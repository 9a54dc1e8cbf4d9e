// One place for any file: chosen, dropped anywhere on the page, pasted, or taken with the camera.
const find = selector => element.querySelector(selector);
const zone = find('.zone'), input = find('input'), video = find('video');
const isHere = () => element.offsetParent !== null; // the start is what is shown

async function give(file) {
  if (!file) return;
  tell('');
  if (file.size > words.megabytes * 1e6) return tell(words.heavy);
  zone.setAttribute('aria-busy', true);
  try {
    trigger('submit', {file: {path: (await upload(file)).path}});
  } catch {
    tell(words.lost);
  }
  zone.removeAttribute('aria-busy');
}

function tell(sentence) {
  find('.wrong').textContent = sentence;
  find('.wrong').hidden = !sentence;
}

find('.choose').addEventListener('click', () => input.click());
input.addEventListener('change', () => {
  give(input.files[0]);
  input.value = ''; // the same file may be chosen again
});

let over = 0;
for (const name of ['dragenter', 'dragover', 'dragleave', 'drop'])
  document.addEventListener(name, event => {
    if (!isHere() || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    over = name === 'drop' ? 0 : over + ({dragenter: 1, dragleave: -1}[name] || 0);
    zone.classList.toggle('over', over > 0);
    if (name === 'drop') give(event.dataTransfer.files[0]);
  });
document.addEventListener('paste', event => isHere() && give(event.clipboardData?.files[0]));

// The camera, where the browser lets a page have one; a phone's own way of choosing a file has it, too.
let stream = null;
find('.camera').hidden = !navigator.mediaDevices?.getUserMedia;
find('.camera').addEventListener('click', async () => {
  tell('');
  try {
    const wanted = {facingMode: 'environment', width: {ideal: 2560}, height: {ideal: 1920}};
    stream = await navigator.mediaDevices.getUserMedia({video: wanted});
  } catch {
    return tell(words.no_camera);
  }
  video.srcObject = stream;
  look(true);
  await video.play();
  find('.take').focus();
});
find('.take').addEventListener('click', () => {
  if (!video.videoWidth) return;
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d').drawImage(video, 0, 0);
  leave();
  canvas.toBlob(blob => give(new File([blob], 'photo.jpg', {type: 'image/jpeg'})), 'image/jpeg', 0.95);
});
find('.leave').addEventListener('click', () => leave());

function look(through) {
  find('.seen').hidden = !through;
  find('.ways-in').hidden = through;
}

function leave() {
  for (const track of stream?.getTracks() || []) track.stop();
  stream = null;
  look(false);
}
