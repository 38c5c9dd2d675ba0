import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportFormats, type ExportSource } from '../../../src/domain/export.ts';
import type { TimelineMoment } from '../../../src/domain/replay.ts';
import { exportText } from '../../../src/replay/exports/export-text.ts';
import { scriptLog } from '../../../src/replay/exports/script-log.ts';
import { codeBlock, event, session, summary } from '../../cli/fixtures.ts';
import { hostileText } from '../../cli/hostile-text.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { output } from '../support/memory-timeline.ts';

const size = { columns: 80, rows: 24 };
const found = (timeUs: number, changes: Partial<typeof event> = {}): TimelineMoment => ({
  kind: 'extraction',
  timeUs,
  row: { ...event, ...changes },
});

function sourceOf(moments: readonly TimelineMoment[], changes: Partial<ExportSource> = {}): ExportSource {
  return {
    version: '1.2.3',
    head: { sessionId: session.session_id, agent: 'codex', mode: 'terminal', durationUs: 5_000_000, size },
    summary,
    codeBlocks: [codeBlock],
    async *moments(kinds) {
      yield* await Promise.resolve(moments.filter(({ kind }) => kind === 'resize' || kinds.includes(kind)));
    },
    openScreen: () => {
      let text = '';
      return {
        write: (bytes) => void (text += Buffer.from(bytes).toString()),
        resize: () => undefined,
        rows: () => text.split('\r\n'),
        close: () => undefined,
      };
    },
    ...changes,
  };
}

async function exported(format: (typeof exportFormats)[number], source: ExportSource): Promise<string> {
  let text = '';
  for await (const piece of exportText(format, source)) text += piece;
  return text;
}

const plain = { head: { ...sourceOf([]).head, mode: 'pipe', size: undefined } };

describe('an asciicast', () => {
  it('has output, resizes, markers and the exit status, each with the time since the one before', async () => {
    const moments: TimelineMoment[] = [
      output(500_000, '\x1b[1mhi'),
      { kind: 'resize', timeUs: 1_000_001, columns: 100, rows: 30 },
      found(1_500_000),
    ];
    const [header = '', ...events] = (await exported('asciicast', sourceOf(moments))).trim().split('\n');
    expect(JSON.parse(header)).toEqual({
      ...{ version: 3, term: { cols: 80, rows: 24 }, timestamp: 1_785_499_077 },
      ...{ command: "codex exec 'fix the test'", title: `codex ${session.session_id}` },
    });
    expect(events.map((line) => JSON.parse(line) as unknown)).toEqual([
      [0.5, 'o', '\x1b[1mhi'],
      [0.500001, 'r', '100x30'],
      [0.499999, 'm', 'error: Error: it broke'],
      [3.5, 'x', '1'],
    ]);
  });

  it('keeps characters whole wherever their bytes were cut', async () => {
    const bytes = Buffer.from('é漢🙂');
    const moments = [...bytes].map((_, index) => ({ ...output(index), bytes: bytes.subarray(index, index + 1) }));
    const lines = (await exported('asciicast', sourceOf(moments))).trim().split('\n').slice(1, -1);
    expect(lines.map((line) => (JSON.parse(line) as string[])[2])).toEqual(['é', '漢', '🙂']);
  });

  it('leads each line of what was printed into a pipe to its beginning', async () => {
    const moments = [output(0, 'a\nb\r'), output(1, '\nc\r\nd\n')];
    const lines = (await exported('asciicast', sourceOf(moments, plain))).trim().split('\n').slice(1, -1);
    expect(lines.map((line) => (JSON.parse(line) as string[])[2])).toEqual(['a\r\nb\r', '\nc\r\nd\r\n']);
  });
});

describe('JSON', () => {
  const moments: TimelineMoment[] = [found(1, { id: 1 }), found(2, { id: 2 }), output(3)];

  it('is one document, or one object per line', async () => {
    const document = JSON.parse(await exported('json', sourceOf(moments))) as Record<string, object[]>;
    expect(document['events']).toMatchObject([{ id: 1 }, { id: 2 }]);
    expect(document['summary']).toMatchObject({ session: { session_id: session.session_id } });
    const lines = (await exported('jsonl', sourceOf(moments))).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { type: 'session', session_id: session.session_id },
      { type: 'extraction', time_us: 1, id: 1, content: codeBlock.content },
      { type: 'extraction', time_us: 2, id: 2 },
    ]);
  });
});

