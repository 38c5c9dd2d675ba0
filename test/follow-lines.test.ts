import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { followLines } from '../src/follow-lines.ts';
import { type RecordingFolder, recordingFolder } from '../src/recording/folder.ts';
import { createRecorder, type Recorder } from '../src/recording/recorder.ts';
import type { Session } from '../src/domain/session.ts';
import { sampleSession } from './store/fixtures/samples.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const pipe = sampleSession();
const terminal = sampleSession({ mode: 'terminal', streams: ['stdout'], terminalSize: { columns: 40, rows: 10 } });
const second = 1_000_000;

let folder: RecordingFolder;

beforeEach(() => {
  folder = recordingFolder(temporaryFolder(), pipe.id);
});

function recording(session: Session): {
  recorder: Recorder;
  print(text: string, timeUs: number, stream?: 'stderr'): void;
} {
  const recorder = createRecorder(folder, session.streams);
  onTestFinished(() => recorder.close());
  return {
    recorder,
    print: (text, timeUs, stream) =>
      void recorder.append([{ stream: stream ?? 'stdout', timeUs, bytes: Buffer.from(text) }]),
  };
}

function following(session: Session, fromUs = 0) {
  const lines = followLines(session, folder, fromUs, (text) => text.replaceAll('hunter2', '*******'));
  onTestFinished(() => lines.close());
  const shown = (found: ReturnType<typeof lines.next>) =>
    found?.map(({ stream, line_number, byte_offset, text }) => `${stream} ${line_number} ${byte_offset} ${text}`);
  return { next: (nowUs = 0) => shown(lines.next(nowUs)), end: () => shown(lines.end()), lines };
}

describe('the lines of a session in a pipe', () => {
  it('are told as they are whole, as a person reads them, with their place', () => {
    const { print } = recording(pipe);
    const { next } = following(pipe);
    expect(next()).toBeUndefined();
    print('one\n\x1b[31mtwo\x1b[0m\nthr', second);
    print('to stderr\n', second, 'stderr');
    expect(next()).toEqual(['stdout 1 0 one', 'stdout 2 4 two', 'stderr 1 0 to stderr']);
    print('ee é\n', 2 * second);
    expect(next()).toEqual(['stdout 3 17 three é']);
    expect(next()).toBeUndefined();
  });

  it('have their numbers, whenever one begins to follow, and time, agent and session', () => {
    const { print } = recording(pipe);
    print('one\ntwo\n', second);
    const { next, lines } = following(pipe, 2 * second);
    expect(next()).toEqual([]);
    print('three\n', 3 * second);
    expect(lines.next(0)).toEqual([
      {
        type: 'log',
        timestamp: '2025-06-01T12:00:03.123Z',
        agent: 'claude',
        session_id: pipe.id,
        stream: 'stdout',
        line_number: 3,
        byte_offset: 8,
        text: 'three',
      },
    ]);
  });

  it('end with what was left without a line feed', () => {
    const { print } = recording(pipe);
    print('one\nleft', second);
    const { next, end } = following(pipe);
    expect(next()).toEqual(['stdout 1 0 one']);
    expect(end()).toEqual(['stdout 2 4 left']);
  });
});

describe('the lines of a session in a terminal', () => {
  it('are told when they have rested on the screen, by the clock alone, too', () => {
    const { print } = recording(terminal);
    print('\x1b[?1049h\x1b[H\x1b[2Ja line on the screen', second);
    const { next } = following(terminal);
    expect(next(second)).toEqual([]);
    expect(next(second + 1)).toBeUndefined();
    expect(next(10 * second)?.map((each) => each.split(' ').slice(3).join(' '))).toEqual(['a line on the screen']);
    expect(next(20 * second)).toBeUndefined();
  });
});
