// Renders a list of drawings to PNG: node render.mjs JOBS.json, jobs being {path, size, svg} or {path, size, style, seed}.
// The index of every job goes to stdout before the job starts, so that whoever started this process knows which
// drawing ended it (resvg aborts the whole process on some).
import { createAvatar } from '@dicebear/core';
import { Resvg } from '@resvg/resvg-js';
import fs from 'node:fs';

const FILLS = /^(skin|hair|clothing|clothes|shirt|base|headContrast|earring|glasses|hairAccessories)Color$/;

// Every part gets a hue of its own, or parts of equal color could never be told apart when palettes are re-drawn.
function figure({ style: styleName, seed }, style) {
  const start = [...`${styleName}${seed}`].reduce((hash, char) => (hash * 31 + char.charCodeAt(0)) % 360, 7);
  const fills = Object.keys(style.schema.properties).filter((name) => FILLS.test(name));
  const colors = fills.map((name, i) => [name, [hexColor((start + 137.5 * i) % 360, i % 2 ? 0.5 : 0.68)]]);
  return createAvatar(style, { seed: String(seed), backgroundColor: [], ...Object.fromEntries(colors) }).toString();
}

function hexColor(hue, lightness) {
  const channel = (n) => {
    const k = (n + hue / 30) % 12;
    const value = lightness - 0.55 * Math.min(lightness, 1 - lightness) * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(255 * value).toString(16).padStart(2, '0');
  };
  return channel(0) + channel(8) + channel(4);
}

const styles = {};
const jobs = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
for (const [index, job] of jobs.entries()) {
  fs.writeSync(1, `${index}\n`);
  if (job.style) styles[job.style] ??= await import(`@dicebear/${job.style}`);
  const svg = job.svg ?? figure(job, styles[job.style]);
  const png = new Resvg(svg, { fitTo: { mode: 'width', value: job.size } }).render().asPng();
  fs.writeFileSync(`${job.path}.part`, png);
  fs.renameSync(`${job.path}.part`, job.path);
}
