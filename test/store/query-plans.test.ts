import type Database from 'better-sqlite3';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventSql } from '../../src/store/event-queries.ts';
import { feedSql } from '../../src/store/feed-queries.ts';
import { openDatabase } from '../../src/store/open-database.ts';
import { reportSql } from '../../src/store/report-queries.ts';
import { sessionSql } from '../../src/store/session-queries.ts';
import { statisticsSql } from '../../src/store/statistics-queries.ts';
import { summarySql } from '../../src/store/summary-queries.ts';
import { temporaryPaths, valueOf } from './fixtures/samples.ts';

let database: Database.Database;

beforeAll(() => {
  database = valueOf(openDatabase(temporaryPaths().database));
});

function planOf(sql: string): string[] {
  const plain = sql.replaceAll(/:\w+|\?/g, 'NULL');
  return database
    .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${plain}`)
    .all()
    .map((step) => step.detail);
}

/** Reads a whole table that grows with the sessions or faster, by its name or alias; agents and patterns stay few. */
const readsAll =
  /^SCAN (e|s|t|o|c|events|sessions|session_tallies|u|session_sums|touched_files|code_block\w+|state_changes)\b/;
const sorts = /USE TEMP B-TREE FOR ORDER BY/;
/** These stop at their limit, on the way through an index that has their order. */
const inOrder: string[] = ['newest', 'byPosition', 'countOfBlocks'];

describe('the plan of a query', () => {
  it.each(Object.entries({ ...eventSql, ...feedSql, ...sessionSql, ...summarySql, ...reportSql }))(
    'reads no whole table of sessions or events: %s',
    (name, sql) => {
      if (inOrder.includes(name)) return;
      expect(planOf(sql).filter((step) => readsAll.test(step))).toEqual([]);
    },
  );

  it.each([
    'newest',
    'amongNewest',
    'amongNewestOfSession',
    'inTime',
    'talliesOfAgent',
    'eventsOfTally',
    'eventsOfTallyInTime',
    'stretch',
  ] as const)('needs no sorting for the newest events: %s', (name) => {
    expect(planOf(eventSql[name]).filter((step) => sorts.test(step))).toEqual([]);
  });

  it.each(['all', 'running', 'ofAgent', 'runningOfAgent', 'ran', 'ranOfAgent', 'byPosition'] as const)(
    'needs no sorting for the newest sessions: %s',
    (name) => {
      expect(planOf(sessionSql[name]).filter((step) => sorts.test(step))).toEqual([]);
    },
  );

  it.each(['states', 'lastStates', 'ends', 'lastEnds', 'marks', 'lastMarks'] as const)(
    'needs no sorting for the next entries of the feed: %s',
    (name) => {
      expect(planOf(feedSql[name]).filter((step) => sorts.test(step))).toEqual([]);
    },
  );

  it('finds the events of a session and pattern, and of a time, in an index alone', () => {
    expect(planOf(eventSql.eventsOfTally)).toEqual([
      'SEARCH events USING COVERING INDEX events_by_session_and_pattern (session_key=? AND pattern_key=? AND rowid>? AND rowid<?)',
    ]);
    expect(planOf(eventSql.inTime)).toEqual([
      'SEARCH events USING COVERING INDEX events_by_time (time_us>? AND time_us<?)',
    ]);
  });

  it.each(Object.entries(statisticsSql))('takes statistics from counts, never from events: %s', (_, sql) => {
    expect(planOf(sql).join('\n')).not.toMatch(/\bevents(_by_\w+)?\b/);
  });
});
