import type { Failure } from '../../domain/failure.ts';
import { durationUs, parseFrom, parseSpeed, type TimelineHead } from '../../domain/replay.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { defineCommand, withStore } from '../command.ts';
import { processKeyboard } from '../keyboard.ts';
import { given, sessionOperand } from '../reading-options.ts';
import { refuse, type Terminal } from '../terminal.ts';

export const replayCommand = defineCommand({
  name: 'replay',
  describe:
    'Play a session in the terminal as it ran: space pauses, arrows seek and set the speed, n goes to the next event, q ends',
  operands: [sessionOperand],
  options: {
    speed: { type: 'string', describe: 'From 0.1 to 100, or max for no waiting [default: 1]' },
    idle: { type: 'string', describe: 'Wait no longer than this between two outputs (1s, 500ms)' },
    from: { type: 'string', describe: 'Begin so long after the start (12.5s), or at the event with this id' },
    events: { type: 'boolean', describe: 'Tell events: in a free row of the terminal, or on standard error' },
  },
  examples: [
    ['ridealong replay @last --idle 1s', 'without the long waits'],
    ['ridealong replay @last --speed 4 --from 2m', 'four times as fast, from the second minute on'],
  ],
  async run(options, [reference = ''], context) {
    const { terminal, paths } = context;
    const wanted = wantedOf(options);
    if (!wanted.ok) return refuse(terminal, wanted.failure);
    return withStore(context, async (reader) => {
      const session = reader.findSession(reference);
      if (!session.ok) return session;
      const { openTimelineReader } = await import('../../store/timeline-reader.ts');
      const { openTimeline } = await import('../../timeline.ts');
      const { processClock } = await import('../../replay/process-clock.ts');
      const { replayInTerminal } = await import('../replay-in-terminal.ts');
      const entries = openTimelineReader(paths.database);
      if (!entries.ok) return entries;
      try {
        const timeline = openTimeline(paths, session.value, entries.value);
        const { head } = timeline;
        warnOfSize(head, terminal);
        const events = options.events === true ? eventsPlace(head, terminal) : undefined;
        const keyboard = processKeyboard();
        const played = await replayInTerminal({
          ...{ timeline, terminal, keyboard, clock: processClock, interrupted: interruption(), ...wanted.value },
          ...(events && { events }),
        });
        return played;
      } finally {
        entries.value.close();
      }
    });
  },
});

function wantedOf(options: { readonly speed?: string; readonly idle?: string; readonly from?: string }) {
  const speed = parseSpeed(options.speed ?? '1');
  if (speed === undefined) return usage(`--speed takes a number from 0.1 to 100, or max, not "${options.speed ?? ''}"`);
  const idleLimitUs = options.idle === undefined ? undefined : durationUs(options.idle);
  if (options.idle !== undefined && idleLimitUs === undefined)
    return usage(`--idle takes 1s or 500ms, not "${options.idle}"`);
  const from = options.from === undefined ? undefined : parseFrom(options.from);
  if (options.from !== undefined && from === undefined) {
    return usage(`--from takes a time such as 12.5s or 3m, or the id of an event, not "${options.from}"`);
  }
  return ok({ speed, ...given({ idleLimitUs, from }) });
}

function warnOfSize({ size }: TimelineHead, terminal: Terminal): void {
  const { columns, rows } = terminal;
  if (!terminal.isTerminal || size === undefined || (size.columns <= columns && size.rows <= rows)) return;
  terminal.complain(
    `the session ran in a terminal of ${size.columns}x${size.rows}, this one has ${columns}x${rows}: it will look broken`,
  );
}

/** The last row, if the recording does not reach it; else standard error, if that is not the same terminal. */
function eventsPlace(
  { size }: TimelineHead,
  terminal: Terminal,
): { row: number } | ((line: string) => void) | undefined {
  const { rows } = terminal;
  if (!terminal.isTerminal || !process.stderr.isTTY || size === undefined)
    return (line) => process.stderr.write(`${line}\r\n`);
  if (rows > size.rows) return { row: rows };
  terminal.complain(
    `there is no row for events: make the terminal ${size.rows + 1} rows high, or redirect them (2> file)`,
  );
  return undefined;
}

/** The exit code of the signal that ends us: the terminal must be given back first. */
function interruption(): Promise<number> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve(130));
    process.once('SIGTERM', () => resolve(143));
    process.once('SIGHUP', () => resolve(129));
  });
}

const usage = (message: string): Result<never, Failure> => fail({ reason: 'usage', message });
