import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ulid } from 'ulid';
import type { Paths } from './domain/config.ts';
import type { Failure } from './domain/failure.ts';
import { ok, type Result } from './domain/result.ts';
import { recordingFolder } from './recording/folder.ts';
import { createRecorder } from './recording/recorder.ts';
import { sampleBatch, sampleSession } from './sample-session.ts';
import { openPruner } from './store/open-pruner.ts';
import { openReader } from './store/open-reader.ts';
import { openStore } from './store/open-store.ts';

/** What 95 of 100 rounds may take at most. */
const limitsMs = { record: 5, store: 5, query: 5, 'clean-up': 100 } as const;

export interface Latency {
  readonly what: keyof typeof limitsMs;
  readonly rounds: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly limit: number;
  readonly verdict: 'ok' | 'fail';
}

const rounds = 100;
const chunk = Buffer.from('a line of output, as agents print them\n'.repeat(100));
const eventsPerBatch = 300;

/**
 * Measures on this machine, in a folder on the disk of the user's data that goes afterwards: recording a chunk of 4 kB,
 * storing ten events, reading the last fifty of a session out of 30,000, and deleting in one transaction of a clean-up.
 */
export function measurePerformance({ data }: Pick<Paths, 'data'>): Result<Latency[], Failure> {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(data, 'performance-'));
  try {
    return measureIn(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function measureIn(folder: string): Result<Latency[], Failure> {
  const paths = { database: join(folder, 'ridealong.db'), recordings: join(folder, 'recordings') };
  const old = sampleSession(ulid(), '2020-01-01T00:00:00.000Z');
  const young = sampleSession(ulid(), new Date().toISOString());
  const recorder = createRecorder(recordingFolder(paths.recordings, young.id), ['stdout']);
  const record = timed('record', (round) => recorder.append([{ stream: 'stdout', timeUs: round, bytes: chunk }]));
  recorder.close();

  const store = openStore(paths);
  if (!store.ok) return store;
  for (const session of [old, young]) store.value.addSession(session);
  for (let nth = 0; nth < rounds; nth += 1) {
    const batch = sampleBatch(old.id, nth * eventsPerBatch, eventsPerBatch);
    const ending = { endedAt: '2020-01-01T01:00:00.000Z', ending: { kind: 'untold' } } as const;
    const end = nth === rounds - 1 && { end: { ...ending, gapBytes: { stdout: 0, stderr: 0 } } };
    const committed = store.value.commit(old.id, { ...batch, ...end });
    if (!committed.ok) return committed;
  }
  const storing = timed('store', (round) => store.value.commit(young.id, sampleBatch(young.id, round * 10, 10)));
  store.value.close();

  const reader = openReader(paths.database);
  if (!reader.ok) return reader;
  const query = timed('query', () => reader.value.events({ session: old.id, limit: 50 }));
  reader.value.close();

  const pruner = openPruner(paths.database);
  if (!pruner.ok) return pruner;
  const deletion = pruner.value.deletionOf(old.id);
  for (let step = deletion.step(); step.ok && step.value === 'read'; ) step = deletion.step();
  const cleanUp = timed('clean-up', () => deletion.step());
  pruner.value.close();
  return ok([record, storing, query, cleanUp]);
}

function timed(what: Latency['what'], round: (nth: number) => unknown): Latency {
  const took = Array.from({ length: rounds }, (_, nth) => {
    const startMs = performance.now();
    round(nth);
    return performance.now() - startMs;
  }).sort((one, other) => one - other);
  const at = (share: number) => Math.round((took[Math.ceil(share * rounds) - 1] ?? 0) * 100) / 100;
  const limit = limitsMs[what];
  const [p50, p95, p99] = [at(0.5), at(0.95), at(0.99)];
  return { what, rounds, p50, p95, p99, limit, verdict: p95 <= limit ? 'ok' : 'fail' };
}
