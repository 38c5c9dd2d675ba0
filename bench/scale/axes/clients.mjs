// How long 1 to 64 clients take, as many as a server admits, until each has had 10,000 events.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { followHistory } from '../../harness/follow-history.mjs';
import { freshEnvironment, root, workFolder } from '../../harness/processes.mjs';
import { serving } from '../../harness/serving.mjs';
import { databaseIn, storeBundle, written } from '../../harness/stored.mjs';
import { isSmoke } from '../../harness/trial.mjs';
import { along } from '../along.mjs';

const sizes = isSmoke ? [1, 2, 4] : [1, 2, 4, 8, 16, 32, 64];
const events = isSmoke ? 1_000 : 10_000;

// Below the repository: what stays outside of the bundle is looked up from there.
const code = mkdtempSync(join(root, 'dist.bench-'));
try {
  const environment = freshEnvironment(workFolder('clients', 1e8));
  await written('fill', await storeBundle(code), databaseIn(environment), events, 1);
  const figures = { ms: { what: `${events.toLocaleString('en')} events to each`, unit: 'ms' } };
  await along('clients', sizes, figures, async (clients) => {
    const { stop, ...server } = await serving(['serve'], environment);
    try {
      return { ms: await followHistory(server, clients, events) };
    } finally {
      await stop();
    }
  });
} finally {
  rmSync(code, { recursive: true });
}
