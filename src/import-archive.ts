import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Paths } from './domain/config.ts';
import type { Failure } from './domain/failure.ts';
import type { EventStore } from './domain/ports.ts';
import { fail, ok, type Result } from './domain/result.ts';
import type { Session } from './domain/session.ts';
import { isSystemError } from './domain/system-error.ts';
import { extractInto } from './extract-recording.ts';
import { recordingFolder } from './recording/folder.ts';
import { measureRecording } from './recording/measure-recording.ts';
import { moveIntoPlace } from './recording/move-into-place.ts';
import { NoArchive, readArchive } from './recording/read-archive.ts';
import { readSessionFile } from './recording/read-session-file.ts';
import type { PacksOf } from './session-packs.ts';
import { openPruner } from './store/open-pruner.ts';

interface ArchiveOptions {
  readonly paths: Paths;
  readonly store: EventStore;
  readonly packsOf: PacksOf;
  /** The beginning of the name of the folder in which it is unpacked, among the recordings. */
  readonly workshopPrefix: string;
}

export interface ImportedArchive {
  readonly session: Session;
  /** False where it is there already. */
  readonly isNew: boolean;
  /** Why secrets may be left in it, if so. */
  readonly refusal: string | undefined;
}

/** Takes back a session that `ridealong prune --archive` has written: with its id, and extracted anew if its events are gone. */
export async function importArchive(file: string, options: ArchiveOptions): Promise<Result<ImportedArchive, Failure>> {
  const { recordings } = options.paths;
  const workshop = mkdtempSync(join(recordings, options.workshopPrefix));
  try {
    const unpacked = await readArchive(file, workshop);
    const session = readSessionFile(unpacked);
    if (!session.ok) return session;
    const folder = recordingFolder(recordings, session.value.id);
    if (unpacked.path !== recordingFolder(workshop, session.value.id).path)
      return fail(unusable(file, 'its names differ'));
    const isNew = moveIntoPlace(unpacked.path, folder.path);
    const taken = isNew ? await takeIn(session.value, options) : ok(undefined);
    return taken.ok ? ok({ session: session.value, isNew, refusal: taken.value }) : taken;
  } catch (error) {
    if (!(error instanceof NoArchive || isSystemError(error))) throw error;
    return fail(unusable(file, error.message));
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

/** @returns why secrets may be left in it, if so */
async function takeIn(
  session: Session,
  { paths, store, packsOf }: ArchiveOptions,
): Promise<Result<string | undefined, Failure>> {
  const known = store.checkpointOf(session.id);
  if (!known.ok) return known;
  const folder = recordingFolder(paths.recordings, session.id);
  let refusal: string | undefined;
  if (known.value === undefined) {
    const { packs } = await packsOf(session);
    const extracted = extractInto(store, { session, folder, packs });
    if (!extracted.ok) return extracted;
    ({ refusal } = extracted.value);
  }
  // It counts from now on, and is there again.
  const pruner = openPruner(paths.database);
  if (!pruner.ok) return pruner;
  try {
    const measured = pruner.value.measured(session.id, measureRecording(folder));
    return measured.ok ? ok(refusal) : measured;
  } finally {
    pruner.value.close();
  }
}

const unusable = (file: string, why: string): Failure => ({
  reason: 'recording-unreadable',
  message: `${file}: ${why}`,
});
