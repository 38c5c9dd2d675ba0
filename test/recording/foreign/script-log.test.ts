import { describe, expect, it } from 'vitest';
import { openForeign } from '../../../src/recording/foreign/open-foreign.ts';
import { openContent, readWhole, sourceOf } from './read-whole.ts';

/* What util-linux's `script` 2.38 wrote. */
const started = 'Script started on 2026-11-20 16:34:41+00:00 [COMMAND="cat; exit 3" <not executed on terminal>]\n';
const done = '\nScript done on 2026-11-20 16:34:43+00:00 [COMMAND_EXIT_CODE="3"]\n';
const headers = (output: string, input: string) =>
  [
    'H 0.000000 START_TIME 2026-11-20 16:34:41+00:00',
    'H 0.000000 COMMAND cat; exit 3',
    'H 0.000000 COLUMNS 120',
    'H 0.000000 LINES 40',
    'H 0.000000 TIMING_LOG timing',
    ...(output === '' ? [] : [`H 0.000000 OUTPUT_LOG /elsewhere/${output}`]),
    ...(input === '' ? [] : [`H 0.000000 INPUT_LOG /elsewhere/${input}`]),
    '',
  ].join('\n');

const startedAtMs = Date.parse('2026-11-20T16:34:41Z');

describe('a log of script', () => {
  it('with advanced timing has what was printed, when, and how it ended', () => {
    const timing = `${headers('file', '')}O 0.500000 5\nS 0.250000 SIGWINCH ROWS=24 COLS=80\nO 1.000000 4\nH 0.100000 DURATION 1.85\nH 0.000000 EXIT_CODE 3\n`;
    expect(readWhole(`${started}one\r\ntwo\n${done}`, timing)).toEqual({
      header: {
        format: 'script',
        isTerminal: true,
        startedAtMs,
        command: 'cat; exit 3',
        size: { columns: 120, rows: 40 },
      },
      entries: ['500000 "one\\r\\n"', '750000 80x24', '1750000 "two\\n"', '1850000 end 3'],
    });
  });

  it('of input and output in one file gives nothing of what was typed', () => {
    const timing = `${headers('file', 'file')}I 0.100000 8\nO 0.200000 3\nI 0.100000 2\nO 0.100000 3\n`;
    expect(readWhole(`${started}hunter2\none\r\ntwo${done}`, timing).entries).toEqual([
      '300000 "one"',
      '500000 "two"',
      '500000 end 3',
    ]);
  });

  it('of output beside a log of input passes over the times of what was typed', () => {
    const timing = `${headers('file', 'typed')}I 0.100000 8\nO 0.200000 3\n`;
    expect(readWhole(`${started}one${done}`, timing).entries).toEqual(['300000 "one"', '300000 end 3']);
  });

  it.each([
    ['', 'file'],
    ['printed', 'file'],
  ])('of input is refused: output in %j, input in %j', (output, input) => {
    const opened = openForeign(sourceOf(`${started}hunter2\n${done}`), sourceOf(headers(output, input), 'timing'));
    expect(opened.ok ? '' : opened.failure.message).toContain('holds what was typed');
  });

  it('with classic timing has a delay and a length per line, whatever the language', () => {
    expect(readWhole(`${started}xy${done}`, '0.010212 1\n0,094037 1\n')).toMatchObject({
      header: { startedAtMs, command: 'cat; exit 3', size: undefined },
      entries: ['10212 "x"', '104249 "y"', '104249 end 3'],
    });
  });

  it('without timing has all its output at once', () => {
    expect(readWhole(`${started}one\r\ntwo\r\n${done}`).entries).toEqual(['0 "one\\r\\ntwo\\r\\n"', '0 end 3']);
  });

  it('tells the size in its first line where it was started on a terminal', () => {
    const first =
      'Script started on 2026-11-20 16:34:41+00:00 [TERM="xterm" TTY="/dev/pts/0" COLUMNS="132" LINES="43"]\n';
    const { header, entries } = readWhole(`${first}x`);
    expect(header).toMatchObject({ command: undefined, size: { columns: 132, rows: 43 } });
    expect(entries).toEqual(['0 "x"']);
  });

  it('that is shorter than its timing says counts up to where it ends', () => {
    expect(readWhole(`${started}one`, 'O 0.100000 2\nO 0.100000 20\n').entries).toEqual([
      '100000 "on"',
      '200000 "e"',
      'cut at file',
    ]);
  });

  it('whose timing was cut off counts up to there', () => {
    expect(readWhole(`${started}onetwo`, 'O 0.100000 3\nO 0.10').entries).toEqual(['100000 "one"', 'cut at timing:2']);
  });

  it('whose timing is none is refused', () => {
    expect(readWhole(`${started}onetwo`, 'O 0.100000 3\nsoon 3\nO 0.100000 3\n').entries).toEqual([
      '100000 "one"',
      "timing:2: this is no line of `script`'s timing",
    ]);
  });

  it('may come without the line with which script begins it', () => {
    expect(readWhole('xy', '0.010000 1\n0.010000 1\n').entries).toEqual(['10000 "x"', '20000 "y"', '20000 end ?']);
    expect(openContent('xy', '0.010000 2\n')).toMatchObject({ ok: true, value: { startedAtMs: undefined } });
  });
});
