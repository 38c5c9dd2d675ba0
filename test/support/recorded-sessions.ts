import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Mark } from '../../src/domain/chunk.ts';
import { type Paths, pathsFrom } from '../../src/domain/config.ts';
import type { Pack } from '../../src/domain/pattern.ts';
import type { SessionReader } from '../../src/domain/ports.ts';
import type { Session } from '../../src/domain/session.ts';
import { recordingFolder } from '../../src/recording/folder.ts';
import { type ReadChunk, createRecorder } from '../../src/recording/recorder.ts';
import { writeSessionFile } from '../../src/recording/write-session-file.ts';
import { openReader } from '../../src/store/open-reader.ts';
import type { PacksOf } from '../../src/session-packs.ts';
import { packOf } from '../extract/support/pack-of.ts';
import { valueOf } from '../store/fixtures/samples.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Paths below a folder that goes with the test. */
export function temporaryHome(): Paths {
  const paths = pathsFrom({ HOME: temporaryFolder() }, '/nowhere');
  mkdirSync(paths.data, { recursive: true });
  return paths;
}

/** A pack with a pattern of each word, which is also the pattern's id. */
export function packOfWords(...words: readonly string[]): Pack {
  return packOf(
    words.map((word) => ({
      id: word,
      regex: `^${word}`,
      type: 'error',
      examples: { match: [word], no_match: [`no ${word}`] },
    })),
  );
}

export const packsOfWords =
  (...words: readonly string[]): PacksOf =>
  () =>
    Promise.resolve({ packs: [packOfWords(...words)], complaints: [] });

/** Records a session of these chunks and marks, as its wrapper would have. */
export function recordSession(paths: Paths, session: Session, moments: readonly (ReadChunk | Mark)[]): void {
  const folder = recordingFolder(paths.recordings, session.id);
  const recorder = createRecorder(folder, session.streams);
  for (const moment of moments) {
    if ('bytes' in moment) recorder.append([moment]);
    else recorder.mark(moment);
  }
  recorder.close();
  writeSessionFile(folder, session);
}

/** What the database says now. */
export function reading<Value>(paths: Paths, read: (reader: SessionReader) => Value): Value {
  const reader = valueOf(openReader(paths.database));
  try {
    return read(reader);
  } finally {
    reader.close();
  }
}

/** `pattern: line` of each event, in order. */
export const eventsOf = (paths: Paths, session?: string) =>
  reading(paths, (reader) =>
    valueOf(reader.events({ limit: 1000, ...(session !== undefined && { session }) })).map(
      ({ pattern, original_line }) => `${pattern}: ${original_line}`,
    ),
  );

export const stdoutOf = (paths: Paths, sessionId: string) => join(paths.recordings, sessionId, 'stdout.log');
