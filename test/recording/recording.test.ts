import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isChunk, type Moment, type Stream } from '../../src/domain/chunk.ts';
import { type RecordingFolder, recordingFolder } from '../../src/recording/folder.ts';
import { openRecordingReader } from '../../src/recording/reader.ts';
import { type ReadChunk, type Recorder, createRecorder } from '../../src/recording/recorder.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const sessionId = '01HZX0000000000000000000ZZ';

function newRecording(streams: readonly Stream[] = ['stdout', 'stderr']): {
  folder: RecordingFolder;
  recorder: Recorder;
} {
  const folder = recordingFolder(temporaryFolder(), sessionId);
  return { folder, recorder: createRecorder(folder, streams) };
}

const chunk = (stream: Stream, timeUs: number, text: string): ReadChunk => ({
  stream,
  timeUs,
  bytes: Buffer.from(text),
});

const seen = (moment: Moment) =>
  isChunk(moment) ? [moment.stream, moment.timeUs, moment.offset, textOf(moment)] : [moment.kind, moment.timeUs];
const textOf = (moment: Moment | undefined) => (moment && isChunk(moment) ? Buffer.from(moment.bytes).toString() : '');

/** All that a reader gives, the bytes without a time last. */
function readBack(folder: RecordingFolder) {
  const reader = openRecordingReader(folder);
  const moments: Moment[] = [];
  for (let next = reader.next(); next !== undefined; next = reader.next()) moments.push(next);
  moments.push(...reader.untimed());
  reader.close();
  return moments.map(seen);
}

