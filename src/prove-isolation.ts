import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ulid } from 'ulid';
import type { Paths } from './domain/config.ts';
import type { Failure } from './domain/failure.ts';
import type { EventStore, SessionReader } from './domain/ports.ts';
import { ok, type Result } from './domain/result.ts';
import { recordingFolder } from './recording/folder.ts';
import { openRecordingReader } from './recording/reader.ts';
import { createRecorder } from './recording/recorder.ts';
import { sampleBatch, sampleSession } from './sample-session.ts';
import { openReader } from './store/open-reader.ts';
import { openStore } from './store/open-store.ts';

export interface Isolation {
  readonly check: string;
  readonly verdict: 'ok' | 'fail';
  readonly found: string;
}

const rounds = 50;

/**
 * Records and stores two sessions in turns, through a connection each, in a folder that goes afterwards; then asks
 * for each of them, and looks for anything of the other one.
 */
export function proveIsolation({ data }: Pick<Paths, 'data'>): Result<Isolation[], Failure> {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(data, 'isolation-'));
  try {
    return proveIn({ database: join(folder, 'ridealong.db'), recordings: join(folder, 'recordings') });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function proveIn(paths: { database: string; recordings: string }): Result<Isolation[], Failure> {
  const ids = [ulid(), ulid()];
  const opened = ids.map(() => openStore(paths));
  const stores: EventStore[] = [];
  for (const store of opened) {
    if (!store.ok) return store;
    stores.push(store.value);
  }
  const recorders = ids.map((id) => createRecorder(recordingFolder(paths.recordings, id), ['stdout']));
  for (const [index, id] of ids.entries()) stores[index]?.addSession(sampleSession(id, new Date().toISOString()));
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, id] of ids.entries()) {
      recorders[index]?.append([{ stream: 'stdout', timeUs: round, bytes: Buffer.from(`${id}\n`) }]);
      const committed = stores[index]?.commit(id, sampleBatch(id, round * 2, 2));
      if (committed?.ok === false) return committed;
    }
  }
  for (const closed of [...recorders, ...stores]) closed.close();
  const reader = openReader(paths.database);
  if (!reader.ok) return reader;
  try {
    return ok(ids.flatMap((id) => [recordingOf(id, paths.recordings), ...stateOf(id, reader.value)]));
  } finally {
    reader.value.close();
  }
}

function recordingOf(id: string, recordings: string): Isolation {
  const reader = openRecordingReader(recordingFolder(recordings, id));
  let own = 0;
  let others = 0;
  for (let moment = reader.next(); moment !== undefined; moment = reader.next()) {
    if ('bytes' in moment && Buffer.from(moment.bytes).toString() === `${id}\n`) own += 1;
    else others += 1;
  }
  reader.close();
  return isolation(`${id} recording`, own, others);
}

function stateOf(id: string, reader: SessionReader): Isolation[] {
  const events = reader.events({ session: id, limit: 10_000 });
  const session = reader.findSession(id);
  const states = reader.stateChanges(id);
  if (!events.ok || !session.ok || !states.ok) {
    return [{ check: id, verdict: 'fail', found: 'it cannot be read' }];
  }
  const own = events.value.filter((row) => row.session_id === id && row.matched_value.endsWith(id)).length;
  const ownStates = states.value.filter((row) => row.session_id === id).length;
  const reached = session.value.checkpoint_stdout;
  return [
    isolation(`${id} events`, own / 2, events.value.length - own),
    { check: `${id} states`, verdict: ownStates === states.value.length ? 'ok' : 'fail', found: `${ownStates} own` },
    { check: `${id} checkpoint`, verdict: reached === 2 * rounds ? 'ok' : 'fail', found: `${reached}` },
  ];
}

function isolation(check: string, own: number, others: number): Isolation {
  const verdict = own === rounds && others === 0 ? 'ok' : 'fail';
  return { check, verdict, found: `${own} of ${rounds} rounds, ${others} of another session` };
}
