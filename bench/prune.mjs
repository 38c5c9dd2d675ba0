// How long another writer's commits wait while a million events are pruned: one process prunes a session of that many,
// another commits a batch of ten events every few milliseconds, first alone, then beside it. Prints one line each, and
// how much of the file comes back.
//
//   node bench/prune.mjs [events] [folder]
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundle } from './harness/bundle.mjs';
import { root } from './harness/processes.mjs';
import { percentile } from './harness/statistics.mjs';

const [, , first, second, third] = process.argv;

if (process.send) {
  const run = { write: keepCommitting, prune: pruneAll }[first];
  await run(await import(pathToFileURL(second).href), third);
  process.disconnect();
} else {
  const folder = mkdtempSync(join(second ?? tmpdir(), 'ridealong-bench-'));
  const code = mkdtempSync(join(root, 'dist.bench-'));
  try {
    const modules = ['prune', 'store/open-pruner', 'store/open-store', 'domain/retention'];
    const contents = modules.map((name) => `export * from './src/${name}.ts';`);
    const program = await bundle(code, 'prune', contents.join('\n'));
    await trial(program, folder, Number(first ?? 1_000_000));
  } finally {
    rmSync(folder, { recursive: true });
    rmSync(code, { recursive: true });
  }
}

async function trial(program, folder, events) {
  const tools = await import(pathToFileURL(program).href);
  const paths = pathsIn(folder);
  fill(tools, paths, events);
  const size = () => Math.round(statSync(paths.database).size / 1e6);
  const before = size();
  const alone = await start(program, 'write', folder);
  await new Promise((resolve) => setTimeout(resolve, 5000));
  console.log('alone  ', quantiles(await stop(alone)));
  const beside = await start(program, 'write', folder);
  const pruning = fork(fileURLToPath(import.meta.url), ['prune', program, folder]);
  const [took] = await Promise.all([
    new Promise((resolve) => pruning.once('message', resolve)),
    new Promise((resolve) => pruning.once('exit', resolve)),
  ]);
  console.log('beside ', quantiles(await stop(beside)));
  console.log(took, { megabytesBefore: before, megabytesAfter: size() });
}

function start(program, what, folder) {
  const child = fork(fileURLToPath(import.meta.url), [what, program, folder]);
  return new Promise((resolve) => child.once('message', () => resolve(child)));
}

function stop(child) {
  const waits = new Promise((resolve) => child.once('message', resolve));
  child.send('stop');
  return waits;
}

function quantiles(waits) {
  const at = (share) => Number(percentile(waits, share).toFixed(1));
  return { commits: waits.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

function pathsIn(folder) {
  return { database: join(folder, 'ridealong.db'), recordings: join(folder, 'recordings') };
}

function sessionOf(id, startedAt) {
  return {
    id,
    agent: 'bench',
    mode: 'pipe',
    streams: ['stdout'],
    command: ['bench'],
    workingDirectory: '/',
    host: 'here',
    process: { pid: 1, startTicks: 0 },
    startedAt,
    packs: [],
    patternFiles: [],
  };
}

function batchOf(from, count) {
  const events = Array.from({ length: count }, (_, index) => ({
    stream: 'stdout',
    offset: from + index,
    endOffset: from + index + 1,
    lineNumber: from + index,
    timeUs: (from + index) * 1000,
    type: 'error',
    pattern: `pattern-${(from + index) % 12}`,
    risk: 'low',
    autoConfirmable: false,
    matchedValue: `Error: number ${from + index} of many`,
    originalLine: `src/some/file.ts:${from + index}: Error: number ${from + index} of many, as a compiler says`,
    metadata: { path: `src/some/file-${index}.ts`, line: from + index },
  }));
  return { events, from: { stdout: from, stderr: 0 }, to: { stdout: from + count, stderr: 0 }, lines: count };
}

function valueOf(result) {
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

function fill({ openStore }, paths, events) {
  const store = valueOf(openStore(paths));
  const session = sessionOf('01A00000000000000000000000', '2020-01-01T00:00:00.000Z');
  valueOf(store.addSession(session));
  for (let done = 0; done < events; done += 2000) {
    const last = done + 2000 >= events;
    const end = {
      endedAt: '2020-01-02T00:00:00.000Z',
      ending: { kind: 'exited', code: 0 },
      gapBytes: { stdout: 0, stderr: 0 },
    };
    valueOf(store.commit(session.id, { ...batchOf(done, 2000), ...(last && { end }) }));
  }
  store.close();
}

async function keepCommitting({ openStore }, folder) {
  const store = valueOf(openStore(pathsIn(folder)));
  const id = `01B${String(process.pid).padStart(23, '0')}`;
  valueOf(store.addSession(sessionOf(id, new Date().toISOString())));
  const waits = [];
  let isOver = false;
  process.once('message', () => (isOver = true));
  process.send('ready');
  for (let from = 0; !isOver; from += 10) {
    const startMs = performance.now();
    valueOf(store.commit(id, batchOf(from, 10)));
    waits.push(performance.now() - startMs);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  store.close();
  process.send(waits);
}

async function pruneAll({ openPruner, whatToPrune, prune, reclaimSpace, defaultRetention }, folder) {
  const paths = pathsIn(folder);
  const store = valueOf(openPruner(paths.database));
  const pruner = { paths, store, isOver: () => false };
  const startMs = performance.now();
  const plan = valueOf(whatToPrune(pruner, { retention: defaultRetention, nowMs: Date.now() }));
  for await (const { outcome } of prune(plan, pruner)) valueOf(outcome);
  const prunedMs = performance.now();
  valueOf(await reclaimSpace(pruner));
  const seconds = (from, to) => Number(((to - from) / 1000).toFixed(1));
  const took = { pruned: plan.length, pruneSeconds: seconds(startMs, prunedMs) };
  store.close();
  process.send({ ...took, reclaimSeconds: seconds(prunedMs, performance.now()) });
}
