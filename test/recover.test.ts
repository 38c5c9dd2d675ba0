import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Paths } from '../src/domain/config.ts';
import { ok } from '../src/domain/result.ts';
import { extractInto } from '../src/extract-recording.ts';
import { recordingFolder } from '../src/recording/folder.ts';
import { identify } from '../src/recording/process-identity.ts';
import { writeSessionFile } from '../src/recording/write-session-file.ts';
import { recoveries } from '../src/recover.ts';
import { openStore } from '../src/store/open-store.ts';
import { sampleId, sampleSession, valueOf } from './store/fixtures/samples.ts';
import { eventsOf, packOfWords, recordSession, temporaryHome } from './support/recorded-sessions.ts';

let paths: Paths;

const words = [{ stream: 'stdout', timeUs: 1000, bytes: Buffer.from('words\n') }] as const;
const packs = [packOfWords('words')];
const gone = { pid: 0x7fff_ffff, startTicks: 1 };
const running = identify(process.pid) ?? gone;
const first = sampleSession({ id: sampleId('01A'), host: hostname(), process: gone });
const second = sampleSession({ id: sampleId('01B'), host: hostname(), process: gone });

beforeEach(() => {
  paths = temporaryHome();
});

function begin() {
  const store = valueOf(openStore(paths));
  const going = recoveries(store, paths);
  async function next() {
    const { done, value } = await going.next();
    return done === true ? undefined : value.outcome;
  }
  return { store, next };
}

describe('recovering', () => {
  it('leaves a session to its wrapper as long as that runs', async () => {
    recordSession(paths, { ...first, process: running }, words);
    const { store, next } = begin();
    expect(await next()).toEqual(ok('running'));
    expect(valueOf(store.checkpointOf(first.id))).toBeUndefined();
    store.close();
  });

  it('leaves a session to its wrapper that just writes what it is, on a disk without room for a second copy', async () => {
    const session = { ...first, process: running };
    recordSession(paths, session, words);
    const folder = recordingFolder(paths.recordings, session.id);
    writeFileSync(folder.session, '{"id"');
    const { store, next } = begin();
    const checkpointOf = store.checkpointOf.bind(store);
    vi.spyOn(store, 'checkpointOf').mockImplementation((id) => {
      writeSessionFile(folder, session);
      return checkpointOf(id);
    });
    expect(await next()).toEqual(ok('running'));
    store.close();
  });

  it('has nothing to do for a session that its wrapper has ended well in the meantime', async () => {
    recordSession(paths, { ...first, process: running }, words);
    recordSession(paths, second, words);
    const { store, next } = begin();
    expect(await next()).toEqual(ok('running'));
    const folder = recordingFolder(paths.recordings, second.id);
    valueOf(extractInto(store, { session: second, folder, packs }));
    const added = vi.spyOn(store, 'addSession');
    const committed = vi.spyOn(store, 'commit');
    expect(await next()).toEqual(ok('recovered'));
    expect(added).not.toHaveBeenCalled();
    expect(committed).not.toHaveBeenCalled();
    expect(eventsOf(paths, second.id)).toEqual(['words: words']);
    store.close();
  });
});
