import type { TimelineHead } from '../../domain/replay.ts';
import type { SessionSummary } from '../../domain/rows.ts';

/** What is to be said first of a session, for a person. */
export function facts(
  { session, totals, countsByType, countsByRisk, codeBlocks }: SessionSummary,
  { durationUs, size }: TimelineHead,
): [name: string, value: string][] {
  const exit = session.exit_signal ?? session.exit_code;
  const counts = (of: readonly { count: number }[], name: (index: number) => string) =>
    of.map(({ count }, index) => `${count} ${name(index)}`).join(', ');
  const all: [string, string | number | null][] = [
    ['Session', session.session_id],
    ['Agent', session.agent_name],
    ['State', session.state],
    ['Exit', exit],
    ['Started', session.started_at],
    ['Took', clock(durationUs)],
    ['Folder', session.working_directory],
    ['Branch', session.git_branch],
    ['Terminal', size === undefined ? null : `${size.columns}x${size.rows}`],
    ['Events', counts(countsByType, (index) => countsByType[index]?.event_type ?? '')],
    ['Risks', counts(countsByRisk, (index) => countsByRisk[index]?.risk_level ?? '')],
    ['Code blocks', codeBlocks],
    ['Tool calls', totals.tool_calls],
    ['Turns', totals.turns],
    ['Input tokens', totals.input_tokens],
    ['Output tokens', totals.output_tokens],
    ['Cost in US dollars', totals.cost_usd],
  ];
  return all.flatMap(([name, value]) => (value === null || value === '' ? [] : [[name, String(value)]]));
}

/** `1:02:03.4`, `2:03.4` */
export function clock(timeUs: number): string {
  const tenths = Math.floor(timeUs / 100_000);
  const minutes = Math.floor(tenths / 600);
  const two = (count: number) => String(count).padStart(2, '0');
  const rest = `${two(Math.floor((tenths % 600) / 10))}.${tenths % 10}`;
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${rest}`;
}
