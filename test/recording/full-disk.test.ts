import { describe, expect, it } from 'vitest';
import { recordingFolder } from '../../src/recording/folder.ts';
import { openRecordingReader } from '../../src/recording/reader.ts';
import { type ReadChunk } from '../../src/recording/recorder.ts';
import { createTolerantRecorder } from '../../src/recording/tolerant-recorder.ts';
import { noTinyDisk, tinyDisk } from '../support/tiny-disk.ts';

const kibibyte = 1024;
const chunk = (timeUs: number, length: number, fill: string): ReadChunk => ({
  stream: 'stdout',
  timeUs,
  bytes: Buffer.alloc(length, fill),
});

describe.skipIf(noTinyDisk !== undefined)(`recording on a full disk ${noTinyDisk ?? ''}`, () => {
  it('leaves out what does not fit as a whole, counts it, says so once, and goes on when there is room', () => {
    const disk = tinyDisk(64);
    const folder = recordingFolder(disk.path, '01HZX0000000000000000000ZZ');
    const refusals: string[] = [];
    const recorder = createTolerantRecorder({ folder, streams: ['stdout'], onRefusal: (why) => refusals.push(why) });

    expect(recorder.record([chunk(1, 8 * kibibyte, 'a')])).toHaveLength(1);
    expect(recorder.record([chunk(2, 200 * kibibyte, 'b')])).toEqual([]);
    expect(recorder.record([chunk(3, 300 * kibibyte, 'c')])).toEqual([]);
    expect(recorder.gapBytes.stdout).toBe(500 * kibibyte);
    expect(refusals).toEqual([expect.stringContaining('ENOSPC')]);

    disk.enlarge(1024);
    expect(recorder.record([chunk(4, 100 * kibibyte, 'd')])).toMatchObject([{ offset: 8 * kibibyte }]);

    const reader = openRecordingReader(folder);
    const texts = [reader.next(), reader.next()].map((read) => Buffer.from(read?.bytes ?? []).toString());
    expect(texts).toEqual(['a'.repeat(8 * kibibyte), 'd'.repeat(100 * kibibyte)]);
    expect(reader.next()).toBeUndefined();
    expect(reader.untimed()).toEqual([]);
    reader.close();
  });
});