describe('CSV', () => {
  it('quotes what needs it and keeps formulas from being ones', async () => {
    const values = ['a,"b"', '=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', 'plain', 'two\nlines'];
    const text = await exported(
      'csv',
      sourceOf(values.map((value, index) => found(index, { matched_value: value, original_line: 'x' }))),
    );
    const cells = text
      .split('\r\n')
      .slice(1, -1)
      .map((line) => line.replace(/^.*?,high,/s, '').replace(/,x,stdout.*$/s, ''));
    expect(cells).toEqual(['"a,""b"""', "'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", "' =1", 'plain', '"two\nlines"']);
  });
});

describe('HAR', () => {
  const call = (id: string) => JSON.stringify({ 'gen_ai.tool.name': 'Bash', 'gen_ai.tool.call.id': id, command: 'ls' });
  const result = (id: string, code: number) => JSON.stringify({ 'gen_ai.tool.call.id': id, exit_code: code });

  it('has an entry for each tool call and each turn, with its times and what came of it', async () => {
    const moments = [
      found(1_000_000, { id: 1, event_type: 'tool_use', metadata_json: call('a') }),
      found(1_200_000, { id: 2, event_type: 'tool_use', metadata_json: call('b') }),
      found(1_500_000, { id: 3, event_type: 'state_change', metadata_json: result('a', 0) }),
      found(2_200_000, { id: 4, event_type: 'error', metadata_json: result('b', 2) }),
      found(2_500_000, { id: 5, event_type: 'tool_use', metadata_json: call('c') }),
      found(3_000_000, { id: 6, event_type: 'metric', metadata_json: '{"gen_ai.usage.input_tokens":5}' }),
      found(3_100_000, { id: 7, event_type: 'error', metadata_json: null }),
    ];
    const { log } = JSON.parse(await exported('har', sourceOf(moments))) as {
      log: { version: string; entries: Record<string, { status: number; statusText: string; url: string }>[] };
    };
    expect(log.version).toBe('1.2');
    const told = log.entries.map(({ request, response, time, _event_id }) => [
      ...[_event_id, request?.url.split('/').slice(3).join('/'), time, response?.status, response?.statusText],
    ]);
    expect(told).toEqual([
      [1, 'tool/Bash', 500, 200, 'exit 0'],
      [2, 'tool/Bash', 1_000, 500, 'exit 2'],
      [6, 'turn/model', 3_000, 200, 'OK'],
      [5, 'tool/Bash', 2_500, 0, 'no result'],
    ]);
  });
});

describe('a script log', () => {
  const moments: TimelineMoment[] = [
    output(0, 'Script started on something\r\n'),
    { kind: 'resize', timeUs: 5, columns: 100, rows: 30 },
    output(10, '\x1b[31mred\x1b[m é\r\n'),
    output(20, 'end'),
  ];

  it('is played by scriptreplay to the same bytes', async () => {
    const folder = temporaryFolder();
    const files = { log: Buffer.alloc(0), timing: Buffer.alloc(0) };
    for await (const [file, piece] of scriptLog(sourceOf(moments)))
      files[file] = Buffer.concat([files[file], Buffer.from(piece)]);
    writeFileSync(join(folder, 'log'), files.log);
    writeFileSync(join(folder, 'timing'), files.timing);
    const played = execFileSync('scriptreplay', ['--timing', 'timing', '--divisor', '1000', 'log'], { cwd: folder });
    const recorded = moments
      .map((moment) => (moment.kind === 'output' ? Buffer.from(moment.bytes).toString() : ''))
      .join('');
    expect(played.toString().replace(/\n$/, '')).toBe(recorded);
    expect(readFileSync(join(folder, 'timing'), 'utf8')).toContain('SIGWINCH ROWS=30 COLS=100');
  });
});

it('a script log of a pipe holds a character that was cut off at the end, too', async () => {
  const { head } = sourceOf([]);
  const source = sourceOf([{ ...output(0), bytes: Buffer.from('caf\xc3', 'latin1') } as TimelineMoment], {
    head: { ...head, size: undefined },
  });
  const pieces: Record<'log' | 'timing', string> = { log: '', timing: '' };
  for await (const [file, piece] of scriptLog(source)) pieces[file] += Buffer.from(piece).toString();
  expect(pieces.log).toContain('caf\ufffd\nScript done');
  expect(pieces.timing).toMatch(/^O 0\.000000 3\nO 0\.000000 3\nH/m);
});

