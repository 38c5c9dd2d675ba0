import { describe, expect, it, vi } from 'vitest';
import type { LineBlock } from '../../src/domain/line.ts';
import { createLineSplitter } from '../../src/lines/line-splitter.ts';

interface SeenLine {
  number: number;
  text: string;
  offset: number;
  isCut: boolean;
}

/** Splits the chunks and lists the lines with all that a block says of them. */
function linesOf(chunks: readonly Buffer[], maxLineBytes = 1024): SeenLine[] {
  const splitter = createLineSplitter({ stream: 'stdout', maxLineBytes });
  const blocks: LineBlock[] = [];
  let offset = 0;
  for (const bytes of chunks) {
    const block = splitter.push({ stream: 'stdout', offset, timeUs: 0, bytes });
    offset += bytes.length;
    if (block) blocks.push(block);
  }
  const last = splitter.end(0);
  if (last) blocks.push(last);
  return blocks.flatMap(linesOfBlock);
}

function linesOfBlock(block: LineBlock): SeenLine[] {
  let offset = block.offset;
  const texts = Buffer.from(block.bytes).toString('utf8').split('\n');
  expect(texts.pop()).toBe('');
  return texts.map((text, index) => {
    const line = {
      number: block.firstLine + index,
      text,
      offset: block.lineOffsets?.[index] ?? offset,
      isCut: block.cutLines?.has(index) ?? false,
    };
    offset += Buffer.byteLength(text) + 1;
    return line;
  });
}

const textsOf = (...chunks: string[]) => linesOf(chunks.map((chunk) => Buffer.from(chunk))).map((line) => line.text);

describe('line splitter', () => {
  it('ends a line at a line feed, with or without a carriage return before it', () => {
    expect(textsOf('one\ntwo\r\nthree\r\r\n\nfive\n')).toEqual(['one', 'two', 'three', '', 'five']);
  });

  it('gives the last line when it has no line feed', () => {
    expect(textsOf('one\ntwo')).toEqual(['one', 'two']);
    expect(textsOf('')).toEqual([]);
  });

  it('keeps the last state of a line that a carriage return overwrites', () => {
    expect(textsOf('10 %\r50 %\r100 %\r\n', 'a\rb\n')).toEqual(['100 %', 'b']);
  });

  it('lets a backspace take back a whole character', () => {
    expect(textsOf('xé\by\n\b\bz\n')).toEqual(['xy', 'z']);
  });

  it('leaves out escape sequences', () => {
    expect(
      textsOf(
        '\u001b[1;31merror\u001b[0m: \u001b]8;;http://x\u001b\\link\u001b]8;;\u0007\n',
        '\u001b(Bplain\u001b7\u001b[?25l\u001b[38:2::1:2:3mx\u001bP1$r0m\u001b\\y\n',
      ),
    ).toEqual(['error: link', 'plainxy']);
  });

  it('lets an escape sequence that never ends swallow no more than its line', () => {
    expect(textsOf('a\u001b]0;title\nb\u001b[31\nc\u001b\nd\n')).toEqual(['a', 'b', 'c', 'd']);
  });

  it('numbers lines and tells where each begins in the recording', () => {
    expect(linesOf([Buffer.from('é\r\n\u001b[1mtwo\u001b[0m\nthree')])).toEqual([
      { number: 1, text: 'é', offset: 0, isCut: false },
      { number: 2, text: 'two', offset: 4, isCut: false },
      { number: 3, text: 'three', offset: 16, isCut: false },
    ]);
  });

  it('cuts a line longer than the bound and marks every piece but the last', () => {
    expect(linesOf([Buffer.from('abcdefghij\nk\n')], 4)).toEqual([
      { number: 1, text: 'abcd', offset: 0, isCut: true },
      { number: 2, text: 'efgh', offset: 4, isCut: true },
      { number: 3, text: 'ij', offset: 8, isCut: false },
      { number: 4, text: 'k', offset: 11, isCut: false },
    ]);
  });

  it('holds no more than the bound of a line that does not end', () => {
    const splitter = createLineSplitter({ stream: 'stdout', maxLineBytes: 100 });
    const block = splitter.push({ stream: 'stdout', offset: 0, timeUs: 0, bytes: Buffer.alloc(1050, 'x') });
    expect(block?.endOffset).toBe(1000);
  });

  it('copies a byte of plain lines once at most, however they lie in chunks', () => {
    const text = Buffer.from(Array.from({ length: 5000 }, (_, n) => `line ${n} says nothing\n`).join(''));
    const chunks = Array.from({ length: Math.ceil(text.length / 4096) }, (_, n) =>
      text.subarray(n * 4096, (n + 1) * 4096),
    );
    const concat = vi.spyOn(Buffer, 'concat');
    const splitter = createLineSplitter({ stream: 'stdout', maxLineBytes: 1024 });
    const blocks = chunks.flatMap((bytes, n) => {
      const block = splitter.push({ stream: 'stdout', offset: n * 4096, timeUs: 0, bytes });
      return block ? [block] : [];
    });
    const joined = concat.mock.results.map(({ value }) => value as Buffer);
    concat.mockRestore();
    const copied = joined.reduce((sum, { length }) => sum + length, 0);
    // What is left of a line is copied with the chunk that goes on with it.
    expect(copied / text.length).toBeLessThan(1.02);
    const read = new Set([text.buffer, ...joined.map(({ buffer }) => buffer)]);
    for (const { bytes } of blocks) expect(read).toContain(bytes.buffer);
  });

  it('cuts neither a character nor an escape sequence in two', () => {
    const texts = linesOf([Buffer.from(`abc€def\u001b[31mg`)], 5).map((line) => line.text);
    expect(texts.join('')).toBe('abc€defg');
    expect(texts.join('')).not.toContain('\ufffd');
  });

  it('gives the same lines wherever the chunks were cut', () => {
    const bytes = Buffer.concat([
      Buffer.from('plain\r\nprogress 1\rprogress 2\r\n\u001b[31mré\u001b[0md €\n\u001b]0;t\u0007x\n'),
      Buffer.from([0xff, 0xc3, 0x0a, 0xe2, 0x82]),
      Buffer.from(`${'long €'.repeat(12)}\u001b[1mbold\u001b[0m\nlast`),
    ]);
    const whole = linesOf([bytes], 40);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      expect(linesOf([bytes.subarray(0, cut), bytes.subarray(cut)], 40), `cut at ${cut}`).toEqual(whole);
    }
    expect(
      linesOf(
        Array.from(bytes, (byte) => Buffer.from([byte])),
        40,
      ),
    ).toEqual(whole);
  });
});
