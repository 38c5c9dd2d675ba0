import { describe, expect, it } from 'vitest';
import { showCommand } from '../../../src/cli/commands/show.ts';
import { ok } from '../../../src/domain/result.ts';
import type { SessionRow } from '../../../src/domain/rows.ts';
import { sampleSession } from '../../store/fixtures/samples.ts';
import { recordSession, temporaryHome } from '../../support/recorded-sessions.ts';
import { captureTerminal, contextWith, session, sessionId } from '../fixtures.ts';
import { dangerous } from '../hostile-text.ts';

/** Records a session of 123 s, which prints each text a second after the one before, and shows its screen. */
async function run(
  texts: readonly string[],
  options: Parameters<typeof showCommand.run>[0] = {},
  row: Partial<SessionRow> = {},
) {
  const terminal = captureTerminal();
  const paths = temporaryHome();
  const recorded = sampleSession({
    id: sessionId,
    mode: 'terminal',
    streams: ['stdout'],
    terminalSize: { columns: 30, rows: 4 },
  });
  const chunks = texts.map((text, second) => ({
    stream: 'stdout' as const,
    timeUs: second * 1_000_000,
    bytes: Buffer.from(text),
  }));
  recordSession(paths, recorded, chunks);
  const reader = { findSession: () => ok({ ...session, mode: 'terminal' as const, ...row }) };
  const context = { ...contextWith(reader, terminal), paths };
  const exitCode = await showCommand.run({ screen: true, ...options }, ['@last'], context);
  return { exitCode, output: terminal.output(), complaints: terminal.complaints };
}

describe('ridealong show --screen', () => {
  it('prints the text of the screen as it was left, without what is empty at its end', async () => {
    const { output, exitCode } = await run(['one  \r\n\r\n', '\x1b[31mtwo\x1b[m', '\x1b[1;1HONE']);
    expect(output).toBe('ONE\n\ntwo\n');
    expect(exitCode).toBe(0);
  });

  it.each([
    ['0', 'one\n'],
    ['1.5s', 'one two\n'],
    ['1s500ms', 'one two\n'],
    ['2m2s', 'one two three\n'],
    ['9h', 'one two three\n'],
  ])('prints it as it was --at %s', async (at, expected) => {
    expect((await run(['one', ' two', ' three'], { at })).output).toBe(expected);
  });

  it('prints the screen of a session that runs', async () => {
    expect((await run(['one', ' two'], {}, { ended_at: null })).output).toBe('one two\n');
  });

  it('prints it as JSON, with the cursor and the moment', async () => {
    const texts = ['one', '\r\ntwo'];
    const found = { session_id: sessionId, columns: 30, rows: 4 };
    expect(JSON.parse((await run(texts, { json: true, at: '0.5s' })).output)).toEqual({
      ...found,
      at_ms: 500,
      cursor: { column: 3, row: 0 },
      lines: ['one', '', '', ''],
    });
    expect(JSON.parse((await run(texts, { json: true, at: '1h' })).output)).toMatchObject({ ...found, at_ms: 123_000 });
  });

  it('lets nothing recorded do anything to the terminal', async () => {
    const texts = ['\x1b]0;title\x07\x1b[5mblink \u202etxt\u2028 \u{e0041}\x9b31m \x01'];
    expect((await run(texts)).output).not.toMatch(dangerous);
    expect((await run(texts, { json: true })).output).not.toMatch(dangerous);
  });

  it('refuses a session that has no screen', async () => {
    const { complaints, exitCode } = await run(['one'], {}, { mode: 'pipe' });
    expect(complaints).toEqual([
      `session ${sessionId} ran in a pipe: it has no screen; ridealong logs prints its output`,
    ]);
    expect(exitCode).toBe(64);
  });

  it('refuses a time that is none', async () => {
    const { complaints, exitCode } = await run(['one'], { at: 'noon' });
    expect(complaints).toEqual(['--at takes 12.5s, 500ms, 3m or 1h, not "noon"']);
    expect(exitCode).toBe(64);
  });

  it('refuses a time without the screen', async () => {
    const { complaints, exitCode } = await run(['one'], { at: '1s', screen: false });
    expect(complaints).toEqual(['--at tells when to look at the screen: add --screen']);
    expect(exitCode).toBe(64);
  });
});
