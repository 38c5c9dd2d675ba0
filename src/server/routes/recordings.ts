import type { Stream } from '../../domain/chunk.ts';
import type { Failure } from '../../domain/failure.ts';
import type { Result } from '../../domain/result.ts';
import * as answers from '../answers.ts';
import * as parameters from '../parameters.ts';
import { problemOf } from '../problem.ts';
import type { Ask } from '../queries.ts';
import { answered, json, octets, refuse } from '../reply.ts';
import { type Api, route } from '../route.ts';

/** A part of a recording as it was asked for. */
export interface LogPart {
  readonly session: string;
  readonly stream: Stream;
  /** Offset of the first byte, and behind the last one. */
  readonly from: number;
  readonly to: number;
}

export interface ReadLog {
  /** The bytes from `from` to `to`, fewer where the recording ends, and how long it is. */
  readonly bytes: (
    part: LogPart,
  ) => Promise<Result<{ readonly bytes: Uint8Array; readonly recordedBytes: number }, Failure>>;
  /** Without escape sequences and whatever else does something to a terminal. */
  readonly text: (bytes: Uint8Array) => string;
}

/** What was recorded of a session: its bytes, its text and its screen. */
export function addRecordings(api: Api, { ask, log }: { readonly ask: Ask; readonly log: ReadLog }): void {
  api.openapi(
    route('/api/sessions/{id}/log', 'A part of what was recorded, or its bytes with raw=true', answers.logAnswer, {
      params: parameters.sessionParameters,
      query: parameters.logQuery,
    }),
    async (context) => {
      const { id: session } = context.req.valid('param');
      const { stream = 'stdout', from = 0, to = Infinity, raw = false } = context.req.valid('query');
      if (to < from) return refuse({ status: 400, code: 'bad_parameter', message: 'to: is before from', field: 'to' });
      const part = { session, stream, from, to: Math.min(to, from + parameters.maxLogBytes) };
      const read = await log.bytes(part);
      if (!read.ok) return refuse(problemOf(read.failure));
      const { bytes, recordedBytes } = read.value;
      if (raw) return octets(bytes);
      const end = from + bytes.length;
      const answer: answers.LogAnswer = {
        session_id: session,
        stream,
        from,
        to: end,
        recorded_bytes: recordedBytes,
        text: log.text(bytes),
        next: end < recordedBytes ? end : null,
      };
      return json(answer);
    },
  );

  api.openapi(
    route('/api/sessions/{id}/screen', "What stands on a session's terminal, or stood there", answers.screenAnswer, {
      params: parameters.sessionParameters,
      query: parameters.screenQuery,
    }),
    async (context) => {
      const { at: ms } = context.req.valid('query');
      const { id: session } = context.req.valid('param');
      return answered(await ask('screen', { session, ...(ms !== undefined && { ms }) }));
    },
  );
}
