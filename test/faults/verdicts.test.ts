import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { pathsFrom } from '../../src/domain/config.ts';
import type { EventRow, SessionRow, StateChangeRow } from '../../src/domain/rows.ts';
import type { SessionState } from '../../src/domain/session.ts';
import { openReader } from '../../src/store/open-reader.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { isStopped } from '../support/is-stopped.ts';
import { freshEnvironment, runRidealong, startRidealong } from '../support/ridealong.ts';

const badAgent = fileURLToPath(new URL('./bad-agent.mjs', import.meta.url));
/** The agent whose messages it speaks. */
const agent = (deed: string) => ['--agent', 'claude', '--', process.execPath, badAgent, deed];

/** What comes with time comes soon enough to be waited for. */
const soonIdle = { states: { idle_after_ms: 100, attention_after_ms: 100 } };
const soonHung = { verdicts: { hung_after_ms: 200 } };
const soonStalled = { verdicts: { stalled_after_ms: 400 } };

const asking = `
name: asking
version: 1.0.0
agents: ['*']
patterns: []
questions:
  - id: may_go_on
    question: '^May I go on\\?$'
    option: '(?<key>\\d)\\. (?<label>\\w+)'
    examples: { match: ['May I go on?'], no_match: ['I go on'] }
`;

function environmentWith(config?: object): NodeJS.ProcessEnv {
  const environment = freshEnvironment();
  const file = pathsFrom(environment, '/').config;
  mkdirSync(join(file, '..'), { recursive: true });
  if (config !== undefined) writeFileSync(file, JSON.stringify(config));
  return environment;
}

interface Stored {
  readonly session: SessionRow | undefined;
  readonly states: readonly StateChangeRow[];
  readonly verdicts: readonly EventRow[];
}

/** What the store has of the only session; what it has not got yet is not there. */
function stored(environment: NodeJS.ProcessEnv): Stored {
  const nothing = { session: undefined, states: [], verdicts: [] };
  const reader = openReader(pathsFrom(environment, '/').database);
  if (!reader.ok) return nothing;
  try {
    const sessions = reader.value.sessions({ limit: 1 });
    const session = sessions.ok ? sessions.value[0] : undefined;
    if (session === undefined) return nothing;
    const states = reader.value.stateChanges(session.session_id);
    const events = reader.value.events({ session: session.session_id, type: 'state_change', limit: 1000 });
    if (!states.ok || !events.ok) return nothing;
    const verdicts = events.value.filter(({ pattern }) => pattern.startsWith('verdict_'));
    return { session, states: states.value, verdicts };
  } finally {
    reader.value.close();
  }
}

const statesIn = (environment: NodeJS.ProcessEnv) => stored(environment).states.map(({ state }) => state);
const verdictsIn = (environment: NodeJS.ProcessEnv) => stored(environment).verdicts.map(({ pattern }) => pattern);

/** Starts it, and ends it at the end of the test, should it not end itself. */
function start(words: readonly string[], environment: NodeJS.ProcessEnv) {
  const wrapper = startRidealong(words, { env: environment, stdio: ['pipe', 'ignore', 'pipe'] });
  let stderr = '';
  wrapper.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null; stderr: string }>((resolve) =>
    wrapper.on('close', (code, signal) => resolve({ code, signal, stderr })),
  );
  onTestFinished(async () => {
    wrapper.kill('SIGCONT');
    wrapper.kill('SIGTERM');
    await ended;
  });
  return { wrapper, ended };
}

const until = (condition: () => boolean) => vi.waitUntil(condition, { timeout: 15_000, interval: 20 });

