import { ok } from '../../domain/result.ts';
import type { SessionRow } from '../../domain/rows.ts';
import { defineCommand, withStore } from '../command.ts';
import type { Column } from '../output/column.ts';
import { listing } from '../output/listing.ts';
import { commandText, exitText, sessionDuration } from '../output/session-text.ts';
import { stateStyle } from '../output/styles.ts';
import { timeText } from '../output/times.ts';
import { given, readingOptions, rowLimit, timeRange } from '../reading-options.ts';
import { refuse } from '../terminal.ts';

const noSessionsYet = 'no sessions yet; put ridealong before a command, for example: ridealong codex';

export const sessionsCommand = defineCommand({
  name: 'sessions',
  describe: 'List recorded sessions, the newest first',
  operands: [],
  options: {
    active: { type: 'boolean', describe: 'Only those that still run' },
    agent: readingOptions.agent,
    since: readingOptions.since,
    until: readingOptions.until,
    limit: { ...readingOptions.limit, describe: `${readingOptions.limit.describe} [default: 50]` },
    json: readingOptions.json,
  },
  examples: [
    ['ridealong sessions --since 7d --agent codex', "last week's sessions of codex"],
    ['ridealong sessions --active --json', 'what runs now, for a program'],
  ],
  async run(options, _operands, context) {
    const { terminal, now } = context;
    const limit = rowLimit(options.limit, 50);
    if (!limit.ok) return refuse(terminal, limit.failure);
    const range = timeRange(options, now);
    if (!range.ok) return refuse(terminal, range.failure);

    return withStore(context, async (reader) => {
      const chosen = { ...given({ active: options.active, agent: options.agent }), ...range.value };
      const found = reader.sessions({ ...chosen, limit: limit.value });
      if (!found.ok) return found;
      if (found.value.length === 0) {
        terminal.complain(Object.keys(chosen).length === 0 ? noSessionsYet : 'no session matches');
      }
      const columns = sessionColumns(found.value, terminal.isTerminal, now);
      await terminal.write(listing(columns, found.value, { json: options.json === true, terminal }));
      return ok(0);
    });
  },
});

function sessionColumns(rows: readonly SessionRow[], forPerson: boolean, now: Date): Column<SessionRow>[] {
  const lease: Column<SessionRow> = { header: 'lease', value: (row) => row.lease_name ?? '', dropOrder: 6 };
  return [
    { header: 'session', value: (row) => row.session_id },
    { header: 'agent', value: (row) => row.agent_name, shrinkTo: 8 },
    { header: 'state', value: (row) => row.state, style: (row, colours) => stateStyle(row.state, colours) },
    { header: 'exit', value: exitText, align: 'right', dropOrder: 3 },
    { header: 'started', value: (row) => startText(row, forPerson), dropOrder: 1 },
    { header: 'took', value: (row) => sessionDuration(row, now), align: 'right', dropOrder: 4 },
    { header: 'events', value: (row) => String(row.total_extraction_events), align: 'right', dropOrder: 5 },
    ...(rows.some((row) => row.lease_name !== null) ? [lease] : []),
    { header: 'command', value: commandText, shrinkTo: 12, dropOrder: 2 },
  ];
}

/** A person needs no seconds to tell sessions apart. */
function startText(row: SessionRow, forPerson: boolean): string {
  const text = timeText(row.started_at, forPerson);
  return forPerson ? text.replace(/:\d\d$/, '') : text;
}
