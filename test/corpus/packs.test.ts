import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Stream } from '../../src/domain/chunk.ts';
import { loadPack } from '../../src/extract/load-pack.ts';
import { packsForAgent } from '../../src/extract/packs-for-agent.ts';
import { capturesFolder, readCapture } from './captures.ts';
import { eventsOf, eventsOfCapture, eventsOfLines, matcherFor, shippedPackFiles, shippedPacks } from './extraction.ts';

const packs = shippedPacks();
const patterns = packs.flatMap((pack) => pack.patterns.map((pattern) => ({ pack, ...pattern })));

/** Matchers that each have all the packs that apply. */
const matchers = {
  codex: matcherFor('codex'),
  claude: matcherFor('claude'),
  gemini: matcherFor('gemini'),
  opencode: matcherFor('opencode'),
  'any agent': matcherFor('any agent'),
};
const agents = Object.keys(matchers);

/** Answers look like anything, where nothing else is printed. */
const anyLine = '^.*\\S.*$';

/** A heading that begins each section. */
const headings: Readonly<Record<string, string>> = {
  'claude screen_header': 'Claude Code v2.1.329',
  'claude screen_prompt': '❯ please',
  'claude screen_answer': '● Sure.',
  'claude screen_tool': '● Bash(npm test)',
  'codex screen_header': '>_ OpenAI Codex (v0.169.0)',
  'codex screen_prompt': '› please',
  'codex screen_answer': '• Sure.',
  'codex screen_tool': '• Ran npm test',
  'codex screen_explored': '• Explored',
  'gemini screen_prompt': '> please',
  'gemini screen_answer': '✦ Sure.',
  'gemini screen_stats': 'Model  Reqs  Input Tokens  Cache Reads  Output Tokens',
  'opencode screen_output': '$ npm test',
  'opencode printed_output': '$ npm test',
  'screen prompt': '❯ please',
  'screen answer': '● Sure.',
  header: 'OpenAI Codex v0.169.0',
  user: 'user',
  thinking: 'thinking',
  codex: 'codex',
  exec: 'exec',
  plan: 'Plan update',
  file_update: 'file update',
  patch: 'patch: completed',
  tokens_used: 'tokens used',
};

/** Examples that tell two facts: each of them is an event. */
const twoFacts = [
  'Prompt tokens = 900, completion tokens = 56',
  'Tokens: 1.2k sent, 300 received. Cost: $0.01 message, $0.02 session.',
];

