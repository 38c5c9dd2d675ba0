// Full text search over a million events and recorded lines: how fast the index is filled, how large it gets, how
// long a search takes, and what filling it costs a wrapper that commits meanwhile (in turn with the index at rest).
//
//   node bench/search.mjs [events] [megabytes of recorded lines]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundle } from './harness/bundle.mjs';
import { root } from './harness/processes.mjs';
import { percentile } from './harness/statistics.mjs';

if (process.send) {
  const { openSearchIndexing } = await import(pathToFileURL(process.argv[2]).href);
  const indexing = openSearchIndexing(JSON.parse(process.argv[3]));
  for (;;) {
    indexing.step();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const events = Number(process.argv[2] ?? 1_000_000);
const recordedBytes = Number(process.argv[3] ?? 40) * 1e6;
// Below the repository: what stays outside of the bundle is looked up from there.
const folder = mkdtempSync(join(root, 'dist.bench-'));
try {
  await bench();
} finally {
  rmSync(folder, { recursive: true });
}

async function bench() {
  const modules = ['store/open-store', 'search-indexing', 'open-search', 'recording/recorder', 'recording/folder'];
  const contents = [...modules, 'recording/write-session-file'].map((name) => `export * from './src/${name}.ts';`);
  const program = await bundle(folder, 'search', contents.join('\n'));
  const ours = await import(pathToFileURL(program).href);
  const paths = { database: join(folder, 'r.db'), searchIndex: join(folder, 's.db'), recordings: join(folder, 'rec') };
  mkdirSync(paths.recordings);
  const store = ours.openStore(paths).value;
  const text = textMaker();
  let eventBytes = 0;
  let lineBytes = 0;
  const sessions = 20;
  for (let nth = 0; nth < sessions; nth += 1) {
    const session = sessionOf(nth);
    store.addSession(session);
    const recorder = ours.createRecorder(ours.recordingFolder(paths.recordings, session.id), session.streams);
    for (let written = 0; written < recordedBytes / sessions; ) {
      const bytes = Buffer.from(Array.from({ length: 200 }, () => `${text(8)}\n`).join(''));
      recorder.append([{ stream: 'stdout', timeUs: written, bytes }]);
      written += bytes.length;
      lineBytes += bytes.length;
    }
    recorder.close();
    ours.writeSessionFile(ours.recordingFolder(paths.recordings, session.id), session);
    for (let done = 0, from = { stdout: 0, stderr: 0 }; done < events / sessions; done += 1000) {
      const batch = Array.from({ length: 1000 }, (_, n) => eventOf(text(8), done + n));
      eventBytes += batch.reduce((sum, { originalLine }) => sum + originalLine.length, 0);
      const to = { stdout: done + 1000, stderr: 0 };
      store.commit(session.id, { events: batch, from, to, lines: 1000 });
      from = to;
    }
    const at = { stdout: Math.ceil(events / sessions / 1000) * 1000, stderr: 0 };
    const end = {
      endedAt: '2026-01-02T00:00:00.000Z',
      ending: { kind: 'exited', code: 0 },
      gapBytes: { stdout: 0, stderr: 0 },
    };
    store.commit(session.id, { events: [], from: at, to: at, lines: 0, end });
  }

  const indexing = ours.openSearchIndexing(paths);
  const start = process.cpuUsage();
  const steps = [];
  for (let step; step?.value !== 'idle'; ) {
    const from = performance.now();
    step = indexing.step();
    if (!step.ok) throw new Error(step.failure.message);
    steps.push(performance.now() - from);
  }
  const { user, system } = process.cpuUsage(start);
  indexing.close();
  const size = statSync(paths.searchIndex).size;
  const bytes = eventBytes + lineBytes;
  console.log(
    `${events} events (${mb(eventBytes)}), lines ${mb(lineBytes)}: index ${mb(size)}, ${(size / bytes).toFixed(2)} bytes per byte`,
  );
  console.log(`filled at ${(bytes / (user + system)).toFixed(1)} MB/s of processor time; steps ${spread(steps)}`);

  const search = ours.openSearch(paths);
  const took = [];
  for (let nth = 0; nth < 100; nth += 1) {
    const queries = ['error', 'error failed', text(1), text(2), `"${text(2)}"`, `${text(1)}*`, 'needle'];
    const from = performance.now();
    search.search({ query: queries[nth % queries.length], limit: 20, ...(nth % 5 === 0 && { agent: 'codex' }) });
    took.push(performance.now() - from);
  }
  search.close();
  console.log(`search ${spread(took)}`);

  const child = fork(fileURLToPath(import.meta.url), [
    program,
    JSON.stringify({ ...paths, searchIndex: join(folder, 'other.db') }),
  ]);
  const commits = { rest: [], indexing: [] };
  const session = sessionOf(sessions);
  store.addSession(session);
  let from = { stdout: 0, stderr: 0 };
  for (let round = 0; round < 20; round += 1) {
    const which = round % 2 === 0 ? 'rest' : 'indexing';
    child.kill(which === 'rest' ? 'SIGSTOP' : 'SIGCONT');
    for (let nth = 0; nth < 20; nth += 1) {
      const batch = Array.from({ length: 100 }, (_, n) => eventOf(text(8), n));
      const to = { stdout: from.stdout + 100, stderr: 0 };
      const begin = performance.now();
      store.commit(session.id, { events: batch, from, to, lines: 100 });
      commits[which].push(performance.now() - begin);
      from = to;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  child.kill('SIGKILL');
  await once(child, 'exit');
  console.log(
    `commit of 100 events with the index at rest ${spread(commits.rest)}, while it is filled ${spread(commits.indexing)}`,
  );
  store.close();
}

function sessionOf(nth) {
  return {
    id: `01K1FZ5W8N7Q3V9XH2M4T6R8${String(nth).padStart(2, '0')}`,
    agent: nth % 2 === 0 ? 'claude' : 'codex',
    mode: 'pipe',
    streams: ['stdout'],
    command: ['agent'],
    workingDirectory: '/work',
    host: 'here',
    process: { pid: 1, startTicks: 1 },
    startedAt: '2026-01-01T00:00:00.000Z',
    packs: [],
    patternFiles: [],
  };
}

function eventOf(line, nth) {
  const place = { stream: 'stdout', offset: nth * 60, endOffset: nth * 60 + 60, lineNumber: nth + 1, timeUs: nth };
  const what = { type: 'error', pattern: 'error', risk: 'low', autoConfirmable: false };
  return { ...place, ...what, matchedValue: line.slice(0, 20), originalLine: line };
}

/** Words as texts have them: few of them often, most seldom. The same each time. */
function textMaker() {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const common = ['error', 'failed', 'the', 'file', 'test', 'in', 'of', 'reading', 'done'];
  const word = () => {
    const rank = Math.floor(30_000 * random() ** 4);
    return common[rank] ?? `${'bcdfgklmnprst'[rank % 13]}${'aeiou'[rank % 5]}${rank.toString(36)}`;
  };
  return (words) => Array.from({ length: words }, word).join(' ');
}

function mb(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function spread(times) {
  const at = (share) => percentile(times, share).toFixed(1);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, at most ${at(1)} ms`;
}
