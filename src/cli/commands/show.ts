import type { Failure } from '../../domain/failure.ts';
import type { SessionReader } from '../../domain/ports.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import type { SessionRow } from '../../domain/rows.ts';
import { type CommandContext, defineCommand, withStore } from '../command.ts';
import { parseDuration } from '../duration.ts';
import { json } from '../output/json.ts';
import { summaryText } from '../output/summary-text.ts';
import { printableLine } from '../../domain/printable.ts';
import { readingOptions, sessionOperand } from '../reading-options.ts';
import { refuse } from '../terminal.ts';

export const showCommand = defineCommand({
  name: 'show',
  describe: 'Sum up one session, or print its screen',
  operands: [sessionOperand],
  options: {
    screen: { type: 'boolean', describe: 'What stands on its terminal now, or stood there at the end' },
    at: { type: 'string', describe: 'With --screen: so long after the start (12.5s, 500ms, 3m)' },
    json: readingOptions.json,
  },
  examples: [
    ['ridealong show @last', 'what the last session was and did'],
    ['ridealong show @last --screen --at 12.5s', 'what its user saw then'],
    ['ridealong show 01K0 --json', 'the session whose id begins so, for a program'],
  ],
  async run(options, [reference = ''], context) {
    const { terminal } = context;
    const atMs = momentOf(options);
    if (!atMs.ok) return refuse(terminal, atMs.failure);
    return withStore(context, async (reader) => {
      const session = reader.findSession(reference);
      if (!session.ok) return session;
      const asJson = options.json === true;
      const text =
        options.screen === true
          ? await screenText(session.value, atMs.value, asJson, context)
          : sumUp(session.value, reader, asJson, context);
      if (!text.ok) return text;
      await terminal.write(text.value);
      return ok(0);
    });
  },
});

/** Milliseconds of `--at`; infinite where it is not given. */
function momentOf({ at, screen }: { readonly at?: string; readonly screen?: boolean }): Result<number, Failure> {
  if (at === undefined) return ok(Infinity);
  if (screen !== true) return usage('--at tells when to look at the screen: add --screen');
  const atMs = parseDuration(at, Infinity);
  return atMs === undefined ? usage(`--at takes 12.5s, 500ms, 3m or 1h, not "${at}"`) : ok(atMs);
}

function sumUp(
  { session_id }: SessionRow,
  reader: SessionReader,
  asJson: boolean,
  { terminal, now }: CommandContext,
): Result<string, Failure> {
  const summary = reader.summary(session_id);
  if (!summary.ok) return summary;
  return ok(asJson ? json(summary.value) : summaryText(summary.value, terminal, now));
}

async function screenText(
  { session_id, mode, started_at, ended_at }: SessionRow,
  wantedMs: number,
  asJson: boolean,
  { paths, now }: CommandContext,
): Promise<Result<string, Failure>> {
  if (mode !== 'terminal') {
    return usage(`session ${session_id} ran in a pipe: it has no screen; ridealong logs prints its output`);
  }
  const { recordingFolder } = await import('../../recording/folder.ts');
  const { showScreen } = await import('../../show-screen.ts');
  const lengthMs = Math.max(0, (ended_at === null ? now.getTime() : Date.parse(ended_at)) - Date.parse(started_at));
  const atUs = wantedMs < lengthMs ? wantedMs * 1000 : undefined;
  const picture = await showScreen(recordingFolder(paths.recordings, session_id), atUs);
  if (!picture.ok) return picture;
  const { columns, cursor, lines } = picture.value;
  if (asJson) {
    return ok(json({ session_id, at_ms: Math.min(wantedMs, lengthMs), columns, rows: lines.length, cursor, lines }));
  }
  const height = lines.findLastIndex((line) => line !== '') + 1;
  return ok(
    lines
      .slice(0, height)
      .map((line) => `${printableLine(line)}\n`)
      .join(''),
  );
}

const usage = (message: string) => fail<Failure>({ reason: 'usage', message });
