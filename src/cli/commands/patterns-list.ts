import { exitCodes } from '../../domain/failure.ts';
import type { Message, Pack, Pattern } from '../../domain/pattern.ts';
import { appliesTo } from '../../extract/packs-for-agent.ts';
import { defineCommand } from '../command.ts';
import type { Column } from '../output/column.ts';
import { listing } from '../output/listing.ts';
import { riskStyle } from '../output/styles.ts';
import { type PackPlace, readPackPlaces } from '../pack-places.ts';
import { readingOptions } from '../reading-options.ts';

export const patternsListCommand = defineCommand({
  name: 'patterns list',
  describe: 'List the patterns that sessions are searched for, and where they come from',
  operands: [],
  options: {
    agent: { type: 'string', describe: 'Only what applies to this agent' },
    json: readingOptions.json,
  },
  examples: [['ridealong patterns list --agent codex', '']],
  async run(options, _operands, { terminal, paths }) {
    const places = await readPackPlaces(paths);
    const complaints = places.flatMap((place) => place.complaints);
    for (const { file, line, column, message } of complaints) {
      terminal.complain(`${file}:${line}:${column}: ${message}`);
    }
    const rows = rowsOf(places, options.agent);
    await terminal.write(listing(columns, rows, { json: options.json === true, terminal }));
    return complaints.length === 0 ? 0 : exitCodes.failure;
  },
});

/** @returns one row per pattern and per rule for messages; of patterns that replace each other by their ids each one */
export function rowsOf(places: readonly PackPlace[], agent: string | undefined) {
  const entries = places.flatMap(({ origin, packs }) =>
    packs
      .filter((pack) => agent === undefined || appliesTo(pack, agent))
      .flatMap((pack) => [
        ...pack.patterns.map((pattern) => ({ origin, pack, pattern, fields: patternFields(pattern) })),
        ...pack.messages.map((message) => ({ origin, pack, pattern: undefined, fields: messageFields(message) })),
      ]),
  );
  return entries.map(({ origin, pack, pattern, fields }, index) => ({
    ...fields,
    pack: pack.name,
    agents: pack.agents,
    origin,
    replaced: entries.slice(index + 1).some((later) => replaces(later, { pack, pattern })),
  }));
}

interface Entry {
  readonly pack: Pack;
  /** Absent for a rule for messages, which nothing replaces. */
  readonly pattern: Pattern | undefined;
}

function replaces(later: Entry, earlier: Entry): boolean {
  const { agents } = later.pack;
  const appliesWhereEarlierDoes = agents.includes('*') || earlier.pack.agents.every((agent) => agents.includes(agent));
  return earlier.pattern !== undefined && later.pattern?.id === earlier.pattern.id && appliesWhereEarlierDoes;
}

function patternFields({ id, type, risk, priority, autoConfirmable, regex }: Pattern) {
  return { id, type, risk, priority, auto_confirmable: autoConfirmable ? 1 : 0, regex, when: null };
}

/** A rule that tells no event has no type: it tells a state, a text, or that the message is known. */
function messageFields({ id, type, risk, autoConfirmable, when }: Message) {
  return { id, type: type ?? null, risk, priority: null, auto_confirmable: autoConfirmable ? 1 : 0, regex: null, when };
}

const columns: Column<ReturnType<typeof rowsOf>[number]>[] = [
  { header: 'pattern', value: (row) => row.id },
  { header: 'type', value: (row) => row.type ?? '' },
  { header: 'risk', value: (row) => row.risk, style: (row, colours) => riskStyle(row.risk, colours) },
  { header: 'pack', value: (row) => row.pack, dropOrder: 1 },
  {
    header: 'agents',
    value: (row) => row.agents.map((agent) => (agent === '*' ? 'any' : agent)).join(' '),
    shrinkTo: 8,
  },
  { header: 'from', value: (row) => (row.replaced ? `${row.origin} (replaced)` : row.origin) },
];