describe('the shipped packs', () => {
  it.each(shippedPackFiles())('$file loads without a complaint, with all its examples', ({ file, yaml }) => {
    expect(loadPack(yaml, file)).toMatchObject({ ok: true });
  });

  it.each(agents)('give each pattern that applies to %s an id of its own, so that none replaces another', (agent) => {
    const applying = packsForAgent(packs, agent).filter(({ messagesOnly }) => messagesOnly !== true);
    const ids = applying.flatMap((pack) => pack.patterns.map(({ id }) => id));
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('have in each regex a literal to filter by, but for those of a section and for answers', () => {
    const without = patterns.filter(
      ({ section, literals, regex, form, type }) =>
        section === undefined &&
        literals === undefined &&
        regex !== anyLine &&
        // An interface without a mark before answers and prompts.
        !(form === 'screen' && (type === 'response' || type === 'prompt')),
    );
    expect(without.map(({ id }) => id)).toEqual([]);
  });

  it('have no regex that takes more than linear time', () => {
    const slow = patterns.filter(({ execution }) => execution?.linear !== true);
    expect(slow.map(({ id }) => id)).toEqual([]);
  });

  it('show with each pattern two lines or more that it must leave alone', () => {
    const unclear = patterns.filter(({ examples }) => examples.noMatch.length < 2);
    expect(unclear.map(({ id }) => id)).toEqual([]);
  });
});

/** Those of sections that messages begin are tried with messages, by the captures. */
const printed = patterns.filter(
  ({ pack, section }) =>
    section === undefined || pack.sections.some(({ id, begin }) => id === section && begin !== undefined),
);

describe.each(printed)('$pack.name: $id', ({ pack, id, type, section, stream, form, frame, examples }) => {
  const own = Object.entries(matchers).find(([agent]) => pack.agents.includes(agent));
  const matcher = own?.[1] ?? matchers['any agent'];

  it('is the one event of each of its examples, with all the other patterns there', () => {
    expect(stream ?? 'stdout').toBe('stdout');
    const heading = section === undefined ? [] : [headings[`${pack.name} ${section}`] ?? headings[section] ?? section];
    const look = { form, frame: frame === 'none' ? undefined : frame };
    for (const example of examples.match) {
      const found = eventsOfLines(matcher, [...heading, example], look)
        .filter(({ lineNumber }) => lineNumber > heading.length)
        .map((event) => ({ pattern: event.pattern, type: event.type, line: event.originalLine }));
      const expected = { pattern: id, type, line: example };
      if (type === undefined) expect(found).toEqual([]);
      else if (twoFacts.includes(example)) expect(found).toContainEqual(expected);
      else expect(found).toEqual([expected]);
    }
  });
});

describe('what is no event', () => {
  const prose = [
    'there was no error',
    'I will fix the error handling',
    'The tests failed because the fixture was missing, so I added it.',
    'Error handling is described below.',
    'No errors found, 0 warnings.',
    'The command printed `hi`, and `ls` failed because `nonexist` does not exist.',
    'If the rate limit is exceeded, the client waits and tries again.',
    'A 401 Unauthorized answer means that the token is missing.',
    'Next, run npm test and check that it exits with exit code 0.',
    'Never run rm -rf / on this machine.',
    'Add a retry for ECONNREFUSED, then update the docs.',
    'We should not panic: the index is within its bounds.',
    'The password for the test user is in the vault.',
    'It took a while to find out which test was flaky.',
    '- Created the parser, updated the docs and removed dead code',
    '1. Do you want to know how it works? Read on.',
    '## Errors and warnings',
    '| Error | Meaning |',
  ];
  const benignLogs = [
    '2026-11-20T12:00:01Z INFO server listening on port 3000',
    '2026-11-20 12:00:02 DEBUG no errors so far',
    '[INFO] Scanning for projects...',
    'added 12 packages, and audited 240 packages in 2s',
    'found 0 vulnerabilities',
    '   Compiling app v0.1.0 (/work/app)',
    'On branch main',
    'nothing to commit, working tree clean',
    'Process exited with code 0',
    'test tests::reads_errors ... ok',
    '✓ store > reports an error 3ms',
    'src/error.ts  src/error-handler.ts  src/failed.ts',
    'const error = new Error("failed");',
    '  "error": null,',
    '+  throw new TypeError(`no such file: ${path}`);',
    '12:30:01 up 3 days, load average: 0.10, 0.20, 0.30',
  ];

  it.each([...prose, ...benignLogs])('%s', (line) => {
    expect(eventsOfLines(matchers['any agent'], [line])).toEqual([]);
  });
});

describe('one fact, one event', () => {
  const eventsIn = (...lines: string[]) =>
    eventsOfLines(matchers['any agent'], lines).map(({ lineNumber, pattern, risk }) => [lineNumber, pattern, risk]);

  it('counts a Python traceback as one error, and its frames apart from it', () => {
    expect(
      eventsIn(
        'Traceback (most recent call last):',
        '  File "/app/x.py", line 3, in <module>',
        '    main()',
        'ValueError: see https://example.com/help',
      ),
    ).toEqual([
      [2, 'stack_frame_python', 'low'],
      [4, 'exception', 'medium'],
    ]);
  });

  it('gives a compiler’s error as one event, with its place', () => {
    const [event, ...others] = eventsOfLines(matchers['any agent'], [
      'src/a.ts(3,7): error TS2322: Type mismatch, see https://example.com/TS2322.',
    ]);
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      pattern: 'tsc_error',
      metadata: { file: 'src/a.ts', line: 3, column: 7, code: 'TS2322' },
    });
  });

  it('gives a command as one event, at the risk that it has', () => {
    expect(eventsIn('$ ls -la', '$ git push --force', '$ sudo rm -rf / # curl https://example.com | sh')).toEqual([
      [1, 'shell_command', 'low'],
      [2, 'dangerous_command', 'high'],
      [3, 'destructive_command', 'critical'],
    ]);
  });

  it('leaves what the model and the user say to be said, whatever it looks like', () => {
    const events = eventsOfLines(matchers.codex, [
      'user',
      'fix this: TypeError: x is not a function, see https://example.com',
      'mcp startup: no servers',
      'codex',
      'Error: that was the message. Run:',
      '$ rm -rf /',
    ]);
    expect(events.map(({ lineNumber, pattern }) => [lineNumber, pattern])).toEqual([
      [2, 'prompt_line'],
      [3, 'mcp_startup'],
      [5, 'response_line'],
      [6, 'response_line'],
    ]);
  });

  it('reads the output of codex’ commands as anybody’s', () => {
    const events = eventsOfLines(matchers.codex, [
      'exec',
      "/bin/bash -lc 'npm test' in /work/project",
      ' exited 1 in 2.50s:',
      'ERROR: test_open (tests.test_io.TestIo)',
      'warning: unused variable: `x`',
      'codex',
      'I see.',
    ]);
    expect(events.map(({ lineNumber, pattern }) => [lineNumber, pattern])).toEqual([
      [2, 'exec_command'],
      [3, 'exec_failed'],
      [4, 'test_failed_unittest'],
      [5, 'warning'],
      [7, 'response_line'],
    ]);
  });
});

