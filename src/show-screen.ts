import { isChunk, type RecordingPosition } from './domain/chunk.ts';
import type { Failure } from './domain/failure.ts';
import type { Keyframe } from './domain/keyframe.ts';
import type { ScreenSnapshot } from './domain/replay.ts';
import { fail, ok, type Result } from './domain/result.ts';
import { createEmulatedTerminal, type EmulatedTerminal, type Picture } from './lines/emulated-terminal.ts';
import type { RecordingFolder } from './recording/folder.ts';
import { readKeyframe } from './recording/keyframes.ts';
import { openRecordingReader } from './recording/reader.ts';
import { openRecordedFile, type RecordedFile } from './recording/recorded-file.ts';
import { type Recorded, type Resize, scanTiming } from './recording/scan-timing.ts';
import { unreadable, unreadableFor } from './recording/unreadable.ts';

/** How long after the moment a frame that had begun may be complete. */
const frameUs = 100_000;

const frameEnd = '\x1b[?2026l';

const pieceBytes = 64 * 1024;

/** No sequence is read in so many pieces. */
const mostMomentsToEnd = 100;

/**
 * What stood on the screen of a session in a terminal, `atUs` microseconds after it started, or stands there now.
 * A frame that had begun (synchronized output) is shown complete. Fails when the recording cannot be read.
 */
export function showScreen(folder: RecordingFolder, atUs = Infinity): Promise<Result<Picture, Failure>> {
  return withScreen(folder, atUs, ({ terminal, file, offset }) => {
    if (terminal.isMidFrame) {
      const rest = file.read(offset, Math.max(0, scanTiming(folder, atUs + frameUs).offsets.stdout - offset));
      const end = rest.indexOf(frameEnd);
      if (end !== -1) show(terminal, rest.subarray(0, end + frameEnd.length));
    }
    return terminal.picture();
  });
}

/** The screen from which what follows can be shown, and where in the recording that begins. */
export interface ScreenPlace {
  readonly screen: ScreenSnapshot;
  readonly position: RecordingPosition;
}

/**
 * The screen as it was before all that was recorded from `timeUs` on. Where that would be in the midst of a sequence
 * or a character, it is the screen behind the end of it.
 */
export function screenBefore(folder: RecordingFolder, timeUs: number): Promise<Result<ScreenPlace, Failure>> {
  return withScreen(folder, timeUs - 1, ({ terminal, until }) => {
    const reader = openRecordingReader(folder, until);
    try {
      for (let count = 0; count < mostMomentsToEnd && !terminal.isBetweenSequences; count += 1) {
        const moment = reader.next();
        if (moment === undefined) break;
        if (isChunk(moment)) show(terminal, moment.bytes);
        else if (moment.kind === 'resize') terminal.resize(moment.columns, moment.rows);
      }
      const { columns, lines } = terminal.picture();
      const { position } = reader;
      const offset = position.offsets.stdout;
      return { screen: { columns, rows: lines.length, sequences: terminal.sequences(), offset }, position };
    } finally {
      reader.close();
    }
  });
}

interface OpenScreen {
  /** What was recorded is shown on it. */
  readonly terminal: EmulatedTerminal;
  readonly until: Recorded;
  readonly file: RecordedFile;
  /** How many bytes are shown. */
  readonly offset: number;
}

/** Looks at the screen as it was `atUs` microseconds after the session's start. */
async function withScreen<Seen>(
  folder: RecordingFolder,
  atUs: number,
  look: (screen: OpenScreen) => Seen,
): Promise<Result<Seen, Failure>> {
  let file: RecordedFile | undefined;
  let terminal: EmulatedTerminal | undefined;
  try {
    file = openRecordedFile(folder.streams.stdout);
    if (file === undefined) return fail(unreadable(folder.path, 'it is not there any more'));
    const keyframe = readKeyframe(folder, atUs);
    const from = keyframe ? ok(keyframe) : await startOf(folder);
    if (!from.ok) return from;
    const until = scanTiming(folder, atUs);
    // What a crash has left without a time was the last to be shown.
    const end = atUs === Infinity ? file.size() : until.offsets.stdout;
    terminal = terminalOf(from.value);
    const resizes = until.resizes.filter((resize) => keyframe === undefined || resize.offset > keyframe.offset);
    return ok(look({ terminal, until, file, offset: replay(file, from.value.offset, { end, resizes }, terminal) }));
  } catch (error) {
    return fail(unreadableFor(folder.path, error));
  } finally {
    terminal?.dispose();
    file?.close();
  }
}

/** The screen before the first byte. */
async function startOf(folder: RecordingFolder): Promise<Result<Keyframe, Failure>> {
  const { readSessionFile } = await import('./recording/read-session-file.ts');
  const session = readSessionFile(folder);
  if (!session.ok) return session;
  const { columns, rows } = session.value.terminalSize ?? { columns: 80, rows: 24 };
  return ok({ timeUs: 0, offset: 0, columns, rows, screen: '' });
}

function terminalOf({ columns, rows, screen }: Keyframe): EmulatedTerminal {
  const terminal = createEmulatedTerminal({
    columns,
    rows,
    onSignal: () => undefined,
    onSwitch: () => undefined,
    onFrame: () => undefined,
  });
  show(terminal, Buffer.from(screen));
  return terminal;
}

/** Shows what was recorded from the keyframe on. @returns as `play` does */
function replay(
  file: RecordedFile,
  from: number,
  { end, resizes }: { end: number; resizes: readonly Resize[] },
  terminal: EmulatedTerminal,
): number {
  let offset = from;
  for (const resize of resizes) {
    offset = play(file, offset, resize.offset, terminal);
    terminal.resize(resize.columns, resize.rows);
  }
  return play(file, offset, end, terminal);
}

/** @returns the offset up to which the recording has been shown now */
function play(file: RecordedFile, from: number, to: number, terminal: EmulatedTerminal): number {
  let offset = from;
  while (offset < to) {
    const bytes = file.read(offset, Math.min(pieceBytes, to - offset));
    if (bytes.length === 0) break;
    show(terminal, bytes);
    offset += bytes.length;
  }
  return offset;
}

const show = (terminal: EmulatedTerminal, bytes: Uint8Array) => terminal.write(bytes, () => undefined);
