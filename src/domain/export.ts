import type { Failure } from './failure.ts';
import type { ReplayKind, TimelineHead, TimelineMoment } from './replay.ts';
import type { CodeBlockRow, SessionSummary } from './rows.ts';

/** What a session can be exported to as one stream of text. */
export const exportFormats = ['json', 'jsonl', 'csv', 'har', 'asciicast', 'html', 'md'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** A session, as far as an export needs it. */
export interface ExportSource {
  /** Ours. */
  readonly version: string;
  readonly head: TimelineHead;
  readonly summary: SessionSummary;
  readonly codeBlocks: readonly CodeBlockRow[];
  /** Read as they are asked for; throws an {@link ExportError} where the session cannot be read any further. */
  readonly moments: (kinds: readonly ReplayKind[]) => AsyncIterable<TimelineMoment>;
  /** A terminal of this size that shows output; its rows are text with SGR sequences and no others. */
  openScreen(size: { readonly columns: number; readonly rows: number }): ExportScreen;
}

export interface ExportScreen {
  write(bytes: Uint8Array): void;
  resize(columns: number, rows: number): void;
  rows(): readonly string[];
  close(): void;
}

/** Why an export breaks off, in the midst of a stream that has no place for a value. */
export class ExportError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}
