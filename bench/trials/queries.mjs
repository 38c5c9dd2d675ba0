// How long the usual questions take of a database with 10,000,000 events, and a search for words in 1,000,000: to index
// ten times as many would take minutes.
import { mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle } from '../harness/bundle.mjs';
import { root, workFolder } from '../harness/processes.mjs';
import { seeded } from '../harness/random.mjs';
import { percentile } from '../harness/statistics.mjs';
import {
  agents,
  freshDatabase,
  patterns,
  sessionId,
  startedAt,
  storeBundle,
  types,
  written,
} from '../harness/stored.mjs';
import { isSmoke, tell } from '../harness/trial.mjs';

const events = isSmoke ? 20_000 : 10_000_000;
const searched = isSmoke ? 2_000 : 1_000_000;
const sessions = 200;
const asked = isSmoke ? 3 : 200;

const code = mkdtempSync(join(root, 'dist.bench-'));
try {
  const file = await storeBundle(code);
  const database = freshDatabase(workFolder('queries', 4e9));
  await written('fill', file, database, events, sessions);
  const { openReader } = await import(pathToFileURL(file).href);
  const opened = openReader(database);
  if (!opened.ok) throw new Error(opened.failure.message);
  measure(opened.value);
  opened.value.close();
  await search(file);
} finally {
  rmSync(code, { recursive: true });
}

function measure(reader) {
  const random = seeded(3);
  const soon = new Date(Date.parse(startedAt) + 3_600_000).toISOString();
  const questions = {
    'the latest 100 of a session': () => reader.events({ session: sessionId(random(sessions)), limit: 100 }),
    'the latest 100 of an agent': () => reader.events({ agent: `agent${random(agents)}`, limit: 100 }),
    'the latest 100 of a type': () => reader.events({ type: types[random(types.length)], limit: 100 }),
    'the latest 100 of a pattern': () => reader.events({ pattern: `pattern${random(patterns)}`, limit: 100 }),
    "a session's statistics": () => reader.summary(sessionId(random(sessions))),
    '1,000 within a time': () => reader.events({ until: soon, limit: 1000 }),
    'the statistics of all agents': () => reader.statisticsByAgent(),
  };
  for (const [question, ask] of Object.entries(questions)) {
    const what = `${question}, of ${events.toLocaleString('en')} events, p95`;
    tellOf(what, ask, { atMost: question.includes('all agents') ? 5 : 2 });
  }
}

async function search(store) {
  const database = freshDatabase(workFolder('search', 1e9));
  await written('fill', store, database, searched, sessions);
  const contents = "export * from './src/search-indexing.ts'; export * from './src/open-search.ts';";
  const { openSearch, openSearchIndexing } = await import(pathToFileURL(await bundle(code, 'search', contents)).href);
  const beside = (name) => join(dirname(database), name);
  const paths = { database, searchIndex: beside('search.db'), recordings: beside('recordings') };
  const indexing = openSearchIndexing(paths);
  for (let step; step?.value !== 'idle'; ) {
    step = indexing.step();
    if (!step.ok) throw new Error(step.failure.message);
  }
  indexing.close();
  const reader = openSearch(paths);
  // Some stand in every event, some in few.
  const words = ['reader', '"what the reader"', 'src', 'ts2322 17', 'told, 4711', 'part*'];
  let nth = 0;
  const ask = () => reader.search({ query: words[nth++ % words.length], limit: 20 });
  tellOf(`full text, of ${searched.toLocaleString('en')} events, p95`, ask, { atMost: 50 });
  reader.close();
}

function tellOf(what, ask, target) {
  const samples = [];
  for (let nth = 0; nth < asked; nth += 1) {
    const startMs = performance.now();
    const answer = ask();
    samples.push(performance.now() - startMs);
    if (!answer.ok) throw new Error(answer.failure.message);
  }
  tell({ what, unit: 'ms', samples: [percentile(samples, 0.95)], target });
}
