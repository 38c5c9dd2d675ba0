import type Database from 'better-sqlite3';
import type { CodeBlock, Event } from '../domain/event.ts';
import { BatchSums } from './batch-sums.ts';
import type { DimensionKeys } from './dimension-keys.ts';
import { SumWriter } from './sum-writer.ts';

/** The session whose events are written, by its keys. */
export interface SessionKeys {
  readonly key: number;
  readonly agent_key: number;
  readonly started_us: number;
}

interface Tally {
  count: number;
  lastEventId: number;
  lastTimeUs: number;
}

/** Writes events, their code blocks, the tallies and the sums, inside the caller's transaction. */
export class EventWriter {
  readonly #keys: DimensionKeys;
  readonly #addEvent: Database.Statement<(number | string | null)[]>;
  readonly #addContent: Database.Statement<[Buffer, string]>;
  readonly #addOccurrence: Database.Statement<(number | string | Buffer)[]>;
  readonly #addTally: Database.Statement<number[]>;
  readonly #sums: SumWriter;

  constructor(database: Database.Database, keys: DimensionKeys) {
    this.#keys = keys;
    this.#addEvent = database.prepare(
      `INSERT INTO events (session_key, pattern_key, time_us, from_stderr, byte_offset, line_number,
         matched_value, original_line, metadata_json)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#addContent = database.prepare(
      'INSERT INTO code_block_contents (digest, content) VALUES (?, ?) ON CONFLICT DO NOTHING',
    );
    this.#addOccurrence = database.prepare(
      `INSERT INTO code_block_occurrences (event_id, session_key, content_key, language, line_start, line_end, closed)
       SELECT ?, ?, key, ?, ?, ?, ? FROM code_block_contents WHERE digest = ?`,
    );
    this.#addTally = database.prepare(
      `INSERT INTO session_tallies (session_key, pattern_key, agent_key, events, last_event_id, last_time_us)
       VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET
         events = events + excluded.events,
         last_event_id = excluded.last_event_id,
         last_time_us = max(last_time_us, excluded.last_time_us)`,
    );
    this.#sums = new SumWriter(database);
  }

  write(session: SessionKeys, events: readonly Event[]): void {
    const tallies = new Map<number, Tally>();
    const sums = new BatchSums();
    for (const event of events) {
      const patternKey = this.#keys.pattern(event);
      const timeUs = session.started_us + event.timeUs;
      const id = this.#write(session.key, patternKey, timeUs, event);
      if (event.codeBlock !== undefined) this.#writeCodeBlock(session.key, id, event.codeBlock);
      sums.add(id, event);
      const tally = tallies.get(patternKey);
      if (tally === undefined) {
        tallies.set(patternKey, { count: 1, lastEventId: id, lastTimeUs: timeUs });
      } else {
        tally.count += 1;
        tally.lastEventId = id;
        tally.lastTimeUs = Math.max(tally.lastTimeUs, timeUs);
      }
    }
    for (const [patternKey, { count, lastEventId, lastTimeUs }] of tallies) {
      this.#addTally.run(session.key, patternKey, session.agent_key, count, lastEventId, lastTimeUs);
    }
    this.#sums.write(session.key, sums);
  }

  #write(sessionKey: number, patternKey: number, timeUs: number, event: Event): number {
    const { lastInsertRowid } = this.#addEvent.run(
      sessionKey,
      patternKey,
      timeUs,
      Number(event.stream === 'stderr'),
      event.offset,
      event.lineNumber,
      event.matchedValue,
      event.originalLine,
      event.metadata === undefined ? null : JSON.stringify(event.metadata),
    );
    return Number(lastInsertRowid);
  }

  #writeCodeBlock(sessionKey: number, eventId: number, block: CodeBlock): void {
    const digest = Buffer.from(block.digest, 'hex');
    this.#addContent.run(digest, block.content);
    const closed = Number(block.closed);
    this.#addOccurrence.run(eventId, sessionKey, block.language, block.lineStart, block.lineEnd, closed, digest);
  }
}
