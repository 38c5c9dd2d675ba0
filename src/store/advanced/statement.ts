import {
  type AdvancedQuery,
  type Aggregate,
  aggregateName,
  type BucketWidth,
  type Condition,
  fieldTypeOf,
  type GroupKey,
  groupName,
  metadataPrefix,
  queryFields,
  type QueryValue,
} from '../../domain/advanced-query.ts';
import { microseconds } from '../microseconds.ts';
import { sources } from './sources.ts';

type Bound = string | number;

export interface Statement {
  readonly sql: string;
  readonly values: readonly Bound[];
}

/** How comparisons are written. `IS NOT` holds for null, too. */
const operators = { eq: '=', ne: 'IS NOT', gt: '>', gte: '>=', lt: '<', lte: '<=', like: 'LIKE' } as const;

const widthsUs = { minute: 60_000_000, hour: 3_600_000_000, day: 86_400_000_000, week: 604_800_000_000 } as const;
/** The epoch was a Thursday; this is the first Monday. */
const mondayUs = 345_600_000_000;

/**
 * The SQL of a query that was found to be valid. Of what was asked only names of our own get into its text; values
 * and the names of metadata are bound.
 *
 * @param upTo only rows with this id or a smaller one
 */
export function statementOf(query: AdvancedQuery, upTo: number): Statement {
  const values: Bound[] = [];
  const columns = columnsOf(query).map(({ name, sql }) => `${sql(values)} AS ${quoted(name)}`);
  const rows = rowsSql(query, upTo, values);
  const groups = query.group_by?.map((_, nth) => String(nth + 1)) ?? [];
  const order = (query.order_by ?? []).map(({ by, direction = 'asc' }) => {
    // Of rows by what is in the tables: a time as it is shown has no index.
    const sql = isAggregated(query) ? quoted(by) : fieldSql(query, by, values);
    return `${sql} ${direction === 'desc' ? 'DESC' : 'ASC'}`;
  });
  // What is equal gets an order, too: pages must not mix.
  const lastly = isAggregated(query) ? groups : [`${sources[query.from].id} DESC`];
  const clauses = [
    `SELECT ${columns.join(', ')} ${rows}`,
    ...(groups.length > 0 ? [`GROUP BY ${groups.join(', ')}`] : []),
    ...(order.length + lastly.length > 0 ? [`ORDER BY ${[...order, ...lastly].join(', ')}`] : []),
  ];
  return { sql: clauses.join(' '), values };
}

/** The rows that pass, with nothing in them. */
export function countedRowsOf(query: AdvancedQuery, upTo: number): Statement {
  const values: Bound[] = [];
  return { sql: `SELECT 1 ${rowsSql(query, upTo, values)}`, values };
}

function rowsSql(query: AdvancedQuery, upTo: number, values: Bound[]): string {
  const { tables, id } = sources[query.from];
  values.push(upTo);
  const condition = query.where === undefined ? '' : ` AND ${conditionSql(query, query.where, values)}`;
  return `FROM ${tables} WHERE ${id} <= ?${condition}`;
}

/** Whether the answer's rows are groups. */
export const isAggregated = ({ group_by = [], aggregates = [] }: AdvancedQuery) =>
  group_by.length + aggregates.length > 0;

interface Column {
  readonly name: string;
  /** Its SQL; what it binds goes to `values`. */
  readonly sql: (values: Bound[]) => string;
}

function columnsOf(query: AdvancedQuery): Column[] {
  const { from, group_by = [], aggregates = [], select = Object.keys(queryFields[from]) } = query;
  if (!isAggregated(query)) {
    return select.map((field) => ({ name: field, sql: (values) => shownSql(query, field, values) }));
  }
  const asked = aggregates.length === 0 ? [{ fn: 'count' } as const] : aggregates;
  return [
    ...group_by.map((key) => ({ name: groupName(key), sql: (values: Bound[]) => keySql(query, key, values) })),
    ...asked.map((each) => ({
      name: aggregateName(each),
      sql: (values: Bound[]) => aggregateSql(query, each, values),
    })),
  ];
}

