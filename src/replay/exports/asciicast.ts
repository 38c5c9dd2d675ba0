import type { ExportSource } from '../../domain/export.ts';
import { printableLine } from '../../domain/printable.ts';
import { commandLine } from './command-line.ts';
import { createOutputText } from './output-text.ts';

/** Of the terminal that a session which had none is played in. */
const defaultSize = { columns: 80, rows: 24 };
const longestLabel = 200;

/**
 * An asciicast of version 3 (docs.asciinema.org/manual/asciicast/v3): output, resizes, a marker for each event, the
 * exit status. Times are microseconds; each event's is told since the one before, of whole microseconds, so that
 * nothing adds up.
 */
export async function* asciicast(source: ExportSource): AsyncGenerator<string> {
  const { head, summary } = source;
  const { session } = summary;
  const { columns, rows } = head.size ?? defaultSize;
  const command = commandLine(session);
  const header = {
    version: 3,
    term: { cols: columns, rows },
    timestamp: Math.floor(Date.parse(session.started_at) / 1000),
    ...(command !== '' && { command }),
    title: `${session.agent_name} ${session.session_id}`,
  };
  yield `${JSON.stringify(header)}\n`;
  const text = createOutputText({ breaksLines: head.size === undefined });
  let lastUs = 0;
  const line = (timeUs: number, code: string, data: string) => {
    const seconds = ((timeUs - lastUs) / 1_000_000).toFixed(6);
    lastUs = timeUs;
    return `[${seconds}, "${code}", ${JSON.stringify(data)}]\n`;
  };
  for await (const moment of source.moments(['output', 'extraction'])) {
    if (moment.kind === 'output') {
      const data = text.push(moment.stream, moment.bytes);
      if (data !== '') yield line(moment.timeUs, 'o', data);
    } else if (moment.kind === 'resize') {
      yield line(moment.timeUs, 'r', `${moment.columns}x${moment.rows}`);
    } else if (moment.kind === 'extraction') {
      const label = printableLine(`${moment.row.event_type}: ${moment.row.matched_value}`);
      yield line(moment.timeUs, 'm', label.slice(0, longestLabel));
    }
  }
  const rest = text.end();
  if (rest !== '') yield line(lastUs, 'o', rest);
  if (session.exit_code !== null) yield line(Math.max(lastUs, head.durationUs), 'x', String(session.exit_code));
}
