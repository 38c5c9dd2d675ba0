import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import type { Cursor } from '../domain/feed.ts';
import type { LogLine } from '../domain/log-line.ts';
import { type FromLineThread, isWanted, type ToLineThread, type WantedLines } from './line-messages.ts';

/** One who wants lines. */
export interface LineReader {
  readonly wanted: WantedLines;
  /** What the reader has of the feed: a line tells no other place, so that nothing of the feed is missed. */
  readonly cursor: Cursor;
  /** Whether it has too much to read already. */
  readonly isFull: boolean;
  send(json: Buffer, cursor: Cursor): void;
  /** Ends it, since it does not read. */
  cut(): void;
}

/** How long the lines wait for a reader who does not read: the others wait with it. */
const patienceMs = 1_000;
const stepMs = 5;

/**
 * Tells lines to those who want some. They come from a thread of its own, which is there as long as anybody does,
 * and no faster than they are read: what nobody has read yet stands in the recording.
 */
export class LineHub {
  readonly #start: () => Worker;
  readonly #readers = new Set<LineReader>();
  #thread: Worker | undefined;

  /** @param start makes a thread as `line-messages.ts` has it */
  constructor(start: () => Worker) {
    this.#start = start;
  }

  add(reader: LineReader): void {
    this.#readers.add(reader);
    this.#thread ??= this.#started();
    this.#want();
  }

  remove(reader: LineReader): void {
    if (!this.#readers.delete(reader)) return;
    if (this.#readers.size > 0) {
      this.#want();
      return;
    }
    void this.#thread?.terminate();
    this.#thread = undefined;
  }

  #want(): void {
    this.#tell({ kind: 'want', wanted: [...this.#readers].map(({ wanted }) => wanted), fromMs: Date.now() });
  }

  #tell(message: ToLineThread): void {
    this.#thread?.postMessage(message);
  }

  #started(): Worker {
    const thread = this.#start();
    thread.on('message', (lines: FromLineThread) => {
      void this.#passOn(lines).then(() => {
        if (this.#thread === thread) this.#tell({ kind: 'more' });
      });
    });
    // Lines end then; the feed goes on, and the next one who wants lines starts another thread.
    const end = () => {
      if (this.#thread === thread) this.#thread = undefined;
    };
    thread.on('error', end);
    thread.on('exit', end);
    return thread;
  }

  async #passOn(lines: FromLineThread): Promise<void> {
    await this.#roomForAll();
    for (const line of lines) {
      const frames = new Map<Cursor, Buffer>();
      for (const reader of this.#readers) {
        if (!isWanted(reader.wanted, line)) continue;
        const { cursor } = reader;
        const json = frames.get(cursor) ?? frame(line, cursor);
        frames.set(cursor, json);
        reader.send(json, cursor);
      }
    }
  }

  async #roomForAll(): Promise<void> {
    const deadlineMs = performance.now() + patienceMs;
    for (;;) {
      const full = [...this.#readers].filter(({ isFull }) => isFull);
      if (full.length === 0) return;
      if (performance.now() > deadlineMs) for (const reader of full) reader.cut();
      else await sleep(stepMs);
    }
  }
}

function frame({ type, timestamp, agent, session_id, ...rest }: LogLine, cursor: Cursor): Buffer {
  return Buffer.from(JSON.stringify({ type, timestamp, agent, session_id, cursor, ...rest }));
}
