import { defineCommand } from '../command.ts';
import { json } from '../output/json.ts';
import { readingOptions } from '../reading-options.ts';
import { refuse } from '../terminal.ts';

export const restoreCommand = defineCommand({
  name: 'restore',
  describe: "Put a backup in the place of the database's contents",
  operands: [{ usage: '<file>', describe: 'What `ridealong backup` has written; it is checked first' }],
  options: { json: readingOptions.json },
  examples: [['ridealong restore events.db', 'what was recorded since is extracted again from its recording']],
  async run(options, [file = ''], { terminal, paths }) {
    const { restore } = await import('../../store/restore.ts');
    const done = restore(paths.database, file);
    if (!done.ok) return refuse(terminal, done.failure);
    const { recover } = await import('../../recover.ts');
    for (const { message } of await recover(paths)) terminal.complain(message);
    const text = options.json === true ? json({ file, sessions: done.value }) : undefined;
    await terminal.write(text ?? `${done.value} sessions were restored\n`);
    return 0;
  },
});
