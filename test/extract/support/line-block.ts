import type { Stream } from '../../../src/domain/chunk.ts';
import type { LineBlock } from '../../../src/domain/line.ts';

/** Lines as one block that begins the stream. */
export function blockOf(lines: readonly string[], stream: Stream = 'stdout'): LineBlock {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  return { stream, bytes, firstLine: 1, lines: lines.length, offset: 0, endOffset: bytes.length, timeUs: 1 };
}

/** The same lines in several blocks, cut in front of the lines with these indices. */
export function cutAt(block: LineBlock, cuts: readonly number[]): LineBlock[] {
  const starts = [0];
  for (const [index, byte] of block.bytes.entries()) if (byte === 0x0a) starts.push(index + 1);
  const bounds = [...new Set([0, ...cuts, starts.length - 1])].sort((a, b) => a - b);
  return bounds.slice(0, -1).map((first, index) => {
    const from = starts[first] ?? 0;
    const to = starts[bounds[index + 1] ?? 0] ?? 0;
    return {
      ...block,
      bytes: block.bytes.subarray(from, to),
      lines: (bounds[index + 1] ?? 0) - first,
      firstLine: block.firstLine + first,
      offset: block.offset + from,
      endOffset: block.offset + to,
    };
  });
}
