import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createDiskSync } from '../../src/recording/disk-sync.ts';
import { recordingFolder } from '../../src/recording/folder.ts';

const folder = recordingFolder('/recordings', '01HZX0000000000000000000ZZ');
const { timing } = folder;
const files = [timing, folder.streams.stdout, folder.streams.stderr];

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

it('puts what was written on the disk within a second, however often it was, and its folders once', async () => {
  const diskSync = createDiskSync(folder, disk.sync);
  for (let writes = 0; writes < 10; writes += 1) for (const file of files) diskSync.wrote(file);
  await vi.advanceTimersByTimeAsync(1000);
  expect(synced).toEqual(['/recordings', folder.path, ...files]);
  diskSync.wrote(timing);
  await vi.advanceTimersByTimeAsync(1000);
  expect(synced.slice(5)).toEqual([timing]);
});

it('leaves the disk alone while nothing is written', async () => {
  const diskSync = createDiskSync(folder, disk.sync);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(synced).toEqual([]);
  diskSync.wrote(timing);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(synced).toEqual(['/recordings', folder.path, timing]);
});

it('does not press a slow disk, and puts there afterwards what was written meanwhile', async () => {
  const diskSync = createDiskSync(folder, disk.sync);
  disk.isSlow = true;
  diskSync.wrote(timing);
  await vi.advanceTimersByTimeAsync(10_000);
  diskSync.wrote(timing);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(synced).toEqual(['/recordings']);
  disk.isSlow = false;
  disk.goOn();
  await vi.advanceTimersByTimeAsync(1000);
  expect(synced).toEqual(['/recordings', folder.path, timing, timing]);
});

it('does not let what was written meanwhile wait for longer because the disk needed some time', async () => {
  const diskSync = createDiskSync(folder, disk.sync);
  disk.isSlow = true;
  diskSync.wrote(timing);
  await vi.advanceTimersByTimeAsync(250);
  diskSync.wrote(timing);
  await vi.advanceTimersByTimeAsync(100);
  disk.isSlow = false;
  disk.goOn();
  await vi.advanceTimersByTimeAsync(0);
  expect(synced).toHaveLength(3);
  await vi.advanceTimersByTimeAsync(150);
  expect(synced).toHaveLength(4);
});
