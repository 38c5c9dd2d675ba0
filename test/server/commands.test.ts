import { describe, expect, it } from 'vitest';
import type { SessionCommand } from '../../src/domain/control.ts';
import type { CommandSession } from '../../src/server/commanding.ts';
import { type Answer, ask, follow, runServer, type TestServer } from './support/running-server.ts';

const session = '01K1FZ5W8N7Q3V9XH2M4T6R8YB';
const error = (code: string) => ({ error: { code, message: expect.any(String) as string } });
const text_hash = 'a'.repeat(32);

/** A server in front of a session that does what it is told, or refuses, and keeps what it was told. */
async function commanding(outcome?: Awaited<ReturnType<CommandSession>>) {
  const told: Parameters<CommandSession>[0][] = [];
  const to = await runServer({
    commandSession(what) {
      told.push(what);
      return Promise.resolve(outcome ?? { ok: true, value: { command: 'pause', paused: true } });
    },
  });
  return { to, told };
}

const post = (
  to: TestServer,
  body: object,
  { token = to.tokens.input, id = session, socket = false }: { token?: string; id?: string; socket?: boolean } = {},
): Promise<Answer> =>
  ask(to, `/api/sessions/${id}/commands`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...(!socket && { authorization: `Bearer ${token}` }) },
    socket,
  });

const commands: readonly SessionCommand[] = [
  { command: 'get_state' },
  { command: 'pause' },
  { command: 'resume' },
  { command: 'kill' },
  { command: 'send_signal', signal: 'USR1' },
  { command: 'send_input', text: 'hi', submit: true },
  { command: 'approve', prompt_id: 7, text_hash },
  { command: 'deny', prompt_id: 7, text_hash, option: '2' },
];

describe('a command over HTTP', () => {
  it.each(commands)('reaches the session, and its answer comes back: %j', async (command) => {
    const { to, told } = await commanding();
    expect(await post(to, { ...command, request_id: 'r1', by: 'phone' })).toMatchObject({
      status: 200,
      json: { request_id: 'r1', session_id: session, result: { command: 'pause', paused: true } },
    });
    const by = { name: 'phone', via: 'http', peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string };
    expect(told).toEqual([{ session, command, by }]);
  });

  it.each([
    [{}, 'command'],
    [{ command: 'dance' }, 'command'],
    [{ command: 'pause', force: true }, 'force'],
    [{ command: 'pause', by: 'a b' }, 'by'],
    [{ command: 'pause', request_id: '' }, 'request_id'],
    [{ command: 'send_signal' }, 'signal'],
    [{ command: 'send_signal', signal: 'STOP' }, 'signal'],
    [{ command: 'send_input', text: 'ä'.repeat(4097) }, 'text'],
    [{ command: 'approve', text_hash }, 'prompt_id'],
    [{ command: 'approve', prompt_id: 7, text_hash: 'x' }, 'text_hash'],
  ])('is refused with what is wrong: %j', async (body, field) => {
    const { to, told } = await commanding();
    expect(await post(to, body)).toMatchObject({ status: 400, json: { error: { code: 'bad_parameter', field } } });
    expect(told).toEqual([]);
  });

  it('names a session by its whole id', async () => {
    const { to } = await commanding();
    for (const id of ['x', '01K1', `${session}0`, '..%2f..']) {
      expect((await post(to, { command: 'pause' }, { id })).status).toBe(400);
    }
  });

  it.each([
    ['session_not_found', 404],
    ['control_off', 403],
    ['not_running', 409],
    ['input_not_ours', 409],
    ['screen_moved_on', 409],
    ['already_answered', 409],
    ['unknown_option', 409],
    ['no_effect', 409],
    ['not_answering', 503],
  ] as const)('is told why not: %s', async (code, status) => {
    const { to } = await commanding({ ok: false, failure: { code, message: 'why' } });
    expect(await post(to, { command: 'pause' })).toMatchObject({ status, json: { error: { code, message: 'why' } } });
  });

  it('is told who types, where another one does', async () => {
    const lease = { holder: { name: 'laptop', via: 'cli', pid: 7 }, expires_at: '2026-01-01T00:00:00.000Z' } as const;
    const { to } = await commanding({ ok: false, failure: { code: 'lease_held', message: 'laptop types', lease } });
    expect(await post(to, { command: 'send_input', text: 'x' })).toMatchObject({
      status: 409,
      json: { error: { lease } },
    });
  });
});