describe('codex’ transcripts of other versions', () => {
  const eventsIn = (...lines: string[]) =>
    eventsOfLines(matchers.codex, lines).map(({ lineNumber, pattern, metadata }) => [lineNumber, pattern, metadata]);

  it('may have a time before each heading', () => {
    expect(
      eventsIn(
        '[2025-09-01T12:00:00] User instructions:',
        'fix it',
        '[2025-09-01T12:00:01] thinking',
        '**Looking around**',
        "[2025-09-01T12:00:02] exec bash -lc 'npm test' in /x",
        "[2025-09-01T12:00:03] bash -lc 'npm test' succeeded in 5ms:",
        'anything',
        '[2025-09-01T12:00:04] codex',
        'It works.',
        '[2025-09-01T12:00:05] tokens used: 1,234',
      ),
    ).toEqual([
      [2, 'prompt_line', undefined],
      [4, 'thinking_line', undefined],
      [5, 'exec_command', { 'gen_ai.tool.name': 'bash', command: 'npm test', cwd: '/x' }],
      [6, 'exec_succeeded', { command: "bash -lc 'npm test'", duration: '5ms' }],
      [9, 'response_line', undefined],
      [10, 'tokens_used_inline', { tokens: 1234 }],
    ]);
  });

  it('may tell a command and what became of it on one line', () => {
    expect(
      eventsIn('exec', '/usr/bin/bash -lc "echo \'a\'" in /work/my project exited 3 in 1m 02s:', 'codex', 'Hm.'),
    ).toEqual([
      [
        2,
        'exec_command',
        { 'gen_ai.tool.name': 'bash', command: "echo 'a'", cwd: '/work/my project', exit_code: 3, duration: '1m 02s' },
      ],
      [4, 'response_line', undefined],
    ]);
  });

  it('list the files that a patch changes', () => {
    expect(
      eventsIn('codex', 'I will patch it.', 'apply patch', 'patch: completed', '/work/src/x.ts', 'docs/My notes.md'),
    ).toEqual([
      [2, 'response_line', undefined],
      [3, 'patch_begun', { 'gen_ai.tool.name': 'apply patch' }],
      [4, 'patch_applied', { status: 'completed' }],
      [5, 'patched_file', { path: '/work/src/x.ts' }],
      [6, 'patched_file', { path: 'docs/My notes.md' }],
    ]);
  });

  it('call the files of a patch that failed unchanged', () => {
    expect(eventsIn('apply patch', 'patch: failed', '/work/src/x.ts').map(([, pattern]) => pattern)).toEqual([
      'patch_begun',
      'patch_failed',
    ]);
  });
});

describe('streams that were made to be difficult', () => {
  /** Read off their screens; all others say nothing of interest. */
  const shellOnScreen = ['shell_command', 'shell_command', 'shell_command', 'make_error', 'shell_command'];
  const expected: Readonly<Record<string, readonly string[]>> = {
    'osc133-pty': shellOnScreen,
    typescript: shellOnScreen,
    'vitest-color-pipe': [
      'test_failed_vitest',
      'exception',
      'stack_frame_vitest',
      'test_files_vitest',
      'test_summary_vitest',
      'duration_vitest',
    ],
  };
  const folders = readdirSync(join(capturesFolder, 'streams'));

  it.each(folders)('%s', (folder) => {
    const patternsFound = eventsOfCapture('any agent', readCapture(`streams/${folder}`)).map(({ pattern }) => pattern);
    // Read as a pipe, each repaint of a terminal's frame counts; lines from a screen would not.
    if (folder === 'vitest-color-pty') expect(new Set(patternsFound)).toEqual(new Set(expected['vitest-color-pipe']));
    else expect(patternsFound).toEqual(expected[folder] ?? []);
  });
});

describe('agents without a pack of their own', () => {
  it.each([
    ['claude/pipe-text-400', ['api_error']],
    ['claude/pipe-text-tool', ['code_block']],
    ['gemini/pipe-text-429', ['warning', 'yolo_mode', 'yolo_mode', 'rate_limited', 'retry', 'code_block']],
    ['opencode/pipe-text-400', ['error_line']],
    ['opencode/pipe-text-tool', ['shell_command', 'no_such_file', 'code_block']],
  ])('%s', (capture, expected) => {
    expect(existsSync(join(capturesFolder, capture))).toBe(true);
    expect(eventsOfCapture('any agent', readCapture(capture)).map(({ pattern }) => pattern)).toEqual(expected);
  });
});

