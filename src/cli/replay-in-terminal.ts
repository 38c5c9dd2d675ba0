import type { Failure } from '../domain/failure.ts';
import { printableLine } from '../domain/printable.ts';
import {
  type Arrival,
  type Replay,
  type ReplayClock,
  type ReplayKind,
  type ReplayOptions,
  replaySpeeds,
  type Timeline,
  type TimelineMoment,
} from '../domain/replay.ts';
import { ok, type Result } from '../domain/result.ts';
import { startReplay } from '../replay/start-replay.ts';
import { createTerminalFilter } from '../replay/terminal-filter.ts';
import type { Keyboard } from './keyboard.ts';
import { cutToWidth } from './output/text-width.ts';
import type { Terminal } from './terminal.ts';

export interface TerminalReplay extends Pick<ReplayOptions, 'speed' | 'idleLimitUs' | 'from'> {
  readonly timeline: Timeline;
  readonly terminal: Terminal;
  readonly keyboard: Keyboard;
  readonly clock: ReplayClock;
  /** Ends it as Ctrl-C does. */
  readonly interrupted: Promise<number>;
  /** Where events are told: in a row of the screen that the recording leaves free, or to a function; nowhere where absent. */
  readonly events?: { readonly row: number } | ((line: string) => void);
}

/** So much may wait to be written. */
const mostPending = 64 * 1024;
const stepUs = 5_000_000;

/** Plays until the end, or until the person in front of it has enough. @returns the exit code */
export async function replayInTerminal(options: TerminalReplay): Promise<Result<number, Failure>> {
  const { timeline, terminal, keyboard, clock, events } = options;
  const filter = createTerminalFilter({ feedsAlone: terminal.isTerminal && timeline.head.size !== undefined });
  const kinds: ReplayKind[] = events === undefined ? ['output'] : ['output', 'extraction'];
  let pending = 0;
  let stop: () => void = () => undefined;

  const result = await new Promise<Result<number, Failure>>((end) => {
    const replay: Replay = startReplay({ ...options, kinds, clock, audience: { take, began: arrive, ended, failed } });

    function write(text: string): boolean {
      if (text === '') return true;
      pending += text.length;
      void terminal.write(text).then((isRead) => {
        pending -= text.length;
        if (!isRead) end(ok(0));
        else if (pending < mostPending) replay.drained();
      });
      return pending < mostPending;
    }

    function take(moment: TimelineMoment): boolean {
      if (moment.kind === 'output') return write(filter.push(moment.bytes));
      if (moment.kind === 'extraction') tell(moment);
      return true;
    }

    function tell({ timeUs, row }: Extract<TimelineMoment, { kind: 'extraction' }>): void {
      const line = printableLine(
        `${(timeUs / 1e6).toFixed(1)}s  ${row.event_type}  ${row.risk_level}  ${row.matched_value}`,
      );
      if (typeof events === 'function') events(line);
      else if (events !== undefined) {
        write(`\x1b7\x1b[${events.row};1H\x1b[m\x1b[2K\x1b[7m${cutToWidth(line, terminal.columns - 1)}\x1b[m\x1b8`);
      }
    }

    function arrive({ screen }: Arrival): void {
      if (screen === undefined || !terminal.isTerminal) return;
      write(`${filter.reset()}\x1b[r\x1b[H\x1b[2J${filter.push(Buffer.from(screen.sequences))}`);
    }

    function ended(): void {
      end(ok(0));
    }

    function failed(failure: Failure): void {
      end({ ok: false, failure });
    }

    async function seek(target: Parameters<Replay['seek']>[0]): Promise<void> {
      const arrived = await replay.seek(target);
      if (arrived.ok) arrive(arrived.value);
    }

    function press(key: string): void {
      const { state, timeUs, speed } = replay.status;
      if (key === 'q') end(ok(0));
      else if (key === '\x03') end(ok(130));
      else if (key === ' ') {
        if (state === 'paused') replay.resume();
        else replay.pause();
      } else if (key === 'n') void seek({ nextEvent: 'any' });
      else if (/^\x1b[[O]C$/.test(key)) void seek({ timeUs: timeUs + stepUs });
      else if (/^\x1b[[O]D$/.test(key)) void seek({ timeUs: Math.max(0, timeUs - stepUs) });
      else if (/^\x1b[[O]A$/.test(key) && speed !== 'max') replay.setSpeed(Math.min(replaySpeeds.fastest, speed * 2));
      else if (/^\x1b[[O]B$/.test(key) && speed !== 'max') replay.setSpeed(Math.max(replaySpeeds.slowest, speed / 2));
    }

    void options.interrupted.then((code) => end(ok(code)));
    keyboard.open(press);
    stop = () => replay.close();
  }).finally(() => {
    stop();
    keyboard.close();
  });
  const clearsRow = typeof events === 'object' ? `\x1b7\x1b[${events.row};1H\x1b[2K\x1b8` : '';
  if (terminal.isTerminal) await terminal.write(clearsRow + filter.reset());
  return result;
}
