import type { Event } from '../../domain/event.ts';
import { appliesTo, packsForAgent } from '../../extract/packs-for-agent.ts';
import { defineCommand } from '../command.ts';
import type { Column } from '../output/column.ts';
import { listing } from '../output/listing.ts';
import { riskStyle } from '../output/styles.ts';
import { readingOptions } from '../reading-options.ts';
import { refuse } from '../terminal.ts';

export const patternsTryCommand = defineCommand({
  name: 'patterns try',
  describe: 'Show the events that a file of patterns makes of standard input',
  operands: [{ usage: '<file>', describe: 'A file of patterns (YAML)' }],
  options: {
    agent: { type: 'string', describe: 'Only if the file applies to this agent' },
    json: readingOptions.json,
  },
  examples: [
    ['ridealong patterns try my.yaml < some.log', ''],
    ['ridealong logs @last --raw | ridealong patterns try my.yaml', 'on what the last session printed'],
  ],
  async run(options, [file = ''], { terminal }) {
    // Loaded late: it takes longer than most commands run.
    const { extract, readPack } = await import('../try-pack.ts');
    const pack = await readPack(file);
    if (!pack.ok) return refuse(terminal, pack.failure);
    const { agent } = options;
    if (agent !== undefined && !appliesTo(pack.value, agent)) {
      terminal.complain(`${file} applies to ${pack.value.agents.join(', ')}, not to ${agent}`);
    }
    const packs = agent === undefined ? [pack.value] : packsForAgent([pack.value], agent);
    if (terminal.input.isTerminal) terminal.complain('type or paste some output, then Ctrl-D');

    const { events, tooSlow } = await extract(packs, terminal.input);
    for (const pattern of tooSlow)
      terminal.complain(`the pattern ${pattern} is too slow; after some lines it was left out`);
    const rows = events.map(rowOf);
    await terminal.write(listing(columns, rows, { json: options.json === true, terminal }));
    if (rows.length === 0) terminal.complain('no event');
    return 0;
  },
});

/** An event by the names of the store's columns. */
function rowOf(event: Event) {
  return {
    line_number: event.lineNumber,
    event_type: event.type,
    pattern: event.pattern,
    risk_level: event.risk,
    auto_confirmable: event.autoConfirmable ? 1 : 0,
    matched_value: event.matchedValue,
    original_line: event.originalLine,
    metadata_json: event.metadata === undefined ? null : JSON.stringify(event.metadata),
    code_block_language: event.codeBlock?.language ?? null,
  };
}

const columns: Column<ReturnType<typeof rowOf>>[] = [
  { header: 'line', value: (row) => String(row.line_number), align: 'right' },
  { header: 'type', value: (row) => row.event_type },
  { header: 'risk', value: (row) => row.risk_level, style: (row, colours) => riskStyle(row.risk_level, colours) },
  { header: 'pattern', value: (row) => row.pattern, shrinkTo: 12 },
  { header: 'value', value: (row) => row.matched_value, shrinkTo: 12 },
  { header: 'metadata', value: (row) => row.metadata_json ?? '', shrinkTo: 10, dropOrder: 1 },
];
