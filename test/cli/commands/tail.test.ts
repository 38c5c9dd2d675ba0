import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tailCommand } from '../../../src/cli/commands/tail.ts';
import type { EventStore } from '../../../src/domain/ports.ts';
import { openReader } from '../../../src/store/open-reader.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { buildProgram, startCommitting } from '../../store/fixtures/committing.ts';
import {
  addEvents,
  end,
  sampleEvent,
  sampleId,
  sampleSession,
  temporaryPaths,
  valueOf,
} from '../../store/fixtures/samples.ts';
import { captureTerminal, contextWith } from '../fixtures.ts';
import { dangerous, hostileText } from '../hostile-text.ts';

let paths: ReturnType<typeof temporaryPaths>;
let store: EventStore;
const claude = sampleSession();
const codex = sampleSession({ id: sampleId('01B'), agent: 'codex', startedAt: '2025-06-01T13:00:00.000Z' });

beforeEach(() => {
  paths = temporaryPaths();
  store = valueOf(openStore(paths));
  addEvents(store, claude, [sampleEvent({ pattern: 'first' }), sampleEvent({ pattern: 'second', risk: 'critical' })]);
  addEvents(store, codex, [sampleEvent({ pattern: 'third', type: 'permission' })]);
  end(store, claude, { kind: 'exited', code: 3 });
});

afterEach(() => store.close());

type Options = Parameters<typeof tailCommand.run>[0];

async function run(
  options: Options,
  {
    session,
    form,
    lines = Infinity,
  }: { session?: string; form?: Parameters<typeof captureTerminal>[0]; lines?: number } = {},
) {
  const terminal = captureTerminal(form);
  const context = contextWith(
    {},
    {
      ...terminal,
      // Nobody reads more lines than these.
      write: async (data) => (await terminal.write(data)) && terminal.output().split('\n').length <= lines,
    },
  );
  const exitCode = await tailCommand.run(options, session === undefined ? [] : [session], {
    ...context,
    paths: { ...context.paths, database: paths.database },
    openStore: () => Promise.resolve(openReader(paths.database)),
  });
  return { exitCode, output: terminal.output(), complaints: terminal.complaints };
}

/** What is told behind time, agent and session. */
const told = (output: string) =>
  output
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/).slice(3).join(' '));

const everything = [
  'state starting',
  'error low first Error: no',
  'error critical second Error: no',
  'state starting',
  'permission low third Error: no',
  'state failed',
  'complete failed exit 3, took 5m 0s, 2 events',
];

