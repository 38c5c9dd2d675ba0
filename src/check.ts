import { existsSync, readdirSync } from 'node:fs';
import type { Paths } from './domain/config.ts';
import type { Failure } from './domain/failure.ts';
import { ok, type Result } from './domain/result.ts';
import { isSystemError } from './domain/system-error.ts';
import { isSessionId, recordingFolder } from './recording/folder.ts';
import { inspectRecording } from './recording/inspect-recording.ts';
import { isWrapperRunning } from './recording/process-identity.ts';
import { readSessionFile } from './recording/read-session-file.ts';
import type { Consistency, StoredRecording } from './store/consistency.ts';

/** What is wrong, and what `--repair` does about it; nothing where `repair` is absent. */
export interface Disagreement {
  /** A session's id, a table, or a file. */
  readonly subject: string;
  readonly message: string;
  readonly repair?: 'recount' | 'delete-orphans' | 'mark-pruned' | 'reindex' | 'recover';
}

/** Whether the database is whole, the recordings are, and the two agree. Sessions that still run are passed over. */
export function check(paths: Paths, store: Consistency): Result<Disagreement[], Failure> {
  const contents = checkContents(store);
  if (!contents.ok) return contents;
  const stored = store.recordings();
  if (!stored.ok) return stored;
  const known = new Map(stored.value.map((row) => [row.session_id, row]));
  const found = [...contents.value];
  for (const row of stored.value) found.push(...checkStored(paths, row));
  for (const name of namesIn(paths.recordings)) {
    if (isSessionId(name)) found.push(...checkRecording(paths, name, known.get(name)));
    // Names with a dot are those of workshops, which come and go.
    else if (!name.startsWith('.')) found.push({ subject: name, message: 'is no recording; it was left as it is' });
  }
  return ok(found);
}

function checkContents(store: Consistency): Result<Disagreement[], Failure> {
  const integrity = store.integrity();
  if (!integrity.ok) return integrity;
  if (integrity.value.length > 0) {
    return ok(
      integrity.value.map((line) => ({
        subject: 'the database',
        message: `${line}; move it away, and run ridealong reindex --rebuild`,
      })),
    );
  }
  const orphans = store.orphans();
  if (!orphans.ok) return orphans;
  const miscounted = store.miscounted();
  if (!miscounted.ok) return miscounted;
  const missummed = store.missummed();
  if (!missummed.ok) return missummed;
  const counted = store.agentsAreCounted();
  if (!counted.ok) return counted;
  return ok([
    ...orphans.value.map(
      ({ table, rows }): Disagreement => ({
        subject: table,
        message: `has ${rows} rows that belong to nothing`,
        repair: 'delete-orphans',
      }),
    ),
    ...miscounted.value.map(
      (subject): Disagreement => ({
        subject,
        message: 'has another number of events than it is said to have',
        repair: 'recount',
      }),
    ),
    ...missummed.value.map(
      (subject): Disagreement => ({
        subject,
        message: 'is said to have used or touched something else than its events tell',
        repair: 'recount',
      }),
    ),
    ...(counted.value
      ? []
      : [{ subject: 'agent_tallies', message: 'are not the sums of the sessions', repair: 'recount' } as const]),
  ]);
}

/** What the store knows, and the recordings do not have. */
function checkStored({ recordings }: Paths, { session_id, has_ended, is_pruned }: StoredRecording): Disagreement[] {
  if (has_ended === 0 || is_pruned === 1 || existsSync(recordingFolder(recordings, session_id).path)) return [];
  return [{ subject: session_id, message: 'has lost its recording; its events are there', repair: 'mark-pruned' }];
}

function checkRecording({ recordings }: Paths, id: string, stored: StoredRecording | undefined): Disagreement[] {
  const folder = recordingFolder(recordings, id);
  const session = readSessionFile(folder);
  if (!session.ok) return [{ subject: id, message: `cannot be extracted: ${session.failure.message}` }];
  if (session.value.id !== id) return [{ subject: id, message: `is the recording of ${session.value.id}` }];
  if (stored?.has_ended !== 1 && isWrapperRunning(session.value)) return [];
  const found: Disagreement[] = [];
  const complain = (message: string, repair?: Disagreement['repair']) =>
    found.push({ subject: id, message, ...(repair && { repair }) });
  try {
    const { recorded, timed, timingEndsAt } = inspectRecording(folder);
    if (timingEndsAt !== undefined) complain(`its timing tells nothing from byte ${timingEndsAt} on`);
    for (const stream of session.value.streams) {
      const bytes = recorded[stream];
      const checkpoint = stored?.[`checkpoint_${stream}`] ?? 0;
      if (bytes === undefined) complain(`has no ${stream}.log; its events are there`);
      else if (bytes < timed[stream]) complain(`has lost the last ${timed[stream] - bytes} bytes of ${stream}.log`);
      if (bytes !== undefined && checkpoint > bytes) {
        complain(`was extracted up to byte ${checkpoint} of ${stream}.log, which ends at ${bytes}`, 'reindex');
      }
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    complain(`cannot be read: ${error.message}`);
  }
  if (stored?.has_ended !== 1) complain('was not extracted to its end', 'recover');
  return found;
}

const namesIn = (folder: string) => (existsSync(folder) ? readdirSync(folder).sort() : []);
