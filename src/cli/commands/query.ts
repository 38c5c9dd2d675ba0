import { type AnswerRow, querySources } from '../../domain/advanced-query.ts';
import type { Failure } from '../../domain/failure.ts';
import { fail, ok, type Result } from '../../domain/result.ts';
import { defineCommand, withStore } from '../command.ts';
import type { Column } from '../output/column.ts';
import { json } from '../output/json.ts';
import { listing } from '../output/listing.ts';
import { queryOf } from '../read-query.ts';
import { given, readingOptions, rowLimit } from '../reading-options.ts';
import { refuse, type Terminal } from '../terminal.ts';

const rowsShown = 100;
/** As much as the server takes. */
const mostBytes = 64 * 1024;

export const queryCommand = defineCommand({
  name: 'query',
  describe: 'Ask the database for rows or groups of them, by options or in JSON as POST /api/query/advanced takes it',
  operands: [{ usage: '[query]', describe: 'The query in JSON; - reads it from standard input' }],
  options: {
    from: { type: 'string', choices: querySources, describe: 'What to ask [default: events]' },
    where: {
      type: 'string',
      describe: "Conditions: 'risk_level=high and line_number>10'; ~ is like, with % for anything",
    },
    select: { type: 'string', describe: 'Fields of the rows, with commas between them' },
    'group-by': {
      type: 'string',
      describe: 'Fields; of a time its minute, hour, day, week or month: pattern,timestamp:day',
    },
    aggregate: {
      type: 'string',
      describe: 'Of each group, or of all: count,distinct:session_id,sum:duration_ms,p95:duration_ms',
    },
    'order-by': { type: 'string', describe: 'Columns of the answer: count:desc' },
    limit: { type: 'string', describe: `At most so many (1 to 10000) [default: ${rowsShown}]` },
    json: readingOptions.json,
  },
  examples: [
    [
      "ridealong query --where 'risk_level=high' --group-by pattern --order-by count:desc",
      'what was dangerous most often',
    ],
    ['ridealong query --from sessions --group-by agent_name --aggregate count,p95:duration_ms', 'how long agents take'],
    ['ridealong query - --json < query.json', 'a longer one'],
  ],
  async run(options, [operand], context) {
    const { terminal } = context;
    const limit = rowLimit(options.limit, rowsShown);
    if (!limit.ok) return refuse(terminal, limit.failure);
    const { from, where, select, aggregate, json: asJson = false } = options;
    const [groupBy, orderBy] = [options['group-by'], options['order-by']];
    const written = given({ from, where, select, aggregate, 'group-by': groupBy, 'order-by': orderBy });
    if (operand !== undefined && Object.keys(written).length > 0) {
      return refuse(terminal, usage('a query in JSON says everything itself; leave out the other options'));
    }
    const query = operand === undefined ? queryOf(written) : await parsed(operand, terminal);
    if (!query.ok) return refuse(terminal, query.failure);
    const { checkQuery } = await import('../../check-query.ts');
    const most = options.limit === undefined ? {} : { limit: limit.value };
    const checked = checkQuery(isObject(query.value) ? { limit: rowsShown, ...query.value, ...most } : query.value);
    if (!checked.ok) return refuse(terminal, checked.failure);

    return withStore(context, async (reader) => {
      const found = reader.advanced(checked.value);
      if (!found.ok) return found;
      const { items, total, totalIsExact: total_is_exact, next } = found.value;
      if (asJson) await terminal.write(json({ items, total, total_is_exact, next }));
      else await terminal.write(listing(columnsOf(items), items, { json: false, terminal }));
      if (items.length === 0) terminal.complain('nothing matches');
      else if (next !== null && terminal.isTerminal && !asJson) {
        terminal.complain(
          `these are ${items.length} of ${total}${total_is_exact ? '' : ' or more'}; --limit shows more`,
        );
      }
      return ok(0);
    });
  },
});

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

async function parsed(operand: string, terminal: Terminal): Promise<Result<unknown, Failure>> {
  const text = operand === '-' ? await readInput(terminal) : ok(operand);
  if (!text.ok) return text;
  try {
    return ok(JSON.parse(text.value) as unknown);
  } catch (error) {
    return fail(usage(`this query is no JSON: ${(error as Error).message}`));
  }
}

async function readInput({ input }: Terminal): Promise<Result<string, Failure>> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of input) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > mostBytes) return fail(usage(`a query has at most ${mostBytes / 1024} KiB`));
  }
  return ok(Buffer.concat(pieces).toString());
}

/** All rows of an answer have the same columns. */
function columnsOf([first = {}]: readonly AnswerRow[]): Column<AnswerRow>[] {
  return Object.entries(first).map(([name, value], nth) => ({
    header: name,
    value: (row) => String(row[name] ?? ''),
    ...(typeof value === 'number' && { align: 'right' as const }),
    shrinkTo: 8,
    dropOrder: nth,
  }));
}

const usage = (message: string): Failure => ({ reason: 'usage', message });
