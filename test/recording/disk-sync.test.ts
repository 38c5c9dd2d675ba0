import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createDiskSync } from '../../src/recording/disk-sync.ts';
import { recordingFolder } from '../../src/recording/folder.ts';

const folder = recordingFolder('/recordings', '01HZX0000000000000000000ZZ');
const files = [folder.session, folder.timing, folder.streams.stdout, folder.streams.stderr];

let synced: string[];
const disk = createDisk();

/** A disk that is done with a file when it is told so. */
function createDisk() {
  let goOn: () => void = () => undefined;
  return {
    isSlow: false,
    sync(path: string): Promise<void> {
      synced.push(path);
      return disk.isSlow ? new Promise((resolve) => (goOn = resolve)) : Promise.resolve();
    },
    goOn: () => goOn(),
  };
}

beforeEach(() => {
  vi.useFakeTimers();
  synced = [];
  disk.isSlow = false;
});
afterEach(() => void vi.useRealTimers());

it('puts all files on the disk within a second of a write, however many there were, and their folders once', async () => {
  const diskSync = createDiskSync(folder, disk.sync);
  for (let writes = 0; writes < 10; writes += 1) diskSync.wrote();
  await vi.advanceTimersByTimeAsync(1000);
  expect(synced).toEqual(['/recordings', folder.path, ...files]);
  diskSync.wrote();
  await vi.advanceTimersByTimeAsync(1000);
  expect(synced.slice(6)).toEqual(files);
});

it('leaves the disk alone while nothing is written', async () => {
  const diskSync = createDiskSync(folder, disk.sync);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(synced).toEqual([]);
  diskSync.wrote();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(synced).toHaveLength(6);
});

it('does not press a slow disk, and puts there afterwards what was written meanwhile', async () => {
  const diskSync = createDiskSync(folder, disk.sync);
  disk.isSlow = true;
  diskSync.wrote();
  await vi.advanceTimersByTimeAsync(10_000);
  diskSync.wrote();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(synced).toHaveLength(1);
  disk.isSlow = false;
  disk.goOn();
  await vi.advanceTimersByTimeAsync(1000);
  expect(synced).toHaveLength(6 + files.length);
});

it('does not let what was written meanwhile wait for longer because the disk needed some time', async () => {
  const diskSync = createDiskSync(folder, disk.sync);
  disk.isSlow = true;
  diskSync.wrote();
  await vi.advanceTimersByTimeAsync(500);
  diskSync.wrote();
  await vi.advanceTimersByTimeAsync(300);
  disk.isSlow = false;
  disk.goOn();
  await vi.advanceTimersByTimeAsync(0);
  expect(synced).toHaveLength(6);
  await vi.advanceTimersByTimeAsync(200);
  expect(synced).toHaveLength(10);
});
