import type { Disagreement } from '../../check.ts';
import { exitCodes } from '../../domain/failure.ts';
import { defineCommand } from '../command.ts';
import { listing } from '../output/listing.ts';
import type { Column } from '../output/column.ts';
import { readingOptions } from '../reading-options.ts';
import { refuse } from '../terminal.ts';

const columns: readonly Column<Disagreement>[] = [
  { header: 'what', value: ({ subject }) => subject },
  { header: 'is wrong', value: ({ message }) => message },
  { header: 'repair', value: ({ repair }) => repair ?? 'none' },
];

export const checkCommand = defineCommand({
  name: 'check',
  describe: 'Check that database and recordings are whole and agree with each other',
  operands: [],
  options: {
    repair: { type: 'boolean', describe: 'Mend what can be mended: count anew, extract again, mark what is lost' },
    json: readingOptions.json,
  },
  examples: [
    ['ridealong check', 'exit code 1 if something is wrong'],
    ['ridealong check --repair', 'and if something is left afterwards'],
  ],
  async run(options, _operands, { terminal, paths }) {
    const [{ check }, { openConsistency }] = await Promise.all([
      import('../../check.ts'),
      import('../../store/consistency.ts'),
    ]);
    const opened = openConsistency(paths.database);
    if (!opened.ok) return refuse(terminal, opened.failure);
    try {
      const found = check(paths, opened.value);
      if (!found.ok) return refuse(terminal, found.failure);
      await terminal.write(listing(columns, found.value, { json: options.json === true, terminal }));
      if (options.repair !== true) return found.value.length === 0 ? 0 : exitCodes.failure;
      const { repair } = await import('../../repair.ts');
      for (const failure of await repair(paths, opened.value, found.value)) refuse(terminal, failure);
      const left = check(paths, opened.value);
      if (!left.ok) return refuse(terminal, left.failure);
      for (const { subject, message } of left.value) terminal.complain(`${subject} ${message}`);
      return left.value.length === 0 ? 0 : exitCodes.failure;
    } finally {
      opened.value.close();
    }
  },
});
