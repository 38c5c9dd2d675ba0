import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Paths } from './domain/config.ts';
import type { Failure } from './domain/failure.ts';
import type { EventStore } from './domain/ports.ts';
import { fail, ok, type Result } from './domain/result.ts';
import type { Session } from './domain/session.ts';
import { isSystemError } from './domain/system-error.ts';
import { extractRecording } from './extract-recording.ts';
import { recordingFolder } from './recording/folder.ts';
import { measureRecording } from './recording/measure-recording.ts';
import { NoArchive, readArchive } from './recording/read-archive.ts';
import { readSessionFile } from './recording/read-session-file.ts';
import { nothingStored } from './session-extraction.ts';
import { type PacksOf, withPacks } from './session-packs.ts';
import { openPruner } from './store/open-pruner.ts';

interface ArchiveOptions {
  readonly paths: Paths;
  readonly store: EventStore;
  readonly packsOf: PacksOf;
  /** The beginning of the name of the folder in which it is unpacked, among the recordings. */
  readonly workshopPrefix: string;
}

/** Takes back a session that `ridealong prune --archive` has written: with its id, and extracted anew if its events are gone. */
export async function importArchive(
  file: string,
  options: ArchiveOptions,
): Promise<Result<{ readonly session: Session; readonly isNew: boolean }, Failure>> {
  const { recordings } = options.paths;
  const workshop = mkdtempSync(join(recordings, options.workshopPrefix));
  try {
    const unpacked = await readArchive(file, workshop);
    const session = readSessionFile(unpacked);
    if (!session.ok) return session;
    const folder = recordingFolder(recordings, session.value.id);
    if (unpacked.path !== recordingFolder(workshop, session.value.id).path)
      return fail(unusable(file, 'its names differ'));
    if (existsSync(folder.path)) return ok({ session: session.value, isNew: false });
    renameSync(unpacked.path, folder.path);
    const taken = await takeIn(session.value, options);
    return taken.ok ? ok({ session: session.value, isNew: true }) : taken;
  } catch (error) {
    if (!(error instanceof NoArchive || isSystemError(error))) throw error;
    return fail(unusable(file, error.message));
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

async function takeIn(session: Session, { paths, store, packsOf }: ArchiveOptions): Promise<Result<unknown, Failure>> {
  const known = store.checkpointOf(session.id);
  if (!known.ok) return known;
  const folder = recordingFolder(paths.recordings, session.id);
  if (known.value === undefined) {
    const { packs } = await packsOf(session);
    const added = store.addSession(withPacks(session, packs));
    if (!added.ok) return added;
    const extracted = extractRecording({ session, folder, packs, store, stored: nothingStored });
    if (!extracted.ok) return extracted;
  }
  // It counts from now on, and is there again.
  const pruner = openPruner(paths.database);
  if (!pruner.ok) return pruner;
  try {
    return pruner.value.measured(session.id, measureRecording(folder));
  } finally {
    pruner.value.close();
  }
}

const unusable = (file: string, why: string): Failure => ({
  reason: 'recording-unreadable',
  message: `${file}: ${why}`,
});
