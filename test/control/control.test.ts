import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { commandSession } from '../../src/command-session.ts';
import { pathsFrom } from '../../src/domain/config.ts';
import type { CommandResult, Prompt, Refusal, SessionCommand } from '../../src/domain/control.ts';
import { openReader } from '../../src/store/open-reader.ts';
import { freshEnvironment, runRidealong, startRidealong } from '../support/ridealong.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const agent = fileURLToPath(new URL('./programs/asking-agent.mjs', import.meta.url));
const asking = `
name: asking
version: 1.0.0
agents: ['*']
patterns: []
questions:
  - id: may_go_on
    question: '^May I go on.*\\?$'
    option: '(?<key>\\d)\\. (?<label>\\w+)'
    examples: { match: ['May I go on with it?'], no_match: ['I go on'] }
`;

/** A session that is started for the test, and ends with it. */
async function started(words: readonly string[]) {
  const environment = freshEnvironment();
  const paths = pathsFrom(environment, '/');
  // What is stored at the end is looked at, however busy the machine is.
  const wrapper = startRidealong(['--drain-timeout', '60s', ...words], {
    env: environment,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  wrapper.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    wrapper.on('close', (code, signal) => resolve({ code, signal })),
  );
  onTestFinished(async () => {
    wrapper.kill('SIGKILL');
    await ended;
  });
  const folder = join(paths.runtime, 'sessions');
  const sockets = () => {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  };
  await vi.waitUntil(() => sockets().length === 1 && output !== '', { timeout: 15_000, interval: 20 });
  const session = (sockets()[0] ?? '').replace('.sock', '');
  const ask = (command: SessionCommand, name = 'test') =>
    commandSession(paths, { session, by: { name, via: 'cli', pid: process.pid }, command });
  // Until its follower is there, nothing tells its state.
  const isFollowed = async () => {
    const state = await ask({ command: 'get_state' });
    return state.ok && state.value.command === 'get_state' && state.value.state !== null;
  };
  await vi.waitUntil(isFollowed, { timeout: 15_000, interval: 20 });
  return {
    environment,
    session,
    socket: join(folder, `${session}.sock`),
    ended,
    sockets,
    type: (keys: string) => void wrapper.stdin?.write(keys),
    shows: (text: string) => vi.waitUntil(() => output.includes(text), { timeout: 15_000, interval: 10 }),
    output: () => output,
    /** What came of it. */
    async done(command: SessionCommand, name?: string): Promise<CommandResult> {
      const outcome = await ask(command, name);
      if (!outcome.ok) throw new Error(outcome.failure.message);
      return outcome.value;
    },
    /** Why not. */
    async refused(command: SessionCommand, name?: string): Promise<Refusal | CommandResult> {
      const outcome = await ask(command, name);
      return outcome.ok ? outcome.value : outcome.failure;
    },
    /** What was done to it, as the store has it. */
    deeds() {
      const reader = openReader(paths.database);
      if (!reader.ok) throw new Error(reader.failure.message);
      const states = reader.value.stateChanges(session);
      reader.value.close();
      if (!states.ok) throw new Error(states.failure.message);
      return states.value.map(({ state, metadata_json }) => {
        const { source, command, by } = JSON.parse(metadata_json ?? '{}') as Record<string, string>;
        return source === 'control' ? `${command ?? ''} by ${by ?? ''}` : state;
      });
    },
  };
}

const ticking = 'i=0; while :; do i=$((i+1)); echo tick $i; sleep 0.02; done';

describe.each([
  ['in pipes', ['--no-pty']],
  ['in a terminal', ['--pty']],
])('a session %s', (_, mode) => {
  it('is stopped with all its processes, goes on, and is ended; each is told when it has come about', async () => {
    const run = await started([...mode, '--', 'sh', '-c', `(${ticking}) & wait`]);
    expect(statSync(run.socket).mode & 0o777).toBe(0o600);
    expect(await run.done({ command: 'pause' })).toEqual({ command: 'pause', paused: true });
    const before = run.output().length;
    expect(await run.done({ command: 'get_state' })).toMatchObject({ state: 'paused', paused: true, prompt: null });
    expect(await run.done({ command: 'pause' })).toEqual({ command: 'pause', paused: true });
    expect(run.output().length - before).toBeLessThan(200);
    expect(await run.done({ command: 'resume' })).toEqual({ command: 'resume', paused: false });
    const lastTick = Number(/tick (\d+)\r?\n?$/.exec(run.output().trimEnd())?.[1] ?? 0);
    await run.shows(`tick ${lastTick + 3}`);
    expect(await run.done({ command: 'kill' })).toEqual({ command: 'kill', exit_code: 143, exit_signal: 'SIGTERM' });
    expect(await run.ended).toEqual({ code: null, signal: 'SIGTERM' });
    expect(run.sockets()).toEqual([]);
    expect(await run.refused({ command: 'pause' })).toMatchObject({ code: 'not_running' });
    const deeds = run.deeds().filter((deed) => / by /.test(deed));
    expect(deeds).toEqual(['pause by test', 'pause by test', 'resume by test', 'kill by test']);
    expect(run.deeds()).toContain('paused');
  });

  it('is stopped though it is always starting something', async () => {
    const run = await started([...mode, '--', 'sh', '-c', 'echo ready; while :; do /bin/true; done']);
    await run.shows('ready');
    for (let round = 0; round < 20; round += 1) {
      expect(await run.done({ command: 'pause' })).toEqual({ command: 'pause', paused: true });
      await run.done({ command: 'resume' });
    }
  });

  it('gets signals', async () => {
    const script =
      'trap "echo got usr1" USR1; trap "echo got int; exit 3" INT; echo ready; while :; do sleep 0.02; done';
    const run = await started([...mode, '--', 'sh', '-c', script]);
    await run.done({ command: 'send_signal', signal: 'USR1' });
    await run.shows('got usr1');
    await run.done({ command: 'send_signal', signal: 'INT' });
    expect(await run.ended).toEqual({ code: 3, signal: null });
  });
});

describe('typing', () => {
  it('is for sessions that were started for it', async () => {
    const run = await started(['--pty', '--', 'sh', '-c', 'echo ready; cat']);
    expect(await run.refused({ command: 'send_input', text: 'x' })).toMatchObject({ code: 'control_off' });
    expect(await run.refused({ command: 'approve', prompt_id: 1, text_hash: 'a'.repeat(32) })).toMatchObject({
      code: 'control_off',
    });
  });

  it('is not possible where the input is not ours', async () => {
    const run = await started(['--no-pty', '--control', 'input', '--', 'sh', '-c', 'echo ready; cat']);
    expect(await run.refused({ command: 'send_input', text: 'x' })).toMatchObject({ code: 'input_not_ours' });
  });

  it('reaches the terminal, from one client at a time, and is recorded by its length', async () => {
    const run = await started(['--pty', '--control', 'input', '--', 'sh', '-c', 'echo ready; cat']);
    const typed = await run.done({ command: 'send_input', text: 'sésame', submit: true }, 'one');
    expect(typed).toMatchObject({ written_bytes: 8, lease: { holder: { name: 'one' } } });
    await run.shows('sésame\r\nsésame');
    expect(await run.refused({ command: 'send_input', text: 'x' }, 'two')).toMatchObject({
      code: 'lease_held',
      lease: { holder: { name: 'one', via: 'cli', pid: process.pid } },
    });
    expect(await run.done({ command: 'get_state' }, 'two')).toMatchObject({ lease: { holder: { name: 'one' } } });
    run.type('by hand\n');
    await run.shows('by hand');
    await run.done({ command: 'send_signal', signal: 'KILL' });
    await run.ended;
    expect(run.deeds()).toContain('send_input by one');
    const recording = join(pathsFrom(run.environment, '/').recordings, run.session);
    expect(readFileSync(join(recording, 'timing'), 'latin1')).toMatch(/"command":"send_input".*"bytes":8\}/);
    expect((await runRidealong(['show', '@last'], { env: run.environment })).stdout).toMatch(
      /Commands\n.*send_input 8 bytes by one \(cli\)\n.*send_signal KILL by test/,
    );
  });
});

