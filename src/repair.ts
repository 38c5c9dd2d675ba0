import type { Disagreement } from './check.ts';
import type { Paths } from './domain/config.ts';
import type { Failure } from './domain/failure.ts';
import { ok, type Result } from './domain/result.ts';
import { recover } from './recover.ts';
import { reindexSession } from './reindex.ts';
import { packsOfToday } from './session-packs.ts';
import type { Consistency } from './store/consistency.ts';
import { openPruner } from './store/open-pruner.ts';
import { openReplacer } from './store/open-replacer.ts';

/**
 * Does what can be done about it: rows that belong to nothing go, counts are made anew, lost recordings are marked,
 * sessions are extracted from their recordings.
 *
 * @returns what went wrong with it
 */
export async function repair(
  paths: Paths,
  store: Consistency,
  found: readonly Disagreement[],
): Promise<readonly Failure[]> {
  const subjectsOf = (kind: Disagreement['repair']) =>
    found.filter((each) => each.repair === kind).map(({ subject }) => subject);
  const outcomes: Result<unknown, Failure>[] = [];
  if (subjectsOf('delete-orphans').length > 0) outcomes.push(store.deleteOrphans());
  // Rows that went were counted, too.
  if (subjectsOf('recount').length + subjectsOf('delete-orphans').length > 0) outcomes.push(store.recount());
  outcomes.push(markPruned(paths, subjectsOf('mark-pruned')));
  outcomes.push(...(await reindex(paths, subjectsOf('reindex'))));
  const unrecovered = subjectsOf('recover').length > 0 ? await recover(paths) : [];
  return [...outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.failure])), ...unrecovered];
}

function markPruned({ database }: Paths, sessions: readonly string[]): Result<unknown, Failure> {
  if (sessions.length === 0) return ok(undefined);
  const pruner = openPruner(database);
  if (!pruner.ok) return pruner;
  try {
    const marks = sessions.map((id) => pruner.value.recordingPruned(id, Date.now()));
    return marks.find((mark) => !mark.ok) ?? ok(undefined);
  } finally {
    pruner.value.close();
  }
}

async function reindex(paths: Paths, sessions: readonly string[]): Promise<Result<unknown, Failure>[]> {
  if (sessions.length === 0) return [];
  const replacer = openReplacer(paths);
  if (!replacer.ok) return [replacer];
  try {
    const outcomes: Result<unknown, Failure>[] = [];
    for (const id of new Set(sessions)) {
      const options = { paths, replacer: replacer.value, packsOf: packsOfToday, isDryRun: false };
      outcomes.push(await reindexSession(id, options));
    }
    return outcomes;
  } finally {
    replacer.value.close();
  }
}
