import type Database from 'better-sqlite3';
import type { Failure } from '../domain/failure.ts';
import { type CodeBlockFilter, mostCounted, type SessionFilter } from '../domain/ports.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type { CodeBlockRow, SessionRow, StateChangeRow } from '../domain/rows.ts';
import type { Place } from './page.ts';
import { parseSessionReference, sessionAmbiguous, sessionNotFound } from './session-reference.ts';
import type { TimeRange } from './time-range.ts';

/** How many of the sessions that an ambiguous prefix matches are named. */
const candidatesShown = 5;

/** The greatest code point: what begins with a prefix sorts before the prefix followed by it. */
const afterAll = '\u{10FFFF}';

const newestFirst = 'ORDER BY s.started_us DESC, s.key DESC';

interface Listing extends TimeRange {
  readonly agent: string | null;
  /** Where the page before ended: of those that started at that moment, only lower keys. */
  readonly beforeUs: number;
  readonly before: number;
  readonly limit: number;
}

const ofAgent = 'agents a CROSS JOIN sessions s ON s.agent_key = a.key AND a.name = :agent';
const startedIn = 's.started_us >= :sinceUs';
const ranIn = '(s.ended_us IS NULL OR s.ended_us >= :sinceUs)';

/** The sessions of a list, whatever is asked of them. */
const lists = {
  all: { from: 'sessions s', where: startedIn },
  running: { from: 'sessions s', where: `${startedIn} AND s.ended_us IS NULL` },
  ofAgent: { from: ofAgent, where: startedIn },
  runningOfAgent: { from: ofAgent, where: `${startedIn} AND s.ended_us IS NULL` },
  ran: { from: 'sessions s', where: ranIn },
  ranOfAgent: { from: ofAgent, where: ranIn },
} as const;
type ListName = keyof typeof lists;

const listing = ({ from, where }: { from: string; where: string }) => `
  SELECT v.* FROM ${from}
  CROSS JOIN process_sessions v ON v.id = s.key
  WHERE s.started_us < :untilUs AND NOT (s.started_us = :beforeUs AND s.key >= :before) AND ${where}
  ${newestFirst} LIMIT :limit`;

const counting = ({ from, where }: { from: string; where: string }) => `
  SELECT count(*) FROM (SELECT 1 FROM ${from} WHERE s.started_us < :untilUs AND ${where} LIMIT :limit)`;

const someBlocks = `
  code_block_occurrences o
  CROSS JOIN sessions s ON s.key = o.session_key
  CROSS JOIN agents a ON a.key = s.agent_key`;
const isOfBlock = '(:agent IS NULL OR a.name = :agent)';

/** The code blocks of a list: those of a session, in a language, or of any. */
const blockLists = {
  ofSession: `
    sessions s
    CROSS JOIN agents a ON a.key = s.agent_key
    CROSS JOIN code_block_occurrences o ON o.session_key = s.key
    WHERE s.session_id = :session AND (:language IS NULL OR o.language = :language) AND ${isOfBlock}`,
  inLanguage: `${someBlocks} WHERE o.language = :language AND ${isOfBlock}`,
  any: `${someBlocks} WHERE ${isOfBlock}`,
} as const;
type BlockListName = keyof typeof blockLists;

const blockListing = (list: string) => `
  SELECT v.* FROM (SELECT o.event_id FROM ${list} AND o.event_id < :before ORDER BY o.event_id DESC LIMIT :limit) page
  CROSS JOIN code_blocks v ON v.id = page.event_id
  ORDER BY page.event_id DESC`;

const blockCounting = (list: string) => `SELECT count(*) FROM (SELECT 1 FROM ${list} LIMIT :limit)`;

