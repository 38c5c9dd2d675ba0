import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logsCommand } from '../../../src/cli/commands/logs.ts';
import { ok } from '../../../src/domain/result.ts';
import { captureTerminal, contextWith, session, sessionId } from '../fixtures.ts';

const recorded = `\u001b[32mgreen\u001b[0m\r\n${'日本\u001b[1mx\u0007\n'.repeat(30_000)}`;
const asText = `green\n${'日本x\\x07\n'.repeat(30_000)}`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ridealong-logs-'));
  writeFileSync(join(folder, 'stdout.log'), recorded);
  writeFileSync(join(folder, 'stderr.log'), 'an error\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(
  options: Parameters<typeof logsCommand.run>[0],
  given: { stderrPath?: null; stdoutPath?: string; readsUpTo?: number } = {},
) {
  const { stderrPath = join(folder, 'stderr.log'), stdoutPath = join(folder, 'stdout.log'), ...form } = given;
  const terminal = captureTerminal(form);
  const row = { ...session, stdout_log_path: stdoutPath, stderr_log_path: stderrPath };
  const exitCode = await logsCommand.run(options, ['@last'], contextWith({ findSession: () => ok(row) }, terminal));
  return { exitCode, output: terminal.output(), complaints: terminal.complaints };
}

describe('ridealong logs', () => {
  it('prints the recording as harmless text', async () => {
    expect((await run({})).output).toBe(asText);
  });

  it('prints the bytes as they are with --raw', async () => {
    expect((await run({ raw: true })).output).toBe(recorded);
  });

  it('prints standard error with --stderr', async () => {
    expect((await run({ stderr: true })).output).toBe('an error\n');
  });

  it('tells where standard error is when the session had a terminal', async () => {
    const { complaints, exitCode } = await run({ stderr: true }, { stderrPath: null });
    expect(complaints).toEqual([expect.stringContaining('leave out --stderr')]);
    expect(exitCode).toBe(0);
  });

  it('stops when nobody reads any more', async () => {
    const { output, exitCode } = await run({ raw: true }, { readsUpTo: 1 });
    expect(output.length).toBeLessThan(recorded.length);
    expect(exitCode).toBe(0);
  });

  it('tells in JSON where the recording is', async () => {
    expect(JSON.parse((await run({ json: true })).output)).toEqual({
      session_id: sessionId,
      stream: 'stdout',
      dropped: null,
      path: join(folder, 'stdout.log'),
      bytes: Buffer.byteLength(recorded),
    });
  });

  it('says when the recording is gone', async () => {
    const { exitCode, complaints } = await run({}, { stdoutPath: join(folder, 'gone') });
    expect(exitCode).toBe(74);
    expect(complaints).toEqual([expect.stringContaining('it is not there any more')]);
  });
});
