import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Paths } from '../src/domain/config.ts';
import type { Session } from '../src/domain/session.ts';
import { extractInto } from '../src/extract-recording.ts';
import { recordingFolder } from '../src/recording/folder.ts';
import { packedName } from '../src/recording/packed-members.ts';
import { reindexSession } from '../src/reindex.ts';
import { openReplacer } from '../src/store/open-replacer.ts';
import { openStore } from '../src/store/open-store.ts';
import { sampleId, sampleSession, valueOf } from './store/fixtures/samples.ts';
import {
  eventsOf,
  packOfWords,
  packsOfWords,
  reading,
  recordSession,
  temporaryHome,
} from './support/recorded-sessions.ts';

let paths: Paths;

const session: Session = sampleSession({
  host: hostname(),
  streams: ['stdout', 'stderr'],
  end: {
    endedAt: '2025-06-01T12:05:00.000Z',
    ending: { kind: 'exited', code: 3 },
    gapBytes: { stdout: 0, stderr: 5 },
  },
});

const chunk = (timeUs: number, text: string, stream: 'stdout' | 'stderr' = 'stdout') => ({
  stream,
  timeUs,
  bytes: Buffer.from(text),
});

/** What its wrapper left: the recording, and what the packs of then made of it. */
function leave(of: Session, ...words: readonly string[]) {
  const printed = [chunk(1000, 'one 1\ntwo 1\non'), chunk(2000, 'two 2\n', 'stderr'), chunk(3000, 'e 2\nthree 1')];
  recordSession(paths, of, printed);
  const store = valueOf(openStore(paths));
  const folder = recordingFolder(paths.recordings, of.id);
  valueOf(extractInto(store, { session: of, folder, packs: [packOfWords(...words)] }));
  store.close();
}

async function reindex(words: readonly string[], { isDryRun = false, sessionId = session.id } = {}) {
  const replacer = valueOf(openReplacer(paths));
  try {
    return await reindexSession(sessionId, { paths, replacer, packsOf: packsOfWords(...words), isDryRun });
  } finally {
    replacer.close();
  }
}

beforeEach(() => {
  paths = temporaryHome();
  leave(session, 'one', 'two');
});

describe('reindexing a session', () => {
  it("puts what today's packs find in the place of what was found", async () => {
    expect(eventsOf(paths)).toEqual(['one: one 1', 'two: two 1', 'two: two 2', 'one: one 2']);
    valueOf(await reindex(['two', 'three']));
    expect(eventsOf(paths)).toEqual(['two: two 1', 'two: two 2', 'three: three 1']);
  });

  it('counts per pattern what was there and what is now', async () => {
    const { before, after } = valueOf(await reindex(['two', 'three']));
    expect([...before].sort()).toEqual([
      ['one', 2],
      ['two', 2],
    ]);
    expect([...after].sort()).toEqual([
      ['three', 1],
      ['two', 2],
    ]);
  });

  it('keeps how it ended, and tells the packs that extracted it', async () => {
    const before = reading(paths, (reader) => valueOf(reader.findSession(session.id)));
    valueOf(await reindex(['one']));
    const after = reading(paths, (reader) => valueOf(reader.findSession(session.id)));
    expect(after).toEqual({
      ...before,
      total_extraction_events: 2,
      extraction_config_version: expect.stringContaining('"name":"test"') as string,
    });
    expect(after).toMatchObject({ state: 'failed', exit_code: 3, ended_at: session.end?.endedAt, gap_bytes: 5 });
  });

  it('finds the same when nothing has changed', async () => {
    const rows = () =>
      reading(paths, (reader) => valueOf(reader.events({ limit: 100 }))).map((row) => ({ ...row, id: 0 }));
    const before = rows();
    valueOf(await reindex(['one', 'two']));
    expect(rows()).toEqual(before);
  });

  it('only counts on a dry run', async () => {
    const { after } = valueOf(await reindex(['three'], { isDryRun: true }));
    expect([...after]).toEqual([['three', 1]]);
    expect(eventsOf(paths)).toEqual(['one: one 1', 'two: two 1', 'two: two 2', 'one: one 2']);
  });

  it('leaves a session whose recording was deleted as it is', async () => {
    rmSync(recordingFolder(paths.recordings, session.id).path, { recursive: true });
    expect(await reindex(['three'])).toMatchObject({ ok: false, failure: { reason: 'recording-unreadable' } });
    expect(eventsOf(paths)).toHaveLength(4);
  });

  it('leaves a session whose recording is damaged as it is', async () => {
    const { stdout } = recordingFolder(paths.recordings, session.id).streams;
    writeFileSync(packedName(stdout), 'damaged');
    rmSync(stdout);
    expect(await reindex(['three'])).toMatchObject({
      ok: false,
      failure: { reason: 'recording-unreadable', message: expect.stringContaining('damaged at byte 0') as string },
    });
    expect(eventsOf(paths)).toHaveLength(4);
  });

  it('adds keyframes to the recording, but not on a dry run', async () => {
    const inTerminal = sampleSession({ ...session, id: sampleId('01C'), mode: 'terminal', streams: ['stdout'] });
    leave(inTerminal);
    const folder = recordingFolder(paths.recordings, inTerminal.id);
    rmSync(folder.path, { recursive: true });
    recordSession(paths, inTerminal, [chunk(1000, '.'.repeat(200_000)), chunk(2_000_000, 'and on')]);
    const names = readdirSync(folder.path);
    expect(names).not.toContain('keyframes');
    valueOf(await reindex(['one'], { sessionId: inTerminal.id, isDryRun: true }));
    expect(readdirSync(folder.path)).toEqual(names);
    valueOf(await reindex(['one'], { sessionId: inTerminal.id }));
    expect(readdirSync(folder.path)).toContain('keyframes');
  });

  it.each([true, false])('leaves a session that still runs to its wrapper (dry run: %j)', async (isDryRun) => {
    const running = sampleSession({ id: sampleId('01B'), host: hostname() });
    recordSession(paths, running, [chunk(0, 'one\n')]);
    const store = valueOf(openStore(paths));
    valueOf(store.addSession(running));
    store.close();
    const outcome = await reindex(['three'], { sessionId: running.id, isDryRun });
    expect(outcome).toMatchObject({ ok: false, failure: { reason: 'session-running' } });
  });
});
