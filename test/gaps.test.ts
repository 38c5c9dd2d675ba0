import { readFileSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Paths } from '../src/domain/config.ts';
import { extractInto } from '../src/extract-recording.ts';
import { recordingFolder } from '../src/recording/folder.ts';
import { createRecorder } from '../src/recording/recorder.ts';
import { writeSessionFile } from '../src/recording/write-session-file.ts';
import { reindexSession } from '../src/reindex.ts';
import { openFeed } from '../src/store/open-feed.ts';
import { openReplacer } from '../src/store/open-replacer.ts';
import { openStore } from '../src/store/open-store.ts';
import { sampleId, sampleSession, valueOf } from './store/fixtures/samples.ts';
import { packOfWords, packsOfWords, reading, temporaryHome } from './support/recorded-sessions.ts';

let paths: Paths;
const session = sampleSession({ id: sampleId('01A') });

beforeEach(() => {
  paths = temporaryHome();
  const recorder = createRecorder(recordingFolder(paths.recordings, session.id), session.streams);
  recorder.append([{ stream: 'stdout', timeUs: 1_000_000, bytes: Buffer.from('error: one\n') }]);
  recorder.mark({ kind: 'gap', stream: 'stdout', length: 1000, timeUs: 2_000_000 });
  recorder.mark({ kind: 'gap', stream: 'stderr', length: 50, timeUs: 2_000_000 });
  recorder.append([{ stream: 'stdout', timeUs: 3_000_000, bytes: Buffer.from('error: two\n') }]);
  recorder.close();
  writeSessionFile(recordingFolder(paths.recordings, session.id), session);
});

/** Extracts what the wrapper left behind, from where the store is. */
function recover() {
  const store = valueOf(openStore(paths));
  const folder = recordingFolder(paths.recordings, session.id);
  const { outcome } = valueOf(extractInto(store, { session, folder, packs: [packOfWords('error')] }));
  store.close();
  return outcome;
}

/** The gaps in the feed, and how many there are on the session's row. */
function told() {
  const feed = valueOf(openFeed(paths.database));
  const { entries } = valueOf(feed.read({ after: 0, filter: { kinds: [] }, limit: 100 }));
  feed.close();
  const gaps = entries.flatMap((entry) => (entry.kind === 'gap' ? [entry.row] : []));
  const row = reading(paths, (reader) => valueOf(reader.findSession(session.id)));
  return { gaps, sum: row.gap_bytes };
}

const gapRows = [
  { stream: 'stdout', byte_offset: 11, bytes: 1000, timestamp: '2025-06-01T12:00:02.123Z', agent_name: 'claude' },
  { stream: 'stderr', byte_offset: 0, bytes: 50, timestamp: '2025-06-01T12:00:02.123Z', session_id: session.id },
];

describe('what could not be recorded', () => {
  it('is told by the feed and counted, when a session is recovered', () => {
    expect(recover()).toBe('committed');
    expect(told()).toMatchObject({ gaps: gapRows, sum: 1050 });
  });

  it('is told once, when it is recovered twice', () => {
    recover();
    expect(recover()).toBe('stale');
    expect(told()).toMatchObject({ gaps: gapRows, sum: 1050 });
  });

  it('is told anew when the session is reindexed', async () => {
    recover();
    const file = recordingFolder(paths.recordings, session.id).session;
    const end = {
      endedAt: '2025-06-01T12:05:00.000Z',
      ending: { kind: 'unseen' },
      gapBytes: { stdout: 1000, stderr: 50 },
    };
    writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), end }));
    const before = told().gaps.map(({ id }) => id);
    const replacer = valueOf(openReplacer(paths));
    valueOf(await reindexSession(session.id, { paths, replacer, packsOf: packsOfWords('error'), isDryRun: false }));
    replacer.close();
    const { gaps, sum } = told();
    expect({ gaps, sum }).toMatchObject({ gaps: gapRows, sum: 1050 });
    expect(Math.min(...gaps.map(({ id }) => id))).toBeGreaterThan(Math.max(...before));
  });
});
