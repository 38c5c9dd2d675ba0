import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { posix } from '../../src/child/posix.ts';
import { isChunk } from '../../src/domain/chunk.ts';
import { readDropped } from '../../src/recording/dropped-part.ts';
import { type RecordingFolder, recordingFolder } from '../../src/recording/folder.ts';
import { measureRecording } from '../../src/recording/measure-recording.ts';
import { packRecording, unpackFile } from '../../src/recording/pack-recording.ts';
import { readArchive } from '../../src/recording/read-archive.ts';
import { openRecordingReader } from '../../src/recording/reader.ts';
import { createRecorder, type Recorder } from '../../src/recording/recorder.ts';
import { createRecordingLimit } from '../../src/recording/recording-limit.ts';
import { writeArchive } from '../../src/recording/write-archive.ts';
import { sampleId } from '../store/fixtures/samples.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const KiB = 1024;
const maxBytes = 1024 * KiB;
let folder: RecordingFolder;
let recorder: Recorder;
let complaints: string[];

beforeEach(() => {
  folder = recordingFolder(temporaryFolder(), sampleId('01A'));
  recorder = createRecorder(folder, ['stdout']);
  complaints = [];
});

const limitWith = (punchHole = (...hole: Parameters<typeof posix.punchHole>) => posix.punchHole(...hole)) =>
  createRecordingLimit({
    folder,
    streams: ['stdout'],
    maxBytes,
    punchHole,
    onRefusal: (why) => complaints.push(why),
  });

/** The n-th chunk: 1000 bytes that tell which one it is. */
const bytesOf = (nth: number) => Buffer.from(`${nth} `.padEnd(999, '.') + '\n');

function record(from: number, to: number): void {
  for (let nth = from; nth < to; nth += 1) {
    recorder.append([{ stream: 'stdout', timeUs: nth * 10, bytes: bytesOf(nth) }]);
  }
}

/** Records so many chunks; what was recorded is extracted, but for the last 100 chunks. */
function recordWithin(limit: ReturnType<typeof limitWith>, chunks: number) {
  const gaps = [];
  for (let nth = 0; nth < chunks; nth += 10) {
    record(nth, nth + 10);
    const extracted = { stdout: Math.max(0, nth - 90) * 1000, stderr: 0 };
    gaps.push(...limit.enforce(recorder.position.offsets, extracted, nth * 10));
  }
  return gaps;
}

const onDisk = () => statSync(folder.streams.stdout).blocks * 512;

describe('a recording with a limit', () => {
  it('never takes much more than that, and keeps its first and its last half', () => {
    const limit = limitWith();
    const gaps = recordWithin(limit, 5000);
    const { from, to } = readDropped(folder).stdout ?? { from: 0, to: 0 };
    expect(from).toBe(maxBytes / 2);
    expect(to).toBeLessThanOrEqual(5_000_000 - maxBytes / 2);
    expect(onDisk()).toBeLessThan(1.2 * maxBytes);
    expect(limit.droppedBytes.stdout).toBe(to - from);
    const written = Buffer.concat(Array.from({ length: 5000 }, (_, nth) => bytesOf(nth)));
    const left = readFileSync(folder.streams.stdout);
    expect(left.subarray(0, from).equals(written.subarray(0, from))).toBe(true);
    expect(left.subarray(to).equals(written.subarray(to))).toBe(true);
    // Told one after the other, each where the last one ended.
    let at = from;
    for (const { stream, offset, bytes } of gaps) {
      expect([stream, offset]).toEqual(['stdout', at]);
      at += bytes;
    }
    expect(at).toBe(to);
  });

  it('is left alone up to there', () => {
    const limit = limitWith();
    expect(recordWithin(limit, 1000)).toEqual([]);
    expect(limit.isExceeded(recorder.position.offsets)).toBe(false);
    expect(readDropped(folder)).toEqual({});
  });

  it('loses nothing that was not extracted', () => {
    const limit = limitWith();
    record(0, 5000);
    expect(limit.isExceeded(recorder.position.offsets)).toBe(true);
    expect(limit.enforce(recorder.position.offsets, { stdout: 500_000, stderr: 0 }, 0)).toEqual([]);
    const [gap] = limit.enforce(recorder.position.offsets, { stdout: 900_000, stderr: 0 }, 7);
    expect(gap).toMatchObject({ stream: 'stdout', offset: maxBytes / 2, timeUs: 7 });
    expect((gap?.offset ?? 0) + (gap?.bytes ?? 0)).toBeLessThanOrEqual(900_000);
  });

  it('is read as what is there, with one gap, and every offset as it was', () => {
    recordWithin(limitWith(), 5000);
    const { from, to } = readDropped(folder).stdout ?? { from: 0, to: 0 };
    const reader = openRecordingReader(folder);
    const chunks: number[] = [];
    const gaps: { readonly length: number; readonly behind: number }[] = [];
    for (let moment = reader.next(); moment !== undefined; moment = reader.next()) {
      if (isChunk(moment)) {
        const nth = moment.offset / 1000;
        expect(Buffer.from(moment.bytes).equals(bytesOf(nth))).toBe(true);
        chunks.push(nth);
      } else if (moment.kind === 'gap') gaps.push({ length: moment.length, behind: chunks.length });
    }
    expect(reader.untimed()).toEqual([]);
    reader.close();
    // A chunk of which a part is missing is missing.
    const [first, last] = [Math.floor(from / 1000), Math.ceil(to / 1000)];
    expect(gaps).toEqual([{ length: (last - first) * 1000, behind: first }]);
    expect(chunks).toEqual([...Array(first).keys(), ...Array.from({ length: 5000 - last }, (_, nth) => last + nth)]);
  });

  it('takes no more room when it is packed, unpacked, archived and brought back', async () => {
    recordWithin(limitWith(), 20_000);
    const content = readFileSync(folder.streams.stdout);
    await packRecording(folder, () => false);
    expect(measureRecording(folder).bytes).toBeLessThan(maxBytes / 2);
    unpackFile(folder.streams.stdout);
    expect(readFileSync(folder.streams.stdout).equals(content)).toBe(true);
    expect(onDisk()).toBeLessThan(1.2 * maxBytes);
    const archive = join(temporaryFolder(), 'archive.tar.gz');
    writeArchive(folder, archive);
    const back = await readArchive(archive, temporaryFolder());
    expect(readFileSync(back.streams.stdout).equals(content)).toBe(true);
    expect(readDropped(back)).toEqual(readDropped(folder));
    expect(statSync(back.streams.stdout).blocks * 512).toBeLessThan(1.2 * maxBytes);
  });

  it('goes on to grow, and says so once, where the file system cannot drop a part of a file', () => {
    const limit = limitWith(() => {
      throw new Error('fallocate: Operation not supported');
    });
    expect(recordWithin(limit, 5000)).toEqual([]);
    expect(complaints).toEqual(['fallocate: Operation not supported']);
    expect(limit.droppedBytes.stdout).toBe(0);
    expect(readDropped(folder)).toEqual({});
  });
});
