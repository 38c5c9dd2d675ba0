// How long a session takes, and how much memory its wrapper has at most, whose child writes 1 MiB to 10 GiB into a pipe.
import { rmSync } from 'node:fs';
import { corpusFile } from '../../harness/corpus.mjs';
import { peakMemory } from '../../harness/peak-memory.mjs';
import { freshEnvironment, ridealong, usageOf, workFolder } from '../../harness/processes.mjs';
import { isSmoke, tell } from '../../harness/trial.mjs';
import { along } from '../along.mjs';

const mebibyte = 1 << 20;
const sizes = (isSmoke ? [1, 4, 16] : [1, 4, 16, 64, 256, 1024, 4096, 10_240]).map((size) => size * mebibyte);
const axis = 'bytes in a session';
const figures = { ms: { what: 'until it has ended', unit: 'ms' }, megabytes: { what: 'memory at most', unit: 'MB' } };

if (usageOf(process.pid) === undefined) tell({ what: axis, skipped: 'there is no /proc' });
else {
  const folder = workFolder('sessions', 1.1 * sizes.at(-1));
  await along(axis, sizes, figures, async (bytes) => {
    const pieceBytes = Math.min(bytes, 64 * mebibyte);
    const corpus = corpusFile(folder, { bytes: pieceBytes, matchShare: 0.01 });
    const env = freshEnvironment(folder);
    const command = [process.execPath, ridealong, '--', 'cat', ...Array(bytes / pieceBytes).fill(corpus)];
    const { ms, peakBytes } = await peakMemory(command, { env });
    rmSync(env.HOME, { recursive: true });
    return { ms, megabytes: peakBytes / 1e6 };
  });
}
