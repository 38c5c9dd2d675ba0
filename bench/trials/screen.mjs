// How fast a session of an interface that paints the whole screen becomes events, and in how much memory. Dense: 10 MB
// of repaints with a spinner, an answer that streams in, scroll regions, colours, synchronized output, the alternate
// screen, and resizes. Sparse: 10 MB in an hour of 200,000 small chunks.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, compiledPacks } from '../harness/bundle.mjs';
import { root } from '../harness/processes.mjs';
import { sessions } from '../harness/screen-sessions.mjs';
import { rounds, tell } from '../harness/trial.mjs';

// Below the repository: what stays outside of the bundle is looked up from there.
const folder = mkdtempSync(join(root, 'dist.bench-'));
try {
  const contents =
    "export * from './src/session-extraction.ts'; export { noRedaction } from './src/session-redaction.ts';";
  const extraction = await bundle(folder, 'extraction', contents);
  const packs = await compiledPacks(folder);
  for (const { name } of sessions) {
    // A sparse one comes a thousand times slower than it is read: nothing is to be reached there.
    const isDense = name === 'dense';
    const samples = [];
    for (let round = 0; round < (isDense ? Math.min(rounds, 3) : 1); round += 1) {
      samples.push(await inProcess(name, extraction, packs));
    }
    const of = (key) => samples.map((sample) => sample[key]);
    const target = isDense ? { atLeast: 10 } : {};
    tell({ what: `a ${name} session to events`, unit: 'MB/s', samples: of('speed'), target });
    tell({ what: `memory for a ${name} session, at most`, unit: 'MB', samples: of('peakMb') });
  }
} finally {
  rmSync(folder, { recursive: true });
}

function inProcess(...words) {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('../harness/screen-extraction.mjs', import.meta.url)), words);
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`the extraction ended with ${code}`)));
  });
}