export const sessionSql = {
  all: listing(lists.all),
  running: listing(lists.running),
  ofAgent: listing(lists.ofAgent),
  runningOfAgent: listing(lists.runningOfAgent),
  ran: listing(lists.ran),
  ranOfAgent: listing(lists.ranOfAgent),
  countOfAll: counting(lists.all),
  countOfRunning: counting(lists.running),
  countOfAgent: counting(lists.ofAgent),
  countOfRunningOfAgent: counting(lists.runningOfAgent),
  countOfRan: counting(lists.ran),
  countOfRanOfAgent: counting(lists.ranOfAgent),
  blocksOfSession: blockListing(blockLists.ofSession),
  blocksInLanguage: blockListing(blockLists.inLanguage),
  blocks: blockListing(blockLists.any),
  countOfBlocksOfSession: blockCounting(blockLists.ofSession),
  countOfBlocksInLanguage: blockCounting(blockLists.inLanguage),
  countOfBlocks: blockCounting(blockLists.any),
  byId: 'SELECT * FROM process_sessions WHERE session_id = ?',
  byPosition: `
    SELECT v.* FROM (SELECT s.key FROM sessions s ${newestFirst} LIMIT 1 OFFSET ?) n
    JOIN process_sessions v ON v.id = n.key`,
  /** A range instead of LIKE: nothing in a prefix means anything but itself. */
  countByPrefix: 'SELECT count(*) FROM sessions WHERE session_id >= :prefix AND session_id < :behind',
  idsByPrefix: `
    SELECT session_id FROM sessions WHERE session_id >= :prefix AND session_id < :behind
    ORDER BY session_id LIMIT :limit`,
  codeBlocks: `
    SELECT v.* FROM sessions s
    CROSS JOIN code_block_occurrences o ON o.session_key = s.key
    CROSS JOIN code_blocks v ON v.id = o.event_id
    WHERE s.session_id = :session AND (:language IS NULL OR o.language = :language)
    ORDER BY o.event_id`,
  stateChanges: `
    SELECT v.* FROM sessions s
    CROSS JOIN state_changes c ON c.session_key = s.key
    CROSS JOIN process_state_changes v ON v.id = c.id
    WHERE s.session_id = ? ORDER BY c.id`,
  recordingPrunedAt: `
    SELECT strftime('%Y-%m-%dT%H:%M:%S', r.pruned_us / 1000000, 'unixepoch')
      || printf('.%03dZ', r.pruned_us / 1000 % 1000)
    FROM sessions s CROSS JOIN recordings r ON r.session_key = s.key WHERE s.session_id = ?`,
} as const;

/** Finds sessions, and what hangs on one of them. */
export class SessionQueries {
  readonly #lists: Readonly<Record<ListName, Listed>>;
  readonly #blocks: Readonly<Record<BlockListName, ListedBlocks>>;
  readonly #byId: Database.Statement<[string], SessionRow>;
  readonly #byPosition: Database.Statement<[number], SessionRow>;
  readonly #countByPrefix: Database.Statement<[{ prefix: string; behind: string }], number>;
  readonly #idsByPrefix: Database.Statement<[{ prefix: string; behind: string; limit: number }], string>;
  readonly #codeBlocks: Database.Statement<[{ session: string; language: string | null }], CodeBlockRow>;
  readonly #stateChanges: Database.Statement<[string], StateChangeRow>;
  readonly #recordingPrunedAt: Database.Statement<[string], string | null>;