describe('an agent that', () => {
  it('ends well gets no verdict', async () => {
    const environment = environmentWith();
    expect((await runRidealong(agent('good'), { env: environment })).code).toBe(0);
    expect(verdictsIn(environment)).toEqual([]);
    expect(statesIn(environment)).toEqual(['starting', 'working', 'completed']);
  });

  it.each([
    ['hangs', 'verdict_hung', soonHung],
    ['babbles', 'verdict_hung', soonHung],
    ['stalls', 'verdict_stalled', soonStalled],
  ])('%s is told while it runs', async (deed, pattern, config) => {
    const environment = environmentWith(config);
    const { wrapper, ended } = start(agent(deed), environment);
    await until(() => verdictsIn(environment).includes(pattern));
    wrapper.kill('SIGTERM');
    expect((await ended).signal).toBe('SIGTERM');
    const { session, verdicts } = stored(environment);
    expect(verdicts.every(({ risk_level: risk }) => risk === 'high')).toBe(true);
    expect(session?.state).toBe('crashed');
  });

  it('freezes while its screen says that it works has stalled, and was not idle', async () => {
    const environment = environmentWith({ ...soonIdle, ...soonStalled });
    const { wrapper, ended } = start(['--pty', ...agent('freezes')], environment);
    await until(() => verdictsIn(environment).includes('verdict_stalled'));
    wrapper.kill('SIGTERM');
    await ended;
    expect(statesIn(environment)).toEqual(['starting', 'working', 'crashed']);
  });

  it.each([
    ['cuts', ['verdict_cut']],
    ['breaks', ['verdict_json_cut', 'verdict_cut']],
    ['lies', ['verdict_exit_zero_after_failure']],
    ['loses', ['verdict_truncated_64k']],
  ])('%s is told at its end', async (deed, patterns) => {
    const environment = environmentWith();
    expect(await runRidealong(agent(deed), { env: environment })).toMatchObject({ code: 0, stderr: '' });
    expect(verdictsIn(environment)).toEqual(patterns);
  });

  it('has said its last word is idle until it ends', async () => {
    const environment = environmentWith(soonIdle);
    const { wrapper, ended } = start(agent('hangs'), environment);
    await until(() => statesIn(environment).at(-1) === 'idle');
    wrapper.kill('SIGTERM');
    await ended;
    expect(statesIn(environment)).toEqual(['starting', 'working', 'idle', 'crashed']);
    expect(verdictsIn(environment)).toEqual([]);
  });

  it('asks by a notification needs input, until it has it', async () => {
    const environment = environmentWith(soonIdle);
    const { wrapper, ended } = start(['--pty', ...agent('asks')], environment);
    await until(() => statesIn(environment).at(-1) === 'needs_input');
    wrapper.stdin?.write('go on\n');
    expect(await ended).toMatchObject({ code: 0 });
    const { states } = stored(environment);
    expect(states.map(({ state }) => state)).toEqual<SessionState[]>([
      'starting',
      'working',
      'needs_input',
      'completed',
    ]);
    expect(states[2]?.metadata_json).toContain('Approval requested');
  });

  it('asks on its screen needs input, until it is answered', async () => {
    const environment = environmentWith();
    const pack = join(temporaryFolder(), 'asking.yaml');
    writeFileSync(pack, asking);
    const { wrapper, ended } = start(['--pty', '--patterns', pack, ...agent('paints')], environment);
    await until(() => statesIn(environment).at(-1) === 'needs_input');
    wrapper.stdin?.write('1\n');
    await until(() => statesIn(environment).at(-1) === 'working');
    wrapper.stdin?.write('\n');
    expect(await ended).toMatchObject({ code: 0 });
    expect(statesIn(environment)).toEqual<SessionState[]>([
      'starting',
      'working',
      'needs_input',
      'working',
      'completed',
    ]);
  });

  it('is stopped is paused, which others can see meanwhile', async () => {
    const environment = environmentWith();
    const { wrapper, ended } = start(agent('stops'), environment);
    await until(() => statesIn(environment).at(-1) === 'working');
    wrapper.stdin?.write('now\n');
    await until(() => statesIn(environment).at(-1) === 'paused');
    // It tells so before it stops.
    await until(() => isStopped(wrapper));
    wrapper.kill('SIGCONT');
    expect(await ended).toMatchObject({ code: 0 });
    expect(statesIn(environment).slice(0, 3)).toEqual(['starting', 'working', 'paused']);
    expect(statesIn(environment).at(-1)).toBe('completed');
  });
});

describe('--fail-on', () => {
  it('makes the wrapper exit 70 after such a verdict, and says why', async () => {
    const finished = await runRidealong(['--fail-on', 'stalled,cut', ...agent('cuts')], { env: environmentWith() });
    expect(finished).toMatchObject({
      code: 70,
      stderr: 'ridealong: exit 70 instead of 0: cut (the session ended without a terminal message)\n',
    });
  });

  it('leaves other verdicts, and sessions without one, alone', async () => {
    const environment = environmentWith();
    expect(await runRidealong(['--fail-on', 'stalled', ...agent('cuts')], { env: environment })).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(await runRidealong(['--fail-on', 'cut', ...agent('good')], { env: environment })).toMatchObject({
      code: 0,
      stderr: '',
    });
  });

  it('leaves the child’s own exit code and signal alone', async () => {
    const words = ['--fail-on', 'truncated', '--', 'sh', '-c', 'head -c 65536 /dev/zero; exit 3'];
    expect((await runRidealong(words, { env: environmentWith() })).code).toBe(3);
  });

  it('may stand in the config file, and the command line counts more', async () => {
    const environment = environmentWith({ fail_on: ['exit-zero'] });
    expect((await runRidealong(agent('lies'), { env: environment })).code).toBe(70);
    expect((await runRidealong(['--fail-on', 'cut', ...agent('lies')], { env: environment })).code).toBe(0);
  });
});

describe('--kill-after', () => {
  it.each([
    ['hangs', 'hung', soonHung],
    ['stalls', 'stalled', soonStalled],
  ])('ends an agent that %s for so long, and says why', async (deed, name, config) => {
    const environment = environmentWith(config);
    const finished = await runRidealong(['--kill-after', '100ms', ...agent(deed)], { env: environment });
    expect(finished.signal).toBe('SIGTERM');
    expect(finished.stderr).toMatch(new RegExp(`^ridealong: the command was killed: ${name} \\(.+\\)\\n$`));
    expect(statesIn(environment).at(-1)).toBe('crashed');
  });

  it('may stand in the config file', async () => {
    const environment = environmentWith({ ...soonStalled, kill_after_ms: 100 });
    expect((await runRidealong(['--pty', ...agent('stalls')], { env: environment })).signal).toBe('SIGTERM');
  });
});

describe('a config file with a mistake', () => {
  it('is told in a line, and harms nothing', async () => {
    const environment = environmentWith({ fail_on: ['exit-zero'], killafter: 1 });
    const finished = await runRidealong(agent('lies'), { env: environment });
    expect(finished.code).toBe(0);
    expect(finished.stderr).toMatch(/^ridealong: \/.+\/config\.yaml:1:\d+: unknown key `killafter`.*\n$/);
    expect(verdictsIn(environment)).toEqual(['verdict_exit_zero_after_failure']);
  });
});
