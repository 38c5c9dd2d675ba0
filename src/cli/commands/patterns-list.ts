import { exitCodes } from '../../domain/failure.ts';
import type { Pack, Pattern } from '../../domain/pattern.ts';
import { packsForAgent } from '../../extract/packs-for-agent.ts';
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

/** @returns one row per pattern; of patterns that replace each other by their ids each one */
export function rowsOf(places: readonly PackPlace[], agent: string | undefined) {
  const entries = places.flatMap(({ origin, packs }) =>
    (agent === undefined ? packs : packsForAgent(packs, agent)).flatMap((pack) =>
      pack.patterns.map((pattern) => ({ origin, pack, pattern })),
    ),
  );
  return entries.map(({ origin, pack, pattern }, index) => ({
    ...patternFields(pattern),
    pack: pack.name,
    agents: pack.agents,
    origin,
    replaced: entries.slice(index + 1).some((later) => replaces(later, { pack, pattern })),
  }));
}

function replaces(
  later: { readonly pack: Pack; readonly pattern: Pattern },
  earlier: { readonly pack: Pack; readonly pattern: Pattern },
): boolean {
  const { agents } = later.pack;
  const appliesWhereEarlierDoes = agents.includes('*') || earlier.pack.agents.every((agent) => agents.includes(agent));
  return later.pattern.id === earlier.pattern.id && appliesWhereEarlierDoes;
}

function patternFields({ id, type, risk, priority, autoConfirmable, regex }: Pattern) {
  return { id, type, risk, priority, auto_confirmable: autoConfirmable ? 1 : 0, regex };
}

const columns: Column<ReturnType<typeof rowsOf>[number]>[] = [
  { header: 'pattern', value: (row) => row.id },
  { header: 'type', value: (row) => row.type },
  { header: 'risk', value: (row) => row.risk, style: (row, colours) => riskStyle(row.risk, colours) },
  { header: 'pack', value: (row) => row.pack, dropOrder: 1 },
  {
    header: 'agents',
    value: (row) => row.agents.map((agent) => (agent === '*' ? 'any' : agent)).join(' '),
    shrinkTo: 8,
  },
  { header: 'from', value: (row) => (row.replaced ? `${row.origin} (replaced)` : row.origin) },
];
