import type { CommandResult, Lease } from '../domain/control.ts';
import type { Cursor } from '../domain/feed.ts';

/** What the server itself has to say to a subscriber, beside the feed's messages. */
export type Notice =
  /** The first message: from here on you get all that passes the filter. */
  | { readonly type: 'connected'; readonly agent: string | null; readonly session_id: string | null }
  /** Where the feed is now, for those whose filter lets little pass. */
  | { readonly type: 'heartbeat' }
  | { readonly type: 'pong' }
  /** The last message to one who reads too slowly. */
  | { readonly type: 'lagging'; readonly message: string }
  /** `request_id` where it is about a command. */
  | {
      readonly type: 'error';
      readonly code: string;
      readonly message: string;
      readonly request_id?: string | null;
      readonly session_id?: string;
      readonly field?: string;
      readonly lease?: Lease;
    }
  /** What came of a command. */
  | {
      readonly type: 'result';
      readonly request_id: string;
      readonly session_id: string;
      readonly result: CommandResult;
    };

/** The JSON of a notice, with the fields that every message has. */
export function noticeFrame(notice: Notice, cursor: Cursor): Buffer {
  const { type, ...rest } = notice;
  return Buffer.from(
    JSON.stringify({ type, timestamp: new Date().toISOString(), agent: null, session_id: null, cursor, ...rest }),
  );
}
