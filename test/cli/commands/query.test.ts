import { beforeEach, describe, expect, it } from 'vitest';
import { queryCommand } from '../../../src/cli/commands/query.ts';
import { statsCommand } from '../../../src/cli/commands/stats.ts';
import { openReader } from '../../../src/store/open-reader.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { addEvents, sampleEvent, sampleSession, temporaryPaths, valueOf } from '../../store/fixtures/samples.ts';
import { captureTerminal, contextWith } from '../fixtures.ts';

let database: string;
beforeEach(() => {
  const paths = temporaryPaths();
  ({ database } = paths);
  const store = valueOf(openStore(paths));
  addEvents(store, sampleSession({ startedAt: '2026-07-30T12:00:00.000Z' }), [
    sampleEvent({ risk: 'high' }),
    sampleEvent({ risk: 'high', lineNumber: 40 }),
    sampleEvent({ pattern: 'other\x1b[2J', type: 'permission' }),
  ]);
  store.close();
});

type Form = Parameters<typeof captureTerminal>[0];

const contextOf = (terminal: ReturnType<typeof captureTerminal>) => ({
  ...contextWith({}, terminal),
  openStore: () => Promise.resolve(openReader(database)),
});

describe('ridealong query', () => {
  async function run(options: Parameters<typeof queryCommand.run>[0], operands: string[] = [], form: Form = {}) {
    const terminal = captureTerminal(form);
    const exitCode = await queryCommand.run(options, operands, contextOf(terminal));
    return { exitCode, output: terminal.output(), complaints: terminal.complaints };
  }

  it('asks with options', async () => {
    const options = { where: 'risk_level=high and line_number>=3', 'group-by': 'pattern,timestamp:day' } as const;
    expect((await run({ ...options, aggregate: 'count,max:line_number', 'order-by': 'count:desc' })).output).toBe(
      'PATTERN        TIMESTAMP             COUNT  MAX_LINE_NUMBER\n' +
        'generic-error  2026-07-30T00:00:00Z      2               40\n',
    );
    const chosen = { from: 'events', where: 'pattern ~ gen%', select: 'line_number', limit: '1' } as const;
    expect((await run(chosen)).output).toBe('LINE_NUMBER\n         40\n');
  });

  it('asks with JSON, from an argument or from standard input', async () => {
    const query = JSON.stringify({ from: 'events', group_by: ['event_type'] });
    const expected = {
      items: [
        { event_type: 'error', count: 2 },
        { event_type: 'permission', count: 1 },
      ],
      total: 2,
    };
    expect(JSON.parse((await run({ json: true }, [query])).output)).toMatchObject(expected);
    expect(JSON.parse((await run({ json: true }, ['-'], { input: query })).output)).toMatchObject(expected);
  });

  it('lets nothing recorded out unescaped', async () => {
    const { output } = await run({ 'group-by': 'pattern' }, [], { isTerminal: true });
    expect(output).toContain('other\\x1b[2J');
  });

  it.each<[Parameters<typeof run>[0], string[], RegExp]>([
    [{ where: 'risk' }, [], /--where takes field=value/],
    [{ where: 'risk=high' }, [], /where\.and\.0\.field: there is no "risk" in events/],
    [{ where: 'line_number=x' }, [], /compared with a number/],
    [{ 'order-by': 'count' }, [], /there is no "count" in the answer/],
    [{}, ['{"from":'], /is no JSON/],
    [{}, ['[]'], /this query is wrong/],
    [{ from: 'events' }, ['{}'], /leave out the other options/],
    [{ limit: '0' }, [], /--limit/],
  ])('says what is wrong: %j %j', async (options, operands, message) => {
    const { exitCode, complaints } = await run(options, operands);
    expect(exitCode).toBe(64);
    expect(complaints.at(-1)).toMatch(message);
  });
});

describe('ridealong stats', () => {
  async function run(options: Parameters<typeof statsCommand.run>[0], operands: string[] = [], form: Form = {}) {
    const terminal = captureTerminal(form);
    const exitCode = await statsCommand.run(options, operands, contextOf(terminal));
    return { exitCode, output: terminal.output(), complaints: terminal.complaints };
  }

  it('lists agents and patterns', async () => {
    const { output } = await run({});
    expect(output).toMatch(/^AGENT .*\nclaude +1 +0 +3 +2 /);
    expect(output).toMatch(/\n\nPATTERN .*\ngeneric-error +error +high +2 +1 /);
    expect(JSON.parse((await run({ json: true })).output)).toMatchObject({ agents: [{}], patterns: [{}, {}] });
  });

  it('sums up an agent or a pattern', async () => {
    expect((await run({}, ['claude'])).output).toMatch(/^claude\n {2}sessions +1 \(0 failed, 1 running\)\n/);
    expect((await run({}, ['generic-error'])).output).toMatch(/found +2 times in 1 sessions\n[^]*agents +2 claude\n/);
    expect((await run({}, ['other\x1b[2J'])).output).not.toContain('\x1b');
  });

  it('shows trends', async () => {
    const { output } = await run({ trends: true, since: '3d' }, ['claude']);
    expect(output.split('\n')).toEqual([
      '2026-07-28  0',
      '2026-07-29  0',
      `2026-07-30  3  ${'#'.repeat(30)}`,
      '2026-07-31  0',
      '',
    ]);
    const [trend] = JSON.parse((await run({ trends: true, metric: 'errors', json: true })).output) as unknown[];
    expect(trend).toMatchObject({ key: null, total: 2 });
  });

  it('says what is wrong', async () => {
    expect(await run({}, ['nobody'])).toMatchObject({
      exitCode: 1,
      complaints: [expect.stringContaining('no agent or pattern')],
    });
    expect(await run({ metric: 'errors' })).toMatchObject({
      exitCode: 64,
      complaints: [expect.stringContaining('add --trends')],
    });
  });
});
