import type { Paths } from './domain/config.ts';
import { ExportError, type ExportSource } from './domain/export.ts';
import type { Failure } from './domain/failure.ts';
import type { SessionReader } from './domain/ports.ts';
import {
  type ReplayKind,
  type Timeline,
  type TimelineMoment,
  type TimelinePlace,
  timelineStart,
} from './domain/replay.ts';
import { ok, type Result } from './domain/result.ts';
import { createEmulatedTerminal } from './lines/emulated-terminal.ts';
import { openTimelineReader } from './store/timeline-reader.ts';
import { openTimeline } from './timeline.ts';

/** What an export is made of. It reads the store until `close`. */
export function openExportSource(
  paths: Paths,
  reader: SessionReader,
  session: string,
  version: string,
): Result<ExportSource & { close(): void }, Failure> {
  const summary = reader.summary(session);
  if (!summary.ok) return summary;
  const codeBlocks = reader.codeBlocks({ session });
  if (!codeBlocks.ok) return codeBlocks;
  const entries = openTimelineReader(paths.database);
  if (!entries.ok) return entries;
  const timeline = openTimeline(paths, summary.value.session, entries.value);
  return ok({
    version,
    head: timeline.head,
    summary: summary.value,
    codeBlocks: codeBlocks.value,
    moments: (kinds) => momentsOf(timeline, kinds),
    openScreen,
    close: () => entries.value.close(),
  });
}

async function* momentsOf(timeline: Timeline, kinds: readonly ReplayKind[]): AsyncGenerator<TimelineMoment> {
  for (let place: TimelinePlace | undefined = timelineStart; place !== undefined; ) {
    const page = await timeline.page(place, kinds);
    if (!page.ok) throw new ExportError(page.failure);
    yield* page.value.moments;
    place = page.value.next;
  }
}

function openScreen({ columns, rows }: { columns: number; rows: number }): ReturnType<ExportSource['openScreen']> {
  const ignore = () => undefined;
  const terminal = createEmulatedTerminal({ columns, rows, onSignal: ignore, onSwitch: ignore, onFrame: ignore });
  return {
    write: (bytes) => terminal.write(bytes, ignore),
    resize: (newColumns, newRows) => terminal.resize(newColumns, newRows),
    rows: () => terminal.paintedRows(),
    close: () => terminal.dispose(),
  };
}
