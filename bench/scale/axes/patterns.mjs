// How long a process takes that scans a file for 1 to 1,000 patterns: what it finds is much the same from 30 on.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { corpusFile } from '../../harness/corpus.mjs';
import { manyPatterns } from '../../harness/many-patterns.mjs';
import { root, workFolder } from '../../harness/processes.mjs';
import { scanning } from '../../harness/scanning.mjs';
import { isSmoke } from '../../harness/trial.mjs';
import { along } from '../along.mjs';

const sizes = isSmoke ? [1, 10, 300] : [1, 3, 10, 30, 100, 300, 1_000];
const bytes = isSmoke ? 1 << 18 : 32 << 20;

// Below the repository: what stays outside of the bundle is looked up from there.
const code = mkdtempSync(join(root, 'dist.bench-'));
try {
  const corpus = corpusFile(workFolder('patterns', 2 * bytes), { bytes, matchShare: 0.01 });
  const scan = await scanning(code);
  const packsOf = await manyPatterns(code);
  const figures = { ms: { what: `scanning ${Math.round(bytes / (1 << 20))} MiB`, unit: 'ms' } };
  await along('patterns', sizes, figures, async (count) => ({ ms: await scan(corpus, packsOf(count)) }));
} finally {
  rmSync(code, { recursive: true });
}
