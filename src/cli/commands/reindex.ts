import { type Failure, exitCodes } from '../../domain/failure.ts';
import type { EventReplacer, SessionReader } from '../../domain/ports.ts';
import { type Result, ok } from '../../domain/result.ts';
import { type CommandContext, defineCommand, readStore } from '../command.ts';
import { json } from '../output/json.ts';
import { listing } from '../output/listing.ts';
import { readingOptions } from '../reading-options.ts';
import { addChanges, changeColumns, type PatternChange } from '../pattern-changes.ts';
import { rebuildDatabase } from '../rebuild-database.ts';
import { refuse } from '../terminal.ts';

interface Choice {
  readonly references: readonly string[];
  readonly all: boolean;
  readonly agent: string | undefined;
}

export const reindexCommand = defineCommand({
  name: 'reindex',
  describe: "Extract recordings anew with today's patterns",
  operands: [{ usage: '[sessions..]', describe: 'Their ids, beginnings of them, @last, @2' }],
  options: {
    all: { type: 'boolean', describe: 'All sessions' },
    agent: { type: 'string', describe: 'All sessions of this agent' },
    'dry-run': { type: 'boolean', describe: 'Only show how many events of each pattern there would be' },
    rebuild: { type: 'boolean', describe: 'Add every recorded session that the database does not have' },
    json: readingOptions.json,
  },
  examples: [
    ['ridealong reindex @last', 'after a pattern was changed'],
    ['ridealong reindex --agent codex --dry-run', 'what it would change'],
    ['ridealong reindex --rebuild', 'after the database was deleted'],
  ],
  async run(options, references, context) {
    const { terminal, paths } = context;
    const choice: Choice = { references, all: options.all === true, agent: options.agent };
    const ways = [references.length > 0, choice.all, choice.agent !== undefined, options.rebuild === true];
    if (ways.filter(Boolean).length !== 1) {
      return refuse(terminal, usage('reindex takes either sessions, or --all, or --agent, or --rebuild'));
    }
    if (options.rebuild === true) {
      if (options['dry-run'] === true)
        return refuse(terminal, usage('--rebuild replaces nothing: leave --dry-run away'));
      return rebuildDatabase(context, options.json === true);
    }
    const chosen = await chooseSessions(choice, context);
    if (!chosen.ok) return refuse(terminal, chosen.failure);
    const { openReplacer } = await import('../../store/open-replacer.ts');
    const opened = openReplacer(paths);
    if (!opened.ok) return refuse(terminal, opened.failure);
    const form = { isDryRun: options['dry-run'] === true, json: options.json === true };
    try {
      return await reindexAll(chosen.value, opened.value, form, context);
    } finally {
      opened.value.close();
    }
  },
});

/** Ids of the chosen sessions, each once. */
async function chooseSessions(choice: Choice, context: CommandContext): Promise<Result<string[], Failure>> {
  return readStore(context, (reader) => idsOf(choice, reader));
}

function idsOf({ references, agent }: Choice, reader: SessionReader): Result<string[], Failure> {
  if (references.length === 0) {
    const found = reader.sessions({ limit: Number.MAX_SAFE_INTEGER, ...(agent !== undefined && { agent }) });
    return found.ok ? ok(found.value.map(({ session_id }) => session_id).reverse()) : found;
  }
  const ids = new Set<string>();
  for (const reference of references) {
    const session = reader.findSession(reference);
    if (!session.ok) return session;
    ids.add(session.value.session_id);
  }
  return ok([...ids]);
}

async function reindexAll(
  sessionIds: readonly string[],
  replacer: EventReplacer,
  form: { readonly isDryRun: boolean; readonly json: boolean },
  { terminal, paths }: CommandContext,
): Promise<number> {
  const { reindexSession } = await import('../../reindex.ts');
  const { packsOfToday } = await import('../../session-packs.ts');
  if (sessionIds.length === 0) terminal.complain('no session matches');
  const told = new Set<string>();
  const done: { session_id: string; events_before: number; events_after: number }[] = [];
  const changes = new Map<string, PatternChange>();
  for (const sessionId of sessionIds) {
    const { isDryRun } = form;
    const outcome = await reindexSession(sessionId, { paths, replacer, packsOf: packsOfToday, isDryRun });
    if (!outcome.ok) {
      refuse(terminal, outcome.failure);
      continue;
    }
    for (const trouble of outcome.value.troubles) {
      if (!told.has(trouble)) terminal.complain(trouble);
      told.add(trouble);
    }
    addChanges(changes, outcome.value);
    const row = {
      session_id: sessionId,
      events_before: sum(outcome.value.before),
      events_after: sum(outcome.value.after),
    };
    done.push(row);
    if (!form.json && !isDryRun) {
      await terminal.write(`${sessionId}: ${row.events_before} → ${row.events_after} events\n`);
    }
  }
  if (form.isDryRun) {
    const rows = [...changes.values()].sort((one, other) => (one.pattern < other.pattern ? -1 : 1));
    await terminal.write(listing(changeColumns, rows, { json: form.json, terminal }));
  } else if (form.json) {
    await terminal.write(json(done));
  }
  return done.length === sessionIds.length ? 0 : exitCodes.failure;
}

const sum = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((total, count) => total + count, 0);

function usage(message: string): Failure {
  return { reason: 'usage', message: `${message}; see ridealong reindex --help` };
}
