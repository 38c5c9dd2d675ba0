import { appendFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { recordingStart, type Stream } from '../../src/domain/chunk.ts';
import { recordingFolder } from '../../src/recording/folder.ts';
import { openRecordingReader } from '../../src/recording/reader.ts';
import { createRecorder } from '../../src/recording/recorder.ts';
import { scanTiming } from '../../src/recording/scan-timing.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function recorded() {
  const folder = recordingFolder(temporaryFolder(), '01HZX0000000000000000000ZZ');
  const recorder = createRecorder(folder, ['stdout', 'stderr']);
  const chunk = (stream: Stream, timeUs: number, text: string) =>
    recorder.append([{ stream, timeUs, bytes: Buffer.from(text) }]);
  chunk('stdout', 1_000, 'one');
  chunk('stderr', 1_000, 'oops');
  recorder.mark({ kind: 'resize', columns: 100, rows: 30, timeUs: 1_500_000 });
  recorder.mark({ kind: 'gap', stream: 'stdout', length: 50, timeUs: 1_600_000 });
  recorder.mark({ kind: 'stopped', timeUs: 1_700_000 });
  recorder.mark({ kind: 'resize', columns: 120, rows: 40, timeUs: 62_000_007 });
  chunk('stdout', 62_000_007, '2 and 3');
  recorder.close();
  return folder;
}

it.each([
  [999, 0, 0, 0],
  [1_000, 3, 4, 0],
  [1_500_000, 3, 4, 1],
  [62_000_006, 3, 4, 1],
  [62_000_007, 10, 4, 2],
  [Infinity, 10, 4, 2],
])('by %d µs, %d bytes of stdout were recorded, %d of stderr, and %d sizes', (untilUs, stdout, stderr, sizes) => {
  const { offsets, resizes: found } = scanTiming(recorded(), untilUs);
  const resizes = [
    { columns: 100, rows: 30, offset: 3 },
    { columns: 120, rows: 40, offset: 3 },
  ];
  expect({ offsets, found }).toEqual({ offsets: { stdout, stderr }, found: resizes.slice(0, sizes) });
});

it('tells where reading goes on', () => {
  const folder = recorded();
  const reader = openRecordingReader(folder, scanTiming(folder, 1_650_000));
  expect(reader.next()).toEqual({ kind: 'stopped', timeUs: 1_700_000 });
  expect(reader.next()).toMatchObject({ kind: 'resize' });
  expect(reader.next()).toMatchObject({ offset: 3, timeUs: 62_000_007 });
  reader.close();
});

it.each(['O 0.1', 'O 0.100000 12', 'O 0.100000 x\n', 'nonsense\n', '\n\n'])('ends where it is damaged: %j', (rest) => {
  const folder = recorded();
  appendFileSync(folder.timing, rest);
  expect(scanTiming(folder, Infinity).offsets.stdout).toBe(10);
});

it('finds nothing where there is no recording', () => {
  const folder = recordingFolder(temporaryFolder(), '01HZX0000000000000000000ZZ');
  expect(scanTiming(folder, Infinity)).toEqual({ ...recordingStart, resizes: [] });
});
