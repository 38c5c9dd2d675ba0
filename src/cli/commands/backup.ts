import { defineCommand } from '../command.ts';
import { json } from '../output/json.ts';
import { sizeText } from '../output/size-text.ts';
import { printableLine } from '../../domain/printable.ts';
import { readingOptions } from '../reading-options.ts';
import { refuse } from '../terminal.ts';

export const backupCommand = defineCommand({
  name: 'backup',
  describe: 'Copy the database into a file, while sessions run; recordings are files already',
  operands: [{ usage: '<file>', describe: 'A file that is not there yet' }],
  options: { json: readingOptions.json },
  examples: [['ridealong backup events.db', 'everything that was extracted until now']],
  async run(options, [file = ''], { terminal, paths }) {
    const { backUp } = await import('../../store/back-up.ts');
    const done = backUp(paths.database, file);
    if (!done.ok) return refuse(terminal, done.failure);
    const text = options.json === true ? json({ file, bytes: done.value }) : undefined;
    await terminal.write(text ?? `${printableLine(file)}: ${sizeText(done.value)}\n`);
    return 0;
  },
});
