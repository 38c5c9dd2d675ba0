import type { Arrival, ReplayStatus, ScreenSnapshot, TimelineHead, TimelineMoment } from '../domain/replay.ts';

/** What a client calls its command by, to know the answer to it. */
export type RequestId = string | number;

/**
 * A message of a replay. Each has `type`, `session_id` and `time_us`, microseconds since the session started.
 *
 * Recorded bytes are in base64: they may end in the midst of a character or be no text at all, and JSON cannot hold
 * that. The columns of events and states are those of their rows.
 */
export function momentMessage(sessionId: string, moment: TimelineMoment): object {
  const head = (type: string) => ({ type, session_id: sessionId, time_us: moment.timeUs });
  switch (moment.kind) {
    case 'output': {
      const { stream, offset, bytes } = moment;
      return { ...head('output'), stream, offset, data: base64(bytes) };
    }
    case 'resize':
      return { ...head('resize'), columns: moment.columns, rows: moment.rows };
    case 'extraction':
    case 'state':
      return { ...head(moment.kind), ...moment.row };
  }
}

/** The first message: what is about to be replayed. */
export function connectedMessage({ sessionId, agent, mode, durationUs, size }: TimelineHead): object {
  return {
    type: 'connected',
    session_id: sessionId,
    time_us: 0,
    agent,
    mode,
    duration_us: durationUs,
    columns: size?.columns ?? null,
    rows: size?.rows ?? null,
  };
}

/** Where the replay is; behind a seek in a terminal, followed by its screen. */
export function arrivalMessages(head: TimelineHead, { status, screen }: Arrival, requestId?: RequestId): object[] {
  const position = positionMessage('position', head, status, requestId);
  return screen === undefined ? [position] : [position, screenMessage(head.sessionId, status.timeUs, screen)];
}

export function positionMessage(
  type: 'position' | 'ended',
  { sessionId, durationUs }: TimelineHead,
  { state, timeUs, speed, idleLimitUs }: ReplayStatus,
  requestId?: RequestId,
): object {
  return {
    type,
    session_id: sessionId,
    time_us: timeUs,
    duration_us: durationUs,
    state,
    speed,
    idle_limit_us: idleLimitUs ?? null,
    ...(requestId !== undefined && { request_id: requestId }),
  };
}

function screenMessage(
  sessionId: string,
  timeUs: number,
  { columns, rows, sequences, offset }: ScreenSnapshot,
): object {
  const data = base64(Buffer.from(sequences));
  return { type: 'screen', session_id: sessionId, time_us: timeUs, columns, rows, offset, data };
}

export function errorMessage(
  sessionId: string,
  timeUs: number,
  { code, message }: { readonly code: string; readonly message: string },
  requestId?: RequestId,
): object {
  return {
    type: 'error',
    session_id: sessionId,
    time_us: timeUs,
    code,
    message,
    ...(requestId !== undefined && { request_id: requestId }),
  };
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
