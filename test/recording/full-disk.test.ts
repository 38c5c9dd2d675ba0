import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SessionEnd } from '../../src/domain/session.ts';
import { isChunk } from '../../src/domain/chunk.ts';
import { recordingFolder } from '../../src/recording/folder.ts';
import { readSessionFile } from '../../src/recording/read-session-file.ts';
import { openRecordingReader } from '../../src/recording/reader.ts';
import { type ReadChunk } from '../../src/recording/recorder.ts';
import { createTolerantRecorder } from '../../src/recording/tolerant-recorder.ts';
import { writeSessionFile } from '../../src/recording/write-session-file.ts';
import { sampleSession } from '../store/fixtures/samples.ts';
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
    // There is still room to mark what is missing.
    const gap = (kibibytes: number, timeUs: number) =>
      ({ kind: 'gap', stream: 'stdout', length: kibibytes * kibibyte, timeUs }) as const;
    expect(recorder.record([chunk(3, 300 * kibibyte, 'c')])).toEqual([gap(200, 3)]);
    expect(recorder.gapBytes.stdout).toBe(500 * kibibyte);
    expect(refusals).toEqual([expect.stringContaining('ENOSPC')]);

    disk.enlarge(1024);
    expect(recorder.record([chunk(4, 100 * kibibyte, 'd')])).toMatchObject([gap(300, 4), { offset: 8 * kibibyte }]);

    const reader = openRecordingReader(folder);
    const read = Array.from({ length: 4 }, () => reader.next()).map((moment) =>
      moment && isChunk(moment) ? Buffer.from(moment.bytes).toString() : moment,
    );
    expect(read).toEqual(['a'.repeat(8 * kibibyte), gap(200, 3), gap(300, 4), 'd'.repeat(100 * kibibyte)]);
    expect(reader.next()).toBeUndefined();
    expect(reader.untimed()).toEqual([]);
    reader.close();
  });

  it('still keeps how the session ended', () => {
    const disk = tinyDisk(64);
    const folder = recordingFolder(disk.path, '01HZX0000000000000000000ZZ');
    mkdirSync(folder.path);
    const session = sampleSession({ id: '01HZX0000000000000000000ZZ' });
    writeSessionFile(folder, session);
    expect(() => writeFileSync(`${disk.path}/filler`, Buffer.alloc(100 * kibibyte))).toThrow(/ENOSPC/);
    const end: SessionEnd = {
      endedAt: '2025-06-01T12:05:00.000Z',
      ending: { kind: 'exited', code: 5 },
      gapBytes: { stdout: 0, stderr: 0 },
    };
    writeSessionFile(folder, { ...session, end });
    expect(readSessionFile(folder)).toEqual({ ok: true, value: { ...session, end } });
    expect(readdirSync(folder.path)).toEqual(['session.json']);
  });
});