  constructor(database: Database.Database) {
    const listed = (rows: string, count: string): Listed => ({
      rows: database.prepare(rows),
      count: database.prepare<[Listing], number>(count).pluck(),
    });
    this.#lists = {
      all: listed(sessionSql.all, sessionSql.countOfAll),
      running: listed(sessionSql.running, sessionSql.countOfRunning),
      ofAgent: listed(sessionSql.ofAgent, sessionSql.countOfAgent),
      runningOfAgent: listed(sessionSql.runningOfAgent, sessionSql.countOfRunningOfAgent),
      ran: listed(sessionSql.ran, sessionSql.countOfRan),
      ranOfAgent: listed(sessionSql.ranOfAgent, sessionSql.countOfRanOfAgent),
    };
    const listedBlocks = (rows: string, count: string): ListedBlocks => ({
      rows: database.prepare(rows),
      count: database.prepare<[BlockListing], number>(count).pluck(),
    });
    this.#blocks = {
      ofSession: listedBlocks(sessionSql.blocksOfSession, sessionSql.countOfBlocksOfSession),
      inLanguage: listedBlocks(sessionSql.blocksInLanguage, sessionSql.countOfBlocksInLanguage),
      any: listedBlocks(sessionSql.blocks, sessionSql.countOfBlocks),
    };
    this.#byId = database.prepare(sessionSql.byId);
    this.#byPosition = database.prepare(sessionSql.byPosition);
    this.#countByPrefix = database
      .prepare<[{ prefix: string; behind: string }], number>(sessionSql.countByPrefix)
      .pluck();
    this.#idsByPrefix = database
      .prepare<[{ prefix: string; behind: string; limit: number }], string>(sessionSql.idsByPrefix)
      .pluck();
    this.#codeBlocks = database.prepare(sessionSql.codeBlocks);
    this.#stateChanges = database.prepare(sessionSql.stateChanges);
    this.#recordingPrunedAt = database.prepare<[string], string | null>(sessionSql.recordingPrunedAt).pluck();
  }

  /** The newest first. The filter's own times are not looked at, only `time`; `before` as {@link Place} says. */
  list(filter: SessionFilter, time: TimeRange | undefined, before?: Place): SessionRow[] {
    return this.#lists[listOf(filter)].rows.all(listingOf(filter, time, before));
  }

  /** How many pass, counted up to one more than `mostCounted`. */
  count(filter: SessionFilter, time: TimeRange | undefined): number {
    return this.#lists[listOf(filter)].count.get(countingOf(filter, time)) ?? 0;
  }

  /** Those that ran at some moment of `time`, by their start, the newest first. */
  listRan(filter: Ran, time: TimeRange | undefined, before?: Place): SessionRow[] {
    return this.#lists[ranListOf(filter)].rows.all(listingOf(filter, time, before));
  }

  /** As {@link count}. */
  countRan(filter: Ran, time: TimeRange | undefined): number {
    return this.#lists[ranListOf(filter)].count.get(countingOf(filter, time)) ?? 0;
  }

  byId(sessionId: string): Result<SessionRow, Failure> {
    const row = this.#byId.get(sessionId);
    return row === undefined ? fail(sessionNotFound(sessionId)) : ok(row);
  }

  byReference(text: string): Result<SessionRow, Failure> {
    const reference = parseSessionReference(text);
    if (reference.kind === 'newest') {
      const row = reference.position > 0 ? this.#byPosition.get(reference.position - 1) : undefined;
      return row === undefined ? fail(sessionNotFound(text)) : ok(row);
    }
    const { prefix } = reference;
    if (prefix === '') return fail(sessionNotFound(text));
    const exact = this.#byId.get(prefix);
    if (exact !== undefined) return ok(exact);
    const range = { prefix, behind: prefix + afterAll };
    const ids = this.#idsByPrefix.all({ ...range, limit: candidatesShown });
    const [only] = ids;
    if (only === undefined) return fail(sessionNotFound(text));
    if (ids.length === 1) return this.byId(only);
    return fail(sessionAmbiguous(text, this.#countByPrefix.get(range) ?? ids.length, ids));
  }

  /** In the order of their events. */
  codeBlocks(session: string, language: string | undefined): CodeBlockRow[] {
    return this.#codeBlocks.all({ session, language: language?.toLowerCase() ?? null });
  }

  /** The newest first, by their events' ids. */
  blockPage(filter: CodeBlockFilter, before?: Place): CodeBlockRow[] {
    return this.#blocks[blockListOf(filter)].rows.all(blockListingOf(filter, before));
  }

  /** How many pass, counted up to one more than `mostCounted`. */
  countBlocks(filter: CodeBlockFilter): number {
    return this.#blocks[blockListOf(filter)].count.get(blockListingOf({ ...filter, limit: mostCounted + 1 })) ?? 0;
  }

  /** In the order in which they were added. */
  stateChanges(session: string): StateChangeRow[] {
    return this.#stateChanges.all(session);
  }

  /** Null while it is there. */
  recordingPrunedAt(session: string): string | null {
    return this.#recordingPrunedAt.get(session) ?? null;
  }
}

interface BlockListing {
  readonly session: string | null;
  readonly agent: string | null;
  readonly language: string | null;
  readonly before: number;
  readonly limit: number;
}

interface Listed {
  readonly rows: Database.Statement<[Listing], SessionRow>;
  readonly count: Database.Statement<[Listing], number>;
}

interface ListedBlocks {
  readonly rows: Database.Statement<[BlockListing], CodeBlockRow>;
  readonly count: Database.Statement<[BlockListing], number>;
}

type Ran = Pick<SessionFilter, 'agent' | 'limit'>;

function listOf({ active, agent }: SessionFilter): ListName {
  if (active === true) return agent === undefined ? 'running' : 'runningOfAgent';
  return agent === undefined ? 'all' : 'ofAgent';
}

function ranListOf({ agent }: Ran): ListName {
  return agent === undefined ? 'ran' : 'ranOfAgent';
}

function listingOf({ agent, limit }: Ran, time: TimeRange | undefined, before?: Place): Listing {
  const untilUs = time?.untilUs ?? Number.MAX_SAFE_INTEGER;
  return {
    agent: agent ?? null,
    sinceUs: time?.sinceUs ?? 0,
    untilUs: before === undefined ? untilUs : Math.min(untilUs, before.timeUs + 1),
    beforeUs: before?.timeUs ?? -1,
    before: before?.id ?? 0,
    limit: Math.max(limit, 0),
  };
}

function countingOf(filter: Ran, time: TimeRange | undefined): Listing {
  return listingOf({ ...filter, limit: mostCounted + 1 }, time);
}

function blockListOf({ session, language }: CodeBlockFilter): BlockListName {
  if (session !== undefined) return 'ofSession';
  return language === undefined ? 'any' : 'inLanguage';
}

function blockListingOf({ session, agent, language, limit }: CodeBlockFilter, before?: Place): BlockListing {
  return {
    session: session ?? null,
    agent: agent ?? null,
    language: language?.toLowerCase() ?? null,
    before: before?.id ?? Number.MAX_SAFE_INTEGER,
    limit,
  };
}
