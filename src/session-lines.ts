import { isChunk, type Moment, streams } from './domain/chunk.ts';
import { limits } from './domain/config.ts';
import type { Keyframe } from './domain/keyframe.ts';
import type { LineBlock, Screen } from './domain/line.ts';
import type { Session } from './domain/session.ts';
import type { NotificationSignal } from './domain/state.ts';
import { createLineSplitter } from './lines/line-splitter.ts';
import { createScreenLines } from './lines/screen-lines.ts';

/** The lines of a session's output. Those of a terminal are settled on as time passes. */
export interface SessionLines {
  take(moment: Moment): readonly LineBlock[];
  /** Those that are settled on by then, when nothing else happens. */
  wait(timeUs: number): readonly LineBlock[];
  /** When {@link SessionLines.wait} has something to tell next. */
  readonly nextUs: number | undefined;
  /** All that stands on the screen, but for the lines of the question there. */
  settleNow(questionLines: ReadonlySet<string>, timeUs: number): readonly LineBlock[];
  /** What stands on the screen now; undefined while it is being painted, and without a screen. */
  peek(): Screen | undefined;
  /** The rest of them. */
  end(timeUs: number): readonly LineBlock[];
}

/** What a session's output is read with: line by line, or from the screen of a terminal of its size. */
export function createSessionLines(
  { mode, terminalSize }: Pick<Session, 'mode' | 'terminalSize'>,
  told: {
    readonly onSignal: (signal: NotificationSignal) => void;
    readonly onScreen: (screen: Screen) => void;
    readonly onKeyframe?: (keyframe: Keyframe) => void;
  },
): SessionLines {
  if (mode === 'terminal') {
    const { columns, rows } = terminalSize ?? { columns: 80, rows: 24 };
    const screen = createScreenLines({ columns, rows, ...told });
    return {
      take(moment) {
        if (isChunk(moment)) return screen.push(moment);
        return moment.kind === 'resize' ? screen.resize(moment.columns, moment.rows, moment.timeUs) : [];
      },
      wait: (timeUs) => screen.wait(timeUs),
      get nextUs() {
        return screen.nextUs;
      },
      settleNow: (questionLines, timeUs) => screen.settleNow(questionLines, timeUs),
      peek: () => screen.peek(),
      end: (timeUs) => screen.end(timeUs),
    };
  }
  const splitters = new Map(
    streams.map((stream) => [stream, createLineSplitter({ stream, maxLineBytes: limits.maxLineBytes })]),
  );
  const present = (block: LineBlock | undefined) => block ?? [];
  return {
    take(moment) {
      if (isChunk(moment)) return [splitters.get(moment.stream)?.push(moment)].flatMap(present);
      // What follows a gap is no part of the line before it.
      return moment.kind === 'gap' ? [splitters.get(moment.stream)?.end(moment.timeUs)].flatMap(present) : [];
    },
    wait: () => [],
    nextUs: undefined,
    settleNow: () => [],
    peek: () => undefined,
    end: (timeUs) => [...splitters.values()].map((splitter) => splitter.end(timeUs)).flatMap(present),
  };
}
