import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Fault, ForeignRecording } from '../../../src/recording/foreign/foreign-recording.ts';
import { openForeign } from '../../../src/recording/foreign/open-foreign.ts';
import { type SourceFile, openSource } from '../../../src/recording/foreign/source-file.ts';
import type { Result } from '../../../src/domain/result.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A file with this content, opened for the test. */
export function sourceOf(content: string | Buffer, name = 'file'): SourceFile {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  const source = valueOf(openSource(path));
  onTestFinished(() => source.close());
  return source;
}

function valueOf(opened: Result<SourceFile, Fault>): SourceFile {
  if (!opened.ok) throw new Error(opened.failure.message);
  return opened.value;
}

export function openContent(content: string | Buffer, timing?: string): Result<ForeignRecording, Fault> {
  return openForeign(sourceOf(content), timing === undefined ? undefined : sourceOf(timing, 'timing'));
}

/** What a recording with this content says, its entries in a short form, places by the file's name only. */
export function readWhole(content: string | Buffer, timing?: string) {
  const opened = openContent(content, timing);
  if (!opened.ok) throw new Error(opened.failure.message);
  const { entries, ...header } = opened.value;
  return { header, entries: [...entries].map(short) };
}

type Entry = ForeignRecording['entries'] extends Iterable<infer Each> ? Each : never;

function short(entry: Entry): string {
  switch (entry.kind) {
    case 'output':
      return `${entry.timeUs} ${JSON.stringify(Buffer.from(entry.bytes).toString('latin1'))}`;
    case 'resize':
      return `${entry.timeUs} ${entry.columns}x${entry.rows}`;
    case 'end':
      return `${entry.timeUs} end ${entry.exitCode ?? '?'}`;
    case 'cut':
      return `cut at ${fileName(entry.place)}`;
    case 'fault':
      return `${fileName(entry.fault.place)}: ${entry.fault.message}`;
  }
}

const fileName = (place: string) => place.replace(/^.*\//, '');
