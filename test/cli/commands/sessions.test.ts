import { describe, expect, it } from 'vitest';
import { sessionsCommand } from '../../../src/cli/commands/sessions.ts';
import type { SessionFilter } from '../../../src/domain/ports.ts';
import { fail, ok } from '../../../src/domain/result.ts';
import type { SessionRow } from '../../../src/domain/rows.ts';
import { captureTerminal, contextWith, session, sessionId } from '../fixtures.ts';

async function run(
  options: Parameters<typeof sessionsCommand.run>[0],
  rows: SessionRow[] = [session],
  form: Parameters<typeof captureTerminal>[0] = {},
) {
  const terminal = captureTerminal(form);
  const filters: SessionFilter[] = [];
  const context = contextWith({ sessions: (filter) => (filters.push(filter), ok(rows)) }, terminal);
  const exitCode = await sessionsCommand.run(options, [], context);
  return { exitCode, filters, terminal, output: terminal.output() };
}

describe('ridealong sessions', () => {
  it('prints aligned text into a pipe', async () => {
    const { output, exitCode } = await run({});
    expect(exitCode).toBe(0);
    expect(output.split('\n')).toEqual([
      'SESSION                     AGENT  STATE   EXIT  STARTED                    TOOK  EVENTS  COMMAND',
      `${sessionId}  codex  failed     1  2026-07-31T11:57:57.000Z  2m 3s      42  codex exec 'fix the test'`,
      '',
    ]);
  });

  it('has a column for leases only where there is one', async () => {
    const { output } = await run({}, [{ ...session, lease_name: 'deploy' }, session]);
    const [headings, leased, free] = output.split('\n');
    expect(headings).toContain('EVENTS  LEASE   COMMAND');
    expect(leased).toContain('42  deploy  codex');
    expect(free).toContain('42          codex');
  });

  it('prints a table that fits the terminal', async () => {
    for (const columns of [60, 80, 100, 140]) {
      const { output } = await run({}, [session], { isTerminal: true, columns });
      expect(output).toContain('┌');
      expect(output).toContain(sessionId);
      for (const line of output.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  it('uses colour only where it is wanted', async () => {
    const plain = await run({}, [session], { isTerminal: true, colour: false });
    expect(plain.output).not.toContain('\u001b');
    const coloured = await run({}, [session], { isTerminal: true, colour: true });
    expect(coloured.output).toContain('\u001b[31mfailed');
  });

  it('prints rows by their columns’ names as JSON', async () => {
    const { output } = await run({ json: true });
    expect(JSON.parse(output)).toEqual([session]);
  });

  it('asks the store for what was chosen', async () => {
    const { filters } = await run({ active: true, agent: 'codex', since: '7d', limit: '3' });
    expect(filters).toEqual([{ active: true, agent: 'codex', since: '2026-07-24T12:00:00.000Z', limit: 3 }]);
  });

  it('tells how to begin when there are no sessions', async () => {
    const { terminal, output } = await run({}, []);
    expect(output).toBe('');
    expect(terminal.complaints).toEqual([expect.stringContaining('no sessions yet; put ridealong before a command')]);
  });

  it('prints an empty array as JSON when there are no sessions', async () => {
    expect((await run({ json: true }, [])).output).toBe('[]\n');
  });

  it('tells when none matches', async () => {
    expect((await run({ agent: 'x' }, [])).terminal.complaints).toEqual(['no session matches']);
  });

  it('names the signal of a session that was killed, and no exit of one that runs', async () => {
    const killed = { ...session, exit_code: 143, exit_signal: 'SIGTERM' };
    const running = { ...session, exit_code: null, ended_at: null, state: 'working' } as const;
    const { output } = await run({}, [killed, running]);
    expect(output).toContain('SIGTERM');
    expect(output).toMatch(/working\s+2026/);
  });

  it('refuses a limit that makes no sense', async () => {
    const { exitCode, terminal } = await run({ limit: 'many' });
    expect(exitCode).toBe(64);
    expect(terminal.complaints).toEqual([expect.stringContaining('--limit takes')]);
  });

  it('ends with the failure’s exit code when the store cannot be opened', async () => {
    const terminal = captureTerminal();
    const failure = { reason: 'database-foreign', message: 'x is not ours' } as const;
    const context = { ...contextWith({}, terminal), openStore: () => Promise.resolve(fail(failure)) };
    expect(await sessionsCommand.run({}, [], context)).toBe(74);
    expect(terminal.complaints).toEqual(['x is not ours']);
  });

  it('closes the store', async () => {
    let closed = 0;
    await sessionsCommand.run({}, [], contextWith({ close: () => (closed += 1) }, captureTerminal()));
    expect(closed).toBe(1);
  });
});