describe('a recording', () => {
  it('gives back each chunk as it was read: stream, time, place and bytes', () => {
    const { folder, recorder } = newRecording();
    recorder.append([chunk('stdout', 1_000, 'one'), chunk('stderr', 1_500_000, 'oops')]);
    recorder.append([chunk('stdout', 61_000_001, 'two')]);
    expect(readBack(folder)).toEqual([
      ['stdout', 1_000, 0, 'one'],
      ['stderr', 1_500_000, 0, 'oops'],
      ['stdout', 61_000_001, 3, 'two'],
    ]);
  });

  it('holds the raw bytes in a file per stream, and the timing in the format of util-linux script', () => {
    const { folder, recorder } = newRecording();
    recorder.append([chunk('stdout', 1_000, 'a\u001b[1m'), chunk('stderr', 1_500_000, 'b')]);
    recorder.mark({ kind: 'resize', timeUs: 2_000_000, columns: 80, rows: 24 });
    recorder.mark({ kind: 'gap', stream: 'stdout', length: 7, timeUs: 2_000_000 });
    recorder.mark({ kind: 'stopped', timeUs: 3_000_000 });
    recorder.mark({ kind: 'continued', timeUs: 9_000_000 });
    expect(readFileSync(folder.streams.stdout, 'latin1')).toBe('a\u001b[1m');
    expect(readFileSync(folder.streams.stderr, 'latin1')).toBe('b');
    expect(readFileSync(folder.timing, 'latin1')).toBe(
      'O 0.001000 5\nE 1.499000 1\nS 0.500000 SIGWINCH ROWS=24 COLS=80\nH 0.000000 GAP_STDOUT 7\nS 1.000000 SIGSTOP\nS 6.000000 SIGCONT\n',
    );
  });

  it('is for its owner only', () => {
    const { folder } = newRecording();
    expect(statSync(folder.path).mode & 0o777).toBe(0o700);
    for (const file of [folder.timing, folder.streams.stdout, folder.streams.stderr]) {
      expect(statSync(file).mode & 0o777, file).toBe(0o600);
    }
  });

  it('lets no time go backwards, and says so to who scans before it is read back', () => {
    const { folder, recorder } = newRecording();
    const recorded = recorder.append([chunk('stdout', 900, 'late'), chunk('stderr', 400, 'early')]);
    expect(recorded.map(seen)).toEqual(readBack(folder));
    expect(readBack(folder)).toEqual([
      ['stdout', 900, 0, 'late'],
      ['stderr', 900, 0, 'early'],
    ]);
  });

  it('keeps bytes that a crash left without a time', () => {
    const { folder, recorder } = newRecording();
    recorder.append([chunk('stdout', 5, 'timed')]);
    appendFileSync(folder.streams.stdout, ' untimed');
    appendFileSync(folder.timing, 'O 0.0000');
    expect(readBack(folder)).toEqual([
      ['stdout', 5, 0, 'timed'],
      ['stdout', 5, 5, ' untimed'],
    ]);
  });

  it('is read up to garbage in its timing, and its bytes are all there', () => {
    const { folder, recorder } = newRecording(['stdout']);
    recorder.append([chunk('stdout', 5, 'abc')]);
    appendFileSync(folder.timing, '\u0000\u0000garbage\nO 0.000001 2\n');
    appendFileSync(folder.streams.stdout, 'de');
    expect(readBack(folder).map(([, , , text]) => text)).toEqual(['abc', 'de']);
  });

  it('gives back, among the chunks, when the terminal was resized and the child was stopped', () => {
    const { folder, recorder } = newRecording();
    recorder.append([chunk('stdout', 1_000, 'a')]);
    recorder.mark({ kind: 'resize', timeUs: 2_000, columns: 80, rows: 24 });
    recorder.mark({ kind: 'gap', stream: 'stdout', length: 7, timeUs: 2_000 });
    recorder.mark({ kind: 'stopped', timeUs: 3_000 });
    recorder.mark({ kind: 'continued', timeUs: 4_000 });
    recorder.append([chunk('stdout', 5_000, 'b')]);
    expect(readBack(folder)).toEqual([
      ['stdout', 1_000, 0, 'a'],
      ['resize', 2_000],
      ['gap', 2_000],
      ['stopped', 3_000],
      ['continued', 4_000],
      ['stdout', 5_000, 1, 'b'],
    ]);
  });

  it('can be read while it grows', () => {
    const { folder, recorder } = newRecording(['stdout']);
    const reader = openRecordingReader(folder);
    expect(reader.next()).toBeUndefined();
    for (const text of ['one', 'two']) {
      recorder.append([chunk('stdout', 1, text)]);
      expect(textOf(reader.next())).toBe(text);
      expect(reader.next()).toBeUndefined();
    }
    reader.close();
  });

  it('gives back chunks larger than what is read from disk at once, and very many small ones', () => {
    const { folder, recorder } = newRecording(['stdout']);
    const large = Buffer.alloc(3 * 1024 * 1024, 'x');
    recorder.append([{ stream: 'stdout', timeUs: 1, bytes: large }]);
    recorder.append(Array.from({ length: 5000 }, (_, index) => chunk('stdout', 2, `${index},`)));
    const chunks = readBack(folder);
    expect(chunks).toHaveLength(5001);
    expect(chunks[0]?.[3]).toBe(large.toString());
    expect(chunks[5000]).toEqual(['stdout', 2, recorder.position.offsets.stdout - 5, '4999,']);
  });

  it('never takes over the folder of another session', () => {
    const { folder } = newRecording();
    expect(() => createRecorder(folder, ['stdout'])).toThrow(/EEXIST/);
  });

  it('is found by nothing but a session id', () => {
    for (const id of ['../../etc', '', '01hzx0000000000000000000zz', 'x'.repeat(26)]) {
      expect(() => recordingFolder('/tmp', id)).toThrow('not a session id');
    }
  });

  it.skipIf(!existsSync('/proc/self/fd'))('is closed again where one of its files cannot be opened', () => {
    const { folder } = newRecording();
    rmSync(folder.streams.stderr);
    symlinkSync(folder.streams.stderr, folder.streams.stderr);
    const opened = () => readdirSync('/proc/self/fd').length;
    const before = opened();
    expect(() => openRecordingReader(folder)).toThrow('ELOOP');
    expect(opened()).toBe(before);
  });

  it('reads as empty when it has no files', () => {
    expect(readBack(recordingFolder(temporaryFolder(), sessionId))).toEqual([]);
  });
});
