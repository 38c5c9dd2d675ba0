import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { check } from '../src/check.ts';
import type { Paths } from '../src/domain/config.ts';
import type { Session } from '../src/domain/session.ts';
import { extractInto } from '../src/extract-recording.ts';
import { recordingFolder } from '../src/recording/folder.ts';
import { packRecording } from '../src/recording/pack-recording.ts';
import { identify } from '../src/recording/process-identity.ts';
import { repair } from '../src/repair.ts';
import { openConsistency } from '../src/store/consistency.ts';
import { openStore } from '../src/store/open-store.ts';
import { sampleId, sampleSession, valueOf } from './store/fixtures/samples.ts';
import { packOfWords, reading, recordSession, temporaryHome } from './support/recorded-sessions.ts';

// What comes with the program is made by the build.
vi.mock('../src/extract/shipped-packs.ts', () => ({ shippedPacks: () => [packOfWords('error')] }));

let paths: Paths;
let session: Session;

beforeEach(() => {
  paths = temporaryHome();
  session = leave('01A');
});

const folderOf = ({ id }: Session) => recordingFolder(paths.recordings, id);

function record(name: string, changes: Partial<Session> = {}): Session {
  const recorded = sampleSession({
    id: sampleId(name),
    host: hostname(),
    streams: ['stdout'],
    end: {
      endedAt: '2025-06-01T12:05:00.000Z',
      ending: { kind: 'exited', code: 0 },
      gapBytes: { stdout: 0, stderr: 0 },
    },
    ...changes,
  });
  const bytes = Buffer.from('error: one\n'.repeat(2000));
  recordSession(paths, recorded, [{ stream: 'stdout', timeUs: 1000, bytes }]);
  return recorded;
}

function leave(name: string): Session {
  const recorded = record(name);
  const store = valueOf(openStore(paths));
  const packs = [packOfWords('error')];
  valueOf(extractInto(store, { session: recorded, folder: folderOf(recorded), packs }));
  store.close();
  return recorded;
}

/** `subject message → repair` of each; what is left after the repair. */
async function checked(isRepairing = false): Promise<string[]> {
  const store = valueOf(openConsistency(paths.database));
  try {
    const found = valueOf(check(paths, store));
    if (isRepairing) expect(await repair(paths, store, found)).toEqual([]);
    const left = isRepairing ? valueOf(check(paths, store)) : found;
    return left.map(({ subject, message, repair: how }) => `${subject.slice(0, 14)} ${message} → ${how ?? 'none'}`);
  } finally {
    store.close();
  }
}

function change(sql: string) {
  const database = new Database(paths.database);
  database.pragma('foreign_keys = OFF');
  database.exec(sql);
  database.close();
}

const id = sampleId('01A').slice(0, 14);

describe('a check', () => {
  it('finds nothing where all is well, packed recordings and running sessions among it', async () => {
    await packRecording(folderOf(session), () => false);
    const running = record('01B', { process: identify(process.pid) ?? { pid: 0, startTicks: 0 } });
    writeFileSync(folderOf(running).session, JSON.stringify({ ...running, end: undefined }));
    appendFileSync(folderOf(running).timing, 'O 0.1');
    mkdirSync(join(paths.recordings, '.import-x'));
    expect(await checked()).toEqual([]);
  });

  it.each<[string, () => void, string]>([
    [
      'a recording that is gone',
      () => rmSync(folderOf(session).path, { recursive: true }),
      `${id} has lost its recording; its events are there → mark-pruned`,
    ],
    [
      'a session that was not extracted',
      () => void record('01B'),
      '01B00000000000 was not extracted to its end → recover',
    ],
    [
      'rows that belong to nothing',
      () => change("INSERT INTO code_block_contents (digest, content) VALUES (x'00', '')"),
      'code_block_con has 1 rows that belong to nothing → delete-orphans',
    ],
    [
      'gaps of no session',
      () => change('INSERT INTO gaps VALUES (99, 99, 0, 0, 0, 1)'),
      'gaps has 1 rows that belong to nothing → delete-orphans',
    ],
    [
      'masks of no session',
      () => change("INSERT INTO redactions VALUES (99, 'email', 1)"),
      'redactions has 1 rows that belong to nothing → delete-orphans',
    ],
    [
      'events that nobody counted',
      () => change('DELETE FROM events WHERE id = (SELECT max(id) FROM events)'),
      `${id} has another number of events than it is said to have → recount`,
    ],
    [
      'events that nobody summed up',
      () => change("UPDATE patterns SET event_type = 'tool_use'"),
      `${id} is said to have used or touched something else than its events tell → recount`,
    ],
    [
      'sums that are none',
      () => change('UPDATE agent_tallies SET events = events + 1'),
      'agent_tallies are not the sums of the sessions → recount',
    ],
  ])('finds %s, and mends it', async (_what, harm, told) => {
    harm();
    expect(await checked()).toEqual([told]);
    expect(await checked(true)).toEqual([]);
    expect(await checked()).toEqual([]);
  });

  it('extracts anew what reaches beyond the end of its recording', async () => {
    truncateSync(folderOf(session).streams.stdout, 11_000);
    expect(await checked()).toEqual([
      `${id} has lost the last 11000 bytes of stdout.log → none`,
      `${id} was extracted up to byte 22000 of stdout.log, which ends at 11000 → reindex`,
    ]);
    expect(await checked(true)).toEqual([`${id} has lost the last 11000 bytes of stdout.log → none`]);
    expect(reading(paths, (reader) => valueOf(reader.findSession(session.id)).checkpoint_stdout)).toBe(11_000);
  });

  it.each<[string, () => void, RegExp]>([
    [
      'garbage behind the timing',
      () => appendFileSync(folderOf(session).timing, '\0\0\0'),
      /timing tells nothing from/,
    ],
    [
      'a damaged session file',
      () => writeFileSync(folderOf(session).session, '{'),
      /cannot be extracted: .*session.json/,
    ],
    ['what is no recording', () => mkdirSync(join(paths.recordings, 'photos')), /photos is no recording/],
    [
      'a recording under another name',
      () => renameSync(folderOf(session).path, join(paths.recordings, sampleId('01C'))),
      /01C0+ is the recording of 01A/,
    ],
    ['a stream that is gone', () => rmSync(folderOf(session).streams.stdout), /has no stdout.log/],
  ])('finds %s, and leaves it to a person', async (_what, harm, told) => {
    harm();
    expect(await checked()).toContainEqual(expect.stringMatching(told));
    expect(await checked(true)).toContainEqual(expect.stringMatching(told));
  });

  it('finds pages that hold something else', async () => {
    change('PRAGMA wal_checkpoint(TRUNCATE)');
    const database = new Database(paths.database);
    const page = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'events_by_time'").pluck().get();
    database.close();
    const bytes = readFileSync(paths.database);
    bytes.fill(0, (Number(page) - 1) * 4096, Number(page) * 4096);
    writeFileSync(paths.database, bytes);
    expect((await checked())[0]).toMatch(/^the database .*reindex --rebuild → none$/);
  });
});
