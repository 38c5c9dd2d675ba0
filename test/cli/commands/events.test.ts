import { describe, expect, it } from 'vitest';
import { eventsCommand } from '../../../src/cli/commands/events.ts';
import type { EventFilter } from '../../../src/domain/ports.ts';
import { ok } from '../../../src/domain/result.ts';
import type { EventRow } from '../../../src/domain/rows.ts';
import { captureTerminal, contextWith, event, session, sessionId } from '../fixtures.ts';
import { dangerous, hostileText } from '../hostile-text.ts';

async function run(
  options: Parameters<typeof eventsCommand.run>[0],
  rows: EventRow[] = [event],
  form: Parameters<typeof captureTerminal>[0] = {},
) {
  const terminal = captureTerminal(form);
  const filters: EventFilter[] = [];
  const context = contextWith(
    {
      events: (filter) => (filters.push(filter), ok(rows)),
      findSession: () => ok(session),
    },
    terminal,
  );
  const exitCode = await eventsCommand.run(options, [], context);
  return { exitCode, filters, terminal, output: terminal.output() };
}

describe('ridealong events', () => {
  it('prints which session and agent an event belongs to', async () => {
    const { output } = await run({});
    expect(output).toMatch(/^TIME +SESSION +AGENT +TYPE +RISK +PATTERN +LINE +VALUE\n/);
    expect(output).toContain(`${sessionId}  codex  error  high  common.error    12  Error: it broke\n`);
  });

  it('leaves that out when it was asked for one session', async () => {
    expect((await run({ session: '@last' })).output).not.toContain(sessionId);
  });

  it('asks the store for what was chosen', async () => {
    const { filters } = await run({
      session: '@last',
      agent: 'codex',
      type: 'error',
      pattern: 'p',
      risk: 'high',
      since: '1h',
      until: '30m',
      limit: '5',
    });
    expect(filters).toEqual([
      {
        session: sessionId,
        agent: 'codex',
        type: 'error',
        pattern: 'p',
        risk: 'high',
        since: '2026-07-31T11:00:00.000Z',
        until: '2026-07-31T11:30:00.000Z',
        limit: 5,
      },
    ]);
  });

  it('prints rows by their columns’ names as JSON', async () => {
    expect(JSON.parse((await run({ json: true })).output)).toEqual([event]);
  });

  it('says on a terminal that there may be more', async () => {
    const { terminal } = await run({ limit: '1' }, [event], { isTerminal: true });
    expect(terminal.complaints).toEqual([expect.stringContaining('--limit')]);
    expect((await run({ limit: '1' })).terminal.complaints).toEqual([]);
  });

  it('lets nothing recorded do anything to the terminal, in any form', async () => {
    for (let seed = 0; seed < 40; seed += 1) {
      const rows = [
        {
          ...event,
          matched_value: hostileText(seed, 30),
          pattern: hostileText(seed + 1, 5),
          agent_name: hostileText(seed, 3),
        },
      ];
      for (const options of [{}, { json: true }]) {
        for (const isTerminal of [true, false]) {
          expect((await run(options, rows, { isTerminal })).output).not.toMatch(dangerous);
        }
      }
    }
  });

  it('keeps an event on one line', async () => {
    const { output } = await run({}, [{ ...event, matched_value: 'a\nb\tc' }]);
    expect(output.split('\n')).toHaveLength(3);
    expect(output).toContain('a\\nb\\tc');
  });
});
