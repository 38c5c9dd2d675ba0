import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Batch } from '../src/domain/batch.ts';
import { type Chunk, isChunk, type Moment } from '../src/domain/chunk.ts';
import { defaultSettings, type Paths } from '../src/domain/config.ts';
import type { Event } from '../src/domain/event.ts';
import type { Session } from '../src/domain/session.ts';
import { packsForAgent } from '../src/extract/packs-for-agent.ts';
import { extractInto } from '../src/extract-recording.ts';
import { recordingFolder } from '../src/recording/folder.ts';
import { packRecording } from '../src/recording/pack-recording.ts';
import { readSessionFile } from '../src/recording/read-session-file.ts';
import { writeSessionFile } from '../src/recording/write-session-file.ts';
import { reindexSession } from '../src/reindex.ts';
import { createSessionExtraction, nothingStored } from '../src/session-extraction.ts';
import { createSessionRedaction, patienceMs, redactedMoments } from '../src/session-redaction.ts';
import { openPruner } from '../src/store/open-pruner.ts';
import { openReplacer } from '../src/store/open-replacer.ts';
import { openStore } from '../src/store/open-store.ts';
import { capturesFolder, readCapture } from './corpus/captures.ts';
import { shippedPacks } from './corpus/extraction.ts';
import { sampleId, sampleSession, valueOf } from './store/fixtures/samples.ts';
import {
  eventsOf,
  packsOfWords,
  reading,
  recordSession,
  stdoutOf,
  temporaryHome,
} from './support/recorded-sessions.ts';

const secret = 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6';
const token = `ghp_${secret}`;
const masked = `ghp_${'*'.repeat(36)}`;

/** Compiled before the tests: that takes a while. */
const allPacks = shippedPacks();

let paths: Paths;

beforeEach(() => {
  paths = temporaryHome();
});

const end = {
  endedAt: '2025-06-01T12:05:00.000Z',
  ending: { kind: 'exited', code: 0 },
  gapBytes: { stdout: 0, stderr: 0 },
} as const;

const chunk = (text: string, { offset = 0, timeUs = 1000 } = {}): Chunk => ({
  stream: 'stdout',
  offset,
  timeUs,
  bytes: Buffer.from(text),
});

function redactionOf(session: Pick<Session, 'mode' | 'terminalSize' | 'redacted'>, nowMs?: () => number) {
  return createSessionRedaction({
    session,
    settings: defaultSettings.redaction,
    environment: {},
    onRefusal: (why) => {
      throw new Error(why);
    },
    ...(nowMs && { nowMs }),
  });
}

describe('while a session runs', () => {
  it('a recording is scrubbed as soon as a secret is complete, before anybody reads on', () => {
    const session = sampleSession();
    const text = `the key is ${token}`;
    recordSession(paths, session, [chunk(text)]);
    const redaction = createSessionRedaction({
      session,
      settings: defaultSettings.redaction,
      environment: {},
      folder: recordingFolder(paths.recordings, session.id),
      onRefusal: () => undefined,
      nowMs: () => 0,
    });
    const first = chunk(text.slice(0, 20));
    redaction.take([first]);
    expect(redaction.isDecided(first)).toBe(false);
    redaction.take([chunk(text.slice(20), { offset: 20 })]);
    expect(readFileSync(stdoutOf(paths, session.id), 'utf8')).toBe(`the key is ${masked}`);
    expect(Buffer.from(first.bytes).toString()).toBe(`the key is ${masked}`.slice(0, 20));
    redaction.close();
  });

  it('what ends in the middle of a word is read when more of it is there, or patience ends', () => {
    let nowMs = 0;
    const redaction = redactionOf({ mode: 'pipe' }, () => nowMs);
    const [first, second, third] = [chunk('one two'), chunk('three four', { offset: 7 }), chunk('\n', { offset: 17 })];
    redaction.take([first]);
    expect(redaction.isDecided(first)).toBe(false);
    redaction.take([second]);
    expect(redaction.isDecided(first)).toBe(true);
    expect(redaction.isDecided(second)).toBe(false);
    nowMs = patienceMs - 1;
    expect(redaction.isDecided(second)).toBe(false);
    nowMs = patienceMs;
    expect(redaction.isDecided(second)).toBe(true);
    redaction.take([third]);
    expect(redaction.isDecided(third)).toBe(true);
  });

  it('the screen of a keyframe, and what tells of a state, are masked', () => {
    const redaction = redactionOf({ mode: 'terminal' });
    const keyframe = { timeUs: 1, offset: 9, columns: 80, rows: 24, screen: `\x1b[1m${token}\x1b[0m ✓` };
    expect(redaction.keyframe(keyframe)).toEqual({ ...keyframe, screen: `\x1b[1m${masked}\x1b[0m ✓` });
    const change = { state: 'needs_input', timeUs: 1, evidence: { question: `Use ${token}?`, count: 1 } } as const;
    expect(redaction.state(change).evidence).toEqual({ question: `Use ${masked}?`, count: 1 });
  });

  it('nothing waits behind a stop or the end', () => {
    const redaction = redactionOf({ mode: 'pipe' }, () => 0);
    const first = chunk('one two');
    redaction.take([first]);
    redaction.release();
    expect(redaction.isDecided(first)).toBe(true);
  });
});

