import { eventTypes, riskLevels } from '../../domain/pattern.ts';
import { ok } from '../../domain/result.ts';
import type { EventRow } from '../../domain/rows.ts';
import { type CommandContext, defineCommand, withStore } from '../command.ts';
import type { Column } from '../output/column.ts';
import { listing } from '../output/listing.ts';
import { riskStyle } from '../output/styles.ts';
import { timeText } from '../output/times.ts';
import { given, readingOptions, rowLimit, timeRange } from '../reading-options.ts';
import { refuse } from '../terminal.ts';

export const eventsCommand = defineCommand({
  name: 'events',
  describe: 'List extracted events, the newest last',
  operands: [],
  options: {
    session: { type: 'string', describe: 'Only of this session: id, beginning of it, @last, @2' },
    agent: readingOptions.agent,
    type: { type: 'string', choices: eventTypes, describe: 'Only of this type' },
    pattern: { type: 'string', describe: 'Only of the pattern with this id' },
    risk: { type: 'string', choices: riskLevels, describe: 'Only of this risk' },
    since: readingOptions.since,
    until: readingOptions.until,
    limit: { ...readingOptions.limit, describe: `${readingOptions.limit.describe} [default: 200]` },
    json: readingOptions.json,
  },
  examples: [
    ['ridealong events --session @last --type error', 'what went wrong in the last session'],
    ['ridealong events --risk critical --since 30d', 'the dangerous things of a month'],
  ],
  async run(options, _operands, context) {
    const { terminal } = context;
    const limit = rowLimit(options.limit, 200);
    if (!limit.ok) return refuse(terminal, limit.failure);
    const range = timeRange(options, context.now);
    if (!range.ok) return refuse(terminal, range.failure);

    return withStore(context, async (reader) => {
      const session = options.session === undefined ? undefined : reader.findSession(options.session);
      if (session?.ok === false) return session;
      const { agent, type, pattern, risk } = options;
      const chosen = given({ session: session?.value.session_id, agent, type, pattern, risk });
      const found = reader.events({ ...chosen, ...range.value, limit: limit.value });
      if (!found.ok) return found;

      const columns = eventColumns(terminal.isTerminal, session === undefined);
      await terminal.write(listing(columns, found.value, { json: options.json === true, terminal }));
      noteWhatIsMissing(found.value.length, limit.value, context);
      return ok(0);
    });
  },
});

function noteWhatIsMissing(count: number, limit: number, { terminal }: CommandContext): void {
  if (count === 0) terminal.complain('no event matches');
  else if (count === limit && terminal.isTerminal) {
    terminal.complain(`these are the newest ${limit}; --limit shows more`);
  }
}

function eventColumns(forPerson: boolean, ofManySessions: boolean): Column<EventRow>[] {
  const whose: Column<EventRow>[] = [
    { header: 'session', value: (row) => row.session_id, dropOrder: 5 },
    { header: 'agent', value: (row) => row.agent_name, shrinkTo: 8, dropOrder: 4 },
  ];
  return [
    { header: 'time', value: (row) => timeText(row.timestamp, forPerson), dropOrder: 3 },
    ...(ofManySessions ? whose : []),
    { header: 'type', value: (row) => row.event_type },
    { header: 'risk', value: (row) => row.risk_level, style: (row, colours) => riskStyle(row.risk_level, colours) },
    { header: 'pattern', value: (row) => row.pattern, shrinkTo: 12, dropOrder: 2 },
    { header: 'line', value: (row) => String(row.line_number), align: 'right', dropOrder: 1 },
    { header: 'value', value: (row) => row.matched_value, shrinkTo: 12 },
  ];
}
