import picocolors from 'picocolors';
import type { Colors } from 'picocolors/types.js';
import type { EventRow, SessionSummary, SessionTotals, StateChangeRow } from '../../domain/rows.ts';
import { printableLine } from '../../domain/printable.ts';
import { deedText } from './deed-text.ts';
import { commandText, exitText, packNames, sessionDuration } from './session-text.ts';
import { riskStyle, stateStyle } from './styles.ts';
import { unseenReason } from './unseen-reason.ts';
import { cutToWidth } from './text-width.ts';
import { timeText } from './times.ts';

/** How many of a long list are printed; `--json` has them all. */
const shown = 10;

interface Form {
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly colour: boolean;
}

/** What `ridealong show` prints for a person. */
export function summaryText(summary: SessionSummary, form: Form, now: Date): string {
  const colours = picocolors.createColors(form.colour);
  const { session } = summary;
  const state = stateStyle(session.state, colours)?.(session.state) ?? session.state;
  const title = `${colours.bold(printableLine(session.agent_name))}  ${session.session_id}  ${state}`;
  const sections = [
    facts(sessionFacts(summary, form, now), form, colours),
    counts(summary, colours),
    totals(summary.totals, colours),
    masked(summary, colours),
    events('Risks', summary.risks, form, colours),
    events('Last errors', summary.lastErrors, form, colours),
    deeds(summary.states, form, colours),
    files(summary.filesTouched, form, colours),
    nextSteps(summary, colours),
  ];
  return `${[title, ...sections.filter((section) => section !== '')].join('\n\n')}\n`;
}

function sessionFacts(
  { session, states, recordingPrunedAt: prunedAt }: SessionSummary,
  form: Form,
  now: Date,
): (readonly [string, string])[] {
  const commit = session.git_commit?.slice(0, 12) ?? '';
  const exit = exitText(session);
  const unseen = states.map(unseenReason).findLast((reason) => reason !== undefined);
  return [
    ['command', commandText(session)],
    ['where', `${session.working_directory} on ${session.host}`],
    ['git', [session.git_branch ?? '', commit].filter((part) => part !== '').join(' at ')],
    ['started', timeText(session.started_at, form.isTerminal)],
    ['took', sessionDuration(session, now) + (session.ended_at === null ? ' so far' : '')],
    ['exit', unseen === undefined ? exit : `unknown: ${unseen}`],
    ['mode', session.mode],
    ['lease', session.lease_name ?? ''],
    ['parent', session.parent_session_id ?? ''],
    ['packs', packNames(session)],
    ['lines', session.total_lines_processed.toLocaleString('en')],
    ['gap', session.gap_bytes === 0 ? '' : `${session.gap_bytes.toLocaleString('en')} bytes are not in the recording`],
    ['recording', prunedAt === null ? '' : `pruned ${timeText(prunedAt, form.isTerminal)}; the events were kept`],
  ];
}

function facts(entries: readonly (readonly [string, string])[], form: Form, { dim }: Colors): string {
  return entries
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `  ${dim(name.padEnd(9))} ${fitted(value, form, 12)}`)
    .join('\n');
}

function counts(summary: SessionSummary, colours: Colors): string {
  const { countsByType, countsByRisk, session } = summary;
  const rows: [string, number][] = countsByType.map(({ event_type, count }) => [event_type, count]);
  if (rows.length === 0) return `${colours.bold('Events')}\n  none`;
  const widest = Math.max(...rows.map(([, count]) => count.toLocaleString('en').length));
  const lines = rows.map(([name, count]) => `  ${name.padEnd(15)} ${count.toLocaleString('en').padStart(widest)}`);
  const risks = countsByRisk.map(({ risk_level, count }) => {
    const text = `${count.toLocaleString('en')} ${risk_level}`;
    return riskStyle(risk_level, colours)?.(text) ?? text;
  });
  const total = session.total_extraction_events.toLocaleString('en');
  const byRisk = risks.length === 0 ? '' : `  (risk: ${risks.join(', ')})`;
  return `${colours.bold('Events')} ${total}${byRisk}\n${lines.join('\n')}`;
}

