import { beforeEach, expect, it } from 'vitest';
import { searchCommand } from '../../../src/cli/commands/search.ts';
import type { Paths } from '../../../src/domain/config.ts';
import { openReader } from '../../../src/store/open-reader.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { addEvents, sampleEvent, sampleId, sampleSession, valueOf } from '../../store/fixtures/samples.ts';
import { temporaryHome } from '../../support/recorded-sessions.ts';
import { captureTerminal, contextWith } from '../fixtures.ts';
import { dangerous, hostileText } from '../hostile-text.ts';

let paths: Paths;
beforeEach(() => {
  paths = temporaryHome();
  const store = valueOf(openStore(paths));
  addEvents(store, sampleSession({ mode: 'terminal' }), [
    sampleEvent({ originalLine: 'connection refused here', matchedValue: 'refused' }),
    sampleEvent({ originalLine: 'refused connection there', lineNumber: 9 }),
    sampleEvent({ originalLine: `needle ${hostileText(1, 40)} needle` }),
  ]);
  store.close();
});

type Options = Parameters<typeof searchCommand.run>[0];

async function run(words: string[], options: Options = {}, form: Parameters<typeof captureTerminal>[0] = {}) {
  const terminal = captureTerminal(form);
  const exitCode = await searchCommand.run(options, words, {
    ...contextWith({}, terminal),
    paths,
    openStore: () => Promise.resolve(openReader(paths.database)),
  });
  return { exitCode, output: terminal.output(), complaints: terminal.complaints };
}

it('prints a line for each place, and what is not in the index yet', async () => {
  const { exitCode, output, complaints } = await run(['connection', 'here']);
  expect(output).toBe(
    '2025-06-01T12:00:00.124500Z  claude    01A0000000  error           line 3      connection refused here\n',
  );
  expect(complaints).toEqual([
    'not searched, because it is not in the index yet: 0.0 MB of a session; --wait waits for it',
  ]);
  expect(exitCode).toBe(0);
});

it('takes for a phrase what the shell had in quotes', async () => {
  expect((await run(['connection refused'])).output.split('\n')).toHaveLength(2);
  expect((await run(['connection', 'refused'])).output.split('\n')).toHaveLength(3);
  expect((await run(['conn*', 'refused'], { limit: '1' })).output.split('\n')).toHaveLength(2);
});

it('takes filters', async () => {
  expect((await run(['refused'], { agent: 'codex' })).output).toBe('');
  expect((await run(['refused'], { session: '@last', kind: 'event', type: 'error' })).output).not.toBe('');
  expect((await run(['refused'], { kind: 'code,line' })).complaints.at(-1)).toBe('nothing was found');
  expect((await run(['refused'], { since: '1d' })).output).toBe('');
});

it('highlights on a terminal, within its width, and lets nothing recorded out unescaped', async () => {
  const { output } = await run(['needle'], {}, { isTerminal: true, columns: 100, colour: true });
  expect(output).toContain('\x1b[1m\x1b[33mneedle\x1b[39m\x1b[22m');
  const plain = output.replaceAll(/\x1b\[\d+m/g, '');
  expect(plain.trimEnd().length).toBeLessThanOrEqual(100);
  expect(plain.trimEnd()).not.toMatch(dangerous);
  expect((await run(['needle'], { json: true })).output).not.toMatch(dangerous);
});

it('prints JSON with the lag', async () => {
  expect(JSON.parse((await run(['here'], { json: true })).output)).toMatchObject({
    items: [{ kind: 'event', session_id: sampleId('01A'), line_number: 3 }],
    total: 1,
    lag: { events: 0, sessions: 1 },
  });
});

it.each<[string[], Options, RegExp]>([
  [['"open'], {}, /phrase begins with "/],
  [['a*'], {}, /at least 3 letters/],
  [['x'], { kind: 'file' }, /--kind takes event, code, line/],
  [['x'], { limit: '0' }, /--limit/],
  [['x'], { session: '01Z' }, /no session matches/],
])('says what is wrong: %j %j', async (words, options, message) => {
  const { exitCode, complaints } = await run(words, options);
  expect(exitCode).not.toBe(0);
  expect(complaints.at(-1)).toMatch(message);
});
