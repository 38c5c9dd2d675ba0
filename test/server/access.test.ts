import { statSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ask, clientOf, follow, refusalOf, runServer, type TestServer } from './support/running-server.ts';

let to: TestServer;
beforeEach(async () => {
  to = await runServer();
});

const paths = [
  '/api/health',
  '/api/agents',
  '/api/sessions',
  '/api/query/sessions',
  '/api/query/session/01K1FZ5W8N7Q3V9XH2M4T6R8YB',
  '/api/query/extractions',
  '/api/query/code-blocks',
  '/api/query/timeline',
  '/api/query/stats/agent/codex',
  '/api/query/stats/pattern/error_line',
  '/api/sessions/01K1FZ5W8N7Q3V9XH2M4T6R8YB/log',
  '/api/sessions/01K1FZ5W8N7Q3V9XH2M4T6R8YB/screen',
  '/api/stream',
  `/api/replay/session/${'0'.repeat(26)}`,
  '/api/openapi.json',
  '/',
  '/nothing/here',
];
const error = (code: string) => ({ error: { code, message: expect.any(String) as string } });

describe('the token', () => {
  it('is asked of every path', async () => {
    for (const path of paths) {
      const answer = await ask(to, path, { headers: {} });
      expect([path, answer.status, answer.json]).toEqual([path, 401, error('no_token')]);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
  });

  it('is 256 random bits, new with every server', async () => {
    const other = await runServer();
    expect(Buffer.from(to.token, 'base64url')).toHaveLength(32);
    expect(other.token).not.toBe(to.token);
  });

  it.each(['x', '', 'same length', 'longer'])('must be the right one: %s', async (kind) => {
    const wrong = { 'same length': 'A'.repeat(43), longer: `${to.token}A` }[kind] ?? kind;
    const headers = { authorization: `Bearer ${wrong}` };
    expect((await ask(to, '/api/health', { headers })).status).toBe(401);
    expect((await refusalOf(to, '/ws', { headers })).status).toBe(401);
  });

  it('is not taken from the address', async () => {
    expect((await ask(to, `/api/health?token=${to.token}`, { headers: {} })).status).toBe(401);
    expect((await refusalOf(to, `/ws?token=${to.token}`, { headers: {} })).status).toBe(401);
  });

  it('is not asked on the socket, which nobody else may open', async () => {
    expect((await ask(to, '/api/health', { headers: {}, socket: true })).status).toBe(200);
    expect(statSync(to.socket).mode & 0o777).toBe(0o600);
    expect(statSync(to.paths.runtime).mode & 0o777).toBe(0o700);
    expect(statSync(to.server.serveFile).mode & 0o777).toBe(0o600);
  });
});

describe('a WebSocket', () => {
  it('is let in with a bearer token', async () => {
    expect((await follow(to, '/ws')).socket.protocol).toBe('');
  });

  it('is let in with the token as a subprotocol, which is not told back', async () => {
    const protocols = ['ridealong', `ridealong.token.${to.token}`];
    expect((await follow(to, '/ws', { protocols, headers: {} })).socket.protocol).toBe('ridealong');
  });

  it('needs no token on the socket', async () => {
    const client = clientOf(new WebSocket(`ws+unix://${to.socket}:/ws`));
    await client.message(({ type }) => type === 'connected');
  });

  it('is refused without any', async () => {
    expect(await refusalOf(to, '/ws', { headers: {} })).toEqual({ status: 401, body: error('no_token') });
  });

  it.each([['ridealong'], ['ridealong', 'ridealong.token.wrong'], ['ridealong.token.']])(
    'is refused with the subprotocols %s %s',
    async (...protocols) => {
      expect((await refusalOf(to, '/ws', { protocols: protocols.filter(Boolean), headers: {} })).status).toBe(401);
    },
  );

  it('is refused when one of two tokens is wrong', async () => {
    const protocols = ['ridealong', 'ridealong.token.wrong'];
    expect((await refusalOf(to, '/ws', { protocols })).status).toBe(401);
  });
});

describe('the Host header', () => {
  const hostless = (host: string) => ({ authorization: `Bearer ${to.token}`, host });

  it.each(['localhost', '127.0.0.1', '[::1]', 'LOCALHOST'])('may be %s with our port', async (name) => {
    expect((await ask(to, '/api/health', { headers: hostless(`${name}:${to.server.port}`) })).status).toBe(200);
  });

  it.each([
    'evil.example',
    'localhost',
    '127.0.0.1:1',
    'localhost.evil.example:PORT',
    'evil.example:PORT',
    '0.0.0.0:PORT',
  ])('may not be %s', async (name) => {
    const headers = hostless(name.replace('PORT', String(to.server.port)));
    expect(await ask(to, '/api/health', { headers })).toMatchObject({ status: 403, json: error('foreign_host') });
    expect(await refusalOf(to, '/ws', { headers })).toEqual({ status: 403, body: error('foreign_host') });
  });
});

describe('the Origin header', () => {
  const from = (origin: string) => ({ authorization: `Bearer ${to.token}`, origin });

  it('may be ours', async () => {
    expect((await ask(to, '/api/health', { headers: from(`http://${to.host}`) })).status).toBe(200);
    await follow(to, '/ws', { headers: from(`http://localhost:${to.server.port}`) });
  });

  it.each(['http://localhost:3000', 'https://127.0.0.1:PORT', 'http://evil.example:PORT', 'null', ''])(
    'may not be "%s", before any upgrade',
    async (origin) => {
      const headers = from(origin.replace('PORT', String(to.server.port)));
      expect(await ask(to, '/api/health', { headers })).toMatchObject({ status: 403, json: error('foreign_origin') });
      expect(await refusalOf(to, '/ws', { headers })).toEqual({ status: 403, body: error('foreign_origin') });
    },
  );
});

describe('every answer', () => {
  it.each([
    ['200', '/api/health', {}],
    ['404', '/nothing', {}],
    ['400', '/api/sessions?limit=x', {}],
    ['401', '/api/health', { headers: {} }],
  ])('forbids what a browser need not do: %s', async (status, path, asking) => {
    const answer = await ask(to, path, asking);
    expect(String(answer.status)).toBe(status);
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'content-type': 'application/json',
    });
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('holds no token', async () => {
    for (const path of paths.filter((each) => each !== '/api/stream')) {
      const { text, headers } = await ask(to, path);
      expect(text + JSON.stringify(headers)).not.toContain(to.token);
    }
  });
});

describe('a request with a body', () => {
  const headers = () => ({ authorization: `Bearer ${to.token}` });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])(
    'is refused unless it is JSON: "%s"',
    async (type) => {
      const answer = await ask(to, '/api/sessions', {
        method: 'POST',
        body: '{}',
        headers: { ...headers(), ...(type !== '' && { 'content-type': type }) },
      });
      expect(answer).toMatchObject({ status: 415, json: error('unsupported_media_type') });
    },
  );

  it('is refused when it is JSON, too, where there is nothing but GET', async () => {
    const json = { ...headers(), 'content-type': 'application/json; charset=utf-8' };
    const answer = await ask(to, '/api/sessions', { method: 'POST', body: '{}', headers: json });
    expect(answer).toMatchObject({ status: 405, json: error('method_not_allowed') });
    expect(answer.headers['allow']).toBe('GET');
  });

  it('is refused where it should be JSON, says that it is none, and is empty', async () => {
    const text = { ...headers(), 'content-type': 'text/plain' };
    const answer = await ask(to, '/api/query/advanced', { method: 'POST', headers: text });
    expect(answer).toMatchObject({ status: 415, json: error('unsupported_media_type') });
  });

  it('is refused when it is larger than 64 KiB', async () => {
    const json = { ...headers(), 'content-type': 'application/json' };
    const answer = await ask(to, '/api/sessions', { method: 'POST', body: ' '.repeat(65_537), headers: json });
    expect(answer).toMatchObject({ status: 413, json: error('too_large') });
  });

  it.each(['OPTIONS', 'DELETE', 'PUT', 'HEAD'])('and so is %s', async (method) => {
    expect((await ask(to, '/api/sessions', { method })).status).toBe(405);
  });
});