function totals(used: SessionTotals, colours: Colors): string {
  const { input_tokens, output_tokens, cached_tokens, reasoning_tokens, tokens, cost_usd, tool_calls, turns } = used;
  const parts = (part: number | null, name: string) =>
    part === null || part === 0 ? '' : `  (${part.toLocaleString('en')} ${name})`;
  const rows: [string, number | null, string][] = [
    ['input tokens', input_tokens, parts(cached_tokens, 'cached')],
    ['output tokens', output_tokens, parts(reasoning_tokens, 'reasoning')],
    ['tokens', tokens, ''],
    ['tool calls', tool_calls === 0 ? null : tool_calls, ''],
    ['turns', turns, ''],
  ];
  const shownRows = rows.flatMap(([name, count, more]) =>
    count === null ? [] : [{ name, text: count.toLocaleString('en'), more }],
  );
  if (cost_usd !== null) shownRows.push({ name: 'cost', text: `$${cost_usd.toFixed(cost_usd < 1 ? 4 : 2)}`, more: '' });
  if (shownRows.length === 0) return '';
  const widest = Math.max(...shownRows.map(({ text }) => text.length));
  const lines = shownRows.map(
    ({ name, text, more }) => `  ${name.padEnd(15)} ${text.padStart(widest)}${colours.dim(more)}`,
  );
  return [colours.bold('Totals'), ...lines].join('\n');
}

function masked({ redactions }: SessionSummary, { bold }: Colors): string {
  if (redactions.length === 0) return '';
  const list = redactions.map(({ rule, count }) => `${count.toLocaleString('en')} ${printableLine(rule)}`);
  return `${bold('Masked')}\n  ${list.join(', ')}`;
}

function events(heading: string, rows: readonly EventRow[], form: Form, colours: Colors): string {
  if (rows.length === 0) return '';
  const lines = rows.slice(0, shown).map((row) => {
    const risk = row.risk_level.padEnd(8);
    const place = `line ${row.line_number}`.padEnd(10);
    const text = fitted(row.original_line.trim() || row.matched_value, form, 23);
    return `  ${riskStyle(row.risk_level, colours)?.(risk) ?? risk} ${colours.dim(place)}  ${text}`;
  });
  return [colours.bold(heading), ...lines, ...more(rows.length, colours)].join('\n');
}

/** What was done to it from elsewhere. */
function deeds(states: readonly StateChangeRow[], form: Form, colours: Colors): string {
  const done = states.flatMap((row) => ({ time: timeText(row.timestamp, form.isTerminal), text: deedText(row) }));
  const told = done.filter(({ text }) => text !== undefined);
  if (told.length === 0) return '';
  const lines = told.slice(-shown).map(({ time, text = '' }) => `  ${colours.dim(time)}  ${fitted(text, form, 24)}`);
  return [colours.bold('Commands'), ...lines, ...more(told.length, colours)].join('\n');
}

function files(paths: readonly string[], form: Form, colours: Colors): string {
  if (paths.length === 0) return '';
  const lines = paths.slice(0, shown).map((path) => `  ${fitted(path, form, 2)}`);
  return [colours.bold('Files touched'), ...lines, ...more(paths.length, colours)].join('\n');
}

function more(count: number, { dim }: Colors): string[] {
  return count > shown ? [dim(`  and ${count - shown} more`)] : [];
}

function nextSteps(summary: SessionSummary, { bold, dim }: Colors): string {
  const id = summary.session.session_id;
  const steps = [`ridealong events --session ${id}`];
  if (summary.codeBlocks > 0) steps.push(`ridealong code ${id}`);
  if (summary.recordingPrunedAt === null) steps.push(`ridealong logs ${id}`);
  const count = summary.codeBlocks === 1 ? '1 code block' : `${summary.codeBlocks} code blocks`;
  const about = ['every event', ...(summary.codeBlocks > 0 ? [count] : []), 'the recorded output'];
  const widest = Math.max(...steps.map((step) => step.length));
  const lines = steps.map((step, index) => `  ${step.padEnd(widest)}  ${dim(about[index] ?? '')}`);
  return [bold('Next'), ...lines].join('\n');
}

/** Recorded text, harmless, on one line that fits behind so many columns. */
function fitted(text: string, form: Form, used: number): string {
  const line = printableLine(text);
  return form.isTerminal ? cutToWidth(line, Math.max(20, form.columns - used)) : line;
}
