import { describe, expect, it } from 'vitest';
import { showCommand } from '../../../src/cli/commands/show.ts';
import { ok } from '../../../src/domain/result.ts';
import type { SessionSummary } from '../../../src/domain/rows.ts';
import { captureTerminal, contextWith, event, session, sessionId, summary } from '../fixtures.ts';
import { dangerous, hostileText } from '../hostile-text.ts';

async function run(
  given: SessionSummary = summary,
  options: { json?: boolean } = {},
  form: Parameters<typeof captureTerminal>[0] = {},
) {
  const terminal = captureTerminal(form);
  const reader = { findSession: () => ok(given.session), summary: () => ok(given) };
  const exitCode = await showCommand.run(options, ['@last'], contextWith(reader, terminal));
  return { exitCode, output: terminal.output() };
}

describe('ridealong show', () => {
  it('sums up a session', async () => {
    expect((await run()).output).toBe(`codex  ${sessionId}  failed

  command   codex exec 'fix the test'
  where     /work/project on box
  git       main at 0123456789ab
  started   2026-07-31T11:57:57.000Z
  took      2m 3s
  exit      1
  mode      pipe
  packs     common 1.0.0
  lines     1,234

Events 42  (risk: 2 high)
  error           2

Totals
  input tokens     12,345  (2,000 cached)
  output tokens       112
  tool calls            1
  turns                 2
  cost            $0.0045

Masked
  1,003 slack, 1 email

Risks
  high     line 12     Error: it broke at home

Last errors
  high     line 12     Error: it broke at home

Files touched
  src/a.ts

Next
  ridealong events --session ${sessionId}  every event
  ridealong code ${sessionId}              2 code blocks
  ridealong logs ${sessionId}              the recorded output
`);
  });

  it('prints the summary as one JSON document', async () => {
    expect(JSON.parse((await run(summary, { json: true })).output)).toEqual(summary);
  });

  it('leaves out what there is not', async () => {
    const bare = {
      ...summary,
      countsByType: [],
      countsByRisk: [],
      lastErrors: [],
      risks: [],
      filesTouched: [],
      redactions: [],
    };
    const { output } = await run({
      ...bare,
      totals: {
        input_tokens: null,
        output_tokens: null,
        cached_tokens: null,
        reasoning_tokens: null,
        tokens: null,
        cost_usd: null,
        tool_calls: 0,
        turns: null,
      },
      codeBlocks: 0,
      recordingPrunedAt: null,
      session: { ...session, git_branch: null, git_commit: null, exit_code: null, ended_at: null },
    });
    expect(output).toContain('Events\n  none\n');
    expect(output).toContain('so far');
    for (const heading of ['Risks', 'Last errors', 'Files touched', 'Totals', 'Masked', 'git', 'ridealong code']) {
      expect(output).not.toContain(heading);
    }
  });

  it('tells what could not be recorded', async () => {
    const { output } = await run({ ...summary, session: { ...session, gap_bytes: 1000 } });
    expect(output).toContain('1,000 bytes are not in the recording');
  });

  it('tells the lease, and why nobody knows how it ended', async () => {
    const reason = 'its wrapper was gone';
    const crashed = {
      id: 9,
      agent_name: 'codex',
      session_id: sessionId,
      timestamp: session.started_at,
      exit_code: null,
    };
    const states = [
      { ...crashed, state: 'crashed' as const, metadata_json: JSON.stringify({ kind: 'unseen', reason }) },
    ];
    const { output } = await run({
      ...summary,
      states,
      session: { ...session, lease_name: 'deploy', exit_code: null },
    });
    expect(output).toContain('\n  exit      unknown: its wrapper was gone\n');
    expect(output).toContain('\n  lease     deploy\n');
  });

  it('shortens long lists and, on a terminal, long lines', async () => {
    const long = { ...event, original_line: 'x'.repeat(500) };
    const many = { ...summary, lastErrors: Array.from({ length: 12 }, () => long) };
    const { output } = await run(many, {}, { isTerminal: true, columns: 60 });
    expect(output).toContain('and 2 more');
    const cut = output.split('\n').filter((line) => line.includes('xxx'));
    expect(cut).toHaveLength(10);
    for (const line of cut) expect(line.length).toBeLessThanOrEqual(60);
    expect((await run(many)).output).toContain('x'.repeat(500));
  });

  it('lets nothing recorded do anything to the terminal', async () => {
    for (let seed = 0; seed < 100; seed += 1) {
      const text = hostileText(seed, 20);
      const hostile = {
        ...summary,
        session: {
          ...session,
          agent_name: text,
          command_json: JSON.stringify([text]),
          working_directory: text,
          host: text,
          git_branch: text,
        },
        lastErrors: [{ ...event, original_line: text }],
        filesTouched: [text],
      };
      expect((await run(hostile)).output).not.toMatch(dangerous);
      expect((await run(hostile, { json: true })).output).not.toMatch(dangerous);
    }
  });

  it('refuses a session that is not there', async () => {
    const terminal = captureTerminal();
    expect(await showCommand.run({}, ['x'], contextWith({}, terminal))).toBe(1);
    expect(terminal.complaints).toEqual(['no session matches']);
  });
});
