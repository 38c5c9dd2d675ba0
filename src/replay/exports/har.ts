import type { ExportSource } from '../../domain/export.ts';
import { printableJson } from '../../domain/printable.ts';
import type { EventRow } from '../../domain/rows.ts';

/** One call or turn, from when it began; `end` tells what came of it. */
interface Exchange {
  readonly kind: 'tool' | 'turn';
  readonly beginUs: number;
  readonly endUs: number;
  readonly begin: EventRow;
  readonly end: EventRow | undefined;
}

/** So many calls may wait for their results; one that has none is told when the session is over. */
const mostOpen = 1_000;

/**
 * HAR 1.2 (w3c.github.io/web-performance, HAR): one entry for each tool call, and for each turn of the model that
 * tells what it used. What HAR has no place for is in fields that begin with `_`. The addresses are made up.
 */
export async function* har(source: ExportSource): AsyncGenerator<string> {
  const { summary, version } = source;
  const { session } = summary;
  const startMs = Date.parse(session.started_at);
  const page = {
    startedDateTime: session.started_at,
    id: session.session_id,
    title: `${session.agent_name} ${session.session_id}`,
    pageTimings: { onContentLoad: null, onLoad: null },
  };
  const log = { version: '1.2', creator: { name: 'ridealong', version }, pages: [page] };
  yield `{"log":${printableJson(JSON.stringify(log)).slice(0, -1)},"entries":[`;
  let separator = '\n';
  for await (const exchange of exchanges(source)) {
    yield separator + printableJson(JSON.stringify(entry(exchange, startMs, session.session_id)));
    separator = ',\n';
  }
  yield '\n]}}\n';
}

async function* exchanges({ moments, head }: ExportSource): AsyncGenerator<Exchange> {
  const open = new Map<string, { readonly beginUs: number; readonly begin: EventRow }>();
  let turnUs = 0;
  for await (const moment of moments(['extraction'])) {
    if (moment.kind !== 'extraction') continue;
    const { row, timeUs } = moment;
    const metadata = metadataOf(row);
    const id = metadata['gen_ai.tool.call.id'];
    const begun = typeof id === 'string' ? open.get(id) : undefined;
    if (begun !== undefined && typeof id === 'string' && isResult(row)) {
      open.delete(id);
      yield { kind: 'tool', ...begun, endUs: timeUs, end: row };
    } else if (isCall(row, metadata)) {
      const key = typeof id === 'string' ? id : `event ${row.id}`;
      if (typeof id !== 'string' || open.size >= mostOpen) {
        yield { kind: 'tool', beginUs: timeUs, endUs: timeUs, begin: row, end: undefined };
      } else if (!open.has(key)) open.set(key, { beginUs: timeUs, begin: row });
    } else if (isUsage(row, metadata)) {
      yield { kind: 'turn', beginUs: turnUs, endUs: timeUs, begin: row, end: row };
      turnUs = timeUs;
    }
  }
  for (const begun of open.values()) yield { kind: 'tool', ...begun, endUs: head.durationUs, end: undefined };
}

const callTypes = ['tool_use', 'file_operation', 'permission'];
const isResult = ({ event_type }: EventRow) =>
  ['state_change', 'error', 'permission', 'file_operation'].includes(event_type);
const isCall = ({ event_type }: EventRow, metadata: Metadata) =>
  event_type === 'tool_use' || (callTypes.includes(event_type) && metadata['gen_ai.tool.call.id'] !== undefined);
const isUsage = ({ event_type }: EventRow, metadata: Metadata) =>
  event_type === 'metric' &&
  Object.keys(metadata).some((name) => name.startsWith('gen_ai.usage.') || name === 'tokens');

type Metadata = Readonly<Record<string, unknown>>;

function metadataOf({ metadata_json }: EventRow): Metadata {
  return metadata_json === null ? {} : (JSON.parse(metadata_json) as Metadata);
}

function entry({ kind, beginUs, endUs, begin, end }: Exchange, startMs: number, pageref: string): object {
  const asked = metadataOf(begin);
  const answered = end === undefined ? {} : metadataOf(end);
  const tool = asked['gen_ai.tool.name'];
  const name = kind === 'turn' ? 'model' : typeof tool === 'string' ? tool : begin.pattern;
  const time = (endUs - beginUs) / 1000;
  const sent = JSON.stringify(kind === 'turn' ? {} : { name, value: begin.matched_value, ...asked });
  const received = JSON.stringify(end === undefined ? {} : { value: end.matched_value, ...answered });
  const [status, statusText] = outcome(end, answered);
  const none = { httpVersion: '', cookies: [], headers: [], headersSize: -1 };
  const mimeType = 'application/json';
  return {
    pageref,
    startedDateTime: new Date(startMs + beginUs / 1000).toISOString(),
    time,
    request: {
      method: 'POST',
      url: `https://ridealong.invalid/${kind}/${encodeURIComponent(name.slice(0, 200))}`,
      queryString: [],
      ...none,
      postData: { mimeType, text: sent },
      bodySize: Buffer.byteLength(sent),
    },
    response: {
      status,
      statusText,
      redirectURL: '',
      ...none,
      content: { size: Buffer.byteLength(received), mimeType, text: received },
      bodySize: Buffer.byteLength(received),
    },
    cache: {},
    timings: { send: 0, wait: time, receive: 0 },
    _kind: kind,
    _event_id: begin.id,
    _result_event_id: end?.id ?? null,
    _pattern: begin.pattern,
    _risk: begin.risk_level,
    _line: begin.original_line,
  };
}

/** As HTTP would tell it: 200 done, 403 denied, 500 failed, 0 without an answer. */
function outcome(end: EventRow | undefined, metadata: Metadata): [status: number, text: string] {
  if (end === undefined) return [0, 'no result'];
  const { exit_code: exitCode } = metadata;
  const text = typeof exitCode === 'number' ? `exit ${exitCode}` : '';
  if (end.event_type === 'permission') return [403, 'denied'];
  return end.event_type === 'error' || (typeof exitCode === 'number' && exitCode !== 0)
    ? [500, text || 'failed']
    : [200, text || 'OK'];
}
