// Renders a list of drawings to PNG: node render.mjs JOBS.json, jobs being {path, size, svg} or {path, size, style, seed}.
// The index of every job goes to stdout before the job starts, so that whoever started this process knows which
// drawing ended it (resvg aborts the whole process on some).
import { createAvatar } from '@dicebear/core';
import { Resvg } from '@resvg/resvg-js';
import fs from 'node:fs';

// In the colors of its style: what there is to learn of skin, hair and leaves is what color they have.
function figure({ seed }, style) {
  return createAvatar(style, { seed: String(seed), backgroundColor: [] }).toString();
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
