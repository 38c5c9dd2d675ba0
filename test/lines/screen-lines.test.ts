import { describe, expect, it } from 'vitest';
import { type Chunk, isChunk } from '../../src/domain/chunk.ts';
import type { LineBlock, Screen } from '../../src/domain/line.ts';
import { createScreenLines, type ScreenLines } from '../../src/lines/screen-lines.ts';
import { type Capture, readCapture, recut } from '../corpus/captures.ts';
import { seededRandom } from '../support/seeded-random.ts';

const clear = '\u001b[2J\u001b[H';
const alternateOn = '\u001b[?1049h';
const alternateOff = '\u001b[?1049l';
const pasteOn = '\u001b[?2004h';
/** Puts the text at the beginning of this row, counting from 1, and wipes what stood there. */
const at = (row: number, text: string) => `\u001b[${row};1H\u001b[2K${text}`;

/** A terminal of 40 columns and 10 rows, in which milliseconds pass only as told. */
function newTerminal(columns = 40, rows = 10) {
  const blocks: LineBlock[] = [];
  const screens: Screen[] = [];
  const signals: unknown[] = [];
  const lines: ScreenLines = createScreenLines({
    columns,
    rows,
    onSignal: (signal) => signals.push(signal),
    onScreen: (screen) => screens.push(screen),
  });
  let timeUs = 0;
  let offset = 0;
  return {
    blocks,
    screens,
    signals,
    print(...texts: string[]) {
      for (const text of texts) {
        const bytes = Buffer.from(text);
        blocks.push(...lines.push({ stream: 'stdout', offset, timeUs, bytes }));
        offset += bytes.length;
      }
    },
    pass(ms: number) {
      timeUs += ms * 1000;
      blocks.push(...lines.wait(timeUs));
    },
    resize(newColumns: number, newRows: number) {
      blocks.push(...lines.resize(newColumns, newRows, timeUs));
    },
    settleNow: (...untold: string[]) => blocks.push(...lines.settleNow(new Set(untold), timeUs)),
    end: () => blocks.push(...lines.end(timeUs)),
    get told() {
      return textsOf(blocks);
    },
  };
}

function textsOf(blocks: readonly LineBlock[]): string[] {
  return blocks.flatMap(({ bytes }) => Buffer.from(bytes).toString().split('\n').slice(0, -1));
}

