import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isChunk, type Moment } from '../src/domain/chunk.ts';
import { ok } from '../src/domain/result.ts';
import { beginExtraction } from '../src/extract-recording.ts';
import { createEmulatedTerminal } from '../src/lines/emulated-terminal.ts';
import { type RecordingFolder, recordingFolder } from '../src/recording/folder.ts';
import { createKeyframeWriter } from '../src/recording/keyframes.ts';
import { readSessionFile } from '../src/recording/read-session-file.ts';
import { createRecorder } from '../src/recording/recorder.ts';
import { writeSessionFile } from '../src/recording/write-session-file.ts';
import { nothingStored } from '../src/session-extraction.ts';
import { showScreen } from '../src/show-screen.ts';
import { capturesFolder, readCapture } from './corpus/captures.ts';
import { sampleSession, valueOf } from './store/fixtures/samples.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

interface Recorded {
  readonly terminalSize?: { readonly columns: number; readonly rows: number };
  readonly moments: readonly Moment[];
}

function record({ terminalSize = { columns: 20, rows: 4 }, moments }: Recorded): RecordingFolder {
  const session = sampleSession({ mode: 'terminal', streams: ['stdout'], terminalSize });
  const folder = recordingFolder(temporaryFolder(), session.id);
  const recorder = createRecorder(folder, session.streams);
  for (const moment of moments) {
    if (isChunk(moment)) recorder.append([moment]);
    else recorder.mark(moment);
  }
  recorder.close();
  writeSessionFile(folder, session);
  return folder;
}

/** Writes the keyframes of this recording, closer together than a session's are. */
function addKeyframes(folder: RecordingFolder, { terminalSize = { columns: 20, rows: 4 }, moments }: Recorded): void {
  const write = createKeyframeWriter(folder);
  let timeUs = 0;
  const terminal = createEmulatedTerminal({
    ...terminalSize,
    onSignal: () => undefined,
    onSwitch: () => undefined,
    onFrame: () => undefined,
    keyframeBytes: 500,
    onKeyframe: (keyframe) => write({ ...keyframe, timeUs }),
  });
  for (const moment of moments) {
    ({ timeUs } = moment);
    if (isChunk(moment)) terminal.write(moment.bytes, () => undefined);
    else if (moment.kind === 'resize') terminal.resize(moment.columns, moment.rows);
  }
}

const keyframeCount = (folder: RecordingFolder) => readFileSync(folder.keyframes, 'utf8').split('\n').length - 1;

const screenAt = async (folder: RecordingFolder, atUs?: number) => valueOf(await showScreen(folder, atUs)).lines;

/** Prints the texts one by one, a second apart. */
function printed(...texts: readonly string[]): Moment[] {
  let offset = 0;
  return texts.map((text, second) => {
    const bytes = Buffer.from(text);
    offset += bytes.length;
    return { stream: 'stdout', offset: offset - bytes.length, timeUs: second * 1_000_000, bytes };
  });
}

/** When a person took the pictures that stand beside the capture: before answering, before resizing, at the end. */
function pictureTimes(name: string): Record<string, number> {
  const { moments, endUs } = readCapture(name);
  const [small = 0, large = 0] = moments.flatMap((each) => (isChunk(each) ? [] : [each.timeUs]));
  const { log } = JSON.parse(readFileSync(join(capturesFolder, name, 'cmd.json'), 'utf8')) as { log: string[] };
  const timeOf = (line: string | undefined) => Number.parseInt(line ?? '', 10) * 1000;
  const asked = log.findLastIndex((line) => line.includes(' saw ')) - 1;
  const resized = log.findLast((line) => line.includes(' resized '));
  return {
    permission: timeOf(log[asked]) - 2000,
    approved: small - 1,
    small: large - 1,
    large: timeOf(resized),
    final: endUs,
  };
}

