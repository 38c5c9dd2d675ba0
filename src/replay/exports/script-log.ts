import type { ExportSource } from '../../domain/export.ts';
import { commandLine } from './command-line.ts';
import { createOutputText } from './output-text.ts';

/** A piece of the log, or of the timing beside it. */
export type ScriptPiece = readonly [file: 'log' | 'timing', text: string | Uint8Array];

/**
 * A log as util-linux's `script` writes it, with its timing in the advanced format: scriptreplay plays it. It drops
 * the first line of any log, so there is one about how it started. In timing, lines are what it takes them for.
 */
export async function* scriptLog(source: ExportSource): AsyncGenerator<ScriptPiece> {
  const { session } = source.summary;
  const { size, durationUs } = source.head;
  const { columns, rows } = size ?? { columns: 80, rows: 24 };
  const started = `${session.started_at.slice(0, 19).replace('T', ' ')}+00:00`;
  const command = commandLine(session).replace(/[\r\n"]/g, ' ');
  yield ['log', `Script started on ${started} [COMMAND="${command}" COLUMNS="${columns}" LINES="${rows}"]\n`];
  const headers = { START_TIME: started, COMMAND: command, COLUMNS: columns, LINES: rows };
  for (const [name, value] of Object.entries(headers)) yield ['timing', `H 0.000000 ${name} ${value}\n`];
  let lastUs = 0;
  const line = (type: string, timeUs: number, rest: string): ScriptPiece => {
    const seconds = ((timeUs - lastUs) / 1_000_000).toFixed(6);
    lastUs = timeUs;
    return ['timing', `${type} ${seconds} ${rest}\n`];
  };
  const text = size === undefined ? createOutputText({ breaksLines: true }) : undefined;
  for await (const moment of source.moments(['output'])) {
    if (moment.kind === 'resize') yield line('S', moment.timeUs, `SIGWINCH ROWS=${moment.rows} COLS=${moment.columns}`);
    if (moment.kind !== 'output') continue;
    const bytes = text === undefined ? moment.bytes : Buffer.from(text.push(moment.stream, moment.bytes));
    if (bytes.length === 0) continue;
    yield ['log', bytes];
    yield line('O', moment.timeUs, String(bytes.length));
  }
  const rest = Buffer.from(text?.end() ?? '');
  if (rest.length > 0) {
    yield ['log', rest];
    yield line('O', lastUs, String(rest.length));
  }
  const { exit_code: exitCode } = session;
  yield line('H', Math.max(lastUs, durationUs), `EXIT_CODE ${exitCode ?? 0}`);
  yield ['log', `\nScript done on ${started} [COMMAND_EXIT_CODE="${exitCode ?? 0}"]\n`];
}
