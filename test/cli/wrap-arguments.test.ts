import { describe, expect, it } from 'vitest';
import { agentNameOf, parseCommandLine } from '../../src/cli/wrap-arguments.ts';

const wrapped = (...words: string[]) => {
  const parsed = parseCommandLine(words);
  if (!parsed.ok) throw new Error(parsed.failure.message);
  if (parsed.value.kind !== 'wrap') throw new Error(`not a wrapping run: ${parsed.value.kind}`);
  return parsed.value.options;
};

const complaint = (...words: string[]) => {
  const parsed = parseCommandLine(words);
  expect(parsed).toMatchObject({ ok: false, failure: { reason: 'usage' } });
  return parsed.ok ? '' : parsed.failure.message;
};

describe('the wrapped command', () => {
  it.each([
    [['codex', 'exec', 'fix the test']],
    [['codex', '--', 'x']],
    [['codex', '', '-h', '--version', '--agent', 'y']],
    [['codex', '--help']],
    [['codex', 'run', '--', '']],
    [['']],
    [['-']],
  ])('is taken verbatim: %j', (words) => {
    expect(wrapped(...words).command).toEqual(words);
    expect(wrapped('run', ...words).command).toEqual(words);
    expect(wrapped('run', '--', ...words).command).toEqual(words);
    expect(wrapped('--', ...words).command).toEqual(words);
    expect(wrapped('--agent', 'a', '--pty', '--', ...words).command).toEqual(words);
  });

  it('may begin with a dash behind --', () => {
    expect(wrapped('--', '--odd', '--').command).toEqual(['--odd', '--']);
  });

  it.each(['sessions', 'show', 'doctor', 'run', 'pipe'])('may be named %s behind -- or run', (name) => {
    expect(wrapped('--', name, 'x').command).toEqual([name, 'x']);
    expect(wrapped('run', name, 'x').command).toEqual([name, 'x']);
    expect(wrapped('run', '--', name, 'x').command).toEqual([name, 'x']);
  });

  it('is missed when there is none', () => {
    expect(complaint()).toContain('no command');
    expect(complaint('--')).toContain('no command');
    expect(complaint('run', '--')).toContain('no command');
    expect(complaint('--agent', 'x')).toContain('no command');
  });
});

describe('our own commands', () => {
  it.each(['sessions', 'show', 'events', 'code', 'logs', 'patterns', 'doctor', 'completion'])(
    '%s is left to yargs',
    (name) => {
      expect(parseCommandLine([name, '--json'])).toEqual({ ok: true, value: { kind: 'other' } });
    },
  );

  it.each([['--help'], ['-h'], ['--version'], ['run', '--help'], ['pipe', '-h'], ['--pty', '--help', 'codex']])(
    'so is %s %s',
    (...words) => {
      expect(parseCommandLine(words)).toEqual({ ok: true, value: { kind: 'other' } });
    },
  );

  it('take no options before them', () => {
    expect(complaint('--agent', 'codex', 'sessions')).toContain('ridealong sessions --help');
  });
});

