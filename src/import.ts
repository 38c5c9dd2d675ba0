import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Paths } from './domain/config.ts';
import type { EventStore } from './domain/ports.ts';
import type { Session } from './domain/session.ts';
import { isSystemError } from './domain/system-error.ts';
import { extractInto } from './extract-recording.ts';
import { importArchive } from './import-archive.ts';
import { type SessionNames, importedSession } from './imported-session.ts';
import { importedIdEnding } from './imported-session-id.ts';
import { isSessionId, recordingFolder } from './recording/folder.ts';
import type { Fault, ForeignRecording } from './recording/foreign/foreign-recording.ts';
import { isTiming, openForeign } from './recording/foreign/open-foreign.ts';
import { type SourceFile, openSource } from './recording/foreign/source-file.ts';
import { moveIntoPlace } from './recording/move-into-place.ts';
import { isPacked } from './recording/read-archive.ts';
import { recordForeign } from './recording/record-foreign.ts';
import { writeSessionFile } from './recording/write-session-file.ts';
import { redactedSession } from './redacted-session.ts';
import { withPacks } from './session-packs.ts';

export interface ImportOptions extends SessionNames {
  readonly paths: Paths;
  readonly store: EventStore;
}

/** What became of one file. */
export type ImportOutcome = { readonly file: string } & (
  | {
      readonly kind: 'imported';
      readonly session: Session;
      /** The file, or its line, at which it was cut off; undefined where it is whole. */
      readonly cutAt: string | undefined;
      /** What does not keep it from being imported. */
      readonly troubles: readonly string[];
    }
  | { readonly kind: 'known'; readonly sessionId: string }
  /** One line: where, and what is wrong. */
  | { readonly kind: 'failed'; readonly message: string }
);

/**
 * Makes a session of each file that is none yet. A file of timing belongs to the log named before it; where it comes
 * first, to the one behind it.
 */
export async function* importFiles(files: readonly string[], options: ImportOptions): AsyncGenerator<ImportOutcome> {
  mkdirSync(options.paths.recordings, { recursive: true, mode: 0o700 });
  removeAbandonedWorkshops(options.paths.recordings);
  let timing: SourceFile | undefined;
  let log: SourceFile | undefined;
  for (const file of files) {
    const opened = openSource(file);
    if (!opened.ok) {
      if (log !== undefined) yield await importOne(log, timing, options);
      [log, timing] = [undefined, log === undefined ? timing : undefined];
      yield failed(file, opened.failure);
      continue;
    }
    const source = opened.value;
    if (isPacked(file)) {
      source.close();
      yield await importPacked(file, options);
    } else if (!isTiming(source)) {
      if (log !== undefined) yield await importOne(log, timing, options);
      [log, timing] = [source, log === undefined ? timing : undefined];
    } else if (timing === undefined) {
      timing = source;
    } else {
      yield failed(file, { place: file, message: timingAlone });
      source.close();
    }
  }
  if (log !== undefined) yield await importOne(log, timing, options);
  else if (timing !== undefined) {
    yield failed(timing.path, { place: timing.path, message: timingAlone });
    timing.close();
  }
}

async function importPacked(file: string, options: ImportOptions): Promise<ImportOutcome> {
  const imported = await importArchive(file, { ...options, workshopPrefix });
  if (!imported.ok) return { kind: 'failed', file, message: imported.failure.message };
  const { session, isNew, refusal } = imported.value;
  if (!isNew) return { kind: 'known', file, sessionId: session.id };
  return { kind: 'imported', file, session, cutAt: undefined, troubles: troublesOf(session, refusal) };
}

async function importOne(
  log: SourceFile,
  timing: SourceFile | undefined,
  options: ImportOptions,
): Promise<ImportOutcome> {
  const file = log.path;
  try {
    const digest = digestOf(timing === undefined ? [log] : [log, timing]);
    const known = findImported(options.paths.recordings, digest);
    if (known !== undefined) return { kind: 'known', file, sessionId: known };
    if (log.size === 0) return failed(file, { place: file, message: 'is empty' });
    const foreign = openForeign(log, timing);
    if (!foreign.ok) return failed(file, foreign.failure);
    return await importRecording(foreign.value, log, digest, options);
  } catch (error) {
    // The file system refuses to go on reading, or to record.
    if (!isSystemError(error)) throw error;
    return failed(file, { place: file, message: error.message });
  } finally {
    log.close();
    timing?.close();
  }
}

function digestOf(files: readonly SourceFile[]): string {
  const hash = createHash('sha256');
  for (const file of files) for (const block of file.blocks()) hash.update(block);
  return hash.digest('hex');
}

function findImported(recordings: string, digest: string): string | undefined {
  const ending = importedIdEnding(digest);
  return readdirSync(recordings).find((name) => isSessionId(name) && name.endsWith(ending));
}

async function importRecording(
  foreign: ForeignRecording,
  log: SourceFile,
  digest: string,
  options: ImportOptions,
): Promise<ImportOutcome> {
  const file = log.path;
  const begun = redactedSession(await importedSession(foreign, log, digest, options));
  const { packs, complaints } = await options.packsOf(begun);
  const { recordings } = options.paths;
  // Nobody sees a recording that is not whole.
  const workshop = mkdtempSync(join(recordings, workshopPrefix));
  let session: Session;
  let cutAt: string | undefined;
  try {
    const folder = recordingFolder(workshop, begun.id);
    const recorded = recordForeign(foreign, folder);
    if (!recorded.ok) return failed(file, recorded.failure);
    ({ cutAt } = recorded.value);
    const { durationUs, exitCode } = recorded.value;
    const endedAt = new Date(Date.parse(begun.startedAt) + durationUs / 1000).toISOString();
    const ending =
      exitCode === undefined ? ({ kind: 'untold' } as const) : ({ kind: 'exited', code: exitCode } as const);
    session = { ...withPacks(begun, packs), end: { endedAt, ending, gapBytes: { stdout: 0, stderr: 0 } } };
    writeSessionFile(folder, session);
    if (!moveIntoPlace(folder.path, recordingFolder(recordings, session.id).path)) {
      return { kind: 'known', file, sessionId: session.id };
    }
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
  const troubles = complaints.map(
    (complaint) => `${complaint.file}:${complaint.line}:${complaint.column}: ${complaint.message}`,
  );
  const folder = recordingFolder(recordings, session.id);
  const extracted = extractInto(options.store, { session, folder, packs });
  if (!extracted.ok) troubles.push(`${file}: its events are extracted later: ${extracted.failure.message}`);
  else troubles.push(...troublesOf(session, extracted.value.refusal));
  return { kind: 'imported', file, session, cutAt, troubles };
}

const troublesOf = ({ id }: Session, refusal: string | undefined) =>
  refusal === undefined ? [] : [`${id}: secrets may be left in it: ${refusal}`];

/** Folders among the recordings in which files become recordings. */
const workshopPrefix = '.import-';
const abandonedAfterMs = 24 * 60 * 60 * 1000;

/** An import that was killed left what it had copied. */
function removeAbandonedWorkshops(recordings: string): void {
  for (const name of readdirSync(recordings)) {
    const path = join(recordings, name);
    if (!name.startsWith(workshopPrefix) || Date.now() - statSync(path).mtimeMs < abandonedAfterMs) continue;
    rmSync(path, { recursive: true, force: true });
  }
}

const timingAlone = 'is a timing without a log; name it behind its log';

const failed = (file: string, { place, message }: Fault): ImportOutcome => ({
  kind: 'failed',
  file,
  message: `${place}: ${message}`,
});
