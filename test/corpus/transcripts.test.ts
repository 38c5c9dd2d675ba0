import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/domain/chunk.ts';
import type { Event } from '../../src/domain/event.ts';
import { agentOfMessages } from '../../src/extract/agent-of-messages.ts';
import { packsForAgent } from '../../src/extract/packs-for-agent.ts';
import { readJsonLines } from '../../src/recording/foreign/read-json-lines.ts';
import { openSource } from '../../src/recording/foreign/source-file.ts';
import { eventsOfCapture, shippedPacks } from './extraction.ts';

/*
 * Transcripts that agents kept of real sessions (long texts in them are cut short), and what happened in those.
 */

const folder = fileURLToPath(new URL('./transcripts', import.meta.url));

/** What the transcript tells, in order, imported as by `ridealong import` but for nobody in particular. */
function eventsIn(name: string): Event[] {
  const file = openSource(join(folder, `${name}.jsonl`));
  if (!file.ok) throw new Error(file.failure.message);
  let offset = 0;
  const moments: Chunk[] = [];
  for (const entry of readJsonLines(file.value).entries) {
    if (entry.kind !== 'output') throw new Error(`it has a ${entry.kind}`);
    const { timeUs, bytes } = entry;
    moments.push({ stream: 'stdout', offset, timeUs, bytes });
    offset += bytes.length;
  }
  file.value.close();
  const endUs = moments.at(-1)?.timeUs ?? 0;
  return eventsOfCapture('unknown', { mode: 'stream', moments, ending: { kind: 'untold' }, endUs });
}

const said = [
  'response response_line: The command printed `hi`, and `ls` failed because `nonexist` does not exist.',
  'code_block code_block: echo hi; ls nonexist',
  'response response_line: All finished.',
];

const expected: Readonly<Record<string, { readonly agent: string; readonly events: readonly string[] }>> = {
  'codex-tool': {
    agent: 'codex',
    events: [
      'session codex_kept_session: 01a1f9df-1f44-7cb0-af96-4dc50141e8d0',
      'session codex_kept_settings: gpt-6-sol',
      'prompt prompt_line: do it [mock:tool]',
      'response response_line: I will run a shell command.',
      'tool_use shell_command: echo hi; ls nonexist',
      'error codex_kept_command_failed: echo hi; ls nonexist',
      "error no_such_file: ls: cannot access 'nonexist': No such file or directory",
      'metric codex_kept_usage: 56',
      ...said,
      'metric codex_kept_usage: 56',
      'state_change codex_kept_turn_done: codex_kept_turn_done',
      'metric codex_kept_turns: 482',
    ],
  },
  'codex-400': {
    agent: 'codex',
    events: [
      'session codex_kept_session: 01a1f9e6-9d37-7f83-87f3-7166c3e41f62',
      'session codex_kept_settings: gpt-6-sol',
      'prompt prompt_line: do it [mock:400]',
      'error codex_kept_turn_failed: {"error":{"message":"Bad request (mock)","type":"invalid_request_error","code":"bad_request","param":null}}',
      'metric codex_kept_turns: 83',
    ],
  },
  'claude-tool': {
    agent: 'claude',
    events: [
      'prompt prompt_line: do it [mock:tool]',
      'session claude_kept_session: e519dbdd-92b1-4c7b-9fcf-a9deeeba376b',
      'response response_line: I will run a shell command.',
      'metric claude_kept_usage: 56',
      'tool_use shell_command: echo hi; ls nonexist',
      'error claude_exit_code: Exit code 2',
      "error no_such_file: ls: cannot access 'nonexist': No such file or directory",
      ...said,
      'metric claude_kept_usage: 56',
      'metric claude_kept_cost: 0.0045119999999999995',
    ],
  },
  'claude-write': {
    agent: 'claude',
    events: [
      'prompt prompt_line: do it [mock:write]',
      'session claude_kept_session: 9a29e193-0f1a-4252-b743-3c97c4e2342f',
      'response response_line: I will run a shell command.',
      'metric claude_kept_usage: 56',
      String.raw`tool_use shell_command: printf 'made by mock\n' > mock-file.txt`,
      'permission claude_kept_denial: user-rejected',
      ...said,
      'metric claude_kept_usage: 56',
      'metric claude_kept_cost: 0.0045119999999999995',
    ],
  },
  'claude-400': {
    agent: 'claude',
    events: [
      'prompt prompt_line: do it [mock:400]',
      'session claude_kept_session: 1b086282-27ab-4ad6-a079-32dd4e147362',
      'error claude_api_error: API Error: 400 Bad request (mock)',
      'metric claude_kept_cost: 0',
    ],
  },
};

/** Every model call reported 1234 tokens of input, 1000 of them cached, and 56 of output. */
const twoCalls = { input_tokens: 2468, output_tokens: 112, 'cache_read.input_tokens': 2000 };

describe.each(readdirSync(folder).map((file) => file.replace(/\.jsonl$/, '')))('the transcript %s', (name) => {
  it('tells what happened, once', () => {
    const events = eventsIn(name);
    expect(
      events.map(({ type, pattern, matchedValue }) => `${type} ${pattern}: ${matchedValue.replaceAll('\n', '↵')}`),
    ).toEqual(expected[name]?.events);
  });

  it('tells whose it is', () => {
    const lines = readFileSync(join(folder, `${name}.jsonl`), 'utf8').split('\n');
    expect(agentOfMessages(packsForAgent(shippedPacks(), 'unknown'), lines)).toBe(expected[name]?.agent);
  });

  it('counts tokens as the agent did', () => {
    const totals = Object.fromEntries(
      Object.keys(twoCalls).map((kind) => [kind, sumOf(eventsIn(name), `gen_ai.usage.${kind}`)]),
    );
    const none = { input_tokens: 0, output_tokens: 0, 'cache_read.input_tokens': 0 };
    expect(totals).toEqual(name.endsWith('-400') ? none : twoCalls);
  });
});

const sumOf = (events: readonly Event[], name: string) =>
  events.reduce((sum, { metadata }) => sum + Number(metadata?.[name] ?? 0), 0);