/** A field as it is compared. */
function fieldSql({ from }: AdvancedQuery, field: string, values: Bound[]): string {
  const { fields, metadata = 'NULL' } = sources[from];
  if (!field.startsWith(metadataPrefix)) return (fields as Readonly<Record<string, string>>)[field] ?? 'NULL';
  values.push(`$."${field.slice(metadataPrefix.length)}"`);
  return `json_extract(${metadata}, ?)`;
}

/** A field as it is answered. */
function shownSql(query: AdvancedQuery, field: string, values: Bound[]): string {
  const sql = fieldSql(query, field, values);
  return fieldTypeOf(query.from, field) === 'time' ? isoSql(sql) : sql;
}

/** All views show at least milliseconds; this shows as many digits as there are. */
const isoSql = (us: string) =>
  `strftime('%Y-%m-%dT%H:%M:%S', ${us} / 1000000, 'unixepoch') || printf('.%06dZ', ${us} % 1000000)`;

function keySql(query: AdvancedQuery, key: GroupKey, values: Bound[]): string {
  return typeof key === 'string'
    ? shownSql(query, key, values)
    : bucketSql(fieldSql(query, key.field, values), key.every);
}

/** The start of the bucket that a time is in, as ISO 8601. */
export function bucketSql(us: string, every: BucketWidth): string {
  if (every === 'month') return `strftime('%Y-%m-01T00:00:00Z', ${us} / 1000000, 'unixepoch')`;
  const width = widthsUs[every];
  const start =
    every === 'week' ? `(${us} - ${mondayUs}) / ${width} * ${width} + ${mondayUs}` : `${us} / ${width} * ${width}`;
  return `strftime('%Y-%m-%dT%H:%M:%SZ', (${start}) / 1000000, 'unixepoch')`;
}

function aggregateSql(query: AdvancedQuery, { fn, field }: Aggregate, values: Bound[]): string {
  if (field === undefined) return 'count(*)';
  const sql = fieldSql(query, field, values);
  switch (fn) {
    case 'count':
      return `count(${sql})`;
    case 'distinct':
      return `count(DISTINCT ${sql})`;
    case 'min':
    case 'max':
      return fieldTypeOf(query.from, field) === 'time' ? isoSql(`${fn}(${sql})`) : `${fn}(${sql})`;
    case 'sum':
    case 'avg':
      return `${fn}(${numberSql(query, field, sql, values)})`;
    case 'p50':
    case 'p90':
    case 'p95':
    case 'p99':
      return `percentile(${numberSql(query, field, sql, values)}, ${fn.slice(1)})`;
  }
}

/** A field as far as it is a number: metadata may hold anything. */
function numberSql(query: AdvancedQuery, field: string, sql: string, values: Bound[]): string {
  if (fieldTypeOf(query.from, field) !== 'any') return sql;
  return `iif(typeof(${sql}) IN ('integer', 'real'), ${fieldSql(query, field, values)}, NULL)`;
}

function conditionSql(query: AdvancedQuery, condition: Condition, values: Bound[]): string {
  const joined = (conditions: readonly Condition[], word: string) =>
    `(${conditions.map((each) => conditionSql(query, each, values)).join(` ${word} `)})`;
  if ('and' in condition) return joined(condition.and, 'AND');
  if ('or' in condition) return joined(condition.or, 'OR');
  const { field } = condition;
  const left = fieldSql(query, field, values);
  const bound = (value: QueryValue) => boundValue(query, field, value);
  switch (condition.op) {
    case 'isnull':
      return `${left} IS NULL`;
    case 'isnotnull':
      return `${left} IS NOT NULL`;
    case 'in':
      values.push(JSON.stringify(condition.value.map(bound)));
      return `${left} IN (SELECT value FROM json_each(?))`;
    case 'between':
      values.push(...condition.value.map(bound));
      return `${left} BETWEEN ? AND ?`;
    default:
      values.push(bound(condition.value));
      return `${left} ${operators[condition.op]} ?`;
  }
}

function boundValue({ from }: AdvancedQuery, field: string, value: QueryValue): string | number {
  if (typeof value === 'boolean') return Number(value);
  return fieldTypeOf(from, field) === 'time' && typeof value === 'string' ? (microseconds(value) ?? 0) : value;
}

/** Names are checked, and quoted all the same. */
const quoted = (name: string) => `"${name.replaceAll('"', '')}"`;