describe('a question on the screen', () => {
  async function questioned() {
    const pack = join(temporaryFolder(), 'asking.yaml');
    writeFileSync(pack, asking);
    const words = ['--pty', '--control', 'input', '--patterns', pack, '--', process.execPath, agent];
    const run = await started(words);
    await run.shows('ready');
    const promptOf = async (): Promise<Prompt | null> => {
      const state = await run.done({ command: 'get_state' });
      return state.command === 'get_state' ? state.prompt : null;
    };
    const asked = async (): Promise<Prompt> => {
      run.type('a');
      return vi.waitUntil(promptOf, { timeout: 15_000, interval: 20 });
    };
    return { ...run, asked, promptOf };
  }

  it('is answered once, as it was named', async () => {
    const run = await questioned();
    const { prompt_id, text_hash, question, options } = await run.asked();
    expect([question, options]).toEqual([
      'May I go on with step 1?',
      [
        { key: '1', label: 'Yes' },
        { key: '2', label: 'No' },
      ],
    ]);
    expect(await run.refused({ command: 'approve', prompt_id, text_hash: 'f'.repeat(32) })).toMatchObject({
      code: 'screen_moved_on',
    });
    expect(await run.done({ command: 'approve', prompt_id, text_hash })).toMatchObject({
      option: 'Yes',
      has_left: true,
    });
    await run.shows('got "1"');
    expect(await run.refused({ command: 'approve', prompt_id, text_hash })).toMatchObject({ code: 'already_answered' });
    const next = await run.asked();
    expect(await run.done({ command: 'deny', ...idOf(next) })).toMatchObject({ option: 'No' });
    await run.shows('got "2"');
    run.type('q');
    await run.ended;
    expect(run.deeds().filter((deed) => / by /.test(deed))).toEqual(['approve by test', 'deny by test']);
    const { stdout } = await runRidealong(['events', '--json'], { env: run.environment });
    const event = (JSON.parse(stdout) as { byte_offset: number; metadata_json: string }[])[0];
    expect(event).toMatchObject({ byte_offset: prompt_id });
    expect(event?.metadata_json).toContain(text_hash);
    // All of it is in the recording.
    expect((await runRidealong(['reindex', '@last'], { env: run.environment })).code).toBe(0);
    expect(run.deeds().filter((deed) => / by /.test(deed))).toEqual(['approve by test', 'deny by test']);
  });

  it('is not answered when the screen has moved on, and not a byte is typed', async () => {
    const run = await questioned();
    const first = await run.asked();
    run.type('x');
    await run.shows('got "x"');
    expect(await run.refused({ command: 'approve', ...idOf(first) })).toMatchObject({ code: 'screen_moved_on' });
    const second = await run.asked();
    expect(second.text_hash).not.toBe(first.text_hash);
    expect(await run.refused({ command: 'approve', ...idOf(first) })).toMatchObject({ code: 'screen_moved_on' });
    expect(run.output()).not.toContain('got "1"');
  });

  // Each command is a process of its own.
  it('is answered from the command line', { timeout: 90_000 }, async () => {
    const run = await questioned();
    await run.asked();
    const approved = await runRidealong(['approve', '@last'], { env: run.environment });
    expect(approved).toMatchObject({ code: 0, stdout: 'approved by "Yes": May I go on with step 1?\n', stderr: '' });
    const nothing = await runRidealong(['deny', '@last'], { env: run.environment });
    expect(nothing).toMatchObject({ code: 1, stderr: expect.stringContaining('no question') as string });
    expect(await runRidealong(['send', '@last', '--no-enter', 'hello'], { env: run.environment })).toMatchObject({
      stdout: 'sent\n',
    });
    await run.shows('got "hello"');
    expect((await runRidealong(['pause', '@last', '--json'], { env: run.environment })).stdout).toContain(
      '"paused": true',
    );
    expect((await runRidealong(['resume', '@last'], { env: run.environment })).stdout).toBe('resumed\n');
    expect((await runRidealong(['kill', '@last'], { env: run.environment })).stdout).toBe('it has ended: SIGTERM\n');
  });
});

const idOf = ({ prompt_id, text_hash }: Prompt) => ({ prompt_id, text_hash });