describe('what a program just prints in a terminal', () => {
  it('is told as it comes when it is far too much to be watched', () => {
    const terminal = newTerminal();
    // What has just gone waits half a second for what takes its place, and what follows waits for it.
    terminal.print('working …');
    terminal.pass(200);
    terminal.print('\r\u001b[2K');
    const count = 40_000;
    for (let line = 0; line < count; line += 1000) {
      terminal.print(Array.from({ length: 1000 }, (_, nth) => `line ${line + nth}\r\n`).join(''));
      if (line === 20_000) expect(terminal.told.length).toBeGreaterThan(10_000);
    }
    terminal.end();
    const lines = terminal.told.filter((text) => text.startsWith('line'));
    expect(lines).toEqual(Array.from({ length: count }, (_, nth) => `line ${nth}`));
    expect(terminal.told).toContain('working …');
  });

  it('is told line by line, in order, each once', () => {
    const terminal = newTerminal();
    terminal.print('one\r\ntwo\r\n', 'three\r\n');
    terminal.pass(2000);
    terminal.print('four\r\n');
    terminal.end();
    expect(terminal.told).toEqual(['one', 'two', 'three', 'four']);
  });

  it('is told when a line has stayed as it is for a second', () => {
    const terminal = newTerminal();
    terminal.print('one\r\n');
    terminal.pass(999);
    expect(terminal.told).toEqual([]);
    terminal.pass(100);
    expect(terminal.told).toEqual(['one']);
  });

  it('is told to the last of many lines, though most scroll off between two looks', () => {
    const terminal = newTerminal();
    const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index}`);
    terminal.print(lines.map((line) => `${line}\r\n`).join(''));
    terminal.end();
    expect(terminal.told).toEqual(lines);
  });

  it('is told as often as it is printed, where lines are equal', () => {
    const terminal = newTerminal();
    for (let round = 0; round < 30; round += 1) {
      terminal.print('y\r\n'.repeat(7));
      terminal.pass(60);
    }
    terminal.end();
    expect(terminal.told).toEqual(Array(210).fill('y'));
  });

  it('joins what the terminal wraps', () => {
    const terminal = newTerminal(20);
    terminal.print('a line of more than twenty columns\r\nshort\r\n');
    terminal.end();
    expect(terminal.told).toEqual(['a line of more than twenty columns', 'short']);
  });

  it('is plain', () => {
    const terminal = newTerminal();
    terminal.print('one\r\n');
    terminal.end();
    expect(terminal.blocks.map(({ form }) => form)).toEqual(['plain']);
  });

  it('counts up in place without another line', () => {
    const terminal = newTerminal();
    for (let percent = 0; percent <= 100; percent += 5) {
      terminal.print(`\rDownloading ${percent} %`);
      terminal.pass(200);
    }
    terminal.print('\r\ndone\r\n');
    terminal.end();
    expect(terminal.told).toEqual([expect.stringMatching(/^Downloading \d+ %$/), 'done']);
  });

  it('knows where each line stands: number, stream and place in the recording', () => {
    const terminal = newTerminal();
    terminal.print('one\r\n');
    terminal.pass(1100);
    terminal.print('two\r\n');
    terminal.end();
    expect(terminal.blocks).toMatchObject([
      { stream: 'stdout', firstLine: 1, lines: 1, endOffset: 5 },
      { stream: 'stdout', firstLine: 2, lines: 1, endOffset: 10 },
    ]);
  });
});

describe('an interface that paints the screen', () => {
  it('says a line once, however often it is painted', () => {
    const terminal = newTerminal();
    terminal.print(alternateOn);
    for (let frame = 0; frame < 20; frame += 1) {
      terminal.print(`${clear}● Hello.${at(3, 'status')}`);
      terminal.pass(200);
    }
    terminal.end();
    expect(terminal.told).toEqual(['● Hello.', 'status']);
    expect(terminal.blocks.every(({ form }) => form === 'screen')).toBe(true);
  });

  it('says a line once, wherever it moves', () => {
    const terminal = newTerminal();
    terminal.print(alternateOn);
    for (let row = 9; row > 0; row -= 1) {
      terminal.print(`${clear}${at(row, '● Hello.')}${at(row + 1, 'world')}`);
      terminal.pass(300);
    }
    terminal.end();
    expect(terminal.told).toEqual(['● Hello.', 'world']);
  });

  it('says what was scrolled away once, also when the user scrolls back', () => {
    const terminal = newTerminal(40, 5);
    const lines = Array.from({ length: 12 }, (_, index) => `line ${String.fromCharCode(97 + index)}`);
    const show = (first: number) => lines.slice(first, first + 5).map((line, row) => at(row + 1, line));
    terminal.print(alternateOn);
    for (const first of [0, 2, 4, 7, 4, 1, 0, 7]) {
      terminal.print(show(first).join(''));
      terminal.pass(1500);
    }
    terminal.end();
    expect(terminal.told).toEqual(lines);
  });

  it('says an answer whole that grows while it is written', () => {
    const terminal = newTerminal();
    terminal.print(alternateOn);
    for (const text of ['● Su', '● Sure, he', '● Sure, here is `no', '● Sure, here is node.']) {
      terminal.print(at(1, text));
      terminal.pass(700);
    }
    terminal.print(at(2, 'The end.'));
    terminal.pass(2000);
    terminal.end();
    expect(terminal.told).toEqual(['● Sure, here is node.', 'The end.']);
  });

  it('waits for a model that pauses in mid-sentence', () => {
    const terminal = newTerminal();
    terminal.print(alternateOn, at(1, '● Let me'));
    terminal.pass(200);
    terminal.print(at(1, '● Let me think'));
    terminal.pass(3000);
    terminal.print(at(1, '● Let me think about it.'));
    terminal.pass(6000);
    expect(terminal.told).toEqual(['● Let me think about it.']);
  });

  it('says nothing again for what turns, blinks or counts', () => {
    const terminal = newTerminal();
    terminal.print(alternateOn);
    for (let second = 0; second < 30; second += 1) {
      terminal.print(at(1, `${second % 2 === 0 ? '●' : ' '} Working`) + at(2, `${'✻✽✶'[second % 3] ?? ''} ${second}s`));
      terminal.pass(1000);
    }
    terminal.end();
    expect(terminal.told.filter((line) => line.endsWith('Working'))).toHaveLength(1);
    expect(terminal.told.filter((line) => line.endsWith('s'))).toHaveLength(1);
  });

  it('says each line of a list that scrolls by a page at a time, though they differ by a number only', () => {
    const terminal = newTerminal(40, 5);
    terminal.print(alternateOn);
    for (let page = 0; page < 3; page += 1) {
      for (let row = 1; row <= 5; row += 1) terminal.print(at(row, `line ${page * 5 + row}`));
      terminal.pass(1500);
    }
    terminal.end();
    expect(terminal.told).toEqual(Array.from({ length: 15 }, (_, index) => `line ${index + 1}`));
  });

  it('says what flashed up before when it comes to stay', () => {
    const terminal = newTerminal();
    terminal.print(alternateOn, at(1, 'one'), at(2, 'two'));
    terminal.pass(20);
    terminal.print(at(2, ''));
    terminal.pass(1500);
    terminal.print(at(2, 'two'));
    terminal.pass(1500);
    terminal.end();
    expect(terminal.told).toEqual(['one', 'two']);
  });

  it('says the same line again when it comes again below', () => {
    const terminal = newTerminal();
    terminal.print(alternateOn, at(1, '> again'), at(2, 'ok'));
    terminal.pass(1500);
    terminal.print(at(3, '> again'), at(4, 'ok'));
    terminal.pass(1500);
    terminal.end();
    expect(terminal.told).toEqual(['> again', 'ok', '> again', 'ok']);
  });

  it('says nothing twice that is wiped and painted again', () => {
    const terminal = newTerminal();
    terminal.print(alternateOn, at(1, 'one'), at(2, 'two'));
    terminal.pass(1500);
    terminal.print(clear);
    terminal.pass(400);
    terminal.print(at(4, 'one'), at(5, 'two'), at(6, 'three'));
    terminal.pass(1500);
    terminal.end();
    expect(terminal.told).toEqual(['one', 'two', 'three']);
  });

  it('says nothing twice when it is resized and its lines are wrapped otherwise', () => {
    const terminal = newTerminal(60, 10);
    terminal.print(alternateOn, at(1, '● The command printed hi, and then it failed in a way.'), at(2, 'ok'));
    terminal.pass(1500);
    terminal.resize(30, 10);
    terminal.print(clear, at(1, '● The command printed hi, and'), at(2, '  then it failed in a way.'), at(3, 'ok'));
    terminal.pass(1500);
    terminal.resize(60, 10);
    terminal.print(clear, at(1, '● The command printed hi, and then it failed in a way.'), at(2, 'ok'));
    terminal.pass(1500);
    terminal.end();
    expect(terminal.told).toEqual(['● The command printed hi, and then it failed in a way.', 'ok']);
  });

  it('says nothing twice when it prints all of it once more below', () => {
    const terminal = newTerminal(40, 6);
    const all = ['● one', 'two', 'three', 'four', 'five'].map((line) => `${line}\r\n`).join('');
    terminal.print(pasteOn, all);
    terminal.pass(1500);
    terminal.resize(38, 6);
    terminal.print(clear, all, 'six\r\n');
    terminal.pass(1500);
    terminal.end();
    expect(terminal.told).toEqual(['● one', 'two', 'three', 'four', 'five', 'six']);
  });

  it('is read without boxes and bars, which are told apart from the text', () => {
    const terminal = newTerminal();
    terminal.print(alternateOn, at(1, '╭──────────────╮'), at(2, '│ ? Shell  ls  │'), at(3, '╰──────────────╯'));
    terminal.print(at(4, '  ┃  please do it'), at(5, '▄▄▄▄▄▄▄▄'), at(6, '▐▛███▜▌ Name v1'));
    terminal.end();
    expect(terminal.told).toEqual(['? Shell  ls', 'please do it', 'Name v1']);
    expect([...(terminal.blocks[0]?.frames ?? [])]).toEqual([
      [0, 'box'],
      [1, 'bar'],
    ]);
  });

  it('joins the rows of a paragraph that the program has wrapped, and of an item with its hanging indentation', () => {
    const terminal = newTerminal(30);
    terminal.print(
      alternateOn,
      at(1, '● This is a paragraph that was'),
      at(2, '  wrapped, twice even, because'),
      at(3, '  it is long'),
      at(4, '  1. a short one'),
      at(5, '  2. one that is longer than'),
      at(6, '     that'),
    );
    terminal.end();
    expect(terminal.told).toEqual([
      '● This is a paragraph that was wrapped, twice even, because it is long',
      '1. a short one',
      '2. one that is longer than that',
    ]);
  });

  it('does not say what is being typed, nor what stands below it', () => {
    const terminal = newTerminal();
    terminal.print(alternateOn, at(1, '● Hello.'), at(9, 'ctrl+c to quit'));
    for (let length = 0; length <= 6; length += 1) {
      terminal.print(at(8, `❯ ${'please'.slice(0, length)}`));
      terminal.pass(1500);
    }
    terminal.print(at(8, '❯ '), at(3, '❯ please'), '\u001b[8;3H');
    terminal.pass(1500);
    terminal.end();
    expect(terminal.told).toEqual(['● Hello.', '❯ please']);
  });

  it('leaves nothing of its place to type in behind when it ends', () => {
    const terminal = newTerminal();
    terminal.print(`${pasteOn}● Hello.\r\n\r\n──────────\r\n❯ /quit\r\n──────────\r\n/quit  Leave\u001b[2A\u001b[8G`);
    terminal.pass(1500);
    terminal.print('\u001b[?2004l\u001b[2B\r\nBye.\r\n');
    terminal.end();
    expect(terminal.told).toEqual(['● Hello.', 'Bye.']);
  });

  it('says what it prints when it has left its screen', () => {
    const terminal = newTerminal();
    terminal.print('before\r\n', alternateOn, at(1, 'painted'));
    terminal.pass(1500);
    terminal.print(alternateOff, 'after\r\n');
    terminal.end();
    expect(terminal.told).toEqual(['before', 'painted', 'after']);
    expect(terminal.blocks.map(({ form }) => form)).toEqual(['plain', 'screen', 'screen']);
  });

  it('says nothing of what flashes up', () => {
    const terminal = newTerminal();
    terminal.print(alternateOn, at(1, 'one'));
    terminal.pass(1500);
    terminal.print(at(2, 'half a fra'));
    terminal.pass(20);
    terminal.print(at(2, ''));
    terminal.pass(1500);
    terminal.end();
    expect(terminal.told).toEqual(['one']);
  });

  it('is looked at when its frame is whole', () => {
    const terminal = newTerminal();
    terminal.print(alternateOn);
    terminal.pass(60);
    terminal.print('\u001b[?2026h', at(1, 'half'));
    terminal.pass(60);
    terminal.print(at(1, 'whole'), '\u001b[?2026l');
    terminal.pass(60);
    expect(terminal.screens.map(({ lines }) => lines.map(({ text }) => text))).toEqual([[], [], ['whole']]);
  });

  it('can be settled at once, but for the lines of a question, which are never told', () => {
    const terminal = newTerminal();
    terminal.print(alternateOn, at(1, '● I will run it.'), at(3, 'Proceed?'), at(4, '1. Yes'));
    terminal.pass(100);
    terminal.settleNow('Proceed?', '1. Yes');
    expect(terminal.told).toEqual(['● I will run it.']);
    terminal.pass(2000);
    terminal.print(at(3, ''), at(4, ''));
    terminal.pass(2000);
    terminal.end();
    expect(terminal.told).toEqual(['● I will run it.']);
  });
});