describe('our options', () => {
  it('have defaults', () => {
    expect(wrapped('/opt/bin/codex.js', 'x')).toEqual({
      command: ['/opt/bin/codex.js', 'x'],
      agent: 'codex',
      terminal: 'auto',
      patternFiles: [],
      drainTimeoutMs: 2000,
      mayServe: true,
    });
  });

  it('stand before the command', () => {
    const words = [
      '--agent=nightly',
      '--no-pty',
      '--patterns',
      'a.yaml',
      '--patterns=b.yaml',
      '--drain-timeout',
      '500ms',
    ];
    expect(wrapped(...words, 'x')).toEqual({
      command: ['x'],
      agent: 'nightly',
      terminal: 'never',
      patternFiles: ['a.yaml', 'b.yaml'],
      drainTimeoutMs: 500,
      mayServe: true,
    });
    expect(wrapped('--pty', 'x').terminal).toBe('always');
  });

  it('may name a lease, and how long to wait for it', () => {
    expect(wrapped('--lease', 'deploy', 'x').lease).toBe('deploy');
    expect(wrapped('--lease=a.b_c-1', '--lease-wait', '1m30s', 'x')).toMatchObject({
      lease: 'a.b_c-1',
      leaseWaitMs: 90_000,
    });
    // The config file may name it.
    expect(wrapped('--lease-wait', '30', 'x').leaseWaitMs).toBe(30_000);
    expect(wrapped('x', '--lease', 'y')).not.toHaveProperty('lease');
  });

  it.each(['a b', 'a/b', 'x'.repeat(65), 'ä', 'a\n', '..\u0000'])('refuse %j as a name of a lease', (name) => {
    expect(complaint(`--lease=${name}`, 'x')).toMatch(/^--lease takes up to 64 letters/);
  });

  it.each(['soon', '-1', '25h', '1d'])('refuse %j as a time to wait', (wait) => {
    expect(complaint(`--lease-wait=${wait}`, 'x')).toMatch(/^--lease-wait takes seconds or a time/);
  });

  it('take a lease only where a command is wrapped', () => {
    expect(complaint('pipe', '--lease', 'deploy')).toContain('unknown option --lease');
    expect(complaint('--lease', '--pty', 'x')).toContain('--lease needs a value');
  });

  it('may ask to keep secrets', () => {
    expect(wrapped('--no-redact', 'x').redact).toBe(false);
    expect(wrapped('x', '--no-redact')).not.toHaveProperty('redact');
    expect(parseCommandLine(['pipe', '--no-redact'])).toMatchObject({ value: { options: { redact: false } } });
  });

  it('name the verdicts to fail on, in one list or several', () => {
    expect(wrapped('--fail-on', 'stalled,json-cut', 'x').failOn).toEqual(['stalled', 'json-cut']);
    expect(wrapped('--fail-on=hung', '--fail-on', 'exit-zero, cut', 'x').failOn).toEqual(['hung', 'exit-zero', 'cut']);
    expect(complaint('--fail-on', 'stalled,hang', 'x')).toBe(
      '--fail-on takes hung, stalled, cut, json-cut, exit-zero, truncated with commas between them, not "hang" (did you mean hung?)',
    );
  });

  it('say when to kill', () => {
    expect(wrapped('--kill-after', '10m', 'x').killAfterMs).toBe(600_000);
    expect(wrapped('--kill-after=24h', 'x').killAfterMs).toBe(86_400_000);
  });

  it('are complained about when unknown, with what was probably meant', () => {
    expect(complaint('--agnet', 'x', 'codex')).toContain('did you mean --agent?');
    expect(complaint('--__proto__', 'codex')).toContain('unknown option');
    expect(complaint('-x', 'codex')).toContain('unknown option -x');
  });

  it.each([
    [['--agent'], 'needs a value'],
    [['--agent=', 'codex'], 'needs a value'],
    [['--agent', '--pty', 'codex'], 'needs a value'],
    [['--agent', '--', 'codex'], 'needs a value'],
    [['--agent', 'a b', 'codex'], '--agent takes'],
    [['--agent', 'a'.repeat(65), 'codex'], '--agent takes'],
    [['--pty=yes', 'codex'], 'takes no value'],
    [['--pty', '--no-pty', 'codex'], 'exclude each other'],
    [['--drain-timeout', 'soon', 'codex'], '--drain-timeout takes'],
    [['--drain-timeout', '2d', 'codex'], '--drain-timeout takes'],
    [['--fail-on', '', 'codex'], '--fail-on needs a value'],
    [['--fail-on', ',', 'codex'], '--fail-on takes'],
    [['--kill-after', 'never', 'codex'], '--kill-after takes'],
    [['--kill-after', '25h', 'codex'], '--kill-after takes'],
  ])('%j is complained about', (words, message) => {
    expect(complaint(...words)).toContain(message);
  });
});

describe('pipe', () => {
  it('takes options and no command', () => {
    expect(parseCommandLine(['pipe', '--agent', 'codex'])).toEqual({
      ok: true,
      value: { kind: 'pipe', options: { agent: 'codex', patternFiles: [], drainTimeoutMs: 2000, mayServe: true } },
    });
    expect(complaint('pipe', 'codex')).toContain('takes no "codex"');
    expect(complaint('pipe', '--pty')).toContain('unknown option --pty');
    expect(complaint('pipe', '--kill-after', '10m')).toContain('unknown option --kill-after');
  });
});

describe('the agent’s name', () => {
  it.each([
    ['codex', 'codex'],
    ['/usr/bin/claude', 'claude'],
    ['./agent.sh', 'agent'],
    ['agent.v2.mjs', 'agent.v2'],
    ['.sh', '.sh'],
    ['my agent!', 'my-agent-'],
    ['日本', '-'],
    ['', 'unknown'],
    ['x'.repeat(100), 'x'.repeat(64)],
  ])('of %j is %j', (command, name) => {
    expect(agentNameOf(command)).toBe(name);
  });
});
