import type { Failure } from './domain/failure.ts';
import type { Keyframe } from './domain/keyframe.ts';
import { fail, ok, type Result } from './domain/result.ts';
import { createEmulatedTerminal, type EmulatedTerminal, type Picture } from './lines/emulated-terminal.ts';
import type { RecordingFolder } from './recording/folder.ts';
import { readKeyframe } from './recording/keyframes.ts';
import { openRecordedFile, type RecordedFile } from './recording/recorded-file.ts';
import { type Recorded, scanTiming } from './recording/scan-timing.ts';

/** How long after the moment a frame that had begun may be complete. */
const frameUs = 100_000;

const frameEnd = '\x1b[?2026l';

const pieceBytes = 64 * 1024;

/**
 * What stood on the screen of a session in a terminal, `atUs` microseconds after it started, or stands there now.
 * A frame that had begun (synchronized output) is shown complete. Fails when the recording cannot be read.
 */
export async function showScreen(folder: RecordingFolder, atUs = Infinity): Promise<Result<Picture, Failure>> {
  let file: RecordedFile | undefined;
  try {
    file = openRecordedFile(folder.streams.stdout);
    if (file === undefined) return fail(unreadable(folder, 'it is not there any more'));
    const keyframe = readKeyframe(folder, atUs);
    const from = keyframe ? ok(keyframe) : await startOf(folder);
    if (!from.ok) return from;
    const until = scanTiming(folder, atUs);
    // What a crash has left without a time was the last to be shown.
    const offset = atUs === Infinity ? file.size() : until.offset;
    const resizes = until.resizes.filter((resize) => keyframe === undefined || resize.offset > keyframe.offset);
    const latestOffset = () => scanTiming(folder, atUs + frameUs).offset;
    return ok(replay(file, from.value, { offset, resizes }, latestOffset));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Errors without a code are bugs, not something about the files.
    if (code === undefined) throw error;
    return fail(unreadable(folder, message));
  } finally {
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

/** Shows what was recorded from the keyframe on. */
function replay(file: RecordedFile, from: Keyframe, until: Recorded, latestOffset: () => number): Picture {
  const { columns, rows } = from;
  const terminal = createEmulatedTerminal({
    columns,
    rows,
    onSignal: () => undefined,
    onSwitch: () => undefined,
    onFrame: () => undefined,
  });
  try {
    show(terminal, Buffer.from(from.screen));
    let { offset } = from;
    for (const resize of until.resizes) {
      offset = play(file, offset, resize.offset, terminal);
      terminal.resize(resize.columns, resize.rows);
    }
    offset = play(file, offset, until.offset, terminal);
    if (terminal.isMidFrame) {
      const rest = file.read(offset, Math.max(0, latestOffset() - offset));
      const end = rest.indexOf(frameEnd);
      if (end !== -1) show(terminal, rest.subarray(0, end + frameEnd.length));
    }
    return terminal.picture();
  } finally {
    terminal.dispose();
  }
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

function unreadable(folder: RecordingFolder, why: string): Failure {
  return { reason: 'recording-unreadable', message: `cannot read the recording ${folder.path}: ${why}` };
}