describe('the events of a session with secrets', () => {
  const packsOf = (agent: string) => packsForAgent(allPacks, agent);
  /** Puts a secret into the output, behind each tenth line. */
  function withSecrets(moments: readonly Moment[]): Moment[] {
    let offset = 0;
    let count = 0;
    return moments.map((moment) => {
      if (!isChunk(moment) || moment.stream !== 'stdout') return moment;
      const text = Buffer.from(moment.bytes).toString('latin1');
      const salted = text.replace(/\n/g, () => (count++ % 10 === 0 ? `\nerror: bad token ${token}\n` : '\n'));
      const bytes = Buffer.from(salted, 'latin1');
      const placed = { ...moment, offset, bytes };
      offset += bytes.length;
      return placed;
    });
  }

  function extract(session: Parameters<typeof redactionOf>[0], moments: readonly Moment[], packs: string) {
    const events: Event[] = [];
    const redaction = redactionOf(session);
    const extraction = createSessionExtraction({
      session: { id: sampleId('01R'), startedAt: '2025-06-01T12:00:00.000Z', ...session },
      packs: packsOf(packs),
      stored: nothingStored,
      nowMs: () => 0,
      redaction,
      store: {
        commit(_, batch: Batch) {
          events.push(...batch.events);
          return { ok: true, value: 'committed' };
        },
      },
    });
    for (const moment of redactedMoments(moments, redaction)) extraction.take(moment);
    extraction.end(end);
    extraction.finish();
    return events;
  }

  const captures = ['claude', 'codex', 'gemini', 'opencode'].flatMap((agent) =>
    readdirSync(join(capturesFolder, agent)).map((name) => `${agent}/${name}`),
  );

  it.each(captures)('are the same when it is read again from the scrubbed recording (%s)', (name) => {
    const { mode, terminalSize, moments } = readCapture(name);
    const session = { mode, ...(terminalSize && { terminalSize }) };
    const salted = withSecrets(moments);
    const [agent = ''] = name.split('/');
    // The chunks' own bytes are masked in place: the second time they are what a scrubbed recording gives back.
    const first = extract(session, salted, agent);
    expect(JSON.stringify(first)).not.toContain('aB3d');
    expect(extract(session, salted, agent)).toEqual(first);
  });
});

