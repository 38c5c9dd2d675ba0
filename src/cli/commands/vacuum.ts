import { defineCommand } from '../command.ts';
import { json } from '../output/json.ts';
import { sizeText } from '../output/size-text.ts';
import { readingOptions } from '../reading-options.ts';
import { refuse } from '../terminal.ts';

export const vacuumCommand = defineCommand({
  name: 'vacuum',
  describe: "Build the database's file anew, as small as it can be; sessions that run wait to store their events",
  operands: [],
  options: { json: readingOptions.json },
  examples: [['ridealong vacuum', 'after much was deleted, or once for a database of an older ridealong']],
  async run(options, _operands, { terminal, paths }) {
    const { vacuum } = await import('../../store/vacuum.ts');
    const done = vacuum(paths.database);
    if (!done.ok) return refuse(terminal, done.failure);
    const { bytesBefore, bytesAfter } = done.value;
    const text = options.json === true ? json({ bytes_before: bytesBefore, bytes_after: bytesAfter }) : undefined;
    await terminal.write(text ?? `${sizeText(bytesBefore)} → ${sizeText(bytesAfter)}\n`);
    return 0;
  },
});
