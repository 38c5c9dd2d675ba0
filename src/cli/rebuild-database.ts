import { exitCodes } from '../domain/failure.ts';
import type { CommandContext } from './command.ts';
import { json } from './output/json.ts';
import { refuse } from './terminal.ts';

/**
 * Adds every recorded session that the database does not have, or not wholly.
 *
 * @returns the exit code
 */
export async function rebuildDatabase({ terminal, paths }: CommandContext, asJson: boolean): Promise<number> {
  const { recoveries } = await import('../recover.ts');
  const { openStore } = await import('../store/open-store.ts');
  const opened = openStore(paths);
  if (!opened.ok) return refuse(terminal, opened.failure);
  const added: { session_id: string }[] = [];
  let failed = 0;
  let running = 0;
  try {
    for await (const { sessionId, outcome } of recoveries(opened.value, paths)) {
      if (!outcome.ok) {
        refuse(terminal, outcome.failure);
        failed += 1;
      } else if (sessionId !== undefined && outcome.value === 'running') {
        terminal.complain(`${sessionId} still runs; it is added when it has ended`);
        running += 1;
      } else if (sessionId !== undefined) {
        added.push({ session_id: sessionId });
        if (!asJson) await terminal.write(`${sessionId}: added\n`);
      }
    }
  } finally {
    opened.value.close();
  }
  if (asJson) await terminal.write(json(added));
  else if (added.length + failed + running === 0) await terminal.write('the database has every recorded session\n');
  return failed === 0 ? 0 : exitCodes.failure;
}
