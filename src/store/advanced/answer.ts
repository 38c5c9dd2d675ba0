import type Database from 'better-sqlite3';
import type { AdvancedQuery, AnswerRow } from '../../domain/advanced-query.ts';
import type { Failure } from '../../domain/failure.ts';
import { mostCounted, type Page } from '../../domain/ports.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { sources } from './sources.ts';
import { countedRowsOf, isAggregated, type Statement, statementOf } from './statement.ts';

/** The page that a query asks for, of the rows that there were when its first page was asked for. */
export function answerOf(database: Database.Database, query: AdvancedQuery): Result<Page<AnswerRow>, Failure> {
  const place = placeOf(query.cursor);
  if (!place.ok) return place;
  const last = database.prepare<[], number | null>(sources[query.from].last).pluck();
  const { offset, upTo } = place.value ?? { offset: 0, upTo: last.get() ?? 0 };
  const rows = (limit: number, from: number) => {
    const { sql, values } = statementOf(query, upTo);
    return database.prepare<unknown[], AnswerRow>(`${sql} LIMIT ? OFFSET ?`).all(...values, limit, from);
  };
  const pageOf = (found: readonly AnswerRow[], total: number): Page<AnswerRow> => {
    const end = offset + query.limit;
    return {
      items: found.slice(0, query.limit),
      total: Math.min(total, mostCounted),
      totalIsExact: total <= mostCounted,
      next: found.length > query.limit ? `${end}-${upTo}` : null,
    };
  };
  if (isAggregated(query)) {
    // To count groups is to make them.
    const groups = rows(Math.max(mostCounted + 1, offset + query.limit + 1), 0);
    return ok(pageOf(groups.slice(offset), groups.length));
  }
  return ok(pageOf(rows(query.limit + 1, offset), countOf(database, countedRowsOf(query, upTo))));
}

function countOf(database: Database.Database, { sql, values }: Statement): number {
  const count = database.prepare<unknown[], number>(`SELECT count(*) FROM (${sql} LIMIT ${mostCounted + 1})`).pluck();
  return count.get(...values) ?? 0;
}

function placeOf(cursor: string | undefined): Result<{ offset: number; upTo: number } | undefined, Failure> {
  if (cursor === undefined) return ok(undefined);
  const [, offset, upTo] = /^(\d{1,9})-(\d{1,16})$/.exec(cursor) ?? [];
  if (offset === undefined || upTo === undefined) {
    return fail({ reason: 'usage', message: `${JSON.stringify(cursor)} is not a cursor: take \`next\` of a page` });
  }
  return ok({ offset: Number(offset), upTo: Number(upTo) });
}
