// How long a run takes, all of it recorded and extracted, whose child prints the same amount in lines of 10 B to 1 MB.
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { lines } from '../../harness/corpus.mjs';
import { freshEnvironment, ridealong, timed, workFolder } from '../../harness/processes.mjs';
import { isSmoke } from '../../harness/trial.mjs';
import { along } from '../along.mjs';

const sizes = isSmoke ? [10, 1_000, 100_000] : [10, 100, 1_000, 10_000, 100_000, 1_000_000];
const bytes = isSmoke ? 1_000_000 : 32_000_000;
const folder = workFolder('lines', 3 * bytes);
const figures = { ms: { what: `${bytes / 1e6} MB recorded and extracted`, unit: 'ms' } };

await along('bytes in a line', sizes, figures, async (lineBytes) => {
  const file = fileOfLines(lineBytes);
  const env = freshEnvironment(folder);
  const ms = await timed([process.execPath, ridealong, '--drain-timeout', '10m', '--', 'cat', file], { env });
  rmSync(env.HOME, { recursive: true });
  rmSync(file);
  return { ms };
});

/** What agents print, cut anew. */
function fileOfLines(lineBytes) {
  const path = join(folder, 'lines.txt');
  const file = openSync(path, 'w');
  const coming = lines(0);
  for (let written = 0, text = ''; written < bytes; ) {
    while (text.length < Math.max(lineBytes, 65_536)) text += `${coming.next().value} `;
    let piece = '';
    let at = 0;
    for (; at + lineBytes <= text.length; at += lineBytes) piece += `${text.slice(at, at + lineBytes - 1)}\n`;
    text = text.slice(at);
    written += writeSync(file, piece);
  }
  closeSync(file);
  return path;
}
