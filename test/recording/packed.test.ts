import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Moment } from '../../src/domain/chunk.ts';
import { type RecordingFolder, recordingFolder } from '../../src/recording/folder.ts';
import { packRecording, unpackFile } from '../../src/recording/pack-recording.ts';
import { memberBytes } from '../../src/recording/packed-members.ts';
import { openRecordingReader } from '../../src/recording/reader.ts';
import { openRecordedFile } from '../../src/recording/recorded-file.ts';
import { createRecorder } from '../../src/recording/recorder.ts';
import { scanTiming } from '../../src/recording/scan-timing.ts';
import { sampleId } from '../store/fixtures/samples.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let folder: RecordingFolder;
const never = () => false;

beforeEach(() => {
  folder = recordingFolder(temporaryFolder(), sampleId('01A'));
});

/** Half of it repeats, half does not. */
function write(bytes: number): Buffer {
  const content = Buffer.concat([randomBytes(bytes >> 1), Buffer.alloc(bytes - (bytes >> 1), 'again and ')]);
  mkdirSync(folder.path, { recursive: true });
  writeFileSync(folder.streams.stdout, content);
  return content;
}

function opened() {
  const file = openRecordedFile(folder.streams.stdout);
  if (file === undefined) throw new Error('it is not there');
  return file;
}

describe('a packed file', () => {
  it('is read from any place as what it was, over the edges of its parts, too', async () => {
    const content = write(2 * memberBytes + 4321);
    expect(await packRecording(folder, never)).toBe(true);
    expect(readdirSync(folder.path)).toEqual(['stdout.log.gz']);
    const file = opened();
    expect(file.size()).toBe(content.length);
    const random = seededRandom();
    const edges = [memberBytes, 2 * memberBytes, content.length];
    const places = [
      ...edges.flatMap((edge) => [-2, -1, 0, 1].map((by) => [edge + by, 3] as const)),
      ...Array.from({ length: 20 }, () => [random.below(content.length), random.below(2 * memberBytes)] as const),
      [0, content.length],
      [0, 2 * content.length],
    ] as const;
    for (const [offset, length] of places) {
      const seed = `SEED=${random.seed}: ${length} at ${offset}`;
      expect(file.read(offset, length).equals(content.subarray(offset, offset + length)), seed).toBe(true);
    }
    file.close();
  });

  it('is what gunzip reads', async () => {
    const content = write(memberBytes + 1);
    await packRecording(folder, never);
    const unpacked = execFileSync('gunzip', ['-c', join(folder.path, 'stdout.log.gz')], { maxBuffer: 1e8 });
    expect(unpacked.equals(content)).toBe(true);
  });

  it('is as private as it was, and smaller', async () => {
    write(100_000);
    await packRecording(folder, never);
    const { mode, size } = statSync(join(folder.path, 'stdout.log.gz'));
    expect(mode & 0o777).toBe(0o600);
    expect(size).toBeLessThan(60_000);
  });

  it('is not read by guessing when it is damaged', async () => {
    write(2 * memberBytes);
    await packRecording(folder, never);
    const path = join(folder.path, 'stdout.log.gz');
    const whole = readFileSync(path);
    truncateSync(path, whole.length - 1);
    expect(() => opened()).toThrow(/damaged at byte \d+/);
    whole.writeUInt8(whole.readUInt8(200) ^ 1, 200);
    writeFileSync(path, whole);
    const file = opened();
    expect(() => file.read(0, 10)).toThrow();
    file.close();
  });
});

describe('packing', () => {
  it('leaves small files alone', async () => {
    write(1000);
    expect(await packRecording(folder, never)).toBe(true);
    expect(readdirSync(folder.path)).toEqual(['stdout.log']);
  });

  it('leaves everything as it was when the time is over, and can be done again', async () => {
    const content = write(2 * memberBytes);
    let asked = 0;
    expect(await packRecording(folder, () => (asked += 1) > 1)).toBe(false);
    expect(readdirSync(folder.path)).toEqual(['stdout.log']);
    writeFileSync(`${folder.streams.stdout}.gz`, 'what a crash has left beside the whole one');
    expect(await packRecording(folder, never)).toBe(true);
    expect(opened().read(0, content.length).equals(content)).toBe(true);
    expect(await packRecording(folder, never)).toBe(true);
  });

  it('gives way to who masks something meanwhile', async () => {
    const content = write(2 * memberBytes);
    const mask = () => {
      utimesSync(folder.streams.stdout, 1, 1);
      return false;
    };
    expect(await packRecording(folder, mask)).toBe(false);
    expect(readdirSync(folder.path)).toEqual(['stdout.log']);
    expect(opened().read(0, content.length).equals(content)).toBe(true);
  });

  it('is undone by unpacking', async () => {
    const content = write(2 * memberBytes + 17);
    await packRecording(folder, never);
    unpackFile(folder.streams.stdout);
    expect(readdirSync(folder.path)).toEqual(['stdout.log']);
    expect(readFileSync(folder.streams.stdout).equals(content)).toBe(true);
    expect(statSync(folder.streams.stdout).mode & 0o777).toBe(0o600);
    unpackFile(folder.streams.stdout);
    unpackFile(folder.streams.stderr);
    expect(readdirSync(folder.path)).toEqual(['stdout.log']);
  });

  it('is not noticed by who has the file open', async () => {
    const content = write(100_000);
    const file = opened();
    await packRecording(folder, never);
    expect(existsSync(folder.streams.stdout)).toBe(false);
    expect(file.read(99_000, 5000).equals(content.subarray(99_000))).toBe(true);
    file.close();
  });

  it('changes nothing of what a recording tells', async () => {
    const recorder = createRecorder(folder, ['stdout', 'stderr']);
    for (let index = 0; index < 3000; index += 1) {
      const stream = index % 3 === 0 ? 'stderr' : 'stdout';
      recorder.append([{ stream, timeUs: index * 10, bytes: Buffer.from(`line ${index} of many\n`) }]);
      if (index % 1000 === 0) recorder.mark({ kind: 'resize', columns: 80 + index, rows: 24, timeUs: index * 10 });
    }
    recorder.close();
    const told = () => {
      const reader = openRecordingReader(folder);
      const moments: Moment[] = [];
      for (let moment = reader.next(); moment !== undefined; moment = reader.next()) moments.push(moment);
      moments.push(...reader.untimed());
      reader.close();
      return { moments, scanned: scanTiming(folder, 15_000) };
    };
    const before = told();
    await packRecording(folder, never);
    expect(readdirSync(folder.path).sort()).toEqual(['stderr.log.gz', 'stdout.log.gz', 'timing.gz']);
    expect(told()).toEqual(before);
  });
});