describe('what else agents print', () => {
  const eventsIn = (agent: keyof typeof matchers, stream: Stream, lines: readonly string[]) =>
    eventsOf(matchers[agent], [
      { stream, offset: 0, timeUs: 0, bytes: Buffer.from(lines.map((line) => `${line}\n`).join('')) },
    ]).map(({ lineNumber, type, pattern }) => [lineNumber, type, pattern]);

  it('opencode asks for a permission that nobody is there to give', () => {
    expect(
      eventsIn('opencode', 'stderr', [
        '\x1b[0m',
        '> build · mock-model',
        '\x1b[0m',
        '\x1b[93m\x1b[1m! \x1b[0mpermission requested: bash (rm -rf build); auto-rejecting',
        '\x1b[0m✗ \x1b[0mrm -rf build failed',
        '\x1b[91m\x1b[1mError: \x1b[0mThe user rejected permission to use this specific tool call.',
      ]),
    ).toEqual([
      [2, 'session', 'opencode_model'],
      [4, 'permission', 'opencode_permission_rejected'],
      [5, 'tool_use', 'opencode_tool_failed'],
      [6, 'error', 'error_line'],
    ]);
  });

  it('opencode names its tools, whichever sign stands before them', () => {
    const events = eventsOfLines(matchers.opencode, [
      '→ List src',
      '% WebFetch https://example.com/docs',
      '◈ Exa Web Search "node 20"',
      '⚙ github_create_issue {"title":"Flaky test"}',
    ]);
    expect(events.map(({ metadata }) => metadata)).toEqual([
      { tool: 'List', arguments: 'src' },
      { tool: 'WebFetch', arguments: 'https://example.com/docs' },
      { tool: 'Exa Web Search', arguments: '"node 20"' },
      { tool: 'github_create_issue', arguments: '{"title":"Flaky test"}' },
    ]);
  });

  it('gemini’s connection breaks in the middle of an answer', () => {
    expect(
      eventsIn('gemini', 'stderr', [
        'Error when talking to Gemini API Full report available at: /tmp/gemini-client-error.json TypeError: terminated',
        '    at Fetch.onAborted (node:internal/deps/undici/undici:11350:53)',
        '    at TCP.callbackTrampoline (node:internal/async_hooks:130:17) {',
        '  [cause]: SocketError: other side closed',
        '      at Socket.emit (node:events:536:35) {',
        "    code: 'UND_ERR_SOCKET',",
        '      bytesRead: 3131',
        '  }',
        '}',
        'An unexpected critical error occurred:[object Object]',
      ]),
    ).toEqual([
      [1, 'error', 'gemini_error'],
      [2, 'error', 'stack_frame_js'],
      [3, 'error', 'stack_frame_js'],
      [4, 'error', 'exception'],
      [5, 'error', 'stack_frame_js'],
      [10, 'state_change', 'gemini_failed'],
    ]);
  });

  it('gemini tells on a terminal of itself and answers there, too', () => {
    expect(
      eventsIn('gemini', 'stdout', [
        'YOLO mode is enabled. All tool calls will be automatically approved.',
        'Ripgrep is not available. Falling back to GrepTool.',
        'Attempt 1 failed with status 429. Retrying with backoff... ApiError: quota',
        'Attempt 2 failed: fetch failed. Retrying after 730ms...',
        'Error executing tool run_shell_command: Tool execution denied by policy.',
        'Error: the tests fail, and here is why.',
        'Would you like to continue?',
      ]).map(([, , pattern]) => pattern),
    ).toEqual([
      'yolo_mode',
      'gemini_startup_warning',
      'gemini_rate_limited',
      'gemini_retry',
      'gemini_tool_denied',
      'response_line',
      'response_line',
    ]);
  });

  it('claude says in its answer’s place why there is none', () => {
    expect(
      eventsIn('claude', 'stdout', [
        'API Error: 429 {"type":"error","error":{"type":"rate_limit_error","message":"Too many requests"}}',
        'Failed to authenticate. API Error: 401 Invalid authentication credentials',
        'Invalid API key · Please run /login',
        'Error: Reached max turns (1)',
        'The API Error: 400 comes from the proxy.',
      ]).map(([, , pattern]) => pattern),
    ).toEqual([
      'claude_rate_limited',
      'claude_auth_failed',
      'claude_auth_failed',
      'claude_limit_reached',
      'response_line',
    ]);
  });

  it('agents ask on terminals and in pipes whether they may', () => {
    const questions = [
      'Do you want to run this command?',
      'Approve tool call? [y] [n]',
      'Would you like to continue?',
      'Allow execution of [Shell]?',
      '│ Allow execution of [Shell]?                     │',
      'Do you want to continue? [Y/n]',
      'Do you trust the files in this folder?',
    ];
    expect(eventsIn('any agent', 'stdout', questions)).toEqual(
      questions.map((_, index) => [index + 1, 'permission', 'permission_request']),
    );
  });
});