describe.each([
  'codex/tui-full',
  'codex/tui-inline',
  'claude/tui-full',
  'claude/tui-inline',
  'gemini/tui-full',
  'opencode/tui-full',
])('the screen of %s is what a person saw', (name) => {
  const capture = readCapture(name);

  it.each(Object.entries(pictureTimes(name)))('%s', async (picture, timeUs) => {
    const seen = readFileSync(join(capturesFolder, name, `screen-${picture}.txt`), 'utf8').split('\n');
    const folder = record(capture);
    const replayed = valueOf(await showScreen(folder, timeUs));
    addKeyframes(folder, capture);
    expect(keyframeCount(folder)).toBeGreaterThan(5);
    expect(valueOf(await showScreen(folder, timeUs))).toEqual(replayed);
    for (const [row, line] of replayed.lines.entries()) {
      // Where the program ran was changed in the pictures afterwards; what is behind the edge is in them, too.
      const expected = (seen[row] ?? '').slice(0, replayed.columns).trimEnd();
      if (!expected.includes('/work/project')) expect(line).toBe(expected);
    }
  });
});

describe('the screen of a session', () => {
  const told = { moments: printed('one', ' two', '\r\nthree') };

  it('is as it was at the moment', async () => {
    const folder = record(told);
    expect(await screenAt(folder, 999_999)).toEqual(['one', '', '', '']);
    expect(await screenAt(folder, 1_000_000)).toEqual(['one two', '', '', '']);
    expect(await screenAt(folder, 60_000_000)).toEqual(['one two', 'three', '', '']);
  });

  it('is as it is now, with what a crash has left without a time', async () => {
    const folder = record(told);
    appendFileSync(folder.streams.stdout, '!');
    expect(await screenAt(folder)).toEqual(['one two', 'three!', '', '']);
  });

  it('has the size that the terminal had', async () => {
    const [first, last] = printed('one', ' two') as [Moment, Moment];
    const folder = record({ moments: [first, { kind: 'resize', columns: 5, rows: 2, timeUs: 500_000 }, last] });
    expect(valueOf(await showScreen(folder))).toEqual({
      columns: 5,
      cursor: { column: 2, row: 1 },
      lines: ['one t', 'wo'],
    });
  });

  it('is complete when a frame had begun', async () => {
    const begun = printed('before', '\x1b[?2026h\x1b[2J\x1b[Hhalf');
    const rest = Buffer.from('whole\x1b[?2026l\x1b[2J');
    const folder = record({
      moments: [...begun, { stream: 'stdout', offset: 0, timeUs: 1_050_000, bytes: rest }],
    });
    expect(await screenAt(folder, 1_000_000)).toEqual(['halfwhole', '', '', '']);
  });

  it('is read from the last keyframe before', async () => {
    const folder = record(told);
    const write = createKeyframeWriter(folder);
    const keyframe = { columns: 20, rows: 4, screen: 'keyframe' };
    write({ ...keyframe, timeUs: 1_000_000, offset: 3 });
    write({ ...keyframe, timeUs: 2_000_000, offset: 7 });
    expect(await screenAt(folder, 999_999)).toEqual(['one', '', '', '']);
    expect(await screenAt(folder, 1_000_000)).toEqual(['keyframe two', '', '', '']);
    expect(await screenAt(folder)).toEqual(['keyframe', 'three', '', '']);
  });

  it.each([
    ['cut', (text: string) => text.slice(0, -5)],
    ['damaged', (text: string) => text.replace(/"screen":"[^"]*"\}\n$/, '"screen":7}\n')],
  ])('does not need a keyframe that is %s', async (_, spoil) => {
    const folder = record(told);
    createKeyframeWriter(folder)({ timeUs: 1_000_000, offset: 3, columns: 20, rows: 4, screen: 'keyframe' });
    writeFileSync(folder.keyframes, spoil(readFileSync(folder.keyframes, 'utf8')));
    expect(await screenAt(folder)).toEqual(['one two', 'three', '', '']);
  });

  it('has keyframes once its recording was extracted', () => {
    const moments = printed(...Array.from({ length: 40 }, (_, nth) => `\x1b[H${nth}\x1b[2J`.padEnd(10_000, '.')));
    const folder = record({ moments });
    const session = valueOf(readSessionFile(folder));
    const store = { commit: () => ok('committed' as const) };
    for (const time of ['first', 'again']) {
      valueOf(beginExtraction({ session, folder, packs: [] }).extract(store, nothingStored));
      expect(keyframeCount(folder), time).toBe(5);
    }
  });

  it('cannot be shown without the recording', async () => {
    const folder = record(told);
    rmSync(folder.streams.stdout);
    expect(await showScreen(folder)).toMatchObject({ failure: { reason: 'recording-unreadable' } });
  });
});