describe('ridealong tail', () => {
  it('prints a line per event, state and end, with its time, agent and session in front', async () => {
    const { exitCode, output, complaints } = await run({});
    expect(output.split('\n')[1]).toMatch(
      /^2025-06-01T12:00:00.124500Z {2}claude {4}01A0000000 {2}error {11}low {7}first {2}Error: no$/,
    );
    expect(told(output)).toEqual(everything);
    expect({ exitCode, complaints }).toEqual({ exitCode: 0, complaints: [] });
  });

  it('prints the last ones, as many as asked for', async () => {
    expect(told((await run({ limit: '2' })).output)).toEqual(everything.slice(-2));
  });

  it('goes on from a cursor, from everything or from a time, and ends after so many', async () => {
    const cursorOf = async (limit: string) => {
      const { output } = await run({ since: '0', limit, json: true });
      return String((JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as { cursor: number }).cursor);
    };
    expect(told((await run({ since: '0' })).output)).toEqual(everything);
    expect(told((await run({ since: '0', limit: '2' })).output)).toEqual(everything.slice(0, 2));
    expect(told((await run({ since: await cursorOf('3') })).output)).toEqual(everything.slice(3));
    expect(told((await run({ since: '2025-06-01T12:30:00Z' })).output)).toEqual(everything.slice(3));
    expect((await run({ since: '1h' })).output).toBe('');
  });

  it('takes filters', async () => {
    expect(told((await run({ agent: 'codex' })).output)).toEqual(everything.slice(3, 5));
    expect(told((await run({ kinds: 'state, complete' }, { session: claude.id })).output)).toEqual([
      'state starting',
      'state failed',
      'complete failed exit 3, took 5m 0s, 2 events',
    ]);
    expect(told((await run({ kinds: 'extraction', risk: 'critical' })).output)).toEqual([everything[2]]);
    expect(told((await run({ kinds: 'extraction', type: 'permission' })).output)).toEqual([everything[4]]);
    expect(told((await run({ kinds: 'extraction', pattern: 'first', since: '0' })).output)).toEqual([everything[1]]);
  });

  it('prints one JSON object per line, with the cursor', async () => {
    const { output } = await run({ json: true, limit: '3' });
    const messages = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(messages).toEqual([
      expect.objectContaining({ type: 'extraction', agent: 'codex', session_id: codex.id, pattern: 'third' }),
      expect.objectContaining({ type: 'state', agent: 'claude', state: 'failed', exit_code: 3 }),
      expect.objectContaining({ type: 'complete', timestamp: '2025-06-01T12:05:00.000Z', cursor: 7 }),
    ]);
  });

  it('prints no more columns than the terminal has', async () => {
    addEvents(store, codex, [sampleEvent({ matchedValue: '界'.repeat(300) })]);
    for (const columns of [20, 60, 100]) {
      const { output } = await run({}, { form: { isTerminal: true, columns } });
      for (const line of output.split('\n')) {
        expect(line.length + (line.match(/界/g)?.length ?? 0)).toBeLessThanOrEqual(columns);
      }
    }
  });

  it('lets nothing recorded do anything to the terminal, in any form', async () => {
    for (let seed = 0; seed < 40; seed += 1) {
      addEvents(
        store,
        { ...codex, id: sampleId(`01H${String(seed).padStart(2, '0')}`), agent: hostileText(seed + 2, 3) },
        [
          sampleEvent({
            pattern: hostileText(seed, 5),
            matchedValue: hostileText(seed + 1, 30),
            originalLine: hostileText(seed + 3, 30),
          }),
        ],
      );
    }
    for (const json of [false, true]) {
      for (const isTerminal of [false, true]) {
        const { output } = await run({ since: '0', json }, { form: { isTerminal } });
        expect(output.trimEnd().split('\n')).toHaveLength(everything.length + 2 * 40);
        expect(output).not.toMatch(dangerous);
      }
    }
  });

  it('says when nothing matches', async () => {
    expect(await run({ agent: 'nobody' })).toEqual({ exitCode: 0, output: '', complaints: ['nothing matches'] });
  });

  it.each<[Options, string]>([
    [{ kinds: 'state,x' }, '--kinds takes extraction, state, complete, log with commas between them, not "x"'],
    [{ kinds: 'log' }, '--kinds log goes with --follow; `ridealong logs` prints what was recorded'],
    [{ since: 'soon' }, '--since takes a cursor, 0, 7d, 12h, 30m, or an ISO date such as 2026-01-31, not "soon"'],
    [{ limit: '0' }, '--limit takes a whole number from 1 to 10000, not "0"'],
  ])('refuses %j', async (options, complaint) => {
    expect(await run(options)).toEqual({ exitCode: 64, output: '', complaints: [complaint] });
  });

  it('refuses a session that is not there, and a cursor that the database does not reach', async () => {
    expect(await run({}, { session: '01Z' })).toMatchObject({ exitCode: 1, output: '' });
    expect(await run({ since: '5000' })).toMatchObject({
      exitCode: 1,
      complaints: [
        'cursor 5000 is behind the end of the feed, 7: it is of another database, or this one was rebuilt; read on from 0',
      ],
    });
  });
});

describe('ridealong tail --follow', () => {
  it('goes on with what another process commits, until nobody reads any more', async () => {
    const program = await buildProgram('committing-process');
    const { child, outcome } = await startCommitting(program, paths, '01P', 30);
    const following = run({ follow: true, limit: '1', json: true }, { lines: 1 + 1 + 2 * 30 });
    child.send('go');
    const { exitCode, output, complaints } = await following;
    expect(await outcome).toBe('exit 0');
    expect({ exitCode, complaints }).toEqual({ exitCode: 0, complaints: [] });

    const afterwards = await run({ since: '0', json: true });
    expect(output.trimEnd().split('\n')).toEqual(
      afterwards.output
        .trimEnd()
        .split('\n')
        .slice(everything.length - 1),
    );
  });

  it('ends after so many when it was told from where on', async () => {
    const { output } = await run({ follow: true, since: '0', limit: '3' });
    expect(told(output)).toEqual(everything.slice(0, 3));
  });
});