describe('a recording that is read again', () => {
  const session: Session = sampleSession({
    host: hostname(),
    process: { pid: 999_999_999, startTicks: 1 },
    command: ['deploy', '--token', 'k9x8c7v6b5n4'],
  });
  const printed = `start\nerror: bad ${token}\nmail jane@acme.io\n`;
  const folder = () => recordingFolder(paths.recordings, session.id);
  const stdout = () => readFileSync(stdoutOf(paths, session.id), 'utf8');
  const masks = `start\nerror: bad ${masked}\nmail ****@****.**\n`;
  const summary = () => reading(paths, (reader) => valueOf(reader.summary(session.id)));

  function record(of: Session) {
    recordSession(paths, of, [chunk(printed)]);
    writeFileSync(folder().keyframes, `{"timeUs":1,"offset":1,"columns":80,"rows":24,"screen":"${token}"}\n`);
  }

  const words = packsOfWords('error', 'mail');

  /** As those do who recover what was left behind, and who rebuild a database. */
  async function recover(of: Session) {
    record(of);
    const store = valueOf(openStore(paths));
    const { packs } = await words(of);
    valueOf(extractInto(store, { session: of, folder: folder(), packs }));
    store.close();
  }

  async function reindex(isDryRun: boolean) {
    const replacer = valueOf(openReplacer(paths));
    valueOf(await reindexSession(session.id, { paths, replacer, packsOf: words, isDryRun }));
    replacer.close();
  }

  it('is scrubbed when it was left behind by a crash, its command line too', async () => {
    await recover(session);
    expect(stdout()).toBe(masks);
    expect(readFileSync(folder().session, 'utf8')).toContain('"************"');
    expect(readFileSync(folder().session, 'utf8')).not.toContain('k9x8c7v6b5n4');
    const { session: row, redactions } = summary();
    expect(JSON.parse(row.command_json)).toEqual(['deploy', '--token', '************']);
    expect(redactions).toEqual([
      { rule: 'email', count: 1 },
      { rule: 'github', count: 1 },
    ]);
    for (const file of readdirSync(folder().path)) {
      expect(readFileSync(join(folder().path, file), 'utf8')).not.toMatch(/aB3d|jane/);
    }
  });

  it('is left alone, and stays so, where its secrets are to be kept', async () => {
    await recover({ ...session, redacted: false });
    expect(stdout()).toBe(printed);
    expect(summary().redactions).toEqual([]);
    expect(JSON.parse(summary().session.command_json)).toEqual(session.command);
  });

  it('gives the same events again, and is not changed, when it is reindexed', async () => {
    await recover(session);
    const before = eventsOf(paths);
    expect(before).toEqual([`error: error: bad ${masked}`, 'mail: mail ****@****.**']);
    const counted = summary().redactions;
    await reindex(false);
    expect(eventsOf(paths)).toEqual(before);
    expect(stdout()).toBe(masks);
    expect(summary().redactions).toEqual(counted);
  });

  it('is scrubbed by a reindex, where an older ridealong had recorded it, but not by a dry run', async () => {
    await recover({ ...session, redacted: false });
    writeSessionFile(folder(), { ...session, end });
    await reindex(true);
    expect(stdout()).toBe(printed);
    await reindex(false);
    expect(stdout()).toBe(masks);
    expect(eventsOf(paths)).toEqual([`error: error: bad ${masked}`, 'mail: mail ****@****.**']);
    expect(JSON.parse(summary().session.command_json)).toEqual(['deploy', '--token', '************']);
    expect(readdirSync(folder().path)).not.toContain('keyframes');
  });

  it('is scrubbed when it is packed, too, and is packed again later', async () => {
    await recover({ ...session, redacted: false });
    // Small files are not packed.
    const long = `${printed}${'x'.repeat(9000)}\n`;
    writeFileSync(folder().streams.stdout, long);
    writeSessionFile(folder(), { ...session, end });
    await packRecording(folder(), () => false);
    expect(readdirSync(folder().path)).toContain('stdout.log.gz');
    const pruner = valueOf(openPruner(paths.database));
    valueOf(pruner.measured(session.id, { bytes: 1, arrivedMs: 1, isPacked: true }));
    await reindex(false);
    expect(stdout()).toBe(`${masks}${'x'.repeat(9000)}\n`);
    expect(readdirSync(folder().path)).not.toContain('stdout.log.gz');
    expect(valueOf(pruner.unmeasured())).toEqual([session.id]);
    pruner.close();
  });

  it('is told to be scrubbed only when all of it was', async () => {
    await recover({ ...session, redacted: false });
    writeSessionFile(folder(), { ...session, end });
    rmSync(folder().streams.stdout);
    mkdirSync(folder().streams.stdout);
    const replacer = valueOf(openReplacer(paths));
    const reindexed = await reindexSession(session.id, { paths, replacer, packsOf: words, isDryRun: false });
    replacer.close();
    expect(reindexed).toMatchObject({ ok: false, failure: { reason: 'recording-unreadable' } });
    expect(valueOf(readSessionFile(folder())).redacted).toBeUndefined();
  });

  it('has its counts from its file, when the database is gone', async () => {
    await recover({ ...session, redacted: true, end: { ...end, redactions: { github: 7 } } });
    expect(summary().redactions).toContainEqual({ rule: 'github', count: 8 });
  });
});