describe('what a terminal is told beside what it shows', () => {
  it('is passed on: bells and notifications', () => {
    const terminal = newTerminal();
    terminal.pass(7);
    terminal.print('\u0007', '\u001b]9;Done\u0007', '\u001b]133;A\u001b\\');
    expect(terminal.signals).toEqual([
      { kind: 'bell', timeUs: 7000 },
      { kind: 'notification', code: 9, payload: 'Done', timeUs: 7000 },
      { kind: 'notification', code: 133, payload: 'A', timeUs: 7000 },
    ]);
  });
});

describe('the lines of real interfaces', () => {
  const random = seededRandom();
  const captures = ['claude/tui-full', 'claude/tui-inline', 'codex/tui-inline', 'gemini/tui-full', 'opencode/tui-full'];

  function linesOf({ moments, terminalSize, endUs }: Capture, askTheTime: () => boolean = () => false) {
    const { columns, rows } = terminalSize ?? { columns: 80, rows: 24 };
    const lines = createScreenLines({ columns, rows, onSignal: () => undefined, onScreen: () => undefined });
    const blocks: LineBlock[] = [];
    for (const [index, moment] of moments.entries()) {
      const { timeUs } = moments[index - 1] ?? moment;
      if (askTheTime()) blocks.push(...lines.wait(timeUs + Math.floor(random.next() * (moment.timeUs - timeUs))));
      if (isChunk(moment)) blocks.push(...lines.push(moment));
      else if (moment.kind === 'resize') blocks.push(...lines.resize(moment.columns, moment.rows, moment.timeUs));
    }
    return textsWithTimes([...blocks, ...lines.end(endUs)]);
  }

  const textsWithTimes = (blocks: readonly LineBlock[]) =>
    blocks.flatMap((block) => textsOf([block]).map((text) => [block.timeUs, text]));

  it.each(captures)(`are the same for %s wherever its chunks are cut (SEED=${random.seed})`, (name) => {
    const capture = readCapture(name);
    expect(linesOf(recut(capture, random.next))).toEqual(linesOf(capture));
  });

  it.each(captures)(`are the same for %s whenever the time is asked (SEED=${random.seed})`, (name) => {
    const capture = readCapture(name);
    const chunks = capture.moments.filter((moment): moment is Chunk => isChunk(moment));
    expect(chunks.length).toBeGreaterThan(50);
    expect(linesOf(capture, () => random.next() < 0.5)).toEqual(linesOf(capture));
  });
});
