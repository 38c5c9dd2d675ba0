import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Paths } from '../src/domain/config.ts';
import { extractInto } from '../src/extract-recording.ts';
import { importFiles } from '../src/import.ts';
import { recordingFolder, type RecordingFolder } from '../src/recording/folder.ts';
import { packRecording } from '../src/recording/pack-recording.ts';
import { tarHeader } from '../src/recording/tar-header.ts';
import { writeArchive } from '../src/recording/write-archive.ts';
import { openPruner } from '../src/store/open-pruner.ts';
import { openStore } from '../src/store/open-store.ts';
import { sampleSession, valueOf } from './store/fixtures/samples.ts';
import {
  eventsOf,
  packOfWords,
  packsOfWords,
  reading,
  recordSession,
  temporaryHome,
} from './support/recorded-sessions.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

let paths: Paths;
let folder: RecordingFolder;
let file: string;
const session = sampleSession({
  host: hostname(),
  end: {
    endedAt: '2025-06-01T12:05:00.000Z',
    ending: { kind: 'exited', code: 0 },
    gapBytes: { stdout: 0, stderr: 0 },
  },
});
const files = ['session.json', 'stderr.log', 'stdout.log', 'timing'];
const contents = () => files.map((name) => readFileSync(join(folder.path, name), 'latin1'));

beforeEach(() => {
  paths = temporaryHome();
  folder = recordingFolder(paths.recordings, session.id);
  file = join(temporaryFolder(), `${session.id}.tar.gz`);
  recordSession(paths, session, [
    { stream: 'stdout', timeUs: 1000, bytes: Buffer.from(`one\n${'x'.repeat(3000)}\n`.repeat(1000)) },
    { stream: 'stderr', timeUs: 2000, bytes: Buffer.from('two\n') },
  ]);
  const store = valueOf(openStore(paths));
  valueOf(extractInto(store, { session, folder, packs: [packOfWords('two')] }));
  store.close();
});

async function bringIn(...names: readonly string[]) {
  const store = valueOf(openStore(paths));
  try {
    const outcomes: string[] = [];
    const options = { paths, store, packsOf: packsOfWords('two'), agentNameOf: () => 'x', workingDirectory: '/' };
    for await (const outcome of importFiles(names, options)) {
      outcomes.push(outcome.kind === 'failed' ? outcome.message.replace(/^.*gz: /, '') : outcome.kind);
    }
    return outcomes;
  } finally {
    store.close();
  }
}

function deleteSession() {
  const pruner = valueOf(openPruner(paths.database));
  const deletion = pruner.deletionOf(session.id);
  while (valueOf(deletion.step()) !== 'done');
  pruner.close();
  rmSync(folder.path, { recursive: true });
}

describe('an archive', () => {
  it('is one file for the user alone, which tar reads', () => {
    writeArchive(folder, file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(file).size).toBeLessThan(100_000);
    const listed = execFileSync('tar', ['-tzf', file], { encoding: 'utf8' }).trim().split('\n');
    expect(listed.sort()).toEqual(files.map((name) => `${session.id}/${name}`));
    const unpacked = execFileSync('tar', ['-xzOf', file, `${session.id}/stdout.log`], { maxBuffer: 1e8 });
    expect(unpacked.equals(readFileSync(folder.streams.stdout))).toBe(true);
  });

  it('is taken back as the session that it was: its id, its bytes, its events', async () => {
    const before = contents();
    writeArchive(folder, file);
    deleteSession();
    expect(eventsOf(paths)).toEqual([]);
    expect(await bringIn(file)).toEqual(['imported']);
    expect(contents()).toEqual(before);
    expect(eventsOf(paths, session.id)).toEqual(['two: two']);
    expect(readdirSync(paths.recordings)).toEqual([session.id]);
    expect(await bringIn(file)).toEqual(['known']);
  });

  it('is taken back without the secrets that an older ridealong left in it', async () => {
    const secret = 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6';
    const token = `ghp_${secret}`;
    deleteSession();
    recordSession(paths, { ...session, command: ['deploy', token] }, [
      { stream: 'stdout', timeUs: 1000, bytes: Buffer.from(`two ${token}\n`) },
    ]);
    writeArchive(folder, file);
    rmSync(folder.path, { recursive: true });
    expect(await bringIn(file)).toEqual(['imported']);
    expect(eventsOf(paths)).toEqual([`two: two ghp_${'*'.repeat(36)}`]);
    expect(reading(paths, (reader) => valueOf(reader.findSession(session.id)).command_json)).not.toContain(token);
    for (const name of readdirSync(folder.path)) {
      expect(readFileSync(join(folder.path, name), 'latin1')).not.toContain(token);
    }
  });

  it('holds what was recorded, also of a packed recording', async () => {
    const before = contents();
    await packRecording(folder, () => false);
    writeArchive(folder, file);
    deleteSession();
    await bringIn(file);
    expect(contents()).toEqual(before);
  });

  it('brings the recording back to events that were kept', async () => {
    writeArchive(folder, file);
    rmSync(folder.path, { recursive: true });
    const pruner = valueOf(openPruner(paths.database));
    valueOf(pruner.recordingPruned(session.id, 1000));
    pruner.close();
    const prunedAt = () => reading(paths, (reader) => valueOf(reader.recordingPrunedAt(session.id)));
    expect(prunedAt()).toBe('1970-01-01T00:00:01.000Z');
    expect(await bringIn(file)).toEqual(['imported']);
    expect(prunedAt()).toBeNull();
    expect(eventsOf(paths)).toEqual(['two: two']);
  });

  it.each<[string, () => void, RegExp]>([
    ['was cut off', () => truncateSync(file, statSync(file).size - 60), /end|early/],
    ['is something else', () => writeFileSync(file, gzipSync('dear diary '.repeat(100))), /no archive of ridealong/],
    ['is empty', () => writeFileSync(file, gzipSync('')), /ends too early/],
    [
      'wants to write elsewhere',
      () =>
        writeFileSync(file, gzipSync(Buffer.concat([tarHeader({ name: '../../evil', bytes: 0 }), Buffer.alloc(1024)]))),
      /"..\/..\/evil", which is no part of a recording/,
    ],
    [
      'tells of another session inside',
      () => {
        const renamed = recordingFolder(temporaryFolder(), session.id.replace(/0$/, '1'));
        execFileSync('cp', ['-r', folder.path, renamed.path]);
        writeArchive(renamed, file);
      },
      /names differ/,
    ],
  ])('that %s is refused, and nothing is left of it', async (_what, make, message) => {
    writeArchive(folder, file);
    make();
    deleteSession();
    expect(await bringIn(file)).toEqual([expect.stringMatching(message)]);
    expect(readdirSync(paths.recordings)).toEqual([]);
    expect(eventsOf(paths)).toEqual([]);
  });
});
