// How long questions and commits take of a store that holds 1 to 10,000,000 events.
import { mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, workFolder } from '../../harness/processes.mjs';
import { median } from '../../harness/statistics.mjs';
import { freshDatabase, sessionId, storeBundle, types, written } from '../../harness/stored.mjs';
import { isSmoke } from '../../harness/trial.mjs';
import { along } from '../along.mjs';

const sizes = isSmoke ? [1, 1_000, 10_000] : [1, 100, 10_000, 100_000, 1_000_000, 10_000_000];
const sessions = 100;
const asked = isSmoke ? 3 : 50;
const committed = isSmoke ? 2_000 : 20_000;
const figures = {
  latest: { what: 'the latest 100 of a type', unit: 'ms' },
  summary: { what: "a session's statistics", unit: 'ms' },
  statistics: { what: 'the statistics of all agents', unit: 'ms' },
  commit: { what: 'a commit of 1,000 events', unit: 'ms' },
};

// Below the repository: what stays outside of the bundle is looked up from there.
const code = mkdtempSync(join(root, 'dist.bench-'));
try {
  const file = await storeBundle(code);
  const folder = workFolder('events', 4e9);
  const { openReader } = await import(pathToFileURL(file).href);
  await along('events in the store', sizes, figures, async (events) => {
    const database = freshDatabase(folder);
    await written('fill', file, database, events, Math.min(sessions, events));
    const opened = openReader(database);
    if (!opened.ok) throw new Error(opened.failure.message);
    const reader = opened.value;
    const answers = {
      latest: timeOf((nth) => reader.events({ type: types[nth % types.length], limit: 100 })),
      summary: timeOf((nth) => reader.summary(sessionId(nth % Math.min(sessions, events)))),
      statistics: timeOf(() => reader.statisticsByAgent()),
    };
    reader.close();
    // By a session that is not there yet.
    const { commitsMs } = await written('ours', file, database, committed, sessions);
    rmSync(dirname(database), { recursive: true });
    return { ...answers, commit: median(commitsMs) };
  });
} finally {
  rmSync(code, { recursive: true });
}

function timeOf(ask) {
  const samples = [];
  for (let nth = 0; nth < asked; nth += 1) {
    const startMs = performance.now();
    const answer = ask(nth);
    samples.push(performance.now() - startMs);
    if (!answer.ok) throw new Error(answer.failure.message);
  }
  return median(samples);
}
