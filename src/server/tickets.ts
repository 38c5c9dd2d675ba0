import { createHash, randomBytes } from 'node:crypto';
import type { Scope } from '../domain/control.ts';

/** How long a ticket waits to be redeemed, and a cookie lasts. */
const ticketMs = 60_000;
const cookieMs = 12 * 3_600_000;
/** So many tickets and cookies are kept, the newest. */
const mostKept = 100;

/** The path by which a ticket is redeemed. Only what a ticket is made of: to `URL`, for one, `\` is a slash. */
export const ticketPath = /^\/ticket\/[\w-]+$/;

/** Cookies go to every port of a host: each server has a name of its own. */
export const cookieName = (port: number) => `ridealong_${port}`;

/** Lets pages in: a ticket, which may be seen in an address, turns into a cookie once, which no page can read. */
export interface Tickets {
  issue(scope: Scope): { readonly ticket: string; readonly expiresAt: string };
  /** The value of a cookie with the ticket's scope; undefined when there is no such ticket, or no more. */
  redeem(ticket: string): { readonly cookie: string; readonly maxAgeSeconds: number } | undefined;
  scopeOf(cookie: string): Scope | undefined;
}

interface Kept {
  readonly scope: Scope;
  readonly expiresMs: number;
}

export function createTickets(nowMs: () => number = Date.now): Tickets {
  const tickets = new Map<string, Kept>();
  const cookies = new Map<string, Kept>();

  function add(to: Map<string, Kept>, kept: Kept): string {
    const secret = randomBytes(32).toString('base64url');
    const [oldest] = to.keys();
    if (to.size >= mostKept && oldest !== undefined) to.delete(oldest);
    to.set(digestOf(secret), kept);
    return secret;
  }

  function find(from: Map<string, Kept>, secret: string): Kept | undefined {
    const kept = from.get(digestOf(secret));
    return kept && nowMs() < kept.expiresMs ? kept : undefined;
  }

  return {
    issue(scope) {
      const expiresMs = nowMs() + ticketMs;
      return { ticket: add(tickets, { scope, expiresMs }), expiresAt: new Date(expiresMs).toISOString() };
    },
    redeem(ticket) {
      const kept = find(tickets, ticket);
      tickets.delete(digestOf(ticket));
      if (!kept) return undefined;
      return {
        cookie: add(cookies, { scope: kept.scope, expiresMs: nowMs() + cookieMs }),
        maxAgeSeconds: cookieMs / 1000,
      };
    },
    scopeOf: (cookie) => find(cookies, cookie)?.scope,
  };
}

/** Looked up by their digests: how long that takes tells nothing of the secrets. */
const digestOf = (secret: string) => createHash('sha256').update(secret).digest('hex');
