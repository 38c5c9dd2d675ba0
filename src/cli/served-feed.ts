import { type IncomingMessage, get } from 'node:http';
import { createInterface } from 'node:readline';
import type { Cursor, FeedEntry, FeedFilter } from '../domain/feed.ts';
import type { LogLine } from '../domain/log-line.ts';

/** What a server tells: an entry of the feed, a line as it settles, or only where the feed is. */
export interface Served {
  readonly cursor: Cursor;
  readonly told?: FeedEntry | LogLine;
}

const entryKinds = ['extraction', 'state', 'complete', 'gap', 'reindex'] as const;

/**
 * Follows the feed through the server on the user's own socket, as fast as it is read. Ends without a word when the
 * server ends, or when there is none.
 *
 * @param withLines whether lines are wanted, too
 */
export async function* servedFeed(
  socketPath: string,
  { filter, since, withLines }: { readonly filter: FeedFilter; readonly since: Cursor; readonly withLines: boolean },
): AsyncGenerator<Served> {
  const response = await answerOf(socketPath, `/api/stream?${queryOf(filter, since, withLines)}`);
  if (response === undefined) return;
  response.on('error', () => undefined);
  try {
    for await (const line of createInterface({ input: response, crlfDelay: Infinity })) {
      const served = line.startsWith('data: ') ? servedIn(line.slice('data: '.length)) : undefined;
      if (served !== undefined) yield served;
    }
  } catch {
    // It was killed: whoever comes next goes on behind the cursor.
  } finally {
    response.destroy();
  }
}

function answerOf(socketPath: string, path: string): Promise<IncomingMessage | undefined> {
  return new Promise((resolve) => {
    const request = get({ socketPath, path, agent: false }, (response) => {
      if (response.statusCode === 200) {
        resolve(response);
        return;
      }
      response.destroy();
      resolve(undefined);
    });
    request.on('error', () => resolve(undefined));
  });
}

function queryOf({ kinds, ...filter }: FeedFilter, since: Cursor, withLines: boolean): string {
  const query = new URLSearchParams({ ...filter, since: String(since) });
  const wanted = kinds ?? (withLines ? ['extraction', 'state', 'complete'] : undefined);
  if (wanted !== undefined) query.set('kinds', [...wanted, ...(withLines ? ['log'] : [])].join(','));
  return query.toString();
}

/** Undefined for what is no message of the feed, and for what only a newer server tells. */
function servedIn(json: string): Served | undefined {
  const message = JSON.parse(json) as { readonly type: string; readonly cursor: Cursor };
  const { type, cursor } = message;
  if (type === 'heartbeat' || type === 'connected') return { cursor };
  if (type === 'log') return { cursor, told: message as unknown as LogLine };
  const kind = entryKinds.find((each) => each === type);
  // A message has all the columns of its row.
  return kind && { cursor, told: { kind, cursor, row: message } as unknown as FeedEntry };
}
