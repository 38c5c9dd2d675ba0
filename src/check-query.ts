import type { AdvancedQuery } from './domain/advanced-query.ts';
import type { Failure } from './domain/failure.ts';
import { fail, ok, type Result } from './domain/result.ts';
import { advancedQuery } from './server/advanced-schema.ts';
import { badParameter } from './server/bad-parameter.ts';

/** A query as somebody wrote it, checked as the server does. */
export function checkQuery(written: unknown): Result<AdvancedQuery, Failure> {
  const checked = advancedQuery.safeParse(written);
  return checked.success
    ? ok(checked.data)
    : fail({ reason: 'usage', message: `this query is wrong: ${badParameter(checked.error).message}` });
}
