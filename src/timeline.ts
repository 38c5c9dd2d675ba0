import type { Paths } from './domain/config.ts';
import { type Chunk, isChunk, type RecordingPosition, recordingStart } from './domain/chunk.ts';
import type { Failure } from './domain/failure.ts';
import type {
  EntryPlace,
  Landing,
  ReplayKind,
  SeekTarget,
  Timeline,
  TimelineEntry,
  TimelineHead,
  TimelineMoment,
  TimelinePage,
  TimelinePlace,
} from './domain/replay.ts';
import { fail, ok, type Result } from './domain/result.ts';
import type { SessionRow } from './domain/rows.ts';
import { type RecordingFolder, recordingFolder } from './recording/folder.ts';
import { openRecordingReader, type RecordingReader } from './recording/reader.ts';
import { readSessionFile } from './recording/read-session-file.ts';
import { scanTiming } from './recording/scan-timing.ts';
import { unreadableFor } from './recording/unreadable.ts';
import { screenBefore } from './show-screen.ts';
import type { TimelineReader } from './store/timeline-reader.ts';

/** How much one page holds at most. */
const pageMoments = 1_000;
const pageBytes = 512 * 1024;

/** The timeline of a session, from its recording and the store. Its reader may serve many. */
export function openTimeline(paths: Paths, row: SessionRow, entries: TimelineReader): Timeline {
  const folder = recordingFolder(paths.recordings, row.session_id);
  const isTerminal = row.mode === 'terminal';
  const session = { folder, session_id: row.session_id, isTerminal, isOver: row.ended_at !== null };
  return {
    get head() {
      return headOf(session, row);
    },
    page: (place, kinds) => Promise.resolve(readPage(session, entries, place, kinds)),
    seek: (target) => land(session, entries, target),
  };
}

interface RecordedSession {
  readonly folder: RecordingFolder;
  readonly session_id: string;
  readonly isTerminal: boolean;
  /** Nobody writes it any more. */
  readonly isOver: boolean;
}

function headOf({ folder, isTerminal }: RecordedSession, row: SessionRow): TimelineHead {
  const { session_id, agent_name, mode, started_at, ended_at } = row;
  const recordedUs = scanTiming(folder, Infinity).timeUs;
  const endedUs = ended_at === null ? 0 : (Date.parse(ended_at) - Date.parse(started_at)) * 1000;
  const file = isTerminal ? readSessionFile(folder) : undefined;
  const told = file?.ok === true ? file.value.terminalSize : undefined;
  // A terminal that was given no size says 0.
  const size = told !== undefined && told.columns > 0 && told.rows > 0 ? told : undefined;
  return {
    sessionId: session_id,
    agent: agent_name,
    mode,
    durationUs: Math.max(recordedUs, endedUs),
    size: size ?? (isTerminal ? { columns: 80, rows: 24 } : undefined),
  };
}

function readPage(
  session: RecordedSession,
  reader: TimelineReader,
  place: TimelinePlace,
  kinds: readonly ReplayKind[],
): Result<TimelinePage, Failure> {
  const asksStore = kinds.some((kind) => kind !== 'output');
  const behind = place.entries;
  const read = asksStore
    ? reader.entries({ session: session.session_id, behind, kinds, limit: pageMoments })
    : ok<TimelineEntry[]>([]);
  if (!read.ok) return read;
  try {
    const output = kinds.includes('output') ? openOutput(session.folder, place.recording, session.isOver) : noOutput;
    try {
      return ok(merge(output, read.value, place));
    } finally {
      output.close();
    }
  } catch (error) {
    return fail(unreadableFor(session.folder.path, error));
  }
}

/** Both in the order of their times, until the page is full or one that goes on has nothing more here. */
function merge(output: Output, entries: readonly TimelineEntry[], place: TimelinePlace): TimelinePage {
  const moments: TimelineMoment[] = [];
  const hasMoreEntries = entries.length === pageMoments;
  let { recording, entries: lastEntry } = place;
  let bytes = 0;
  let taken = 0;
  for (let piece = output.next(); ; ) {
    if (moments.length >= pageMoments || bytes >= pageBytes) break;
    const entry = entries[taken];
    if (entry === undefined && hasMoreEntries) break;
    if (piece !== undefined && (entry === undefined || piece.timeUs <= entry.timeUs)) {
      if (piece.kind === 'output') bytes += piece.bytes.length;
      moments.push(piece);
      recording = output.position();
      piece = output.next();
    } else if (entry !== undefined) {
      moments.push(entry);
      lastEntry = { timeUs: entry.timeUs, id: entry.row.id };
      taken += 1;
    } else {
      return { moments, next: undefined };
    }
  }
  return { moments, next: { recording, entries: lastEntry } };
}

interface Output {
  next(): Extract<TimelineMoment, { kind: 'output' | 'resize' }> | undefined;
  /** Behind the last one. */
  position(): RecordingPosition;
  close(): void;
}

const noOutput: Output = { next: () => undefined, position: () => recordingStart, close: () => undefined };

function openOutput(folder: RecordingFolder, from: RecordingPosition, isOver: boolean): Output {
  const reader = openRecordingReader(folder, from);
  let position = from;
  let untimed: Chunk[] | undefined;
  return {
    next() {
      const moment = nextOutput(reader);
      if (moment !== undefined) {
        ({ position } = reader);
        return moment;
      }
      // What a crash has left without a time came last.
      untimed ??= isOver ? reader.untimed() : [];
      const chunk = untimed.shift();
      if (chunk === undefined) return undefined;
      const offsets = { ...position.offsets, [chunk.stream]: chunk.offset + chunk.bytes.length };
      position = { ...position, offsets };
      return { kind: 'output', ...chunk };
    },
    position: () => position,
    close: () => reader.close(),
  };
}

function nextOutput(reader: RecordingReader): ReturnType<Output['next']> {
  for (;;) {
    const moment = reader.next();
    if (moment === undefined) return undefined;
    if (isChunk(moment)) return { kind: 'output', ...moment };
    if (moment.kind === 'resize') return moment;
  }
}

async function land(
  session: RecordedSession,
  reader: TimelineReader,
  target: SeekTarget,
): Promise<Result<Landing, Failure>> {
  const found = placeOf(session, reader, target);
  if (!found.ok) return found;
  const entries = found.value;
  const { timeUs } = entries;
  if (!session.isTerminal) return ok({ timeUs, place: { recording: scanTiming(session.folder, timeUs - 1), entries } });
  const place = await screenBefore(session.folder, timeUs);
  if (!place.ok) return place;
  const { screen, position } = place.value;
  return ok({ timeUs, place: { recording: position, entries }, screen });
}

/** The place before what was asked for. */
function placeOf(
  { session_id }: RecordedSession,
  reader: TimelineReader,
  target: SeekTarget,
): Result<EntryPlace, Failure> {
  if ('timeUs' in target) return ok({ timeUs: target.timeUs, id: 0 });
  const found =
    'event' in target
      ? reader.placeOf(session_id, target.event)
      : reader.nextEvent(session_id, target.behind, target.nextEvent);
  if (!found.ok) return found;
  if (found.value !== undefined) return ok({ timeUs: found.value.timeUs, id: found.value.id - 1 });
  return fail({ reason: 'usage', message: nothingFound(target, session_id) });
}

function nothingFound(target: Exclude<SeekTarget, { timeUs: number }>, sessionId: string): string {
  if ('event' in target) return `session ${sessionId} has no event ${target.event}`;
  return target.nextEvent === 'any'
    ? 'there is no further event'
    : `there is no further event of type ${target.nextEvent}`;
}
