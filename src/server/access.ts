import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type Scope, scopes } from '../domain/control.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { Problem } from './problem.ts';
import { cookieName, type Tickets, ticketPath } from './tickets.ts';

/** Where browsers put the token, because they can set no header: a second subprotocol beside {@link subprotocol}. */
const tokenProtocol = 'ridealong.token.';

/** The subprotocol that a WebSocket is answered with; the one with the token is never told back. */
export const subprotocol = 'ridealong';

/** 256 random bits. */
export const newToken = () => randomBytes(32).toString('base64url');

/** One for each scope; it holds the scopes before it, too. */
export type Tokens = Readonly<Record<Scope, string>>;

/** What requests from the port have to show. The socket needs none of it: its folder is closed to others. */
export interface Gate {
  readonly port: number;
  /** Names and addresses under which we may be asked for; see `host-names.ts`. */
  readonly names: readonly string[];
  readonly tokens: Tokens;
  readonly tickets: Tickets;
}

/** What whoever was let in may do; null for one who may only redeem a ticket. */
export interface Admission {
  readonly scope: Scope | null;
}

/** For all that come over the socket. */
export const ownAdmission: Admission = { scope: 'input' };

/** Lets a request in, or tells why not. */
export function admit({ headers, method, url = '' }: IncomingMessage, gate: Gate): Result<Admission, Problem> {
  const hosts = gate.names.map((name) => `${name}:${gate.port}`);
  const host = headers.host?.toLowerCase() ?? '';
  // A page that made its own name resolve to 127.0.0.1 sends that name.
  if (!hosts.includes(host)) {
    return refused(403, 'foreign_host', `the Host header must be ${hosts[0] ?? ''}`);
  }
  if (headers.origin !== undefined && !hosts.some((each) => headers.origin === `http://${each}`)) {
    return refused(403, 'foreign_origin', 'pages of other origins may not ask');
  }
  if (method === 'GET' && headers.upgrade === undefined && ticketPath.test(url)) return ok({ scope: null });
  const tokens = tokensIn(headers);
  if (tokens.length === 0) return byCookie(headers, gate, method !== 'GET' || headers.upgrade !== undefined);
  const found = tokens.map((token) => scopes.find((scope) => isSame(token, gate.tokens[scope])));
  const known = found.filter((scope) => scope !== undefined);
  if (known.length < found.length) {
    return refused(401, 'wrong_token', 'this is not the token of the server that runs now');
  }
  return ok({ scope: scopes.findLast((scope) => known.includes(scope)) ?? 'read' });
}

/** Whether one with this admission may do what asks for the scope; a problem where not. */
export function lacking({ scope: has }: Admission, needed: Scope): Problem | undefined {
  if (has !== null && scopes.indexOf(has) >= scopes.indexOf(needed)) return undefined;
  return { status: 403, code: 'scope_missing', message: `this needs a token or ticket with the scope ${needed}` };
}

/**
 * Browsers send cookies whoever's page asks, and to any port of this machine: what changes something, or is no
 * request of HTTP any more, must come from a page of ours, and the browser must not say that it did not.
 */
function byCookie(headers: IncomingHttpHeaders, gate: Gate, isChange: boolean): Result<Admission, Problem> {
  const cookie = cookiesIn(headers).get(cookieName(gate.port));
  if (cookie === undefined) {
    return refused(401, 'no_token', 'send the token of serve.json as Authorization: Bearer <token>');
  }
  const scope = gate.tickets.scopeOf(cookie);
  if (scope === undefined) return refused(401, 'wrong_token', 'this cookie is not, or no more, one of this server');
  const isOurs = headers.origin === `http://${headers.host?.toLowerCase() ?? ''}`;
  const site = headers['sec-fetch-site'] ?? 'none';
  if ((isChange || headers.origin !== undefined) && !isOurs) {
    return refused(403, 'foreign_origin', 'with a cookie this is for pages of this very origin');
  }
  if (site !== 'same-origin' && site !== 'none') {
    return refused(403, 'foreign_origin', 'with a cookie only pages of this very origin may ask');
  }
  return ok({ scope });
}

function cookiesIn({ cookie = '' }: IncomingHttpHeaders): Map<string, string> {
  const pairs = cookie.split(';').map((pair) => pair.trim().split('='));
  return new Map(pairs.flatMap(([name, value]) => (name !== undefined && value !== undefined ? [[name, value]] : [])));
}

function tokensIn({ authorization, 'sec-websocket-protocol': protocols = '' }: IncomingHttpHeaders): string[] {
  const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  const offered = protocols.split(',').map((protocol) => protocol.trim());
  const fromProtocol = offered
    .filter((protocol) => protocol.startsWith(tokenProtocol))
    .map((protocol) => protocol.slice(tokenProtocol.length));
  return bearer === undefined ? fromProtocol : [bearer, ...fromProtocol];
}

/** In a time that does not depend on where they differ, nor on their lengths. */
function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

const refused = (status: 401 | 403, code: string, message: string) => fail<Problem>({ status, code, message });

/** Sent with every answer. There is no Access-Control-Allow-Origin: no page of another origin may read one. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
