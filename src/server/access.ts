import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Problem } from './problem.ts';

/** Where browsers put the token, because they can set no header: a second subprotocol beside {@link subprotocol}. */
const tokenProtocol = 'ridealong.token.';

/** The subprotocol that a WebSocket is answered with; the one with the token is never told back. */
export const subprotocol = 'ridealong';

/** 256 random bits. */
export const newToken = () => randomBytes(32).toString('base64url');

/** What requests from the port have to show. The socket needs none of it: its folder is closed to others. */
export interface Gate {
  readonly port: number;
  readonly token: string;
}

/** Why a request is turned away; undefined when it may come in. */
export function refusal(headers: IncomingHttpHeaders, gate: Gate): Problem | undefined {
  const hosts = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${gate.port}`);
  // A page that made its own name resolve to 127.0.0.1 sends that name.
  if (!hosts.includes(headers.host?.toLowerCase() ?? '')) {
    return { status: 403, code: 'foreign_host', message: `the Host header must be 127.0.0.1:${gate.port}` };
  }
  if (headers.origin !== undefined && !hosts.some((host) => headers.origin === `http://${host}`)) {
    return { status: 403, code: 'foreign_origin', message: 'pages of other origins may not ask' };
  }
  const tokens = tokensIn(headers);
  if (tokens.length === 0) {
    return { status: 401, code: 'no_token', message: 'send the token of serve.json as Authorization: Bearer <token>' };
  }
  if (!tokens.every((token) => isSame(token, gate.token))) {
    return { status: 401, code: 'wrong_token', message: 'this is not the token of the server that runs now' };
  }
  return undefined;
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

/** Sent with every answer. There is no Access-Control-Allow-Origin: no page of another origin may read one. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
