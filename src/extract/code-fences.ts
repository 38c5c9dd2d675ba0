import { createHash } from 'node:crypto';
import type { CodeBlock } from '../domain/event.ts';

const LINE_FEED = 0x0a;

/** A larger block is given out as far as it got, and the lines behind are read as usual. */
export const maxCodeBlockBytes = 1024 * 1024;
const maxLanguageLength = 64;

/** A line without any of these neither opens nor closes a block. */
export const fenceMarkers = ['```', '~~~'] as const;

export interface Fence {
  readonly marker: (typeof fenceMarkers)[number];
  readonly length: number;
  /** How many characters of indentation stand before it. */
  readonly indentation: number;
  /** The first word behind the fence, lower case. */
  readonly language: string;
}

/**
 * The fence with which a line opens a code block; undefined when it does not.
 *
 * Tildes without a word behind them underline things far more often than they
 * fence code (`~~~~` below a compiler's error, below a heading), so they count
 * only unindented, and three or four of them.
 */
export function openingFence(line: string): Fence | undefined {
  const [, indentation = '', fence = '', info = ''] = /^([ \t]*)(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
  if (fence === '') return undefined;
  const language = (/\S+/.exec(info)?.[0] ?? '').toLowerCase().slice(0, maxLanguageLength);
  const isTilde = fence.startsWith('~');
  if (!isTilde && info.includes('`')) return undefined;
  if (isTilde && language === '' && (indentation !== '' || fence.length > 4)) return undefined;
  if (isTilde && language !== '' && !/^[\p{L}{.]/u.test(language)) return undefined;
  return { marker: isTilde ? '~~~' : '```', length: fence.length, indentation: indentation.length, language };
}

/** Whether a line closes the block that the fence opened. */
export function closes(fence: Fence, line: string): boolean {
  const bare = line.trim();
  return (
    bare.length >= fence.length && bare.startsWith(fence.marker) && bare === fence.marker.charAt(0).repeat(bare.length)
  );
}

/** What became of an open block in some bytes: how far they belong to it, and how many lines that is. */
interface Taken {
  readonly end: number;
  readonly lines: number;
  /** `closed` with the closing fence's line as the last of them; `full` when the next line has no room. */
  readonly state: 'open' | 'closed' | 'full';
}

/** A code block whose closing fence is still to come. */
export interface OpenCodeBlock {
  readonly fence: Fence;
  /** Takes the lines from `start` on that belong to it. */
  take(bytes: Buffer, start: number): Taken;
  toCodeBlock(closed: boolean): CodeBlock;
}

export function openCodeBlock(fence: Fence, lineNumber: number): OpenCodeBlock {
  const pieces: Buffer[] = [];
  let size = 0;
  let lines = 0;

  /** Where the closing fence's line begins and ends. */
  function closingLine(bytes: Buffer, from: number): { start: number; end: number } | undefined {
    for (let at = bytes.indexOf(fence.marker, from); at !== -1; ) {
      const start = at === 0 ? 0 : bytes.lastIndexOf(LINE_FEED, at - 1) + 1;
      const end = bytes.indexOf(LINE_FEED, at);
      if (closes(fence, bytes.toString('latin1', start, end))) return { start, end: end + 1 };
      at = bytes.indexOf(fence.marker, end);
    }
    return undefined;
  }

  function add(content: Buffer): number {
    if (content.length === 0) return 0;
    pieces.push(Buffer.from(content));
    size += content.length;
    const added = countLines(content);
    lines += added;
    return added;
  }

  return {
    fence,
    take(bytes, start) {
      const closing = closingLine(bytes, start);
      const end = closing?.start ?? bytes.length;
      if (size + end - start > maxCodeBlockBytes) {
        const room = start + maxCodeBlockBytes - size;
        const cut = Math.max(start, room === 0 ? 0 : bytes.lastIndexOf(LINE_FEED, room - 1) + 1);
        return { end: cut, lines: add(bytes.subarray(start, cut)), state: 'full' };
      }
      const added = add(bytes.subarray(start, end));
      return closing ? { end: closing.end, lines: added + 1, state: 'closed' } : { end, lines: added, state: 'open' };
    },
    toCodeBlock(closed) {
      const content = withoutIndentation(Buffer.concat(pieces).toString(), fence.indentation);
      return {
        language: fence.language,
        content,
        digest: createHash('sha256').update(content).digest('hex'),
        lineStart: lineNumber + 1,
        lineEnd: lineNumber + lines,
        closed,
      };
    },
  };
}

function withoutIndentation(text: string, indentation: number): string {
  return indentation === 0 ? text : text.replace(new RegExp(`^[ \\t]{1,${indentation}}`, 'gm'), '');
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) lines += 1;
  return lines;
}
