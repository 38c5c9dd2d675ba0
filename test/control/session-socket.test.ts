import { spawnSync } from 'node:child_process';
import { existsSync, utimesSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { sendCommand } from '../../src/control/send-command.ts';
import { listenOnSessionSocket, sweepSessionSockets } from '../../src/control/session-socket.ts';
import { sessionSocketPath } from '../../src/control/socket-path.ts';
import type { CommandRequest } from '../../src/domain/control.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const by = { name: 'me', via: 'cli' } as const;

function listening() {
  const path = join(temporaryFolder(), 's.sock');
  const performed: CommandRequest[] = [];
  const socket = listenOnSessionSocket(path, {
    perform(request) {
      performed.push(request);
      return Promise.resolve({ ok: true, value: { command: 'pause', paused: true } });
    },
    onError: (error) => {
      throw error;
    },
  });
  onTestFinished(() => socket.close());
  return { path, performed, socket };
}

/** What comes back for these bytes, until the other side ends or `lines` have come. */
function say(path: string, text: string, lines: number): Promise<unknown[]> {
  return new Promise((resolve) => {
    const socket = connect(path, () => socket.write(text));
    let answer = '';
    const told = () =>
      answer
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as unknown);
    socket.setEncoding('utf8').on('data', (data: string) => {
      answer += data;
      if (told().length >= lines) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(told()));
  });
}

const request = { request_id: '1', by, expires_at: Number.MAX_SAFE_INTEGER, command: 'pause' };
const refusal = (message: RegExp, id: string | null = '1') => [
  { request_id: id, refusal: { code: 'bad_command', message: expect.stringMatching(message) as string } },
];

describe("a session's socket", () => {
  it('answers that it has read a command, and then what came of it', async () => {
    const { path, performed } = listening();
    expect(await say(path, `${JSON.stringify(request)}\n`, 2)).toEqual([
      { request_id: '1', accepted: true },
      { request_id: '1', result: { command: 'pause', paused: true } },
    ]);
    expect(performed).toEqual([request]);
    expect(await sendCommand(path, { request_id: '2', by, command: 'pause' })).toMatchObject({ ok: true });
  });

  it.each<[object, RegExp]>([
    [[], /JSON object/],
    [{ ...request, request_id: 7 }, /^request_id/],
    [{ ...request, expires_at: 'x' }, /^expires_at/],
    [{ ...request, by: 'me' }, /^by/],
    [{ ...request, by: { name: 'a b', via: 'cli' } }, /^by.name/],
    [{ ...request, by: { name: 'a', via: 'x' } }, /^by.via/],
    [{ ...request, by: { ...by, pid: -1 } }, /^by.pid/],
    [{ ...request, command: 'dance' }, /^command/],
    [{ ...request, command: 'send_signal', signal: 'STOP' }, /^signal/],
    [{ ...request, command: 'send_input', text: '' }, /^text/],
    [{ ...request, command: 'send_input', text: 'x'.repeat(8193) }, /^text/],
    [{ ...request, command: 'send_input', text: 'x', submit: 1 }, /^submit/],
    [{ ...request, command: 'approve', text_hash: 'a'.repeat(32) }, /^prompt_id/],
    [{ ...request, command: 'approve', prompt_id: 1, text_hash: 'A'.repeat(32) }, /^text_hash/],
    [{ ...request, command: 'deny', prompt_id: 1, text_hash: 'a'.repeat(32), option: '' }, /^option/],
  ])('refuses %j', async (value, message) => {
    const { path, performed } = listening();
    const id = 'request_id' in value && value.request_id === '1' ? '1' : null;
    expect(await say(path, `${JSON.stringify(value)}\n`, 1)).toEqual(refusal(message, id));
    expect(performed).toEqual([]);
  });

  it.each([
    ['what is no JSON', 'hello\n', /no JSON/],
    ['a line without an end', 'x'.repeat(70_000), /longer/],
  ])('refuses %s, and hangs up', async (_, text, message) => {
    const { path } = listening();
    expect(await say(path, text, Infinity)).toEqual(refusal(message, null));
  });

  it('leaves undone what it reads too late', async () => {
    const { path, performed } = listening();
    const late = `${JSON.stringify({ ...request, expires_at: 1 })}\n`;
    expect(await say(path, late, 1)).toMatchObject([{ refusal: { code: 'not_answering' } }]);
    expect(performed).toEqual([]);
  });

  it('is gone when the session is', async () => {
    const { path, socket } = listening();
    socket.close();
    expect(existsSync(path)).toBe(false);
    expect(await sendCommand(path, { request_id: '1', by, command: 'pause' })).toMatchObject({
      failure: { code: 'not_running' },
    });
  });

  it('is swept away when its wrapper was killed, and no other is', async () => {
    const { path } = listening();
    const [stale, young] = ['stale', 'young'].map((name) => join(path, '..', `${name}.sock`));
    const script = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
    for (const each of [stale, young]) spawnSync(process.execPath, ['-e', script, each ?? '']);
    for (const each of [path, stale]) utimesSync(each ?? '', 1, 1);
    sweepSessionSockets(join(path, '..'));
    await vi.waitUntil(() => !existsSync(stale ?? ''));
    expect([path, young ?? ''].map((each) => existsSync(each))).toEqual([true, true]);
  });

  it('has a path that fits into an address, or fails with the way out', () => {
    const id = '01K1FZ5W8N7Q3V9XH2M4T6R8YB';
    expect(sessionSocketPath({ runtime: '/run/user/1000/ridealong' }, id)).toEqual({
      ok: true,
      value: `/run/user/1000/ridealong/sessions/${id}.sock`,
    });
    const long = sessionSocketPath({ runtime: `/${'x'.repeat(80)}` }, id);
    expect(long).toMatchObject({ failure: { code: 'unreachable' } });
    expect(JSON.stringify(long)).toContain('XDG_RUNTIME_DIR');
  });
});
