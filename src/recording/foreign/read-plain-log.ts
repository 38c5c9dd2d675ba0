import type { ForeignEntry, ForeignRecording } from './foreign-recording.ts';
import type { SourceFile } from './source-file.ts';

/** Reads a file that holds output and nothing else: no times. */
export function readPlainLog(file: SourceFile): ForeignRecording {
  return {
    format: 'log',
    isTerminal: false,
    startedAtMs: undefined,
    command: undefined,
    size: undefined,
    entries: entriesOf(file),
  };
}

function* entriesOf(file: SourceFile): Generator<ForeignEntry> {
  for (const bytes of file.blocks()) yield { kind: 'output', timeUs: 0, bytes };
}