describe('scopes', () => {
  it('allow what their token is for, and refuse the rest', async () => {
    const { to } = await commanding();
    const allowed = async (scope: 'read' | 'approve' | 'input') => {
      const answers = await Promise.all(commands.map((command) => post(to, command, { token: to.tokens[scope] })));
      for (const { status, json } of answers) if (status !== 200) expect(json).toMatchObject(error('scope_missing'));
      return commands.filter((_, index) => answers[index]?.status === 200).map(({ command }) => command);
    };
    expect(await allowed('read')).toEqual(['get_state']);
    expect(await allowed('approve')).toEqual(['get_state', 'approve', 'deny']);
    expect(await allowed('input')).toEqual(commands.map(({ command }) => command));
    expect((await post(to, { command: 'get_state' }, { token: 'wrong' })).status).toBe(401);
  });

  it('are all there on our own socket', async () => {
    const { to, told } = await commanding();
    expect((await post(to, { command: 'kill' }, { socket: true })).status).toBe(200);
    expect(told[0]?.by).toEqual({ name: 'http', via: 'http' });
  });

  it('are those of both tokens, where a WebSocket offers two', async () => {
    const { to } = await commanding();
    const protocols = ['ridealong', ...[to.tokens.read, to.tokens.input].map((token) => `ridealong.token.${token}`)];
    const client = await follow(to, '/ws', { protocols, headers: {} });
    client.socket.send(JSON.stringify({ type: 'command', request_id: '1', session, command: 'pause' }));
    await client.message(({ type }) => type === 'result');
  });
});

describe('a command over a WebSocket', () => {
  const connect = async (to: TestServer, token = to.tokens.input) => {
    const client = await follow(to, '/ws', { headers: { authorization: `Bearer ${token}` } });
    const say = (message: object) => client.socket.send(JSON.stringify({ type: 'command', ...message }));
    const answerTo = (id: string | null) => client.message(({ request_id }) => request_id === id);
    return { say, answerTo };
  };

  it('is answered with its request_id', async () => {
    const { to, told } = await commanding();
    const { say, answerTo } = await connect(to);
    say({ request_id: 'a', session, command: 'send_input', text: 'x', by: 'page' });
    expect(await answerTo('a')).toMatchObject({ type: 'result', session_id: session, result: { paused: true } });
    expect(told[0]).toMatchObject({
      command: { command: 'send_input', text: 'x' },
      by: { name: 'page', via: 'websocket' },
    });
  });

  it('is refused with its request_id', async () => {
    const { to } = await commanding({ ok: false, failure: { code: 'not_running', message: 'why' } });
    const { say, answerTo } = await connect(to);
    say({ request_id: 'a', session, command: 'dance' });
    expect(await answerTo('a')).toMatchObject({ type: 'error', code: 'bad_parameter', field: 'command' });
    say({ request_id: 'b', session: 'x', command: 'pause' });
    expect(await answerTo('b')).toMatchObject({ type: 'error', code: 'bad_parameter', field: 'session' });
    say({ session, command: 'pause' });
    expect(await answerTo(null)).toMatchObject({ type: 'error', code: 'bad_parameter', field: 'request_id' });
    say({ request_id: 'c', session, command: 'pause' });
    expect(await answerTo('c')).toMatchObject({ type: 'error', code: 'not_running', session_id: session });
  });

  it('needs the scope', async () => {
    const { to, told } = await commanding();
    const { say, answerTo } = await connect(to, to.token);
    say({ request_id: 'a', session, command: 'kill' });
    expect(await answerTo('a')).toMatchObject({ type: 'error', code: 'scope_missing' });
    expect(told).toEqual([]);
  });
});

it('commands and tickets are in the OpenAPI document', async () => {
  const { to } = await commanding();
  const { json } = await ask(to, '/api/openapi.json');
  expect(json).toMatchObject({
    paths: {
      '/api/sessions/{id}/commands': { post: {} },
      '/api/tickets': { post: {} },
      '/ticket/{ticket}': { get: {} },
    },
    components: { schemas: { Command: {}, CommandResult: {}, Ticket: {} } },
  });
});
