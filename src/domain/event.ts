import type { Stream } from './chunk.ts';
import type { JsonValue } from './json.ts';
import type { EventType, RiskLevel } from './pattern.ts';

/** What a match becomes. Its id is given by the store, in commit order. */
export interface Event {
  readonly stream: Stream;
  /** Offset in the recording of the line (or of a code block's first line). */
  readonly offset: number;
  /** Offset in the recording behind the line that completed the event: its place against a checkpoint. */
  readonly endOffset: number;
  /** Counting from 1 per stream. */
  readonly lineNumber: number;
  /** Microseconds since the session started. */
  readonly timeUs: number;
  readonly type: EventType;
  /** The pattern's id. */
  readonly pattern: string;
  readonly risk: RiskLevel;
  readonly autoConfirmable: boolean;
  readonly matchedValue: string;
  readonly originalLine: string;
  readonly metadata?: { readonly [key: string]: JsonValue };
  /** Only with events of type `code_block`. */
  readonly codeBlock?: CodeBlock;
}

/** A fenced block of code, as the agent printed it. */
export interface CodeBlock {
  /** The word behind the opening fence, lower case; empty where there is none. */
  readonly language: string;
  /** Without the fences and without the indentation they have in common with them. */
  readonly content: string;
  /** SHA-256 of the content, in hexadecimal. */
  readonly digest: string;
  /** Line numbers of the first and last line of content; `lineEnd < lineStart` when it is empty. */
  readonly lineStart: number;
  readonly lineEnd: number;
  /** False when the output ended before the closing fence. */
  readonly closed: boolean;
}
