// How long 1 to 50 wrappers take that run at once, each until all its child printed is recorded, extracted and stored; and
// how much processor time, which other programs on the machine have less to do with.
import { rmSync } from 'node:fs';
import { corpusFile } from '../../harness/corpus.mjs';
import { freshEnvironment, ridealong, timed, usageOf, workFolder } from '../../harness/processes.mjs';
import { isSmoke } from '../../harness/trial.mjs';
import { along } from '../along.mjs';

const folder = workFolder('wrappers', 1e9);
const corpus = corpusFile(folder, { bytes: isSmoke ? 1 << 16 : 1 << 20, matchShare: 0.01 });
const sizes = isSmoke ? [1, 2, 3] : [1, 2, 5, 10, 20, 50];
const figures = {
  ms: { what: 'until all have stored what 1 MiB told', unit: 'ms' },
  ...(usageOf(process.pid) && { processorMs: { what: 'processor time of all', unit: 'ms' } }),
};

await along('wrappers at once', sizes, figures, async (wrappers) => {
  const env = freshEnvironment(folder);
  const command = [process.execPath, ridealong, '--drain-timeout', '10m', '--', 'cat', corpus];
  const before = usageOf(process.pid)?.childrenMs;
  const startMs = performance.now();
  await Promise.all(Array.from({ length: wrappers }, () => timed(command, { env })));
  const ms = performance.now() - startMs;
  rmSync(env.HOME, { recursive: true });
  return { ms, processorMs: usageOf(process.pid)?.childrenMs - before };
});
