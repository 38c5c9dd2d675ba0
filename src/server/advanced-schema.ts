import { z } from '@hono/zod-openapi';
import {
  type AdvancedQuery,
  aggregateName,
  aggregateNames,
  bucketWidths,
  comparisons,
  type Condition,
  fieldTypeOf,
  groupName,
  queryFields,
  querySources,
  type QueryValue,
} from '../domain/advanced-query.ts';

/*
 * A query as it is sent. The shape first, then whether the names and values fit.
 */

/** How deep conditions may be nested, and how many there may be in one place. */
const deepest = 5;
const mostConditions = 50;
const mostValues = 500;
/** Of `%` in a pattern: each lets SQLite begin anew at every character. */
const mostWildcards = 5;

const field = z.string().min(1).max(110);
const value = z.union([z.string().max(10_000), z.number(), z.boolean()]);
const pattern = z
  .string()
  .max(200)
  .refine((text) => text.split('%').length - 1 <= mostWildcards, `may have ${mostWildcards} %`);

const comparison = z
  .discriminatedUnion('op', [
    z.strictObject({ field, op: z.enum(comparisons), value }),
    z.strictObject({ field, op: z.literal('like'), value: pattern }),
    z.strictObject({ field, op: z.literal('in'), value: z.array(value).min(1).max(mostValues) }),
    z.strictObject({ field, op: z.literal('between'), value: z.tuple([value, value]) }),
    z.strictObject({ field, op: z.enum(['isnull', 'isnotnull']) }),
  ])
  .openapi('Comparison');

/** Conditions within conditions, to a certain depth: what is deeper fits none of them. */
function conditionOf(depth: number): z.ZodType<Condition> {
  if (depth === 0) return comparison;
  const conditions = z
    .array(conditionOf(depth - 1))
    .min(1)
    .max(mostConditions);
  return z
    .union([z.strictObject({ and: conditions }), z.strictObject({ or: conditions }), comparison])
    .openapi(depth === deepest ? 'Condition' : `ConditionOfDepth${depth}`);
}

const name = z.string().regex(/^[A-Za-z][A-Za-z0-9_.]{0,63}$/, 'is not a name');

const shape = z
  .strictObject({
    from: z.enum(querySources),
    where: conditionOf(deepest).exactOptional(),
    select: z.array(field).min(1).max(40).exactOptional(),
    group_by: z
      .array(z.union([field, z.strictObject({ field, every: z.enum(bucketWidths) })]))
      .max(5)
      .exactOptional(),
    aggregates: z
      .array(z.strictObject({ fn: z.enum(aggregateNames), field: field.exactOptional(), as: name.exactOptional() }))
      .max(20)
      .exactOptional(),
    order_by: z
      .array(z.strictObject({ by: z.string().max(150), direction: z.enum(['asc', 'desc']).exactOptional() }))
      .max(5)
      .exactOptional(),
    limit: z.int().min(1).max(10_000).default(100),
    cursor: z.string().max(100).exactOptional(),
  })
  .openapi('AdvancedQuery');

export const advancedQuery = shape.superRefine((query, context) => {
  for (const { path, message } of mistakesIn(query)) context.addIssue({ code: 'custom', path: [...path], message });
});

type Path = readonly (string | number)[];
interface Mistake {
  readonly path: Path;
  readonly message: string;
}

/** What is wrong with a query of the right shape. */
function* mistakesIn(query: AdvancedQuery): Generator<Mistake> {
  const { from, where, select, group_by = [], aggregates = [], order_by = [] } = query;
  const isKnown = (asked: string) => fieldTypeOf(from, asked) !== undefined;
  const fields = Object.keys(queryFields[from]);
  const unknown = (asked: string) => {
    const metadata = from === 'sessions' ? '' : ', metadata.<name>';
    return `there is no ${JSON.stringify(asked)} in ${from}; there are ${fields.join(', ')}${metadata}`;
  };
  const isAggregated = group_by.length + aggregates.length > 0;
  if (where !== undefined) yield* mistakesInCondition(query, where, ['where'], unknown);
  if (select !== undefined && isAggregated) {
    yield { path: ['select'], message: 'is for rows; groups are told by group_by and aggregates' };
  }
  for (const [nth, asked] of (select ?? []).entries()) {
    if (!isKnown(asked)) yield { path: ['select', nth], message: unknown(asked) };
  }
  for (const [nth, key] of group_by.entries()) {
    const asked = groupName(key);
    if (!isKnown(asked)) yield { path: ['group_by', nth], message: unknown(asked) };
    else if (typeof key !== 'string' && fieldTypeOf(from, asked) !== 'time') {
      yield { path: ['group_by', nth], message: `${asked} is not a time: only times have buckets` };
    }
  }
  for (const [nth, { fn, field: asked }] of aggregates.entries()) {
    const path = ['aggregates', nth];
    if (asked === undefined) {
      if (fn !== 'count') yield { path, message: `${fn} needs a field` };
      continue;
    }
    const type = fieldTypeOf(from, asked);
    if (type === undefined) yield { path, message: unknown(asked) };
    const takesAny = ['count', 'distinct', 'min', 'max'].includes(fn);
    if (!takesAny && (type === 'text' || type === 'time'))
      yield { path, message: `${fn} takes numbers, and ${asked} is none` };
  }
  const named = isAggregated
    ? [...group_by.map(groupName), ...(aggregates.length === 0 ? ['count'] : aggregates.map(aggregateName))]
    : [...fields, ...(select ?? [])];
  if (isAggregated && new Set(named).size < named.length) {
    yield { path: ['aggregates'], message: 'two columns of the answer have the same name; give one another with "as"' };
  }
  for (const [nth, { by }] of order_by.entries()) {
    if (!named.includes(by))
      yield { path: ['order_by', nth], message: `there is no ${JSON.stringify(by)} in the answer` };
  }
}

function* mistakesInCondition(
  query: AdvancedQuery,
  condition: Condition,
  path: Path,
  unknown: (field: string) => string,
): Generator<Mistake> {
  if ('and' in condition || 'or' in condition) {
    const [word, conditions] = 'and' in condition ? (['and', condition.and] as const) : (['or', condition.or] as const);
    for (const [nth, each] of conditions.entries())
      yield* mistakesInCondition(query, each, [...path, word, nth], unknown);
    return;
  }
  const type = fieldTypeOf(query.from, condition.field);
  if (type === undefined) {
    yield { path: [...path, 'field'], message: unknown(condition.field) };
    return;
  }
  if (condition.op === 'like' && (type === 'number' || type === 'time')) {
    yield { path: [...path, 'op'], message: `like takes text, and ${condition.field} is a ${type}` };
    return;
  }
  if (!('value' in condition)) return;
  const values: readonly QueryValue[] = Array.isArray(condition.value) ? condition.value : [condition.value];
  const expected = { text: 'a text', number: 'a number', time: 'a time such as 2026-01-31T12:00:00Z' };
  for (const each of values) {
    if (type !== 'any' && !fits(each, type)) {
      yield {
        path: [...path, 'value'],
        message: `${condition.field} is compared with ${expected[type]}, not ${JSON.stringify(each)}`,
      };
    }
  }
}

function fits(value: QueryValue, type: 'text' | 'number' | 'time'): boolean {
  if (type === 'number') return typeof value === 'number' || typeof value === 'boolean';
  return typeof value === 'string' && (type === 'text' || z.iso.datetime({ offset: true }).safeParse(value).success);
}
