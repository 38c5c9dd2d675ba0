import { beforeEach, describe, expect, it } from 'vitest';
import { createTickets } from '../../src/server/tickets.ts';
import { ask, follow, refusalOf, runServer, type TestServer } from './support/running-server.ts';

let to: TestServer;
beforeEach(async () => {
  to = await runServer();
});

const error = (code: string) => ({ error: { code, message: expect.any(String) as string } });
const asJson = { 'content-type': 'application/json' };
const session = '01K1FZ5W8N7Q3V9XH2M4T6R8YB';

async function ticketFor(scope: string, token = to.tokens.input): Promise<string> {
  const headers = { authorization: `Bearer ${token}`, ...asJson };
  const answer = await ask(to, '/api/tickets', { method: 'POST', body: JSON.stringify({ scope }), headers });
  expect(answer.status).toBe(200);
  const { path } = answer.json as { path: string };
  return path;
}

/** `name=value` of the cookie that a ticket turns into. */
async function cookieFor(scope: string): Promise<string> {
  const answer = await ask(to, await ticketFor(scope), { headers: {} });
  expect(answer.status).toBe(303);
  return String(answer.headers['set-cookie']?.[0]).split(';')[0] ?? '';
}

describe('a ticket', () => {
  it('turns into a cookie that no script reads and no other site sends, and leads on to a page', async () => {
    const answer = await ask(to, await ticketFor('read'), { headers: {} });
    expect(answer).toMatchObject({ status: 303, headers: { location: '/' } });
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(/^ridealong_\d+=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/),
    ]);
    expect(JSON.stringify(answer.headers)).not.toContain(to.token);
  });

  it('is void after one use', async () => {
    const path = await ticketFor('read');
    await ask(to, path, { headers: {} });
    expect(await ask(to, path, { headers: {} })).toMatchObject({ status: 403, json: error('ticket_void') });
    expect(await ask(to, '/ticket/guessed', { headers: {} })).toMatchObject({ status: 403 });
  });

  it.each(['/ticket/..\\ws', '/ticket/..\\api\\sessions', '/ticket/%2e%2e/ws', '/ticket/guessed'])(
    'lets nobody in to what only seems to be its path, by no upgrade: %s',
    async (path) => {
      const key = { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-version': '13' };
      const headers = { connection: 'Upgrade', upgrade: 'websocket', ...key };
      expect(await ask(to, path, { headers })).toMatchObject({ status: 401, json: error('no_token') });
    },
  );

  it('and what it turned into are void after their time', () => {
    let nowMs = 0;
    const tickets = createTickets(() => nowMs);
    const [{ ticket }, other] = [tickets.issue('read'), tickets.issue('read')];
    const { cookie = '' } = tickets.redeem(ticket) ?? {};
    nowMs = 60_000;
    expect(tickets.redeem(other.ticket)).toBeUndefined();
    expect(tickets.scopeOf(cookie)).toBe('read');
    nowMs = 12 * 3_600_000;
    expect(tickets.scopeOf(cookie)).toBeUndefined();
  });

  it('is kept only if it is among the newest', () => {
    const tickets = createTickets();
    const { ticket } = tickets.issue('read');
    for (let others = 0; others < 100; others += 1) tickets.issue('read');
    expect(tickets.redeem(ticket)).toBeUndefined();
  });

  it('is given to those with a token, and for no more than it may do', async () => {
    const asking = (headers: Record<string, string>, body = '{"scope":"input"}') =>
      ask(to, '/api/tickets', { method: 'POST', body, headers: { ...headers, ...asJson } });
    expect(await asking({})).toMatchObject({ status: 401 });
    expect(await asking({ authorization: `Bearer ${to.token}` })).toMatchObject({
      status: 403,
      json: error('scope_missing'),
    });
    expect(await asking({ authorization: `Bearer ${to.token}` }, '{}')).toMatchObject({ status: 200 });
    expect(await asking({ authorization: `Bearer ${to.token}` }, '{"scope":"all"}')).toMatchObject({ status: 400 });
    expect(await asking({ authorization: `Bearer ${to.token}` }, '{')).toMatchObject({
      status: 400,
      json: error('bad_json'),
    });
  });

  it('is not redeemed for a foreign host', async () => {
    const headers = { host: 'evil.example' };
    expect(await ask(to, await ticketFor('read'), { headers })).toMatchObject({ json: error('foreign_host') });
  });
});

describe('a cookie', () => {
  const command = (headers: Record<string, string>) =>
    ask(to, `/api/sessions/${session}/commands`, {
      method: 'POST',
      body: '{"command":"pause"}',
      headers: { ...headers, ...asJson },
    });

  it('lets a page read, and follow', async () => {
    const cookie = await cookieFor('read');
    expect(await ask(to, '/api/health', { headers: { cookie } })).toMatchObject({ status: 200 });
    const ours = { cookie: `other=1; ${cookie}`, origin: `http://${to.host}`, 'sec-fetch-site': 'same-origin' };
    expect(await ask(to, '/api/health', { headers: ours })).toMatchObject({ status: 200 });
    await follow(to, '/ws', { headers: ours });
  });

  it.each(['', 'wrong'])('must be one that was given: "%s"', async (value) => {
    const headers = { cookie: `ridealong_${to.server.port}=${value}` };
    expect(await ask(to, '/api/health', { headers })).toMatchObject({ status: 401 });
  });

  it('is no cookie of another server', async () => {
    const [, value = ''] = (await cookieFor('read')).split('=');
    const headers = { cookie: `ridealong_1=${value}` };
    expect(await ask(to, '/api/health', { headers })).toMatchObject({ status: 401, json: error('no_token') });
  });

  it('changes nothing unless a page of this very origin asks', async () => {
    const cookie = await cookieFor('input');
    const refused = { status: 403, json: error('foreign_origin') };
    expect(await command({ cookie })).toMatchObject(refused);
    expect(await command({ cookie, origin: `http://localhost:${to.server.port}` })).toMatchObject(refused);
    expect(await command({ cookie, origin: 'http://localhost:3000' })).toMatchObject(refused);
    const ours = { cookie, origin: `http://${to.host}` };
    expect(await command({ ...ours, 'sec-fetch-site': 'same-site' })).toMatchObject(refused);
    expect(await command(ours)).toMatchObject({ status: 409, json: error('not_running') });
  });

  it('opens no WebSocket for another page, and shows nothing to one', async () => {
    const cookie = await cookieFor('read');
    const refused = { status: 403, body: error('foreign_origin') };
    expect(await refusalOf(to, '/ws', { headers: { cookie } })).toEqual(refused);
    expect(await refusalOf(to, '/ws', { headers: { cookie, origin: 'http://localhost:3000' } })).toEqual(refused);
    const framed = { cookie, 'sec-fetch-site': 'cross-site' };
    expect(await ask(to, '/api/health', { headers: framed })).toMatchObject({ status: 403 });
  });

  it('may do what its ticket was for', async () => {
    const headers = { cookie: await cookieFor('read'), origin: `http://${to.host}` };
    expect(await command(headers)).toMatchObject({ status: 403, json: error('scope_missing') });
  });
});