it('a page that takes several frames for one shows the last of them, shorter and longer again, too', async () => {
  const screens = [['a', 'b', 'c', 'd'], ['a', 'b'], ['a', 'b', '', 'e'], ['x']];
  const moments = screens.map((_, nth) => output(nth * 1_000_000, '.'));
  const openScreen = () => {
    let nth = -1;
    return {
      write: () => void (nth += 1),
      resize: () => undefined,
      rows: () => screens[nth] ?? [],
      close: () => undefined,
    };
  };
  const page = await exported('html', sourceOf(moments, { openScreen }));
  const [, block = '[]'] = /class="frames">(.*?)<\/script>/s.exec(page) ?? [];
  const frames = JSON.parse(block) as [number, Record<string, string | number>][];
  for (const [nth, screen] of screens.entries()) {
    const { rows, ...texts } = Object.assign({}, ...frames.slice(0, nth + 1).map(([, shown]) => shown)) as Record<
      string,
      unknown
    >;
    expect(rows).toBe(screen.length);
    expect(Object.values(texts).slice(0, Number(rows))).toEqual(screen);
  }
});

describe('nothing recorded becomes active', () => {
  const attacks = [
    ...[
      '<script>alert(1)</script>',
      '</script><script>alert(1)</script>',
      '<img src=x onerror=alert(1)>',
      '"><b onclick=x>',
    ],
    ...[
      "' onmouseover='x",
      '</pre></title></style><iframe>',
      '<!--',
      '![x](http://evil)',
      '[x](javascript:alert(1))',
      '`` `',
      '```\n<b>',
    ],
    ...['http://evil.example', '&lt;script&gt;', '\x1b]0;x\x07', '\u202e', hostileText(1, 300)],
  ];
  const everywhere = attacks.flatMap((attack, index): TimelineMoment[] => [
    output(index, attack),
    found(index, { matched_value: attack, original_line: attack, pattern: attack }),
  ]);
  const hostile = (text: string, changes: Partial<ExportSource> = {}): ExportSource => {
    const row = {
      ...session,
      command_json: JSON.stringify([text, text]),
      working_directory: text,
      agent_name: text,
      git_branch: text,
    };
    const hostileSummary = { ...summary, session: row, filesTouched: [text] };
    return sourceOf(everywhere, {
      summary: hostileSummary,
      codeBlocks: [{ ...codeBlock, content: text, language: text }],
      ...changes,
    });
  };

  it.each([
    ['a terminal', {}],
    ['a pipe', plain],
  ])('in a page about %s', async (_, changes) => {
    const bare = await exported('html', sourceOf([output(0, 'x'), found(0)], changes));
    const tagsOf = (html: string) => new Set([...html.matchAll(/<[!/a-z][^>\s]*/gi)].map(([tag]) => tag.toLowerCase()));
    const scripts = (html: string) => [...html.matchAll(/<script(?: [^>]*)?>/g)].map(([tag]) => tag);
    for (const attack of attacks) {
      const page = await exported('html', hostile(attack, changes));
      expect([...tagsOf(page)].filter((tag) => !tagsOf(bare).has(tag))).toEqual([]);
      expect(new Set(scripts(page))).toEqual(new Set(['<script type="application/json" class="frames">', '<script>']));
      expect(page.replace(/<script>[^]*?<\/script>/, '')).not.toMatch(
        /<[^>]*\son\w+=|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/,
      );
    }
    expect(bare).toContain("default-src 'none'".replaceAll("'", '&#39;'));
  });

  it('in a report: all of it stands in code', async () => {
    for (const attack of attacks) {
      const report = await exported('md', hostile(attack));
      // Fenced blocks, then code spans, as CommonMark reads them.
      const outside = report
        .replace(/^(`{3,})[^\n]*\n[^]*?^\1$/gm, '')
        .replace(/(?<!`)(`+)(?!`)[^]*?(?<!`)\1(?!`)/g, '');
      expect(outside).not.toMatch(/[<>[\]()]|http|alert|[\x00-\x09\x0b-\x1f\u202e]/);
    }
  });

  it.each(['json', 'jsonl', 'har', 'asciicast'] as const)('in %s: it is a string', async (format) => {
    const text = await exported(format, hostile(attacks.join('')));
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f]/);
  });
});

describe('an empty session', () => {
  it.each(exportFormats)('can be exported as %s', async (format) => {
    expect((await exported(format, sourceOf([], { codeBlocks: [] }))).length).toBeGreaterThan(20);
  });
});
