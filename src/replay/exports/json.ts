import type { ExportSource } from '../../domain/export.ts';
import { printableJson } from '../../domain/printable.ts';
import type { TimelineMoment } from '../../domain/replay.ts';

const text = (value: unknown) => printableJson(JSON.stringify(value));

/** One document: what `ridealong show --json` has, the code blocks, and all events in the order of their times. */
export async function* json({ summary, codeBlocks, moments }: ExportSource): AsyncGenerator<string> {
  yield `{"format":"ridealong","summary":${text(summary)},"code_blocks":${text(codeBlocks)},"events":[`;
  let separator = '\n';
  for await (const moment of moments(['extraction'])) {
    if (moment.kind !== 'extraction') continue;
    yield `${separator}${text(moment.row)}`;
    separator = ',\n';
  }
  yield '\n]}\n';
}

/** An object per line: the session, then events and states in the order of their times; `time_us` since its start. */
export async function* jsonLines({ summary, codeBlocks, moments }: ExportSource): AsyncGenerator<string> {
  yield `${text({ type: 'session', time_us: 0, ...summary.session })}\n`;
  const contents = new Map(codeBlocks.map(({ id, content }) => [id, content]));
  for await (const moment of moments(['extraction', 'state'])) yield lineOf(moment, contents);
}

function lineOf(moment: TimelineMoment, contents: ReadonlyMap<number, string>): string {
  if (moment.kind !== 'extraction' && moment.kind !== 'state') return '';
  const content = moment.kind === 'extraction' ? contents.get(moment.row.id) : undefined;
  const head = { type: moment.kind, time_us: moment.timeUs };
  return `${text({ ...head, ...moment.row, ...(content !== undefined && { content }) })}\n`;
}
