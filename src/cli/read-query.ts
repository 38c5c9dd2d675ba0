import type { Failure } from '../domain/failure.ts';
import { fail, ok, type Result } from '../domain/result.ts';

/** The options that an advanced query is written with. */
export interface QueryOptions {
  readonly from?: string;
  readonly where?: string;
  readonly select?: string;
  readonly 'group-by'?: string;
  readonly aggregate?: string;
  readonly 'order-by'?: string;
}

const operators: Readonly<Record<string, string>> = {
  '=': 'eq',
  '!=': 'ne',
  '>': 'gt',
  '>=': 'gte',
  '<': 'lt',
  '<=': 'lte',
  '~': 'like',
};

/** The query, as JSON has it, that the options mean; whether its names and values fit is for `checkQuery` to say. */
export function queryOf(options: QueryOptions): Result<Readonly<Record<string, unknown>>, Failure> {
  const { from = 'events', where, select, aggregate } = options;
  const conditions = where === undefined ? ok(undefined) : conditionsOf(where);
  if (!conditions.ok) return conditions;
  return ok({
    from,
    ...(conditions.value && { where: { and: conditions.value } }),
    ...(select !== undefined && { select: wordsOf(select) }),
    ...(options['group-by'] !== undefined && {
      group_by: pairsOf(options['group-by']).map(([field, every]) => (every === undefined ? field : { field, every })),
    }),
    ...(aggregate !== undefined && {
      aggregates: pairsOf(aggregate).map(([fn, field]) => ({ fn, ...(field !== undefined && { field }) })),
    }),
    ...(options['order-by'] !== undefined && {
      order_by: pairsOf(options['order-by']).map(([by, direction]) => ({
        by,
        ...(direction !== undefined && { direction }),
      })),
    }),
  });
}

const wordsOf = (list: string) => list.split(',').map((word) => word.trim());

/** `a:b,c` */
const pairsOf = (list: string) =>
  wordsOf(list).map((word): readonly [string, string?] => {
    const colon = word.indexOf(':');
    return colon === -1 ? [word] : [word.slice(0, colon), word.slice(colon + 1)];
  });

/** `risk_level=high and line_number>10` */
function conditionsOf(text: string): Result<unknown[], Failure> {
  const conditions: unknown[] = [];
  for (const part of text.split(/\s+and\s+/i)) {
    const [, field, sign = '', written = ''] = /^\s*([\w.:-]+)\s*(!=|>=|<=|=|>|<|~)\s*(.*?)\s*$/.exec(part) ?? [];
    const op = operators[sign];
    if (field === undefined || op === undefined) {
      const message = `--where takes field=value, with and between several (= != > >= < <= ~), not "${part}"; more is possible in JSON`;
      return fail({ reason: 'usage', message });
    }
    conditions.push({ field, op, value: valueOf(written) });
  }
  return ok(conditions);
}

/** A number where it is one; what stands in quotes is text. */
function valueOf(written: string): string | number {
  const text = /^(["'])(.*)\1$/.exec(written)?.[2];
  return text ?? (/^-?\d+(?:\.\d+)?$/.test(written) ? Number(written) : written);
}
